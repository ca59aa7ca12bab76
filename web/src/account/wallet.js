// Handing a badge to a wallet: a link for a wallet on this device, and the same as a QR code for one on another.

import { encode } from "uqr";

import { el, svg } from "../view/dom.js";

/** A link and a picture of an offer. */
export function offered({ offerUri }, words) {
  return el(
    "div",
    { class: "wallet" },
    el("a", { class: "button button--main", href: offerUri }, words.open),
    qrCode(offerUri, words.scan),
    el("p", {}, words.scan),
  );
}

/** Dark on light whatever the page's colours are: not every reader takes the reverse. */
function qrCode(text, label) {
  const { size, data } = encode(text, { ecc: "L", border: 4 });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return svg(
    "svg",
    { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("path", { d: `M0 0h${size}v${size}h-${size}z`, fill: "#fff" }),
    svg("path", { d: dark.join(""), fill: "#000" }),
  );
}
