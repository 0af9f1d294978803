/** A model's card: how it was made, what it scores, what it takes and where it fails. */
import { el } from "./elements.js";
import { table } from "./parts.js";
import { count, date, decimal, integer, interval, rate, t } from "./strings.js";

/** @typedef {import("./api.js").Card} Card */

/**
 * Lay out the facts of a card.
 * @param {Card} card
 * @returns {HTMLElement}
 */
export function cardOf(card) {
  const refuses = card.rejection !== null;
  return el(
    "div",
    { class: "facts" },
    table({ label: t("numbers.card"), rows: rowsOf(card) }),
    card.scores.length > 0 && scoreTable(card),
    el("p", { class: "soft" }, t("card.once")),
    card.changes.length > 0 && changesOf(card),
    card.measured.conditions.length > 0 && conditionTable(card),
    stated("card.takes"),
    card.rejection !== null && stated("card.refuses", { score: decimal(card.rejection) }),
    stated("card.fails", {}, refuses ? "card.fails.refusing" : "card.fails.closed"),
    el("p", {}, t("card.repeat"), " ", el("code", {}, "lenet train --recipe recipe.toml")),
    ...elsewhereOf(card),
  );
}

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
  ];
  return rows.flatMap(([name, value]) => (value ? [[t(`card.${name}`), value]] : []));
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
