/** What the page gets from its service. An exported page has `alone.js` in place of this. */
import { t } from "./strings.js";

/** Whether there is a service: it reads pictures, and drawings of many digits. */
export const SERVED = true;

/** The service refused a request, or could not be reached. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status @param {number} [wait] seconds */
  constructor(message, status, wait) {
    super(message);
    this.status = status;
    this.wait = wait;
  }
}

const GONE = 2; // seconds until the next try of a service that could not be reached
const KEY = "lenet-token";
/** @type {string | null} */
let token = null;

/** Take the token out of the address and keep it for this tab. */
export function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) history.replaceState(null, "", location.pathname + location.search);
  keepToken(found ?? stored());
}

/** Whether a token was given, in the address or by hand. */
export const hasToken = () => Boolean(token);

/** @param {string | null} value */
export function keepToken(value) {
  token = value;
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage the token is lost when the page closes.
  }
}

function stored() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/**
 * Ask the service.
 * @param {string} path below /v1/
 * @param {{method?: string, query?: Record<string, string | number | boolean>, body?: BodyInit, type?: string,
 *   signal?: AbortSignal}} [options]
 */
export async function request(path, { method = "GET", query = {}, body, type, signal } = {}) {
  const address = new URL(`v1/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (type) headers["Content-Type"] = type;
  if (token) headers.Authorization = `Bearer ${token}`;
  let answer;
  try {
    answer = await fetch(address, { method, body, headers, signal, redirect: "error" });
    if (answer.status === 204) return null;
    const found = await answer.json();
    if (answer.ok) return found;
    throw new ApiError(found?.error ?? t("error.strange"), answer.status, waitOf(answer));
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    // Either the service could not be reached, or the answer is not JSON.
    if (answer) throw new ApiError(t("error.strange"), answer.status);
    throw new ApiError(t("error.unreachable"), 0, GONE);
  }
}

/** The 32-bit numbers of a network as they come. @param {Uint8Array<ArrayBuffer>} bytes */
export const numbersIn = (bytes) => new Float32Array(bytes.buffer);

/** Seconds until the service wants to be asked again. @param {Response} answer */
function waitOf(answer) {
  const seconds = Number(answer.headers.get("Retry-After"));
  return seconds > 0 ? Math.min(seconds, 30) : undefined;
}

/** The worker that runs networks. */
export const startWorker = () =>
  new Worker(/** @type {HTMLMetaElement} */ (document.querySelector("meta[name=worker]")).content);
