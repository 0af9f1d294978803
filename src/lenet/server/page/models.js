/** The served models, the one that reads, and the one it is compared with. */
import { models, network } from "./api.js";
import { el } from "./elements.js";
import { t } from "./strings.js";

/** Shared by all rooms; `loadModels` fills it. */
export const state = {
  /** @type {import("./api.js").Model[]} */ models: [],
  model: "",
  compare: "",
  collect: false,
  maxBody: 16_000_000,
  maxPixels: 12_000_000,
  /** Where other machines open the page. @type {{address: string, code: string[]} | null} */
  network: null,
};

/** Ask the service what it serves. */
export async function loadModels() {
  const found = await models();
  state.models = found.models;
  state.collect = found.collect;
  state.maxBody = found.max_body ?? state.maxBody;
  state.maxPixels = found.max_pixels ?? state.maxPixels;
  state.network = found.address ? { address: found.address, code: found.code } : null;
  const names = found.models.map(({ name }) => name);
  if (!names.includes(state.model))
    state.model = (found.models.find((model) => model.default) ?? found.models[0]).name;
  if (!names.includes(state.compare)) state.compare = "";
}

/** What is known of a model that is served. @returns {import("./api.js").Model} */
export function facts(name = state.model) {
  const model = state.models.find((each) => each.name === name);
  if (!model) throw new Error(`no model ${name}`);
  return model;
}

const DIGITS = [..."0123456789"];

/** The classes of a model; those of most models until it is known what is served. */
export const classesOf = (name = state.model) => (name ? facts(name).classes : DIGITS);

/** Whether a model reads the ten digits. */
export const readsDigits = (name = state.model) => classesOf(name).join() === DIGITS.join();

/**
 * A text about what a model reads. A text about digits may have another form for other classes.
 * @param {string} model @param {string} key @param {Record<string, string | number>} [values]
 */
export const about = (model, key, values = {}) =>
  t(readsDigits(model) ? key : `${key}.class`, values, t(key, values));

/** The models that answer: one, or two that are compared. @returns {string[]} */
export const asked = () => (state.compare ? [state.model, state.compare] : [state.model]);

/**
 * Fill the two selects and keep them in step.
 * @param {HTMLSelectElement} first @param {HTMLSelectElement} second
 * @param {() => void} changed
 */
export function modelChoice(first, second, changed) {
  const show = () => {
    /** @param {import("./api.js").Model} model */
    const option = ({ name }) => el("option", { value: name }, name);
    first.replaceChildren(...state.models.map(option));
    first.value = state.model;
    const others = state.models.filter(({ name }) => name !== state.model);
    second.replaceChildren(el("option", { value: "" }, t("compare.none")), ...others.map(option));
    second.value = state.compare;
    // With one model there is nothing to compare.
    const label = second.closest("label");
    if (label) label.hidden = state.models.length < 2;
    first.title = facts().title;
    document.documentElement.classList.toggle("comparing", Boolean(state.compare));
  };
  const choose = () => {
    show();
    changed();
  };
  first.onchange = () => {
    // Choosing the compared model swaps the two.
    if (first.value === state.compare) state.compare = state.model;
    state.model = first.value;
    choose();
  };
  second.onchange = () => {
    state.compare = second.value;
    choose();
  };
  show();
}

/** @typedef {Map<string, import("./network.js").Operation>} Operations by layer */

/**
 * What each layer of a model does, with its weights.
 * @param {string} name
 * @returns {Promise<Operations>} empty if that is not known
 */
export async function operationsOf(name) {
  if (!facts(name).has.includes("network")) return new Map();
  try {
    const { layers } = await network(name);
    return new Map(layers.map((layer) => [layer.name, layer]));
  } catch {
    return new Map(); // asking for the layers says what is wrong
  }
}
