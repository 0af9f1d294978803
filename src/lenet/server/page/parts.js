/** Parts of the page: sections that fetch their content, and tables. */
import { button, el } from "./elements.js";
import { t } from "./strings.js";
import { explained, recovered } from "./trouble.js";

/** When what a section fetches will be there. @type {WeakMap<HTMLElement, Promise<void>>} */
const loading = new WeakMap();

/**
 * Show sections one after the other, each when those before it are filled: nothing that is read
 * already is pushed down.
 * @param {HTMLElement[]} sections
 */
export async function inTurn(sections) {
  for (const section of sections.slice(1)) section.hidden = true;
  for (const section of sections) {
    section.hidden = false;
    await loading.get(section);
  }
}

/**
 * A section with a title that fetches its content, or says why it cannot.
 * @param {string} title key of its text, or the text @param {() => Promise<Node>} fetch
 * @param {"h3" | "h4"} [heading]
 */
export function part(title, fetch, heading = "h4") {
  const body = el(
    "div",
    { class: "part-body", "aria-busy": "true" },
    el("p", { class: "soft" }, t("loading")),
  );
  /** @param {Event} [again] the click on "Try again" */
  const load = async (again) => {
    try {
      body.replaceChildren(await fetch());
      if (again) recovered();
    } catch (error) {
      body.replaceChildren(
        el("p", { class: "problem" }, explained(error), " ", button(t("again"), load)),
      );
    }
    body.setAttribute("aria-busy", "false");
  };
  const section = el("section", { class: "part" }, el(heading, {}, t(title)), body);
  loading.set(section, load());
  return section;
}

/**
 * A table that scrolls sideways where it is too wide. The first cell of a row names it.
 * @param {{label: string, columns?: string[], rows: (Node | string)[][], minor?: number,
 *   class?: string}} options `minor`: the column that narrow windows leave out
 * @returns {HTMLElement}
 */
export function table({ label, columns, rows, minor = -1, class: kind = "" }) {
  /** @param {number} index */
  const style = (index) => ({ class: index === minor ? "minor" : null });
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": label },
    el(
      "table",
      { class: kind || null },
      columns &&
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ...columns.map((name, index) => el("th", { scope: "col", ...style(index) }, name)),
          ),
        ),
      el(
        "tbody",
        {},
        ...rows.map(([first, ...others]) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, first),
            ...others.map((cell, index) => el("td", style(index + 1), cell)),
          ),
        ),
      ),
    ),
  );
}
