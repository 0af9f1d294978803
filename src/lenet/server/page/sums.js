/** How the number of a cell comes about: what goes in, what it is multiplied by, and a sentence. */
import { el } from "./elements.js";
import { strongest, tile } from "./maps.js";
import { number, signed, t } from "./strings.js";

const MOST_KERNELS = 6; // shown: those that contribute most
const MOST_NUMBERS = 8; // the same of a full connection
const BITMAP = { height: 12, width: 7 }; // of a class's pattern, as in figure 3 of 1998

/**
 * @typedef {{
 *   model: string, name: string, family: string, kind: string,
 *   receptive: import("./receptive.js").Receptive | null,
 *   cell: {map: number, row: number, column: number},
 *   value: number, flat: boolean, maps: number, classes: string[] | null,
 *   source: {top: number, left: number, side: number} | null,
 *   before: {name: string, sheet: import("./maps.js").Sheet} | null,
 *   operation: import("./network.js").Operation | null
 * }} Look
 */

/**
 * @typedef {{terms: Node[], text: string}} Explained
 * @typedef {Look & {operation: NonNullable<Look["operation"]>, before: NonNullable<Look["before"]>}}
 *   Known all that a sum is made of
 */

/** How a cell's number is computed. @param {Look} look @returns {Explained} */
export function explained(look) {
  const { operation, before } = look;
  const told = operation && before ? ofKnown({ ...look, operation, before }) : null;
  if (told) return told;
  const usual = look.family === "convolution" ? "" : t(`lens.family.${look.family}`);
  return { terms: [], text: usual };
}

/** @param {Known} look @returns {Explained | null} */
function ofKnown(look) {
  switch (look.operation.does) {
    case "convolution":
      return look.source && ofConvolution(look, look.source);
    case "average":
    case "maximum":
    case "subsampling":
      return look.source && ofSquare(look, look.source);
    case "dense":
      return ofDense(look);
    case "distance":
      return ofDistance(look);
    case "normalisation":
    case "scale":
    case "relu":
    case "tanh":
    case "squash":
      return ofOne(look);
    default:
      return null;
  }
}

/**
 * The sum over the input maps; those that contribute most are shown one by one.
 * @param {Known} look @param {NonNullable<Look["source"]>} source
 * @returns {Explained}
 */
function ofConvolution({ operation: { arrays, connections }, before, cell, value }, source) {
  const kernels = arrays.weights;
  const [, inputs, side] = kernels.shape;
  const size = side * side;
  /** @param {number} input */
  const weights = (input) => {
    const at = (cell.map * inputs + input) * size;
    return kernels.values.subarray(at, at + size);
  };
  // A map that is not connected has no kernel.
  const seen = connections?.[cell.map] ?? Array.from({ length: inputs }, (_, input) => input);
  const sums = seen.map((input) => {
    const patch = patchOf(before.sheet, input, source);
    const own = weights(input);
    return { input, patch, own, sum: patch.reduce((sum, each, i) => sum + each * own[i], 0) };
  });
  const most = Math.max(...sums.map(({ patch }) => strongest(patch)), 1e-9);
  const mostKernel = strongest(kernels.values);
  sums.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const terms = sums.slice(0, MOST_KERNELS).map(({ input, patch, own, sum }) =>
    term(tile(patch, side, side, most, { inked: before.sheet.inked }), {
      label: inputs > 1 ? t("lens.map", { map: input + 1 }) : "",
      other: tile(own, side, side, mostKernel),
      after: `= ${signed(sum)}`,
    }),
  );
  const exact = onDemand(t("lens.exact"), () =>
    sums.map(({ input, patch, own }) =>
      productsOf(patch, own, side, inputs > 1 ? t("lens.map", { map: input + 1 }) : ""),
    ),
  );
  const rest = sums.slice(MOST_KERNELS);
  const end = tail({
    shown: sums.slice(0, MOST_KERNELS).map(({ sum }) => sum),
    others: rest.length,
    sum: rest.reduce((sum, each) => sum + each.sum, 0),
    kind: "maps",
    bias: arrays.bias?.values[cell.map],
    value,
  });
  const words = { side, before: before.name };
  if (!connections)
    return {
      terms: [...terms, end, exact],
      text: t(inputs > 1 ? "lens.convolution" : "lens.convolution.one", words),
    };
  const maps = seen.map((input) => input + 1).join(", ");
  return { terms: [...terms, end, exact], text: t("lens.convolution.some", { ...words, maps }) };
}

