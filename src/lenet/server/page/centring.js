/**
 * A drawn digit's ink made an image as MNIST's were: strokes about as thick as MNIST's, in a box of
 * 20×20, centred by mass in 28×28. The same as `lenet.picture.normalising` does in Python, for ink
 * whose longer side has 48 to 256 pixels; that ink needs no other steps.
 */

/** @typedef {{values: Uint8Array, height: number, width: number}} Ink 0 = paper, 255 = ink */

const SIDE = 28;
const BOX = 20;
const [PEN, BRUSH] = [0.12, 0.26]; // of the longer side: strokes are made no thinner and no thicker
const [SHORTEST, LONGEST] = [48, 256];
const HALF = 64; // darker pixels belong to a stroke
// Lengths of a step to the side and of one across, in 65536ths.
const [STRAIGHT, DIAGONAL] = [62587, 89738];

/**
 * The image that a network takes; all paper if there is no ink.
 * @param {Ink} ink
 * @returns {Uint8Array<ArrayBuffer>} 784 bytes
 */
export function normalised(ink) {
  const tight = cut(ink);
  if (!tight) return new Uint8Array(SIDE * SIDE);
  const longer = Math.max(tight.height, tight.width);
  if (longer < SHORTEST || longer > LONGEST)
    throw new Error(`ink of ${longer} pixels: paint it with ${SHORTEST} to ${LONGEST}`);
  return centred(cut(evened(tight)) ?? tight);
}

/** The part of some ink that holds all of it; null if there is none. @param {Ink} ink */
function cut({ values, height, width }) {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (values[y * width + x]) {
        top = Math.min(top, y);
        bottom = y;
        left = Math.min(left, x);
        right = Math.max(right, x);
      }
  if (bottom < 0) return null;
  const inner = { height: bottom - top + 1, width: right - left + 1 };
  return moved({ values, height, width }, inner, -top, -left);
}

/**
 * Ink moved onto a sheet of another size.
 * @param {Ink} ink @param {{height: number, width: number}} size @param {number} down @param {number} across
 * @returns {Ink}
 */
function moved(ink, { height, width }, down, across) {
  const values = new Uint8Array(height * width);
  for (let y = Math.max(0, down); y < Math.min(height, ink.height + down); y++)
    for (let x = Math.max(0, across); x < Math.min(width, ink.width + across); x++)
      values[y * width + x] = ink.values[(y - down) * ink.width + x - across];
  return { values, height, width };
}

/** @param {Ink} ink @param {number} by */
const framed = (ink, by) =>
  moved(ink, { height: ink.height + 2 * by, width: ink.width + 2 * by }, by, by);

/** Ink with strokes about as thick as MNIST's. @param {Ink} ink @returns {Ink} */
function evened(ink) {
  const longer = Math.max(ink.height, ink.width);
  const width = strokeWidth(ink);
  const missing = evenly(PEN * longer - width);
  const surplus = evenly(width - BRUSH * longer);
  if (missing > 0) return thickened(framed(ink, missing), missing);
  if (surplus > 0) return thinned(framed(ink, 1), surplus);
  return ink;
}

/** Rounded, halves to the even number, as Python does. @param {number} value */
function evenly(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 ? below + 1 : below;
}

/** How thick strokes are on average, from the distances of their pixels to the paper. @param {Ink} ink */
function strokeWidth(ink) {
  const { values, height, width } = framed(ink, 2);
  const distance = new Float64Array(values.length);
  let [sum, count] = [0, 0];
  for (let at = 0; at < values.length; at++) if (values[at] > HALF) distance[at] = Infinity;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (!distance[at]) continue;
      distance[at] = Math.min(
        distance[at - width - 1] + DIAGONAL,
        distance[at - width] + STRAIGHT,
        distance[at - width + 1] + DIAGONAL,
        distance[at - 1] + STRAIGHT,
      );
    }
  for (let y = height - 2; y > 0; y--)
    for (let x = width - 2; x > 0; x--) {
      const at = y * width + x;
      if (!distance[at]) continue;
      distance[at] = Math.min(
        distance[at],
        distance[at + width + 1] + DIAGONAL,
        distance[at + width] + STRAIGHT,
        distance[at + width - 1] + DIAGONAL,
        distance[at + 1] + STRAIGHT,
      );
      sum += distance[at] / 65536;
      count += 1;
    }
  return Math.max(1, (4 * sum) / Math.max(1, count) - 2);
}

