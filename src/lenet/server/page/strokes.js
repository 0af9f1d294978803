/** A drawing: strokes of points with pressure, with undo and redo, painted at any size. */
import { contextOf } from "./elements.js";

/**
 * @typedef {{x: number, y: number, p: number}} Point p is the pressure, 1 where there is none
 * @typedef {{width: number, points: Point[], straight?: boolean}} Stroke widths and places in the
 *   drawing's own units; `straight`: straight from point to point, as a link has it
 */

/**
 * @typedef {{width: number, height: number, box: import("./api.js").Box,
 *   ink: import("./centring.js").Ink | null}} Drawing all of it as one digit; `box` in the drawing's
 *   own units, `ink` at a size of its own, null if there is none
 */

const LONGEST = 640; // pixels of the longer side of a picture of it
const SHORTEST = 320; // of one to be read: the service enlarges smaller ones
const LINE = 4; // pixels that the thinnest line has at least: its digits are large enough to read
const ONE = 160; // pixels of the longer side of a digit that the page reads itself

export class Strokes {
  /** @type {Stroke[]} */ list;
  /** @type {Stroke[][]} */ #before = [];
  /** What was undone. @type {Stroke[][]} */ #after = [];

  /** @param {Stroke[]} [list] */
  constructor(list = []) {
    this.list = list;
  }

  get empty() {
    return this.list.length === 0;
  }

  /** Replace the drawing; one undo brings the old one back. @param {Stroke[]} list */
  put(list) {
    this.#remember();
    this.list = list;
  }

  get canUndo() {
    return this.#before.length > 0;
  }

  get canRedo() {
    return this.#after.length > 0;
  }

  /**
   * Begin a stroke.
   * @param {number} width
   * @param {{alone?: boolean}} [options] alone: it can be undone by itself
   * @returns {Stroke}
   */
  begin(width, { alone = true } = {}) {
    if (alone) this.#remember();
    const stroke = { width, points: [] };
    this.list.push(stroke);
    return stroke;
  }

  /** Begin a new drawing; one undo brings the old one back. */
  afresh() {
    this.#remember();
    this.list = [];
  }

  undo() {
    const earlier = this.#before.pop();
    if (!earlier) return;
    this.#after.push(this.list);
    this.list = earlier;
  }

  redo() {
    const later = this.#after.pop();
    if (!later) return;
    this.#before.push(this.list);
    this.list = later;
  }

  /** Take back a stroke that nobody meant; it cannot be redone. */
  drop() {
    this.list = this.#before.pop() ?? this.list;
  }

  /**
   * Rub out what lies near a line: strokes are cut, and what remains stays as it was.
   * @param {Point[]} line @param {number} radius
   * @param {boolean} first whether this is the first touch of the eraser: one undo brings all back
   * @returns {boolean} whether anything was rubbed out
   */
  erase(line, radius, first) {
    const path = dense(line, radius / 2);
    const list = this.list.flatMap((stroke) => without(stroke, path, radius));
    const changed =
      list.length !== this.list.length || list.some((stroke, at) => stroke !== this.list[at]);
    if (!changed) return false;
    if (first) this.#remember();
    this.list = list;
    return true;
  }

  clear() {
    if (!this.empty) this.afresh();
  }

  #remember() {
    this.#after = [];
    this.#before.push([...this.list]);
    if (this.#before.length > 200) this.#before.shift();
  }

  /**
   * Paint all strokes in the colour set as `fillStyle` and `strokeStyle`.
   * @param {CanvasRenderingContext2D} context
   */
  paint(context) {
    for (const stroke of this.list) paintStroke(context, stroke);
  }

