/** The lens: the receptive field of a cell, and how its value is computed. */
import { SIDE, paintDigit } from "./digits.js";
import { button, contextOf, el } from "./elements.js";
import { colourOf, strongest, tile } from "./maps.js";
import { field } from "./receptive.js";
import { number, signed, t } from "./strings.js";

const MOST_TERMS = 6; // kernels that are shown: those that contribute most

/**
 * @typedef {{
 *   model: string, name: string, family: string, kind: string,
 *   receptive: import("./receptive.js").Receptive | null,
 *   cell: {map: number, row: number, column: number},
 *   value: number, flat: boolean, maps: number, classes: string[] | null,
 *   source: {top: number, left: number, side: number} | null,
 *   before: {name: string, sheet: import("./maps.js").Sheet} | null,
 *   kernel: {shape: number[], values: Float32Array, bias?: number[]} | null
 * }} Look
 */

export class Lens {
  /** @param {() => void} closed */
  constructor(closed) {
    this.image = el("canvas", { class: "digit-image", width: SIDE, height: SIDE });
    this.field = el("div", { class: "field", hidden: true });
    this.title = el("p", { class: "lens-title" });
    this.sees = el("p", { class: "soft" });
    this.text = el("p", { class: "soft lens-text" });
    this.terms = el("div", { class: "terms" });
    this.element = el(
      "aside",
      { class: "lens", "aria-label": t("lens"), tabindex: -1 },
      el("div", { class: "pixels", "aria-hidden": "true" }, this.image, this.field),
      el("div", { class: "lens-words" }, this.title, this.sees),
      this.text,
      this.terms,
      button("×", closed, { class: "icon close", "aria-label": t("lens.close") }),
    );
    this.rest();
  }

  /** @param {Uint8Array | null} image */
  setImage(image) {
    paintDigit(this.image, image);
  }

  /** Show no cell. */
  rest() {
    this.element.classList.remove("busy");
    this.field.hidden = true;
    this.title.textContent = t("lens.title");
    this.sees.textContent = t("lens.hint");
    this.text.textContent = "";
    this.terms.replaceChildren();
  }

  /** @param {Look} look @returns {string} the same in a sentence */
  show(look) {
    this.element.classList.add("busy");
    const seen = field(look.receptive, look.cell.row, look.cell.column);
    /** @param {number} value */
    const share = (value) => `${(100 * value) / SIDE}%`;
    this.field.hidden = false;
    this.field.style.left = share(seen.left);
    this.field.style.top = share(seen.top);
    this.field.style.width = share(seen.right - seen.left + 1);
    this.field.style.height = share(seen.bottom - seen.top + 1);
    const place = {
      map: look.cell.map + 1,
      maps: look.maps,
      row: look.cell.row + 1,
      column: look.cell.column + 1,
      unit: look.classes?.[look.cell.map] ?? look.cell.map + 1,
    };
    const where = look.classes ? "output" : look.flat ? "unit" : "cell";
    this.title.replaceChildren(
      el("b", {}, look.name),
      ` ${t(`lens.${where}`, place)}: `,
      el("span", { class: "value" }, number(look.value)),
    );
    const all = seen.right - seen.left + 1 >= SIDE && seen.bottom - seen.top + 1 >= SIDE;
    const sees = all
      ? t("lens.sees-all")
      : t("lens.sees", {
          rows: span("row", seen.top, seen.bottom),
          columns: span("column", seen.left, seen.right),
        });
    this.sees.textContent = sees;
    this.text.textContent = this.#explain(look);
    return `${look.name} ${t(`lens.${where}`, place)}: ${number(look.value)}. ${sees}`;
  }

