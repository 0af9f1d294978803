/**
 * What layers compute, on plain typed arrays: maps lie one after the other, row by row. Sums are
 * added up in double precision, so they are at least as exact as those of the Python runtime.
 */

/** @typedef {{side: number, stride: number, padding: number}} Window that slides over maps */

/**
 * The windows of all positions as rows of a matrix, so that a convolution is a product of two
 * matrices. A row holds the window's cells of every map.
 * @param {Float32Array<ArrayBuffer>} input @param {number} maps @param {number} before side of an input map
 * @param {number} after side of an output map @param {Window} window
 * @returns {Float64Array} (after², maps · side²)
 */
function rowsOf(input, maps, before, after, { side, stride, padding }) {
  const rows = new Float64Array(after * after * maps * side * side);
  let at = 0;
  for (let y = 0; y < after; y++)
    for (let x = 0; x < after; x++) {
      const top = y * stride - padding;
      const left = x * stride - padding;
      const inside = top >= 0 && left >= 0 && top + side <= before && left + side <= before;
      for (let map = 0; map < maps; map++)
        for (let row = top; row < top + side; row++) {
          const start = (map * before + row) * before;
          if (inside)
            for (let column = left; column < left + side; column++)
              rows[at++] = input[start + column];
          else
            for (let column = left; column < left + side; column++, at++)
              if (row >= 0 && row < before && column >= 0 && column < before)
                rows[at] = input[start + column];
        }
    }
  return rows;
}

/**
 * A convolution of square maps with square kernels.
 * @param {Float32Array<ArrayBuffer>} input
 * @param {{weights: Float64Array, bias: Float32Array | null, maps: number, before: number,
 *   after: number, window: Window}} layer `weights`: (out, maps, side, side)
 * @returns {Float32Array<ArrayBuffer>} (out, after, after)
 */
export function convolution(input, { weights, bias, maps, before, after, window }) {
  const length = maps * window.side ** 2;
  const outputs = weights.length / length;
  const places = after * after;
  const rows = rowsOf(input, maps, before, after, window);
  const output = new Float32Array(outputs * places);
  const start = bias ?? new Float32Array(outputs);
  // Four maps at two places share what is loaded: eight sums in registers.
  const two = places - (places % 2);
  const four = outputs - (outputs % 4);
  for (let place = 0; place < two; place += 2) {
    const first = place * length;
    const second = first + length;
    for (let out = 0; out < four; out += 4) {
      const w0 = out * length;
      const w1 = w0 + length;
      const w2 = w1 + length;
      const w3 = w2 + length;
      let a0 = start[out];
      let a1 = start[out + 1];
      let a2 = start[out + 2];
      let a3 = start[out + 3];
      let c0 = a0;
      let c1 = a1;
      let c2 = a2;
      let c3 = a3;
      for (let i = 0; i < length; i++) {
        const x = rows[first + i];
        const y = rows[second + i];
        const k0 = weights[w0 + i];
        const k1 = weights[w1 + i];
        const k2 = weights[w2 + i];
        const k3 = weights[w3 + i];
        a0 += k0 * x;
        a1 += k1 * x;
        a2 += k2 * x;
        a3 += k3 * x;
        c0 += k0 * y;
        c1 += k1 * y;
        c2 += k2 * y;
        c3 += k3 * y;
      }
      const at = out * places + place;
      output[at] = a0;
      output[at + places] = a1;
      output[at + 2 * places] = a2;
      output[at + 3 * places] = a3;
      output[at + 1] = c0;
      output[at + 1 + places] = c1;
      output[at + 1 + 2 * places] = c2;
      output[at + 1 + 3 * places] = c3;
    }
  }
  for (let out = 0; out < outputs; out++)
    for (let place = out < four ? two : 0; place < places; place++)
      output[out * places + place] =
        dot(weights, out * length, rows, place * length, length) + start[out];
  return output;
}

/**
 * @param {Float64Array} one @param {number} from @param {Float64Array | Float32Array} other
 * @param {number} start @param {number} length
 */
function dot(one, from, other, start, length) {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += one[from + i] * other[start + i];
    s1 += one[from + i + 1] * other[start + i + 1];
    s2 += one[from + i + 2] * other[start + i + 2];
    s3 += one[from + i + 3] * other[start + i + 3];
  }
  for (; i < length; i++) s0 += one[from + i] * other[start + i];
  return s0 + s1 + s2 + s3;
}

/**
 * A full connection.
 * @param {Float32Array<ArrayBuffer>} input @param {Float64Array} weights (out, input) @param {Float32Array<ArrayBuffer>} bias
 */
export const dense = (input, weights, bias) =>
  bias.map((own, out) => own + dot(weights, out * input.length, input, 0, input.length));

/**
 * Minus the squared distance to each centre.
 * @param {Float32Array<ArrayBuffer>} input @param {Float64Array} centres (classes, input)
 */
export function distances(input, centres) {
  return Float32Array.from({ length: centres.length / input.length }, (_, index) => {
    let sum = 0;
    for (let i = 0; i < input.length; i++)
      sum += (input[i] - centres[index * input.length + i]) ** 2;
    return -sum;
  });
}

/**
 * The average or the maximum of each window; where windows overlap the edge, they are cut.
 * @param {Float32Array<ArrayBuffer>} input
 * @param {{maps: number, before: number, after: number, window: Window, average: boolean}} layer
 */
export function pooling(input, { maps, before, after, window: { side, stride }, average }) {
  const output = new Float32Array(maps * after * after);
  let at = 0;
  for (let map = 0; map < maps; map++)
    for (let y = 0; y < after; y++)
      for (let x = 0; x < after; x++, at++) {
        let sum = 0;
        let most = -Infinity;
        for (let row = y * stride; row < y * stride + side; row++)
          for (let column = x * stride; column < x * stride + side; column++) {
            const value = input[(map * before + row) * before + column];
            sum += value;
            if (value > most) most = value;
          }
        output[at] = average ? sum / side ** 2 : most;
      }
  return output;
}

/**
 * A margin around every map.
 * @param {Float32Array<ArrayBuffer>} input @param {{maps: number, before: number, by: number, value: number}} layer
 */
export function padded(input, { maps, before, by, value }) {
  const after = before + 2 * by;
  const output = new Float32Array(maps * after * after).fill(value);
  for (let map = 0; map < maps; map++)
    for (let row = 0; row < before; row++) {
      const from = (map * before + row) * before;
      output.set(input.subarray(from, from + before), (map * after + row + by) * after + by);
    }
  return output;
}

/**
 * Every number of a map times the map's factor, plus its shift.
 * @param {Float32Array<ArrayBuffer>} input @param {Float32Array<ArrayBuffer>} factor @param {Float32Array<ArrayBuffer>} shift
 */
export function stretched(input, factor, shift) {
  const size = input.length / factor.length;
  return input.map(
    (value, i) => value * factor[Math.floor(i / size)] + shift[Math.floor(i / size)],
  );
}

/** What is negative becomes 0, or a small share of itself. @param {Float32Array<ArrayBuffer>} input */
export const relu = (input, slope = 0) => input.map((value) => (value > 0 ? value : slope * value));

/** @param {Float32Array<ArrayBuffer>} input */
export const tanh = (input) => input.map(Math.tanh);

/** The squashing function of 1998: f(1) = 1 and f(−1) = −1. @param {Float32Array<ArrayBuffer>} input */
export const squash = (input) => input.map((value) => 1.7159 * Math.tanh((2 / 3) * value));
