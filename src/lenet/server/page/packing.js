/** A drawing, or the image of a digit, as a word of an address: strokes in bytes, in base64. */

/**
 * @typedef {import("./strokes.js").Stroke} Stroke
 * @typedef {{width: number, height: number, strokes: Stroke[]}} Drawing
 * @typedef {{drawing: Drawing} | {image: Uint8Array<ArrayBuffer>}} Packed
 */

export const LONGEST = 1900; // characters; with the rest an address stays below 2,000
const SIDE = 28;
const UNITS = 2047; // of the drawing's longer side
const WIDTHS = 2000; // of a pen as wide as that side
const FAR = 127; // units from one point to the next
const PRESSURE = 100; // the usual one
const [STROKES, IMAGE] = ["s", "i"];

/** @param {Uint8Array} image of 28×28 @returns {string} */
export const packImage = (image) => IMAGE + toWord([...image]);

/**
 * The word for a drawing: with fewer points where it would be too long, "" where even that is.
 * @param {Drawing} drawing
 * @returns {string}
 */
export function packDrawing({ width, height, strokes }) {
  const longer = Math.max(width, height);
  for (let tolerance = 0.0005; tolerance < 0.02; tolerance *= 1.6) {
    const bytes = [...short((UNITS * width) / longer), ...short((UNITS * height) / longer)];
    for (const stroke of strokes) {
      const points = simplified(stroke.points, tolerance * longer);
      bytes.push(...strokeBytes(points, stroke.width, longer));
    }
    const word = STROKES + toWord(bytes);
    if (word.length <= LONGEST) return word;
  }
  return "";
}

/**
 * What a word stands for; null where it is none of ours.
 * @param {string} word @returns {Packed | null}
 */
export function unpack(word) {
  if (word.length > LONGEST) return null;
  const bytes = fromWord(word.slice(1));
  if (!bytes) return null;
  if (word[0] === IMAGE) return bytes.length === SIDE * SIDE ? { image: bytes } : null;
  if (word[0] !== STROKES) return null;
  const drawing = drawingOf(bytes);
  return drawing && { drawing };
}

/** @param {{x: number, y: number, p: number}[]} points @param {number} width @param {number} longer */
function strokeBytes(points, width, longer) {
  const pressed = points.some(({ p }) => p !== 1);
  const scale = UNITS / longer;
  /** @type {number[]} */
  const out = [];
  let at = { x: Math.round(points[0].x * scale), y: Math.round(points[0].y * scale) };
  let count = 0;
  /** @param {number} x @param {number} y @param {number} p */
  const add = (x, y, p) => {
    out.push((x - at.x) & 255, (y - at.y) & 255);
    if (pressed) out.push(Math.min(255, Math.round(p * PRESSURE)));
    at = { x, y };
    count++;
  };
  const begin = [...short(at.x + 4096), ...short(at.y + 4096)];
  for (const { x, y, p } of points) {
    const to = { x: Math.round(x * scale), y: Math.round(y * scale) };
    const from = at;
    const pieces = Math.max(
      1,
      Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)) / FAR),
    );
    for (let piece = 1; piece <= pieces; piece++)
      add(
        from.x + Math.round(((to.x - from.x) * piece) / pieces),
        from.y + Math.round(((to.y - from.y) * piece) / pieces),
        p,
      );
  }
  const pen = Math.min(255, Math.round((WIDTHS * width) / longer));
  return [pen, pressed ? 1 : 0, ...short(count), ...begin, ...out];
}

/** @param {Uint8Array} bytes @returns {Drawing | null} */
function drawingOf(bytes) {
  let at = 0;
  /** The next byte; NaN behind the last one. */
  const byte = () => bytes[at++] ?? NaN;
  const word = () => 256 * byte() + byte();
  /** @param {number} value */
  const signed = (value) => (value > 127 ? value - 256 : value);
  const [width, height] = [word(), word()];
  /** @type {Stroke[]} */
  const strokes = [];
  while (at < bytes.length) {
    const pen = (byte() * UNITS) / WIDTHS;
    const pressed = byte() === 1;
    const count = word();
    let [x, y] = [word() - 4096, word() - 4096];
    const points = [];
    for (let i = 0; i < count && at < bytes.length; i++) {
      x += signed(byte());
      y += signed(byte());
      points.push({ x, y, p: pressed ? byte() / PRESSURE : 1 });
    }
    if (!count || points.length < count) return null;
    strokes.push({ width: pen, points });
  }
  const numbers = strokes.flatMap((stroke) => [
    stroke.width,
    ...stroke.points.flatMap((point) => Object.values(point)),
  ]);
  const sound = width > 0 && height > 0 && strokes.length > 0 && numbers.every(Number.isFinite);
  return sound ? { width, height, strokes } : null;
}

/** @param {number} value */
const short = (value) => [(Math.round(value) >> 8) & 255, Math.round(value) & 255];

/**
 * A line with fewer points, nowhere further from it than `tolerance` (Douglas and Peucker 1973).
 * @template {{x: number, y: number}} P
 * @param {P[]} points @param {number} tolerance @returns {P[]}
 */
function simplified(points, tolerance) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points[points.length - 1]];
  const [dx, dy] = [last.x - first.x, last.y - first.y];
  const length = Math.hypot(dx, dy);
  let [most, place] = [-1, 0];
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = [points[i].x - first.x, points[i].y - first.y];
    const away = length ? Math.abs(x * dy - y * dx) / length : Math.hypot(x, y);
    if (away > most) [most, place] = [away, i];
  }
  if (most <= tolerance) return [first, last];
  const before = simplified(points.slice(0, place + 1), tolerance);
  return [...before.slice(0, -1), ...simplified(points.slice(place), tolerance)];
}

/** Base64 whose letters need no escaping in an address. @param {number[]} bytes */
const toWord = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** @param {string} word @returns {Uint8Array<ArrayBuffer> | null} */
function fromWord(word) {
  if (!/^[\w-]*$/.test(word) || word.length % 4 === 1) return null;
  const text = atob(word.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
