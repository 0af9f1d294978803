/**
 * The page's content in a page that was exported: the answers of the API are in the file itself.
 * It takes the place of `transport.js`.
 */
import { t } from "./strings.js";

/** There is no service: the page reads drawings of one digit itself. */
export const SERVED = false;

/** The page lacks something. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status @param {number} [wait] seconds */
  constructor(message, status, wait) {
    super(message);
    this.status = status;
    this.wait = wait;
  }
}

/**
 * An answer that the API would give.
 * @param {string} path below /v1/
 * @returns {Promise<any>}
 */
export async function request(path) {
  const place = document.querySelector(`script[data-path="${CSS.escape(path)}"]`);
  if (!place?.textContent) throw new ApiError(t("error.not-exported"), 404);
  const answer = JSON.parse(place.textContent);
  if (answer.mistakes) {
    const digits = await testDigits();
    for (const mistake of answer.mistakes) mistake.image = digits[mistake.image];
  }
  return answer;
}

const PIXELS = 784;

/**
 * The test digits that any model misread, in base64. The file has each once, and runs of paper as
 * 0 and their length.
 * @returns {Promise<string[]>}
 */
async function testDigits() {
  const packed = atob(await request("digits"));
  let pixels = "";
  for (let i = 0; i < packed.length; i++)
    pixels += packed[i] === "\0" ? "\0".repeat(packed.charCodeAt(++i)) : packed[i];
  const count = pixels.length / PIXELS;
  return Array.from({ length: count }, (_, n) => btoa(pixels.slice(n * PIXELS, (n + 1) * PIXELS)));
}

/**
 * The 32-bit numbers of a network, whose first bytes come before their second ones, compressed.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function numbersIn(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const size = planes.length / 4;
  const whole = planes.map((_, at) => planes[(at % 4) * size + Math.floor(at / 4)]);
  return new Float32Array(whole.buffer);
}

/** The worker that runs networks; its program is in the file too. */
export function startWorker() {
  const program = document.getElementById("worker")?.textContent ?? "";
  return new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
}

// There is no token where there is no service.
export const takeToken = () => {};
export const hasToken = () => false;
/** @type {(value: string | null) => void} */
export const keepToken = () => {};
