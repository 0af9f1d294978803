/** Receptive fields: the pixels, and the cells of the layer before, that a cell depends on. */

/**
 * @typedef {{size: number, step: number, start: number}} Receptive of the cell (y, x): rows
 *   start + step·y … + size − 1 of the image, and columns alike
 * @typedef {{top: number, left: number, bottom: number, right: number}} Square edges included
 */

/** The image itself: every cell is one pixel. @type {Receptive} */
export const IMAGE = { size: 1, step: 1, start: 0 };

/**
 * The receptive field of a cell, clipped to the image; the whole image for a layer without maps.
 * @param {Receptive | null} receptive @param {number} row @param {number} column
 * @param {number} [side] of the image
 * @returns {Square}
 */
export function field(receptive, row, column, side = 28) {
  if (!receptive) return { top: 0, left: 0, bottom: side - 1, right: side - 1 };
  /** @param {number} index @returns {[first: number, last: number]} */
  const span = (index) => {
    const first = receptive.start + receptive.step * index;
    /** @param {number} value */
    const cut = (value) => Math.min(side - 1, Math.max(0, value));
    return [cut(first), cut(first + receptive.size - 1)];
  };
  const [top, bottom] = span(row);
  const [left, right] = span(column);
  return { top, left, bottom, right };
}

/**
 * The cells of the layer before that a cell is computed from; some may lie in the padding.
 * @param {Receptive} before @param {Receptive} after @param {number} row @param {number} column
 * @returns {{top: number, left: number, side: number}}
 */
export function source(before, after, row, column) {
  /** @param {number} index */
  const first = (index) =>
    Math.round((after.start + after.step * index - before.start) / before.step);
  return {
    top: first(row),
    left: first(column),
    side: Math.round((after.size - before.size) / before.step) + 1,
  };
}
