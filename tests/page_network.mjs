// Runs the page's own modules: networks over images. Reads a file of JSON, writes JSON to stdout.
import { readFileSync } from "node:fs";
import { Network } from "../src/lenet/server/page/network.js";

const { networks, images, everything } = JSON.parse(readFileSync(process.argv[2], "utf-8"));

/** @param {string} text */
const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));
/** @param {string} text */
const numbersOf = (text) => new Float32Array(bytesOf(text).buffer);
/** @param {Float32Array} values */
const textOf = ({ buffer, byteOffset, byteLength }) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

const pixels = bytesOf(images);
const answers = networks.map((plan) => {
  for (const { arrays } of plan.layers)
    for (const array of Object.values(arrays)) array.values = numbersOf(array.values);
  const network = new Network(plan);
  return Array.from({ length: pixels.length / 784 }, (_, index) => {
    const layers = network.run(pixels.subarray(784 * index, 784 * (index + 1)));
    const verdict = network.judge(layers.at(-1).values);
    return everything ? { layers: layers.map(({ values }) => textOf(values)) } : verdict;
  });
});
process.stdout.write(JSON.stringify(answers));
