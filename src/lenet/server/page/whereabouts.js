/**
 * The address of what the page shows: written while the pen rests, copied as a link, and taken up
 * after a reload.
 */
import { ROOMS, fragmentOf, keepSheet, keptSheet, placeOf, strangeIn } from "./address.js";
import { state } from "./models.js";
import { packDrawing, packImage, packWhole, unpack } from "./packing.js";

/**
 * @typedef {import("./packing.js").Drawing} Drawing
 * @typedef {{room: string, drawing: Drawing | null, image: Uint8Array | null}} Shown `room`: "" while
 *   none is entered; `drawing`: what is on the sheet; `image`: what is looked into, if that is not the drawing
 */

const CALM = 400; // milliseconds that the pen rests before the address is written
const LONGEST = 2000; // characters of a link: programs that pass it on may cut a longer one

export class Whereabouts {
  /** The drawing or image that the address holds. */
  #wrote = "";
  #writing = 0;
  #shown;

  /** @param {() => Shown} shown */
  constructor(shown) {
    this.#shown = shown;
  }

  /** Write the address once the pen rests. */
  later() {
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => this.write(), CALM);
  }

  /** Write what is shown into the address, and keep it for a reload. */
  write() {
    clearTimeout(this.#writing);
    if (!this.#shown().room) return;
    const fragment = this.#fragment();
    if (fragment !== location.hash) {
      this.#wrote = placeOf(fragment).drawn;
      history.replaceState(null, "", fragment);
    }
    this.keep();
  }

  /**
   * Keep for a reload what the address has no room for, or does not hold yet: a reload loses nothing
   * that was drawn.
   */
  keep() {
    const { room, drawing } = this.#shown();
    if (!room) return; // what was kept is not shown yet
    const sheet = drawing ? packWhole(drawing) : "";
    keepSheet({ at: location.hash, fragment: this.#fragment(), sheet });
  }

  /**
   * Write into the address what this tab showed when it was left.
   * @returns {Drawing | null} what was on the sheet
   */
  takeUp() {
    const kept = keptSheet();
    if (!kept) return null;
    history.replaceState(null, "", kept.fragment);
    const found = unpack(kept.sheet, Infinity);
    if (!found || !("drawing" in found)) return null;
    const { drawn: word } = placeOf(kept.fragment);
    if (word && "drawing" in (unpack(word) ?? {})) this.#wrote = word; // it is the same drawing
    return found.drawing;
  }

  /** Whether a word of the address is not shown yet; from now on it is. @param {string} word */
  isNew(word) {
    if (!word || word === this.#wrote) return false;
    this.#wrote = word;
    return true;
  }

  /** The link to what is shown, "" where it would be too long. It never holds the token. */
  get link() {
    const place = this.#place(true);
    const link = linkTo(place);
    const lacks = this.#shown().drawing && !place.drawn;
    return lacks || link.length > LONGEST ? "" : link;
  }

  /** The fragment for what is shown; a strange one stays, and so does one that leads elsewhere. */
  #fragment() {
    const named = placeOf(location.hash).room;
    const leaving = ROOMS.includes(named) && named !== this.#shown().room;
    return leaving || strangeIn(location) ? location.hash : fragmentOf(this.#place(false));
  }

  /** What the page shows, for its address. @param {boolean} whole with the model, whatever it is */
  #place(whole) {
    const { room, drawing, image } = this.#shown();
    const usual = state.models.find((model) => model.default)?.name;
    const model = whole || state.model !== usual ? state.model : "";
    const place = { room, model, other: state.compare, drawn: "" };
    if (room === "inside" && image) place.drawn = packImage(image);
    else if ((room === "draw" || room === "inside") && drawing) {
      const without = linkTo({ ...place, drawn: "s" }).length - 1; // with "d=", but without its word
      place.drawn = packDrawing(drawing, LONGEST - without);
    }
    return place;
  }
}

/** The address of a place, for another window. @param {import("./address.js").Place} place */
const linkTo = (place) => `${location.href.split(/[?#]/)[0]}${fragmentOf(place)}`;
