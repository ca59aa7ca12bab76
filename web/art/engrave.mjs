// Draws the engraved line work behind the page's head: a braid of waves as on banknotes, one seamless tile.
// Usage: node art/engrave.mjs > art/engraving.svg

const WIDTH = 720;
const HEIGHT = 300;
const STEPS = 24;

const braid = ({ strands, centre, swell, turns, wander }) =>
  Array.from({ length: strands }, (_, strand) => {
    const phase = (2 * Math.PI * strand) / strands;
    return curve((t) => {
      const angle = 2 * Math.PI * t;
      const envelope = swell * (0.62 + 0.38 * Math.cos(2 * angle));
      return centre + wander * Math.sin(angle) + envelope * Math.sin(turns * angle + phase);
    });
  });

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

const paths = [
  ...braid({ strands: 18, centre: 150, swell: 84, turns: 2, wander: 30 }),
  ...braid({ strands: 12, centre: 150, swell: 112, turns: 3, wander: -34 }),
];
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">` +
    `<g fill="none" stroke="#000" stroke-width=".6">${paths.map((d) => `<path d="${d}"/>`).join("")}</g></svg>\n`,
);
