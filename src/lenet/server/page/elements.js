/** Making elements. Text is never parsed as markup. */

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, unknown>} Attributes */

/** The element of the page's own markup with an id. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. Attributes that start with "on" are listeners, `true` is an empty attribute;
 * `false`, `null` and `undefined` leave it out. Strings among the children become text nodes.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * The same for a piece of a drawing in SVG.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element @param {Attributes} attributes @param {Child[]} children
 * @returns {E}
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on"))
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  for (const child of children)
    if (child != null && child !== false)
      element.append(typeof child === "number" ? String(child) : child);
  return element;
}

/**
 * A button that does one thing.
 * @param {string | number} text @param {(event: MouseEvent) => void} does
 * @param {Attributes} [attributes]
 */
export function button(text, does, attributes = {}) {
  return el("button", { type: "button", onclick: does, ...attributes }, text);
}

/** An icon: strokes on a square of 24. @param {string} path */
export function icon(path) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }));
}

/** Write the texts into the page's own markup. @param {(key: string) => string} text */
export function writeTexts(text) {
  for (const place of document.querySelectorAll("[data-t]"))
    place.textContent = text(place.getAttribute("data-t") ?? "");
  for (const place of document.querySelectorAll("[data-t-label]"))
    place.setAttribute("aria-label", text(place.getAttribute("data-t-label") ?? ""));
}

let speaking = 0;

/**
 * Say a sentence to screen readers, once nothing else was said for a moment.
 * @param {string} sentence @param {number} [calm] milliseconds
 */
export function speak(sentence, calm = 500) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    byId("spoken").textContent = sentence;
  }, calm);
}

/**
 * The 2D context of a canvas.
 * @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {CanvasRenderingContext2D}
 */
export function contextOf(canvas, settings) {
  const context = canvas.getContext("2d", settings);
  if (!context) throw new Error("this browser has no memory left for a canvas");
  return context;
}

/** Whether the system asks for reduced motion. */
export function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
