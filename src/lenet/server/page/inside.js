/** Looking inside: the sheet to draw on, the lens, and the layers of one model or of two. */
import { Newest } from "./api.js";
import { button, byId, el } from "./elements.js";
import { INSIDE_TEXTS } from "./insidetexts.js";
import { csvOf, jsonOf, pngOf, svgOf } from "./layerfiles.js";
import { Stream } from "./layers.js";
import { Lens, legend } from "./lens.js";
import { readColours } from "./maps.js";
import { about, asked, facts, state } from "./models.js";
import { Share } from "./share.js";
import { addTexts, t } from "./strings.js";
import { frameOf } from "./why.js";

addTexts(INSIDE_TEXTS);

const LENS_SEEN = 100; // pixels of the lens that have to be seen

/**
 * @typedef {{image: import("./api.js").Bytes, from: string, words: string,
 *   place?: import("./why.js").Place}} Subject what is looked into; `place`: on the sheet
 * @typedef {import("./sums.js").Look} Look
 */

export class InsideRoom {
  /** @type {Subject | null} */ subject = null;
  /** @type {Stream[]} */ #streams = [];
  /** What the layers show. @type {import("./api.js").Bytes | null} */ #shown = null;
  /** What they show, or are about to. @type {import("./api.js").Bytes | null} */ #asked = null;
  #open = false;
  #passing = false;
  #cover;

