/** The numbers of a model: scores, confusion matrix, worst mistakes, layers, card. */
import { card, scores } from "./api.js";
import { cardOf } from "./card.js";
import { keptCorrections } from "./corrections.js";
import { button, el } from "./elements.js";
import { Mistakes } from "./mistakes.js";
import { facts, state } from "./models.js";
import { inTurn, part, table } from "./parts.js";
import { count, integer, rate, t } from "./strings.js";

/**
 * All numbers of one model.
 * @param {string} name
 * @param {{inside: (image: import("./api.js").Bytes, words: string) => void}} does
 * @returns {{element: HTMLElement, filled: Promise<void>}} it fills itself
 */
export function numbersOf(name, { inside }) {
  const model = facts(name);
  const gallery = new Mistakes(name, inside);
  const parts = [
    model.has.includes("scores") &&
      part("numbers.scores", async () => scoreTables(await scores(name), gallery)),
    part("numbers.mistakes", () => gallery.fetched()),
    part("numbers.layers", async () => layerTable(model)),
    model.has.includes("card") && part("numbers.card", async () => cardOf(await card(name))),
  ];
  const shown = /** @type {HTMLElement[]} */ (parts.filter(Boolean));
  const filled = inTurn(shown);
  const element = el(
    "article",
    { class: "model", "aria-label": name },
    el("header", {}, el("h3", {}, name), el("p", { class: "soft" }, model.title), headline(model)),
    ...shown,
  );
  return { element, filled };
}

/** The stored corrections, if the service stores any. */
export const correctionsPart = () =>
  state.collect && part("numbers.corrections", () => keptCorrections());

/** @param {import("./api.js").Model} model */
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

/** @param {import("./api.js").Scores} scores @param {Mistakes} gallery */
function scoreTables({ test }, gallery) {
  const classes = table({
    label: t("numbers.classes"),
    columns: ["class", "precision", "recall", "f1", "support"].map((name) => t(`column.${name}`)),
    rows: test.per_class.map(({ name, precision, recall, f1, support }) => [
      name,
      ...[precision, recall, f1].map(rate),
      integer(support),
    ]),
    minor: 4,
  });
  const summary = t("numbers.facts", {
    low: rate(test.interval[0]),
    high: rate(test.interval[1]),
    calibration: rate(test.calibration_error),
  });
  return el(
    "div",
    { class: "tables" },
    el("div", {}, el("p", { class: "soft" }, t("numbers.confusion")), confusion(test, gallery)),
    el(
      "div",
      {},
      el("p", { class: "soft" }, t("numbers.classes")),
      classes,
      el("p", { class: "soft" }, summary),
    ),
  );
}

/**
 * The confusion matrix; a cell with errors is a button that shows them.
 * @param {import("./api.js").PartScores} scores @param {Mistakes} gallery
 */
function confusion({ confusion: counts, classes }, gallery) {
  const worst = Math.max(...counts.flatMap((row, i) => row.filter((_, j) => i !== j)), 1);
  /** @param {number} n @param {number} truth @param {number} answer */
  const cell = (n, truth, answer) => {
    const right = truth === answer;
    const place = el("td", { class: right ? "right" : n ? "wrong" : "none" });
    // Errors have a scale of their own: there are far fewer of them than right answers.
    if (!right && n) place.style.setProperty("--share", `${20 + 70 * (n / worst)}%`);
    const words = t("confusion.cell", {
      n,
      truth: classes[truth],
      answer: classes[answer],
    });
    place.append(
      !right && n && gallery.there
        ? button(n, () => gallery.only(truth, answer, n), { "aria-label": words, title: words })
        : String(n || "·"),
    );
    return place;
  };
  const matrix = el(
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
  );
  const longest = Math.max(...classes.map((name) => name.length));
  // The style is made for ten digits; other classes need more room, or names would overlap.
  if (classes.length > 10 || longest > 2)
    matrix.style.minWidth = `${(classes.length + 2) * Math.max(2, 0.6 * Math.min(longest, 10))}rem`;
  const label = t("confusion.title");
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, matrix);
}

/** @param {import("./api.js").Model} model */
function layerTable({ layers }) {
  return table({
    class: "told",
    label: t("numbers.layers"),
    columns: ["layer", "kind", "shape", "weights"].map((name) => t(`column.${name}`)),
    rows: layers.map(({ name, kind, shape, parameters }) => [
      name,
      kind,
      shape.join("×"),
      parameters ? integer(parameters) : "",
    ]),
  });
}
