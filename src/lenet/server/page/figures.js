/** The figures that were drawn for a run's report. */
import { figures } from "./api.js";
import { button, el } from "./elements.js";
import { t } from "./strings.js";
import { explained, recovered } from "./trouble.js";

/** The figures of a model, fetched when somebody wants them. @param {string} name */
export function figuresOf(name) {
  const body = el("div", {});
  /** @param {Event} event */
  const load = async ({ type }) => {
    body.replaceChildren(el("p", { class: "soft" }, t("loading")));
    try {
      body.replaceChildren(...(await fetched(name)));
      if (type === "click") recovered();
    } catch (error) {
      body.replaceChildren(
        el("p", { class: "problem" }, explained(error), " ", button(t("again"), load)),
      );
    }
  };
  const details = el("details", {}, el("summary", {}, t("figures.show")), body);
  details.addEventListener("toggle", load, { once: true });
  return details;
}

/** @param {string} name @returns {Promise<HTMLElement[]>} */
async function fetched(name) {
  const { figures: found, left_out: leftOut = [] } = await figures(name);
  const shown = await Promise.all(found.map((figure) => one(name, figure)));
  const names = leftOut.map((each) => t(`figure.${each}`)).join(", ");
  return [
    el("div", { class: "figures" }, ...shown),
    ...(names ? [el("p", { class: "soft" }, t("figures.left-out", { names }))] : []),
  ];
}

/** A figure; choosing it saves it. @param {string} model @param {import("./api.js").Figure} figure */
async function one(model, { name, image }) {
  const title = t(`figure.${name}`);
  const source = `data:image/png;base64,${image}`;
  const label = t("figure.save", { figure: title, model });
  const picture = el("img", { src: source, alt: "" });
  await picture.decode(); // its size is known from here on
  return el(
    "figure",
    {},
    el(
      "a",
      { href: source, download: `${model}-${name}.png`, "aria-label": label, title: label },
      picture,
    ),
    el("figcaption", { class: "soft" }, title),
  );
}
