/** Looking inside: the sheet to draw on, the lens, and the layers of one model or of two. */
import { Newest } from "./api.js";
import { button, el } from "./elements.js";
import { Lens, legend } from "./lens.js";
import { asked, facts } from "./models.js";
import { Share } from "./share.js";
import { t } from "./strings.js";

const LENS_SEEN = 100; // pixels of the lens that have to be seen

/**
 * @typedef {{image: import("./api.js").Bytes, from: string, words: string}} Subject what is looked into
 * @typedef {import("./sums.js").Look} Look
 * @typedef {import("./layers.js").Stream} Stream
 */

export class InsideRoom {
  /** @type {Subject | null} */ subject = null;
  /** @type {Stream[]} */ #streams = [];
  /** What the layers show. @type {import("./api.js").Bytes | null} */ #shown = null;
  /** What they show, or are about to. @type {import("./api.js").Bytes | null} */ #asked = null;
  #open = false;
  #arrived;

  /**
   * @param {HTMLElement} side @param {HTMLElement} main
   * @param {{answered: () => void, failed: (error: import("./transport.js").ApiError) => void,
   *   arrived: <T>(part: Promise<T>) => Promise<T | null>, link: () => string}} does `arrived`: a part
   *   of the page, once it is there; `link`: the address of what is shown
   */
  constructor(side, main, { answered, failed, arrived, link }) {
    this.side = side;
    this.main = main;
    this.#arrived = arrived;
    this.lens = new Lens(() => {
      this.#look(null, false);
      this.lens.element.focus({ preventScroll: true }); // the button that was pressed is hidden
    });
    this.scales = el("div", { class: "scales" });
    const forms = /** @type {import("./share.js").Form[]} */ ([
      { form: "PNG", type: "image/png", content: () => this.#file("pngOf") },
      { form: "SVG", type: "image/svg+xml", content: () => this.#file("svgOf") },
      { form: "JSON", type: "application/json", content: () => this.#file("jsonOf") },
      { form: "CSV", type: "text/csv", content: () => this.#file("csvOf") },
    ]);
    this.share = new Share({ link, name: "lenet-layers", forms });
    this.whose = el("p", { class: "whose" });
    this.play = button(t("inside.play"), () => this.#pass(), { class: "main" });
    this.padPlace = el("div", { class: "pad-place" });
    // Drawing ends the slow motion: all layers follow the pen.
    for (const hand of ["pointerdown", "keydown"])
      this.padPlace.addEventListener(hand, () => this.#streams.forEach((stream) => stream.rest()));
    side.append(
      this.padPlace,
      el("div", { class: "row" }, this.play, this.whose),
      this.lens.element,
      this.scales,
      this.share.element,
    );
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
    void this.build();
    this.set(this.subject);
  }

  leave() {
    this.#open = false;
    this.#look(null, false);
  }

  /** Show the layers of the chosen models. */
  async build() {
    const wanted = asked().join();
    const shown = () => this.#streams.map(({ model }) => model).join();
    if (!this.#open || shown() === wanted) return;
    const loaded = await this.#arrived(import("./layers.js"));
    if (!loaded || !this.#open || asked().join() !== wanted || shown() === wanted) return;
    const { Stream } = loaded;
    this.lens.rest();
    /** @param {Look | null} found @param {boolean} fresh */
    const look = (found, fresh) => this.#look(found, fresh);
    /** @param {string} model */
    const seen = (model) => facts(model).has.includes("network");
    this.#streams = asked()
      .filter(seen)
      .map((model) => new Stream(model, { look }));
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
    this.whose.textContent = subject?.words ?? "";
    this.play.disabled = !subject;
    this.main.classList.toggle("waiting", !subject);
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
    for (const stream of this.#streams) stream.recolour();
    this.scales.replaceChildren(legend());
  }

  /**
   * What a file of the layers holds; null where none are shown.
   * @param {"pngOf" | "svgOf" | "jsonOf" | "csvOf"} make
   */
  async #file(make) {
    const loaded = await this.#arrived(import("./layerfiles.js"));
    const streams = this.#streams.filter(({ found }) => found);
    if (!loaded || !this.#shown || !streams.length) return null;
    for (const stream of streams) stream.rest();
    return loaded[make](streams, this.#shown);
  }

  #pass() {
    this.#streams.forEach((stream, index) => stream.pass(index === 0));
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

  /** In a low window the lens is below the fold of its column. */
  #bringLens() {
    const column = this.side.getBoundingClientRect();
    const { top } = this.lens.element.getBoundingClientRect();
    if (column.height && top > column.bottom - LENS_SEEN) this.side.scrollTop += top - column.top;
  }
}

/** @param {Uint8Array} one @param {Uint8Array | null} other */
const same = (one, other) => other !== null && one.every((value, at) => value === other[at]);
