/** Two models on the same test images: what both misread, what only one does, and by what chance. */
import { fromBase64, layers, network } from "./api.js";
import { button, el } from "./elements.js";
import { csv } from "./files.js";
import { SIGNIFICANT, differenceOf, mcnemar, pText } from "./mcnemar.js";
import { mistakeItem, numbered } from "./mistakes.js";
import { facts } from "./models.js";
import { Share } from "./share.js";
import { count, integer, percent, points, rate, t } from "./strings.js";

/**
 * @typedef {import("./api.js").Mistakes} Mistakes
 * @typedef {import("./api.js").Mistake} Mistake
 * @typedef {{truth: number, answers: [number, number], image: string | null,
 *   said: [Said | null, Said | null]}} Missed a test image that one of two models misread, or both;
 *   `image` is null where neither run kept it; `said` is null where it is not known
 * @typedef {{probability: number, status: Mistake["status"]}} Said how sure a model is of its answer
 */

const FEW = 16;
const PATIENCE = 5000; // milliseconds for the answers of a model that the runs did not keep

/**
 * Why two models cannot be compared, in a sentence; "" if they can be.
 * @param {[string, string]} names
 */
function whyNot(names) {
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
 * @param {import("./card.js").Cards} cards
 */
export async function versus(names, fetch, inside, cards) {
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
  await answered(names, all);
  const { classes, test } = facts(names[0]);
  const galleries = [
    gallery("versus.both", both, {}),
    gallery("versus.only", first, { model: names[0] }),
    gallery("versus.only", second, { model: names[1] }),
  ];
  return el(
    "div",
    { class: "versus-tests" },
    el("p", { class: "verdict" }, verdict(names, first.length, second.length)),
    el("p", {}, distance(names, first.length, second.length, test?.total ?? 0)),
    el("p", { class: "soft" }, caveats(names, await Promise.all(names.map(cards)))),
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
      [
        "index",
        "truth",
        ...names,
        ...names.map((name) => `${name} probability`),
        ...names.map((name) => `${name} status`),
      ],
      ...all.map(([index, { truth, answers, said }]) => [
        index,
        classes[truth],
        ...answers.map((answer) => classes[answer]),
        ...said.map((each) => each?.probability.toFixed(4) ?? ""),
        ...said.map((each) => each?.status ?? ""),
      ]),
    ];
  }

  /**
   * @param {string} title key @param {[number, Missed][]} some
   * @param {Record<string, string>} values
   */
  function gallery(title, some, values) {
    const shown = some.filter(([, { image }]) => image !== null);
    // Of the wrong answers.
    const sure = (/** @type {Missed} */ { truth, answers, said }) =>
      Math.max(
        ...said.map((each, side) => (answers[side] === truth ? 0 : (each?.probability ?? 0))),
      );
    shown.sort(([, a], [, b]) => sure(b) - sure(a));
    const list = el("ul", { class: "mistakes of-two" }, ...shown.slice(0, FEW).map(item));
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

  /** @param {[number, Missed]} one */
  function item([index, { truth, answers, image, said }]) {
    const told = answers.map((answer) => classes[answer]);
    const doubts = said.map((each) =>
      each && each.status !== "digit" ? t(`mistakes.${each.status}`) : "",
    );
    const shares = said.map((each) => each && percent(each.probability));
    const rest = [0, 1].map((side) => [shares[side], doubts[side]].filter(Boolean).join(", "));
    const sentences = names.map((model, side) =>
      t("versus.reads", { model, answer: told[side], share: rest[side] ? `, ${rest[side]}` : "" }),
    );
    const where = t("versus.one", { truth: classes[truth], index });
    return mistakeItem(
      {
        image: image ?? "",
        pair: [el("b", {}, classes[truth])],
        notes: [
          numbered(index),
          ...names.map((model, side) =>
            el(
              "span",
              { class: `told side-${side}` },
              el("span", { class: "soft" }, `${model}: `),
              el("b", { class: answers[side] === truth ? "" : "wrong" }, told[side]),
              rest[side] && `, ${rest[side]}`,
            ),
          ),
        ],
        words: `${where} ${sentences.join(" ")}`,
      },
      inside,
    );
  }
}

/**
 * Let the models that were right about images answer them here: runs keep only wrong answers.
 * @param {[string, string]} names @param {[number, Missed][]} all
 */
async function answered(names, all) {
  for (const [side, name] of names.entries()) {
    if (!facts(name).has.includes("network")) continue;
    if (!(await network(name).catch(() => null))) continue;
    const begun = performance.now(); // it is fetched
    for (const [, each] of all) {
      if (each.said[side] || !each.image || each.answers[side] !== each.truth) continue;
      const found = await layers(fromBase64(each.image), name).catch(() => null);
      if (!found || performance.now() - begun > PATIENCE) break;
      each.said[side] = { probability: found.probability, status: found.status };
    }
  }
}

/**
 * Every test image that one of two models misread, by its index.
 * @param {Mistakes} one @param {Mistakes} other
 * @returns {Map<number, Missed>}
 */
function missedBy(one, other) {
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
        said: /** @type {Missed["said"]} */ ([null, null]),
      };
      each.answers[side] = wrong.answer[place];
      each.said[side] = kept.get(index) ?? null;
      each.image ??= kept.get(index)?.image ?? null;
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

/**
 * By how much the error rates of two models differ, in a sentence.
 * @param {[string, string]} names @param {number} first images that only the first misread
 * @param {number} second @param {number} total
 */
function distance([one, other], first, second, total) {
  const [worse, better] = first < second ? [other, one] : [one, other];
  const { difference, low, high } = differenceOf(
    Math.max(first, second),
    Math.min(first, second),
    total,
  );
  const values = { worse, better, difference: points(difference) };
  return t("versus.difference", { ...values, low: points(low), high: points(high) });
}

/**
 * What else the models differ in, which the comparison does not part, in sentences.
 * @param {[string, string]} names @param {import("./api.js").Card[]} cards
 */
function caveats(names, cards) {
  const [one, other] = cards;
  const learnt = cards.map(({ images: { train = 0, nondigits = 0 } }, side) => {
    return t(nondigits ? "versus.learnt.refusing" : "versus.learnt", {
      model: names[side],
      images: integer(train + nondigits),
      refused: integer(nondigits),
    });
  });
  const seeds = t("versus.seeds", { first: one.seed, second: other.seed });
  if (dataOf(one) === dataOf(other)) return seeds;
  return `${seeds} ${t("versus.data", { first: learnt[0], second: learnt[1] })}`;
}

/** What a model learnt from, to be compared. @param {import("./api.js").Card} card */
const dataOf = ({ recipe: { data, extra_data: extra, nondigits }, images }) =>
  JSON.stringify([data, extra, nondigits, images.train]);
