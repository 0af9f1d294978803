/** A chart of a few lines as SVG, drawn anew when its room changes, and saved as it looks. */
import { contextOf, el, svg } from "./elements.js";

const HEIGHT = 17; // rem
const MARGIN = { top: 0.6, right: 1.4, bottom: 3, left: 3.8 }; // rem
const SHARP = 2; // pixels of a saved PNG for one of the page's
// What a saved picture has above and below the chart, rem.
const SAVED = { title: 2, entry: 1.5, edge: 0.6, text: 2.6 };
/** What a saved picture takes over from the style. */
const STYLES = [
  ...["fill", "stroke", "stroke-width", "stroke-dasharray"],
  ...["font-size", "font-family", "font-weight"],
];

/**
 * @typedef {{label: string, low: number, high: number, ticks: number[], log?: boolean,
 *   format: (value: number) => string}} Axis
 * @typedef {{name: string, side: 0 | 1 | "ideal", dashed?: boolean, points: [x: number, y: number][]}} Line
 *   `side`: of which model, for its colour and the shape of its points; "ideal" of none
 */

export class Chart {
  #x;
  #y;
  #lines;
  #title;
  #rem = 16;

  /**
   * @param {{title: string, label: string, x: Axis, y: Axis, lines: Line[]}} options `title`: of
   *   what is saved; `label`: all in a sentence
   */
  constructor({ title, label, x, y, lines }) {
    this.#title = title;
    this.#x = x;
    this.#y = y;
    this.#lines = lines;
    this.svg = svg("svg", { class: "chart", role: "img", "aria-label": label });
    this.element = el(
      "figure",
      { class: "charted" },
      this.svg,
      el(
        "ul",
        { class: "legend-of-chart", "aria-hidden": "true" },
        ...lines.map((line) => el("li", {}, sample(line), line.name)),
      ),
    );
    new ResizeObserver(() => this.#draw()).observe(this.svg);
  }

  #draw() {
    const width = this.svg.clientWidth;
    if (!width) return; // not on the page
    this.#rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const rem = this.#rem;
    const height = HEIGHT * rem;
    const [left, right] = [MARGIN.left * rem, width - MARGIN.right * rem];
    const [top, bottom] = [MARGIN.top * rem, height - MARGIN.bottom * rem];
    const across = scale(this.#x, left, right);
    const up = scale(this.#y, bottom, top);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(
      ...this.#y.ticks.map((tick) =>
        svg("path", { class: "grid", d: `M${left} ${up(tick)}H${right}` }),
      ),
      ...this.#y.ticks.map((tick) =>
        text("end", left - 0.5 * rem, up(tick) + 0.3 * rem, this.#y.format(tick)),
      ),
      ...this.#x.ticks.map((tick) =>
        text("middle", across(tick), bottom + 1.2 * rem, this.#x.format(tick)),
      ),
      svg("path", { class: "axis", d: `M${left} ${bottom}H${right}` }),
      text("middle", (left + right) / 2, height - 0.4 * rem, this.#x.label),
      svg(
        "text",
        {
          "text-anchor": "middle",
          transform: `translate(${0.8 * rem} ${(top + bottom) / 2}) rotate(-90)`,
        },
        this.#y.label,
      ),
      ...this.#lines.flatMap((line) => {
        const places = line.points.map(([x, y]) => /** @type {const} */ ([across(x), up(y)]));
        return drawn(line, places, 0.22 * rem);
      }),
    );
  }

  /** The chart with its title and legend as a file. @returns {string} */
  saved() {
    const rem = this.#rem;
    const { width, height } = this.#size;
    const { backgroundColor: fill, color, fontFamily } = getComputedStyle(this.element);
    const words = { fill: color, "font-family": fontFamily, "font-size": 0.87 * rem };
    const chart = styled(this.svg);
    chart.setAttribute("y", String(SAVED.title * rem));
    const size = { width: this.svg.clientWidth, height: HEIGHT * rem };
    for (const [name, value] of Object.entries(size)) chart.setAttribute(name, String(value));
    const samples = [...this.element.querySelectorAll(".chart-sample")].map(styled);
    const legend = this.#lines.flatMap(({ name }, index) => {
      const y = (SAVED.title + HEIGHT + SAVED.entry * (index + 0.5)) * rem;
      const place = { x: SAVED.edge * rem, y: y - 0.375 * rem, width: 2 * rem, height: 0.75 * rem };
      for (const [key, value] of Object.entries(place))
        samples[index].setAttribute(key, `${value}`);
      const beside = (SAVED.edge + SAVED.text) * rem;
      return [samples[index], svg("text", { ...words, x: beside, y: y + 0.3 * rem }, name)];
    });
    const title = { ...words, "font-size": rem, "font-weight": 600, x: width / 2, y: 1.4 * rem };
    const whole = svg(
      "svg",
      { width, height, viewBox: `0 0 ${width} ${height}` },
      svg("rect", { width, height, fill }),
      svg("text", { ...title, "text-anchor": "middle" }, this.#title),
      chart,
      ...legend,
    );
    return new XMLSerializer().serializeToString(whole);
  }

  /** The chart as a PNG. @returns {Promise<Blob | null>} */
  async png() {
    const { width, height } = this.#size;
    const picture = new Image(SHARP * width, SHARP * height);
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(this.saved())}`;
    await picture.decode();
    const canvas = el("canvas", { width: picture.width, height: picture.height });
    contextOf(canvas).drawImage(picture, 0, 0, picture.width, picture.height);
    return new Promise((done) => canvas.toBlob(done));
  }

  get #size() {
    const legend = SAVED.entry * this.#lines.length + SAVED.edge;
    return { width: this.svg.clientWidth, height: (SAVED.title + HEIGHT + legend) * this.#rem };
  }
}

/** A drawing as it looks on the page, whose style it does not need. @param {Element} drawing */
function styled(drawing) {
  const copy = /** @type {Element} */ (drawing.cloneNode(true));
  const [ours, theirs] = [drawing, copy].map((root) => [...root.querySelectorAll("*")]);
  ours.forEach((element, index) => {
    const style = getComputedStyle(element);
    for (const name of STYLES) theirs[index].setAttribute(name, style.getPropertyValue(name));
    theirs[index].removeAttribute("class");
  });
  return copy;
}

/**
 * Where a value of an axis is, in pixels.
 * @param {Axis} axis @param {number} from @param {number} to
 */
function scale({ low, high, log }, from, to) {
  const of = log ? Math.log : (/** @type {number} */ value) => value;
  const span = of(high) - of(low) || 1;
  /** @param {number} value */
  return (value) => Math.round(10 * (from + ((of(value) - of(low)) / span) * (to - from))) / 10;
}

/**
 * A line and its points.
 * @param {Line} line @param {(readonly [number, number])[]} places @param {number} size of points
 */
function drawn({ side, dashed }, places, size) {
  const kind = `line side-${side}${dashed ? " dashed" : ""}`;
  const path = svg("path", {
    class: kind,
    d: `M${places.map((each) => each.join(" ")).join("L")}`,
  });
  if (dashed || side === "ideal") return [path];
  return [
    path,
    ...places.map(([x, y]) =>
      side
        ? svg("path", {
            class: `point side-${side}`,
            d: `M${x} ${y - 1.4 * size}l${1.4 * size} ${1.4 * size}l${-1.4 * size} ${1.4 * size}l${-1.4 * size} ${-1.4 * size}z`,
          })
        : svg("circle", { class: `point side-${side}`, cx: x, cy: y, r: size }),
    ),
  ];
}

/** A line as the legend shows it. @param {Line} line */
function sample(line) {
  const places = /** @type {const} */ ([[5, 6], [16, 6], [27, 6]]); // prettier-ignore
  return svg(
    "svg",
    { viewBox: "0 0 32 12", class: "chart-sample" },
    ...drawn(line, [...places], 3),
  );
}

/** @param {string} anchor @param {number} x @param {number} y @param {string} words */
const text = (anchor, x, y, words) => svg("text", { "text-anchor": anchor, x, y }, words);

/** Round numbers from `low` to `high` for a logarithmic axis. @param {number} low @param {number} high */
export function decades(low, high) {
  const found = [];
  for (let ten = Math.floor(Math.log10(low)); ten <= Math.log10(high); ten++)
    for (const step of high / low > 300 ? [1] : [1, 2, 5]) found.push(step * 10 ** ten);
  return found.filter((value) => value >= low && value <= high);
}

/** Whole numbers from 1 to `most`, at most about `count` of them. @param {number} most @param {number} [count] */
export function wholes(most, count = 8) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => most / each <= count) ?? 1000;
  const found = Array.from({ length: Math.floor(most / step) }, (_, index) => (index + 1) * step);
  return step > 1 ? [1, ...found] : found;
}
