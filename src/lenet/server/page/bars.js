/** Bars: the probability of each class, for one model or two side by side. */
import { el } from "./elements.js";
import { percent, t } from "./strings.js";

const MOST = 10; // bars: of more classes, the most probable ones are shown
const WIDEST = 12; // characters of a name; the rest of a longer one is cut off

export class Bars {
  /** @type {{row: HTMLElement, name: HTMLElement, fills: HTMLElement[], shares: HTMLElement[]}[]} */
  #rows = [];

  constructor() {
    this.element = el("ol", { class: "bars", "aria-label": t("bars") });
    /** The names over the columns of two models. */
    this.heads = el("p", { class: "heads", "aria-hidden": "true", hidden: true });
  }

  /** Name the columns. @param {string[]} names of the two models; none where there is one */
  name(names) {
    this.heads.hidden = !names.length;
    this.heads.replaceChildren(...names.map((name) => el("b", { title: name }, name)));
  }

  /**
   * @param {string[]} classes names
   * @param {number[] | null} first their probabilities
   * @param {{classes: string[], probabilities: number[] | null} | null} [other] of the model it is
   *   compared with; null where there is none
   */
  show(classes, first, other = null) {
    this.element.classList.toggle("two", Boolean(other));
    this.element.classList.toggle("none", !first && !other?.probabilities);
    const second = other?.probabilities ? sharesOf(other, classes) : null;
    const shown = classes.map((_, index) => index);
    if (shown.length > MOST) shown.sort((a, b) => (first?.[b] ?? 0) - (first?.[a] ?? 0));
    this.#build(Math.min(MOST, shown.length));
    const longest = Math.min(WIDEST, Math.max(...classes.map((name) => name.length)));
    this.element.style.setProperty("--name", `${longest}ch`);
    const best = [first, second].map((row) => {
      const known = row?.map((share) => share ?? 0) ?? [];
      return known.indexOf(Math.max(...known));
    });
    this.#rows.forEach(({ row, name, fills, shares }, place) => {
      const index = shown[place];
      name.textContent = name.title = classes[index];
      [first, second].forEach((probabilities, side) => {
        const share = probabilities?.[index] ?? null;
        fills[side].style.transform = `scaleX(${share ?? 0})`;
        shares[side].textContent = share === null ? "–" : percent(share);
        shares[side].hidden = side === 1 && !other;
      });
      row.classList.toggle("best", index === best[0]);
      row.classList.toggle("best-second", index === best[1]);
    });
  }

  /** Have so many rows. @param {number} count */
  #build(count) {
    if (this.#rows.length === count) return;
    this.#rows = Array.from({ length: count }, () => {
      const fills = [el("i"), el("i")];
      const shares = [el("b"), el("b")];
      const name = el("span", { class: "name" });
      const tracks = fills.map((fill, side) => el("span", { class: `track side-${side}` }, fill));
      const row = el(
        "li",
        {},
        name,
        el("span", { class: "tracks", "aria-hidden": "true" }, ...tracks),
        el("span", { class: "shares" }, ...shares),
      );
      return { row, name, fills, shares };
    });
    this.element.replaceChildren(...this.#rows.map(({ row }) => row));
  }
}

/**
 * The probabilities that a model gives to the classes of another one; null for those it lacks.
 * @param {{classes: string[], probabilities: number[] | null}} model @param {string[]} classes
 * @returns {(number | null)[]}
 */
function sharesOf({ classes: own, probabilities }, classes) {
  return classes.map((name) => probabilities?.[own.indexOf(name)] ?? null);
}
