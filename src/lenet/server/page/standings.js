/** All models in a table that can be sorted, and what each takes for an image in this browser. */
import { timeOf } from "./api.js";
import { button, el, speak } from "./elements.js";
import { csv } from "./files.js";
import { asked, state } from "./models.js";
import { Share } from "./share.js";
import { decimal, integer, points, rate, t } from "./strings.js";
import { explained } from "./trouble.js";

/**
 * @typedef {import("./api.js").Model} Model
 * @typedef {import("./api.js").Timing} Timing
 */
/** @typedef {string | number | null} Cell null: not known */

/** The times that were measured, by the model's digest. @type {Map<string, Timing>} */
const times = new Map();

/**
 * What each column says of a model.
 * @type {Record<string, {of: (model: Model) => Cell,
 *   written: (value: any, model: Model) => string}>}
 */
const COLUMNS = {
  model: { of: ({ name }) => name, written: String },
  parameters: {
    of: ({ layers }) => layers.reduce((sum, layer) => sum + layer.parameters, 0) || null,
    written: integer,
  },
  "multiply-adds": { of: (model) => model.multiply_adds, written: integer },
  time: {
    of: ({ digest }) => times.get(digest)?.median ?? null,
    written: (ms) => `${decimal(round(ms))} ms`,
  },
  errors: { of: ({ test }) => test && test.errors, written: integer },
  rate: {
    of: ({ test }) => test && test.errors / test.total,
    written: (share, { test }) => `${rate(share)} (${test?.interval.map(points).join("–")})`,
  },
  ece: { of: ({ test }) => test && test.calibration_error, written: rate },
  tested: { of: ({ test }) => test && `${integer(test.total)}, ${test.data}`, written: String },
};

/** Two digits are what a browser's clock is good for. @param {number} ms */
const round = (ms) => Number(ms.toPrecision(2));