  /**
   * The drawing as SVG, black on white.
   * @param {{width: number, height: number}} size of the drawing, in its own units
   */
  svg({ width, height }) {
    const lines = this.list.flatMap((stroke) =>
      stroke.points.length === 1
        ? [dot(stroke.points[0], stroke.width)]
        : pathsOf(stroke).map(
            ({ d, width: wide }) => `<path d="${d}" stroke-width="${short(wide)}"/>`,
          ),
    );
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${short(width)} ${short(height)}">` +
      `<rect width="100%" height="100%" fill="#fff"/><g fill="none" stroke="#000" ` +
      `stroke-linecap="round" stroke-linejoin="round">${lines.join("")}</g></svg>\n`
    );
  }

  /**
   * The drawing as a picture, black on white.
   * @param {{width: number, height: number}} size of the drawing, in its own units
   * @param {{brief?: boolean}} [options] `brief`: no larger than the service needs to read it
   * @returns {Promise<Blob>} a PNG
   */
  picture({ width, height }, { brief = false } = {}) {
    const longer = Math.max(width, height);
    let thinnest = Infinity;
    for (const { width: line, points } of this.list)
      for (const { p } of points) thinnest = Math.min(thinnest, line * p);
    const enough = Math.min(LONGEST, Math.max(SHORTEST, (LINE * longer) / thinnest));
    const scale = (brief ? enough : LONGEST) / longer;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = contextOf(canvas, { alpha: false });
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.scale(scale, scale);
    context.fillStyle = context.strokeStyle = "#000";
    this.paint(context);
    return new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("the drawing is too large"))),
        "image/png",
      ),
    );
  }

  /**
   * All strokes as the ink of one digit, always as large.
   * @param {{width: number, height: number}} size of the drawing, in its own units
   * @returns {Drawing}
   */
  drawing({ width, height }) {
    const box = this.#box();
    if (!box) return { width, height, box: [0, 0, 0, 0], ink: null };
    const [left, top, across, down] = box;
    const scale = ONE / Math.max(across, down);
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(across * scale) + 2;
    canvas.height = Math.ceil(down * scale) + 2;
    const context = contextOf(canvas, { willReadFrequently: true });
    context.translate(1 - left * scale, 1 - top * scale);
    context.scale(scale, scale);
    this.paint(context);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const values = Uint8Array.from({ length: data.length / 4 }, (_, pixel) => data[4 * pixel + 3]);
    return { width, height, box, ink: { values, height: canvas.height, width: canvas.width } };
  }

  /** The bounding box of all ink. @returns {import("./api.js").Box | null} */
  #box() {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { width, points } of this.list)
      for (const { x, y, p } of points) {
        const reach = (width * p) / 2;
        left = Math.min(left, x - reach);
        right = Math.max(right, x + reach);
        top = Math.min(top, y - reach);
        bottom = Math.max(bottom, y + reach);
      }
    return left < right ? [left, top, right - left, bottom - top] : null;
  }
}

/**
 * The pieces of a stroke that an eraser leaves; the stroke itself if it is not touched.
 * @param {Stroke} stroke @param {{x: number, y: number}[]} eraser @param {number} radius
 * @returns {Stroke[]}
 */
function without(stroke, eraser, radius) {
  const reach = radius + stroke.width / 2;
  // A quick pen leaves points further apart than the eraser is wide.
  const points = dense(stroke.points, radius / 2);
  /** @param {Point} point */
  const rubbed = (point) => eraser.some((at) => Math.hypot(at.x - point.x, at.y - point.y) < reach);
  if (!points.some(rubbed)) return [stroke];
  /** @type {Stroke[]} */
  const pieces = [];
  let open = false;
  for (const point of points) {
    const gone = rubbed(point);
    if (!gone && !open) pieces.push({ ...stroke, points: [] });
    if (!gone) pieces[pieces.length - 1].points.push(point);
    open = !gone;
  }
  return pieces;
}

/** The same line with points at most `step` apart. @param {Point[]} points @param {number} step */
function dense(points, step) {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    if (!before) return [point];
    const pieces = Math.ceil(Math.hypot(point.x - before.x, point.y - before.y) / step) || 1;
    return Array.from({ length: pieces }, (_, piece) => {
      const share = (piece + 1) / pieces;
      /** @param {"x" | "y" | "p"} key */
      const between = (key) => before[key] + share * (point[key] - before[key]);
      return { x: between("x"), y: between("y"), p: between("p") };
    });
  });
}

/**
 * The pieces of a line: a curve through the midpoints of the points, or straight from point to point.
 * @typedef {{x: number, y: number}} Place
 * @param {Stroke} stroke
 * @returns {{from: Place, through: Place, to: Place, p: number}[]} `through` the control point of a
 *   quadratic curve; `p` the pressure
 */
