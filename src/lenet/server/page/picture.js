/** A picture that was chosen, dropped, pasted or photographed. */
import { fromBase64, nameOf } from "./api.js";
import { drawBoxes, labelOf, markChosen, onlyIn, seenIn } from "./boxes.js";
import { Camera, cameraAllowed } from "./camera.js";
import { digitCanvas } from "./digits.js";
import { button, contextOf, el, icon, speak } from "./elements.js";
import { about, state } from "./models.js";
import { TooLarge, madeReady } from "./sending.js";
import { bytes, percent, t } from "./strings.js";
import { SERVED } from "./transport.js";
import { notice } from "./trouble.js";
import { verdictOf } from "./verdict.js";

export class PictureRoom {
  /** The picture that is shown, as it is sent. @type {Blob | null} */ blob = null;
  /** Whether the browser can show it. */ #seen = false;
  #taken = 0;
  #show;
  #choose;
  #depth = 0;

  /**
   * @param {HTMLElement} place
   * @param {{read: (picture: Blob, live: boolean) => void, choose: (index: number) => void,
   *   forget: () => void}} does
   */
  constructor(place, { read, choose, forget }) {
    this.#show = read;
    this.#choose = choose;
    this.forget = forget;
    this.file = this.#input({});
    this.shot = this.#input({ capture: "environment" });
    this.image = el("img", { alt: t("picture.shown"), hidden: true });
    this.boxes = el("div", { class: "boxes", "aria-hidden": "true" });
    this.frame = el("div", { class: "frame", hidden: true }, this.image, this.boxes);
    this.note = el("p", { class: "soft note", role: "status" });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.crops = el("ul", { class: "crops", "aria-label": t("picture.crops") });
    this.camera = new Camera({
      frame: (blob) => this.#show(blob, true),
      taken: (blob) => this.take(blob),
      closed: (held) => {
        this.#arrange();
        if (held) this.live.focus();
      },
      failed: (message) => this.fail(message),
    });
    this.drop = el(
      "div",
      { class: "drop" },
      icon(
        "M12 16V4 M7.5 8.5L12 4l4.5 4.5 M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15",
      ),
      el("p", {}, t(matchMedia("(pointer: coarse)").matches ? "picture.here" : "picture.drop")),
    );
    this.chooser = button(t("picture.choose"), () => this.file.click(), { class: "main" });
    const shoot = button(t("picture.photograph"), () => this.shot.click(), { class: "touch-only" });
    this.live = button(t("picture.camera"), () => this.#openCamera(), {
      hidden: !cameraAllowed(),
    });
    this.discard = button(t("picture.remove"), () => this.remove(), { hidden: true });
    place.append(
      el(
        "div",
        { class: "tools" },
        ...[this.chooser, shoot, this.live, this.discard, this.file, this.shot],
      ),
      this.problem,
      this.drop,
      this.frame,
      this.camera.element,
      this.note,
      this.crops,
    );
    this.place = place;
    this.#listen(place);
    addEventListener("resize", () => this.blob && this.#fit());
  }

  /** Show a picture, and read it. @param {Blob} picture */
  async take(picture) {
    this.#drop();
    const mine = this.#taken;
    if (picture.size > state.maxBody)
      this.note.textContent = t("picture.reducing", { size: bytes(picture.size) });
    let ready;
    try {
      ready = await madeReady(picture, state);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
    }
    if (mine !== this.#taken) return; // another one was chosen meanwhile
    this.note.textContent = ready?.note ? t(ready.note.key, ready.note.values) : "";
    if (!ready) {
      this.fail(t("picture.too-large", { size: bytes(picture.size), most: bytes(state.maxBody) }));
      return;
    }
    this.blob = ready.blob;
    this.#seen = ready.shown;
    if (ready.shown) {
      this.image.src = URL.createObjectURL(ready.blob);
      this.image.onload = () => this.#fit();
    }
    this.#arrange();
    this.busy(true);
    this.#show(ready.blob, false);
  }

  /** Take the picture and its reading away. */
  remove() {
    this.#drop();
    this.chooser.focus();
  }

  /** Have no picture. */
  #drop() {
    this.#taken++;
    this.camera.close();
    this.fail("");
    this.note.textContent = "";
    this.crops.replaceChildren();
    this.forget();
    drawBoxes(this.boxes, null);
    if (this.image.src) URL.revokeObjectURL(this.image.src);
    this.image.removeAttribute("src");
    this.blob = null;
    this.#seen = false;
    this.#arrange();
  }

