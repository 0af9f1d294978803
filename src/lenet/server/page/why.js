/** Why an answer: what covering parts of the image with paper does to it. */
import { covered, nameOf } from "./api.js";
import { SIDE, paintDigit } from "./digits.js";
import { button, el, speak } from "./elements.js";
import { strongest, tile } from "./maps.js";
import { about } from "./models.js";
import { t } from "./strings.js";
import { explained } from "./trouble.js";

const FAINT = 0.05; // a change of the logarithm that is none

export class Why {
  /** @type {import("./api.js").Bytes | null} */ #image = null;
  /** @type {import("./api.js").Layers | null} */ #found = null;
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

  /**
   * Another image is looked into: what was shown is about the old one.
   * @param {import("./api.js").Bytes} image @param {import("./api.js").Layers} found
   */
  about(image, found) {
    this.#image = image;
    this.#found = found;
    this.#asked++;
    this.shown.hidden = true;
    this.#busy(false);
  }

  /** Say whether it is at work; it takes a phone seconds. @param {boolean} is */
  #busy(is) {
    this.element.setAttribute("aria-busy", String(is));
    this.button.setAttribute("aria-disabled", String(is));
    this.button.textContent = t(is ? "why.looking" : "why");
  }

  async #ask() {
    const image = this.#image;
    const answer = this.#found;
    if (!image || !answer || this.element.ariaBusy === "true") return;
    const mine = ++this.#asked;
    this.#busy(true);
    speak(t("why.looking"), 0);
    paintDigit(this.image, image);
    try {
      const found = await covered(image, this.#model, () => mine === this.#asked);
      if (!found || mine !== this.#asked) return;
      const most = strongest(found.values);
      tile(found.values, found.side, found.side, Math.max(most, FAINT), { canvas: this.heat });
      const what = answer.status === "not_a_digit" ? "why.what.refused" : "why.what";
      const key = most < FAINT ? "why.nothing" : what;
      this.words.textContent = about(this.#model, key, { digit: nameOf(answer) });
      speak(this.words.textContent, 0);
    } catch (error) {
      if (mine !== this.#asked) return;
      this.words.textContent = explained(error);
    }
    this.shown.hidden = false;
    this.#busy(false);
  }
}
