/** The drawing pad: mouse, finger, pen with pressure, or keys. */
import { button, contextOf, el, icon, still } from "./elements.js";
import { KeyPen } from "./keypen.js";
import { asLinked } from "./packing.js";
import { PointerPen } from "./pointerpen.js";
import { Strokes, sample } from "./strokes.js";
import { t } from "./strings.js";

const WIDTHS = [0.016, 0.026, 0.04, 0.06, 0.085]; // of the pen, as shares of the pad's shorter side
const USUAL = 3;
const RUBBER = 1.5; // times as wide as the pen
const AROUND = 6; // pixels around a label that a finger may miss it by

/** @typedef {{left: number, top: number, width: number, height: number}} Frame in shares */

export class Pad {
  strokes = new Strokes();
  /** The pad's size when the drawing began: the units of its strokes. */
  #size = { width: 1, height: 1 };
  /** From those units to the pad's present size. */
  #fit = { scale: 1, left: 0, top: 0 };
  /** @type {import("./strokes.js").Stroke | null} */ #stroke = null;
  /**
   * Whether the eraser is on the sheet, has rubbed out something, and where it was last.
   * @type {{on: boolean, done: boolean, from: import("./strokes.js").Point[]}}
   */
  #rubbing = { on: false, done: false, from: [] };
  /** What lies over the drawing, and where. @type {{canvas: HTMLCanvasElement, frame: Frame} | null} */
  #cover = null;
  #frame = 0;
  #writing = 0;
  #changed;
  #choose;

  /**
   * @param {() => void} changed called whenever the drawing is another one
   * @param {(index: number) => void} choose called when the label of a box is tapped
   */
  constructor(changed, choose) {
    this.#changed = changed;
    this.#choose = choose;
    this.canvas = el("canvas", {
      class: "ink",
      tabindex: 0,
      role: "application",
      "aria-roledescription": t("pad.role"),
      "aria-label": t("pad.label"),
      "aria-describedby": "pad-keys",
    });
    this.boxes = el("div", { class: "boxes", "aria-hidden": "true" });
    this.hint = el("p", { class: "hint", "aria-hidden": "true" }, t("pad.hint"));
    this.sheet = el("div", { class: "sheet" }, this.hint, this.canvas, this.boxes);
    this.keys = this.#keyPen();
    this.pointer = this.#pointerPen();
    this.sheet.append(this.keys.cursor, el("p", { id: "pad-keys", class: "keys" }, t("pad.keys")));
    this.undoButton = button(t("pad.undo"), () => this.undo(), { class: "tool" });
    this.undoButton.prepend(icon("M9 14L4 9l5-5 M4 9h9.5a5.5 5.5 0 0 1 0 11H9"));
    this.redoButton = button(t("pad.redo"), () => this.redo(), { class: "tool" });
    this.redoButton.prepend(icon("M15 14l5-5-5-5 M20 9h-9.5a5.5 5.5 0 0 0 0 11H15"));
    this.eraser = button(t("pad.erase"), () => this.#takeEraser(), {
      class: "tool",
      "aria-pressed": "false",
    });
    this.eraser.prepend(
      icon("M8.5 19.5L3.5 14.5a1.4 1.4 0 0 1 0-2l8.5-8.5 8 8-7.5 7.5z M8 8l8 8 M8.5 19.5H20"),
    );
    this.clearButton = button(t("pad.clear"), () => this.clear(), { class: "tool" });
    this.clearButton.prepend(icon("M5 7h14 M10 4h4 M7 7l1 13h8l1-13"));
    this.width = el("input", {
      type: "range",
      min: 1,
      max: WIDTHS.length,
      value: USUAL,
      oninput: () => this.#sayWidth(),
    });
    const samples = Array.from({ length: 10 }, (_, digit) =>
      button(digit, () => this.write(digit), { "aria-label": t("pad.sample", { digit }) }),
    );
    this.element = el(
      "div",
      { class: "pad" },
      this.sheet,
      el(
        "div",
        { class: "tools" },
        this.undoButton,
        this.redoButton,
        this.eraser,
        this.clearButton,
        el("label", { class: "width" }, el("span", {}, t("pad.width")), this.width),
      ),
      el(
        "div",
        { class: "samples", role: "group", "aria-label": t("pad.samples") },
        el("span", { "aria-hidden": "true" }, t("pad.samples")),
        ...samples,
      ),
    );
    this.#sayWidth();
    new ResizeObserver(() => this.#resize()).observe(this.sheet);
    this.#update();
  }

  get empty() {
    return this.strokes.empty;
  }

