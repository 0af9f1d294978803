/** Making elements; text is always text, never markup. */
import { t } from "./strings.js";

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. Attributes that start with "on" are listeners, `true` is an empty attribute,
 * `false`, `null` and `undefined` leave it away; strings among the children become text nodes.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {any}
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for a piece of a drawing in SVG. @returns {any} */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** A button that does one thing. */
export function button(text, does, attributes = {}) {
  return el("button", { type: "button", onclick: does, ...attributes }, text);
}

/** An icon: strokes on a square of 24. */
export function icon(path) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }));
}

/** Write the texts into the page's own markup. */
export function writeTexts(root = document) {
  for (const place of root.querySelectorAll("[data-t]"))
    place.textContent = t(place.getAttribute("data-t"));
  for (const place of root.querySelectorAll("[data-t-label]"))
    place.setAttribute("aria-label", t(place.getAttribute("data-t-label")));
}

let speaking = 0;

/** Say a sentence to screen readers, once things have been calm for a moment. */
export function speak(sentence, calm = 500) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    byId("spoken").textContent = sentence;
  }, calm);
}

/** True when the person asked for less movement. */
export function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
