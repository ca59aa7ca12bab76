// Engraved rosettes: the seal beside the verdict, and the emblem that stands in for a picture.

import { svg } from "./dom.js";

const GLYPHS = {
  valid: ["M15 25l7 7 12-15"],
  invalid: ["M16 16l16 16", "M32 16L16 32"],
  unknown: ["M18.5 19a5.5 5.5 0 1 1 8.2 4.8c-1.8 1-2.7 2-2.7 4.2", "M24 33.5v.1"],
  not_applicable: ["M16 24h16"],
};

/** The sign of a check's result, drawn in the colour of the text around it. */
export function glyph(result) {
  return svg(
    "svg",
    { viewBox: "0 0 48 48", class: "glyph", "aria-hidden": "true" },
    GLYPHS[result].map((d) => svg("path", { d })),
  );
}

const SEALS = { verified: "valid", rejected: "invalid", indeterminate: "unknown" };

/** The seal of a verdict: whole when verified, struck through when rejected, unfinished when it could not be decided. */
export function seal(outcome) {
  return svg(
    "svg",
    { viewBox: "-100 -100 200 200", class: "seal", "aria-hidden": "true" },
    svg("g", { class: "seal__rosette" }, rosette({ petals: 12, layers: 5, inner: 58, outer: 96 })),
    svg("circle", { r: "50", class: "seal__disc" }),
    svg(
      "g",
      { class: "seal__glyph", transform: "translate(-40.8 -40.8) scale(1.7)" },
      GLYPHS[SEALS[outcome]].map((d) => svg("path", { d })),
    ),
  );
}

/** An emblem for a badge whose picture is not at hand: always the same for the same text. */
export function emblem(text) {
  const seed = hash(text);
  const petals = 7 + (seed % 6);
  const layers = 4 + ((seed >>> 4) % 3);
  return svg(
    "svg",
    { viewBox: "-100 -100 200 200", class: "emblem", "aria-hidden": "true" },
    rosette({ petals, layers, inner: 54, outer: 96 }),
    rosette({ petals: petals + 5, layers: 3, inner: 18 + ((seed >>> 8) % 12), outer: 48 }),
  );
}

// Closed waves around a circle, each layer turned a little against the last: the moiré is the engraving.
function rosette({ petals, layers, inner, outer }) {
  const middle = (inner + outer) / 2;
  const swell = (outer - inner) / 2;
  const points = petals * 16;
  return Array.from({ length: layers }, (_, layer) => {
    const phase = (2 * Math.PI * layer) / layers;
    const d = Array.from({ length: points }, (_, index) => {
      const angle = (2 * Math.PI * index) / points;
      const radius = middle + swell * Math.sin(petals * angle + phase);
      return `${(radius * Math.cos(angle)).toFixed(1)} ${(radius * Math.sin(angle)).toFixed(1)}`;
    });
    return svg("path", { d: `M${d.join("L")}Z` });
  });
}

// FNV-1a, 32 bits: spreads texts over emblems, and protects nothing.
function hash(text) {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}
