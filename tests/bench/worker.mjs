// One peer, one sample, in a process of its own: worker.mjs PEER SAMPLE WARMUP CALLS
// Prints `{wallUs: [...], cpuUs}`. A peer that does not verify the sample ends it with a failure.
// A slow peer stops at the limits below, which are long enough for its code to be compiled.

const WARMUP_MS = 2000;
const CALLS_MS = 3000;

const [, , peer, sample, warmup, calls] = process.argv;
const { prepare } = await import(`./peers/${peer}.mjs`);
const verify = await prepare(sample);

async function once() {
  if ((await verify()) !== true) throw new Error(`${peer} does not verify \`${sample}\``);
}

const started = performance.now();
for (let call = 0; call < Number(warmup) && performance.now() - started < WARMUP_MS; call++) await once();

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
