/** Corrections: one click stores the true digit, one more takes it back. */
import { correct, corrections, forget, fromBase64, toBase64 } from "./api.js";
import { digitCanvas } from "./digits.js";
import { button, el, speak } from "./elements.js";
import { csv, save } from "./files.js";
import { state } from "./models.js";
import { date, integer, t } from "./strings.js";
import { explained } from "./trouble.js";

const HERE = [401, 404]; // of errors that the page hears of; an unreachable service is told beside the digit
/** What an image may show: a digit, or null for none. */
const TRUTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, null];

/** @typedef {{id: string, truth: number | null}} Sent */

/**
 * The text about a digit, or about none.
 * @param {string} key @param {number | null} truth @param {Record<string, string | number>} [values]
 */
const say = (key, truth, values = {}) =>
  truth === null ? t(`${key}.none`, values) : t(key, { digit: truth, ...values });

export class CorrectionPanel {
  #image = "";
  #model = "";
  /** @type {number | null} */ #answer = null;
  /** The correction that was sent for the current image. */
  /** @type {Sent | null} */ #kept = null;

  constructor() {
    this.element = el("div", { class: "correct", hidden: true });
  }

  /**
   * Offer to correct an answer, or say that nobody learns from one here.
   * @param {string | undefined} model @param {number | null} answer null: it is no digit
   * @param {Uint8Array | null} image
   */
  show(model, answer, image) {
    this.element.hidden = true;
    if (!model || !image) return;
    this.element.hidden = false;
    if (!state.collect) {
      this.element.replaceChildren(el("p", { class: "soft" }, t("correct.not")));
      return;
    }
    const coded = toBase64(image);
    const asked = this.#image === coded && this.#model === model && this.#answer === answer;
    if (asked) return;
    [this.#image, this.#model, this.#answer, this.#kept] = [coded, model, answer, null];
    this.#offer();
  }

  #offer() {
    const choices = TRUTHS.map((truth) =>
      button(truth ?? t("correct.none"), () => this.#send(truth), {
        "aria-label": say("correct.is", truth),
        class: [truth === null && "none", truth === this.#answer && "same"]
          .filter(Boolean)
          .join(" "),
      }),
    );
    this.element.replaceChildren(
      el(
        "p",
        { class: "ask" },
        this.#answer === null ? t("correct.ask.none") : t("correct.ask", { digit: this.#answer }),
      ),
      el("div", { class: "truths", role: "group", "aria-label": t("correct.group") }, ...choices),
      el("p", { class: "soft" }, t("correct.kept")),
    );
  }