/** @returns {HTMLElement} */
export function standings() {
  const names = Object.keys(COLUMNS);
  const sorted = { by: "", down: false };
  const body = el("tbody", { role: "rowgroup" });
  const heads = names.map((name) => {
    const title = t(`column.${name}`);
    const sort = () => {
      sorted.down = sorted.by === name && !sorted.down;
      sorted.by = name;
      show();
    };
    return el(
      "th",
      { scope: "col", role: "columnheader", "data-column": name },
      button(title, sort, { title: t("standings.sort", { column: title }) }),
    );
  });

  const show = () => {
    for (const head of heads) {
      const here = head.dataset.column === sorted.by;
      if (here) head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    body.replaceChildren(...inOrder(sorted).map(row));
  };
  show();

  const measure = button(t("standings.measure"), async () => {
    measure.disabled = true;
    /** @type {string[]} */
    const failed = [];
    for (const { name, digest, has } of state.models) {
      if (!has.includes("network")) continue;
      said.textContent = t("standings.measuring", { model: name });
      try {
        times.set(digest, await timeOf(name));
      } catch (error) {
        failed.push(`${name}: ${explained(error)}`);
      }
      show();
    }
    measure.disabled = false;
    said.textContent = [timesOf(), ...failed].join(" ");
    speak(t("standings.measured"), 0);
  });
  const said = el("p", { class: "soft" });

  const digests = new Set(state.models.flatMap(({ test }) => (test ? [test.digest] : [])));
  const bins = state.models.find(({ test }) => test)?.test?.calibration_bins;
  return el(
    "section",
    { class: "part standings" },
    el("h3", { id: "standings-title" }, t("numbers.standings")),
    el(
      "table",
      { role: "table", "aria-labelledby": "standings-title" },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
      body,
    ),
    digests.size > 1 && el("p", { class: "soft" }, t("standings.tests")),
    bins && el("p", { class: "soft" }, t("standings.rate", { bins })),
    el("div", { class: "row" }, measure, said),
    new Share({
      link: null,
      name: "lenet-models",
      forms: [
        { form: "CSV", type: "text/csv", content: () => csv(rows()) },
        {
          form: "JSON",
          type: "application/json",
          content: () => JSON.stringify(objects(), null, 1),
        },
      ],
    }).element,
  );
}

/** The models, by what a column says of them; unknown values are last. @param {{by: string, down: boolean}} sorted */
function inOrder({ by, down }) {
  if (!by) return state.models;
  const { of } = COLUMNS[by];
  return state.models.toSorted((one, other) => {
    const [a, b] = [of(one), of(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const order = typeof a === "number" ? a - Number(b) : a.localeCompare(String(b));
    return down ? -order : order;
  });
}

/** @param {Model} model */
function row(model) {
  const side = asked().indexOf(model.name);
  return el(
    "tr",
    { role: "row", class: side < 0 ? null : `side-${side}` },
    ...Object.entries(COLUMNS).map(([name, { of, written }], index) => {
      const value = of(model);
      const shown = value === null ? "–" : written(value, model);
      return index
        ? el("td", { role: "cell", "data-label": t(`column.${name}`) }, shown)
        : el("th", { scope: "row", role: "rowheader" }, shown);
    }),
  );
}

/** What the times are of, and the least and the most of each model's, in sentences. */
function timesOf() {
  const known = state.models.flatMap(({ name, digest }) => {
    const time = times.get(digest);
    return time ? [{ name, time }] : [];
  });
  if (!known.length) return "";
  const each = known.map(({ name, time: { least, most } }) =>
    t("standings.time.one", {
      model: name,
      least: decimal(round(least)),
      most: decimal(round(most)),
    }),
  );
  const { repeats, unmeasured } = known[0].time;
  const values = { browser: browser(), repeats, unmeasured, times: each.join(" ") };
  return t("standings.time", values);
}

/** The browser's name and version, as far as it tells them. */
function browser() {
  const said = navigator.userAgent;
  const name =
    /(Firefox|Edg|OPR|Chrome)\/[\d.]+/.exec(said) ?? /Version\/[\d.]+ .*Safari/.exec(said);
  return (
    name?.[0]
      .replace("Edg/", "Edge/")
      .replace(/Version\/(\S+).*/, "Safari/$1")
      .replace("/", " ") ?? said
  );
}

/** A number of a file without the noise of its last binary digits. @param {number} share */
const short = (share) => Number(share.toFixed(6));

/** A time of a file: a browser's clock is not finer. @param {number | undefined} ms */
const shortTime = (ms) => (ms === undefined ? null : Number(ms.toFixed(2)));

/** What is saved: plain numbers. */
const objects = () =>
  state.models.map((model) => ({
    model: model.name,
    onnx_sha256: model.digest,
    parameters: COLUMNS.parameters.of(model),
    multiply_adds: model.multiply_adds,
    milliseconds_median: shortTime(times.get(model.digest)?.median),
    milliseconds_least: shortTime(times.get(model.digest)?.least),
    milliseconds_most: shortTime(times.get(model.digest)?.most),
    timed_passes: times.get(model.digest)?.repeats ?? null,
    browser: times.has(model.digest) ? browser() : null,
    test_errors: model.test?.errors ?? null,
    test_images: model.test?.total ?? null,
    error_rate: model.test && short(model.test.errors / model.test.total),
    error_rate_low: model.test && short(model.test.interval[0]),
    error_rate_high: model.test && short(model.test.interval[1]),
    interval: model.test && "95 % Wilson score interval",
    accuracy: model.test && short((model.test.total - model.test.errors) / model.test.total),
    expected_calibration_error: model.test && short(model.test.calibration_error),
    calibration_bins: model.test && model.test.calibration_bins,
    test_data: model.test?.data ?? null,
    test_images_sha256: model.test?.digest ?? null,
  }));

/** The same as rows of a CSV file. */
function rows() {
  const all = objects();
  return [Object.keys(all[0]), ...all.map((each) => Object.values(each).map((cell) => cell ?? ""))];
}
