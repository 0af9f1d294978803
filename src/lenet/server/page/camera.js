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

/** @returns {Promise<MediaDeviceInfo[]>} */
const cameras = async () =>
  (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");

export class Camera {
  open = false;
  /** @type {MediaStream | null} */ #stream = null;
  #does;
  #timer = 0;

  /**
   * @param {{frame: (blob: Blob) => void, taken: (blob: Blob) => void, closed: (held: boolean) => void,
   *   failed: (message: string) => void}} does
   */
  constructor(does) {
    this.#does = does;
    this.video = el("video", { playsinline: true, muted: true, "aria-label": t("camera.label") });
    this.video.muted = true; // the attribute has no effect once the element exists
    this.boxes = el("div", { class: "boxes", "aria-hidden": "true" });
    this.shutter = button(t("camera.take"), () => this.#take(), { class: "main" });
    this.flip = button(t("camera.flip"), () => this.#turn(), { hidden: true });
    this.element = el(
      "div",
      { class: "camera", hidden: true },
      el("div", { class: "frame" }, this.video, this.boxes),
      el(
        "div",
        { class: "tools" },
        this.shutter,
        this.flip,
        button(t("camera.close"), () => this.close()),
      ),
    );
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  async start() {
    if (!(await this.#run({ facingMode: "environment" }))) return;
    this.element.hidden = false;
    this.open = true;
    await this.video.play().catch(() => {}); // closed before it began
    this.#watch();
    // Browsers name the cameras only once one of them may be used.
    this.flip.hidden = (await cameras()).length < 2;
  }

  /** Show what a camera sees, instead of what another one saw. @param {MediaTrackConstraints} which @returns {Promise<boolean>} */
  async #run(which) {
    try {
      this.#stop(); // a phone opens one camera at a time
      this.#stream = await navigator.mediaDevices.getUserMedia({
        video: { ...which, width: { ideal: 1920 }, height: { ideal: 1080 } },
        audio: false,
      });
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      const reason = REASONS.get(name) ?? "failed";
      this.#does.failed(t(`camera.${reason}`));
      return false;
    }
    this.video.srcObject = this.#stream;
    return true;
  }

  /** Front or back; or the next one, where cameras do not know which way they look. */
  async #turn() {
    const { facingMode, deviceId } = this.#stream?.getVideoTracks()[0]?.getSettings() ?? {};
    const all = (await cameras()).map((each) => each.deviceId);
    const next = all[(all.indexOf(deviceId ?? "") + 1) % all.length];
    const other = facingMode === "environment" ? "user" : "environment";
    const done = await this.#run(facingMode ? { facingMode: other } : { deviceId: next });
    if (done) await this.video.play().catch(() => {});
    else this.close();
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.video.srcObject = null;
  }

  close() {
    if (!this.open) return;
    this.open = false;
    clearTimeout(this.#timer);
    this.#stop();
    const held = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.boxes.replaceChildren();
    this.#does.closed(held);
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