/** Ink that is thinner by a round pen: its paper is thicker. @param {Ink} ink @param {number} by @returns {Ink} */
function thinned({ values, ...size }, by) {
  const paper = thickened({ values: values.map((value) => 255 - value), ...size }, by);
  return { values: paper.values.map((value) => 255 - value), ...size };
}

/**
 * The strongest ink within a round pen around each pixel.
 * @param {Ink} ink @param {number} by
 * @returns {Ink}
 */
function thickened({ values, height, width }, by) {
  const side = by + 1;
  const half = side >> 1;
  const reaches = Array.from({ length: side }, (_, row) =>
    evenly(half * Math.sqrt((half * half - (row - half) ** 2) / (half * half || 1))),
  );
  const result = new Uint8Array(values.length);
  for (let y = 0; y < height; y++) {
    const row = values.subarray(y * width, (y + 1) * width);
    const most = row.slice(); // the strongest within a reach to both sides, which grows
    for (let reach = 0; reach <= half; reach++) {
      for (let x = 0; reach && x < width; x++) {
        if (x >= reach && row[x - reach] > most[x]) most[x] = row[x - reach];
        // A pen of an even side has its middle right of the middle.
        const right = x + reach;
        if (right < width && reach < side - half && row[right] > most[x]) most[x] = row[right];
      }
      for (let pen = 0; pen < side; pen++) {
        const onto = y - (pen - half);
        if (reaches[pen] !== reach || onto < 0 || onto >= height) continue;
        for (let x = 0, at = onto * width; x < width; x++, at++)
          if (most[x] > result[at]) result[at] = most[x];
      }
    }
  }
  return { values: result, height, width };
}

/** Ink in a box of 20×20, centred by mass in 28×28. @param {Ink} ink */
function centred(ink) {
  const longer = Math.max(ink.height, ink.width);
  /** @param {number} side */
  const fitted = (side) => Math.max(1, evenly((side * BOX) / longer));
  const [height, width] = [fitted(ink.height), fitted(ink.width)];
  const small = shrunk(ink, height, width);
  let [mass, rows, columns] = [0, 0, 0];
  small.forEach((value, at) => {
    mass += value;
    rows += value * Math.floor(at / width);
    columns += value * (at % width);
  });
  /** @param {number} moment @param {number} side */
  const corner = (moment, side) =>
    Math.min(Math.max(Math.ceil(13.5 - moment / (mass || 1)), 0), SIDE - side);
  const [top, left] = [corner(rows, height), corner(columns, width)];
  const image = new Uint8Array(SIDE * SIDE);
  small.forEach((value, at) => {
    image[(top + Math.floor(at / width)) * SIDE + left + (at % width)] = value;
  });
  return image;
}

/**
 * Ink averaged over areas, in single precision as OpenCV computes it.
 * @param {Ink} ink @param {number} height @param {number} width
 */
function shrunk(ink, height, width) {
  const { fround } = Math;
  const across = sharesOf(ink.width, width);
  const down = sharesOf(ink.height, height);
  const result = new Uint8Array(height * width);
  const row = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    const sums = new Float32Array(width);
    for (const [from, beta] of down[y]) {
      for (let x = 0; x < width; x++) {
        row[x] = 0;
        for (const [column, alpha] of across[x])
          row[x] += fround(ink.values[from * ink.width + column] * alpha);
      }
      for (let x = 0; x < width; x++) sums[x] += fround(beta * row[x]);
    }
    for (let x = 0; x < width; x++) result[y * width + x] = Math.min(255, evenly(sums[x]));
  }
  return result;
}

/**
 * Which of the old pixels each new one covers, and what share of it each makes up.
 * @param {number} before @param {number} after
 * @returns {[index: number, share: number][][]}
 */
function sharesOf(before, after) {
  const scale = 1 / (after / before);
  return Array.from({ length: after }, (_, index) => {
    const begin = index * scale;
    const end = begin + scale;
    const cell = Math.min(scale, before - begin);
    const last = Math.min(Math.floor(end), before - 1);
    const first = Math.min(Math.ceil(begin), last);
    /** @type {[number, number][]} */
    const shares = [];
    if (first - begin > 1e-3) shares.push([first - 1, Math.fround((first - begin) / cell)]);
    for (let at = first; at < last; at++) shares.push([at, Math.fround(1 / cell)]);
    if (end - last > 1e-3) shares.push([last, Math.fround(Math.min(end - last, 1, cell) / cell)]);
    return shares;
  });
}