  /**
   * @param {HTMLElement} side @param {HTMLElement} main
   * @param {{answered: () => void, failed: (error: import("./transport.js").ApiError) => void,
   *   link: () => string, back: () => void, cover: import("./pad.js").Pad["cover"]}} does `link`:
   *   the address of what is shown; `back`: look into what is on the sheet; `cover`: lay something
   *   over the drawing
   */
  constructor(side, main, { answered, failed, link, back, cover }) {
    this.#cover = cover;
    this.side = side;
    this.main = main;
    this.lens = new Lens(() => {
      this.#look(null, false);
      // The button that was pressed is hidden, and so is the lens where it lies over the layers.
      const rest = this.lens.element.checkVisibility() ? this.lens.element : this.hint;
      rest.focus({ preventScroll: true });
    });
    this.hint = el("p", { class: "soft lens-hint", tabindex: -1 }, t("lens.hint.touch"));
    this.scales = el("div", { class: "scales" });
    const forms = /** @type {import("./share.js").Form[]} */ ([
      { form: "PNG", type: "image/png", content: () => this.#file(pngOf) },
      { form: "SVG", type: "image/svg+xml", content: () => this.#file(svgOf) },
      { form: "JSON", type: "application/json", content: () => this.#file(jsonOf) },
      { form: "CSV", type: "text/csv", content: () => this.#file(csvOf) },
    ]);
    this.share = new Share({ link, name: "lenet-layers", forms });
    this.whose = el("p", { class: "whose" });
    this.back = button(t("inside.back"), back, { hidden: true });
    this.play = button(t("inside.play"), () => this.#pass(), { class: "main play" });
    this.padPlace = el("div", { class: "pad-place" });
    // Drawing ends the slow motion: all layers follow the pen.
    for (const hand of ["pointerdown", "keydown"])
      this.padPlace.addEventListener(hand, () => {
        this.padPlace.classList.remove("other");
        this.#streams.forEach((stream) => stream.rest());
      });
    side.append(
      this.padPlace,
      el("div", { class: "row" }, this.play, this.whose, this.back),
      this.lens.element,
      this.hint,
      this.scales,
      this.share.element,
    );
    addEventListener("beforeprint", () => this.#streams.forEach((stream) => stream.draw()));
    addEventListener("keydown", ({ key }) => {
      if (key === "Escape") for (const stream of this.#streams) stream.rest();
    });
    this.passing = new Newest(
      (image) => Promise.all(this.#streams.map((stream) => stream.ask(image))),
      (found, image) => {
        answered();
        this.#shown = this.#asked = image;
        found.forEach((each, index) => this.#streams[index]?.show(each, image));
      },
      (error) => {
        this.#asked = this.#shown;
        failed(error);
      },
    );
  }

  /** The room is entered, with the sheet to draw on. @param {HTMLElement} pad */
  enter(pad) {
    this.#open = true;
    this.padPlace.append(pad);
    this.build();
    this.set(this.subject);
  }

  leave() {
    this.#open = false;
    this.#look(null, false);
  }

  /** Show the layers of the chosen models. */
  build() {
    if (!this.#open || this.#streams.map(({ model }) => model).join() === asked().join()) return;
    this.lens.rest();
    for (const stream of this.#streams) stream.rest();
    this.passing.cancel(); // its answer is that of the models before
    this.#say();
    const does = {
      /** @param {Look | null} found @param {boolean} fresh */
      look: (found, fresh) => this.#look(found, fresh),
      free: () => this.#free(),
      /** @param {HTMLCanvasElement | null} heat @param {import("./api.js").Bytes} image */
      cover: (heat, image) => {
        const place = this.subject && same(image, this.subject.image) && this.subject.place;
        if (heat && place) this.#cover(heat, frameOf(image, place));
        else this.#cover(null);
      },
    };
    /** @param {string} model */
    const seen = (model) => facts(model).has.includes("network");
    this.#streams = asked()
      .filter(seen)
      .map((model) => new Stream(model, does));
    const blind = asked().filter((model) => !seen(model));
    this.main.replaceChildren(
      ...this.#streams.map(({ element }) => element),
      ...blind.map((model) => el("p", { class: "soft" }, t("inside.no-layers", { model }))),
    );
    this.main.classList.toggle("two", this.#streams.length > 1);
    for (const stream of this.#streams) stream.fit(); // before it is painted, or it would jump
    this.#shown = this.#asked = null;
    this.set(this.subject);
  }

  /** Look into something else, or into nothing. @param {Subject | null} subject */
  set(subject) {
    this.subject = subject;
    this.lens.setImage(subject?.image ?? null);
    this.whose.textContent = subject?.words ?? about(state.model, "inside.empty");
    this.whose.classList.toggle("lacks", !subject);
    this.play.disabled = !subject;
    const other = subject !== null && subject.from !== "draw"; // than what is on the sheet
    this.padPlace.classList.toggle("other", other);
    this.back.hidden = !other;
    this.main.classList.toggle("waiting", !subject);
    // Who is among the layers is not left nowhere when these can no longer be used.
    if (!subject && this.main.contains(document.activeElement))
      byId("inside-title").focus({ preventScroll: true });
    this.main.inert = !subject;
    if (!subject || !this.#open) {
      this.passing.cancel();
      this.#asked = this.#shown;
    } else if (!same(subject.image, this.#asked)) {
      // While someone draws, several answers in a row may be about the same image.
      this.#asked = subject.image;
      this.passing.ask(subject.image);
    }
  }

  /** The colours have changed. */
  recolour() {
    readColours();
    for (const stream of this.#streams) stream.recolour();
    this.scales.replaceChildren(legend());
  }

  /**
   * What a file of the layers holds; null where none are shown.
   * @template T
   * @param {(streams: Stream[], image: import("./api.js").Bytes) => T} make
   */
  #file(make) {
    const streams = this.#streams.filter(({ found }) => found);
    if (!this.#shown || !streams.length) return null;
    for (const stream of streams) {
      stream.rest();
      stream.draw();
    }
    return make(streams, this.#shown);
  }

  /** Begin the slow motion, or end it. */
  async #pass() {
    if (this.#passing) {
      for (const stream of this.#streams) stream.rest();
      return;
    }
    this.#passing = true;
    this.#say();
    await Promise.all(this.#streams.map((stream, index) => stream.pass(index === 0)));
    this.#passing = false;
    this.#say();
  }

  /** Say what the button does. */
  #say() {
    this.play.textContent = this.#passing ? t("inside.stop") : about(state.model, "inside.play");
    this.play.classList.toggle("stops", this.#passing);
  }

  /**
   * Show a cell through the lens, or none.
   * @param {Look | null} found @param {boolean} fresh whether somebody chose it
   * @returns {string} in words
   */
  #look(found, fresh) {
    for (const stream of this.#streams) if (stream.model !== found?.model) stream.leave();
    if (!found) {
      this.lens.rest();
      this.side.scrollTop = 0; // the sheet is there again
      return "";
    }
    const words = this.lens.show(found);
    if (fresh) this.#bringLens();
    return words;
  }

  /** What the lens leaves free of the window where it lies over the layers; null elsewhere. */
  #free() {
    if (getComputedStyle(this.lens.element).position !== "fixed") return null;
    const header = document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0;
    return { top: Math.max(0, header), bottom: this.lens.element.getBoundingClientRect().top };
  }

  /** In a low window the lens is below the fold of its column. */
  #bringLens() {
    const column = this.side.getBoundingClientRect();
    const { top } = this.lens.element.getBoundingClientRect();
    if (column.height && top > column.bottom - LENS_SEEN) this.side.scrollTop += top - column.top;
  }
}

/** @param {Uint8Array} one @param {Uint8Array | null} other */
const same = (one, other) => other !== null && one.every((value, at) => value === other[at]);
