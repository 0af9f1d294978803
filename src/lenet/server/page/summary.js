/** What a stream comes to, in short: the answer and the next one, or why there is none; and what is like it. */
import { el } from "./elements.js";
import { about, classesOf } from "./models.js";
import { number, portion, t } from "./strings.js";

export class Summary {
  #model;

  /** @param {string} model */
  constructor(model) {
    this.#model = model;
    this.judged = el("span");
    this.nearest = el("span");
    this.element = el("p", { class: "summary" }, this.judged, " ", this.nearest);
  }

  /** @param {import("./api.js").Layers} found */
  show({ status, probabilities, score, rejection }) {
    const classes = classesOf(this.#model);
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const [one, other = one] = order;
    this.judged.textContent =
      status === "not_a_digit"
        ? about(this.#model, "summary.refused", {
            score: number(score),
            threshold: number(rejection ?? 0),
          })
        : t("summary.taken", {
            one: classes[one],
            other: classes[other],
            share: portion(probabilities[other]),
          });
  }

  /** Name the test images that are most like it. @param {string[]} names of their classes */
  alike(names) {
    const nearest = names.join(", ");
    this.nearest.textContent = about(this.#model, "summary.nearest", { nearest });
  }
}
