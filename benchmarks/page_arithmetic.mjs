// How long the page's own arithmetic takes for an image, on one core, in Node:
//
//   lenet export reader --page page.html
//   node benchmarks/page_arithmetic.mjs page.html [REPETITIONS]
//
// Prints the median and the 90th percentile of each network in the page.
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { Network } from "../src/lenet/server/page/network.js";

/** 32-bit numbers of their planes of bytes, as alone.js has it for browsers. @param {Uint8Array} planes */
function numbersIn(planes) {
  const size = planes.length / 4;
  const whole = Uint8Array.from(planes, (_, at) => planes[(at % 4) * size + Math.floor(at / 4)]);
  return new Float32Array(whole.buffer);
}

const WARM = 30; // runs that are not counted: the compiler is still at work
const [file, repetitions = "200"] = process.argv.slice(2);
const page = readFileSync(file, "utf-8");

for (const [, text] of page.matchAll(/data-path="models\/[^"]*\/network">([^<]*)</g)) {
  const plan = JSON.parse(text);
  for (const { arrays } of plan.layers)
    for (const array of Object.values(arrays))
      array.values = numbersIn(inflateSync(Buffer.from(array.values, "base64")));
  const network = new Network(plan);
  const image = Uint8Array.from({ length: 784 }, (_, pixel) => (pixel * 7919) % 256);
  const times = Array.from({ length: WARM + Number(repetitions) }, () => {
    const begun = performance.now();
    network.run(image);
    return performance.now() - begun;
  })
    .slice(WARM)
    .sort((a, b) => a - b);
  /** @param {number} share */
  const at = (share) => times[Math.floor(share * times.length)].toFixed(2);
  console.log(`${plan.name}: ${at(0.5)} ms (90 % within ${at(0.9)} ms, ${times.length} runs)`);
}