function piecesOf({ points, straight }) {
  /** @type {Place} */
  let from = points[0];
  return points.slice(1).map((point, index) => {
    const through = points[index];
    const halfway = { x: (through.x + point.x) / 2, y: (through.y + point.y) / 2 };
    const to = straight || index === points.length - 2 ? point : halfway;
    const piece = { from, through, to, p: (through.p + point.p) / 2 };
    from = to;
    return piece;
  });
}

const BITS = 8; // straight bits of each piece of a curve

/** The line of a stroke as it is painted, as points with straight bits between. @param {Stroke} stroke */
export function lineOf(stroke) {
  if (stroke.straight || stroke.points.length < 3) return stroke.points;
  const line = [stroke.points[0]];
  for (const { from, through, to, p } of piecesOf(stroke))
    for (let bit = 1; bit <= BITS; bit++) {
      const u = bit / BITS;
      /** @param {"x" | "y"} axis */
      const along = (axis) =>
        (1 - u) ** 2 * from[axis] + 2 * u * (1 - u) * through[axis] + u ** 2 * to[axis];
      line.push({ x: along("x"), y: along("y"), p });
    }
  return line;
}

/**
 * Paint a stroke; the pressure sets its width.
 * @param {CanvasRenderingContext2D} context @param {Stroke} stroke
 */
