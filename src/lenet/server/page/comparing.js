/** Two readings of the same picture: what stands in the same place, and where they disagree. */
import { nameOf } from "./api.js";

/**
 * @typedef {import("./api.js").Reading} Reading
 * @typedef {import("./api.js").Box} Box
 * @typedef {{box: Box, names: [string | null, string | null]}} Difference what each of the two
 *   reads in a place; null where one refuses it, or finds nothing there
 */

const SAME = 0.5; // of two boxes' union that they share, at least, to stand for one thing

/** The digit of a reading in a place, or null. @param {Box} box @param {Reading} reading */
export const matchOf = (box, { digits }) => standingIn(box, digits);

/**
 * Which of some things stands in a place, or null.
 * @template {{box: Box}} T
 * @param {Box} box @param {T[]} things
 */
export function standingIn(box, things) {
  const overlaps = things.map((each) => overlap(each.box, box));
  const best = Math.max(...overlaps);
  return best > SAME ? (things[overlaps.indexOf(best)] ?? null) : null;
}

/** Where two readings disagree. @param {Reading} one @param {Reading} other @returns {Difference[]} */
export function differencesOf(one, other) {
  /** @type {Difference[]} */
  const found = [];
  for (const digit of one.digits) {
    const match = matchOf(digit.box, other);
    if (!match || nameOf(match) !== nameOf(digit))
      found.push({ box: digit.box, names: [nameOf(digit), match && nameOf(match)] });
  }
  for (const digit of other.digits)
    if (!matchOf(digit.box, one)) found.push({ box: digit.box, names: [null, nameOf(digit)] });
  return found;
}

/**
 * Intersection over union of two boxes.
 * @param {Box} one @param {Box} other
 */
function overlap([ax, ay, aw, ah], [bx, by, bw, bh]) {
  const across = Math.max(0, Math.min(ax + aw, bx + bw) - Math.max(ax, bx));
  const down = Math.max(0, Math.min(ay + ah, by + bh) - Math.max(ay, by));
  return (across * down) / (aw * ah + bw * bh - across * down);
}