  /** Show how the value is computed: terms, and a sentence. @param {Look} look @returns {string} */
  #explain(look) {
    this.terms.replaceChildren();
    const { family, before, source, kernel } = look;
    if (family === "convolution" && kernel && before && source)
      return this.#convolution({ ...look, kernel, before, source });
    if (["pooling", "subsampling"].includes(family) && before && source) {
      this.terms.append(
        this.#term(patchOf(before.sheet, look.cell.map, source), source.side, {
          most: strongest(before.sheet.map(look.cell.map)),
          after: `→ ${number(look.value)}`,
        }),
      );
      return t("lens.pooling", { n: source.side ** 2, before: before.name });
    }
    if (family === "activation" && before) {
      const { map, row, column } = look.cell;
      return t("lens.activation", {
        kind: look.kind,
        from: number(before.sheet.value(map, row, column)),
        to: number(look.value),
      });
    }
    return look.family === "convolution" ? "" : t(`lens.family.${family}`);
  }

  /**
   * The sum over the input maps; those that contribute most are shown one by one.
   * @param {Look & {kernel: NonNullable<Look["kernel"]>, before: NonNullable<Look["before"]>,
   *   source: NonNullable<Look["source"]>}} look
   * @returns {string}
   */
  #convolution({ kernel, before, source, cell, value }) {
    const [, inputs, side] = kernel.shape;
    const size = side * side;
    /** @param {number} input */
    const weights = (input) => {
      const at = (cell.map * inputs + input) * size;
      return kernel.values.subarray(at, at + size);
    };
    const terms = Array.from({ length: inputs }, (_, input) => {
      const patch = patchOf(before.sheet, input, source);
      const own = weights(input);
      return { input, patch, own, sum: patch.reduce((sum, each, i) => sum + each * own[i], 0) };
    });
    const strongestPatch = Math.max(...terms.map(({ patch }) => strongest(patch)), 1e-9);
    const strongestWeight = strongest(kernel.values);
    terms.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
    this.terms.append(
      ...terms.slice(0, MOST_TERMS).map(({ input, patch, own, sum }) =>
        this.#term(patch, side, {
          label: inputs > 1 ? t("lens.map", { map: input + 1 }) : "",
          inked: before.sheet.inked,
          most: strongestPatch,
          kernel: own,
          mostKernel: strongestWeight,
          after: `= ${signed(sum)}`,
        }),
      ),
    );
    const bias = kernel.bias?.[cell.map];
    const rest = terms.slice(MOST_TERMS);
    const tail = [
      rest.length &&
        t("lens.others", {
          n: rest.length,
          sum: signed(rest.reduce((sum, each) => sum + each.sum, 0)),
        }),
      bias !== undefined && t("lens.bias", { bias: signed(bias) }),
      t("lens.total", { total: signed(value) }),
    ].filter(Boolean);
    this.terms.append(el("p", { class: "soft tail" }, tail.join(" ")));
    return t(inputs > 1 ? "lens.convolution" : "lens.convolution.one", {
      side,
      before: before.name,
    });
  }

  /**
   * Input values, the kernel they are multiplied by if there is one, and the result.
   * @param {Float32Array} patch @param {number} side
   * @param {{label?: string, inked?: boolean, most: number, kernel?: Float32Array | null,
   *   mostKernel?: number, after: string}} options
   */
  #term(patch, side, { label = "", inked = false, most, kernel = null, mostKernel = 1, after }) {
    return el(
      "div",
      { class: "term" },
      label && el("span", { class: "soft of" }, label),
      framed(tile(patch, side, side, most, { inked })),
      kernel && el("span", { "aria-hidden": "true" }, "×"),
      kernel && framed(tile(kernel, side, side, mostKernel)),
      el("span", { class: "value" }, after),
    );
  }
}

/** @param {HTMLCanvasElement} canvas */
function framed(canvas) {
  canvas.setAttribute("aria-hidden", "true");
  return el("span", { class: "tile" }, canvas);
}

/**
 * A square of cells of a map, with zero padding.
 * @param {import("./maps.js").Sheet} sheet @param {number} map
 * @param {{top: number, left: number, side: number}} square
 */
function patchOf(sheet, map, { top, left, side }) {
  return Float32Array.from({ length: side * side }, (_, i) => {
    const row = top + Math.floor(i / side);
    const column = left + (i % side);
    const within = row >= 0 && column >= 0 && row < sheet.height && column < sheet.width;
    return within ? sheet.value(map, row, column) : 0;
  });
}

/** One row or several, in words. @param {string} what @param {number} first @param {number} last */
const span = (what, first, last) =>
  t(first === last ? `lens.${what}` : `lens.${what}s`, { first: first + 1, last: last + 1 });

/** The colour scale, from negative to positive. */
export function legend() {
  const canvas = el("canvas", { width: 101, height: 1, class: "ramp", "aria-hidden": "true" });
  const context = contextOf(canvas);
  for (let i = 0; i <= 100; i++) {
    const [red, green, blue] = colourOf((i - 50) / 50, 1);
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
    context.fillRect(i, 0, 1, 1);
  }
  return el("p", { class: "legend soft" }, t("legend.low"), canvas, t("legend.high"));
}
