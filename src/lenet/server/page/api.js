/** The API: one function for each endpoint, and one class of error. */
import { Engine, named } from "./engine.js";
import { t } from "./strings.js";
import { ApiError, numbersIn, request } from "./transport.js";

/**
 * @typedef {Uint8Array<ArrayBuffer>} Bytes of an image of a digit: 784, 0 = paper, 255 = ink
 * @typedef {[left: number, top: number, width: number, height: number]} Box in pixels
 * @typedef {{digit?: number, class?: string}} Named a digit, or the name of another class
 * @typedef {Named & {probability: number, probabilities: number[],
 *   status: "digit" | "uncertain", box: Box, image: string}} Digit
 * @typedef {{text: string, digits: number[]}} Together indices of its digits
 * @typedef {{box: Box, reason: "not_a_digit" | "sign", image?: string}} Rejected
 * @typedef {{model: string, status: "digits" | "blank" | "nothing", text: string, width: number,
 *   height: number, numbers: Together[], digits: Digit[], rejected: Rejected[],
 *   milliseconds: number}} Reading
 * @typedef {{name: string, family: import("./kinds.js").Family, kind: string,
 *   shape: number[], parameters: number,
 *   receptive: {size: number, step: number, start: number} | null}} LayerFacts
 * @typedef {{errors: number, total: number, interval: number[], calibration_error: number,
 *   calibration_bins: number, data: string, digest: string}} Tested `digest`: of the test images; "" if it is not known
 * @typedef {{name: string, digest: string, title: string, classes: string[], default: boolean, has: string[],
 *   belief: boolean, layers: LayerFacts[], multiply_adds: number | null, test: Tested | null}} Model
 * @typedef {{name: string, shape: number[], values: Float32Array, low: number, high: number}} Values
 * @typedef {Named & {model: string, probability: number, probabilities: number[],
 *   score: number, temperature: number, rejection: number | null, status: "digit" | "uncertain" | "not_a_digit", layers: Values[]}} Layers
 * @typedef {{name: string, precision: number, recall: number, f1: number, support: number}}
 *   ClassScores
 * @typedef {{count: number, correct: number, confidence: number}} Bin of answers, by probability
 * @typedef {{classes: string[], interval: number[], calibration_error: number,
 *   per_class: ClassScores[], confusion: number[][], calibration: Bin[]}} PartScores
 * @typedef {{test: PartScores}} Scores
 * @typedef {{index: number, truth: number, answer: number, probability: number, image: string,
 *   status: "digit" | "uncertain" | "not_a_digit"}} Mistake
 * @typedef {{total: number, errors: number, refused: number, uncertain: number,
 *   confident_errors: number, licence?: string | null, wrong?: Wrong | null,
 *   mistakes: Mistake[]}} Mistakes `wrong` is all that was misread, `mistakes` the most certain
 * @typedef {{index: number[], truth: number[], answer: number[]}} Wrong
 * @typedef {{epoch: number, errors: number, images: number, validation_errors: number | null,
 *   validation_images: number}} Epoch
 * @typedef {{name: string, image: string}} Figure `image`: a PNG in base64
 * @typedef {{figures: Figure[], left_out?: string[]}} Figures
 * @typedef {import("./embedding.js").Axes & {size: number, shares: number[], labels: number[],
 *   columns: number, images: Bytes, licence?: string}} TestImages `images`: a PNG of them, in rows
 *   of `columns`; `shares` of the variance in each direction
 * @typedef {{median: number, least: number, most: number, repeats: number, unmeasured: number}} Timing
 *   in milliseconds; `unmeasured` passes came first
 * @typedef {"train" | "validation" | "test"} Part
 * @typedef {{model: string, start_from: string, data: string[], extra_data: string[],
 *   nondigits: string[], epochs: number, batch: number, optimizer: string, learning_rate: number,
 *   schedule: string, weight_decay: number, averaging: number, mean_teacher: number,
 *   keep: "last" | "best", augment: Record<string, number>}} Recipe
 * @typedef {{name: string, about: string, classes: string[], recipe: Recipe,
 *   images: Partial<Record<Part | "nondigits", number>>, seed: number, seconds: number,
 *   device: string, threads: number, started: string, weights: string, version: string,
 *   recipe_file: string, temperature: number | null, rejection: number | null,
 *   scores: {part: Part, errors: number, total: number, interval: number[]}[],
 *   measured: {conditions: {name: string, errors: number, total: number}[],
 *     elsewhere: {title: string, lead: string, tables: {columns: string[], rows: string[][]}[],
 *       notes: string[]} | null},
 *   changes: {source: string, nondigits: boolean, total: number, before: number, after: number}[]
 * }} Card
 * @typedef {{id: string, model: string, image: string, truth: number | null}} NewCorrection
 * @typedef {NewCorrection & {time: string, answer: number, probability: number}} Correction
 */