  /** The picture as PNG, with the boxes of what was found; null where there is none. */
  async png() {
    if (!this.#seen) return null;
    const { naturalWidth: width, naturalHeight: height } = this.image;
    const canvas = el("canvas", { width, height });
    const context = contextOf(canvas);
    context.drawImage(this.image, 0, 0);
    context.lineWidth = Math.max(2, Math.max(width, height) / 400);
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (
      this.boxes.querySelectorAll("[data-index]:not(.differs)")
    )) {
      const { left, top, width: across, height: down } = box.style;
      /** @param {string} share @param {number} side */
      const pixels = (share, side) => (Number.parseFloat(share) / 100) * side;
      context.strokeStyle = getComputedStyle(box).borderTopColor;
      const corner = /** @type {const} */ ([pixels(left, width), pixels(top, height)]);
      context.strokeRect(...corner, pixels(across, width), pixels(down, height));
    }
    return new Promise((/** @type {(blob: Blob | null) => void} */ resolve) =>
      canvas.toBlob(resolve, "image/png"),
    );
  }

  /** Read the same picture again, for example with another model. */
  again() {
    if (this.blob && !this.camera.open) {
      this.busy(true);
      this.#show(this.blob, false);
    }
  }

  /** Show or hide that a reading is under way; the style delays it. @param {boolean} on */
  busy(on) {
    this.frame.classList.toggle("busy", on);
    this.frame.setAttribute("aria-busy", String(on));
  }

  /**
   * Show what was found in it.
   * @param {import("./api.js").Reading} reading @param {number} chosen @param {boolean} live
   * @param {import("./api.js").Reading | null} [other] by the model it is compared with
   */
  found(reading, chosen, live, other = null) {
    this.busy(false);
    this.fail("");
    drawBoxes(live ? this.camera.boxes : this.boxes, reading, {
      chosen,
      onchoose: live ? undefined : this.#choose,
      other,
    });
    /** @type {Set<import("./boxes.js").Seen>} */
    const only = new Set(onlyIn(other, reading));
    this.crops.replaceChildren(
      ...seenIn(reading, other).map((found, index) => {
        const by = other && only.has(found) ? other.model : null;
        const crop = this.#crop(found, by ?? reading.model, index, by !== null);
        crop.setAttribute("aria-pressed", String(index === chosen));
        return el("li", {}, crop);
      }),
    );
  }

