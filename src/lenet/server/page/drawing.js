/** The drawing pad: mouse, finger, pen with pressure, or keys. */
import { button, contextOf, el, icon, still } from "./elements.js";
import { KeyPen } from "./keypen.js";
import { PointerPen } from "./pointerpen.js";
import { Strokes, sample } from "./strokes.js";
import { t } from "./strings.js";

const WIDTHS = [0.016, 0.026, 0.04, 0.06, 0.085]; // of the pen, as shares of the pad's shorter side
const USUAL = 3;

export class Pad {
  strokes = new Strokes();
  /** The pad's size when the drawing began: the units of its strokes. */
  #size = { width: 1, height: 1 };
  /** From those units to the pad's present size. */
  #fit = { scale: 1, left: 0, top: 0 };
  /** @type {import("./strokes.js").Stroke | null} */ #stroke = null;
  #frame = 0;
  #writing = 0;
  #changed;

  /** @param {() => void} changed called whenever the drawing is another one */
  constructor(changed) {
    this.#changed = changed;
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

  /** The drawing as a picture. @returns {Promise<Blob>} */
  picture() {
    return this.strokes.picture(this.#size);
  }

  /** The drawing as the page reads it without a service. */
  drawing() {
    return this.strokes.drawing(this.#size);
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

  undo() {
    this.#stop();
    this.strokes.undo();
    this.#update();
    this.#changed();
  }

  clear() {
    this.#stop();
    this.strokes.clear();
    this.#resize();
    this.#update();
    this.#changed();
  }

  /** Write a sample digit on an empty sheet, at the speed of a hand. @param {number} digit */
  write(digit) {
    this.#stop();
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
    const all = lines.flatMap((line) => {
      const stroke = this.strokes.begin(this.#penWidth, { alone: false });
      return line.map((point) => ({ stroke, point: { ...point, p: 1 } }));
    });
    const speed = still() ? all.length : Math.ceil(all.length / 26);
    const more = () => {
      for (const { stroke, point } of all.splice(0, speed)) stroke.points.push(point);
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
    this.hint.hidden = !this.empty;
    this.undoButton.disabled = !this.strokes.canUndo;
    this.clearButton.disabled = this.empty;
    this.repaint();
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
    this.sheet.dispatchEvent(new Event("fit"));
  }

  #pointerPen() {
    this.canvas.addEventListener("focus", () => this.keys.show(!this.pointer.down));
    return new PointerPen(this.canvas, {
      fit: () => this.#fit,
      begin: () => {
        this.#stop();
        this.keys.show(false);
        this.#stroke = this.strokes.begin(this.#penWidth);
      },
      points: (points) => {
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
        this.#changed();
      },
      takeBack: () => this.strokes.undo(),
    });
  }

  #keyPen() {
    return new KeyPen(this.canvas, this.sheet, {
      size: () => this.#size,
      begin: () => {
        this.#stroke = this.strokes.begin(this.#penWidth);
      },
      point: (x, y) => {
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
    });
  }
}
