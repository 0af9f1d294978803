/** The live camera. Browsers offer one only over https or on localhost. */
import { button, contextOf, el } from "./elements.js";
import { t } from "./strings.js";

/** The browser's name of a fault, and the text for it. */
const REASONS = new Map([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "none"],
]);
const LONGEST = 960; // pixels of the longer side of a live frame

/** @returns {boolean} */
export const cameraAllowed = () => isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);

export class Camera {
  open = false;
  /** @type {MediaStream | null} */ #stream = null;
  #does;
  #timer = 0;

  /**
   * @param {{frame: (blob: Blob) => void, taken: (blob: Blob) => void, closed: () => void,
   *   failed: (message: string) => void}} does
   */
  constructor(does) {
    this.#does = does;
    this.video = el("video", { playsinline: true, muted: true, "aria-label": t("camera.label") });
    this.video.muted = true; // the attribute has no effect once the element exists
    this.boxes = el("div", { class: "boxes", "aria-hidden": "true" });
    this.element = el(
      "div",
      { class: "camera", hidden: true },
      el("div", { class: "frame" }, this.video, this.boxes),
      el(
        "div",
        { class: "tools" },
        button(t("camera.take"), () => this.#take(), { class: "main" }),
        button(t("camera.close"), () => this.close()),
      ),
    );
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  async start() {
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
        audio: false,
      });
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      const reason = REASONS.get(name) ?? "failed";
      this.#does.failed(t(`camera.${reason}`));
      return;
    }
    this.video.srcObject = this.#stream;
    this.element.hidden = false;
    this.open = true;
    await this.video.play().catch(() => {}); // closed before it began
    this.#watch();
  }

  close() {
    if (!this.open) return;
    this.open = false;
    clearTimeout(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.video.srcObject = null;
    this.element.hidden = true;
    this.boxes.replaceChildren();
    this.#does.closed();
  }

  /** Send one frame after the other; the receiver skips frames while it is busy. */
  async #watch() {
    if (!this.open) return;
    const blob = await this.#frame(LONGEST);
    if (!this.open) return;
    if (blob) this.#does.frame(blob);
    this.#timer = setTimeout(() => this.#watch(), 150);
  }

  async #take() {
    const blob = await this.#frame(Infinity);
    if (blob && this.open) this.#does.taken(blob);
  }

  /**
   * One frame as a JPEG, or null where there is none yet.
   * @param {number} longest pixels of its longer side, at most
   * @returns {Promise<Blob | null>}
   */
  #frame(longest) {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return Promise.resolve(null);
    const scale = Math.min(1, longest / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    contextOf(canvas).drawImage(this.video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
  }
}
