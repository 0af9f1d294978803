/** The little Markdown of a model card as elements: headings, tables, lists, bold, code. */
import { el } from "./elements.js";

/**
 * Never as HTML: what is not understood stays text.
 * @param {string} text
 * @returns {HTMLElement}
 */
export function rendered(text) {
  const place = el("div", { class: "markdown" });
  // A card may begin with facts for machines between two lines of dashes.
  const body = text.replace(/^---\n[\s\S]*?\n---\n/, "");
  for (const block of body.split(/\n\s*\n/)) {
    const lines = block.split("\n").filter((line) => line.trim());
    if (lines.length) place.append(...elementsOf(lines));
  }
  return place;
}

function elementsOf(lines) {
  const heading = lines[0].match(/^(#{1,4})\s+(.*)/);
  if (heading) {
    const rest = lines.slice(1);
    return [el("h5", {}, ...inline(heading[2])), ...(rest.length ? elementsOf(rest) : [])];
  }
  if (lines[0].startsWith("```"))
    return [el("pre", {}, lines.filter((line) => !line.startsWith("```")).join("\n"))];
  if (lines.every((line) => line.trim().startsWith("|"))) return [table(lines)];
  if (lines.every((line) => /^\s*[-*] /.test(line)))
    return [
      el("ul", {}, ...lines.map((line) => el("li", {}, ...inline(line.replace(/^\s*[-*] /, ""))))),
    ];
  return [el("p", {}, ...inline(lines.join(" ")))];
}

function table(lines) {
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  const rows = lines.filter((line) => !/^[\s|:-]+$/.test(line) || !line.includes("-")).map(cells);
  const [head, ...body] = rows;
  const named = head.some(Boolean);
  return el(
    "div",
    { class: "scroll" },
    el(
      "table",
      {},
      named &&
        el(
          "thead",
          {},
          el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, ...inline(cell)))),
        ),
      el(
        "tbody",
        {},
        ...body.map(([first, ...others]) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, ...inline(first)),
            ...others.map((cell) => el("td", {}, ...inline(cell))),
          ),
        ),
      ),
    ),
  );
}

/** Text with `code` and **bold** in it. */
function inline(text) {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter(Boolean)
    .map((piece) => {
      if (/^`.+`$/.test(piece)) return el("code", {}, piece.slice(1, -1));
      if (/^\*\*.+\*\*$/.test(piece)) return el("strong", {}, piece.slice(2, -2));
      return piece;
    });
}
