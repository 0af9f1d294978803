/** The page's own address: `#` and a room, or the token of the service. */
import { t } from "./strings.js";
import { SERVED } from "./transport.js";

export const ROOMS = ["draw", ...(SERVED ? ["picture"] : []), "inside", "numbers"];
const CONTENT = "main"; // the target of the link that skips the header
const TOKEN = "token";
const NEAR = 0.5; // letters that may differ, as a share of the name's length

/**
 * The sentence about the first name in an address that the page does not know, with the nearest
 * name it does know; "" if it knows all. Values are not repeated: one may be a token.
 * @param {{hash: string, search: string}} address
 * @returns {string}
 */
export function strangeIn({ hash, search }) {
  const [query] = new URLSearchParams(search).keys();
  const [fragment] = new URLSearchParams(hash.slice(1)).keys();
  if (query !== undefined) {
    const near = nearest(query, [TOKEN, ...ROOMS]);
    return t(near ? "address.query.near" : "address.query", { name: query, near: written(near) });
  }
  if (fragment === undefined || [TOKEN, CONTENT, ...ROOMS].includes(fragment)) return "";
  const near = nearest(fragment, [...ROOMS, TOKEN]);
  return t(near ? "address.fragment.near" : "address.fragment", {
    name: fragment,
    near: written(near),
    rooms: ROOMS.map(written).join(", "),
  });
}

/** A name as it is written in the address. @param {string} name */
const written = (name) => (name === TOKEN ? "#token=…" : `#${name}`);

/**
 * The name nearest to a word, or "" if none is near.
 * @param {string} word @param {string[]} names
 */
function nearest(word, names) {
  const scores = names.map((name) => distance(word.toLowerCase(), name) / name.length);
  const best = Math.min(...scores);
  return best <= NEAR ? names[scores.indexOf(best)] : "";
}

/**
 * The Levenshtein distance of two words.
 * @param {string} one @param {string} other
 */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, wanted] of [...other].entries())
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (letter === wanted ? 0 : 1)));
    row = next;
  }
  return row[other.length];
}
