/** How models learnt, epoch by epoch, and how well their probabilities hold: charts of one or two. */
import { history, scores } from "./api.js";
import { Chart, decades, wholes } from "./chart.js";
import { el } from "./elements.js";
import { csv } from "./files.js";
import { facts } from "./models.js";
import { table } from "./parts.js";
import { Share } from "./share.js";
import { count, integer, rate, t } from "./strings.js";

/**
 * @typedef {import("./api.js").Epoch} Epoch
 * @typedef {import("./chart.js").Line} Line
 * @typedef {import("./card.js").Cards} Cards
 */

const LEAST_IN_BIN = 10; // answers: of fewer, the share that is right says nothing

/**
 * The learning curves of models.
 * @param {string[]} names @param {Cards} cards
 * @returns {Promise<HTMLElement>}
 */
export async function learningCurves(names, cards) {
  const kept = names.filter((name) => facts(name).has.includes("history"));
  const missing = names
    .filter((name) => !kept.includes(name))
    .map((name) => el("p", { class: "soft" }, t("curves.not-kept", { model: name })));
  if (!kept.length) return el("div", {}, ...missing);
  const runs = await Promise.all(
    kept.map(async (name) => ({ name, card: await cards(name), ...(await history(name)) })),
  );
  const lines = runs.flatMap(({ name, epochs }) => linesOf(name, epochs, sideOf(names, name)));
  const longest = Math.max(...runs.map(({ epochs }) => epochs.length));
  const shares = lines.flatMap(({ points }) => points.map(([, share]) => share));
  const [low, high] = [0.8 * Math.min(...shares), 1.2 * Math.max(...shares)];
  const words = runs.map(({ name, epochs }) => sentenceOf(name, epochs));
  const chart = new Chart({
    title: t("chart.of", { chart: t("numbers.curves"), models: kept.join(", ") }),
    label: [t("curves.label"), ...words].join(" "),
    x: axis("curves.epochs", 1, longest, wholes(longest), String),
    y: { ...axis("curves.rate", low, high, decades(low, high), shortRate), log: true },
    lines,
  });
  const rows = runs.flatMap(({ name, epochs }) => rowsOf(name, epochs));
  const columns = ["model", "epoch", "errors-held-out", "errors-training"].map(column);
  return el(
    "div",
    {},
    el("p", { class: "soft" }, words.join(" ")),
    chart.element,
    ...runs.map((run) => el("p", { class: "soft" }, countedOf(run))),
    el("p", { class: "soft" }, t("curves.what"), runs.length > 1 && ` ${heldOutOf(runs)}`),
    ...missing,
    el(
      "details",
      {},
      el("summary", {}, t("chart.table")),
      table({ label: t("numbers.curves"), columns, rows }),
    ),
    saving(
      chart,
      "curves",
      ["model", ...Object.keys(runs[0].epochs[0])],
      runs.flatMap(({ name, epochs }) => measured(name, epochs)),
    ),
  );
}

/** How often models are right when they are so sure. @param {string[]} names */
export async function reliability(names) {
  const scored = names.filter((name) => facts(name).has.includes("scores"));
  const tests = await Promise.all(scored.map(async (name) => (await scores(name)).test));
  const words = tests.map(({ calibration_error: error }, index) =>
    t("reliability.one", {
      model: scored[index],
      error: rate(error),
      bins: tests[index].calibration.length,
    }),
  );
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  /** @param {number} share */
  const format = (share) => `${Math.round(100 * share)} %`;
  const bins = tests.map(({ calibration }) => calibration.filter((bin) => bin.count > 0));
  const chart = new Chart({
    title: t("chart.of", { chart: t("numbers.reliability"), models: scored.join(", ") }),
    label: [t("reliability.label"), ...words].join(" "),
    x: axis("reliability.sure", 0, 1, ticks, format),
    y: axis("reliability.right", 0, 1, ticks, format),
    lines: [
      { name: t("reliability.ideal"), side: "ideal", points: [[0, 0], [1, 1]] }, // prettier-ignore
      ...scored.map((name, index) => ({
        name,
        side: sideOf(names, name),
        points: bins[index]
          .filter((bin) => bin.count >= LEAST_IN_BIN)
          .map(
            (bin) => /** @type {[number, number]} */ ([bin.confidence, bin.correct / bin.count]),
          ),
      })),
    ],
  });
  const rows = scored.flatMap((name, index) =>
    bins[index].map((bin) => [name, bin.confidence, bin.correct / bin.count, bin.count]),
  );
  return el(
    "div",
    {},
    el("p", { class: "soft" }, words.join(" ")),
    chart.element,
    el("p", { class: "soft" }, t("reliability.what", { least: LEAST_IN_BIN })),
    el(
      "details",
      {},
      el("summary", {}, t("chart.table")),
      table({
        label: t("numbers.reliability"),
        columns: ["model", "sure", "right", "answers"].map(column),
        rows: rows.map(([name, sure, right, n]) => [
          String(name),
          rate(Number(sure)),
          rate(Number(right)),
          String(n),
        ]),
      }),
    ),
    saving(chart, "reliability", ["model", "probability", "accuracy", "answers"], rows),
  );
}

