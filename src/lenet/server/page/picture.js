/** A picture that was chosen, dropped, pasted or photographed. */
import { fromBase64, nameOf } from "./api.js";
import { drawBoxes, labelOf, seenIn } from "./boxes.js";
import { Camera, cameraAllowed } from "./camera.js";
import { digitCanvas } from "./digits.js";
import { button, contextOf, el, icon, speak } from "./elements.js";
import { about, state } from "./models.js";
import { bytes, percent, t } from "./strings.js";
import { SERVED } from "./transport.js";

const SIDES = [4000, 3000, 2000, 1400]; // pixels, tried in turn until the file is small enough

export class PictureRoom {
  /** The picture that is shown, as it is sent. @type {Blob | null} */ blob = null;
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
      closed: () => this.#arrange(),
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
    const chooser = button(t("picture.choose"), () => this.file.click(), { class: "main" });
    const shoot = button(t("picture.photograph"), () => this.shot.click(), { class: "touch-only" });
    this.live = button(t("picture.camera"), () => this.#openCamera(), {
      hidden: !cameraAllowed(),
    });
    place.append(
      el("div", { class: "tools" }, chooser, shoot, this.live, this.file, this.shot),
      this.problem,
      this.drop,
      this.frame,
      this.camera.element,
      this.note,
      this.crops,
    );
    this.place = place;
    if (SERVED) this.#listen(place);
    addEventListener("resize", () => this.blob && this.#fit());
  }

  /** Show a picture, and read it. @param {Blob} picture */
  async take(picture) {
    this.camera.close();
    this.fail("");
    this.note.textContent = "";
    this.crops.replaceChildren();
    this.forget();
    drawBoxes(this.boxes, null);
    let small = picture;
    if (picture.size > state.maxBody) {
      this.note.textContent = t("picture.reducing", { size: bytes(picture.size) });
      try {
        const { blob, ...reduced } = await reduce(picture, state.maxBody);
        small = blob;
        this.note.textContent = t("picture.reduced", { size: bytes(picture.size), ...reduced });
      } catch {
        this.note.textContent = "";
        this.fail(
          t("picture.too-large", { size: bytes(picture.size), most: bytes(state.maxBody) }),
        );
        return;
      }
    }
    this.blob = small;
    if (this.image.src) URL.revokeObjectURL(this.image.src);
    this.image.src = URL.createObjectURL(small);
    this.image.onerror = () => this.frame.classList.add("unseen-picture");
    this.image.onload = () => this.#fit();
    this.frame.classList.remove("unseen-picture");
    this.#arrange();
    this.busy(true);
    this.#show(small, false);
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
   */
  found(reading, chosen, live) {
    this.busy(false);
    this.fail("");
    drawBoxes(live ? this.camera.boxes : this.boxes, reading, {
      chosen,
      onchoose: live ? undefined : this.#choose,
    });
    this.crops.replaceChildren(
      ...seenIn(reading).map((found, index) => {
        const crop = this.#crop(found, reading.model, index);
        crop.setAttribute("aria-pressed", String(index === chosen));
        return el("li", {}, crop);
      }),
    );
  }

  /** @param {import("./boxes.js").Seen} found @param {string} model @param {number} index */
  #crop(found, model, index) {
    const { kind, label } = labelOf(found, model);
    return el(
      "button",
      {
        type: "button",
        class: kind,
        "aria-label": wordsOf(found, model),
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
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (
      this.boxes.querySelectorAll("[data-index]")
    ))
      each.classList.toggle("chosen", Number(each.dataset.index) === chosen);
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
  }

  /** Show the picture as large as there is room, but enlarge it no more than five times. */
  #fit() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    const scale = Math.min(5, (0.66 * innerHeight) / height);
    this.image.style.width = `${Math.max(120, Math.round(scale * width))}px`;
  }

  #arrange() {
    this.drop.hidden = this.camera.open || Boolean(this.blob);
    this.frame.hidden = this.image.hidden = this.camera.open || !this.blob;
    this.live.hidden = this.camera.open || !cameraAllowed();
  }

  /** @param {HTMLElement} place */
  #listen(place) {
    /** @param {DragEvent} event */
    const holds = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    document.addEventListener("dragover", (event) => {
      if (holds(event)) event.preventDefault(); // otherwise the browser would open the file
    });
    document.addEventListener("dragenter", (event) => {
      if (holds(event)) place.classList.toggle("over", ++this.#depth > 0);
    });
    document.addEventListener("dragleave", (event) => {
      if (holds(event)) place.classList.toggle("over", --this.#depth > 0);
    });
    document.addEventListener("drop", (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      this.#depth = 0;
      place.classList.remove("over");
      this.#offered(event.dataTransfer?.files ?? [], t("picture.no-picture"));
    });
    document.addEventListener("paste", (event) => {
      if (/** @type {Element} */ (event.target).closest?.("input, textarea")) return;
      this.#offered(event.clipboardData?.files ?? [], t("picture.nothing-pasted"));
    });
    this.drop.addEventListener("click", () => this.file.click());
  }

  /** @param {FileList | File[]} files @param {string} otherwise what is said if there is none */
  #offered(files, otherwise) {
    const picture = [...files].find((file) => file.type.startsWith("image/")) ?? files[0];
    location.hash = "#picture";
    if (picture) this.take(picture);
    else {
      this.fail(otherwise);
      speak(otherwise, 0);
    }
  }
}

/**
 * What a screen reader says of something that was found.
 * @param {import("./boxes.js").Seen} found @param {string} model
 */
function wordsOf(found, model) {
  if ("reason" in found) return about(model, "answer.one.refused");
  const share = percent(found.probability);
  return t(`answer.one.${found.status}`, { digit: nameOf(found), share });
}

/**
 * Make a picture small enough to be sent.
 * @param {Blob} picture @param {number} most bytes
 * @returns {Promise<{blob: Blob, width: number, height: number}>}
 */
async function reduce(picture, most) {
  const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  try {
    for (const side of SIDES) {
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(bitmap.width * scale);
      canvas.height = Math.round(bitmap.height * scale);
      const context = contextOf(canvas, { alpha: false });
      context.fillStyle = "#fff"; // behind transparent pixels
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.imageSmoothingQuality = "high";
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      /** @type {Blob | null} */
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
      if (blob && blob.size <= most) return { blob, width: canvas.width, height: canvas.height };
    }
  } finally {
    bitmap.close();
  }
  throw new Error("it stays too large");
}
