/** A drawing, or the image of a digit, as a word of an address: strokes in bytes, in base64. */
import { lineOf } from "./strokes.js";

/**
 * @typedef {import("./strokes.js").Stroke} Stroke
 * @typedef {import("./strokes.js").Point} Point
 * @typedef {{width: number, height: number, strokes: Stroke[]}} Drawing
 * @typedef {{drawing: Drawing} | {image: Uint8Array<ArrayBuffer>}} Packed
 */

const LONGEST = 1900; // characters of a word in an address
const SIDE = 28;
const UNITS = 2047; // of the drawing's longer side
const WIDTHS = 2000; // of a pen as wide as that side
const FAR = 127; // units from one point to the next that fit into a byte
const FARTHER = -128; // two more bytes tell how far
const PRESSURE = 100; // the usual one
const FINEST = 0.0005; // of the longer side: how far a line of the word may be from the one drawn
const COARSEST = 0.02;
const SLIMMEST = 40; // shorter sides in the longer one; the styles make sheets at least 6 rem high
/** What a stroke of a word is, as bits. */
const [PRESSED, STRAIGHT] = [1, 2];
const [STROKES, IMAGE] = ["s", "i"];

/** @param {Uint8Array} image of 28×28 @returns {string} */
export const packImage = (image) => IMAGE + toWord([...image]);

/**
 * The word for a drawing: with fewer points where it would be too long, "" where even that is.
 * @param {Drawing} drawing @param {number} room characters that it may have
 * @returns {string}
 */
export function packDrawing(drawing, room) {
  const longest = Math.min(LONGEST, room);
  for (let tolerance = FINEST; tolerance < COARSEST; tolerance *= 1.6) {
    const word = packedWith(drawing, tolerance);
    if (word.length <= longest) return word;
  }
  return "";
}

/** The word for a drawing, however long: fine enough to read it alike. @param {Drawing} drawing */
export const packWhole = (drawing) => packedWith(drawing, FINEST);

/**
 * The drawing as a link to it holds it, so that who opens the link is given the same answer;
 * the drawing itself where there is too much of it for a fine copy.
 * @param {Drawing} drawing @returns {Drawing}
 */
export function asLinked(drawing) {
  const found = unpack(packWhole(drawing));
  return found && "drawing" in found ? found.drawing : drawing;
}

/** @param {Drawing} drawing @param {number} tolerance as a share of its longer side */
function packedWith({ width, height, strokes }, tolerance) {
  const longer = Math.max(width, height);
  const bytes = [...short((UNITS * width) / longer), ...short((UNITS * height) / longer)];
  for (const stroke of strokes) bytes.push(...strokeBytes(stroke, longer, tolerance * UNITS));
  return STROKES + toWord(bytes);
}

/**
 * What a word stands for; null where it is none of ours.
 * @param {string} word @param {number} [longest] characters that it may have
 * @returns {Packed | null}
 */
export function unpack(word, longest = LONGEST) {
  if (word.length > longest) return null;
  const bytes = fromWord(word.slice(1));
  if (!bytes) return null;
  if (word[0] === IMAGE) return bytes.length === SIDE * SIDE ? { image: bytes } : null;
  if (word[0] !== STROKES) return null;
  const drawing = drawingOf(bytes);
  return drawing && { drawing };
}

/**
 * The bytes of a stroke: the points of the line that is painted. Rounded before points are left
 * out, so that the word of what a word stands for is the same word.
 * @param {Stroke} stroke @param {number} longer @param {number} tolerance in units
 */
function strokeBytes(stroke, longer, tolerance) {
  const scale = UNITS / longer;
  const line = lineOf(stroke).map(({ x, y, p }) => ({
    x: Math.round(x * scale),
    y: Math.round(y * scale),
    p: Math.min(255, Math.round(p * PRESSURE)),
  }));
  const points = simplified(line, tolerance, (stroke.width * scale) / PRESSURE);
  const pressed = points.some(({ p }) => p !== PRESSURE);
  const pen = Math.min(255, Math.round((WIDTHS * stroke.width) / longer));
  const kind = (pressed ? PRESSED : 0) | STRAIGHT;
  let at = points[0];
  const bytes = [pen, kind, ...short(points.length), ...short(at.x + 4096), ...short(at.y + 4096)];
  for (const point of points) {
    bytes.push(...step(point.x - at.x), ...step(point.y - at.y));
    if (pressed) bytes.push(point.p);
    at = point;
  }
  return bytes;
}

/** @param {number} units */
const step = (units) =>
  Math.abs(units) <= FAR ? [units & 255] : [FARTHER & 255, ...short(units + 32768)];

/** @param {Uint8Array} bytes @returns {Drawing | null} */
function drawingOf(bytes) {
  let at = 0;
  /** The next byte; NaN behind the last one. */
  const byte = () => bytes[at++] ?? NaN;
  const word = () => 256 * byte() + byte();
  const units = () => {
    const value = byte();
    const signed = value > 127 ? value - 256 : value;
    return signed === FARTHER ? word() - 32768 : signed;
  };
  const [width, height] = [word(), word()];
  /** @type {Stroke[]} */
  const strokes = [];
  while (at < bytes.length) {
    const pen = (byte() * UNITS) / WIDTHS;
    const kind = byte();
    const count = word();
    let [x, y] = [word() - 4096, word() - 4096];
    const points = [];
    for (let i = 0; i < count && at < bytes.length; i++) {
      x += units();
      y += units();
      points.push({ x, y, p: kind & PRESSED ? byte() / PRESSURE : 1 });
    }
    if (!count || points.length < count) return null;
    strokes.push({ width: pen, points, straight: Boolean(kind & STRAIGHT) });
  }
  const numbers = strokes.flatMap((stroke) => [
    stroke.width,
    ...stroke.points.flatMap((point) => Object.values(point)),
  ]);
  const isSheet = Math.max(width, height) === UNITS && Math.min(width, height) >= UNITS / SLIMMEST;
  const sound = isSheet && strokes.length > 0 && numbers.every(Number.isFinite);
  return sound ? { width, height, strokes } : null;
}

/** @param {number} value */
const short = (value) => [(Math.round(value) >> 8) & 255, Math.round(value) & 255];

/**
 * A line with fewer points, nowhere further from it than `tolerance` (Douglas and Peucker 1973).
 * @param {Point[]} points @param {number} tolerance
 * @param {number} thickness of the line, for a pressure of 1
 * @returns {Point[]}
 */
function simplified(points, tolerance, thickness) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points[points.length - 1]];
  const [dx, dy] = [last.x - first.x, last.y - first.y];
  const length = Math.hypot(dx, dy);
  const usual = (first.p + last.p) / 2;
  let [most, place] = [-1, 0];
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = [points[i].x - first.x, points[i].y - first.y];
    const off = length ? Math.abs(x * dy - y * dx) / length : Math.hypot(x, y);
    const away = Math.max(off, (Math.abs(points[i].p - usual) * thickness) / 2);
    if (away > most) [most, place] = [away, i];
  }
  if (most <= tolerance) return [first, last];
  const before = simplified(points.slice(0, place + 1), tolerance, thickness);
  return [...before.slice(0, -1), ...simplified(points.slice(place), tolerance, thickness)];
}

/** Base64 whose letters need no escaping in an address. @param {number[]} bytes */
const toWord = (bytes) =>
  btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** @param {string} word @returns {Uint8Array<ArrayBuffer> | null} */
function fromWord(word) {
  if (!/^[\w-]*$/.test(word) || word.length % 4 === 1) return null;
  const text = atob(word.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
