/** The lens: the receptive field of a cell, and how its value is computed. */
import { SIDE, paintDigit } from "./digits.js";
import { button, contextOf, el } from "./elements.js";
import { colourOf } from "./maps.js";
import { field } from "./receptive.js";
import { number, t } from "./strings.js";
import { explained } from "./sums.js";

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
    this.sees.textContent = hintText();
    this.text.textContent = "";
    this.terms.replaceChildren();
  }

  /** @param {import("./sums.js").Look} look @returns {string} the same in a sentence */
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
    const { terms, text } = explained(look);
    const opened = this.terms.querySelector("details")?.open ?? false;
    this.terms.replaceChildren(...terms);
    const details = this.terms.querySelector("details");
    if (details) details.open = opened;
    this.text.textContent = text;
    return `${look.name} ${t(`lens.${where}`, place)}: ${number(look.value)}. ${sees}`;
  }
}

/** How a cell is chosen: by a pointer, or by a finger. */
const hintText = () => t(matchMedia("(pointer: coarse)").matches ? "lens.hint.touch" : "lens.hint");

/** One row or several, in words. @param {string} what @param {number} first @param {number} last */
const span = (what, first, last) =>
  t(first === last ? `lens.${what}` : `lens.${what}s`, { first: first + 1, last: last + 1 });

/** The colours from negative to positive, on a canvas one pixel high. */
export function ramp() {
  const canvas = el("canvas", { width: 101, height: 1, class: "ramp", "aria-hidden": "true" });
  const context = contextOf(canvas);
  for (let i = 0; i <= 100; i++) {
    const [red, green, blue] = colourOf((i - 50) / 50, 1);
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
    context.fillRect(i, 0, 1, 1);
  }
  return canvas;
}

/** The colour scale in words and colours. */
export const legend = () =>
  el("p", { class: "legend soft" }, t("legend.low"), ramp(), t("legend.high"));
