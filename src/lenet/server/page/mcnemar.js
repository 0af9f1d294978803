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

/** A p-value with its significant digits, as in Python: "= 0.037", "< 0.0001". @param {number} p */
export function pText(p) {
  if (p < 0.0001) return "< 0.0001";
  const digits = p >= 0.1 ? 2 : p >= 0.001 ? 3 : 4;
  const written = p.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    roundingMode: "halfEven",
  });
  return `= ${written}`;
}
