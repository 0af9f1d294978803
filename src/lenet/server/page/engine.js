/** The page's own reading and looking inside: networks in a worker, and what they answer. */
import { STEP } from "./network.js";
import { startWorker } from "./transport.js";

/**
 * @typedef {import("./network.js").Plan & {name: string, classes: string[]}} Plan
 * @typedef {import("./network.js").Verdict} Verdict
 * @typedef {{does: string, model: string, plan?: Plan, image?: Uint8Array,
 *   row?: number, ink?: import("./centring.js").Ink, axes?: import("./embedding.js").Axes,
 *   values?: Float32Array, count?: number}} Question
 */

const DIGITS = "0,1,2,3,4,5,6,7,8,9";

export class Engine {
  /** @type {Worker | null} */ #worker = null;
  /** @type {Map<number, {done: (found: any) => void, failed: (error: Error) => void}>} */
  #waiting = new Map();
  /** @type {Map<string, Promise<Plan>>} */ #plans = new Map();
  #next = 0;
  #fetch;

  /** @param {(model: string) => Promise<Plan>} fetch of a network, with its weights */
  constructor(fetch) {
    this.#fetch = fetch;
  }

  /**
   * A network's operations and weights; fetched once, or again after a failure.
   * @param {string} model
   * @returns {Promise<Plan>}
   */
  plan(model) {
    let plan = this.#plans.get(model);
    if (!plan) {
      plan = this.#fetch(model).then(async (found) => {
        await this.#ask({ does: "load", model, plan: found });
        return found;
      });
      plan.catch(() => this.#plans.delete(model));
      this.#plans.set(model, plan);
    }
    return plan;
  }

  /** Fetch networks again: others may have their names. */
  forget() {
    this.#plans.clear();
  }

  /**
   * Every layer's numbers for an image, and the answer.
   * @param {string} model @param {Uint8Array} image
   * @returns {Promise<{plan: Plan} & import("./worker.js").Ran>}
   */
  async run(model, image) {
    const plan = await this.plan(model);
    return { plan, ...(await this.#ask({ does: "run", model, image })) };
  }

  /**
   * The image that ink makes, and the answer.
   * @param {string} model @param {import("./centring.js").Ink} ink
   * @returns {Promise<{plan: Plan} & import("./worker.js").WasRead>}
   */
  async read(model, ink) {
    const plan = await this.plan(model);
    return { plan, ...(await this.#ask({ does: "read", model, ink })) };
  }

  /**
   * What covering parts of an image with paper does to the answer; see `Network.covered`. Rows are
   * asked for one by one, so that the pen need not wait.
   * @param {string} model @param {Uint8Array} image
   * @param {() => boolean} wanted whether anyone still wants to know
   * @returns {Promise<{side: number, values: Float32Array} | null>} null if not
   */
  async covered(model, image, wanted) {
    await this.plan(model);
    const side = 28 / STEP;
    const values = new Float32Array(side * side);
    for (let index = 0; index < side; index++) {
      if (!wanted()) return null;
      const row = index * STEP + STEP / 2;
      values.set(await this.#ask({ does: "cover", model, image, row }), index * side);
    }
    return { side, values };
  }

  /**
   * Keep the directions in which a model's test images differ.
   * @param {string} model @param {import("./embedding.js").Axes} axes
   */
  embed(model, axes) {
    return this.#ask({ does: "embed", model, axes });
  }

  /**
   * The place of an image among test images, by its numbers before the output.
   * @param {string} model @param {Float32Array} values @param {number} count of the nearest
   * @returns {Promise<import("./embedding.js").Place>}
   */
  place(model, values, count) {
    return this.#ask({ does: "place", model, values, count });
  }

  /** @param {Question} question @returns {Promise<any>} */
  #ask(question) {
    this.#worker ??= this.#start();
    const id = this.#next++;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#worker?.postMessage({ id, question });
    });
  }

  #start() {
    const worker = startWorker();
    worker.onmessage = ({ data: { id, found, error } }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.failed(new Error(error));
      else waiting?.done(found);
    };
    worker.onerror = ({ message }) => {
      for (const { failed } of this.#waiting.values()) failed(new Error(message));
      this.#waiting.clear();
    };
    return worker;
  }
}

/** How an answer names its class. @param {Plan} plan @param {number} index */
export const named = ({ classes }, index) =>
  classes.join() === DIGITS ? { digit: index } : { class: classes[index] };
