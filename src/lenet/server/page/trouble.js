/** The notice of errors, and the form that asks for a token. */
import { byId } from "./elements.js";
import { ApiError, hasToken, keepToken } from "./transport.js";

/** Statuses of errors that are about more than one part of the page. */
const COMMON = [0, 401, 404];

/** @type {(error: ApiError) => void} */
let failed = complain;
/** @type {() => void} */
let back = calm;

/**
 * Let the page hear of what happens in its parts.
 * @param {{failed: (error: ApiError) => void, back: () => void}} does `failed`: the service could not be
 *   reached, wants another token, or lacks what was asked for; `back`: it answers again
 */
export function listen(does) {
  ({ failed, back } = does);
}

/**
 * What an error says, for the part where it happened; the page hears of it too.
 * @param {unknown} error @param {number[]} [common] statuses that the page hears of
 */
export function explained(error, common = COMMON) {
  if (error instanceof ApiError && common.includes(error.status)) failed(error);
  return error instanceof Error ? error.message : String(error);
}

/** A part got what it had asked for in vain. */
export const recovered = () => back();

/** Show an error until `calm`. @param {ApiError} error */
export function complain(error) {
  if (error.status === 401) {
    byId("door").hidden = false;
    byId("token").focus();
    // Who has shown no token yet has done nothing wrong: the form says what is asked for.
    if (!hasToken()) return;
    keepToken(null);
  }
  notice(error.message);
}

/** Show a sentence above the page, until `calm`. @param {string} sentence */
export function notice(sentence) {
  const place = byId("notice");
  if (place.textContent !== sentence) place.textContent = sentence;
  place.hidden = false;
}

export function calm() {
  byId("notice").hidden = true;
  byId("notice").textContent = "";
}

/** Let a token be typed in. @param {() => void} opened */
export function door(opened) {
  byId("door").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = /** @type {HTMLInputElement} */ (byId("token"));
    keepToken(input.value.trim());
    byId("door").hidden = true;
    opened();
  });
}
