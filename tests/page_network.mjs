// Runs the page's own modules: networks over images, or over ink that it makes images of. Reads a
// file of JSON, writes JSON to stdout: verdicts, or the numbers of every layer.
import { readFileSync } from "node:fs";
import { normalised } from "../src/lenet/server/page/centring.js";
import { Network } from "../src/lenet/server/page/network.js";

const { networks, images, inks, everything } = JSON.parse(readFileSync(process.argv[2], "utf-8"));

/** @param {string} text */
const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));
/** @param {string} text */
const numbersOf = (text) => new Float32Array(bytesOf(text).buffer);
/** @param {Float32Array} values */
const textOf = ({ buffer, byteOffset, byteLength }) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

/** @returns {Uint8Array[]} */
function imagesAsked() {
  if (inks) return inks.map((ink) => normalised({ ...ink, values: bytesOf(ink.values) }));
  const pixels = bytesOf(images);
  return Array.from({ length: pixels.length / 784 }, (_, index) =>
    pixels.subarray(784 * index, 784 * (index + 1)),
  );
}

const asked = imagesAsked();
const answers = networks.map((plan) => {
  for (const { arrays } of plan.layers)
    for (const array of Object.values(arrays)) array.values = numbersOf(array.values);
  const network = new Network(plan);
  return asked.map((image) => {
    const layers = network.run(image);
    const verdict = network.judge(layers.at(-1).values);
    return everything ? { layers: layers.map(({ values }) => textOf(values)) } : verdict;
  });
});
process.stdout.write(JSON.stringify(answers));