/** @param {string} name */
const column = (name) => t(`column.${name}`);

/** @param {string[]} names @param {string} name @returns {0 | 1} */
const sideOf = (names, name) => (names.indexOf(name) ? 1 : 0);

/**
 * @param {string} label @param {number} low @param {number} high @param {number[]} ticks
 * @param {(value: number) => string} format
 * @returns {import("./chart.js").Axis}
 */
const axis = (label, low, high, ticks, format) => ({ label: t(label), low, high, ticks, format });

/** @param {number} share */
const shortRate = (share) => `${Number((100 * share).toPrecision(2))} %`;

/** A share of errors; none count as half of one, as a logarithmic axis has no 0. @param {number} errors @param {number} images */
const shareOf = (errors, images) => Math.max(errors, 0.5) / images;

/** @param {string} name @param {Epoch[]} epochs @param {0 | 1} side @returns {Line[]} */
function linesOf(name, epochs, side) {
  /** @type {[number, number][]} */
  const training = epochs.map(({ epoch, errors, images }) => [epoch, shareOf(errors, images)]);
  /** @type {[number, number][]} */
  const heldOut = epochs.flatMap(
    ({ epoch, validation_errors: errors, validation_images: images }) =>
      errors === null ? [] : [[epoch, shareOf(errors, images)]],
  );
  /** @type {Line[]} */
  const lines = [
    { name: t("curves.held-out", { model: name }), side, points: heldOut },
    { name: t("curves.training", { model: name }), side, dashed: true, points: training },
  ];
  return lines.filter(({ points }) => points.length);
}

/** @param {string} name @param {Epoch[]} epochs */
function sentenceOf(name, epochs) {
  const [first, last] = [epochs[0], epochs[epochs.length - 1]];
  const values = { model: name, epochs: count("card.epochs", epochs.length) };
  if (first.validation_errors === null || last.validation_errors === null)
    return t("curves.one.training", {
      ...values,
      from: rate(first.errors / first.images),
      to: rate(last.errors / last.images),
    });
  return t("curves.one", {
    ...values,
    from: rate(first.validation_errors / first.validation_images),
    to: rate(last.validation_errors / last.validation_images),
  });
}

/**
 * Of which images the errors of a run's epochs are, in sentences.
 * @param {{name: string, card: import("./api.js").Card, epochs: Epoch[]}} run
 */
function countedOf({ name, card, epochs }) {
  const { images, validation_images: heldOut } = epochs[0];
  const refused = card.images.nondigits ?? 0;
  const distorted = Object.values(card.recipe.augment).some((size) => size > 0);
  return [
    t(refused ? "curves.counted.refusing" : "curves.counted", {
      model: name,
      images: integer(images),
      own: integer(images - refused),
      refused: integer(refused),
    }),
    distorted && ` ${t("curves.distorted")}`,
    heldOut > 0 && ` ${t("curves.counted.held-out", { images: integer(heldOut) })}`,
  ]
    .filter(Boolean)
    .join("");
}

/** Whether runs held out the same images. @param {{held_out: string}[]} runs */
function heldOutOf(runs) {
  const [first, second] = runs.map(({ held_out: digest }) => digest);
  if (!first || !second) return t("curves.own.unknown");
  return t(first === second ? "curves.own.same" : "curves.own.different");
}

/** @param {string} name @param {Epoch[]} epochs */
function rowsOf(name, epochs) {
  return epochs.map((each) => [
    name,
    String(each.epoch),
    each.validation_errors === null ? "–" : rate(each.validation_errors / each.validation_images),
    rate(each.errors / each.images),
  ]);
}

/** The epochs of a run as rows of a CSV file. @param {string} name @param {Epoch[]} epochs */
const measured = (name, epochs) =>
  epochs.map((each) => [name, ...Object.values(each).map((value) => value ?? "")]);

/**
 * @param {Chart} chart @param {string} name of files
 * @param {string[]} header @param {(string | number)[][]} rows
 */
function saving(chart, name, header, rows) {
  return new Share({
    link: null,
    name: `lenet-${name}`,
    forms: [
      { form: "PNG", type: "image/png", content: () => chart.png() },
      { form: "SVG", type: "image/svg+xml", content: () => chart.saved() },
      { form: "CSV", type: "text/csv", content: () => csv([header, ...rows]) },
    ],
  }).element;
}
