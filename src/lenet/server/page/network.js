/** A network that runs in the page: every layer's numbers for one image, and what they say. */
import {
  convolution,
  dense,
  distances,
  padded,
  pooling,
  relu,
  squash,
  stretched,
  tanh,
} from "./arithmetic.js";

/**
 * @typedef {{shape: number[], values: Float32Array<ArrayBuffer>}} Numbers
 * @typedef {{name: string, does: string, shape: number[], settings: Record<string, number>,
 *   arrays: Record<string, Numbers>, connections: number[][] | null}} Operation one layer
 * @typedef {{layers: Operation[], temperature: number, rejection: number | null}} Plan
 * @typedef {{best: number, probabilities: number[], score: number,
 *   status: "digit" | "uncertain" | "not_a_digit"}} Verdict
 * @typedef {{name: string, shape: number[], values: Float32Array<ArrayBuffer>}} Layer its output
 * @typedef {(input: Float32Array<ArrayBuffer>) => Float32Array<ArrayBuffer>} Step
 */

const SIDE = 28;
const REACH = 2; // of a square that is covered, from its middle: 5×5 pixels
export const STEP = 2; // from one square to the next
const MIN_PROBABILITY = 0.5; // an answer less probable than this is uncertain; as in Python

export class Network {
  /** @type {{name: string, shape: number[], step: Step}[]} */ #steps;

  /** @param {Plan} plan */
  constructor({ layers, temperature, rejection }) {
    this.temperature = temperature;
    this.rejection = rejection;
    let before = [1, SIDE, SIDE];
    this.#steps = layers.map((operation) => {
      const step = stepOf(operation, before);
      before = operation.shape;
      return { name: operation.name, shape: operation.shape, step };
    });
  }

  /**
   * The output of every layer, in order.
   * @param {Uint8Array} image 784 bytes, 0 = paper, 255 = ink
   * @returns {Layer[]}
   */
  run(image) {
    let values = Float32Array.from(image, (byte) => byte / 255);
    return this.#steps.map(({ name, shape, step }) => {
      values = step(values);
      return { name, shape, values };
    });
  }

  /**
   * What covering a square of the image with paper does to the answer, for a row of squares.
   * @param {Uint8Array} image @param {number} row of the squares' middles
   * @returns {number[]} by how much the logarithm of the answer's probability falls, for each column
   */
  covered(image, row) {
    /** @param {Uint8Array} shown */
    const judged = (shown) => this.judge(this.run(shown)[this.#steps.length - 1].values);
    const { best, probabilities } = judged(image);
    return Array.from({ length: SIDE / STEP }, (_, index) => {
      const shown = image.slice();
      const column = index * STEP + STEP / 2;
      const [top, left] = [Math.max(0, row - REACH), Math.max(0, column - REACH)];
      for (let y = top; y <= Math.min(SIDE - 1, row + REACH); y++)
        shown.fill(0, y * SIDE + left, y * SIDE + Math.min(SIDE, column + REACH + 1));
      // Where there is no ink to cover, nothing changes, and nothing need be computed.
      if (shown.every((value, at) => value === image[at])) return 0;
      return Math.log(probabilities[best] / Math.max(judged(shown).probabilities[best], 1e-12));
    });
  }

  /** What the output of the last layer means. @param {Float32Array} logits @returns {Verdict} */
  judge(logits) {
    const probabilities = softmax(logits, this.temperature);
    const best = probabilities.indexOf(Math.max(...probabilities));
    const score = scoreOf(logits);
    const refused = this.rejection !== null && score < this.rejection;
    const doubtful = probabilities[best] < MIN_PROBABILITY;
    const status = refused ? "not_a_digit" : doubtful ? "uncertain" : "digit";
    return { best, probabilities, score, status };
  }
}

/** Probabilities of logits. @param {ArrayLike<number>} logits @param {number} temperature */
export function softmax(logits, temperature) {
  const most = Math.max(...Array.from(logits));
  const powers = Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
  const sum = powers.reduce((all, each) => all + each, 0);
  return powers.map((each) => each / sum);
}

/** How much an image looks like any class: log of the sum of exponentials. @param {ArrayLike<number>} logits */
export function scoreOf(logits) {
  const most = Math.max(...Array.from(logits));
  return most + Math.log(Array.from(logits).reduce((sum, each) => sum + Math.exp(each - most), 0));
}

/** @param {Operation} operation @param {number[]} shape of what comes in @returns {Step} */
function stepOf({ does, shape, settings, arrays }, [maps, before]) {
  const after = shape[1];
  const window = { side: settings.side, stride: settings.stride, padding: settings.padding };
  /** @param {string} name */
  const array = (name) => arrays[name].values;
  /** @param {string} name */
  const exact = (name) => Float64Array.from(array(name));
  switch (does) {
    case "convolution": {
      const bias = arrays.bias?.values ?? null;
      const layer = { weights: exact("weights"), bias, maps, before, after, window };
      return (input) => convolution(input, layer);
    }
    case "residual":
      return residual(arrays, { maps, before, after, stride: settings.stride });
    case "average":
    case "maximum":
      return (input) =>
        pooling(input, { maps, before, after, window, average: does === "average" });
    case "subsampling": {
      const factor = array("coefficient").map((each) => each * settings.side ** 2);
      const shift = array("bias");
      return (input) =>
        stretched(pooling(input, { maps, before, after, window, average: true }), factor, shift);
    }
    case "dense": {
      const weights = exact("weights");
      return (input) => dense(input, weights, array("bias"));
    }
    case "distance": {
      const centres = exact("centres");
      return (input) => distances(input, centres);
    }
    case "normalisation":
      return (input) => stretched(input, array("factor"), array("shift"));
    case "scale":
      return (input) =>
        input.map((value) => settings.paper + (settings.ink - settings.paper) * value);
    case "padding":
      return (input) => padded(input, { maps, before, by: settings.by, value: settings.value });
    case "relu":
      return (input) => relu(input, settings.slope);
    case "tanh":
      return tanh;
    case "squash":
      return squash;
    case "nothing":
      return (input) => input.slice();
    default:
      throw new Error(`no layer that does ${does}`);
  }
}

/**
 * Two convolutions, added to what came in or to a convolution of it.
 * @param {Record<string, Numbers>} arrays
 * @param {{maps: number, before: number, after: number, stride: number}} sizes
 * @returns {Step}
 */
function residual(arrays, { maps, before, after, stride }) {
  /** @param {string} part @param {{maps: number, before: number, window: import("./arithmetic.js").Window}} sizes */
  const layer = (part, sizes) => ({
    weights: Float64Array.from(arrays[`${part}_weights`].values),
    bias: arrays[`${part}_bias`].values,
    after,
    ...sizes,
  });
  const outputs = arrays.first_bias.values.length;
  const first = layer("first", { maps, before, window: { side: 3, stride, padding: 1 } });
  const second = layer("second", {
    maps: outputs,
    before: after,
    window: { side: 3, stride: 1, padding: 1 },
  });
  const around =
    "around_weights" in arrays
      ? layer("around", { maps, before, window: { side: 1, stride, padding: 0 } })
      : null;
  return (input) => {
    const inner = convolution(relu(convolution(input, first)), second);
    const shortcut = around ? convolution(input, around) : input;
    return relu(inner.map((value, i) => value + shortcut[i]));
  };
}
