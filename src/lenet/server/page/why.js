/** Why an answer: what covering parts of the image with paper does to it. */
import { covered, nameOf } from "./api.js";
import { SIDE, paintDigit } from "./digits.js";
import { button, contextOf, el, speak } from "./elements.js";
import { colourOf, strongest, tile } from "./maps.js";
import { about } from "./models.js";
import { t } from "./strings.js";
import { explained } from "./trouble.js";

const FAINT = 0.05; // a change of the logarithm that is none
const INKED = 64; // of a byte: fainter pixels at the edge of strokes are not counted as ink

/**
 * @typedef {import("./api.js").Box} Box
 * @typedef {{box: Box, width: number, height: number}} Place of a digit on a drawing of that size
 */

export class Why {
  /** @type {import("./api.js").Bytes | null} */ #image = null;
  /** @type {import("./api.js").Layers | null} */ #found = null;
  /** @type {Float32Array | null} */ #values = null;
  #model;
  #cover;
  #asked = 0;

  /**
   * @param {string} model
   * @param {(heat: HTMLCanvasElement | null, image: import("./api.js").Bytes) => void} cover lay the
   *   answer over the strokes that the image was made of, or take it away
   */
  constructor(model, cover) {
    this.#model = model;
    this.#cover = cover;
    this.over = el("canvas", { class: "heat", "aria-hidden": "true" });
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
    this.#values = null;
    this.shown.hidden = true;
    this.#cover(null, image);
    this.#busy(false);
  }

  /** Paint what is shown, in the present colours. */
  recolour() {
    const values = this.#values;
    if (!values) return;
    const side = Math.sqrt(values.length);
    const most = Math.max(strongest(values), FAINT);
    tile(values, side, side, most, { canvas: this.heat });
    // The strokes are seen where nothing changes, and so is what was drawn beside them.
    const pixels = new ImageData(side, side);
    values.forEach((value, index) => {
      const alpha = 255 * Math.sqrt(Math.abs(value) / most);
      pixels.data.set([...colourOf(value, most), alpha], 4 * index);
    });
    this.over.width = this.over.height = side;
    contextOf(this.over).putImageData(pixels, 0, 0);
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
      this.#values = found.values;
      this.recolour();
      this.#cover(this.over, image);
      const most = strongest(found.values);
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

/**
 * Where the whole of an image lies on the drawing that one digit of it was made of: its ink lies in
 * the digit's box. In shares of the drawing.
 * @param {Uint8Array} image @param {Place} place
 */
export function frameOf(image, { box: [x, y, across, down], width, height }) {
  const pixels = Array.from(image.keys()).filter((index) => image[index] > INKED);
  /** The middle of the ink, and from its first to its last pixel. @param {number[]} at */
  const extent = (at) => {
    const [first, last] = [Math.min(...at), Math.max(...at)];
    return { middle: (first + last + 1) / 2, size: last + 1 - first };
  };
  const rows = extent(pixels.map((index) => Math.floor(index / SIDE)));
  const columns = extent(pixels.map((index) => index % SIDE));
  const pixel = Math.max(across, down) / Math.max(rows.size, columns.size);
  return {
    left: (x + across / 2 - columns.middle * pixel) / width,
    top: (y + down / 2 - rows.middle * pixel) / height,
    width: (SIDE * pixel) / width,
    height: (SIDE * pixel) / height,
  };
}
