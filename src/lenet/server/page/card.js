/** A model's card: how it was made, what it scores, what it takes and where it fails. */
import { el } from "./elements.js";
import { facts } from "./models.js";
import { table } from "./parts.js";
import { Share } from "./share.js";
import { count, date, decimal, integer, interval, rate, t } from "./strings.js";

/**
 * @typedef {import("./api.js").Card} Card
 * @typedef {(name: string) => Promise<Card>} Cards each is fetched once
 */

/**
 * How models were made, side by side: a fact in each row, a model in each column.
 * @param {string[]} names @param {Cards} cards
 */
export async function factsOf(names, cards) {
  const known = await Promise.all(names.map(cards));
  const columns = known.map((card) => new Map(rowsOf(card)));
  const all = FACTS.filter((name) => columns.some((column) => column.has(name)));
  return el(
    "div",
    { class: "facts side-by-side" },
    table({
      label: t("numbers.facts-of-both"),
      columns: [t("column.fact"), ...known.map(({ name }) => name)],
      rows: all.map((name) => [
        t(`card.${name}`),
        ...columns.map((column) => column.get(name) ?? "–"),
      ]),
    }),
    explained(known.flatMap(sourcesOf)),
  );
}

/**
 * Lay out the facts of a card.
 * @param {Card} card @param {boolean} alone whether how it was made is not told elsewhere
 * @returns {HTMLElement}
 */
export function cardOf(card, alone) {
  const refuses = card.rejection !== null;
  return el(
    "div",
    { class: "facts" },
    alone &&
      table({
        label: t("numbers.card"),
        rows: rowsOf(card).map(([name, value]) => [t(`card.${name}`), value]),
      }),
    alone && explained(sourcesOf(card)),
    card.scores.length > 0 && scoreTable(card),
    el("p", { class: "soft" }, t("card.once")),
    card.changes.length > 0 && changesOf(card),
    card.measured.conditions.length > 0 && conditionTable(card),
    card.measured.conditions.length > 0 && el("p", { class: "soft" }, conditionsOf(card)),
    stated("card.takes", { ink: t("ink") }),
    card.rejection !== null && stated("card.refuses", { score: decimal(card.rejection) }),
    stated("card.fails", {}, refuses ? "card.fails.refusing" : "card.fails.closed"),
    ...repeating(card),
    ...elsewhereOf(card),
  );
}

/** What of a card is told in its table, in this order, as `card.*` among the texts. */
const FACTS = [
  ...["architecture", "classes", "data", "images", "nondigits", "start", "training", "seed"],
  ...["time", "started", "temperature", "weights", "file"],
];

/** @param {Card} card @returns {[string, Node | string][]} */
function rowsOf({ recipe, images, ...card }) {
  const counts = /** @type {const} */ (["train", "validation", "test"])
    .filter((part) => images[part])
    .map((part) => t(`card.images.${part}`, { n: integer(images[part] ?? 0) }))
    .join(", ");
  const refused = images.nondigits && t("card.images.train", { n: integer(images.nondigits) });
  const training = t("card.training.how", {
    epochs: count("card.epochs", recipe.epochs),
    batch: integer(recipe.batch),
    optimizer: recipe.optimizer,
    rate: decimal(recipe.learning_rate),
    schedule: recipe.schedule,
    decay: decimal(recipe.weight_decay),
    more: [
      recipe.averaging > 0 &&
        t("card.training.averaging", { averaging: decimal(recipe.averaging) }),
      recipe.mean_teacher > 0 && t("card.training.teacher", { n: integer(recipe.mean_teacher) }),
      t(`card.training.${recipe.keep}`),
    ]
      .filter(Boolean)
      .join(""),
  });
  const time = t("card.time.how", {
    seconds: integer(Math.round(card.seconds)),
    device: card.device,
    threads: count("card.threads", card.threads),
  });
  /** @type {[string, Node | string | false][]} */
  const rows = [
    ["architecture", el("code", {}, recipe.model)],
    ["classes", card.classes.join(", ")],
    ["data", [...recipe.data, ...recipe.extra_data].join(", ")],
    ["images", counts],
    ["nondigits", recipe.nondigits.length > 0 && [...recipe.nondigits, refused].join(", ")],
    ["start", recipe.start_from && el("code", {}, recipe.start_from)],
    ["training", training],
    ["seed", String(card.seed)],
    ["time", time],
    ["started", date(card.started)],
    ["temperature", card.temperature !== null && decimal(card.temperature)],
    ["weights", el("code", {}, card.weights)],
    ["file", el("code", {}, facts(card.name).digest)],
  ];
  return rows.flatMap(([name, value]) => (value ? [[name, value]] : []));
}

