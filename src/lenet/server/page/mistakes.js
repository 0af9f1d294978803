/** The test images that a model misreads, the most certain answers first. */
import { fromBase64 } from "./api.js";
import { digitCanvas } from "./digits.js";
import { button, el } from "./elements.js";
import { facts } from "./models.js";
import { count, integer, percent, t } from "./strings.js";

/**
 * @typedef {import("./api.js").Mistake} Mistake
 * @typedef {(image: import("./api.js").Bytes, words: string) => void} Inside looks into an image
 */

const FEW = 36;

export class Mistakes {
  #fetch;
  #classes;
  #inside;
  /** @type {Mistake[]} */ #all = [];
  #errors = 0;
  /** Whether only one pair of classes is shown. */ #pair = false;

  /**
   * @param {string} name of the model @param {() => Promise<import("./api.js").Mistakes>} fetch
   * @param {Inside} inside
   */
  constructor(name, fetch, inside) {
    this.#fetch = fetch;
    this.#inside = inside;
    const { has, classes } = facts(name);
    this.#classes = classes;
    this.there = has.includes("mistakes");
    this.words = el("p", { class: "soft" });
    this.every = button("", () => this.#showAll(), { hidden: true });
    this.list = el("ul", { class: "mistakes" });
    this.element = el("div", {});
  }

  /** The filled element, or the reason why there are no mistakes to show. */
  async fetched() {
    if (!this.there) return el("p", { class: "soft" }, t("mistakes.not-kept"));
    const found = await this.#fetch();
    [this.#all, this.#errors] = [found.mistakes, found.errors];
    const doubts = t("mistakes.doubts", {
      total: integer(found.total),
      refused: integer(found.refused),
      uncertain: integer(found.uncertain),
      confident: integer(found.confident_errors),
    });
    this.element.replaceChildren(
      el("p", { class: "soft doubts" }, doubts),
      el("div", { class: "row" }, this.words, this.every),
      this.list,
      ...(found.licence ? [el("p", { class: "soft licence" }, found.licence)] : []),
    );
    this.#show(this.#all);
    return this.element;
  }

  /**
   * Show only the mistakes of one cell of the confusion matrix, which counts `n`.
   * @param {number} truth @param {number} answer @param {number} n
   */
  only(truth, answer, n) {
    if (!this.#all.length) return; // not loaded yet
    const pair = this.#all.filter((each) => each.truth === truth && each.answer === answer);
    const shown = pair.length;
    const names = { truth: this.#classes[truth], answer: this.#classes[answer] };
    const words =
      shown === n
        ? count("mistakes.pair", n, names)
        : t("mistakes.pair.some", { shown, n, ...names });
    this.#show(pair, { words, all: true });
    (this.element.closest(".part") ?? this.element).scrollIntoView({ block: "start" });
    this.every.focus({ preventScroll: true });
  }

  /** Show all, and go on with the first that was not shown before. */
  #showAll() {
    const before = this.#pair ? 0 : FEW;
    this.#show(this.#all, { all: true });
    this.list.querySelectorAll("button")[before]?.focus();
  }

  /** @param {Mistake[]} some @param {{words?: string, all?: boolean}} [options] */
  #show(some, { words = "", all = false } = {}) {
    const shown = all ? some : some.slice(0, FEW);
    this.#pair = Boolean(words);
    this.every.hidden = shown.length === this.#all.length;
    this.every.textContent = t("mistakes.all", { n: this.#all.length });
    this.words.textContent =
      words || t("mistakes.some", { shown: shown.length, n: integer(this.#errors) });
    this.list.replaceChildren(...shown.map((each) => this.#one(each)));
  }

  /** @param {Mistake} mistake */
  #one({ image, index, probability, status, ...mistake }) {
    const truth = this.#classes[mistake.truth];
    const answer = this.#classes[mistake.answer];
    const doubt = status === "digit" ? "" : t(`mistakes.${status}`);
    const share = percent(probability);
    const words = [t("mistakes.one", { truth, answer, share, index }), doubt]
      .filter(Boolean)
      .join(", ");
    const soft = [share, ...(doubt ? [doubt] : [])].map((note) =>
      el("span", { class: "soft" }, note),
    );
    const pair = [
      el("b", {}, truth),
      el("span", { "aria-hidden": "true" }, " → "),
      el("span", { class: "unseen" }, ` ${t("mistakes.as")} `),
      el("b", { class: "wrong" }, answer),
    ];
    const notes = [...soft, numbered(index)];
    return mistakeItem({ image, pair, notes, words }, this.#inside);
  }
}

/** The line with the index of a test image. @param {number} index */
export const numbered = (index) => el("span", { class: "soft" }, t("mistakes.index", { index }));

/**
 * A test image that was misread, as an item of a list: a button that looks into it.
 * @param {{image: string, pair: Node[], notes: Node[], words: string}} mistake `pair`: its truth,
 *   and what it was read as; `notes`: lines below; `words`: all of it in sentences
 * @param {Inside} inside
 */
export function mistakeItem({ image, pair, notes, words }, inside) {
  const pixels = fromBase64(image);
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", title: words, onclick: () => inside(pixels, words) },
      el("span", { class: "pixels" }, digitCanvas(pixels)),
      el("span", { class: "pair" }, ...pair),
      ...notes,
    ),
  );
}
