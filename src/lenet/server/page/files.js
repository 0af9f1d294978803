/** Files that the page gives away: made here, saved by the browser, sent to nobody. */
import { el } from "./elements.js";

/**
 * Let the browser save a file.
 * @param {string} name @param {BlobPart} content @param {string} type
 */
export function save(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000); // the browser has begun by then
}

/**
 * Rows of a table as CSV, as in RFC 4180; the first row is the header.
 * @param {(string | number)[][]} rows
 */
export function csv(rows) {
  /** @param {string | number} cell */
  const quoted = (cell) => {
    const text = String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}