/**
 * A square of cells that becomes one.
 * @param {Known} look @param {NonNullable<Look["source"]>} source
 * @returns {Explained}
 */
function ofSquare({ operation: { does, arrays }, before, cell, value }, source) {
  const patch = patchOf(before.sheet, cell.map, source);
  const most = strongest(before.sheet.map(cell.map));
  const picture = tile(patch, source.side, source.side, most);
  const words = { n: patch.length, before: before.name };
  if (does !== "subsampling")
    return {
      terms: [term(picture, { after: `→ ${number(value)}` })],
      text: t(`lens.${does}`, words),
    };
  const sum = patch.reduce((all, each) => all + each, 0);
  const factor = arrays.coefficient.values[cell.map];
  const bias = arrays.bias.values[cell.map];
  const end = t("lens.subsampling.sum", {
    sum: number(sum),
    factor: signed(factor),
    bias: signed(bias),
    value: signed(value),
  });
  return {
    terms: [term(picture, { after: `Σ = ${number(sum)}` }), el("p", { class: "soft tail" }, end)],
    text: t("lens.subsampling", words),
  };
}

/** One number from the same cell before it. @param {Known} look @returns {Explained} */
function ofOne({ operation: { does, arrays, settings }, before, cell, value, kind }) {
  const from = before.sheet.value(cell.map, cell.row, cell.column);
  const words = { kind, from: number(from), to: number(value) };
  if (does === "scale") {
    const [paper, ink] = [settings.paper, settings.ink].map(number);
    return { terms: [], text: t("lens.scale", { ...words, paper, ink }) };
  }
  if (does !== "normalisation") return { terms: [], text: t("lens.activation", words) };
  const factor = signed(arrays.factor.values[cell.map]);
  const shift = signed(arrays.shift.values[cell.map]);
  return { terms: [], text: t("lens.normalisation", { ...words, factor, shift }) };
}

/**
 * A sum over all numbers before it: those that spoke most for it, and those against it.
 * @param {Known} look
 * @returns {Explained}
 */
function ofDense({ operation: { arrays }, before, cell, value, classes }) {
  const { values } = before.sheet;
  const own = arrays.weights.values.subarray(
    cell.map * values.length,
    (cell.map + 1) * values.length,
  );
  const products = Array.from(values, (each, index) => ({
    index,
    each,
    weight: own[index],
    sum: each * own[index],
  }));
  products.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const shown = products.slice(0, MOST_NUMBERS).sort((a, b) => b.sum - a.sum);
  const rest = products.slice(MOST_NUMBERS);
  const rows = shown.map(({ index, each, weight, sum }) =>
    el(
      "tr",
      { class: sum < 0 ? "against" : "for" },
      el("th", { scope: "row" }, t("lens.number", { n: index + 1 })),
      el("td", {}, number(each)),
      el("td", {}, `× ${signed(weight)}`),
      el("td", {}, `= ${signed(sum)}`),
    ),
  );
  const end = tail({
    shown: shown.map(({ sum }) => sum),
    others: rest.length,
    sum: rest.reduce((sum, { sum: each }) => sum + each, 0),
    kind: "numbers",
    bias: arrays.bias.values[cell.map],
    value,
  });
  const words = { n: shown.length, before: before.name, unit: classes?.[cell.map] ?? "" };
  return {
    terms: [el("table", { class: "products" }, el("tbody", {}, ...rows)), end],
    text: t(classes ? "lens.dense.class" : "lens.dense", words),
  };
}

/**
 * The distance between what came in and a class's own pattern.
 * @param {Known} look
 * @returns {Explained}
 */
