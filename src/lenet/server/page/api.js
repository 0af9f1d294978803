/** The API: one function for each endpoint, and one class of error. */
import { t } from "./strings.js";

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
 * @typedef {{name: string, title: string, classes: string[], default: boolean, has: string[],
 *   layers: LayerFacts[], test: {errors: number, total: number} | null}} Model
 * @typedef {{name: string, shape: number[], values: Float32Array, low: number, high: number}} Values
 * @typedef {Omit<Values, "values"> & {values: string}} Packed values as the service sends them
 * @typedef {Values & {bias?: number[]}} Kernel
 * @typedef {Named & {model: string, probability: number, probabilities: number[],
 *   status: "digit" | "uncertain" | "not_a_digit", layers: Values[]}} Layers
 * @typedef {{name: string, precision: number, recall: number, f1: number, support: number}}
 *   ClassScores
 * @typedef {{classes: string[], interval: number[], calibration_error: number,
 *   per_class: ClassScores[], confusion: number[][]}} PartScores
 * @typedef {{test: PartScores}} Scores
 * @typedef {{truth: number, answer: number, probability: number, image: string,
 *   status: "digit" | "uncertain" | "not_a_digit"}} Mistake
 * @typedef {{total: number, errors: number, refused: number, uncertain: number,
 *   confident_errors: number, licence?: string | null, mistakes: Mistake[]}} Mistakes
 * @typedef {"train" | "validation" | "test"} Part
 * @typedef {{model: string, start_from: string, data: string[], extra_data: string[],
 *   nondigits: string[], epochs: number, batch: number, optimizer: string, learning_rate: number,
 *   schedule: string}} Recipe
 * @typedef {{name: string, about: string, classes: string[], recipe: Recipe,
 *   images: Partial<Record<Part | "nondigits", number>>, seed: number, seconds: number,
 *   device: string, threads: number, started: string, weights: string, temperature: number | null,
 *   rejection: number | null,
 *   scores: {part: Part, errors: number, total: number, interval: number[]}[],
 *   measured: {conditions: {name: string, errors: number, total: number}[],
 *     elsewhere: {title: string, lead: string, tables: {columns: string[], rows: string[][]}[],
 *       notes: string[]} | null},
 *   changes: {source: string, nondigits: boolean, total: number, before: number, after: number}[]
 * }} Card
 * @typedef {{id: string, model: string, image: string, truth: number | null}} NewCorrection
 * @typedef {NewCorrection & {time: string, answer: number, probability: number}} Correction
 */

/** The service refused a request, or could not be reached. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status @param {number} [wait] seconds */
  constructor(message, status, wait) {
    super(message);
    this.status = status;
    this.wait = wait;
  }
}

/** The name of what was read. @param {Named} answer */
export const nameOf = (answer) => answer.class ?? String(answer.digit);

/** What an error says. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

const GONE = 2; // seconds until the next try of a service that could not be reached
const KEY = "lenet-token";
/** @type {string | null} */
let token = null;

/** Take the token out of the address and keep it for this tab. */
export function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) history.replaceState(null, "", location.pathname + location.search);
  keepToken(found ?? stored());
}

/** Whether a token was given, in the address or by hand. */
export const hasToken = () => Boolean(token);

/** @param {string | null} value */
export function keepToken(value) {
  token = value;
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage the token is lost when the page closes.
  }
}

function stored() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/**
 * Ask the service.
 * @param {string} path below /v1/
 * @param {{method?: string, query?: Record<string, string | number | boolean>, body?: BodyInit, type?: string,
 *   signal?: AbortSignal}} [options]
 */
async function request(path, { method = "GET", query = {}, body, type, signal } = {}) {
  const address = new URL(`v1/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (type) headers["Content-Type"] = type;
  if (token) headers.Authorization = `Bearer ${token}`;
  let answer;
  try {
    answer = await fetch(address, { method, body, headers, signal, redirect: "error" });
    if (answer.status === 204) return null;
    const found = await answer.json();
    if (answer.ok) return found;
    throw new ApiError(found?.error ?? t("error.strange"), answer.status, waitOf(answer));
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    // Either the service could not be reached, or the answer is not JSON.
    if (answer) throw new ApiError(t("error.strange"), answer.status);
    throw new ApiError(t("error.unreachable"), 0, GONE);
  }
}

/** Seconds until the service wants to be asked again. @param {Response} answer */
function waitOf(answer) {
  const seconds = Number(answer.headers.get("Retry-After"));
  return seconds > 0 ? Math.min(seconds, 30) : undefined;
}

const enc = encodeURIComponent;

/**
 * @returns {Promise<{models: Model[], collect: boolean, max_body: number, max_pixels: number,
 *   address: string | null, code: string[]}>}
 */
export const models = () => request("models");

/**
 * Read a picture.
 * @param {Blob} picture @param {string} model @param {AbortSignal} [signal]
 * @returns {Promise<Reading>}
 */
export async function read(picture, model, signal) {
  const begun = performance.now();
  const reading = await request("read", {
    method: "POST",
    query: { model, images: true },
    body: picture,
    type: picture.type.startsWith("image/") ? picture.type : "application/octet-stream",
    signal,
  });
  reading.milliseconds = performance.now() - begun;
  return reading;
}

/**
 * The output of every layer of a model for one digit image.
 * @param {Bytes} image
 * @param {string} model @param {AbortSignal} [signal]
 * @returns {Promise<Layers>}
 */
export async function layers(image, model, signal) {
  const found = await request("layers", {
    method: "POST",
    query: { model },
    body: image,
    type: "application/octet-stream",
    signal,
  });
  found.layers = found.layers.map(unpacked);
  return found;
}

/** @param {string} model @returns {Promise<Kernel[]>} of the convolutions */
export async function kernels(model) {
  return (await request(`models/${enc(model)}/kernels`)).layers.map(unpacked);
}

/** @param {string} model @returns {Promise<Card>} */
export const card = (model) => request(`models/${enc(model)}/card`);
/** @param {string} model @returns {Promise<Scores>} */
export const scores = (model) => request(`models/${enc(model)}/scores`);
/** @param {string} model @returns {Promise<Mistakes>} */
export const mistakes = (model) => request(`models/${enc(model)}/mistakes`);

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

/** @template {Packed} L @param {L} layer @returns {Omit<L, "values"> & {values: Float32Array}} */
function unpacked(layer) {
  return { ...layer, values: new Float32Array(fromBase64(layer.values).buffer) };
}

/** @param {string} text @returns {Bytes} */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} bytes @returns {string} */
export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
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
        if (!(error instanceof ApiError)) throw error;
        this.#failed(error);
        wait = error.wait ?? 0;
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
