/** Numbers as colours: the maps of a layer side by side on a canvas, crisp at any size. */
import { contextOf, el } from "./elements.js";

const FINGER = 14; // pixels from the middle of what a finger touches to its edge
const STRIP = { least: 11, most: 26 }; // pixels of a cell of a flat layer

/** @typedef {[red: number, green: number, blue: number]} Colour each 0..255 */

/** Colours of -1..1 in 255 steps, from the style's own. @type {Colour[]} */
let colours = [];
/** The same for ink on paper, which is never negative. @type {Colour[]} */
let inks = [];
/** Both as the pixels of a canvas, four bytes in one number. */
let pixelsOf = { colours: new Uint32Array(), inks: new Uint32Array() };

/** Read the colours from the style again, after the scheme has changed. */
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name @returns {Colour} */
  const read = (name) => {
    const [red = 0, green = 0, blue = 0] = style.getPropertyValue(name).match(/[\d.]+/g) ?? [];
    return [Number(red), Number(green), Number(blue)];
  };
  /** @param {Colour} below @param {Colour} middle @param {Colour} above @returns {Colour[]} */
  const ramp = (below, middle, above) =>
    Array.from({ length: 255 }, (_, index) => {
      const end = index < 127 ? below : above;
      // An exponent below 1 makes weak values visible.
      const share = Math.abs((index - 127) / 127) ** 0.75;
      /** @param {0 | 1 | 2} channel */
      const mixed = (channel) => middle[channel] + (end[channel] - middle[channel]) * share;
      return [mixed(0), mixed(1), mixed(2)];
    });
  const paper = read("--paper");
  colours = ramp(read("--low"), read("--zero"), read("--high"));
  inks = ramp(paper, paper, read("--ink"));
  /** @param {Colour[]} all */
  const packed = (all) =>
    new Uint32Array(Uint8ClampedArray.from(all.flatMap((colour) => [...colour, 255])).buffer);
  pixelsOf = { colours: packed(colours), inks: packed(inks) };
}

/**
 * The colour of a value when `most` is the strongest.
 * @param {number} value @param {number} most @param {boolean} [inked]
 * @returns {Colour}
 */
export function colourOf(value, most, inked = false) {
  if (!colours.length) readColours();
  const share = most > 0 ? Math.max(-1, Math.min(1, value / most)) : 0;
  return (inked ? inks : colours)[Math.round(127 + 127 * share)];
}

/**
 * A small picture of values, one pixel each; the style enlarges it.
 * @param {ArrayLike<number>} values @param {number} height @param {number} width
 * @param {number} most @param {{inked?: boolean, canvas?: HTMLCanvasElement}} [options]
 */
export function tile(values, height, width, most, { inked = false, canvas = el("canvas") } = {}) {
  canvas.width = width;
  canvas.height = height;
  const context = contextOf(canvas);
  if (!colours.length) readColours();
  const pixels = context.createImageData(width, height);
  const each = new Uint32Array(pixels.data.buffer);
  const ramp = inked ? pixelsOf.inks : pixelsOf.colours;
  const steps = most > 0 ? 127 / most : 0;
  for (let i = 0; i < each.length; i++)
    each[i] = ramp[Math.round(127 + Math.max(-127, Math.min(127, values[i] * steps)))];
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** @param {ArrayLike<number>} values @returns {number} the largest distance from 0 */
export function strongest(values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** Sheets are painted where they are seen, or soon will be: most layers are out of sight. */
const windows = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) sheets.get(target)?.come(isIntersecting);
  },
  { rootMargin: "25% 0px" },
);
/** @type {WeakMap<Element, Sheet>} */
const sheets = new WeakMap();

/** All maps of one layer on one canvas. */
export class Sheet {
  /** @type {Float32Array} */ #values = new Float32Array();
  #most = 1;
  #near = false;
  /** Whether other values, and whether other pixels, have to be painted than were last. */
  #late = { values: false, pixels: false };
  /** The share of the layer that is shown, below 1 in slow motion. */
  #done = 1;
  #off = document.createElement("canvas");
  #fits = { available: 0, ratio: 0 };
  #grid = { columns: 1, cell: 1, gap: 0, width: 0, height: 0 };

  /**
   * @param {number[]} shape (maps, height, width), or (numbers,)
   * @param {{scale?: number, inked?: boolean}} [options] `scale` of the maps, in what is usual;
   *   `inked`: they are ink on paper
   */
  constructor(shape, { scale = 1, inked = false } = {}) {
    const [maps, height = 1, width = 1] = shape;
    this.maps = maps;
    this.height = height;
    this.width = width;
    this.scale = scale;
    this.inked = inked;
    this.flat = height * width === 1;
    this.canvas = el("canvas", { class: "values" });
    this.marks = el("canvas", { class: "marks" });
    this.element = el("div", { class: "maps" }, this.canvas, this.marks);
    sheets.set(this.element, this);
    windows.observe(this.element);
  }

