/** The network of 1998 compares: the numbers of F6 as a bitmap, beside the pattern of each class. */
import { el } from "./elements.js";
import { strongest, tile } from "./maps.js";
import { number, t } from "./strings.js";

const [HEIGHT, WIDTH] = [12, 7]; // of figure 3

/** @typedef {import("./network.js").Operation} Operation */

export class Patterns {
  /** @type {{values: Float32Array, distances: Float32Array} | null} */ #shown = null;

  /** @param {Operation} operation a layer of distances @param {string[]} classes */
  constructor(operation, classes) {
    this.own = el("canvas", { "aria-hidden": "true" });
    const { values } = operation.arrays.centres;
    const size = values.length / classes.length;
    this.items = classes.map((name, index) => {
      const centre = values.subarray(index * size, (index + 1) * size);
      const canvas = el("canvas", { "aria-hidden": "true" });
      const distance = el("span", { class: "value" });
      const element = el(
        "li",
        {},
        el("span", { class: "tile" }, canvas),
        el("b", {}, name),
        distance,
      );
      return { centre, canvas, distance, element };
    });
    this.element = el(
      "div",
      { class: "patterns" },
      el(
        "figure",
        {},
        el("span", { class: "tile" }, this.own),
        el("figcaption", { class: "soft" }, t("patterns.own")),
      ),
      el("ol", { "aria-label": t("patterns.all") }, ...this.items.map(({ element }) => element)),
    );
  }

  /** Whether the numbers before a layer are a bitmap. @param {Operation | undefined} operation */
  static fit(operation) {
    return operation?.does === "distance" && operation.arrays.centres.shape[1] === HEIGHT * WIDTH;
  }

  /** @param {Float32Array} values before the distances @param {Float32Array} distances minus squared */
  show(values, distances) {
    this.#shown = { values, distances };
    tile(values, HEIGHT, WIDTH, Math.max(1, strongest(values)), { canvas: this.own });
    const nearest = distances.indexOf(Math.max(...distances));
    this.items.forEach(({ centre, canvas, distance, element }, index) => {
      tile(centre, HEIGHT, WIDTH, 1, { canvas });
      distance.textContent = number(-distances[index]);
      element.classList.toggle("nearest", index === nearest);
    });
  }

  /** The colours have changed. */
  recolour() {
    if (this.#shown) this.show(this.#shown.values, this.#shown.distances);
  }
}

/**
 * Which map of a layer is connected to which map before it, as table I of 1998.
 * @param {number[][]} connections for each map, those before it @param {string} before name of that layer
 */
export function connectionTable(connections, before) {
  const inputs = Math.max(...connections.flat()) + 1;
  const rows = Array.from({ length: inputs }, (_, input) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, String(input + 1)),
      ...connections.map((seen) => el("td", {}, seen.includes(input) ? "×" : "")),
    ),
  );
  const head = connections.map((_, map) => el("th", { scope: "col" }, String(map + 1)));
  return el(
    "details",
    { class: "connections" },
    el("summary", {}, t("connections.title", { before })),
    el(
      "div",
      { class: "scroll" },
      el(
        "table",
        {},
        el("caption", { class: "soft" }, t("connections.what", { before })),
        el("thead", {}, el("tr", {}, el("td", {}), ...head)),
        el("tbody", {}, ...rows),
      ),
    ),
  );
}
