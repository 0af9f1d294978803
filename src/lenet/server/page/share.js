/** What leaves the page by the person's own hand: a link, or a file. */
import { button, el, speak } from "./elements.js";
import { save } from "./files.js";
import { t } from "./strings.js";

/**
 * @typedef {() => (BlobPart | null) | Promise<BlobPart | null>} Content null: there is nothing
 * @typedef {{form: string, type: string, content: Content}} Form of a file, such as PNG
 */

export class Share {
  /**
   * @param {{link: (() => string) | null, name: string, forms: Form[]}} options `link`: the
   *   address of what is shown, "" where it would be too long; `name` of files, without ending
   */
  constructor({ link, name, forms }) {
    this.said = el("p", { class: "soft", tabindex: -1 });
    this.element = el(
      "div",
      { class: "share", role: "group", "aria-label": t("share") },
      link && button(t("share.link"), () => this.#copy(link())),
      ...forms.map(({ form, type, content }) =>
        button(
          form,
          async () => {
            const made = await content();
            if (made === null) return;
            const file = `${name}.${form.toLowerCase()}`;
            save(file, made, type);
            this.#say(t("share.saved", { name: file }));
          },
          { "aria-label": t("share.save", { form }) },
        ),
      ),
      this.said,
    );
  }

  /** @param {string} address */
  async #copy(address) {
    if (!address) {
      this.#say(t("share.too-long"));
      return;
    }
    try {
      await navigator.clipboard.writeText(address);
      this.#say(t("share.copied"));
    } catch {
      this.#say(t("share.by-hand")); // browsers give no clipboard over plain HTTP
    }
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.said.textContent = sentence;
    speak(sentence, 0);
  }
}
