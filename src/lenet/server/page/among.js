/** An image among test images: a map of what the network makes of them before its output. */
import { embedding, place } from "./api.js";
import { SIDE, digitCanvas } from "./digits.js";
import { button, contextOf, el, svg } from "./elements.js";
import { about, classesOf, facts } from "./models.js";
import { integer, percent, t } from "./strings.js";
import { explained, recovered } from "./trouble.js";

const NEAREST = 5; // test images that are named
const WIDTH = 600; // units of the map; its height follows from its points
const REACH = 20; // units from a sign that count as pointing at it
const MARGIN = 14; // units around the points
const LETTERS = 26; // signs for classes whose names are too long for a map

/**
 * @typedef {import("./api.js").TestImages} TestImages
 * @typedef {{tests: TestImages, signs: string[], pixels: ImageData, x: (point: number) => number,
 *   y: (point: number) => number, height: number, lines: SVGLineElement[], own: SVGGElement}} Plane
 */

export class Among {
  /** @type {Plane | null} */ #plane = null;
  /** @type {Float32Array | null} */ #values = null;
  #asked = 0;
  #shown = -1; // the test image that was pointed at
  #model;
  #found;

  /** @param {string} model @param {(names: string[]) => void} found told the classes of the nearest */
  constructor(model, found) {
    this.#model = model;
    this.#found = found;
    this.words = el("p", { class: "soft" });
    this.map = el("div", { class: "plane" });
    this.pointed = el("p", { class: "pointed soft", hidden: true }, about(model, "among.point"));
    this.said = el("p", { class: "soft" });
    this.nearest = el("ol", { class: "nearest" });
    this.element = el(
      "section",
      { class: "among", tabindex: -1 },
      el("h4", {}, about(model, "among.title")),
      this.words,
      this.map,
      this.pointed,
      this.said,
      this.nearest,
    );
    const { has, layers } = facts(model);
    if (has.includes("embedding")) return;
    const isRow = layers.at(-2)?.shape.length === 1;
    this.words.textContent = about(model, isRow ? "among.not-kept" : "among.no-row");
  }

