/** Where an image lies among test images, by the numbers that a network makes of it before its output. */

/**
 * @typedef {{mean: Float32Array, directions: Float32Array, points: Float32Array}} Axes `mean`: (d,);
 *   `directions`: (k, d), those in which test images differ most; `points`: (n, k), the test images
 * @typedef {{point: Float32Array, nearest: number[]}} Place `nearest`: indices of test images
 */

export class Embedding {
  #axes;

  /** @param {Axes} axes */
  constructor(axes) {
    this.#axes = axes;
  }

  /**
   * The place of an image, and the test images nearest to it by all directions.
   * @param {Float32Array} values (d,) @param {number} count
   * @returns {Place}
   */
  place(values, count) {
    const { mean, directions, points } = this.#axes;
    const size = mean.length;
    const point = new Float32Array(directions.length / size);
    for (let k = 0; k < point.length; k++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += directions[k * size + i] * (values[i] - mean[i]);
      point[k] = sum;
    }
    const far = Array.from({ length: points.length / point.length }, (_, index) => {
      let sum = 0;
      for (let k = 0; k < point.length; k++)
        sum += (points[index * point.length + k] - point[k]) ** 2;
      return { index, sum };
    });
    far.sort((a, b) => a.sum - b.sum);
    return { point, nearest: far.slice(0, count).map(({ index }) => index) };
  }
}