function paintStroke(context, stroke) {
  const { width, points } = stroke;
  context.lineCap = context.lineJoin = "round";
  const [first] = points;
  if (!first) return;
  if (points.length === 1) {
    context.beginPath();
    context.arc(first.x, first.y, (width * first.p) / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  const steady = points.every(({ p }) => p === first.p);
  context.lineWidth = width * first.p;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const { from, through, to, p } of piecesOf(stroke)) {
    if (!steady) {
      // Each piece has a width of its own.
      context.lineWidth = width * p;
      context.beginPath();
      context.moveTo(from.x, from.y);
    }
    context.quadraticCurveTo(through.x, through.y, to.x, to.y);
    if (!steady) context.stroke();
  }
  if (steady) context.stroke();
}

/** @param {number} value */
const short = (value) => String(Number(value.toFixed(2)));

/** @param {Point} point @param {number} width */
const dot = ({ x, y, p }, width) =>
  `<circle cx="${short(x)}" cy="${short(y)}" r="${short((width * p) / 2)}" fill="#000" stroke="none"/>`;

/**
 * The same line as `paintStroke` paints, as paths: one, or one for each width.
 * @param {Stroke} stroke @returns {{d: string, width: number}[]}
 */
function pathsOf(stroke) {
  const { width, points } = stroke;
  const [first] = points;
  if (!first) return [];
  const steady = points.every(({ p }) => p === first.p);
  /** @param {Place} point */
  const at = ({ x, y }) => `${short(x)} ${short(y)}`;
  const curves = piecesOf(stroke).map(({ from, through, to, p }) => ({
    start: at(from),
    d: `Q${at(through)} ${at(to)}`,
    p,
  }));
  if (steady)
    return [{ d: `M${at(first)}${curves.map(({ d }) => d).join("")}`, width: width * first.p }];
  return curves.map(({ start, d, p }) => ({ d: `M${start}${d}`, width: width * p }));
}

/** @typedef {[x: number, y: number]} Knot */

// Sample digits: the knots of each stroke in a box of height 1, y downwards. A smooth curve goes
// through them; a knot given twice is a corner.
/** @type {Knot[][][]} */
const SAMPLES = [
  [[[0.36, 0.03], [0.12, 0.2], [0.05, 0.52], [0.16, 0.88], [0.37, 0.98], [0.58, 0.83],
    [0.66, 0.45], [0.56, 0.13], [0.33, 0.02]]],
  [[[0.27, 0.2], [0.35, 0.12], [0.42, 0.01], [0.42, 0.01], [0.4, 0.5], [0.37, 1]]],
  [[[0.08, 0.25], [0.17, 0.07], [0.37, 0.01], [0.57, 0.12], [0.57, 0.35], [0.38, 0.63],
    [0.05, 0.96], [0.05, 0.96], [0.3, 0.95], [0.66, 0.92]]],
  [[[0.09, 0.13], [0.3, 0.01], [0.52, 0.08], [0.53, 0.28], [0.38, 0.43], [0.25, 0.46],
    [0.25, 0.46], [0.48, 0.5], [0.6, 0.68], [0.51, 0.9], [0.28, 0.99], [0.04, 0.88]]],
  [[[0.4, 0.02], [0.24, 0.3], [0.03, 0.62], [0.03, 0.62], [0.35, 0.63], [0.7, 0.6]],
    [[0.52, 0.33], [0.5, 0.65], [0.47, 1]]],
  [[[0.17, 0.05], [0.15, 0.22], [0.11, 0.46], [0.11, 0.46], [0.3, 0.4], [0.52, 0.47],
    [0.6, 0.68], [0.5, 0.9], [0.27, 0.99], [0.04, 0.91]],
    [[0.17, 0.05], [0.38, 0.05], [0.62, 0.02]]],
  [[[0.5, 0.02], [0.28, 0.18], [0.11, 0.47], [0.07, 0.75], [0.2, 0.96], [0.42, 0.95],
    [0.56, 0.77], [0.47, 0.58], [0.28, 0.56], [0.1, 0.72]]],
  [[[0.06, 0.08], [0.3, 0.06], [0.62, 0.03], [0.62, 0.03], [0.46, 0.4], [0.3, 0.7], [0.22, 1]]],
  [[[0.55, 0.12], [0.36, 0.01], [0.17, 0.11], [0.19, 0.31], [0.38, 0.47], [0.57, 0.66],
    [0.56, 0.89], [0.33, 0.99], [0.1, 0.87], [0.11, 0.67], [0.33, 0.47], [0.52, 0.28],
    [0.55, 0.11]]],
  [[[0.58, 0.14], [0.4, 0.02], [0.17, 0.12], [0.11, 0.33], [0.27, 0.47], [0.47, 0.39],
    [0.58, 0.14], [0.58, 0.14], [0.55, 0.45], [0.5, 0.72], [0.42, 1]]],
]; // prettier-ignore

const BREADTH = 0.7; // width of a sample's box, as a share of its height

/**
 * The strokes of a sample digit, centred in a rectangle.
 * @param {number} digit
 * @param {{left: number, top: number, width: number, height: number}} place
 * @returns {{x: number, y: number}[][]}
 */
export function sample(digit, place) {
  const high = Math.min(place.height, place.width / BREADTH);
  const left = place.left + (place.width - BREADTH * high) / 2;
  const top = place.top + (place.height - high) / 2;
  return SAMPLES[digit].map((knots) =>
    curve(knots).map(([x, y]) => ({ x: left + high * x, y: top + high * y })),
  );
}

/** A Catmull-Rom curve through knots, as a dense line. @param {Knot[]} knots @returns {Knot[]} */
function curve(knots) {
  /** @type {Knot[]} */
  const line = [];
  /** @param {Knot} a @param {Knot} b */
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  for (let i = 0; i + 1 < knots.length; i++) {
    const [b, c] = [knots[i], knots[i + 1]];
    if (same(b, c)) continue;
    const a = knots[i - 1] ?? b;
    const d = knots[i + 2] ?? c;
    for (let step = 0; step < 12; step++) {
      const u = step / 12;
      /** @param {0 | 1} axis */
      const along = (axis) => {
        // At a corner or an end, the curve heads straight for the next knot.
        const leave = same(a, b) ? c[axis] - b[axis] : (c[axis] - a[axis]) / 2;
        const arrive = same(c, d) ? c[axis] - b[axis] : (d[axis] - b[axis]) / 2;
        return (
          (2 * u ** 3 - 3 * u ** 2 + 1) * b[axis] +
          (u ** 3 - 2 * u ** 2 + u) * leave +
          (3 * u ** 2 - 2 * u ** 3) * c[axis] +
          (u ** 3 - u ** 2) * arrive
        );
      };
      line.push([along(0), along(1)]);
    }
  }
  line.push(...knots.slice(-1));
  return line;
}
