/** Why an answer: what covering parts of the image with paper does to it. */
import { covered, messageOf } from "./api.js";
import { SIDE, paintDigit } from "./digits.js";
import { button, el } from "./elements.js";
import { strongest, tile } from "./maps.js";
import { t } from "./strings.js";

const FAINT = 0.05; // a change of the logarithm that is none

export class Why {
  /** @type {import("./api.js").Bytes | null} */ #image = null;
  #model;
  #asked = 0;

  /** @param {string} model */
  constructor(model) {
    this.#model = model;
    this.button = button(t("why"), () => this.#ask(), { class: "why-button" });
    this.heat = el("canvas", { class: "heat" });
    this.image = el("canvas", { class: "digit-image", width: SIDE, height: SIDE });
    this.words = el("p", { class: "soft" });
    this.shown = el(
      "div",
      { class: "why-shown", hidden: true },
      el("div", { class: "pixels", "aria-hidden": "true" }, this.image, this.heat),
      this.words,
    );
    this.element = el("div", { class: "why" }, this.button, this.shown);
  }

  /** Another image is looked into: what was shown is about the old one. @param {import("./api.js").Bytes} image */
  about(image) {
    this.#image = image;
    this.#asked++;
    this.shown.hidden = true;
    this.button.disabled = false;
  }

  async #ask() {
    const image = this.#image;
    if (!image) return;
    const mine = ++this.#asked;
    this.button.disabled = true;
    paintDigit(this.image, image);
    try {
      const found = await covered(image, this.#model, () => mine === this.#asked);
      if (!found || mine !== this.#asked) return;
      const most = strongest(found.values);
      tile(found.values, found.side, found.side, Math.max(most, FAINT), { canvas: this.heat });
      this.words.textContent = t(most < FAINT ? "why.nothing" : "why.what");
    } catch (error) {
      this.words.textContent = messageOf(error);
    }
    this.shown.hidden = false;
    this.button.disabled = false;
  }
}
