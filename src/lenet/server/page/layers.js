/** The outputs of all layers of a network, drawn large. */
import { layers, nameOf } from "./api.js";
import { Against } from "./against.js";
import { Among } from "./among.js";
import { middle, moved, reached } from "./cells.js";
import { button, el, speak, still } from "./elements.js";
import { doesText, shapeText } from "./kinds.js";
import { Sheet } from "./maps.js";
import { about, facts, operationsOf } from "./models.js";
import { Patterns, connectionTable } from "./patterns.js";
import { IMAGE, source } from "./receptive.js";
import { Softmax } from "./softmax.js";
import { integer, number, percent, t } from "./strings.js";
import { Summary } from "./summary.js";
import { verdictOf } from "./verdict.js";
import { Why } from "./why.js";

const PASS = 900; // milliseconds a layer takes in slow motion
const STEP = 700; // milliseconds a layer is shown where motion is reduced
const SLIDE = 8; // pixels that a finger goes sideways before the lens follows it
const CLEAR = 8; // pixels around what the lens must not hide
const ROOMY = matchMedia("(min-width: 56rem)"); // wide enough for the lens beside the layers

const MINOR = new Set(["activation", "normalisation", "scale", "padding"]);
const SILENT = new Set(["dropout", "flatten"]);

/**
 * @typedef {import("./api.js").LayerFacts} LayerFacts
 * @typedef {import("./cells.js").Cell} Cell
 * @typedef {{row: LayerFacts, kind: string, index: number, element: HTMLElement,
 *   sheet: Sheet | null, range: HTMLElement, classes: string[] | null}} Block `sheet`: null where
 *   there is nothing to see; `classes`: what the numbers of the last layer stand for
 * @typedef {Block & {sheet: Sheet}} Shown
 */

