/** Rooms whose programs are fetched when somebody first enters them. */
import { t } from "./strings.js";
import { ApiError } from "./transport.js";

/**
 * @typedef {import("./inside.js").InsideRoom} InsideRoom
 * @typedef {import("./inside.js").Subject} Subject
 * @typedef {ConstructorParameters<typeof import("./inside.js").InsideRoom>} Made of what it is made
 */

/** A program did not arrive. @returns {never} */
function missing() {
  throw new ApiError(t("error.unreachable"), 0);
}

/** The program of Numbers; `ApiError` if it does not arrive. */
export const numbersProgram = async () => await import("./numbers.js").catch(missing);

/** Look inside. Until its program is there it only remembers what is to be looked into. */
export class Inside {
  /** @type {Subject | null} */ subject = null;
  /** @type {InsideRoom | null} */ #room = null;
  #open = false;
  #made;

  /** @param {Made} made */
  constructor(...made) {
    this.#made = made;
  }

  /**
   * The room is entered, with the sheet to draw on; `ApiError` if its program does not arrive.
   * @param {HTMLElement} pad
   */
  async enter(pad) {
    this.#open = true;
    if (!this.#room) {
      const { InsideRoom } = await import("./inside.js").catch(missing);
      this.#room ??= new InsideRoom(...this.#made);
      this.#room.recolour();
    }
    if (!this.#open) return; // somebody went on meanwhile
    this.#room.subject = this.subject;
    this.#room.enter(pad);
  }

  leave() {
    this.#open = false;
    this.#room?.leave();
  }

  /** Show the layers of the chosen models. */
  build() {
    this.#room?.build();
  }

  /** Look into something else, or into nothing. @param {Subject | null} subject */
  set(subject) {
    this.subject = subject;
    this.#room?.set(subject);
  }

  /** The colours have changed. */
  recolour() {
    this.#room?.recolour();
  }
}