  /**
   * The drawing as a picture.
   * @param {{brief?: boolean}} [options] as in `Strokes.picture`
   */
  picture(options) {
    const { strokes, ...size } = asLinked(this.packed);
    return new Strokes(strokes).picture(size, options);
  }

  /** The drawing as SVG. */
  svg() {
    return this.strokes.svg(this.#size);
  }

  /** @returns {import("./packing.js").Drawing} */
  get packed() {
    return { ...this.#size, strokes: this.strokes.list };
  }

  /** Show another drawing. @param {import("./packing.js").Drawing} drawing */
  show({ width, height, strokes }) {
    this.#stop();
    this.strokes.put(strokes);
    this.#size = { width, height };
    this.#resize();
    this.#update();
    this.#changed();
  }

  /** The drawing as the page reads it without a service. */
  drawing() {
    const { strokes, ...size } = asLinked(this.packed);
    return new Strokes(strokes).drawing(size);
  }

  /** The end of the last stroke, as shares of the drawing; null if there is none. */
  get tip() {
    const point = this.strokes.list.at(-1)?.points.at(-1);
    return point ? { x: point.x / this.#size.width, y: point.y / this.#size.height } : null;
  }

  /** The drawing's place on the pad, as shares of the pad. */
  get place() {
    const { clientWidth: width, clientHeight: height } = this.sheet;
    const { scale, left, top } = this.#fit;
    return {
      left: left / width,
      top: top / height,
      width: (scale * this.#size.width) / width,
      height: (scale * this.#size.height) / height,
    };
  }

  /**
   * Lay something over the drawing until that changes, or take it away.
   * @param {HTMLCanvasElement | null} canvas @param {Frame} [frame] its place, in shares of the drawing
   */
  cover(canvas, frame) {
    this.#cover?.canvas.remove();
    this.#cover = canvas && frame ? { canvas, frame } : null;
    if (!this.#cover) return;
    this.boxes.before(this.#cover.canvas);
    this.#placeCover();
  }

  #placeCover() {
    if (!this.#cover) return;
    const { place } = this;
    const { canvas, frame } = this.#cover;
    canvas.style.left = `${100 * (place.left + frame.left * place.width)}%`;
    canvas.style.top = `${100 * (place.top + frame.top * place.height)}%`;
    canvas.style.width = `${100 * frame.width * place.width}%`;
    canvas.style.height = `${100 * frame.height * place.height}%`;
  }

  undo() {
    this.#stop();
    this.strokes.undo();
    this.#update();
    this.#changed();
  }

  redo() {
    this.#stop();
    this.strokes.redo();
    this.#update();
    this.#changed();
  }

  clear() {
    this.#stop();
    if (this.#erases) this.#takeEraser();
    this.strokes.clear();
    this.#resize();
    this.#update();
    this.#changed();
  }

  /** Write a sample digit on an empty sheet, at the speed of a hand. @param {number} digit */
  write(digit) {
    this.#stop();
    if (this.#erases) this.#takeEraser();
    this.strokes.afresh();
    this.#resize();
    const { width, height } = this.#size;
    const margin = 0.16 * Math.min(width, height);
    const lines = sample(digit, {
      left: margin,
      top: margin,
      width: width - 2 * margin,
      height: height - 2 * margin,
    });
    const all = lines.flatMap((line) => line.map((point, index) => ({ point, first: !index })));
    const speed = still() ? all.length : Math.ceil(all.length / 26);
    /** @type {import("./strokes.js").Stroke | null} */
    let stroke = null;
    const more = () => {
      for (const { point, first } of all.splice(0, speed)) {
        // Only now: it is read while it is written, and a stroke without points is none.
        if (first) stroke = this.strokes.begin(this.#penWidth, { alone: false });
        stroke?.points.push({ ...point, p: 1 });
      }
      this.#update();
      this.#changed();
      this.#writing = all.length ? requestAnimationFrame(more) : 0;
    };
    more();
  }

  /** Paint again, for example in new colours. */
  repaint() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const context = contextOf(this.canvas);
      const ratio = this.canvas.width / Math.max(1, this.sheet.clientWidth);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      const { scale, left, top } = this.#fit;
      context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * left, ratio * top);
      context.fillStyle = context.strokeStyle = getComputedStyle(this.sheet).color;
      this.strokes.paint(context);
    });
  }

  get #penWidth() {
    return WIDTHS[this.width.valueAsNumber - 1] * Math.min(this.#size.width, this.#size.height);
  }

  get #erases() {
    return this.eraser.getAttribute("aria-pressed") === "true";
  }

  /** Take the eraser instead of the pen, or the pen again. */
  #takeEraser() {
    this.#stop();
    this.eraser.setAttribute("aria-pressed", String(!this.#erases));
    this.sheet.classList.toggle("erasing", this.#erases);
  }

  /** The pen or the eraser touches the sheet. @param {boolean} rubs */
  #begin(rubs) {
    this.#rubbing = { on: rubs, done: false, from: [] };
    this.#stroke = rubs ? null : this.strokes.begin(this.#penWidth);
  }

  /** @param {import("./strokes.js").Point[]} points */
  #rub(points) {
    const radius = (RUBBER * this.#penWidth) / 2;
    const path = [...this.#rubbing.from, ...points];
    this.#rubbing.from = points.slice(-1);
    if (this.strokes.erase(path, radius, !this.#rubbing.done)) this.#rubbing.done = true;
  }

  #sayWidth() {
    this.width.setAttribute("aria-valuetext", t(`pad.width.${this.width.value}`));
  }

  #stop() {
    cancelAnimationFrame(this.#writing);
    this.#writing = 0;
    this.#stroke = null;
    this.pointer.lift();
    this.keys.lift();
  }

  #update() {
    this.cover(null);
    this.hint.hidden = !this.empty;
    this.#enable(this.undoButton, this.strokes.canUndo);
    this.#enable(this.redoButton, this.strokes.canRedo);
    this.#enable(this.clearButton, !this.empty);
    this.repaint();
  }

  /** Enable a button or not; one that has the focus gives it to the sheet first. @param {HTMLButtonElement} tool @param {boolean} can */
  #enable(tool, can) {
    if (!can && tool === document.activeElement) this.canvas.focus({ preventScroll: true });
    tool.disabled = !can;
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.sheet;
    if (!width || !height) return;
    // A new drawing takes the pad's size; one that was begun is scaled to fit.
    if (this.empty && !this.#stroke) this.#size = { width, height };
    const scale = Math.min(width / this.#size.width, height / this.#size.height);
    this.#fit = {
      scale,
      left: (width - scale * this.#size.width) / 2,
      top: (height - scale * this.#size.height) / 2,
    };
    const ratio = Math.min(devicePixelRatio || 1, 3);
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.repaint();
    this.keys.move(this.place);
    this.#placeCover();
    this.sheet.dispatchEvent(new Event("fit"));
  }

  #pointerPen() {
    this.canvas.addEventListener("focus", () =>
      this.keys.show(!this.pointer.down && this.canvas.matches(":focus-visible")),
    );
    return new PointerPen(this.canvas, {
      fit: () => this.#fit,
      begin: (rubs) => {
        this.#stop();
        this.keys.show(false);
        this.#begin(rubs || this.#erases);
      },
      points: (points) => {
        if (this.#rubbing.on) this.#rub(points);
        for (const point of points) {
          const before = this.#stroke?.points.at(-1);
          if (!before || Math.hypot(point.x - before.x, point.y - before.y) >= 1)
            this.#stroke?.points.push(point);
        }
        this.#update();
        this.#changed();
      },
      end: () => {
        this.#stroke = null;
      },
      tagAt: (event) => (this.#erases ? null : this.#tagAt(event)),
      tap: (index) => this.#choose(index),
      takeBack: () => {
        if (!this.#rubbing.on || this.#rubbing.done) this.strokes.drop();
      },
    });
  }

  /** Which of several boxes has its label under a pointer; null if none. @param {PointerEvent} event */
  #tagAt({ clientX: x, clientY: y }) {
    const boxes = /** @type {HTMLElement[]} */ ([...this.boxes.querySelectorAll("[data-index]")]);
    if (new Set(boxes.map((box) => box.dataset.index)).size < 2) return null;
    const hit = boxes.find((box) => {
      const tag = box.firstElementChild?.getBoundingClientRect();
      if (!tag?.width) return false;
      const near = x > tag.left - AROUND && x < tag.right + AROUND;
      return near && y > tag.top - AROUND && y < tag.bottom + AROUND;
    });
    return hit ? Number(hit.dataset.index) : null;
  }

  #keyPen() {
    return new KeyPen(this.canvas, this.sheet, {
      size: () => this.#size,
      begin: () => this.#begin(this.#erases),
      point: (x, y) => {
        if (this.#rubbing.on) this.#rub([{ x, y, p: 1 }]);
        this.#stroke?.points.push({ x, y, p: 1 });
        this.#update();
        this.#changed();
      },
      end: () => {
        if (!this.pointer.down) this.#stroke = null;
      },
      moved: () => this.keys.move(this.place),
      undo: () => this.undo(),
      clear: () => this.clear(),
      rub: () => this.#takeEraser(),
    });
  }
}
