/** The notice of errors, and the form that asks for a token. */
import { byId } from "./elements.js";
import { hasToken, keepToken } from "./transport.js";

/** Show an error until `calm`. @param {import("./transport.js").ApiError} error */
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
