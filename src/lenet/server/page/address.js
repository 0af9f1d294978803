/**
 * The page's own address: `#` and a room, what is looked at there, or the token of the service.
 * `#inside?model=a&with=b&d=…`: two models on one drawing. A fragment is never sent to anybody.
 */
import { t } from "./strings.js";
import { SERVED } from "./transport.js";

export const ROOMS = ["draw", ...(SERVED ? ["picture"] : []), "inside", "numbers"];
export const EMBED = "embed"; // `?embed=1`: in a frame, with a low bar in place of header and footer
const CONTENT = "main"; // the target of the link that skips the header
const TOKEN = "token";
const PLACE = "lenet-place"; // the same in apipage.js
const SHEET = "lenet-sheet";
const PARTS = ["model", "with", "d"];
const NEAR = 0.5; // letters that may differ, as a share of the name's length

/**
 * @typedef {{room: string, model: string, other: string, drawn: string}} Place `other`: the model
 *   that is compared; `drawn`: the packed drawing or image; each "" where it is not told
 * @typedef {{at: string, fragment: string, sheet: string}} Kept what a tab showed when its address had
 *   the fragment `at`: the fragment for it, and all of the sheet, packed
 */

/** What a fragment says. @param {string} hash @returns {Place} */
export function placeOf(hash) {
  const [room, ...rest] = hash.slice(1).split("?");
  const parts = new URLSearchParams(rest.join("?"));
  /** @param {string} name */
  const said = (name) => parts.get(name) ?? "";
  return { room, model: said("model"), other: said("with"), drawn: said("d") };
}

/** The fragment for a place. @param {Place} place */
export function fragmentOf({ room, model, other, drawn }) {
  const parts = new URLSearchParams();
  if (model) parts.set("model", model);
  if (other) parts.set("with", other);
  if (drawn) parts.set("d", drawn);
  const text = String(parts);
  return text ? `#${room}?${text}` : `#${room}`;
}

/** Remember a fragment for who comes back from the page of the API. @param {string} fragment */
export function keepPlace(fragment) {
  try {
    sessionStorage.setItem(PLACE, fragment);
  } catch {
    // Without storage the browser's own way back leads here.
  }
}

/** A page's own key: services behind one proxy, and files, may share their storage. */
const sheetKey = () => `${SHEET} ${location.pathname}`;

/** Keep for this tab, and for nobody else, what it shows: a reload begins with it. @param {Kept} kept */
export function keepSheet(kept) {
  try {
    sessionStorage.removeItem(sheetKey()); // where there is no room for the new one, too
    sessionStorage.setItem(sheetKey(), JSON.stringify(kept));
  } catch {
    // Without storage a reload shows what the address holds.
  }
}

/** What this tab showed last; null if its address is another one by now. @returns {Kept | null} */
export function keptSheet() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(sheetKey()) ?? "null");
    const sound = typeof kept?.sheet === "string" && /^#/.test(kept.fragment);
    return sound && kept.at === location.hash ? kept : null;
  } catch {
    return null;
  }
}

/**
 * The sentence about the first name in an address that the page does not know, with the nearest
 * name it does know; "" if it knows all. Values are not repeated: one may be a token.
 * @param {{hash: string, search: string}} address
 * @returns {string}
 */
export function strangeIn({ hash, search }) {
  const [query] = new URLSearchParams(search).keys();
  const [place, ...rest] = hash.slice(1).split("?");
  const [fragment] = new URLSearchParams(place).keys();
  const part = [...new URLSearchParams(rest.join("?")).keys()].find(
    (name) => !PARTS.includes(name),
  );
  if (query !== undefined && query !== EMBED) {
    const near = nearest(query, [TOKEN, ...ROOMS]);
    return t(near ? "address.query.near" : "address.query", { name: query, near: written(near) });
  }
  if (fragment === undefined || [TOKEN, CONTENT, ...ROOMS].includes(fragment)) {
    if (part === undefined || fragment === TOKEN) return "";
    return t("address.part", { name: part, parts: PARTS.join(", ") });
  }
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
