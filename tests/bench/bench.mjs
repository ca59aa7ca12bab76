// Our verification in wasm beside its peers and the floor, in one run. Prints facts; asserts no times.
//
//   node tests/bench/bench.mjs [--json] [--rounds 5] [--calls 500] [--warm-ms 2000] [--cold 8]
//
// Each peer runs in a process of its own, one round after the other with the peers interleaved, so that what else the machine
// does falls on all of them. Ratios are of medians over all rounds, of the least times, and of CPU times; the range beside them
// is that of the single rounds. On a busy machine the least times say most.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { limits, limitsTable } from "./limits.mjs";
import { native } from "./native.mjs";
import { credentialsFolder, floorMaterial, samples } from "./samples.mjs";
import { sizes } from "./sizes.mjs";
import { median, table } from "./stats.mjs";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    calls: { type: "string", default: "500" },
    "warm-ms": { type: "string", default: "2000" },
    cold: { type: "string", default: "8" },
  },
});

const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));
const peers = ["accolade", "floor", "digitalbazaar", "jose"];

if (!existsSync(credentialsFolder)) {
  console.log(`skipped: no sample credentials at ${credentialsFolder}`);
  process.exit(0);
}

const installed = installPackage();
const work = mkdtempSync(path.join(tmpdir(), "accolade-bench-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));
for (const sample of samples) writeFileSync(path.join(work, `${sample}.json`), JSON.stringify(await floorMaterial(sample)));
const environment = { ...process.env, ACCOLADE_ENTRY: installed.entry, ACCOLADE_FOLDER: installed.folder, ACCOLADE_FLOOR: work };

const rounds = [];
for (let round = 1; round <= Number(options.rounds); round++) {
  const results = {};
  for (const sample of samples) {
    for (const peer of peers) {
      const { output } = await run([worker, peer, sample, options["warm-ms"], options.calls]);
      results[`${peer} ${sample}`] = JSON.parse(output);
    }
  }
  rounds.push(results);
  process.stderr.write(`round ${round} of ${options.rounds}\n`);
}

const cold = Object.fromEntries(["bare node", ...peers.filter((peer) => peer !== "floor")].map((name) => [name, []]));
for (let turn = 0; turn < Number(options.cold); turn++) {
  for (const name of Object.keys(cold)) {
    const command = name === "bare node" ? ["-e", "console.log(1)"] : [worker, name, "full", "0", "1"];
    cold[name].push((await run(command)).milliseconds);
  }
}

const report = {
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
  settings: { rounds: rounds.length, calls: Number(options.calls), warmMs: Number(options["warm-ms"]) },
  times: peers.flatMap((peer) => samples.map((sample) => times(peer, sample))),
  ratios: samples.flatMap((sample) => [
    ratio("ours / floor", sample, "accolade", "floor"),
    ratio("Digital Bazaar / ours", sample, "digitalbazaar", "accolade"),
    ratio("ours / jose", sample, "accolade", "jose"),
  ]),
  cold: coldStart(),
  sizes: await sizes(installed.folder),
  native: native(),
  limits: await limits(installed),
};

if (options.json) console.log(JSON.stringify(report, null, 1));
else print(report);

/** Runs node; resolves to what it printed, and how long the first line took from the start of the process. */
function run(argv) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, argv, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let milliseconds;
    let output = "";
    let complaint = "";
    child.stdout.on("data", (chunk) => {
      milliseconds ??= performance.now() - started;
      output += chunk;
    });
    child.stderr.on("data", (chunk) => (complaint += chunk));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve({ milliseconds, output }) : reject(new Error(complaint))));
  });
}

function of(peer, sample) {
  return rounds.map((results) => results[`${peer} ${sample}`]);
}

function times(peer, sample) {
  const wall = of(peer, sample).flatMap(({ wallUs }) => wallUs);
  const cpu = of(peer, sample).map(({ cpuUs }) => cpuUs);
  return { peer, sample, medianUs: median(wall), leastUs: Math.min(...wall), cpuUs: median(cpu) };
}

function ratio(what, sample, above, below) {
  const [a, b] = [times(above, sample), times(below, sample)];
  const single = rounds.map((_, index) => of(above, sample)[index].cpuUs / of(below, sample)[index].cpuUs);
  return { what, sample, wall: a.medianUs / b.medianUs, least: a.leastUs / b.leastUs, cpu: a.cpuUs / b.cpuUs, cpuFrom: Math.min(...single), cpuTo: Math.max(...single) };
}

function coldStart() {
  const bare = median(cold["bare node"]);
  const ours = median(cold.accolade) - bare;
  return Object.entries(cold).map(([name, values]) => ({
    name,
    milliseconds: median(values),
    beyondNode: median(values) - bare,
    timesOurs: name === "bare node" ? null : (median(values) - bare) / ours,
  }));
}

function print({ machine, settings, times, ratios, cold, sizes, native, limits }) {
  console.log(`${machine.cpu}, ${machine.cores} cores, node ${machine.node}; ${settings.rounds} rounds of up to ${settings.calls} calls, after ${settings.warmMs} ms to warm up; text in, verdict out, status not looked at`);
  const us = (value) => value.toFixed(1);
  const factor = (value) => `${value.toFixed(2)}×`;
  console.log("\nRatios");
  console.log(table(ratios, {
    what: ({ what }) => what,
    sample: ({ sample }) => sample,
    "by median": ({ wall }) => factor(wall),
    "by least": ({ least }) => factor(least),
    "by CPU": ({ cpu }) => factor(cpu),
    "CPU, single rounds": ({ cpuFrom, cpuTo }) => `${factor(cpuFrom)} to ${factor(cpuTo)}`,
  }));
  console.log("\nMicroseconds a call");
  console.log(table(times, {
    peer: ({ peer }) => peer,
    sample: ({ sample }) => sample,
    median: ({ medianUs }) => us(medianUs),
    least: ({ leastUs }) => us(leastUs),
    CPU: ({ cpuUs }) => us(cpuUs),
  }));
  console.log("\nCold: from the start of the process to the first verdict over `full`, milliseconds");
  console.log(table(cold, {
    what: ({ name }) => name,
    median: ({ milliseconds }) => us(milliseconds),
    "beyond bare node": ({ beyondNode }) => us(beyondNode),
    "× ours": ({ timesOurs }) => (timesOurs === null ? "" : factor(timesOurs)),
  }));
  console.log("\nNatively: time, and memory over the bytes that go in");
  console.log(table(native, {
    what: ({ what }) => what,
    bytes: ({ bytes }) => bytes.toLocaleString("en"),
    "least, µs": ({ leastUs }) => us(leastUs),
    "median, µs": ({ medianUs }) => us(medianUs),
    "memory, bytes": ({ memory }) => memory.toLocaleString("en"),
    "× input": ({ bytes, memory }) => (memory / bytes).toFixed(3),
  }));
  console.log("\nThe dearest inputs, in wasm: the ten slowest (node tests/bench/limits.mjs has all)");
  console.log(limitsTable(limits, 10));
  console.log("\nBytes that a browser downloads, minified");
  console.log(table(sizes, {
    what: ({ name }) => name,
    raw: ({ raw }) => raw.toLocaleString("en"),
    gzip: ({ gzip }) => gzip.toLocaleString("en"),
    brotli: ({ brotli }) => brotli.toLocaleString("en"),
  }));
}