  /** Fetch the test images, once the network is there. @param {boolean} [again] */
  async fill(again = false) {
    if (!facts(this.#model).has.includes("embedding")) return;
    this.words.textContent = t("loading");
    try {
      const tests = await embedding(this.#model);
      this.#build(tests, await pixelsOf(tests.images));
      if (again) recovered();
    } catch (error) {
      const retry = button(t("again"), () => this.fill(true));
      this.words.replaceChildren(explained(error), " ", retry);
    }
  }

  /** @param {Float32Array} values before the output */
  async show(values) {
    this.#values = values;
    const plane = this.#plane;
    if (!plane) return;
    const mine = ++this.#asked;
    const { point, nearest } = await place(this.#model, values, NEAREST);
    if (mine !== this.#asked) return;
    const [x, y] = [plane.x(point[0]), plane.y(point[1])];
    const at = {
      x: Math.max(MARGIN / 2, Math.min(WIDTH - MARGIN / 2, x)),
      y: Math.max(MARGIN / 2, Math.min(plane.height - MARGIN / 2, y)),
    };
    plane.own.setAttribute("transform", `translate(${at.x} ${at.y})`);
    plane.own.toggleAttribute("hidden", false);
    plane.lines.forEach((line, index) => {
      const [across, down] = pointOf(plane.tests, nearest[index]);
      const ends = { x1: at.x, y1: at.y, x2: plane.x(across), y2: plane.y(down) };
      for (const [name, end] of Object.entries(ends)) line.setAttribute(name, String(end));
    });
    this.#name(plane, nearest, x !== at.x || y !== at.y);
  }

  /** @param {Plane} plane @param {number[]} nearest @param {boolean} off whether it lies off the map */
  #name({ tests, pixels }, nearest, off) {
    const classes = classesOf(this.#model);
    const names = nearest.map((index) => classes[tests.labels[index]]);
    this.#found(names);
    const words = { n: integer(tests.labels.length), nearest: names.join(", ") };
    this.map.firstElementChild?.setAttribute("aria-label", about(this.#model, "among.map", words));
    const k = tests.shares.length;
    const share = percent(sumOf(tests.shares));
    const said = [t("among.nearest", { ...words, k, share }), off && t("among.off")];
    this.said.textContent = said.filter(Boolean).join(" ");
    this.nearest.replaceChildren(
      ...nearest.map((index, at) =>
        el(
          "li",
          {},
          el("span", { class: "pixels" }, digitCanvas(imageAt(pixels, tests.columns, index))),
          el("b", {}, names[at]),
        ),
      ),
    );
  }

  /** Show the test image whose sign is pointed at. @param {MouseEvent} event */
  #point({ currentTarget, clientX, clientY }) {
    const plane = this.#plane;
    const drawing = /** @type {SVGSVGElement} */ (currentTarget);
    const toWindow = drawing.getScreenCTM();
    if (!plane || !toWindow) return;
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(toWindow.inverse());
    const { tests, pixels } = plane;
    let [best, least] = [-1, REACH];
    for (let index = 0; index < tests.labels.length; index++) {
      const [across, down] = pointOf(tests, index);
      const far = Math.hypot(plane.x(across) - x, plane.y(down) - y);
      if (far < least) [best, least] = [index, far];
    }
    if (best < 0 || best === this.#shown) return;
    this.#shown = best;
    const name = classesOf(this.#model)[tests.labels[best]];
    const canvas = digitCanvas(imageAt(pixels, tests.columns, best));
    this.pointed.replaceChildren(
      el("span", { class: "pixels" }, canvas),
      about(this.#model, "among.pointed", { digit: name }),
    );
  }

  /** @param {TestImages} tests @param {ImageData} pixels */
  #build(tests, pixels) {
    const classes = classesOf(this.#model);
    const signs = signsOf(classes);
    const points = tests.labels.map((_, index) => pointOf(tests, index));
    const across = rangeOf(points.map(([x]) => x));
    const down = rangeOf(points.map(([, y]) => y));
    const unit = (WIDTH - 2 * MARGIN) / (across.high - across.low || 1);
    const height = (down.high - down.low) * unit + 2 * MARGIN;
    /** @param {number} value */
    const x = (value) => MARGIN + (value - across.low) * unit;
    /** @param {number} value */
    const y = (value) => MARGIN + (down.high - value) * unit;
    const groups = classes.map((_, index) => coloured(svg("g", {}), index, classes.length));
    points.forEach(([left, top], index) => {
      const label = tests.labels[index];
      groups[label].append(svg("text", { x: round(x(left)), y: round(y(top)) }, signs[label]));
    });
    const lines = Array.from({ length: NEAREST }, () => svg("line"));
    const own = svg(
      "g",
      { class: "own", hidden: true },
      svg("circle", { r: 9 }),
      svg("circle", { r: 9 }),
    );
    this.map.replaceChildren(
      svg(
        "svg",
        {
          role: "img",
          viewBox: `0 0 ${WIDTH} ${Math.round(height)}`,
          class: "among-map",
          "aria-label": about(this.#model, "among.title"), // until the nearest are known
        },
        ...groups,
        ...lines,
        own,
      ),
    );
    this.pointed.hidden = false;
    const drawing = this.map.firstElementChild;
    for (const hand of ["pointermove", "click"])
      drawing?.addEventListener(hand, (event) => this.#point(/** @type {MouseEvent} */ (event)));
    if (signs.join() !== classes.join()) this.map.append(keyOf(classes, signs));
    const words = {
      n: integer(points.length),
      size: tests.size,
      share: percent(sumOf(tests.shares.slice(0, 2))),
    };
    this.words.textContent = about(this.#model, "among.what", words);
    if (tests.licence) this.element.append(el("p", { class: "soft licence" }, tests.licence));
    this.#plane = { tests, signs, pixels, x, y, height, lines, own };
    if (this.#values) void this.show(this.#values);
  }
}

/** The signs of classes on the map: their names, or letters or numbers where those are long. @param {string[]} classes */
function signsOf(classes) {
  if (classes.every((name) => [...name].length === 1)) return classes;
  if (classes.length > LETTERS) return classes.map((_, index) => String(index + 1));
  return classes.map((_, index) => String.fromCharCode(97 + index));
}

/** Which sign stands for which class. @param {string[]} classes @param {string[]} signs */
const keyOf = (classes, signs) =>
  el(
    "ul",
    { class: "key soft" },
    ...classes.map((name, index) =>
      el("li", {}, coloured(el("b", {}, signs[index]), index, classes.length), ` ${name}`),
    ),
  );

/**
 * Give an element the colour of a class; classes that follow each other differ most.
 * @template {HTMLElement | SVGElement} E
 * @param {E} element @param {number} index @param {number} count of classes
 */
function coloured(element, index, count) {
  const step = count % 3 === 0 ? 137.5 : (360 / count) * 3;
  element.style.setProperty("--hue", String((20 + index * step) % 360));
  return element;
}

/** The first two numbers of a test image's point. @param {TestImages} tests @param {number} index */
const pointOf = ({ points, shares }, index) => [
  points[index * shares.length],
  points[index * shares.length + 1],
];

/** @param {number[]} values */
const rangeOf = (values) => ({ low: Math.min(...values), high: Math.max(...values) });
/** @param {number[]} values */
const sumOf = (values) => values.reduce((sum, each) => sum + each, 0);
/** @param {number} value */
const round = (value) => Math.round(10 * value) / 10;

/** A picture as its pixels. @param {Uint8Array<ArrayBuffer>} png */
async function pixelsOf(png) {
  const picture = await createImageBitmap(new Blob([png], { type: "image/png" }));
  const canvas = el("canvas", { width: picture.width, height: picture.height });
  const context = contextOf(canvas);
  context.drawImage(picture, 0, 0);
  return context.getImageData(0, 0, picture.width, picture.height);
}

/** One of the images in a picture of many. @param {ImageData} pixels @param {number} columns @param {number} index */
function imageAt({ data, width }, columns, index) {
  const [left, top] = [(index % columns) * SIDE, Math.floor(index / columns) * SIDE];
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [row, column] = [top + Math.floor(i / SIDE), left + (i % SIDE)];
    return data[4 * (row * width + column)];
  });
}
