/** A pen that is moved by mouse, finger or stylus. */

/** @typedef {{x: number, y: number, p: number}} Point `p`: the pressure, 1 is the usual one */

const ERASER = 5; // the button of a stylus turned round

export class PointerPen {
  /** The pointer that draws. @type {{id: number, type: string} | null} */
  #pointer = null;
  #pressure = 1;
  #canvas;
  #does;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{fit: () => {scale: number, left: number, top: number}, begin: (rubs: boolean) => void,
   *   points: (points: Point[]) => void, end: () => void, takeBack: () => void}} does
   *   `fit`: from the units of points to the canvas; `rubs`: it is the eraser's end of a stylus
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
      this.#does.takeBack();
    }
    this.#does.begin(rubs);
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
    this.#does.end();
  }

  /** @param {PointerEvent[]} events */
  #draw(events) {
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
