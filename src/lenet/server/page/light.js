/** Light or dark: the system's scheme until somebody chooses. `scheme.js` restores the choice. */
import { t } from "./strings.js";

const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

const dark = () => (root.dataset.scheme ? root.dataset.scheme === "dark" : system.matches);

/**
 * Let a button switch between the two.
 * @param {HTMLElement} button @param {() => void} changed what is painted has to be painted anew
 */
export function schemeSwitch(button, changed) {
  const show = () => {
    button.setAttribute("aria-label", t(dark() ? "scheme.to-light" : "scheme.to-dark"));
    button.title = t(dark() ? "scheme.to-light" : "scheme.to-dark");
    changed();
  };
  button.onclick = () => {
    const next = dark() ? "light" : "dark";
    // The system's own scheme need not be stored.
    if ((next === "dark") === system.matches) delete root.dataset.scheme;
    else root.dataset.scheme = next;
    try {
      localStorage.setItem("lenet-scheme", root.dataset.scheme ?? "");
    } catch {
      // Without storage the choice is lost when the page closes.
    }
    show();
  };
  system.onchange = show;
  show();
}