/**
 * What its sources of data are, a sentence each; none of those that the texts do not know.
 * @param {Card} card
 * @returns {[source: string, sentence: string][]}
 */
function sourcesOf({ recipe: { data, extra_data: extra, nondigits } }) {
  /** @param {string} source @param {string} end of the text's key */
  const told = (source, end) => {
    const [kind, n] = source.split(":");
    const sentence = t(`source.${kind}${end}`, { n: integer(Number(n)) }, "");
    return sentence ? [/** @type {[string, string]} */ ([source, sentence])] : [];
  };
  return [
    ...[...data, ...extra].flatMap((source) => told(source, "")),
    ...nondigits.flatMap((source) => told(source, ".refused")),
  ];
}

/** @param {[source: string, sentence: string][]} sources */
function explained(sources) {
  const each = new Map(sources.map((one) => [one.join(), one]));
  if (!each.size) return null;
  return el(
    "details",
    {},
    el("summary", {}, t("card.sources")),
    el(
      "ul",
      {},
      ...[...each.values()].map(([source, sentence]) =>
        el("li", {}, el("code", {}, source), ` – ${sentence}`),
      ),
    ),
  );
}

/** How to train it again. @param {Card} card */
function repeating({ name, version, recipe_file: recipe }) {
  const words = t(version ? "card.repeat" : "card.repeat.unversioned", { version });
  return [
    el("p", {}, words, " ", el("code", {}, `lenet train --recipe ${name}.toml`)),
    new Share({
      link: null,
      name,
      forms: [{ form: "TOML", type: "application/toml", content: () => recipe }],
    }).element,
  ];
}

/** Which test images were disturbed. @param {Card} card */
function conditionsOf({ images: { test = 0 }, measured: { conditions } }) {
  const n = conditions[0].total;
  const values = { n: integer(n), total: integer(test) };
  return t(n < test ? "card.conditions.some" : "card.conditions.all", values);
}

/** @param {Card} card */
function scoreTable({ scores }) {
  return table({
    label: t("card.scores"),
    columns: ["part", "errors", "rate", "interval"].map((name) => t(`column.${name}`)),
    rows: scores.map(({ part, errors, total, interval: range }) => [
      t(`part.${part}`),
      t("card.errors", { errors: integer(errors), total: integer(total) }),
      rate(errors / total),
      interval(range),
    ]),
  });
}

/** Errors on disturbed test images. @param {Card} card */
function conditionTable({ measured: { conditions } }) {
  return table({
    label: t("card.conditions"),
    columns: [t("card.conditions"), t("column.errors"), t("column.rate")],
    rows: conditions.map(({ name, errors, total }) => [
      name,
      t("card.errors", { errors: integer(errors), total: integer(total) }),
      rate(errors / total),
    ]),
  });
}

/** What was measured on other pictures than its data's. @param {Card} card */
function elsewhereOf({ measured: { elsewhere } }) {
  if (!elsewhere) return [];
  const { title, lead, tables, notes } = elsewhere;
  return [
    el("h5", {}, title),
    el("p", {}, lead),
    ...tables.map(({ columns, rows }) => table({ label: columns[0], columns, rows })),
    ...notes.map((note) => el("p", {}, note)),
  ];
}

/** @param {Card} card */
function changesOf({ changes, recipe }) {
  const items = changes.map(({ source, nondigits, total, before, after }) =>
    el(
      "li",
      {},
      t("card.change", {
        start: recipe.start_from,
        source: nondigits ? t("card.change.nondigits", { source }) : source,
        before: integer(before),
        after: integer(after),
        total: integer(total),
      }),
    ),
  );
  return el("ul", {}, ...items);
}

/**
 * A paragraph that begins with its verb in bold.
 * @param {string} key @param {Record<string, string>} [values] @param {string} [text] key of the rest
 */
function stated(key, values = {}, text = `${key}.what`) {
  return el("p", {}, el("strong", {}, t(key)), " ", t(text, values));
}
