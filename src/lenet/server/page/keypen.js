/** A pen that is moved by keys: arrows, Space to put it down and to lift it. */
import { el } from "./elements.js";

const STEP = 0.012; // as a share of the sheet's shorter side
const FAST = 4; // times as far, with Shift
const EDGE = 0.02; // the pen stays on the sheet
/** @type {Record<string, [across: number, down: number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class KeyPen {
  /** The pen's place, as shares of the sheet. */
  #x = 0.5;
  #y = 0.5;
  #down = false;
  /** @type {Set<string>} */ #held = new Set();
  #sheet;
  #does;

  /**
   * @param {HTMLElement} canvas gets the keys
   * @param {HTMLElement} sheet shows the pen, once keys are used
   * @param {{size: () => {width: number, height: number}, begin: () => void,
   *   point: (x: number, y: number) => void, end: () => void, moved: () => void,
   *   undo: () => void, clear: () => void, rub: () => void}} does
   */
  constructor(canvas, sheet, does) {
    this.#sheet = sheet;
    this.#does = does;
    this.cursor = el("div", { class: "cursor", "aria-hidden": "true" });
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("keyup", (event) => this.#held.delete(event.key));
    canvas.addEventListener("blur", () => {
      this.show(false);
      this.#held.clear();
      this.lift();
    });
  }

  /** Show where the pen is and which keys move it, or hide both. @param {boolean} on */
  show(on) {
    this.#sheet.classList.toggle("keyed", on);
  }

  lift() {
    if (this.#down) this.#does.end();
    this.#down = false;
    this.cursor.classList.remove("down");
  }

  /** @param {{left: number, top: number, width: number, height: number}} place of the drawing */
  move({ left, top, width, height }) {
    this.cursor.style.left = `${100 * (left + this.#x * width)}%`;
    this.cursor.style.top = `${100 * (top + this.#y * height)}%`;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key in ARROWS) this.#step(key, event.shiftKey);
    else if (key === " " || key === "Enter") {
      if (!event.repeat) this.#press();
    } else if (key === "Backspace") this.#does.undo();
    else if (key === "Delete") this.#does.clear();
    else if (key === "e" || key === "E") this.#does.rub();
    else return;
    event.preventDefault();
    this.show(true);
  }

  /** @param {string} key @param {boolean} fast */
  #step(key, fast) {
    const { width, height } = this.#does.size();
    const step = (fast ? FAST : 1) * STEP * Math.min(width, height);
    /** @param {number} value */
    const within = (value) => Math.min(1 - EDGE, Math.max(EDGE, value));
    this.#held.add(key); // two arrows together move diagonally
    for (const each of this.#held) {
      const [across, down] = ARROWS[each];
      this.#x = within(this.#x + (across * step) / width);
      this.#y = within(this.#y + (down * step) / height);
    }
    this.#draw();
  }

  #press() {
    if (this.#down) {
      this.lift();
      return;
    }
    this.#down = true;
    this.cursor.classList.add("down");
    this.#does.begin();
    this.#draw();
  }

  #draw() {
    const { width, height } = this.#does.size();
    if (this.#down) this.#does.point(this.#x * width, this.#y * height);
    this.#does.moved();
  }
}
