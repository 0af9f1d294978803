/** Which numbers before the output speak for one class rather than for another. */

/**
 * @typedef {{index: number, value: number, weights: [one: number, other: number], sum: number}} Product
 *   `weights`: of a full connection, or the two patterns that distances are measured to
 * @typedef {{products: Product[], bias: number, total: number}} Contrast the products that count
 *   most first; `total`: by how much the output for the one class is above that for the other
 */

/**
 * @param {Pick<import("./network.js").Operation, "does" | "arrays">} operation of the output: `dense` or `distance`
 * @param {Float32Array} values before it @param {number} one @param {number} other
 * @returns {Contrast}
 */
export function contrast({ does, arrays }, values, one, other) {
  const own = (arrays.weights ?? arrays.centres).values;
  const products = Array.from(values, (value, index) => {
    const [a, b] = [own[one * values.length + index], own[other * values.length + index]];
    const sum = does === "dense" ? (a - b) * value : (value - b) ** 2 - (value - a) ** 2;
    return { index, value, weights: /** @type {[number, number]} */ ([a, b]), sum };
  });
  products.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const bias = arrays.bias ? arrays.bias.values[one] - arrays.bias.values[other] : 0;
  return { products, bias, total: products.reduce((all, { sum }) => all + sum, bias) };
}
