/** What kinds of layers there are, and how they are called on the page. */
import { integer, t } from "./strings.js";

/** What a layer does, in one word. @param {string} kind */
export function family(kind) {
  const word = kind.toLowerCase();
  if (/^\d+ × convolution/.test(word)) return "residual";
  if (/^convolution/.test(word)) return "convolution";
  if (/^(average|maximum)/.test(word)) return "pooling";
  if (/^full|^squared distance/.test(word)) return "dense";
  if (/^padding/.test(word)) return "padding";
  if (/normali[sz]ation/.test(word)) return "normalisation";
  if (/^flatten/.test(word)) return "flatten";
  if (/^dropout/.test(word)) return "dropout";
  if (/^scale/.test(word)) return "scale";
  if (word === "image") return "image";
  return "activation";
}

/** "convolution 5×5" is a convolution. @param {string} kind */
export const wordOf = (kind) => kind.replace(/\s*[\d(].*$/, "");

/** What a layer is, in the page's language where it has the words. @param {string} kind */
export function kindText(kind) {
  const word = wordOf(kind);
  return t(`kind.${word}`, {}, word) + kind.slice(word.length);
}

/** What a layer gives, in words. @param {number[]} shape */
export function shapeText(shape) {
  const [maps, height, width] = shape;
  if (!height) return t("shape.flat", { n: integer(maps) });
  return t(maps === 1 ? "shape.one" : "shape.maps", { n: integer(maps), height, width });
}