  /**
   * @param {import("./boxes.js").Seen} found @param {string} model that found it @param {number} index
   * @param {boolean} second whether that is the model this one is compared with
   */
  #crop(found, model, index, second) {
    const { kind, label } = labelOf(found, model);
    const words = wordsOf(found, model);
    return el(
      "button",
      {
        type: "button",
        class: second ? "second" : kind,
        "aria-label": second ? `${t("answer.by", { model })} ${words}` : words,
        onclick: () => this.#choose(index),
      },
      el("span", { class: "pixels" }, digitCanvas(fromBase64(found.image))),
      el("span", {}, label),
    );
  }

  /** Mark the chosen digit without building the list again. @param {number} chosen */
  mark(chosen) {
    [...this.crops.querySelectorAll("button")].forEach((each, index) =>
      each.setAttribute("aria-pressed", String(index === chosen)),
    );
    markChosen(this.boxes, chosen);
  }

  /** Say what went wrong, or with "" that nothing did. @param {string} message */
  fail(message) {
    this.busy(false);
    this.problem.textContent = message;
    this.problem.hidden = !message;
  }

  /** Called when the room is left: stop the camera. */
  leave() {
    this.camera.close();
  }

  /** @param {import("./elements.js").Attributes} attributes */
  #input(attributes) {
    const input = el("input", {
      type: "file",
      accept: "image/*",
      hidden: true,
      onchange: () => {
        const file = input.files?.[0];
        if (file) this.take(file);
        input.value = ""; // the same file can be chosen again
      },
      ...attributes,
    });
    return input;
  }

  async #openCamera() {
    this.fail("");
    this.forget();
    this.crops.replaceChildren();
    await this.camera.start();
    this.#arrange();
    if (this.camera.open) this.camera.shutter.focus();
  }

  /** Show the picture as large as there is room, but enlarge it no more than five times. */
  #fit() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    const scale = Math.min(5, (0.66 * innerHeight) / height);
    this.image.style.width = `${Math.max(120, Math.round(scale * width))}px`;
  }

  #arrange() {
    // Of a file that the browser cannot show there is only what was read in it.
    this.drop.hidden = this.camera.open || this.#seen;
    this.frame.hidden = this.image.hidden = this.camera.open || !this.#seen;
    this.discard.hidden = this.camera.open || !this.blob;
    this.live.hidden = this.camera.open || !cameraAllowed();
  }

  /** @param {HTMLElement} place */
  #listen(place) {
    /** @param {DragEvent} event @param {string} [type] */
    const holds = (event, type = "Files") => [...(event.dataTransfer?.types ?? [])].includes(type);
    /** Text may be dropped into a field. @param {Event} event */
    const typed = ({ target }) => /** @type {Element} */ (target).closest?.("input, textarea");
    document.addEventListener("dragover", (event) => {
      // Otherwise the browser would open what is dropped, and leave the page.
      if (holds(event) || !typed(event)) event.preventDefault();
    });
    document.addEventListener("dragenter", (event) => {
      if (holds(event)) place.classList.toggle("over", ++this.#depth > 0);
    });
    document.addEventListener("dragleave", (event) => {
      if (holds(event)) place.classList.toggle("over", --this.#depth > 0);
    });
    document.addEventListener("drop", (event) => {
      if (!holds(event) && typed(event)) return;
      event.preventDefault();
      this.#depth = 0;
      place.classList.remove("over");
      if (!SERVED) {
        this.#refuse(t("picture.alone"));
        return;
      }
      const link = holds(event, "text/uri-list");
      if (!this.#offered(event.dataTransfer?.files ?? []))
        this.#refuse(t(link ? "picture.link" : "picture.no-picture"));
    });
    if (!SERVED) return; // without a service no picture is read
    document.addEventListener("paste", (event) => {
      if (typed(event)) return;
      const taken = this.#offered(event.clipboardData?.files ?? []);
      // In other rooms nobody expects pasted words to do anything.
      if (!taken && this.#open) this.#refuse(t("picture.nothing-pasted"));
    });
    this.drop.addEventListener("click", () => this.file.click());
  }

  /** Whether this room is the one that is open. */
  get #open() {
    return this.place.checkVisibility();
  }

  /** Take the first picture, in this room. @param {FileList | File[]} files @returns {boolean} */
  #offered(files) {
    const picture = [...files].find((file) => file.type.startsWith("image/")) ?? files[0];
    if (!picture) return false;
    location.hash = "#picture";
    this.take(picture);
    return true;
  }

  /** Say why nothing was taken; who is in another room stays there. @param {string} sentence */
  #refuse(sentence) {
    if (this.#open) this.fail(sentence);
    else notice(sentence);
    speak(sentence, 0);
  }
}

/**
 * What a screen reader says of something that was found.
 * @param {import("./boxes.js").Seen} found @param {string} model
 */
function wordsOf(found, model) {
  if ("reason" in found) return about(model, "answer.one.refused");
  const share = percent(found.probability);
  return t(`answer.one.${verdictOf(found)}`, { digit: nameOf(found), share });
}
