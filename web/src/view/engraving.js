// The engraved line work behind the verdict: a braid of waves as on banknotes, one seamless tile.

import { svg } from "./dom.js";

const WIDTH = 720;
const HEIGHT = 300;
const STEPS = 24;

const PATHS = [
  ...braid({ strands: 18, centre: 150, swell: 84, turns: 2, wander: 30 }),
  ...braid({ strands: 12, centre: 150, swell: 112, turns: 3, wander: -34 }),
].join("");

/** Line work that fills its box from the far end, in the colour of the text around it. */
export function engraving() {
  const tile = svg("pattern", { id: "engraving", width: WIDTH, height: HEIGHT, patternUnits: "userSpaceOnUse" }, svg("path", { d: PATHS }));
  return svg(
    "svg",
    { class: "engraving", viewBox: `0 0 ${WIDTH * 4} ${HEIGHT}`, preserveAspectRatio: "xMaxYMid slice", "aria-hidden": "true" },
    svg("defs", {}, tile),
    svg("rect", { width: WIDTH * 4, height: HEIGHT, fill: "url(#engraving)" }),
  );
}

function braid({ strands, centre, swell, turns, wander }) {
  return Array.from({ length: strands }, (_, strand) => {
    const phase = (2 * Math.PI * strand) / strands;
    return curve((t) => {
      const angle = 2 * Math.PI * t;
      const envelope = swell * (0.62 + 0.38 * Math.cos(2 * angle));
      return centre + wander * Math.sin(angle) + envelope * Math.sin(turns * angle + phase);
    });
  });
}

// A periodic function through STEPS points as Bézier curves (Catmull-Rom, so that neighbouring tiles join smoothly).
function curve(at) {
  const step = WIDTH / STEPS;
  const y = (index) => at(index / STEPS);
  const slope = (index) => (y(index + 1) - y(index - 1)) / 6;
  let path = `M0 ${round(y(0))}`;
  for (let index = 0; index < STEPS; index += 1) {
    const x = index * step;
    const first = `${round(x + step / 3)} ${round(y(index) + slope(index))}`;
    const second = `${round(x + (2 * step) / 3)} ${round(y(index + 1) - slope(index + 1))}`;
    path += `C${first} ${second} ${round(x + step)} ${round(y(index + 1))}`;
  }
  return path;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
