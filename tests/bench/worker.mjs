// One peer, one sample, in a process of its own: worker.mjs PEER SAMPLE WARM_MS CALLS
// Prints `{wallUs: [...], cpuUs}`. A peer that does not verify the sample ends it with a failure.
// Each is called for the same time before anything is measured, long enough for its code to be compiled at its best.

/** Longest time that the calls may take. */
const CALLS_MS = 3000;

const [, , peer, sample, warmMs, calls] = process.argv;
const { prepare } = await import(`./peers/${peer}.mjs`);
const verify = await prepare(sample);

async function once() {
  if ((await verify()) !== true) throw new Error(`${peer} does not verify \`${sample}\``);
}

const started = performance.now();
while (performance.now() - started < Number(warmMs)) await once();

const wallUs = [];
const warm = performance.now();
const before = process.cpuUsage();
while (wallUs.length < Number(calls) && performance.now() - warm < CALLS_MS) {
  const start = performance.now();
  await once();
  wallUs.push(Math.round((performance.now() - start) * 10_000) / 10);
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ wallUs, cpuUs: (user + system) / wallUs.length }));
