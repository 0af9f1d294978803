/** A pen that is moved by mouse, finger or stylus. */

/** @typedef {{x: number, y: number, p: number}} Point `p`: the pressure, 1 is the usual one */

const ERASER = 5; // the button of a stylus turned round
const TAP = 6; // pixels that a finger may move and still only tap

export class PointerPen {
  /** The pointer that draws. @type {{id: number, type: string} | null} */
  #pointer = null;
  #pressure = 1;
  /** What a tap would choose, while the pointer has not moved. @type {number | null} */
  #tapped = null;
  /** The events of such a pointer. @type {PointerEvent[]} */
  #held = [];
  #canvas;
  #does;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{fit: () => {scale: number, left: number, top: number}, begin: (rubs: boolean) => void,
   *   points: (points: Point[]) => void, end: () => void, takeBack: () => void,
   *   tagAt: (event: PointerEvent) => number | null, tap: (index: number) => void}} does
   *   `tagAt`: what is chosen by a tap there, null where a tap leaves a dot; `fit`: from the units of points to the canvas; `rubs`: it is the eraser's end of a stylus
   */
  constructor(canvas, does) {
    this.#canvas = canvas;
    this.#does = does;
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", (event) => this.#up(event));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** Whether the pen is down. */
  get down() {
    return this.#pointer !== null;
  }

  lift() {
    this.#pointer = null;
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const rubs = event.button === ERASER;
    if (!event.isPrimary || (event.button !== 0 && !rubs)) return;
    event.preventDefault(); // no selection, no mouse events after touch events
    if (this.#pointer) {
      // The palm touched before the pen did: undo its stroke.
      if (event.pointerType !== "pen" || this.#pointer.type !== "touch") return;
      if (this.#tapped === null) this.#does.takeBack();
    }
    this.#tapped = rubs ? null : this.#does.tagAt(event);
    this.#held = [];
    if (this.#tapped === null) this.#does.begin(rubs);
    this.#pointer = { id: event.pointerId, type: event.pointerType };
    this.#pressure = pressureOf(event);
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#draw([event]);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.#pointer?.id) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.#draw(events.length ? events : [event]);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.#pointer?.id) return;
    this.lift();
    if (this.#tapped === null) this.#does.end();
    else if (event.type === "pointerup") this.#does.tap(this.#tapped);
  }

  /** @param {PointerEvent[]} events */
  #draw(events) {
    if (this.#tapped !== null) {
      this.#held.push(...events);
      const [from, to] = [this.#held[0], this.#held[this.#held.length - 1]];
      if (Math.hypot(to.clientX - from.clientX, to.clientY - from.clientY) < TAP) return;
      this.#tapped = null; // it is a stroke
      this.#does.begin(false);
      events = this.#held;
    }
    const frame = this.#canvas.getBoundingClientRect();
    const { scale, left, top } = this.#does.fit();
    const points = events.map((event) => {
      this.#pressure = 0.7 * this.#pressure + 0.3 * pressureOf(event); // smoothed, because sensors are noisy
      return {
        x: (event.clientX - frame.left - left) / scale,
        y: (event.clientY - frame.top - top) / scale,
        p: this.#pressure,
      };
    });
    this.#does.points(points);
  }
}

/** Only a pen knows its pressure; half is the usual one. @param {PointerEvent} event */
function pressureOf({ pointerType, pressure }) {
  return pointerType === "pen" ? 0.4 + 1.2 * pressure : 1;
}
