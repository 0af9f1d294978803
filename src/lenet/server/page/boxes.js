/** Bounding boxes over a drawing, a picture or the camera. */
import { el } from "./elements.js";
import { t } from "./strings.js";

/**
 * @typedef {import("./api.js").Rejected & {image: string}} Refused a sign the network refused
 * @typedef {import("./api.js").Digit | Refused} Seen
 */

/**
 * The parts of a reading that have an image: the digits, then the refused signs.
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
 * Draw boxes over a picture.
 * @param {HTMLElement} layer covers that place exactly
 * @param {import("./api.js").Reading | null} reading
 * @param {{chosen?: number, place?: {left: number, top: number, width: number, height: number},
 *   onchoose?: (index: number) => void}} [options] `place`: where the picture lies in the layer,
 *   in shares of it; all of it by default
 */
export function drawBoxes(layer, reading, { chosen = -1, place, onchoose } = {}) {
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
  const digits = (reading?.digits ?? []).map((digit, index) => {
    const sure = digit.status === "digit";
    const box = el(
      "div",
      { class: `box ${sure ? "sure" : "unsure"}` },
      el("span", {}, sure ? digit.digit : `${digit.digit}?`),
    );
    return at(digit.box, choosable(box, index));
  });
  const rejected = (reading?.rejected ?? [])
    .filter(({ reason }) => reason !== "too_small")
    .map((found) => {
      const box = el("div", { class: "box out" }, el("span", {}, t(`rejected.${found.reason}`)));
      return at(found.box, isSeen(found) ? choosable(box, seen.indexOf(found)) : box);
    });
  // Labels would hide small digits that stand close together.
  const heights = (reading?.digits ?? [])
    .map(({ box }) => (box[3] / down) * whole.height * layer.clientHeight)
    .sort((a, b) => a - b);
  layer.classList.toggle("crowded", heights.length > 3 && heights[heights.length >> 1] < 40);
  layer.replaceChildren(...rejected, ...digits);
  layer.classList.toggle("clickable", Boolean(onchoose));
}
