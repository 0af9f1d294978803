/** Which models are served, which one reads, and which one it is compared with. */
import { kernels, models } from "./api.js";
import { el } from "./elements.js";
import { t } from "./strings.js";

/** What all rooms share; `loaded` fills it. */
export const state = {
  /** @type {import("./api.js").Model[]} */ models: [],
  model: "",
  compare: "",
  collect: false,
  maxBody: 16_000_000,
};

/** Ask the service what it serves. */
export async function loadModels() {
  const found = await models();
  state.models = found.models;
  state.collect = found.collect;
  state.maxBody = found.max_body ?? state.maxBody;
  const names = found.models.map(({ name }) => name);
  if (!names.includes(state.model))
    state.model = (found.models.find((model) => model.default) ?? found.models[0]).name;
  if (!names.includes(state.compare)) state.compare = "";
}

/** @returns {import("./api.js").Model} */
export const facts = (name = state.model) => state.models.find((model) => model.name === name);

/** The models that answer: one, or two that are compared. @returns {string[]} */
export const asked = () => (state.compare ? [state.model, state.compare] : [state.model]);

/**
 * Fill the two selects and keep them in step.
 * @param {HTMLSelectElement} first @param {HTMLSelectElement} second
 * @param {() => void} changed
 */
export function modelChoice(first, second, changed) {
  const show = () => {
    const option = ({ name }) => el("option", { value: name }, name);
    first.replaceChildren(...state.models.map(option));
    first.value = state.model;
    const others = state.models.filter(({ name }) => name !== state.model);
    second.replaceChildren(el("option", { value: "" }, t("compare.none")), ...others.map(option));
    second.value = state.compare;
    // With one model there is nothing to choose and nothing to compare.
    second.closest("label").hidden = state.models.length < 2;
    first.title = facts()?.title ?? "";
    document.documentElement.classList.toggle("comparing", Boolean(state.compare));
  };
  const choose = () => {
    show();
    changed();
  };
  first.onchange = () => {
    // Choosing the one it is compared with turns the two around.
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

const fetched = new Map();

/** The kernels of a model's convolutions, by layer; asked for once. */
export function kernelsOf(name) {
  if (!facts(name)?.has.includes("kernels")) return Promise.resolve(new Map());
  if (!fetched.has(name))
    fetched.set(
      name,
      kernels(name).then(
        (found) => new Map(found.map((layer) => [layer.name, layer])),
        () => {
          fetched.delete(name);
          return new Map();
        },
      ),
    );
  return fetched.get(name);
}
