/** Moving from cell to cell of a layer: by the slow motion, and by keys. */

/**
 * @typedef {{map: number, row: number, column: number}} Cell
 * @typedef {import("./maps.js").Sheet} Sheet
 */

/**
 * The cell of the first map that is painted when a share of the layer is done.
 * @param {Sheet} sheet @param {number} done
 * @returns {Cell}
 */
export function reached({ maps, height, width, flat }, done) {
  if (flat) return { map: Math.floor(done * maps), row: 0, column: 0 };
  const cell = done * height;
  return { map: 0, row: Math.floor(cell), column: Math.floor((cell % 1) * width) };
}

/** The cell in the middle of the first map. @param {Sheet} sheet @returns {Cell} */
export const middle = (sheet) => ({
  map: 0,
  row: Math.floor(sheet.height / 2),
  column: Math.floor(sheet.width / 2),
});

/**
 * The cell a key leads to; null for other keys.
 * @param {Sheet} sheet @param {Cell} cell @param {KeyboardEvent} event
 * @returns {Cell | null}
 */
export function moved(sheet, { map, row, column }, { key }) {
  const { maps, height, width, columns, flat } = sheet;
  /** @param {number} value @param {number} most */
  const bound = (value, most) => Math.max(0, Math.min(most - 1, value));
  if (flat) {
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const step = steps[key];
    if (key === "Home") return { map: 0, row, column };
    if (key === "End") return { map: maps - 1, row, column };
    return step ? { map: bound(map + step, maps), row, column } : null;
  }
  switch (key) {
    case "ArrowLeft":
      return { map, row, column: bound(column - 1, width) };
    case "ArrowRight":
      return { map, row, column: bound(column + 1, width) };
    case "ArrowUp":
      return { map, row: bound(row - 1, height), column };
    case "ArrowDown":
      return { map, row: bound(row + 1, height), column };
    case "PageUp":
    case "Home":
      return { map: key === "Home" ? 0 : bound(map - 1, maps), row, column };
    case "PageDown":
    case "End":
      return { map: key === "End" ? maps - 1 : bound(map + 1, maps), row, column };
    default:
      return null;
  }
}
