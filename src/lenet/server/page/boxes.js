/** Bounding boxes over a drawing, a picture or the camera. */
import { nameOf } from "./api.js";
import { differencesOf } from "./comparing.js";
import { el } from "./elements.js";
import { about } from "./models.js";
import { verdictOf } from "./verdict.js";

/**
 * @typedef {import("./api.js").Rejected & {image: string}} Refused a shape the network refused
 * @typedef {import("./api.js").Digit | Refused} Seen
 */

/**
 * The parts of a reading that have an image: the digits, then the refused shapes. Signs have none.
 * @param {import("./api.js").Reading | null} reading
 * @returns {Seen[]}
 */
export function seenIn(reading) {
  if (!reading) return [];
  return [...reading.digits, ...reading.rejected.filter(isSeen)];
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

const LETTER = 8; // pixels that a letter of a label takes, at most

/**
 * Draw boxes over a picture.
 * @param {HTMLElement} layer covers that place exactly
 * @param {import("./api.js").Reading | null} reading
 * @param {{chosen?: number, place?: {left: number, top: number, width: number, height: number},
 *   onchoose?: (index: number) => void, other?: import("./api.js").Reading | null}} [options]
 *   `place`: where the picture lies in the layer, in shares of it; all of it by default; `other`: the
 *   reading it is compared with, to light up where they disagree
 */
export function drawBoxes(layer, reading, { chosen = -1, place, onchoose, other } = {}) {
  const whole = place ?? { left: 0, top: 0, width: 1, height: 1 };
  const { width: across, height: down } = reading ?? { width: 1, height: 1 };
  /** @param {import("./api.js").Box} box @param {HTMLElement} element */
  const at = ([x, y, width, height], element) => {
    element.style.left = `${100 * (whole.left + (x / across) * whole.width)}%`;
    element.style.top = `${100 * (whole.top + (y / down) * whole.height)}%`;
    element.style.width = `${(100 * width * whole.width) / across}%`;
    element.style.height = `${(100 * height * whole.height) / down}%`;
    // At the upper edge there is no room for a label above the box.
    if ((whole.top + (y / down) * whole.height) * layer.clientHeight < 24)
      element.classList.add("low");
    // At the right edge there is no room for a label beside the box's left edge.
    const letters = element.textContent?.length ?? 0;
    if (
      (whole.left + (x / across) * whole.width) * layer.clientWidth + LETTER * (letters + 2) >
      layer.clientWidth
    )
      element.classList.add("end");
    return element;
  };
  const seen = seenIn(reading);
  /** @param {HTMLElement} box @param {number} index */
  const choosable = (box, index) => {
    box.dataset.index = String(index);
    box.classList.toggle("chosen", index === chosen);
    if (onchoose) box.addEventListener("click", () => onchoose(index));
    return box;
  };
  const labelled = seen.map((found, index) => {
    const { kind, label } = labelOf(found, reading?.model ?? "");
    const box = el("div", { class: `box ${kind}` }, el("span", {}, label));
    return at(found.box, choosable(box, index));
  });
  // A page of words has hundreds of signs: thin frames without a label, below all others.
  const signs = (reading?.rejected ?? [])
    .filter((found) => !isSeen(found))
    .map(({ box }) => at(box, el("div", { class: "box sign" })));
  // Labels would hide small digits that stand close together.
  const heights = seen
    .map(({ box }) => (box[3] / down) * whole.height * layer.clientHeight)
    .sort((a, b) => a - b);
  layer.classList.toggle("crowded", heights.length > 3 && heights[heights.length >> 1] < 40);
  const digits = labelled.splice(0, reading?.digits.length ?? 0);
  const lit = (reading && other ? differencesOf(reading, other) : []).map(({ box, names }) =>
    at(box, el("div", { class: "box differs" }, el("span", {}, `≠ ${names[1] ?? "–"}`))),
  );
  layer.replaceChildren(...signs, ...labelled, ...digits, ...lit);
  layer.classList.toggle("clickable", Boolean(onchoose));
}
