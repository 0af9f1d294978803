/** The answer: the digits, how sure the network is, and the image it saw. */
import { fromBase64, nameOf } from "./api.js";
import { Bars } from "./bars.js";
import { onlyIn, seenIn } from "./boxes.js";
import { differencesOf, matchOf } from "./comparing.js";
import { CorrectionPanel } from "./corrections.js";
import { digitCanvas, paintDigit } from "./digits.js";
import { button, el, icon, speak } from "./elements.js";
import { about, classesOf, readsDigits, state } from "./models.js";
import { csv } from "./files.js";
import { Share } from "./share.js";
import { count, number as twoPlaces, percent, t } from "./strings.js";
import { SERVED } from "./transport.js";
import { verdictOf } from "./verdict.js";

const MOST_LOOKS = 12; // buttons for shapes that were left out; of more, one is shown at a time

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
   * @param {{empty: string, onchoose: () => void, oninside: () => void, onwhy: () => void,
   *   link: (() => string) | null, files: "drawing" | "picture",
   *   pictures: import("./share.js").Form[]}} options
   *   `empty`: key of the sentence while there is nothing to read; `onwhy`: show why a shape is
   *   refused; `link`: the address of what is read; `pictures`: `files` of it
   */
  constructor(place, { empty, onchoose, oninside, onwhy, link, files, pictures }) {
    this.#onchoose = onchoose;
    this.#empty = empty;
    this.badge = el("p", { class: "badge" });
    this.number = el("div", { class: "number", role: "group", "aria-label": t("answer.digits") });
    this.which = el("p", { class: "soft", hidden: true });
    this.sentence = el("p", { class: "sentence" });
    this.second = el("p", { class: "of-other", hidden: true });
    this.why = el(
      "p",
      { class: "row refusal", hidden: true },
      el("span"),
      button(t("without.see"), onwhy),
    );
    this.left = el("p", { class: "soft left-out" });
    this.only = el("p", { class: "soft only" });
    this.versus = el("dl", { class: "versus", hidden: true });
    this.bars = new Bars();
    const seen = t("answer.seen", { ink: t("ink") });
    this.seen = digitCanvas(new Uint8Array(784), seen);
    this.inside = button(t("answer.inside"), oninside, { class: "main" });
    this.inside.prepend(icon("M12 3l9 4.5-9 4.5-9-4.5z M3 12l9 4.5 9-4.5 M3 16.5L12 21l9-4.5"));
    this.details = el(
      "div",
      { class: "details" },
      el(
        "figure",
        { class: "seen" },
        el("div", { class: "pixels" }, this.seen),
        el("figcaption", {}, seen),
      ),
      el("div", {}, this.bars.heads, this.bars.element),
    );
    this.corrections = new CorrectionPanel();
    this.time = el("p", { class: "soft time" });
    this.share = new Share({ link, name: "lenet", forms: [] });
    this.share.offer(files, pictures);
    this.share.offer("answers", [
      { form: "JSON", type: "application/json", content: () => this.#json() },
      { form: "CSV", type: "text/csv", content: () => this.#csv() },
    ]);
    this.share.tellApi();
    place.append(
      el("div", { class: "headline" }, this.number, this.badge),
      this.which,
      this.sentence,
      this.second,
      this.why,
      this.left,
      this.only,
      this.versus,
      this.details,
      el("div", { class: "row" }, this.inside, this.time),
      this.corrections.element,
      this.share.element,
    );
    this.place = place;
    this.show(null);
  }

  /** The model that read it, or is going to. */
  get model() {
    return this.reading?.model ?? state.model;
  }

  /** The chosen digit; null if a refused shape or nothing is chosen. */
  get digit() {
    return this.reading?.digits[this.chosen] ?? null;
  }

  /** What is chosen: a digit, a refused shape, or a digit that only the other model finds. */
  get found() {
    return seenIn(this.reading, this.other)[this.chosen] ?? null;
  }

  /** The 28×28 image of it. @returns {import("./api.js").Bytes | null} */
  get image() {
    return this.found ? fromBase64(this.found.image) : null;
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
    this.chosen = Math.max(0, Math.min(chosen, seenIn(reading, other).length - 1));
    this.#showNumber();
    this.#showLeftOut();
    this.#showOnly();
    this.#showChosen();
    this.#showVersus();
    this.time.textContent = reading
      ? t("answer.time", {
          seconds: twoPlaces(Math.max(0.01, reading.milliseconds / 1000)),
          model: [reading, other].flatMap((each) => each?.model ?? []).join(", "),
        })
      : "";
    const said = [this.#spoken(), this.#differ()].filter(Boolean).join(" ");
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

  /** The readings as the service gave them. */
  #json() {
    const readings = [this.reading, this.other].filter(Boolean);
    return readings.length ? `${JSON.stringify(readings, null, 1)}\n` : null;
  }

  /** A row for each digit of each reading, with every probability, and for each place that was refused. */
  #csv() {
    if (!this.reading) return null;
    const readings = this.other ? [this.reading, this.other] : [this.reading];
    const classes = classesOf(this.reading.model);
    const header = ["model", "answer", "probability", "status", "x", "y", "width", "height"];
    const rows = readings.flatMap(({ model, digits }) =>
      digits.map((digit) => {
        const own = classesOf(model);
        const shares = classes.map((name) => digit.probabilities[own.indexOf(name)] ?? "");
        return [model, nameOf(digit), digit.probability, digit.status, ...digit.box, ...shares];
      }),
    );
    const refused = readings.flatMap(({ model, rejected }) =>
      rejected.map(({ reason, box }) => [model, "", "", reason, ...box, ...classes.map(() => "")]),
    );
    return csv([[...header, ...classes], ...rows, ...refused]);
  }

  #showNumber() {
    const digits = this.reading?.digits ?? [];
    const focused = this.number.contains(document.activeElement);
    const rows = this.reading ? rowsOf(this.reading) : [];
    /** @param {number} index */
    const one = (index) => {
      const verdict = verdictOf(digits[index]);
      const digit = nameOf(digits[index]);
      const share = percent(digits[index].probability);
      const place = button(digit, () => this.choose(index), {
        class: { digit: "sure", likely: "likely" }[String(verdict)] ?? "unsure",
        "aria-pressed": String(index === this.chosen),
        "aria-label": t(`answer.one.${verdict}`, { digit, share }),
      });
      if (verdict === "uncertain") place.append(el("sup", {}, "?"));
      return place;
    };
    this.number.replaceChildren(
      ...rows.map((row) => {
        const numbers = row.map((number) => el("span", { class: "together" }, ...number.map(one)));
        // The spaces are for whoever copies the text; the style parts what is seen.
        return el("div", { class: "line" }, ...numbers.flatMap((each) => [each, " "]).slice(0, -1));
      }),
    );
    /** @param {number[][]} row */
    const lengthOf = (row) =>
      row.flat().reduce((sum, index) => sum + nameOf(digits[index]).length, row.length - 1);
    const longest = Math.max(0, ...rows.map(lengthOf));
    const size = longest <= 4 && rows.length < 2 ? "huge" : longest <= 9 ? "big" : "many";
    this.number.dataset.size = digits.length ? size : "none";
    if (focused)
      /** @type {HTMLElement | null} */ (this.number.querySelector("[aria-pressed=true]"))?.focus();
  }

  #showChosen() {
    const { digit, found, model, other } = this;
    const refused = found !== null && "reason" in found;
    const whole = this.reading?.status ?? "empty";
    // In a place where only the other model finds a digit, there is none for this one.
    const without = refused || (found && whole === "digits") ? "nothing" : whole;
    const status = digit ? verdictOf(digit) : without;
    const digits = this.reading?.digits.length ?? 0;
    this.which.hidden = !digit || digits < 2;
    this.which.textContent = about(model, "answer.which", { at: this.chosen + 1, n: digits });
    this.why.hidden = !refused;
    this.why.firstElementChild?.replaceChildren(
      about(model, SERVED ? "without.why" : "without.why.alone"),
    );
    this.place.dataset.state = status;
    this.badge.textContent = about(model, `badge.${status}`);
    // Also where this model refuses what the other one reads, or finds nothing.
    const match = other && found ? matchOf(found.box, other) : null;
    this.bars.show(
      classesOf(model),
      digit?.probabilities ?? null,
      other && { classes: classesOf(other.model), probabilities: match?.probabilities ?? null },
    );
    this.bars.name(other ? [model, other.model] : []);
    this.#showSentences(match);
    // Bars of nothing say nothing.
    this.details.hidden = Boolean(this.reading) && !found;
    this.bars.element.hidden = Boolean(this.reading) && !digit && !match;
    this.bars.heads.hidden ||= this.bars.element.hidden;
    this.#markLook();
    paintDigit(this.seen, this.image);
    this.inside.disabled = !found;
    // A correction is about the model that found the digit; it says which digit an image shows.
    const theirs = !digit && !refused && match ? match : null;
    const by = theirs && other ? other.model : model;
    const image = readsDigits(by) ? this.image : null;
    this.corrections.show(this.reading ? by : undefined, (digit ?? theirs)?.digit ?? null, image);
  }

  /** What each model says of the chosen place; of two models, by its name. @param {Digit | null} match */
  #showSentences(match) {
    const { digit, found, model, other } = this;
    const theirs = match !== null && match === found;
    const said = digit
      ? sentenceOf(digit, model)
      : theirs
        ? about(model, "answer.by.nothing")
        : this.#without();
    /** @param {string} name @param {string} sentence @param {number} side */
    const by = (name, sentence, side) => [
      el("b", { class: `side-${side}` }, t("answer.by", { model: name })),
      ` ${sentence}`,
    ];
    this.second.hidden = !other;
    if (!other) {
      this.sentence.textContent = said;
      return;
    }
    this.sentence.replaceChildren(...by(model, said, 0));
    const words = match ? sentenceOf(match, other.model) : about(other.model, "answer.by.nothing");
    this.second.replaceChildren(...by(other.model, words, 1));
  }

  #showLeftOut() {
    const out = this.reading?.rejected ?? [];
    const signs = out.filter(({ reason }) => reason === "sign").length;
    const refused = out.length - signs;
    const what = [
      refused && count(readsDigits(this.model) ? "left.not_a_digit" : "left.refused", refused),
      signs && count("left.sign", signs),
    ].filter(Boolean);
    this.left.textContent = what.length ? t("left", { what: what.join(", ") }) : "";
    const first = this.reading?.digits.length ?? 0;
    const shapes = seenIn(this.reading).slice(first);
    // The only one is chosen already.
    if (seenIn(this.reading, this.other).length < 2) return;
    this.left.append(
      ...(shapes.length > MOST_LOOKS
        ? this.#steps(first, shapes.length)
        : shapes.map((_, at) =>
            button(shapes.length > 1 ? at + 1 : t("left.look"), () => this.choose(first + at), {
              "aria-label": t("left.look.one", { n: at + 1 }),
              "data-index": first + at,
            }),
          )),
    );
  }

  /** Offer the digits that only the other model finds: the number does not hold them. */
  #showOnly() {
    const { reading, other } = this;
    this.only.replaceChildren();
    if (!reading || !other) return;
    const digits = onlyIn(other, reading);
    const first = seenIn(reading).length;
    if (!digits.length || first + digits.length < 2) return;
    const { model } = other;
    this.only.append(
      t("only", { model }),
      ...digits.map((each, at) => {
        const digit = nameOf(each);
        return button(digit, () => this.choose(first + at), {
          "aria-label": about(model, "only.look", { digit, model }),
          "data-index": first + at,
        });
      }),
    );
  }

  /** Buttons that go from one shape to the next. @param {number} first @param {number} shapes */
  #steps(first, shapes) {
    /** @param {string} sign @param {string} key @param {number} by */
    const step = (sign, key, by) =>
      button(
        sign,
        () => {
          const here = this.chosen >= first && this.chosen < first + shapes;
          const at = here ? this.chosen - first : by > 0 ? -1 : 0;
          this.choose(first + ((at + by + shapes) % shapes));
        },
        { "aria-label": t(key) },
      );
    const at = el("span", { class: "at", "data-first": first, "data-n": shapes });
    return [step("‹", "left.previous", -1), at, step("›", "left.next", 1)];
  }

  /** Mark the button of the chosen shape, or say which of many it is. */
  #markLook() {
    for (const place of [this.left, this.only])
      for (const each of /** @type {NodeListOf<HTMLElement>} */ (
        place.querySelectorAll("[data-index]")
      ))
        each.setAttribute("aria-pressed", String(Number(each.dataset.index) === this.chosen));
    const at = /** @type {HTMLElement | null} */ (this.left.querySelector(".at"));
    if (!at) return;
    const n = Number(at.dataset.n);
    const place = this.chosen - Number(at.dataset.first) + 1;
    at.textContent = t("left.at", { at: place > 0 && place <= n ? place : "–", n });
  }

  #showVersus() {
    const { reading, other } = this;
    this.versus.hidden = !(reading && other);
    if (!(reading && other)) return;
    this.versus.replaceChildren(
      ...[reading, other].flatMap((each, side) => [
        el("dt", { class: `side-${side}` }, each.model),
        el(
          "dd",
          {},
          each.text.replaceAll("\n", " / ") || about(each.model, `badge.${each.status}`),
        ),
      ]),
      el("dd", { class: "differ" }, this.#differ()),
    );
    this.versus.classList.toggle("disagree", differencesOf(reading, other).length > 0);
  }

  /** In a sentence, where the two models disagree; "" where they agree, or only one reads. */
  #differ() {
    const { reading, other } = this;
    if (!reading || !other) return "";
    const all = differencesOf(reading, other);
    if (!all.length) return reading.digits.length ? t("differ.none") : "";
    const each = all.map(({ box, names }) => {
      const [a, b] = names.map((name) => name ?? t("differ.nothing"));
      const at = reading.digits.findIndex((digit) => digit.box === box) + 1;
      if (!at || reading.digits.length < 2) return t("differ.one", { a, b });
      return about(reading.model, "differ.at", { at, a, b });
    });
    return t("differ", { first: reading.model, second: other.model, what: each.join(", ") });
  }

  #without() {
    if (this.reading?.digits.length) return about(this.model, "without.digit");
    return about(this.model, this.reading ? `without.${this.reading.status}` : this.#empty);
  }

  #spoken() {
    const { reading } = this;
    if (!reading) return "";
    if (!reading.digits.length) return this.#without();
    if (reading.digits.length === 1) return sentenceOf(reading.digits[0], reading.model);
    const shown = reading.digits.map((digit) => (digit.status === "digit" ? nameOf(digit) : "?"));
    const numbers = reading.numbers.map(({ digits }) =>
      digits.map((index) => shown[index]).join(" "),
    );
    return t("answer.spoken", { text: numbers.join(", ") });
  }
}

/**
 * The numbers of a reading by row, each as the indices of its digits. The text tells the rows: it
 * has a space after each number of a row, and a newline after the last one.
 * @param {Reading} reading @returns {number[][][]}
 */
function rowsOf({ text, numbers }) {
  let at = 0;
  /** @type {number[][][]} */
  const rows = [];
  for (const { text: own, digits } of numbers) {
    if (at === 0 || text[at - 1] === "\n") rows.push([]);
    rows[rows.length - 1].push(digits);
    at += own.length + 1;
  }
  return rows;
}

/** @param {Digit} answer @param {string} model */
function sentenceOf({ probability, probabilities, status, ...named }, model) {
  const [digit, share] = [nameOf(named), percent(probability)];
  const verdict = verdictOf({ status, probability });
  if (verdict === "digit") return about(model, "sentence.digit", { digit, share });
  const classes = classesOf(model);
  const others = probabilities.map((each, index) => (classes[index] === digit ? -1 : each));
  const secondShare = Math.max(...others);
  return about(model, `sentence.${verdict}`, {
    digit,
    share,
    second: classes[others.indexOf(secondShare)],
    secondShare: percent(secondShare),
  });
}
