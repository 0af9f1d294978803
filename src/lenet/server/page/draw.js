/** The room to draw in: the pad, and what is read from it. */
import { Newest } from "./api.js";
import { drawBoxes, seenIn } from "./boxes.js";
import { byId } from "./elements.js";
import { Pad } from "./pad.js";
import { Answer } from "./reading.js";
import { SERVED } from "./transport.js";

/**
 * @typedef {import("./inside.js").Subject} Subject
 * @typedef {import("./api.js").Reading} Reading
 */

export class DrawRoom {
  /** Whether the person has chosen a digit since the pen last moved. */ #picked = false;
  #does;
  /** @type {Newest<Subject | null, Reading[]>} */ #reading;

  /**
   * @param {{changed: () => void, link: () => string, inside: (why?: boolean) => void,
   *   read: (picture: Blob | import("./strokes.js").Drawing, signal: AbortSignal) =>
   *     Promise<Reading[]>,
   *   answered: () => void, failed: (error: import("./transport.js").ApiError) => void,
   *   empty: () => void, chosen: (seen: Subject | null) => void}} does
   *   `changed`: the strokes have changed, and are to be read; `inside`: look inside, `why` to see
   *   why a shape is refused; `empty`: there is nothing to read; `chosen`: what is chosen may be
   *   another place, with the `seen` that was given to `read`, or null after a person chose
   */
  constructor(does) {
    this.#does = does;
    this.pad = new Pad(
      () => {
        this.#picked = false;
        does.changed();
      },
      (index) => this.answer.choose(index),
    );
    const { pad } = this;
    this.enter();
    this.answer = new Answer(byId("draw-answer"), {
      empty: "empty.draw",
      link: does.link,
      files: "drawing",
      pictures: [
        { form: "PNG", type: "image/png", content: () => (pad.empty ? null : pad.picture()) },
        { form: "SVG", type: "image/svg+xml", content: () => (pad.empty ? null : pad.svg()) },
      ],
      onchoose: () => {
        this.#picked = true;
        this.#showBoxes();
        does.chosen(null);
      },
      oninside: () => does.inside(),
      onwhy: () => does.inside(true),
    });
    this.#reading = new Newest(
      async (_, signal) =>
        does.read(SERVED ? await pad.picture({ brief: true }) : pad.drawing(), signal),
      ([reading, other], seen) => this.#answered(reading, other, seen),
      (error) => {
        does.failed(error);
        this.answer.fail();
        this.#showBoxes();
      },
    );
    pad.sheet.addEventListener("fit", () => this.#showBoxes());
  }

  /** Whether the answer about the strokes is still to come. */
  get asking() {
    return this.#reading.asking;
  }

  /** Put the pad, which Look inside borrows, into this room. */
  enter() {
    byId("draw-side").append(this.pad.element);
  }

  /**
   * Read what is on the sheet.
   * @param {Subject | null} [seen] what is looked into, and gives way to the answer; null: nothing
   */
  read(seen = null) {
    this.answer.share.rest();
    if (!this.pad.empty) {
      this.#reading.ask(seen);
      return;
    }
    this.#reading.cancel();
    this.answer.show(null);
    this.#showBoxes();
    this.#does.empty();
  }

  /** @param {Reading} reading @param {Reading | undefined} other @param {Subject | null} seen */
  #answered(reading, other, seen) {
    this.#does.answered();
    if (this.pad.empty) return; // cleared before the answer came
    this.answer.show(reading, { other, chosen: this.#newestOf(reading, other) });
    this.#showBoxes();
    this.#does.chosen(seen);
  }

  /**
   * The index of what was picked, or of the digit written last: the nearest to the pen.
   * @param {Reading} reading @param {Reading} [other]
   */
  #newestOf(reading, other) {
    const pen = this.pad.tip;
    if (!pen || this.#picked) return this.answer.chosen;
    const [x, y] = [pen.x * reading.width, pen.y * reading.height];
    /** @param {import("./boxes.js").Seen} found */
    const far = (found) => {
      if ("reason" in found) return Infinity;
      const [left, top, w, h] = found.box;
      return Math.hypot(Math.max(left - x, 0, x - left - w), Math.max(top - y, 0, y - top - h));
    };
    const distances = seenIn(reading, other).map(far);
    return distances.indexOf(Math.min(...distances));
  }

  #showBoxes() {
    const { chosen, other, reading } = this.answer;
    drawBoxes(this.pad.boxes, reading, { chosen, place: this.pad.place, other });
  }
}
