// Runs the page's own modules: the places of images among test images, and what decides between two
// classes. Reads a file of JSON, writes JSON to stdout.
import { readFileSync } from "node:fs";
import { contrast } from "../src/lenet/server/page/contrast.js";
import { Embedding } from "../src/lenet/server/page/embedding.js";
import { Network } from "../src/lenet/server/page/network.js";

const { plan, images, embedding, count } = JSON.parse(readFileSync(process.argv[2], "utf-8"));

/** @param {string} text */
const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));
/** @param {string} text */
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);

for (const { arrays } of plan.layers)
  for (const array of Object.values(arrays)) array.values = floatsOf(array.values);
const network = new Network(plan);
const among =
  embedding &&
  new Embedding({
    mean: floatsOf(embedding.mean),
    directions: floatsOf(embedding.directions),
    points: Float32Array.from(
      new Int16Array(bytesOf(embedding.points).buffer),
      (each) => each * embedding.step,
    ),
  });
const pixels = bytesOf(images);
const answers = Array.from({ length: pixels.length / 784 }, (_, index) => {
  const layers = network.run(pixels.subarray(784 * index, 784 * (index + 1)));
  const [before, last] = layers.slice(-2).map(({ values }) => values);
  const { products, bias, total } = contrast(plan.layers.at(-1), before, 3, 8);
  const found = among?.place(before, count);
  return {
    point: found && [...found.point],
    nearest: found?.nearest,
    products: products.map(({ sum }) => sum),
    bias,
    total,
    lead: last[3] - last[8],
  };
});
process.stdout.write(JSON.stringify(answers));
