/** Light or dark: as the system says, until a person says otherwise. `scheme.js` remembers. */
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
    // Back at what the system says, nothing needs to be remembered.
    if ((next === "dark") === system.matches) delete root.dataset.scheme;
    else root.dataset.scheme = next;
    try {
      localStorage.setItem("lenet-scheme", root.dataset.scheme ?? "");
    } catch {
      // No storage: it holds as long as the page.
    }
    show();
  };
  system.onchange = show;
  show();
}
