/** Two models on the same test images: what both misread, what only one does, and by what chance. */
import { button, el } from "./elements.js";
import { csv } from "./files.js";
import { SIGNIFICANT, mcnemar, pText } from "./mcnemar.js";
import { mistakeItem } from "./mistakes.js";
import { facts } from "./models.js";
import { Share } from "./share.js";
import { count, integer, percent, rate, t } from "./strings.js";

/**
 * @typedef {import("./api.js").Mistakes} Mistakes
 * @typedef {import("./api.js").Mistake} Mistake
 * @typedef {{truth: number, answers: [number, number], image: string | null,
 *   kept: [Mistake | undefined, Mistake | undefined]}} Missed a test image that one of two models
 *   misread, or both; `image` is null where neither run kept it
 */

const FEW = 24;

/**
 * Why two models cannot be compared, in a sentence; "" if they can be.
 * @param {[string, string]} names
 */
export function whyNot(names) {
  const tests = names.map((name) => facts(name).test);
  const untested = names.find((_, index) => !tests[index]);
  if (untested) return t("versus.untested", { model: untested });
  const [one, other] = tests;
  if (one?.digest && one.digest === other?.digest) return "";
  return t("versus.other-test", {
    first: names[0],
    firstData: one?.data ?? "",
    second: names[1],
    secondData: other?.data ?? "",
  });
}

/**
 * The comparison, or the reason why there is none.
 * @param {[string, string]} names
 * @param {[() => Promise<Mistakes>, () => Promise<Mistakes>]} fetch
 * @param {import("./mistakes.js").Inside} inside
 */
export async function versus(names, fetch, inside) {
  const reason = whyNot(names);
  if (reason) return el("p", {}, reason);
  const old = names.find((name) => !facts(name).has.includes("mistakes"));
  if (old) return el("p", {}, t("versus.not-kept", { model: old }));
  const kept = await Promise.all(fetch.map((get) => get()));
  const lacks = names.find((_, index) => !kept[index].wrong);
  if (lacks) return el("p", {}, t("versus.not-kept", { model: lacks }));
  const missed = missedBy(kept[0], kept[1]);
  const all = [...missed.entries()].sort(([a], [b]) => a - b);
  /** @param {(first: boolean, second: boolean) => boolean} wanted */
  const of = (wanted) =>
    all.filter(
      ([
        ,
        {
          truth,
          answers: [a, b],
        },
      ]) => wanted(a !== truth, b !== truth),
    );
  const both = of((a, b) => a && b);
  const first = of((a, b) => a && !b);
  const second = of((a, b) => !a && b);
  const { classes } = facts(names[0]);
  const galleries = [
    gallery("versus.both", both, {}),
    gallery("versus.only", first, { model: names[0] }),
    gallery("versus.only", second, { model: names[1] }),
  ];
  return el(
    "div",
    { class: "versus-tests" },
    el("p", { class: "verdict" }, verdict(names, first.length, second.length)),
    ...galleries,
    kept[0].licence && el("p", { class: "soft licence" }, kept[0].licence),
    new Share({
      link: null,
      name: "lenet-comparison",
      forms: [{ form: "CSV", type: "text/csv", content: () => csv(rows()) }],
    }).element,
  );

  /** @returns {(string | number)[][]} */
  function rows() {
    return [
      ["index", "truth", ...names],
      ...all.map(([index, { truth, answers }]) => [
        index,
        classes[truth],
        ...answers.map((answer) => classes[answer]),
      ]),
    ];
  }

  /**
   * @param {string} title key @param {[number, Missed][]} some
   * @param {Record<string, string>} values
   */
  function gallery(title, some, values) {
    const shown = some.map(([, each]) => each).filter(({ image }) => image !== null);
    const sure = (/** @type {Missed} */ each) =>
      Math.max(...each.kept.map((mistake) => mistake?.probability ?? 0));
    shown.sort((a, b) => sure(b) - sure(a));
    const list = el("ul", { class: "mistakes" }, ...shown.slice(0, FEW).map(item));
    const every = button(t("mistakes.all", { n: shown.length }), () => {
      list.append(...shown.slice(FEW).map(item));
      every.remove();
      list.querySelectorAll("button")[FEW]?.focus();
    });
    const lacking = some.length - shown.length;
    return el(
      "section",
      {},
      el("h4", {}, count(title, some.length, values)),
      list,
      shown.length > FEW && every,
      lacking > 0 && el("p", { class: "soft" }, count("versus.lacking", lacking)),
    );
  }

  /** @param {Missed} each */
  function item({ truth, answers, image, kept: mistakes }) {
    const told = answers.map((answer) => classes[answer]);
    const shares = mistakes.map((mistake) => mistake && percent(mistake.probability));
    const sentences = names.map((model, index) =>
      t(answers[index] === truth ? "versus.right" : "versus.wrong", {
        model,
        answer: told[index],
        share: shares[index] ? `, ${shares[index]}` : "",
      }),
    );
    const wrong = told.filter((_, index) => answers[index] !== truth);
    return mistakeItem(
      {
        image: image ?? "",
        truth: classes[truth],
        answers: wrong,
        notes: wrong.length > 1 ? [] : shares.flatMap((share) => share ?? []),
        words: `${t("versus.one", { truth: classes[truth] })} ${sentences.join(" ")}`,
      },
      inside,
    );
  }
}

/**
 * Every test image that one of two models misread, by its index.
 * @param {Mistakes} one @param {Mistakes} other
 * @returns {Map<number, Missed>}
 */
export function missedBy(one, other) {
  /** @type {Map<number, Missed>} */
  const found = new Map();
  [one, other].forEach(({ wrong, mistakes }, side) => {
    const kept = new Map(mistakes.map((mistake) => [mistake.index, mistake]));
    wrong?.index.forEach((index, place) => {
      const truth = wrong.truth[place];
      const each = found.get(index) ?? {
        truth,
        answers: /** @type {[number, number]} */ ([truth, truth]),
        image: null,
        kept: /** @type {Missed["kept"]} */ ([undefined, undefined]),
      };
      each.answers[side] = wrong.answer[place];
      each.kept[side] = kept.get(index);
      each.image ??= each.kept[side]?.image ?? null;
      found.set(index, each);
    });
  });
  return found;
}

/**
 * Whether one of two models is better, in a sentence.
 * @param {[string, string]} names @param {number} first images that only the first misread
 * @param {number} second
 */
export function verdict([one, other], first, second) {
  if (first + second === 0) return t("versus.same", { first: one, second: other });
  const p = mcnemar(first, second);
  const [better, worse] = first < second ? [one, other] : [other, one];
  return t(p < SIGNIFICANT ? "versus.better" : "versus.neither", {
    better,
    worse,
    n: integer(first + second),
    most: integer(Math.max(first, second)),
    fewest: integer(Math.min(first, second)),
    share: p < 0.0001 ? t("versus.rare") : rate(p),
    p: pText(p),
  });
}
