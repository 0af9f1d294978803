/** McNemar's exact test: whether two models differ by more than chance explains. */

/** The customary level: below it a difference is said to be more than chance. */
export const SIGNIFICANT = 0.05;

const FINE = 64n; // binary digits of a p-value

/**
 * The p-value of the two-sided exact test (McNemar 1947), as Python's `lenet.metrics.mcnemar`. Only
 * images that exactly one of the two misread count; were both equally good, each of these would be
 * a fair coin toss.
 * @param {number} onlyFirst images that only the first misread @param {number} onlySecond
 * @returns {number} 0..1
 */
export function mcnemar(onlyFirst, onlySecond) {
  const tosses = BigInt(onlyFirst + onlySecond);
  const fewer = BigInt(Math.min(onlyFirst, onlySecond));
  let [ways, tail] = [1n, 1n];
  for (let i = 1n; i <= fewer; i++) {
    ways = (ways * (tosses - i + 1n)) / i;
    tail += ways;
  }
  return Math.min(1, Number((tail << FINE) >> (tosses - 1n)) / 2 ** Number(FINE));
}

const Z = 1.959963984540054; // of the normal distribution, for 95 %

/**
 * The difference of two error rates on the same images and its 95 % interval: the adjusted Wald
 * interval for paired proportions (Bonett and Price 2012), which counts one image more that only
 * the first misreads, and one that only the second does.
 * @param {number} onlyFirst images that only the first misread @param {number} onlySecond
 * @param {number} total of images
 * @returns {{difference: number, low: number, high: number}} first less second
 */
export function differenceOf(onlyFirst, onlySecond, total) {
  const [first, second] = [onlyFirst + 1, onlySecond + 1].map((n) => n / (total + 2));
  const middle = first - second;
  const reach = Z * Math.sqrt((first + second - middle ** 2) / (total + 2));
  const difference = (onlyFirst - onlySecond) / total;
  return { difference, low: Math.max(-1, middle - reach), high: Math.min(1, middle + reach) };
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A p-value with its significant digits, as in Python: "= 0.037"; a small one as "= 6.5·10⁻⁷".
 * @param {number} p
 */
export function pText(p) {
  if (p < 1e-15) return "< 10⁻¹⁵";
  if (p < 0.0001) {
    const [digits, power] = p.toExponential(1).split("e-");
    return `= ${digits}·10⁻${[...power].map((digit) => SUPERSCRIPTS[Number(digit)]).join("")}`;
  }
  const digits = p >= 0.1 ? 2 : p >= 0.001 ? 3 : 4;
  const written = p.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    roundingMode: "halfEven",
  });
  return `= ${written}`;
}