function ofDistance({ operation: { arrays }, before, cell, value, classes }) {
  const { values } = before.sheet;
  const centre = arrays.centres.values.subarray(
    cell.map * values.length,
    (cell.map + 1) * values.length,
  );
  const words = {
    before: before.name,
    unit: classes?.[cell.map] ?? cell.map + 1,
    value: number(-value),
  };
  const text = t("lens.distance", words);
  if (values.length !== BITMAP.height * BITMAP.width) return { terms: [], text };
  const differences = values.map((each, index) => (each - centre[index]) ** 2);
  const most = Math.max(strongest(values), 1);
  const { height, width } = BITMAP;
  /** @param {Float32Array} part @param {number} [scale] @param {string} [label] */
  const one = (part, label, scale = most) =>
    el(
      "span",
      { class: "term bitmap" },
      el("span", { class: "soft of" }, label),
      framed(tile(part, height, width, scale)),
    );
  return {
    terms: [
      one(values, before.name),
      one(centre, t("lens.pattern", words)),
      one(differences, t("lens.differences"), Math.max(4, strongest(differences))),
    ],
    text,
  };
}

/**
 * The end of a sum: what is not shown one by one, and what all comes to.
 * @param {{shown: number[], others: number, sum: number, kind: string, bias: number | undefined,
 *   value: number}} parts
 */
function tail({ shown, others, sum, kind, bias, value }) {
  const words = [
    others > 0 && t(`lens.others.${kind}`, { n: others, sum: signed(sum) }),
    bias !== undefined && t("lens.bias", { bias: signed(bias) }),
    (shown.length > 1 || bias !== undefined) && t("lens.total", { total: signed(value) }),
    roundedApart([...shown, others > 0 ? sum : 0, bias ?? 0], value) && t("lens.rounded"),
  ];
  return el("p", { class: "soft tail" }, words.filter(Boolean).join(" "));
}

/** Whether the parts as they are written, rounded, do not add up to the written whole. @param {number[]} parts @param {number} whole */
function roundedApart(parts, whole) {
  /** @param {number} value */
  const written = (value) => Math.round(100 * value);
  return parts.reduce((all, part) => all + written(part), 0) !== written(whole);
}

/** What is made only when somebody opens it: the lens follows the pointer. @param {string} title @param {() => Node[]} make */
function onDemand(title, make) {
  const element = el("details", { class: "exact" }, el("summary", {}, title));
  element.addEventListener("toggle", () => element.append(...make()), { once: true });
  return element;
}

/**
 * Every product of a square of cells and a kernel, in numbers.
 * @param {ArrayLike<number>} patch @param {ArrayLike<number>} kernel @param {number} side @param {string} label
 */
function productsOf(patch, kernel, side, label) {
  const cells = Array.from(patch, (value, at) =>
    el("td", {}, number(value), el("span", {}, ` × ${signed(kernel[at])}`)),
  );
  const rows = Array.from({ length: side }, (_, row) =>
    el("tr", {}, ...cells.slice(row * side, (row + 1) * side)),
  );
  return el("table", {}, label && el("caption", {}, label), el("tbody", {}, ...rows));
}

/**
 * Input values, what they are multiplied by if there is something, and the result.
 * @param {HTMLCanvasElement} picture
 * @param {{label?: string, other?: HTMLCanvasElement | null, after: string}} options
 */
function term(picture, { label = "", other = null, after }) {
  return el(
    "div",
    { class: "term" },
    label && el("span", { class: "soft of" }, label),
    framed(picture),
    other && el("span", { "aria-hidden": "true" }, "×"),
    other && framed(other),
    el("span", { class: "value" }, after),
  );
}

/** @param {HTMLCanvasElement} canvas */
function framed(canvas) {
  canvas.setAttribute("aria-hidden", "true");
  return el("span", { class: "tile" }, canvas);
}

/**
 * A square of cells of a map, with zero padding.
 * @param {import("./maps.js").Sheet} sheet @param {number} map
 * @param {{top: number, left: number, side: number}} square
 */
function patchOf(sheet, map, { top, left, side }) {
  return Float32Array.from({ length: side * side }, (_, i) => {
    const row = top + Math.floor(i / side);
    const column = left + (i % side);
    const within = row >= 0 && column >= 0 && row < sheet.height && column < sheet.width;
    return within ? sheet.value(map, row, column) : 0;
  });
}
