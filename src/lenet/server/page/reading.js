/** The answer: the digits, how sure the network is, and the image it saw. */
import { fromBase64 } from "./api.js";
import { Bars } from "./bars.js";
import { seenIn } from "./boxes.js";
import { CorrectionPanel } from "./corrections.js";
import { digitCanvas, paintDigit } from "./digits.js";
import { button, el, icon, speak } from "./elements.js";
import { count, percent, t } from "./strings.js";

/**
 * @typedef {import("./api.js").Reading} Reading
 * @typedef {import("./api.js").Digit} Digit
 */

export class Answer {
  /** @type {Reading | null} */ reading = null;
  /** @type {Reading | null} */ other = null;
  chosen = 0;
  #onchoose;
  #empty;
  #said = "";

  /**
   * @param {HTMLElement} place
   * @param {{empty: string, onchoose: () => void, oninside: () => void}} options
   *   `empty`: the sentence while there is nothing to read
   */
  constructor(place, { empty, onchoose, oninside }) {
    this.#onchoose = onchoose;
    this.#empty = empty;
    this.badge = el("p", { class: "badge" });
    this.number = el("div", { class: "number", role: "group", "aria-label": t("answer.digits") });
    this.sentence = el("p", { class: "sentence" });
    this.left = el("p", { class: "soft left-out" });
    this.versus = el("dl", { class: "versus", hidden: true });
    this.bars = new Bars();
    this.seen = digitCanvas(new Uint8Array(784), t("answer.seen"));
    this.inside = button(t("answer.inside"), oninside, { class: "main" });
    this.inside.prepend(icon("M12 3l9 4.5-9 4.5-9-4.5z M3 12l9 4.5 9-4.5 M3 16.5L12 21l9-4.5"));
    this.details = el(
      "div",
      { class: "details" },
      el(
        "figure",
        { class: "seen" },
        el("div", { class: "pixels" }, this.seen),
        el("figcaption", {}, t("answer.seen")),
      ),
      this.bars.element,
    );
    this.corrections = new CorrectionPanel();
    this.time = el("p", { class: "soft time" });
    place.append(
      el("div", { class: "headline" }, this.number, this.badge),
      this.sentence,
      this.left,
      this.versus,
      this.details,
      el("div", { class: "row" }, this.inside, this.time),
      this.corrections.element,
    );
    this.place = place;
    this.show(null);
  }

  /** The chosen digit; null if a refused sign or nothing is chosen. */
  get digit() {
    return this.reading?.digits[this.chosen] ?? null;
  }

  /** The 28×28 image of the chosen digit or sign. @returns {import("./api.js").Bytes | null} */
  get image() {
    const image = seenIn(this.reading)[this.chosen]?.image;
    return image ? fromBase64(image) : null;
  }

  /** Show that there is no answer; the notice says why. */
  fail() {
    this.show(null);
    this.sentence.textContent = t("empty.failed");
  }

  /**
   * @param {Reading | null} reading
   * @param {{other?: Reading | null, chosen?: number}} [options] `other`: the reading of the same
   *   picture by the model that is compared
   */
  show(reading, { other = null, chosen = this.chosen } = {}) {
    this.reading = reading;
    this.other = other;
    this.chosen = Math.max(0, Math.min(chosen, seenIn(reading).length - 1));
    this.#showNumber();
    this.#showLeftOut();
    this.#showChosen();
    this.#showVersus();
    this.time.textContent = reading
      ? t("answer.time", {
          ms: Math.max(1, Math.round(reading.milliseconds)),
          model: reading.model,
        })
      : "";
    const said = this.#spoken();
    // Repeating it would interrupt other announcements.
    if (said !== this.#said) speak(said);
    this.#said = said;
  }

  /** @param {number} index */
  choose(index) {
    this.chosen = index;
    this.#showNumber();
    this.#showChosen();
    this.#onchoose();
  }

  #showNumber() {
    const digits = this.reading?.digits ?? [];
    const focused = this.number.contains(document.activeElement);
    const rows = rowsOf(this.reading);
    this.number.replaceChildren(
      ...rows.map((row) =>
        el(
          "div",
          { class: "line" },
          ...row.map((index) => {
            const { digit, probability, status } = digits[index];
            const place = button(digit, () => this.choose(index), {
              class: status === "digit" ? "sure" : "unsure",
              "aria-pressed": String(index === this.chosen),
              "aria-label": t(`answer.one.${status}`, { digit, share: percent(probability) }),
            });
            if (status !== "digit") place.append(el("sup", {}, "?"));
            return place;
          }),
        ),
      ),
    );
    const longest = Math.max(0, ...rows.map((row) => row.length));
    const size = longest <= 4 && rows.length < 2 ? "huge" : longest <= 9 ? "big" : "many";
    this.number.dataset.size = digits.length ? size : "none";
    if (focused)
      /** @type {HTMLElement | null} */ (this.number.querySelector("[aria-pressed=true]"))?.focus();
  }

