/** The page's worker: it runs networks, so that the pen never waits for them. */
import { normalised } from "./centring.js";
import { Embedding } from "./embedding.js";
import { Network } from "./network.js";

/**
 * @typedef {{does: "load", model: string, plan: import("./network.js").Plan}} Load
 * @typedef {{does: "run", model: string, image: Uint8Array<ArrayBuffer>}} Run
 * @typedef {{does: "read", model: string, ink: import("./centring.js").Ink}} Read
 * @typedef {{does: "cover", model: string, image: Uint8Array<ArrayBuffer>, row: number}} Cover
 * @typedef {{does: "embed", model: string, axes: import("./embedding.js").Axes}} Embed
 * @typedef {{does: "place", model: string, values: Float32Array, count: number}} Placing
 * @typedef {{layers: import("./network.js").Layer[], verdict: import("./network.js").Verdict}} Ran
 * @typedef {{image: Uint8Array<ArrayBuffer>, verdict: import("./network.js").Verdict}} WasRead
 */

/** @type {Map<string, Network>} */
const networks = new Map();
/** @type {Map<string, Embedding>} */
const embeddings = new Map();
/**
 * What each network read last. Often it is looked into next, and need not be run again for that.
 * @type {Map<string, {image: Uint8Array, layers: import("./network.js").Layer[]}>}
 */
const lastRead = new Map();

/**
 * @param {Load | Run | Read | Cover | Embed | Placing} question
 * @returns {Ran | WasRead | number[] | import("./embedding.js").Place | null}
 */
function answer(question) {
  if (question.does === "embed") {
    embeddings.set(question.model, new Embedding(question.axes));
    return null;
  }
  if (question.does === "place") {
    const embedding = embeddings.get(question.model);
    if (!embedding) throw new Error(`no embedding of ${question.model}`);
    return embedding.place(question.values, question.count);
  }
  if (question.does === "load") {
    networks.set(question.model, new Network(question.plan));
    lastRead.delete(question.model);
    return null;
  }
  const { does, model } = question;
  const network = networks.get(model);
  if (!network) throw new Error(`no network ${model}`);
  if (does === "cover") return network.covered(question.image, question.row);
  const image = does === "run" ? question.image : normalised(question.ink);
  const read = lastRead.get(model);
  const layers = read && same(read.image, image) ? read.layers : network.run(image);
  const verdict = network.judge(layers[layers.length - 1].values);
  if (does === "run") {
    lastRead.delete(model); // the layers leave with the answer
    return { layers, verdict };
  }
  lastRead.set(model, { image, layers });
  return { image, verdict };
}

/** @param {Uint8Array} one @param {Uint8Array} other */
const same = (one, other) => one.every((value, at) => value === other[at]);

addEventListener("message", ({ data: { id, question } }) => {
  try {
    const found = answer(question);
    const moved = found && "layers" in found ? found.layers.map(({ values }) => values.buffer) : [];
    postMessage({ id, found }, { transfer: moved });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
});