/** The layers of one model, one below the other. */
export class Stream {
  /** @type {Block[]} */ #blocks = [];
  /** @type {import("./models.js").Operations} */ #operations = new Map();
  /** @type {{block: Shown, cell: Cell} | null} */ #cell = null;
  /** Where the lens lies over the layers, it goes when the layer that it is about does. */
  #watch = new IntersectionObserver(([{ isIntersecting }]) => {
    if (!isIntersecting && this.#cell && !ROOMY.matches) this.#onlook(null, false);
  });
  /** What is shown. @type {import("./api.js").Layers | null} */ found = null;
  /** @type {Patterns | null} */ #patterns = null;
  #onlook;
  #free;
  #run = 0;
  /** Whether a click holds the cell, so that the mouse only passes over the others. */
  #held = false;

  /**
   * @param {string} model
   * @param {{look: (look: import("./sums.js").Look | null, fresh: boolean) => string,
   *   free: () => {top: number, bottom: number} | null,
   *   cover: ConstructorParameters<typeof Why>[1]}} does `fresh`: somebody chose the cell; `free`: what
   *   is free of the window where the lens lies over the layers; `cover`: as in `Why`
   */
  constructor(model, { look, free, cover }) {
    this.model = model;
    this.#onlook = look;
    this.#free = free;
    const { layers: rows, classes } = facts(model);
    this.answer = el("p", { class: "stream-answer" });
    this.list = el("ol", { class: "layers" });
    this.softmax = new Softmax(model);
    this.why = new Why(model, cover);
    this.against = new Against(model, beforeOutput(rows)?.name ?? "");
    this.summary = new Summary(model);
    this.among = new Among(model, (nearest) => this.summary.alike(nearest));
    this.#blocks = [imageRow(), ...rows].map((row, index) => {
      const kind = row.family;
      // It has its room from the start, or what is below would jump when the numbers come.
      const range = el("span", { class: "soft range unknown" }, rangeOf({ low: 0, high: 0 }));
      const item = el(
        "li",
        {
          class: `layer ${kind} ${MINOR.has(kind) || SILENT.has(kind) ? "minor" : "major"}`,
          tabindex: -1,
        },
        el(
          "h4",
          {},
          el("b", {}, row.name),
          el("span", {}, row.kind),
          el("span", { class: "soft" }, shapeText(row.shape)),
          row.parameters > 0 &&
            el("span", { class: "soft" }, t("layer.parameters", { n: integer(row.parameters) })),
          !SILENT.has(kind) && range,
        ),
        el("p", { class: "soft words" }, doesText(row)),
      );
      const last = index === rows.length;
      const block = { row, kind, index, element: item, range, classes: last ? classes : null };
      if (SILENT.has(kind)) return { ...block, sheet: null };
      const inked = kind === "image" || kind === "padding";
      const shown = {
        ...block,
        sheet: new Sheet(row.shape, { scale: MINOR.has(kind) ? 0.62 : 1, inked }),
      };
      this.#listen(shown);
      item.append(shown.sheet.element);
      if (kind === "image") item.append(this.why.element);
      if (last && fitsCells(classes)) item.append(namesOf(classes));
      if (last) item.append(this.softmax.element, this.against.element);
      return shown;
    });
    this.list.append(...this.#blocks.map(({ element }) => element));
    const [image, ...others] = this.#blocks;
    const first = others.find(({ kind }) => !MINOR.has(kind) && !SILENT.has(kind));
    const jumps = el(
      "nav",
      { class: "jumps", "aria-label": t("jump") },
      jump("image", image.element),
      first && jump("first", first.element),
      jump("answer", this.softmax.element),
      jump("map", this.among.element),
    );
    this.element = el(
      "section",
      { class: "stream", "aria-label": t("stream", { model }) },
      el("header", {}, el("h3", {}, model), this.answer, this.summary.element, jumps),
      this.list,
      this.among.element,
    );
    new ResizeObserver(() => this.fit()).observe(this.list);
    operationsOf(model).then((found) => {
      this.#know(found);
      return this.among.fill();
    });
  }

  /** Show what only the weights tell. @param {import("./models.js").Operations} operations */
  #know(operations) {
    this.#operations = operations;
    for (const block of this.#blocks) {
      const operation = operations.get(block.row.name);
      const before = this.#before(block)?.row.name ?? "";
      if (operation && block.classes && Against.fit(operation)) this.against.know(operation);
      if (operation?.connections)
        block.element.append(connectionTable(operation.connections, before));
      if (!operation || !block.classes || !Patterns.fit(operation)) continue;
      this.#patterns = new Patterns(operation, block.classes);
      block.sheet?.element.before(this.#patterns.element);
    }
    this.#showPatterns();
  }

  #showPatterns() {
    const [before, last] = this.found?.layers.slice(-2) ?? [];
    if (before) this.#patterns?.show(before.values, last.values);
  }

  /** The layers as they are shown, for files of them. */
  get shown() {
    return this.#blocks.filter(isShown).map(({ row, range, sheet, classes }) => ({
      name: row.name,
      facts: [row.kind, shapeText(row.shape), range.textContent].join(" · "),
      sheet,
      classes: classes && fitsCells(classes) ? classes : [],
    }));
  }

  /** Paint also what nobody sees, for files and paper. */
  draw() {
    for (const { sheet } of this.#blocks) sheet?.draw();
  }

  /** Ask for the numbers. @param {import("./api.js").Bytes} image */
  ask(image) {
    return layers(image, this.model);
  }

  /** @param {Awaited<ReturnType<typeof layers>>} found @param {import("./api.js").Bytes} image */
  show(found, image) {
    /** @type {Map<string, {values: Float32Array, low: number, high: number}>} */
    const values = new Map(found.layers.map((layer) => [layer.name, layer]));
    const ink = Float32Array.from(image, (byte) => byte / 255);
    values.set(t("image"), { values: ink, low: 0, high: Math.max(...ink) });
    for (const { row, sheet, range } of this.#blocks) {
      const layer = values.get(row.name);
      if (!sheet || !layer) continue;
      sheet.show(layer.values);
      range.textContent = rangeOf(layer);
      range.classList.remove("unknown");
    }
    this.answer.textContent = about(this.model, `stream.${verdictOf(found)}`, {
      digit: nameOf(found),
      share: percent(found.probability),
    });
    this.summary.show(found);
    this.softmax.show(found);
    this.why.about(image, found);
    this.against.show(found);
    const before = found.layers.at(-2);
    if (before) void this.among.show(before.values);
    this.found = found;
    this.#showPatterns();
    if (this.#cell) this.#look(this.#cell.block, this.#cell.cell, false);
  }

  /** End the slow motion and show everything. */
  rest() {
    this.#run++;
    for (const { sheet } of this.#blocks) sheet?.paint(1);
  }

  /** Lay everything out again. */
  fit() {
    const width = this.list.clientWidth - 24; // less the line on the left
    for (const { sheet, element, classes } of this.#blocks) {
      sheet?.fit(width);
      // The names of the classes stand below their cells.
      if (sheet && classes && width > 0) element.style.setProperty("--cell", `${sheet.cell}px`);
    }
    if (this.#cell) this.#look(this.#cell.block, this.#cell.cell, false);
  }

  recolour() {
    for (const { sheet } of this.#blocks) sheet?.recolour();
    this.#patterns?.recolour();
    this.why.recolour();
  }

  /**
   * Show the layers being computed in slow motion. If new values come meanwhile, it goes on with
   * those.
   * @param {boolean} lead scroll along, and look through the lens at what is being computed
   */
  async pass(lead) {
    const mine = ++this.#run;
    const shown = this.#blocks.filter(isShown);
    for (const { sheet } of shown) sheet.paint(0);
    const steps = still();
    for (const block of shown) {
      const { sheet, element, kind } = block;
      element.classList.add("passing");
      if (lead) element.scrollIntoView({ block: "nearest", behavior: steps ? "auto" : "smooth" });
      if (steps) sheet.paint(1);
      const brief = MINOR.has(kind) || sheet.flat ? 1 / 3 : 1;
      const lasts = brief * (steps ? STEP : PASS);
      const begun = performance.now();
      for (let done = 0; done < 1;) {
        await frame();
        if (mine !== this.#run) break;
        done = Math.min(1, (performance.now() - begun) / lasts);
        if (!steps) sheet.paint(done);
        if (lead && ROOMY.matches && done < 1 && !steps)
          this.#look(block, reached(sheet, done), false);
      }
      element.classList.remove("passing");
      if (mine !== this.#run) return;
    }
    if (!lead) return;
    this.#onlook(null, false);
    go(this.softmax.element);
  }

  /** Look at nothing. */
  leave() {
    this.#cell = null;
    this.#held = false;
    this.#watch.disconnect();
    for (const { sheet } of this.#blocks) sheet?.unmark();
  }

  /** @param {Shown} block */
  #listen(block) {
    const { sheet } = block;
    const { element } = sheet;
    element.tabIndex = 0;
    element.setAttribute("role", "application");
    element.setAttribute("aria-roledescription", t("maps.role"));
    element.setAttribute("aria-label", t("maps.label", { name: block.row.name }));
    /** Where a finger touched, and whether it slides since. @type {{x: number, y: number, slides: boolean} | null} */
    let finger = null;
    /** @param {MouseEvent} event */
    const choose = ({ clientX, clientY }) => {
      const { left, top } = sheet.marks.getBoundingClientRect();
      const cell = sheet[finger ? "near" : "at"](clientX - left, clientY - top);
      if (cell) this.#look(block, cell, true);
    };
    sheet.marks.addEventListener("pointerdown", ({ pointerType, clientX: x, clientY: y }) => {
      finger = pointerType === "mouse" ? null : { x, y, slides: false };
    });
    sheet.marks.addEventListener("pointermove", (event) => {
      if (finger) {
        const across = Math.abs(event.clientX - finger.x);
        finger.slides ||= across > SLIDE && across > Math.abs(event.clientY - finger.y);
      }
      if (finger ? finger.slides : event.pointerType === "mouse" && !this.#held) choose(event);
    });
    sheet.marks.addEventListener("pointerup", () => {
      if (finger?.slides) this.#reveal(); // not before: nothing moves below a finger
    });
    sheet.marks.addEventListener("click", (event) => {
      choose(event);
      this.#held = true;
      this.#reveal();
    });
    element.addEventListener("focus", () => {
      if (element.matches(":focus-visible") && this.#cell?.block !== block)
        this.#look(block, middle(sheet), true);
      this.#reveal();
    });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return void this.#onlook(null, false);
      const cell = moved(
        sheet,
        this.#cell?.block === block ? this.#cell.cell : middle(sheet),
        event,
      );
      if (!cell) return;
      event.preventDefault();
      this.#look(block, cell, true);
      this.#reveal();
    });
  }

  /** Bring the maps that are looked at into what the lens leaves free, or at least the map. */
  #reveal() {
    const free = this.#free();
    if (!this.#cell || !free) return;
    const { block, cell } = this.#cell;
    const all = block.sheet.element.getBoundingClientRect();
    const fits = all.height + 2 * CLEAR <= free.bottom - free.top;
    const { top, bottom } = fits ? all : block.sheet.frameOf(cell.map);
    const below = Math.max(0, bottom + CLEAR - free.bottom);
    const above = Math.max(0, free.top - (top - below) + CLEAR);
    scrollBy(0, below - above);
  }

  /**
   * Look at a cell.
   * @param {Shown} block @param {Cell} cell
   * @param {boolean} fresh somebody chose it, so it is said to screen readers
   */
  #look(block, cell, fresh) {
    const before = this.#before(block);
    const receptive = block.row.receptive;
    const inner = before?.row.receptive;
    const origin =
      receptive && inner && !before.sheet.flat
        ? source(inner, receptive, cell.row, cell.column)
        : null;
    for (const { sheet } of this.#blocks) sheet?.unmark();
    block.sheet.mark(cell);
    const one = ["pooling", "subsampling", "activation", "normalisation", "scale", "padding"];
    const operation = this.#operations.get(block.row.name) ?? null;
    const maps = one.includes(block.kind)
      ? [cell.map]
      : (operation?.connections?.[cell.map] ?? null);
    if (origin && before) before.sheet.markSource(origin, maps);
    if (this.#cell?.block !== block) {
      this.#watch.disconnect();
      this.#watch.observe(block.element);
    }
    this.#cell = { block, cell };
    const said = this.#onlook(
      {
        model: this.model,
        name: block.row.name,
        kind: block.row.kind,
        family: block.kind,
        receptive,
        cell,
        value: block.sheet.value(cell.map, cell.row, cell.column),
        flat: block.sheet.flat,
        maps: block.sheet.maps,
        classes: block.classes,
        source: origin,
        before: before ? { name: before.row.name, sheet: before.sheet } : null,
        operation,
      },
      fresh,
    );
    if (fresh && said) speak(said, 250);
  }

  /** The layer whose numbers a layer gets. @param {Block} block */
  #before({ index }) {
    return this.#blocks.slice(0, index).filter(isShown).at(-1) ?? null;
  }
}

/**
 * The last layer before the output that is drawn, if its numbers are those that the output gets: what
 * only puts them in one row is not.
 * @param {import("./api.js").LayerFacts[]} rows
 */
function beforeOutput(rows) {
  const drawn = rows.slice(0, -1).filter(({ family }) => !SILENT.has(family));
  const last = drawn[drawn.length - 1];
  const inRow = last?.shape.slice(1).every((side) => side === 1);
  return inRow ? last : rows[rows.length - 2];
}

/** Go to a part of the stream. @param {HTMLElement} element */
const go = (element) =>
  element.scrollIntoView({ block: "start", behavior: still() ? "auto" : "smooth" });

/** A button that goes to a part of the stream. @param {string} name @param {HTMLElement} element */
const jump = (name, element) =>
  button(
    t(`jump.${name}`),
    () => {
      go(element);
      element.focus({ preventScroll: true });
    },
    { class: "link" },
  );

/** The image as if it were the first layer. @returns {LayerFacts} */
const imageRow = () => ({
  name: t("image"),
  family: "image",
  kind: t("kind.image"),
  shape: [1, 28, 28],
  parameters: 0,
  receptive: IMAGE,
});

/** @param {Block} block @returns {block is Shown} */
const isShown = (block) => block.sheet !== null;

/** Whether the names of the classes fit below their cells. @param {string[]} classes */
const fitsCells = (classes) => classes.length <= 10 && classes.every((name) => name.length === 1);

/** The names of the classes, below their cells. @param {string[]} classes */
const namesOf = (classes) =>
  el(
    "div",
    { class: "class-names soft", "aria-hidden": "true" },
    ...classes.map((name) => el("span", {}, name)),
  );

/** @param {{low: number, high: number}} layer */
const rangeOf = ({ low, high }) => t("layer.range", { low: number(low), high: number(high) });

const frame = () => new Promise(requestAnimationFrame);
