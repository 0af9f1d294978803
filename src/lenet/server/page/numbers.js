/** The numbers of models: all in a table, two compared, and each by itself. */
import { card, mistakes, scores } from "./api.js";
import { cardOf, factsOf } from "./card.js";
import { keptCorrections } from "./corrections.js";
import { learningCurves, reliability } from "./curves.js";
import { button, el, still } from "./elements.js";
import { figuresOf } from "./figures.js";
import { Mistakes } from "./mistakes.js";
import { asked, facts, state } from "./models.js";
import { NUMBER_TEXTS } from "./numbertexts.js";
import { inTurn, part, table } from "./parts.js";
import { standings } from "./standings.js";
import { addTexts, count, integer, language, rate, t } from "./strings.js";
import { versus } from "./versus.js";

/** @typedef {import("./mistakes.js").Inside} Inside */

addTexts(NUMBER_TEXTS);

const MOST_NAMED = 3; // pairs of classes that are confused equally often

/**
 * Fill the room for the models that are chosen, each part after those before it.
 * @param {HTMLElement} place @param {Inside} inside
 */
export function fillNumbers(place, inside) {
  const names = asked();
  const [first, second] = names;
  const fetches = names.map((name) => once(() => mistakes(name)));
  const fetched = names.map((name) => once(() => card(name)));
  /** @type {import("./card.js").Cards} */
  const cards = (name) => fetched[names.indexOf(name)]();
  const heading = second ? "h3" : "h4";
  const charts = [
    part("numbers.curves", () => learningCurves(names, cards), heading),
    part("numbers.reliability", () => reliability(names), heading),
  ];
  const grid = el("div", { class: "charts" }, ...charts);
  /** @type {HTMLElement[]} */
  const before = [];
  if (second) {
    const [ours, theirs] = fetches;
    const title = t("versus.title", { first, second });
    before.push(
      part("numbers.facts-of-both", () => factsOf(names, cards), heading),
      part(title, () => versus([first, second], [ours, theirs], inside, cards), heading),
    );
  }
  const models = names.map((name, index) =>
    numbersOf(name, fetches[index], cards, inside, second ? null : { grid, charts }),
  );
  const columns = el("div", { class: "models" }, ...models.map(({ element }) => element));
  const kept = state.collect && part("numbers.corrections", keptCorrections, "h3");
  place.classList.toggle("two", Boolean(second));
  const all = standings();
  const contents = el("nav", { class: "contents", "aria-label": t("numbers.contents") });
  place.replaceChildren(
    contents,
    all,
    ...before,
    ...(second ? [grid] : []),
    columns,
    ...(kept ? [kept] : []),
  );
  // Until what is above them is there, they would be pushed down.
  columns.hidden = true;
  if (kept) kept.hidden = true;
  const filled = inTurn(second ? [...before, ...charts] : [])
    .then(() => {
      columns.hidden = false;
      return Promise.all(models.map(({ fill }) => fill()));
    })
    .then(() => {
      if (kept) kept.hidden = false;
    });
  const parts = [
    all,
    ...before,
    ...(second ? [...charts, ...models.map(({ element }) => element)] : models[0].parts),
    ...(kept ? [kept] : []),
  ];
  contents.replaceChildren(...parts.map((one) => jump(one, filled)));
}

/**
 * A button that goes to a part of the room, once nothing above it will move it any more.
 * @param {HTMLElement} to @param {Promise<void>} filled
 */
function jump(to, filled) {
  const heading = to.querySelector("h3, h4");
  if (!(heading instanceof HTMLElement)) throw new Error("a part without a heading");
  return button(heading.textContent ?? "", async () => {
    await filled;
    heading.tabIndex = -1;
    to.scrollIntoView({ block: "start", behavior: still() ? "instant" : "smooth" });
    heading.focus({ preventScroll: true });
  });
}

/**
 * Fetch once, or again after a failure.
 * @template T
 * @param {() => Promise<T>} fetch
 */
function once(fetch) {
  /** @type {Promise<T> | null} */
  let found = null;
  return () => {
    found ??= fetch().catch((error) => {
      found = null;
      throw error;
    });
    return found;
  };
}

/**
 * All numbers of one model.
 * @param {string} name @param {() => Promise<import("./api.js").Mistakes>} fetch
 * @param {import("./card.js").Cards} cards @param {Inside} inside
 * @param {{grid: HTMLElement, charts: HTMLElement[]} | null} alone its charts, if it has some of
 *   its own
 * @returns {{element: HTMLElement, parts: HTMLElement[], fill: () => Promise<void>}} `parts` in
 *   their order
 */
function numbersOf(name, fetch, cards, inside, alone) {
  const model = facts(name);
  const gallery = new Mistakes(name, fetch, inside);
  const first = [
    ...(model.has.includes("scores")
      ? [part("numbers.scores", async () => scoreTables(await scores(name), gallery))]
      : []),
    part("numbers.mistakes", () => gallery.fetched()),
  ];
  const last = [
    ...(model.has.includes("figures")
      ? [part("numbers.figures", async () => figuresOf(name))]
      : []),
    part("numbers.layers", async () => layerTable(model)),
    ...(model.has.includes("card")
      ? [part("numbers.card", async () => cardOf(await cards(name), alone !== null))]
      : []),
  ];
  const element = el(
    "article",
    { class: "model", "aria-label": name },
    el("header", {}, el("h3", {}, name), el("p", { class: "soft" }, model.title), headline(model)),
    model.test && el("p", { class: "soft counted" }, t("numbers.counted")),
    ...first,
    alone?.grid,
    ...last,
  );
  const parts = [...first, ...(alone?.charts ?? []), ...last];
  return { element, parts, fill: () => inTurn(parts) };
}

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
    bins: test.calibration.length,
  });
  return el(
    "div",
    { class: "tables" },
    el(
      "div",
      {},
      el("p", { class: "soft" }, mostOften(test), t("numbers.confusion")),
      confusion(test, gallery),
    ),
    el(
      "div",
      {},
      el("p", { class: "soft" }, t("numbers.classes")),
      classes,
      el("p", { class: "soft" }, summary),
    ),
  );
}

/** What was taken for what most often; "" if it is much. @param {import("./api.js").PartScores} scores */
function mostOften({ confusion: counts, classes }) {
  const cells = counts.flatMap((row, truth) =>
    row.map((n, answer) => ({ n: truth === answer ? 0 : n, truth, answer })),
  );
  const n = Math.max(...cells.map((cell) => cell.n));
  const worst = cells.filter((cell) => cell.n === n);
  if (n < 2 || worst.length > MOST_NAMED) return "";
  const pairs = worst.map(({ truth, answer }) =>
    t("confusion.pair", { truth: classes[truth], answer: classes[answer] }),
  );
  const form = worst.length > 1 ? "other" : "one";
  return `${t(`confusion.most.${form}`, { pairs: new Intl.ListFormat(language).format(pairs), n })} `;
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
  return el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": label }, matrix);
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