  #showChosen() {
    const { digit } = this;
    const state = digit?.status ?? (this.image ? "nothing" : (this.reading?.status ?? "empty"));
    this.place.dataset.state = state;
    this.badge.textContent = t(`badge.${state}`);
    this.sentence.textContent = digit ? sentenceOf(digit) : this.#without();
    const match = digit && this.other ? matchOf(digit, this.other) : null;
    this.bars.show(digit?.probabilities ?? null, match?.probabilities ?? null, Boolean(this.other));
    for (const each of this.left.querySelectorAll("button"))
      each.setAttribute("aria-pressed", String(Number(each.dataset.index) === this.chosen));
    paintDigit(this.seen, this.image);
    this.inside.disabled = !this.image;
    this.corrections.show(this.reading?.model, digit?.digit ?? null, this.image);
  }

  #showLeftOut() {
    const out = this.reading?.rejected ?? [];
    /** @param {string} reason */
    const many = (reason) => out.filter((found) => found.reason === reason).length;
    const reasons = ["not_a_digit", "line", "too_small"]
      .filter(many)
      .map((reason) => count(`left.${reason}`, many(reason)));
    this.left.textContent = reasons.length ? t("left", { what: reasons.join(", ") }) : "";
    const first = this.reading?.digits.length;
    if (!first) return; // then a refused sign is chosen already
    const signs = seenIn(this.reading).slice(first);
    this.left.append(
      ...signs.map((_, at) =>
        button(signs.length > 1 ? at + 1 : t("left.look"), () => this.choose(first + at), {
          "aria-label": t("left.look.one", { n: at + 1 }),
          "data-index": first + at,
        }),
      ),
    );
  }

  #showVersus() {
    const { reading, other } = this;
    this.versus.hidden = !(reading && other);
    if (!(reading && other)) return;
    this.versus.replaceChildren(
      ...[reading, other].flatMap((each, side) => [
        el("dt", { class: `side-${side}` }, each.model),
        el("dd", {}, each.text.replaceAll("\n", " ") || t(`badge.${each.status}`)),
      ]),
    );
  }

  #without() {
    if (this.reading?.digits.length) return t("without.sign");
    return this.reading ? t(`without.${this.reading.status}`) : this.#empty;
  }

  #spoken() {
    const { reading } = this;
    if (!reading) return "";
    if (!reading.digits.length) return this.#without();
    if (reading.digits.length === 1) return sentenceOf(reading.digits[0]);
    return t("answer.spoken", { text: [...reading.text].join(" ") });
  }
}

/** Indices of digits by row, as the text breaks them. @param {Reading | null} reading @returns {number[][]} */
function rowsOf(reading) {
  if (!reading?.digits.length) return [];
  let next = 0;
  const rows = reading.text.split("\n").map((row) => [...row].map(() => next++));
  // If text and digits disagree, the digits are right.
  return next === reading.digits.length ? rows : [reading.digits.map((_, index) => index)];
}

/** @param {Digit} digit */
function sentenceOf({ digit, probability, probabilities, status }) {
  if (status === "digit") return t("sentence.digit", { digit, share: percent(probability) });
  const others = probabilities.map((share, index) => (index === digit ? -1 : share));
  const secondShare = Math.max(...others);
  return t("sentence.uncertain", {
    digit,
    share: percent(probability),
    second: others.indexOf(secondShare),
    secondShare: percent(secondShare),
  });
}

/**
 * The digit of another reading in the same place, or null.
 * @param {Digit} digit @param {Reading} reading
 */
function matchOf(digit, reading) {
  const overlaps = reading.digits.map((each) => overlap(each.box, digit.box));
  const best = Math.max(...overlaps);
  return best > 0.5 ? (reading.digits[overlaps.indexOf(best)] ?? null) : null;
}

/**
 * Intersection over union of two boxes.
 * @param {import("./api.js").Box} one @param {import("./api.js").Box} other
 */
function overlap([ax, ay, aw, ah], [bx, by, bw, bh]) {
  const across = Math.max(0, Math.min(ax + aw, bx + bw) - Math.max(ax, bx));
  const down = Math.max(0, Math.min(ay + ah, by + bh) - Math.max(ay, by));
  return (across * down) / (aw * ah + bw * bh - across * down);
}
