/** What is done to a picture before it is sent: shrunk, or drawn by the browser, where it must be. */
import { contextOf } from "./elements.js";
import { bytes, integer } from "./strings.js";

/** What the service reads as it is. */
const READ = new Set(["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"]);
const SIDES = [4000, 3000, 2000, 1400]; // pixels, tried in turn until the file is small enough
const DRAWN = 1600; // pixels of the longer side of a drawing without a size of its own
const JPEG = { type: "image/jpeg", pixels: 200_000_000 }; // the service reduces one as it decodes it

/**
 * @typedef {{blob: Blob, shown: boolean, note: {key: string, values: Record<string, string | number>} | null}}
 *   Ready `shown`: whether the browser can show it; `note`: what was done to it
 */

/** A picture is too large, and the browser cannot make it smaller. */
export class TooLarge extends Error {}

/**
 * A picture as it can be sent. One that the browser does not know is sent as it is: the service
 * says what is wrong with it.
 * @param {Blob} picture
 * @param {{maxBody: number, maxPixels: number}} limits bytes and pixels that the service takes
 * @returns {Promise<Ready>}
 */
export async function madeReady(picture, { maxBody, maxPixels }) {
  const image = await decoded(picture);
  if (!image) {
    if (picture.size > maxBody) throw new TooLarge();
    return { blob: picture, shown: false, note: null };
  }
  const pixels = image.naturalWidth * image.naturalHeight;
  const most = picture.type === JPEG.type ? JPEG.pixels : maxPixels;
  /** @type {[boolean, string, Record<string, string>][]} */
  const reasons = [
    [picture.size > maxBody, "picture.reduced", { size: bytes(picture.size) }],
    [pixels > most, "picture.reduced.pixels", { before: integer(pixels) }],
    [!READ.has(picture.type), "picture.converted", {}],
  ];
  const reason = reasons.find(([holds]) => holds);
  if (!reason) return { blob: picture, shown: true, note: null };
  const [, key, values] = reason;
  const { blob, ...size } = await redrawn(image, maxBody, key === "picture.converted");
  return { blob, shown: true, note: { key, values: { ...values, ...size } } };
}

/**
 * A picture as the browser reads it, or null. Not `createImageBitmap`, which takes no SVG.
 * @param {Blob} picture @returns {Promise<HTMLImageElement | null>}
 */
function decoded(picture) {
  return new Promise((resolve) => {
    const image = new Image();
    const address = URL.createObjectURL(picture);
    /** @param {HTMLImageElement | null} found */
    const done = (found) => {
      resolve(found);
      setTimeout(() => URL.revokeObjectURL(address)); // once it was drawn
    };
    image.onload = () => done(image);
    image.onerror = () => done(null);
    image.src = address;
  });
}

/**
 * A picture drawn anew, small enough to be sent, on white.
 * @param {HTMLImageElement} image @param {number} most bytes @param {boolean} exact as PNG, if that
 *   is small enough
 * @returns {Promise<{blob: Blob, width: number, height: number}>}
 */
async function redrawn(image, most, exact) {
  const [across, down] = [image.naturalWidth || DRAWN, image.naturalHeight || DRAWN];
  for (const side of SIDES) {
    const scale = Math.min(1, side / Math.max(across, down));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(across * scale));
    canvas.height = Math.max(1, Math.round(down * scale));
    const context = contextOf(canvas, { alpha: false });
    context.fillStyle = "#fff"; // behind transparent pixels
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    for (const type of exact ? ["image/png", JPEG.type] : [JPEG.type]) {
      /** @type {Blob | null} */
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.92));
      if (blob && blob.size <= most) return { blob, width: canvas.width, height: canvas.height };
    }
  }
  throw new TooLarge();
}
