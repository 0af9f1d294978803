/** Where another machine on the network opens the page: the address, and a QR code of it. */
import { el, svg } from "./elements.js";
import { t } from "./strings.js";

const MARGIN = 4; // modules around a QR code, as its standard asks for

/** @param {{address: string, code: string[]}} network */
export function networkPart({ address, code }) {
  const side = code.length + 2 * MARGIN;
  const path = code.flatMap((row, y) =>
    [...row].map((dark, x) => (dark === "1" ? `M${x + MARGIN} ${y + MARGIN}h1v1h-1z` : "")),
  );
  return el(
    "details",
    { class: "network" },
    el("summary", {}, t("network")),
    el("p", {}, el("a", { href: address }, address)),
    svg(
      "svg",
      { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": t("network.code", { address }) },
      svg("rect", { width: side, height: side }),
      svg("path", { d: path.join("") }),
    ),
    el("p", {}, t("network.token")),
  );
}
