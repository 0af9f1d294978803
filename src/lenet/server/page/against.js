/** Why the answer, and not another class: the numbers before the output that decide between them. */
import { contrast } from "./contrast.js";
import { el } from "./elements.js";
import { about, classesOf } from "./models.js";
import { number, signed, t } from "./strings.js";

// Numbers shown one by one: those that count most for the answer, and against it.
const [MOST_FOR, MOST_AGAINST] = [5, 3];

/**
 * @typedef {import("./network.js").Operation} Operation
 * @typedef {import("./api.js").Layers} Layers
 */

export class Against {
  /** @type {Operation | null} */ #operation = null;
  /** @type {Layers | null} */ #found = null;
  #model;
  #classes;
  #before;

  /** @param {string} model @param {string} before name of the layer before the output */
  constructor(model, before) {
    this.#model = model;
    this.#classes = classesOf(model);
    this.#before = before;
    const id = `against-${model}`;
    this.select = el(
      "select",
      { id, onchange: () => this.#show() },
      el("option", { value: "" }),
      ...this.#classes.map((name, index) => el("option", { value: index }, name)),
    );
    this.question = el("label", { for: id });
    this.what = el("p", { class: "soft" });
    this.body = el("tbody", {});
    this.end = el("p", { class: "soft" });
    this.element = el(
      "div",
      { class: "against", hidden: true },
      el("div", { class: "row" }, this.question, this.select),
      this.what,
      el("table", { class: "products" }, this.body),
      this.end,
    );
  }

  /** Whether an output is made of numbers that can be weighed. @param {Operation | undefined} operation */
  static fit(operation) {
    return operation?.does === "dense" || operation?.does === "distance";
  }

  /** @param {Operation} operation of the output */
  know(operation) {
    this.#operation = operation;
    this.#show();
  }

  /** @param {Layers} found */
  show(found) {
    this.#found = found;
    this.#show();
  }

  #show() {
    const [before, last] = this.#found?.layers.slice(-2) ?? [];
    if (!before || !this.#operation || last.values.length < 2) return;
    this.element.hidden = false;
    const order = Array.from(last.values.keys()).sort((a, b) => last.values[b] - last.values[a]);
    const [one, second] = order;
    const chosen = this.select.value === "" ? second : Number(this.select.value);
    const other = chosen === one ? second : chosen;
    const names = { one: this.#classes[one], other: this.#classes[other] };
    this.question.textContent =
      this.#found?.status === "not_a_digit"
        ? about(this.#model, "against.refused", names)
        : t("against", names);
    this.select.options[0].textContent = t("against.second", { second: this.#classes[second] });
    for (const option of Array.from(this.select.options).slice(1)) {
      option.disabled = Number(option.value) === one;
      option.hidden = Number(option.value) === second; // it is named first
    }
    const { does } = this.#operation;
    const { products, bias, total } = contrast(this.#operation, before.values, one, other);
    const shown = [
      ...products.filter(({ sum }) => sum > 0).slice(0, MOST_FOR),
      ...products.filter(({ sum }) => sum < 0).slice(0, MOST_AGAINST),
    ].sort((a, b) => b.sum - a.sum);
    this.what.textContent = t(`against.${does}`, { ...names, before: this.#before });
    this.body.replaceChildren(...shown.map((product) => rowOf(product, does)));
    const others = products.filter((product) => !shown.includes(product));
    const rest = others.reduce((sum, product) => sum + product.sum, 0);
    const words = [
      others.length > 0 && t("lens.others.numbers", { n: others.length, sum: signed(rest) }),
      does === "dense" && t("against.bias", { bias: signed(bias) }),
      t(`against.${does}.total`, { ...names, total: signed(total), far: number(total) }),
    ];
    this.end.textContent = words.filter(Boolean).join(" ");
  }
}

/** @param {import("./contrast.js").Product} product @param {string} does */
function rowOf({ index, value, weights: [one, other], sum }, does) {
  const how =
    does === "dense"
      ? `× ${signed(one - other)}`
      : `${number((value - other) ** 2)} − ${number((value - one) ** 2)}`;
  return el(
    "tr",
    { class: sum < 0 ? "against-it" : "for" },
    el("th", { scope: "row" }, t("lens.number", { n: index + 1 })),
    el("td", {}, number(value)),
    el("td", {}, how),
    el("td", {}, `= ${signed(sum)}`),
  );
}
