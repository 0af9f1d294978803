/** From the numbers of the last layer to an answer: softmax, its temperature, and the threshold. */
import { Bars } from "./bars.js";
import { el } from "./elements.js";
import { about, classesOf, facts, readsDigits } from "./models.js";
import { softmax } from "./network.js";
import { number, t } from "./strings.js";
import { SERVED } from "./transport.js";

// The slider is logarithmic: as far from the middle to a tenth as to ten times.
const STEPS = 40;
const [LOWEST, HIGHEST] = [0.1, 10];

const METER = 30; // of the score, from one end of the meter to the other
const THRESHOLD_AT = 1 / 3; // of its length; the style draws the mark there

/** @param {number} step */
const temperatureOf = (step) => LOWEST * (HIGHEST / LOWEST) ** (step / STEPS);
/** @param {number} temperature */
const stepOf = (temperature) =>
  (STEPS * Math.log(temperature / LOWEST)) / Math.log(HIGHEST / LOWEST);

/** @typedef {import("./api.js").Layers} Layers */

export class Softmax {
  /** @type {Layers | null} */ #found = null;
  #model;
  #moved = false;

  /** @param {string} model */
  constructor(model) {
    this.#model = model;
    this.bars = new Bars();
    this.supposed = el("p", { class: "supposed", hidden: true });
    const id = `temperature-${model}`;
    this.slider = el("input", {
      id,
      type: "range",
      min: 0,
      max: STEPS,
      step: "any",
      oninput: () => {
        this.#moved = true;
        this.#show();
      },
    });
    this.mark = el("span", { class: "fitted", "aria-hidden": "true" });
    this.now = el("output", { for: id, class: "value" });
    this.fitted = el(
      "button",
      { type: "button", class: "link", onclick: () => this.#reset() },
      t("softmax.unfitted", { temperature: number(1) }),
    );
    this.what = el("p", { class: "soft" });
    this.score = el("p", { class: "soft" });
    this.meter = el("div", { class: "meter", "aria-hidden": "true" }, el("i"), el("b"));
    this.element = el(
      "div",
      { class: "softmax", tabindex: -1 },
      this.supposed,
      this.bars.element,
      el(
        "div",
        { class: "temperature" },
        el("label", { for: id }, t("softmax.temperature")),
        el("span", { class: "track-marked" }, this.slider, this.mark),
        this.now,
        this.fitted,
      ),
      this.what,
      this.meter,
      this.score,
    );
  }

  /** @param {Layers} found */
  show(found) {
    this.#found = found;
    if (!this.#moved) this.slider.value = String(stepOf(found.temperature));
    this.mark.style.setProperty("--at", String(stepOf(found.temperature) / STEPS));
    const how = found.temperature === 1 ? "unfitted" : "fitted";
    this.fitted.textContent = t(`softmax.${how}`, { temperature: number(found.temperature) });
    this.what.textContent = [
      about(this.#model, "softmax.what"),
      t(`softmax.how.${how}`),
      SERVED && facts(this.#model).belief && t("softmax.found"),
    ]
      .filter(Boolean)
      .join(" ");
    this.#show();
    this.#showScore(found);
  }

  #reset() {
    this.#moved = false;
    if (this.#found) this.show(this.#found);
  }

  #show() {
    const found = this.#found;
    if (!found) return;
    const temperature = this.#moved ? temperatureOf(this.slider.valueAsNumber) : found.temperature;
    const logits = found.layers[found.layers.length - 1].values;
    this.now.textContent = number(temperature);
    this.slider.setAttribute("aria-valuetext", number(temperature));
    this.bars.show(classesOf(this.#model), softmax(logits, temperature));
  }

  /** The score beside the threshold: why something is refused. @param {Layers} found */
  #showScore({ score, rejection }) {
    const { belief } = facts(this.#model);
    this.meter.hidden = rejection === null;
    const refused = rejection !== null && score < rejection;
    const key = rejection === null ? "none" : refused ? "refused" : "taken";
    const words = { score: number(score), threshold: number(rejection ?? 0) };
    const why = ["summary.refused", "softmax.supposed"].map((k) => about(this.#model, k, words));
    this.supposed.textContent = why.join(" ");
    this.supposed.hidden = !refused;
    this.element.classList.toggle("refused", refused);
    this.score.textContent = [
      about(this.#model, "softmax.score", words),
      t(`softmax.${key}`, words),
      SERVED && !belief && readsDigits(this.#model) && t("softmax.left-out"),
    ]
      .filter(Boolean)
      .join(" ");
    if (rejection === null) return;
    const share = Math.max(0, Math.min(1, THRESHOLD_AT + (score - rejection) / METER));
    this.meter.style.setProperty("--score", String(share));
  }
}