/** The name of what was read. @param {Named} answer */
export const nameOf = (answer) => answer.class ?? String(answer.digit);

const enc = encodeURIComponent;

/**
 * @returns {Promise<{models: Model[], collect: boolean, max_body: number, max_pixels: number,
 *   address: string | null, code: string[]}>}
 */
export const models = () => request("models");

/**
 * Read a picture, or a drawing of one digit without the service.
 * @param {Blob | import("./strokes.js").Drawing} picture
 * @param {string} model @param {AbortSignal} [signal]
 * @returns {Promise<Reading>}
 */
export async function read(picture, model, signal) {
  const begun = performance.now();
  const reading = await (picture instanceof Blob
    ? request("read", {
        method: "POST",
        query: { model, images: true },
        body: picture,
        type: picture.type.startsWith("image/") ? picture.type : "application/octet-stream",
        signal,
      })
    : readHere(picture, model));
  reading.milliseconds = performance.now() - begun;
  return reading;
}

/**
 * Read a drawing, all of which is taken for one digit.
 * @param {import("./strokes.js").Drawing} drawing @param {string} model
 */
async function readHere({ ink, box, width, height }, model) {
  const about = { model, width, height, text: "", numbers: [], digits: [], rejected: [] };
  if (!ink) return { ...about, status: "blank" };
  const { plan, image, verdict } = await engine.read(model, ink).catch(broken);
  const { best, probabilities, status } = verdict;
  const found = { box, image: toBase64(image) };
  if (status === "not_a_digit")
    return { ...about, status: "nothing", rejected: [{ ...found, reason: status }] };
  const text = plan.classes[best];
  const probability = probabilities[best];
  const digit = { ...named(plan, best), probability, probabilities, status, ...found };
  return { ...about, status: "digits", text, numbers: [{ text, digits: [0] }], digits: [digit] };
}

const engine = new Engine(async (model) => {
  const plan = await request(`models/${enc(model)}/network`);
  for (const { arrays } of plan.layers)
    for (const array of Object.values(arrays))
      array.values = await numbersIn(fromBase64(array.values));
  return plan;
});

const PAGE_FAILED = -1; // in place of the status of a service

/** The engine could not answer. @param {Error} error @returns {never} */
function broken(error) {
  throw error instanceof ApiError
    ? error
    : new ApiError(t("error.engine", { error: error.message }), PAGE_FAILED);
}

/** A network's operations and weights, in order. @param {string} model */
export const network = (model) => engine.plan(model);

/** Forget the networks that were fetched: others may have their names. */
export function forgetNetworks() {
  engine.forget();
  embeddings.clear();
}

/**
 * The output of every layer of a model for one digit image, computed in the page.
 * @param {Bytes} image
 * @param {string} model
 * @returns {Promise<Layers>}
 */
export async function layers(image, model) {
  const { plan, layers: found, verdict } = await engine.run(model, image).catch(broken);
  const { best, ...judged } = verdict;
  return {
    model,
    ...named(plan, best),
    probability: judged.probabilities[best],
    ...judged,
    temperature: plan.temperature,
    rejection: plan.rejection,
    layers: found.map(({ values, ...layer }) => {
      const [low, high] = rangeOf(values);
      return { ...layer, values, low, high };
    }),
  };
}

/**
 * What covering parts of an image with paper does to a model's answer.
 * @param {Bytes} image @param {string} model @param {() => boolean} wanted
 */
export const covered = (image, model, wanted) => engine.covered(model, image, wanted);

/** @type {Map<string, Promise<TestImages>>} */
const embeddings = new Map();

/**
 * Test images by what a model makes of them before its output; from then on it can place others.
 * They are fetched once, or again after a failure.
 * @param {string} model
 */
export function embedding(model) {
  const kept = embeddings.get(model);
  if (kept) return kept;
  const found = fetchedEmbedding(model);
  found.catch(() => embeddings.delete(model));
  embeddings.set(model, found);
  return found;
}

/** @param {string} model @returns {Promise<TestImages>} */
async function fetchedEmbedding(model) {
  const found = await request(`models/${enc(model)}/embedding`);
  const { step, mean, directions, points, images, ...rest } = found;
  /** @param {string} text */
  const floats = (text) => new Float32Array(fromBase64(text).buffer);
  const axes = {
    mean: floats(mean),
    directions: floats(directions),
    points: Float32Array.from(new Int16Array(fromBase64(points).buffer), (each) => each * step),
  };
  await engine.embed(model, axes).catch(broken);
  // In an exported page the images of several models may be one.
  const png = typeof images === "string" ? images : await request(images.at);
  return { ...rest, ...axes, images: fromBase64(png) };
}

/**
 * The place of an image among a model's test images.
 * @param {string} model @param {Float32Array} values before the output @param {number} count
 */
export const place = (model, values, count) => engine.place(model, values, count).catch(broken);

