/** Files of the layers that are shown: as a picture, in two forms, and as numbers. */
import { el, contextOf, svg } from "./elements.js";
import { csv } from "./files.js";
import { ramp } from "./lens.js";
import { t } from "./strings.js";

const GAP = 28; // pixels between layers, and between models
const LINE = 20; // pixels of a line of text
const SIZE = 14; // of its letters
const FACES = { b: `700 ${SIZE}px`, p: `400 ${SIZE}px` };
const FAMILY = "system-ui, sans-serif";
const SHARPNESS = 2; // pixels of a PNG for one of the page
const MOST_PIXELS = 3e7; // of a PNG: browsers have a limit
const DIGITS = 7; // that a 32-bit number is given with

/**
 * @typedef {import("./layers.js").Stream} Stream
 * @typedef {{text: string, face: "b" | "p", x: number, y: number, centred?: boolean}} Words
 * @typedef {{canvas: HTMLCanvasElement, x: number, y: number, width: number, height: number}} Maps
 * @typedef {{width: number, height: number, words: Words[], maps: Maps[]}} Picture
 */

/** The layers of some models, side by side. @param {Stream[]} streams @returns {Picture} */
function pictureOf(streams) {
  /** @type {Words[]} */
  const words = [];
  /** @type {Maps[]} */
  const maps = [];
  let [left, bottom] = [GAP, 0];
  for (const { model, answer, shown } of streams) {
    let y = GAP;
    /** @param {string} text @param {"b" | "p"} face */
    const write = (text, face) => {
      words.push({ text, face, x: left, y: y + SIZE });
      y += LINE;
    };
    write(model, "b");
    write(answer.textContent ?? "", "p");
    y += GAP / 2;
    let widest = 30 * SIZE;
    for (const { name, facts, sheet, classes } of shown) {
      write(name, "b");
      write(facts, "p");
      const { width, height } = sheet.size;
      maps.push({ canvas: sheet.canvas, x: left, y, width, height });
      y += height;
      classes.forEach((text, index) => {
        const x = left + ((index + 0.5) * width) / classes.length;
        words.push({ text, face: "p", x, y: y + SIZE, centred: true });
      });
      y += GAP + (classes.length ? LINE : 0);
      widest = Math.max(widest, width);
    }
    left += widest + GAP;
    bottom = Math.max(bottom, y);
  }
  const [x, y, bar] = [2 * GAP, bottom + SIZE, { width: 200, height: SIZE }];
  maps.push({ canvas: ramp(), x, y: y - SIZE, ...bar });
  for (const [text, at] of /** @type {const} */ ([
    ["low", x],
    ["high", x + bar.width],
  ]))
    words.push({ text: t(`legend.${text}`), face: "p", x: at, y: y + LINE, centred: true });
  return { width: left, height: y + LINE + GAP, words, maps };
}

/** The colours of paper and letters. */
function coloursNow() {
  const style = getComputedStyle(document.body);
  return { paper: style.backgroundColor, letters: style.color };
}

/** As PNG. @param {Stream[]} streams @returns {Promise<Blob | null>} */
export function pngOf(streams) {
  const { width, height, words, maps } = pictureOf(streams);
  const scale = Math.min(SHARPNESS, Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = el("canvas", {
    width: Math.round(width * scale),
    height: Math.round(height * scale),
  });
  const context = contextOf(canvas, { alpha: false });
  const { paper, letters } = coloursNow();
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.imageSmoothingEnabled = false;
  for (const { canvas: own, x, y, width: w, height: h } of maps) context.drawImage(own, x, y, w, h);
  context.fillStyle = letters;
  for (const { text, face, x, y, centred } of words) {
    context.font = `${FACES[face]} ${FAMILY}`;
    context.textAlign = centred ? "center" : "left";
    context.fillText(text, x, y);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** As SVG, its text as text. @param {Stream[]} streams */
export function svgOf(streams) {
  const { width, height, words, maps } = pictureOf(streams);
  const { paper, letters } = coloursNow();
  const drawing = svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}` },
    svg("rect", { width, height, fill: paper }),
    ...maps.map(({ canvas, ...place }) =>
      svg("image", { ...place, href: canvas.toDataURL(), "image-rendering": "pixelated" }),
    ),
    svg(
      "g",
      { fill: letters, "font-family": FAMILY, "font-size": SIZE },
      ...words.map(({ text, face, x, y, centred }) =>
        svg(
          "text",
          { x, y, "font-weight": face === "b" ? 700 : 400, "text-anchor": centred && "middle" },
          text,
        ),
      ),
    ),
  );
  return new XMLSerializer().serializeToString(drawing);
}

/** The numbers of every layer, and the answers. @param {Stream[]} streams @param {Uint8Array} image */
export function jsonOf(streams, image) {
  const models = streams.flatMap(({ found }) => {
    if (!found) return [];
    const { layers, ...answer } = found;
    return {
      ...answer,
      layers: layers.map(({ name, shape, values }) => ({
        name,
        shape,
        values: Array.from(values, short),
      })),
    };
  });
  return `${JSON.stringify({ image: [...image], models })}\n`;
}

/** The same numbers, a row for each; counted from 1, as on the page. @param {Stream[]} streams */
export function csvOf(streams) {
  const rows = streams.flatMap(({ model, found }) =>
    (found?.layers ?? []).flatMap(({ name, shape: [, height = 1, width = 1], values }) =>
      Array.from(values, (value, at) => [
        model,
        name,
        Math.floor(at / (height * width)) + 1,
        (Math.floor(at / width) % height) + 1,
        (at % width) + 1,
        short(value),
      ]),
    ),
  );
  return csv([["model", "layer", "map", "row", "column", "value"], ...rows]);
}

/** A 32-bit number in as few digits as tell it. @param {number} value */
const short = (value) => Number(value.toPrecision(DIGITS));
