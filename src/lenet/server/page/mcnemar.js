/** McNemar's exact test: whether two models differ by more than chance explains. */

/** The customary level: below it a difference is said to be more than chance. */
export const SIGNIFICANT = 0.05;

/**
 * The p-value of the two-sided exact test (McNemar 1947), the same as Python's `lenet.metrics.mcnemar`.
 * Only images that exactly one of the two misread count; were both equally good, each of these
 * would be a fair coin toss.
 * @param {number} onlyFirst images that only the first misread @param {number} onlySecond
 * @returns {number} 0..1
 */
export function mcnemar(onlyFirst, onlySecond) {
  const tosses = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // The last term of the tail is the largest; powers of two alone would be 0 beyond 1074 tosses.
  let last = -tosses * Math.LN2;
  for (let i = 1; i <= fewer; i++) last += Math.log((tosses - fewer + i) / i);
  let [tail, term] = [0, 1];
  for (let i = fewer; i >= 0; i--) {
    tail += term;
    term *= i / (tosses - i + 1);
  }
  return Math.min(1, 2 * tail * Math.exp(last));
}

/** A p-value with its significant digits: "= 0.037", "< 0.0001". @param {number} p */
export function pText(p) {
  if (p < 0.0001) return "< 0.0001";
  return `= ${p.toFixed(p >= 0.1 ? 2 : p >= 0.001 ? 3 : 4)}`;
}
