/** The 28×28 input of the network on a canvas. */
import { contextOf, el } from "./elements.js";

export const SIDE = 28;

/**
 * A canvas of 28×28 with crisp pixels. Only the ink is painted; the style sets its colour and the paper.
 * @param {Uint8Array} image 784 bytes, 0 = paper, 255 = ink
 * @param {string} [label] what a screen reader says; without one it is decoration
 */
export function digitCanvas(image, label) {
  const canvas = el("canvas", {
    class: "digit-image",
    width: SIDE,
    height: SIDE,
    ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }),
  });
  paintDigit(canvas, image);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @param {Uint8Array | null} image */
export function paintDigit(canvas, image) {
  const context = contextOf(canvas);
  const pixels = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) pixels.data[4 * i + 3] = image ? image[i] : 0;
  context.putImageData(pixels, 0, 0);
}
