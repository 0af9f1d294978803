/** What leaves the page by the person's own hand: a link, or a file. */
import { button, el, speak } from "./elements.js";
import { save } from "./files.js";
import { t } from "./strings.js";
import { SERVED, hasToken } from "./transport.js";

/**
 * @typedef {() => (BlobPart | null) | Promise<BlobPart | null>} Content null: there is nothing
 * @typedef {{form: string, type: string, content: Content}} Form of a file, such as PNG
 */

/** Names and addresses by which a computer calls itself; a file has none. */
const HERE = /^(localhost|127\..*|\[::1\]|)$/;

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
      link && passes() && button(t("share.pass"), () => this.#pass(link())),
      ...forms.map((form) => this.#saver(name, form, t("share.save", { form: form.form }))),
      this.said,
    );
  }

  /**
   * Offer files of one thing: what they hold stands before them, and names them.
   * @param {"drawing" | "picture" | "answers"} what @param {Form[]} forms
   */
  offer(what, forms) {
    const savers = forms.map((form) =>
      this.#saver(what, form, t(`share.save.${what}`, { form: form.form })),
    );
    const words = el("span", { "aria-hidden": "true" }, t(`share.of.${what}`));
    this.said.before(el("div", { class: "row" }, words, ...savers));
  }

  /** Tell programs where they get the same. */
  tellApi() {
    if (SERVED) this.said.before(el("a", { href: "api" }, t("share.api")));
  }

  /** What was said is about something that is no longer shown. */
  rest() {
    this.said.textContent = "";
  }

  /** @param {string} name of the file @param {Form} form @param {string} label */
  #saver(name, { form, type, content }, label) {
    const write = async () => {
      const made = await content();
      if (made === null) return;
      const file = `${name}.${form.toLowerCase()}`;
      save(file, made, type);
      this.#say(t("share.saved", { name: file }));
    };
    return button(form, write, { "aria-label": label });
  }

  /** Let the system pass the link on. @param {string} address */
  async #pass(address) {
    if (!address) this.#say(t("share.too-long"));
    else await navigator.share({ title: document.title, url: address }).catch(() => {}); // or not
  }

  /** @param {string} address */
  async #copy(address) {
    if (!address) {
      this.#say(t("share.too-long"));
      return;
    }
    try {
      await navigator.clipboard.writeText(address);
      this.#say(t("share.copied"), limits());
    } catch {
      this.#say(t("share.by-hand"), limits()); // browsers give no clipboard over plain HTTP
    }
  }

  /** @param {...string} sentences */
  #say(...sentences) {
    this.said.textContent = sentences.filter(Boolean).join(" ");
    speak(this.said.textContent, 0);
  }
}

/** Whether the system can pass links on, as phones do. */
const passes = () => "share" in navigator && matchMedia("(pointer: coarse)").matches;

/** What has to be known about a link. */
const limits = () =>
  [hasToken() && t("share.no-token"), HERE.test(location.hostname) && t("share.here")]
    .filter(Boolean)
    .join(" ");
