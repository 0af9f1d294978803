/** Texts with their placeholders filled in, and the formats of numbers. */
import { TEXTS } from "./texts.js";

/** The language of the page: the first of the browser's languages that it has texts in. */
export const language =
  navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => tag in TEXTS) ?? "en";

const texts = TEXTS[language];

/** Add the texts of a room whose program was fetched. @param {typeof TEXTS} more */
export const addTexts = (more) => Object.assign(texts, more[language]);

const plurals = new Intl.PluralRules(language);

/**
 * A text with its placeholders filled in; `{a digit}` is "an 8" or "a 3".
 * @param {string} key @param {Record<string, string | number>} [values]
 * @param {string} [otherwise] what to say where there is no such text
 */
export function t(key, values = {}, otherwise = key) {
  const text = texts[key] ?? otherwise;
  return text.replace(/\{(?:(a|A) )?(\w+)\}/g, (place, article, name) => {
    const value = values[name];
    if (value == null) return place;
    return article ? `${article}${beginsWithVowel(String(value)) ? "n" : ""} ${value}` : `${value}`;
  });
}

/** Whether a number, a letter or a word is spoken with a vowel first, as 8, "s" and "ankle" are. */
const VOWEL = /^(8|1[18]$|[aeio]\w|u[^ns]|[aefhilmnorsx]$)/i;
/** @param {string} value */
const beginsWithVowel = (value) => VOWEL.test(value) && !/^(one|eu)/i.test(value);

/**
 * A text in the plural form for `n`.
 * @param {string} key @param {number} n @param {Record<string, string | number>} [values]
 */
export function count(key, n, values = {}) {
  return t(`${key}.${plurals.select(n)}`, { n: integer(n), ...values });
}

const one = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const four = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
const whole = new Intl.NumberFormat(language);

/** From here on, one decimal would round to 100 %. The same in Python: reader/reading.py. */
const ALMOST_CERTAIN = 0.9995;

/**
 * A probability with one decimal, and never as 100 %.
 * @param {number} probability
 */
export function percent(probability) {
  if (probability >= ALMOST_CERTAIN) return `> ${one.format(99.9)} %`;
  return `${one.format(100 * probability)} %`;
}

/** The same in a sentence: nothing is quite impossible. @param {number} probability */
export const portion = (probability) =>
  probability < 1 - ALMOST_CERTAIN ? `< ${one.format(0.1)} %` : percent(probability);

/** A rate of errors or of right answers. @param {number} share */
export const rate = (share) => `${two.format(100 * share)} %`;

/** A rate or a difference of rates, in percentage points. @param {number} share */
export const points = (share) => two.format(100 * share).replace("-", "−");

/** An interval of rates. @param {number[]} range low, high */
export const interval = ([low, high]) => t("interval", { low: rate(low), high: rate(high) });

/** A number as it is, in four digits. @param {number} value */
export const decimal = (value) => four.format(value).replace("-", "−");

/** A number of a layer. @param {number} value */
export const number = (value) =>
  two
    .format(value)
    .replace(/^-0[.,]00$/, two.format(0))
    .replace("-", "−");

/** The same with its sign. @param {number} value */
export const signed = (value) => (value < 0 ? "" : "+") + number(value);

/** @param {number} value */
export const integer = (value) => whole.format(value);

/** A size of a file. @param {number} size */
export const bytes = (size) => `${one.format(size / 1e6)} MB`;

/** A date and time in the language's format. @param {string} moment ISO 8601 */
export const date = (moment) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(moment),
  );
