/** Ten bars: the probability of each digit, for one model or two side by side. */
import { el } from "./elements.js";
import { percent, t } from "./strings.js";

export class Bars {
  #rows;

  constructor() {
    this.#rows = Array.from({ length: 10 }, (_, digit) => {
      const fills = [el("i"), el("i")];
      const shares = [el("b"), el("b")];
      const tracks = fills.map((fill, side) => el("span", { class: `track side-${side}` }, fill));
      const row = el(
        "li",
        {},
        el("span", { class: "name" }, digit),
        el("span", { class: "tracks", "aria-hidden": "true" }, ...tracks),
        el("span", { class: "shares" }, ...shares),
      );
      return { row, fills, shares };
    });
    this.element = el("ol", { class: "bars", "aria-label": t("bars") });
    this.element.append(...this.#rows.map(({ row }) => row));
  }

  /**
   * @param {number[] | null} first ten probabilities
   * @param {number[] | null} [second] of the model it is compared with; null where it has none
   * @param {boolean} [compared]
   */
  show(first, second = null, compared = false) {
    this.element.classList.toggle("two", compared);
    this.element.classList.toggle("none", !first && !second);
    const best = [first, second].map((row) => (row ? row.indexOf(Math.max(...row)) : -1));
    this.#rows.forEach(({ row, fills, shares }, digit) => {
      [first, second].forEach((probabilities, side) => {
        const share = probabilities?.[digit] ?? 0;
        fills[side].style.transform = `scaleX(${share})`;
        shares[side].textContent = probabilities ? percent(share) : "–";
        shares[side].hidden = side === 1 && !compared;
      });
      row.classList.toggle("best", digit === best[0]);
      row.classList.toggle("best-second", compared && digit === best[1]);
    });
  }
}