  /**
   * Send a correction. A second try uses the same id, so that it is stored only once.
   * @param {number | null} truth
   */
  async #send(truth, id = freshId()) {
    const mine = { id, truth };
    this.#kept = mine;
    const sent = { id, truth, model: this.#model, image: this.#image };
    this.#say(say("correct.sending", truth));
    try {
      await correct(sent);
      if (this.#kept !== mine) return;
      this.#say(say("correct.done", truth), [
        button(t("correct.undo"), () => this.#takeBack(mine)),
      ]);
    } catch (error) {
      if (this.#kept !== mine) return;
      const again = button(t("again"), () => this.#send(truth, id));
      this.#say(
        explained(error, HERE),
        [again, button(t("cancel"), () => this.#cancel(mine))],
        true,
      );
    }
  }

  /** Offer all choices again; the correction may have arrived although its answer did not. @param {Sent} mine */
  #cancel(mine) {
    this.#kept = null;
    this.#offer();
    forget(mine.id).catch(() => {}); // it did not arrive, or the service is out of reach
  }

  /** @param {Sent} mine */
  async #takeBack(mine) {
    try {
      await forget(mine.id);
      if (this.#kept !== mine) return;
      this.#offer();
      this.element.querySelector("button")?.focus();
      speak(t("correct.undone"), 0);
    } catch (error) {
      if (this.#kept !== mine) return;
      this.#say(explained(error, HERE), [button(t("again"), () => this.#takeBack(mine))], true);
    }
  }

  /** @param {string} sentence @param {HTMLElement[]} [buttons] */
  #say(sentence, buttons = [], trouble = false) {
    const held = this.element.contains(document.activeElement);
    const words = el(
      "p",
      { class: trouble ? "said trouble" : "said", tabindex: -1 },
      el("span", {}, sentence),
      ...buttons,
    );
    this.element.replaceChildren(words);
    if (held) (this.element.querySelector("button") ?? words).focus();
    speak(sentence, 0);
  }
}

/** The stored corrections, newest first, each with a button that removes it. */
export async function keptCorrections() {
  const found = await corrections();
  const list = el("ul", { class: "kept" });
  const title = el("p", { class: "soft", tabindex: -1 });
  /** @param {number} n */
  const sayTotal = (n) => {
    const shown = list.children.length;
    if (n > shown) title.textContent = t("kept.more", { n, shown });
    else title.textContent = n ? t("kept.some", { n }) : t("kept.none");
  };
  const out = exportRow((sentence) => {
    title.textContent = sentence;
    speak(sentence, 0);
  });
  let { total } = found;
  for (const each of found.corrections) {
    const takeBack = button(t("kept.forget"), () => remove(), {
      "aria-label": say("kept.forget.one", each.truth),
    });
    const item = el(
      "li",
      {},
      el("div", { class: "pixels" }, digitCanvas(fromBase64(each.image))),
      el("span", {}, say("kept.one", each.truth, { answer: each.answer })),
      el("span", { class: "soft" }, `${each.model}, ${date(each.time)}`),
      takeBack,
    );
    const remove = async () => {
      takeBack.disabled = true;
      try {
        await forget(each.id);
        const next = item.nextElementSibling ?? item.previousElementSibling;
        item.remove();
        (next?.querySelector("button") ?? title).focus();
        sayTotal(--total);
        out.hidden = !total;
        speak(t("correct.undone"), 0);
      } catch (error) {
        takeBack.disabled = false;
        title.textContent = explained(error, HERE);
        speak(title.textContent, 0);
      }
    };
    list.append(item);
  }
  sayTotal(total);
  out.hidden = !total;
  return el("div", {}, title, out, list);
}

const LISTED = 500; // corrections that the service lists at once

/** All stored corrections. */
async function allCorrections() {
  const all = [];
  let after = "";
  do {
    const { corrections: some, next } = await corrections(LISTED, after);
    all.push(...some);
    after = next ?? "";
  } while (after);
  return all;
}

/** Buttons that save all corrections. @param {(sentence: string) => void} tell */
function exportRow(tell) {
  /** @param {"csv" | "json"} form */
  const write = async (form) => {
    try {
      const all = await allCorrections();
      const digits = all.filter(({ truth }) => truth !== null);
      const name = `corrections.${form}`;
      if (form === "json") save(name, JSON.stringify(all, null, 1), "application/json");
      else save(name, trainingTable(digits), "text/csv");
      tell(t("kept.saved", { n: integer(form === "csv" ? digits.length : all.length), name }));
    } catch (error) {
      tell(explained(error, HERE));
    }
  };
  return el(
    "p",
    { class: "row save" },
    el("span", {}, t("kept.save")),
    .../** @type {const} */ (["csv", "json"]).map((form) =>
      button(t(`kept.${form}`), () => write(form), { "aria-label": t(`kept.${form}.label`) }),
    ),
  );
}

/** A table that a training reads, `--data csv:FILE`. @param {import("./api.js").Correction[]} digits */
const trainingTable = (digits) =>
  csv([
    ["label", ...Array.from({ length: 784 }, (_, at) => `pixel${at}`)],
    ...digits.map(({ truth, image }) => [Number(truth), ...fromBase64(image)]),
  ]);

/** A random UUID; `crypto.randomUUID` exists only over https and on localhost. */
export function freshId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80; // variant 1
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