  /** It comes near to what is seen of the page, or goes. @param {boolean} near */
  come(near) {
    this.#near = near;
    if (near) this.draw();
  }

  /** Lay the maps out in some pixels of width. @param {number} available */
  fit(available) {
    const ratio = devicePixelRatio || 1;
    // To set the size of a canvas empties it, and the height of the page changes with each answer.
    if (!available || (available === this.#fits.available && ratio === this.#fits.ratio)) return;
    this.#fits = { available, ratio };
    const { maps, width, height } = this;
    let columns, cell, gap;
    if (this.flat) {
      columns = Math.min(maps, Math.floor(available / STRIP.least));
      columns = Math.ceil(maps / Math.ceil(maps / columns)); // rows of about the same length
      cell = Math.min(STRIP.most, Math.floor(available / columns));
      gap = 0;
    } else {
      gap = Math.max(4, Math.round(available / 160));
      const side = this.scale * sideOf(maps, available);
      cell = Math.max(1, Math.floor(side / width));
      columns = Math.min(maps, Math.max(1, Math.floor((available + gap) / (cell * width + gap))));
      columns = Math.ceil(maps / Math.ceil(maps / columns));
    }
    const rows = Math.ceil(maps / columns);
    const across = columns * (cell * width + gap) - gap;
    const down = rows * (cell * height + gap) - gap;
    this.#grid = { columns, cell, gap, width: across, height: down };
    for (const canvas of [this.canvas, this.marks]) {
      canvas.width = Math.round(across * ratio);
      canvas.height = Math.round(down * ratio);
      canvas.style.width = `${across}px`;
      canvas.style.height = `${down}px`;
    }
    this.#late.pixels = true;
    this.paint();
  }

  /** @param {Float32Array} values map by map, row by row */
  show(values) {
    this.#values = values;
    this.#most = strongest(values);
    this.#late = { values: true, pixels: true };
    this.paint();
  }

  /** Show the same values in the present colours. */
  recolour() {
    if (this.#values.length) this.show(this.#values);
  }

  /** @param {number} [done] the share that has been computed, in a slow motion of it */
  paint(done = this.#done) {
    this.#late.pixels ||= done !== this.#done;
    this.#done = done;
    if (this.#near) this.draw();
  }

  /** Paint what is late, also where nobody sees it. */
  draw() {
    if (!this.#late.pixels || !this.#values.length || !this.#grid.width) return;
    const { inked, maps, height, width } = this;
    // All maps below each other, one pixel for a value.
    if (this.#late.values)
      tile(this.#values, maps * height, width, this.#most, { inked, canvas: this.#off });
    this.#late = { values: false, pixels: false };
    const done = this.#done;
    const context = this.#context(this.canvas);
    const { cell, columns } = this.#grid;
    context.imageSmoothingEnabled = false;
    const shown = this.flat ? 1 : Math.ceil(done * height);
    const [red, green, blue] = colourOf(0, 1, this.inked);
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
    const most = this.flat ? Math.ceil(done * this.maps) : this.maps;
    for (let map = 0; map < this.maps; map++) {
      const { x, y } = this.#corner(map);
      if (done < 1) context.fillRect(x, y, cell * width, cell * height);
      if (map >= most) continue;
      // Cells of a flat layer are one pixel apart where there is room.
      const hair = this.flat && cell > 8 && columns > 1 ? 1 : 0;
      context.drawImage(
        this.#off,
        ...[0, map * height, width, shown],
        ...[x, y, cell * width - hair, cell * shown - hair],
      );
    }
  }

  /** The value of a cell. @param {number} map @param {number} row @param {number} column */
  value(map, row, column) {
    return this.#values[(map * this.height + row) * this.width + column];
  }

  /** All its values, map by map, row by row. */
  get values() {
    return this.#values;
  }

  /** The values of one map. @param {number} index */
  map(index) {
    const size = this.height * this.width;
    return this.#values.subarray(index * size, (index + 1) * size);
  }

  /**
   * The cell at a place on the canvas, in CSS pixels, or null.
   * @param {number} x @param {number} y
   * @returns {import("./cells.js").Cell | null}
   */
  at(x, y) {
    const { columns, cell, gap } = this.#grid;
    const { height, width } = this;
    /** @param {number} value @param {number} side @returns {[index: number, within: number]} */
    const place = (value, side) => {
      const index = Math.max(0, Math.floor(value / (cell * side + gap)));
      const within = Math.floor((value - index * (cell * side + gap)) / cell);
      return [index, Math.max(0, Math.min(side - 1, within))]; // a gap counts as part of the map before it
    };
    const across = place(x, width);
    const down = place(y, height);
    if (across[0] >= columns) return null;
    const map = down[0] * columns + across[0];
    return map < this.maps ? { map, row: down[1], column: across[1] } : null;
  }

  /**
   * The strongest cell that a finger touches: of the map in its middle, or of the numbers around it.
   * @param {number} x @param {number} y in CSS pixels
   * @returns {import("./cells.js").Cell | null}
   */
  near(x, y) {
    let found = this.at(x, y);
    if (!found) return null;
    const { map } = found;
    /** @param {import("./cells.js").Cell} place */
    const strength = (place) => Math.abs(this.value(place.map, place.row, place.column));
    const { cell } = this.#grid;
    const reach = Math.floor(FINGER / cell) * cell;
    for (let down = -reach; down <= reach; down += cell)
      for (let across = -reach; across <= reach; across += cell) {
        const other = x + across < 0 || y + down < 0 ? null : this.at(x + across, y + down);
        if (!other || (other.map !== map && !this.flat)) continue;
        if (strength(other) > strength(found)) found = other;
      }
    return found;
  }

  /** The place of a map in the window. @param {number} map */
  frameOf(map) {
    const { left, top } = this.marks.getBoundingClientRect();
    const { x, y } = this.#corner(map);
    const { cell } = this.#grid;
    return new DOMRect(left + x, top + y, cell * this.width, cell * this.height);
  }

  /** What it takes on the page, in pixels. */
  get size() {
    return { width: this.#grid.width, height: this.#grid.height };
  }

  /** The side of a cell in pixels. */
  get cell() {
    return this.#grid.cell;
  }

  get columns() {
    return this.#grid.columns;
  }

  unmark() {
    this.#context(this.marks, true);
  }

  /** Outline a cell. @param {import("./cells.js").Cell} cell */
  mark({ map, row, column }) {
    const { cell } = this.#grid;
    const { x, y } = this.#corner(map);
    const side = Math.max(cell, 5);
    this.#outline([
      [x + column * cell - (side - cell) / 2, y + row * cell - (side - cell) / 2, side, side],
    ]);
  }

  /**
   * Outline a square of cells in every map, or in some of them.
   * @param {{top: number, left: number, side: number}} square @param {number[] | null} [maps]
   */
  markSource({ top, left, side }, maps = null) {
    const { cell } = this.#grid;
    const first = { row: Math.max(0, top), column: Math.max(0, left) };
    const rows = Math.min(this.height, top + side) - first.row;
    const columns = Math.min(this.width, left + side) - first.column;
    if (rows <= 0 || columns <= 0) return;
    const which = maps ?? Array.from({ length: this.maps }, (_, map) => map);
    this.#outline(
      which.map((map) => {
        const { x, y } = this.#corner(map);
        return [x + first.column * cell, y + first.row * cell, columns * cell, rows * cell];
      }),
    );
  }

  /** @param {[x: number, y: number, width: number, height: number][]} squares */
  #outline(squares) {
    const context = this.#context(this.marks, true);
    const style = getComputedStyle(document.documentElement);
    // An edge in the page's colour makes the line visible on any background.
    for (const name of ["--page", "--mark"]) {
      context.strokeStyle = style.getPropertyValue(name);
      context.lineWidth = name === "--page" ? 4 : 2;
      for (const [x, y, w, h] of squares) {
        // Keep the line inside the canvas.
        const left = Math.max(1, x);
        const top = Math.max(1, y);
        const right = Math.min(this.#grid.width - 1, x + w);
        const bottom = Math.min(this.#grid.height - 1, y + h);
        context.strokeRect(left, top, right - left, bottom - top);
      }
    }
  }

  /** Where a map begins. @param {number} map */
  #corner(map) {
    const { columns, cell, gap } = this.#grid;
    return {
      x: (map % columns) * (cell * this.width + gap),
      y: Math.floor(map / columns) * (cell * this.height + gap),
    };
  }

  /** @param {HTMLCanvasElement} canvas @param {boolean} [clear] */
  #context(canvas, clear = false) {
    const context = contextOf(canvas);
    const ratio = canvas.width / Math.max(1, this.#grid.width);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (clear) context.clearRect(0, 0, this.#grid.width, this.#grid.height);
    return context;
  }
}

/**
 * The side of a map in pixels: the fewer maps, the larger.
 * @param {number} maps @param {number} available
 */
function sideOf(maps, available) {
  const narrow = available < 500;
  const columns = narrow ? [4, 3, 4, 5, 6] : [6, 6, 8, 11, 16];
  const row = [1, 6, 16, 32].findIndex((few) => maps <= few);
  const most = narrow ? 160 : Math.max(220, available / 8);
  return Math.max(44, Math.min(most, available / (columns.at(row) ?? 6) - 6));
}
