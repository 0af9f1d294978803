/** The model's card: its scores, its confusion matrix, its worst mistakes, its layers. */
import { card, scores } from "./api.js";
import { keptCorrections } from "./corrections.js";
import { button, el } from "./elements.js";
import { rendered } from "./markdown.js";
import { Mistakes } from "./mistakes.js";
import { facts, state } from "./models.js";
import { part } from "./parts.js";
import { count, integer, rate, t } from "./strings.js";

/**
 * Everything there is to say about one model.
 * @param {string} name
 * @param {{inside: (image: Uint8Array, words: string) => void}} does
 * @returns {HTMLElement} it fills itself
 */
export function numbersOf(name, { inside }) {
  const model = facts(name);
  const gallery = new Mistakes(name, inside);
  const parts = [
    model.has.includes("scores") &&
      part("numbers.scores", async () => scoreTables(await scores(name), gallery)),
    part("numbers.mistakes", () => gallery.fetched()),
    part("numbers.layers", async () => layerTable(model)),
    model.has.includes("card") &&
      part("numbers.card", async () => rendered((await card(name)).markdown)),
  ];
  return el(
    "article",
    { class: "model", "aria-label": name },
    el("header", {}, el("h3", {}, name), el("p", { class: "soft" }, model.title), headline(model)),
    ...parts.filter(Boolean),
  );
}

/** The corrections that are kept, where the service keeps any. */
export const correctionsPart = () =>
  state.collect && part("numbers.corrections", () => keptCorrections());

function headline({ test }) {
  if (!test) return el("p", { class: "score" }, t("numbers.untested"));
  return el(
    "p",
    { class: "score" },
    count("numbers.errors", test.errors, { total: integer(test.total) }),
    " ",
    el("span", { class: "soft" }, rate(test.errors / test.total)),
  );
}

function scoreTables({ test }, gallery) {
  const row = ({ name, precision, recall, f1, support }) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, name),
      ...[precision, recall, f1].map((share) => el("td", {}, rate(share))),
      el("td", { class: "minor" }, integer(support)),
    );
  return el(
    "div",
    { class: "tables" },
    el("div", {}, el("p", { class: "soft" }, t("numbers.confusion")), confusion(test, gallery)),
    el(
      "div",
      {},
      el("p", { class: "soft" }, t("numbers.classes")),
      el(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": t("numbers.classes") },
        el(
          "table",
          {},
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              ...["class", "precision", "recall", "f1"].map((column) =>
                el("th", { scope: "col" }, t(`column.${column}`)),
              ),
              el("th", { scope: "col", class: "minor" }, t("column.support")),
            ),
          ),
          el("tbody", {}, ...test.per_class.map(row)),
        ),
      ),
      el(
        "p",
        { class: "soft" },
        t("numbers.facts", {
          low: rate(test.interval[0]),
          high: rate(test.interval[1]),
          calibration: rate(test.calibration_error),
        }),
      ),
    ),
  );
}

/** Truth by answer; a cell with errors shows the mistakes of that kind. */
function confusion({ confusion: counts, classes }, gallery) {
  const worst = Math.max(...counts.flatMap((row, i) => row.filter((_, j) => i !== j)), 1);
  const cell = (n, truth, answer) => {
    const right = truth === answer;
    const place = el("td", { class: right ? "right" : n ? "wrong" : "none" });
    // Errors are few: on the scale of the right answers none would be seen.
    if (!right && n) place.style.setProperty("--share", `${20 + 70 * (n / worst)}%`);
    const words = t("confusion.cell", { n, truth: classes[truth], answer: classes[answer] });
    place.append(
      !right && n && gallery.there
        ? button(n, () => gallery.only(truth, answer, n), { "aria-label": words, title: words })
        : n || "·",
    );
    return place;
  };
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": t("confusion.title") },
    el(
      "table",
      { class: "confusion" },
      el("caption", { class: "unseen" }, t("confusion.title")),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("td", { class: "corner soft" }, t("confusion.corner")),
          ...classes.map((name) => el("th", { scope: "col" }, name)),
        ),
      ),
      el(
        "tbody",
        {},
        ...counts.map((row, truth) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, classes[truth]),
            ...row.map((n, answer) => cell(n, truth, answer)),
          ),
        ),
      ),
    ),
  );
}

function layerTable({ layers }) {
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": t("numbers.layers") },
    el(
      "table",
      { class: "told" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          ...["layer", "kind", "shape", "weights"].map((name) =>
            el("th", { scope: "col" }, t(`column.${name}`)),
          ),
        ),
      ),
      el(
        "tbody",
        {},
        ...layers.map(({ name, kind, shape, parameters }) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, name),
            el("td", {}, kind),
            el("td", {}, shape.join("×")),
            el("td", {}, parameters ? integer(parameters) : ""),
          ),
        ),
      ),
    ),
  );
}