/** The smallest and the largest of some numbers. @param {Float32Array} values */
function rangeOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** @param {string} model @returns {Promise<Card>} */
export const card = (model) => request(`models/${enc(model)}/card`);
/** @param {string} model @returns {Promise<Scores>} */
export const scores = (model) => request(`models/${enc(model)}/scores`);
/** @param {string} model @returns {Promise<Mistakes>} */
export const mistakes = (model) => request(`models/${enc(model)}/mistakes`);

/** @param {string} model @returns {Promise<{held_out: string, epochs: Epoch[]}>} */
export const history = (model) => request(`models/${enc(model)}/history`);
/** @param {string} model @returns {Promise<Figures>} */
export const figures = (model) => request(`models/${enc(model)}/figures`);

const TRIES = { unmeasured: 3, measured: 11 }; // the first are slower: the browser still compiles

/**
 * The time that a model takes for an image, all its layers, in this browser.
 * @param {string} model
 * @returns {Promise<Timing>}
 */
export async function timeOf(model) {
  /** @type {number[]} */
  const times = [];
  for (let index = 0; index < TRIES.unmeasured + TRIES.measured; index++) {
    const begun = performance.now();
    await engine.run(model, new Uint8Array(784)).catch(broken);
    if (index >= TRIES.unmeasured) times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const [least, median, most] = [0, Math.floor(times.length / 2), times.length - 1];
  return {
    median: times[median],
    least: times[least],
    most: times[most],
    repeats: times.length,
    unmeasured: TRIES.unmeasured,
  };
}

/** @param {NewCorrection} correction */
export const correct = (correction) =>
  request("corrections", {
    method: "POST",
    body: JSON.stringify(correction),
    type: "application/json",
  });
/**
 * The newest corrections, or those older than the one called `after`.
 * @param {number} [limit] @param {string} [after]
 * @returns {Promise<{total: number, corrections: Correction[], next: string | null}>}
 */
export const corrections = (limit = 50, after = "") =>
  request("corrections", { query: after ? { limit, after } : { limit } });
/** @param {string} id */
export const forget = (id) => request(`corrections/${enc(id)}`, { method: "DELETE" });

/** @param {string} text @returns {Bytes} */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} bytes @returns {string} */
export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** An error as it is told; one that is not the service's is a fault of the page, and logged. @param {unknown} error */
function failureOf(error) {
  if (error instanceof ApiError) return error;
  reportError(error);
  return new ApiError(t("error.page", { error: String(error) }), PAGE_FAILED);
}

const STALE = 1500; // milliseconds after which a request is aborted for a newer one

/**
 * Sends one request at a time and keeps only the newest of those that wait. A request that takes
 * long is aborted for a newer one. So requests never pile up, however fast someone draws.
 * @template T, R
 */
export class Newest {
  /** @type {(value: T, signal: AbortSignal) => Promise<R>} */ #ask;
  /** @type {(answer: R, value: T) => void} */ #answered;
  /** @type {(error: ApiError) => void} */ #failed;
  /** @type {{value: T} | null} */ #next = null;
  /** @type {{controller: AbortController, since: number} | null} */ #current = null;
  #timer = 0;

  /**
   * @param {(value: T, signal: AbortSignal) => Promise<R>} ask
   * @param {(answer: R, value: T) => void} answered
   * @param {(error: ApiError) => void} failed
   */
  constructor(ask, answered, failed) {
    [this.#ask, this.#answered, this.#failed] = [ask, answered, failed];
  }

  /** Whether an answer is still to come. */
  get asking() {
    return this.#next !== null || this.#current !== null;
  }

  /** @param {T} value */
  ask(value) {
    this.#next = { value };
    if (this.#timer) return; // the service set the time of the next request
    if (!this.#current) this.#go();
    else if (performance.now() - this.#current.since > STALE) this.#current.controller.abort();
  }

  /** Drop the waiting request and ignore the answer to the current one. */
  cancel() {
    this.#next = null;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#current?.controller.abort();
    this.#current = null;
  }

  async #go() {
    if (!this.#next) return;
    const { value } = this.#next;
    const mine = { controller: new AbortController(), since: performance.now() };
    this.#next = null;
    this.#current = mine;
    let wait = 0;
    try {
      const answer = await this.#ask(value, mine.controller.signal);
      if (this.#current === mine) this.#answered(answer, value);
    } catch (error) {
      if (this.#current === mine && !mine.controller.signal.aborted) {
        const said = failureOf(error);
        this.#failed(said);
        wait = said.wait ?? 0;
        if (wait) this.#next ??= { value };
      }
    }
    if (this.#current !== mine) return;
    this.#current = null;
    if (wait) this.#timer = setTimeout(() => this.#again(), 1000 * wait);
    else if (this.#next) this.#go();
  }

  #again() {
    this.#timer = 0;
    if (this.#next) this.#go();
  }
}
