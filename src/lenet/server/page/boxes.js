/** Bounding boxes over a drawing, a picture or the camera. */
import { nameOf } from "./api.js";
import { differencesOf, standingIn } from "./comparing.js";
import { el } from "./elements.js";
import { about } from "./models.js";
import { verdictOf } from "./verdict.js";

/**
 * @typedef {import("./api.js").Reading} Reading
 * @typedef {import("./api.js").Rejected & {image: string}} Refused a shape the network refused
 * @typedef {import("./api.js").Digit | Refused} Seen
 * @typedef {import("./api.js").Box} Box
 */

/**
 * The parts of a reading that have an image: the digits, then the refused shapes. Signs have none.
 * Last come the digits of the reading it is compared with where it has neither.
 * @param {Reading | null} reading @param {Reading | null} [other]
 * @returns {Seen[]}
 */
export function seenIn(reading, other = null) {
  if (!reading) return [];
  return [...ownOf(reading), ...onlyIn(other, reading)];
}

/** @param {Reading} reading @returns {Seen[]} */
const ownOf = ({ digits, rejected }) => [...digits, ...rejected.filter(isSeen)];

/**
 * The digits of the second of two readings where the first one has neither a digit nor a shape.
 * @param {Reading | null} other @param {Reading} reading
 */
export function onlyIn(other, reading) {
  const own = ownOf(reading);
  return (other?.digits ?? []).filter(({ box }) => !standingIn(box, own));
}

/** @param {import("./api.js").Rejected} rejected @returns {rejected is Refused} */
const isSeen = (rejected) => Boolean(rejected.image);

/**
 * How something that was found is marked: its style, and its label.
 * @param {Seen} found @param {string} model that read it
 */
export function labelOf(found, model) {
  if ("reason" in found) return { kind: "out", label: about(model, "rejected.not_a_digit") };
  const verdict = verdictOf(found);
  if (verdict === "uncertain") return { kind: "unsure", label: `${nameOf(found)}?` };
  return { kind: verdict === "digit" ? "sure" : "likely", label: nameOf(found) };
}

// Of labels, in pixels where a rem has 16: the width of a letter at most, the height, and the most
// width, which the style sets.
const [LETTER, HEIGHT, WIDEST] = [8, 21, 192];
const NEAR = 13; // pixels from what a box frames to its own outer edge, at most

/**
 * Draw boxes over a picture.
 * @param {HTMLElement} layer covers that place exactly
 * @param {Reading | null} reading
 * @param {{chosen?: number, place?: {left: number, top: number, width: number, height: number},
 *   onchoose?: (index: number) => void, other?: Reading | null}} [options]
 *   `place`: where the picture lies in the layer, in shares of it; all of it by default; `other`: the
 *   reading it is compared with, to light up where they disagree
 */
export function drawBoxes(layer, reading, { chosen = -1, place, onchoose, other = null } = {}) {
  const whole = place ?? { left: 0, top: 0, width: 1, height: 1 };
  const { width: across, height: down } = reading ?? { width: 1, height: 1 };
  /** @param {Box} box @param {HTMLElement} element */
  const at = ([x, y, width, height], element) => {
    element.style.left = `${100 * (whole.left + (x / across) * whole.width)}%`;
    element.style.top = `${100 * (whole.top + (y / down) * whole.height)}%`;
    element.style.width = `${(100 * width * whole.width) / across}%`;
    element.style.height = `${(100 * height * whole.height) / down}%`;
    return element;
  };
  const seen = seenIn(reading, other);
  /** @type {Set<Seen>} */
  const only = new Set(reading ? onlyIn(other, reading) : []);
  /** @param {Box} box @param {string} kind @param {string} label @param {number} index */
  const choosable = (box, kind, label, index) => {
    const element = el("div", { class: `box ${kind}`, "data-index": index }, el("span", {}, label));
    if (onchoose) element.addEventListener("click", () => onchoose(index));
    return at(box, element);
  };
  /** @param {string | null} name what the other model reads */
  const unlike = (name) => `≠ ${name ?? "–"}`;
  const labelled = seen.map((found, index) => {
    if (!("reason" in found) && only.has(found))
      return choosable(found.box, "second", unlike(nameOf(found)), index);
    const { kind, label } = labelOf(found, reading?.model ?? "");
    return choosable(found.box, kind, label, index);
  });
  // A page of words has hundreds of signs: thin frames without a label, below all others.
  const signs = (reading?.rejected ?? [])
    .filter((found) => !isSeen(found))
    .map(({ box }) => at(box, el("div", { class: "box sign" })));
  const digits = labelled.splice(0, reading?.digits.length ?? 0);
  // The other model's own boxes say already that this one finds nothing there.
  const lit = (reading && other ? differencesOf(reading, other) : []).flatMap(({ box, names }) => {
    const found = standingIn(box, seen);
    if (!found || only.has(found)) return [];
    return choosable(box, "differs", unlike(names[1]), seen.indexOf(found));
  });
  layer.replaceChildren(...signs, ...labelled, ...digits, ...lit);
  layer.classList.toggle("clickable", Boolean(onchoose));
  markChosen(layer, chosen);
  fitLabels(layer);
  resized.observe(layer);
}

/** A picture may get its size after its boxes. */
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) fitLabels(/** @type {HTMLElement} */ (target));
});

/** Put labels where there is room for them on the layer. @param {HTMLElement} layer */
function fitLabels(layer) {
  const { clientWidth, clientHeight } = layer;
  if (!clientWidth || !clientHeight) return;
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const room = HEIGHT * rem + NEAR;
  /** @type {number[]} */
  const heights = [];
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (
    layer.querySelectorAll("[data-index]")
  )) {
    /** @param {"left" | "top" | "height"} side @param {number} all */
    const pixels = (side, all) => (Number.parseFloat(box.style[side]) / 100) * all;
    const [left, top] = [pixels("left", clientWidth), pixels("top", clientHeight)];
    const height = pixels("height", clientHeight);
    if (!box.matches(".differs")) heights.push(height);
    const letters = box.textContent?.length ?? 0;
    const width = Math.min(LETTER * (letters + 2), WIDEST) * rem;
    const below = box.matches(".second, .differs");
    // Where a label would cross an edge of the layer, it moves into the box.
    box.classList.toggle("low", !below && top < room);
    box.classList.toggle("high", below && top + height > clientHeight - room);
    box.classList.toggle("start", left < NEAR);
    box.classList.toggle("end", left + width > clientWidth);
  }
  // Labels would hide small digits that stand close together.
  heights.sort((a, b) => a - b);
  layer.classList.toggle("crowded", heights.length > 3 && heights[heights.length >> 1] < 40);
}

/** Mark the boxes of what is chosen. @param {HTMLElement} layer @param {number} chosen */
export function markChosen(layer, chosen) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (layer.querySelectorAll("[data-index]")))
    box.classList.toggle("chosen", Number(box.dataset.index) === chosen);
}
