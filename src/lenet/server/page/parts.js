/** Parts of a page that are fetched when they are looked at. */
import { button, el } from "./elements.js";
import { t } from "./strings.js";

/**
 * A part with a title that is filled when its answer comes, or says why not.
 * @param {string} title key of its text @param {() => Promise<Node>} fetch
 */
export function part(title, fetch) {
  const body = el(
    "div",
    { class: "part-body", "aria-busy": "true" },
    el("p", { class: "soft" }, t("loading")),
  );
  const load = async () => {
    try {
      body.replaceChildren(await fetch());
    } catch (error) {
      body.replaceChildren(
        el("p", { class: "problem" }, error.message, " ", button(t("again"), load)),
      );
    }
    body.setAttribute("aria-busy", "false");
  };
  load();
  return el("section", { class: "part" }, el("h4", {}, t(title)), body);
}
