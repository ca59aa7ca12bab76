// Runs the test suites one after the other, sums what they counted, and ends with "N passed, N failed".
// A suite that ran no test is a failure: a test that is not found must not look like one that holds.
// Usage: node tools/test.mjs [SUITE...]

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FILE_TIMEOUT_MS = 10 * 60 * 1000;

/** Every suite: Rust, native and in wasm, and then each folder that holds `*.test.js` or `*.test.mjs` files. */
function suites() {
  const found = [
    { name: "rust", run: () => rust("cargo", ["test", "--quiet", "--workspace", "--locked", "--no-fail-fast"]) },
    { name: "boundary", run: () => rust(join(ROOT, "verifier-wasm/test.sh"), []) },
    nodeSuite("package", "verifier-wasm/packaging-tests"),
    nodeSuite("web", "web/test"),
  ];
  const folders = readdirSync(join(ROOT, "tests"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && testFiles(join("tests", entry.name)).length > 0)
    .map((entry) => entry.name);
  // The browser and the worker last: what they need is what the others have already tested.
  const last = ["e2e", "browser"];
  for (const name of [...folders.filter((name) => !last.includes(name)), ...last]) {
    found.push(nodeSuite(name, join("tests", name)));
  }
  return found;
}

function nodeSuite(name, folder) {
  return { name, run: () => node(testFiles(folder)) };
}

function testFiles(folder) {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true })
    .filter((name) => /\.test\.m?js$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(path, name))
    .sort();
}

/** Runs node:test files one at a time (they start servers on two cores) and counts as node:test counts. */
function node(files) {
  if (files.length === 0) return Promise.resolve({ passed: 0, failed: 0, skipped: 0 });
  return new Promise((resolve, reject) => {
    let counts = null;
    const stream = run({ files, concurrency: 1, timeout: FILE_TIMEOUT_MS });
    stream.on("test:summary", (summary) => {
      // The summary without a file is the one of the whole run.
      if (summary.file === undefined) counts = summary.counts;
    });
    const report = stream.compose(spec);
    report.on("error", reject);
    report.on("end", () => {
      if (!counts) return reject(new Error("the test runner gave no summary"));
      resolve({ passed: counts.passed, failed: counts.failed + counts.cancelled, skipped: counts.skipped + counts.todo });
    });
    report.pipe(process.stdout, { end: false });
  });
}

/** Runs Rust's test binaries, native or in wasm, and sums their result lines. */
async function rust(command, args) {
  const { code, output } = await capture(command, args);
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const line of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm)) {
    sum.passed += Number(line[1]);
    sum.failed += Number(line[2]);
    sum.skipped += Number(line[3]);
  }
  // What does not compile has no result line.
  if (code !== 0 && sum.failed === 0) sum.failed = 1;
  return sum;
}

function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      process.stdout.write(text);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

const all = suites();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`unknown suite ${unknown.map((name) => `\`${name}\``).join(", ")}: there are ${all.map((suite) => suite.name).join(", ")}`);
  process.exit(64);
}

const rows = [];
for (const suite of all.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n▸ Tests: ${suite.name}`);
  const started = Date.now();
  const counts = await suite.run();
  const empty = counts.passed + counts.failed === 0;
  if (empty) console.error(`the suite ${suite.name} ran no test`);
  rows.push({ suite: suite.name, ...counts, failed: counts.failed + (empty ? 1 : 0), seconds: Math.round((Date.now() - started) / 1000) });
}

console.log();
for (const { suite, passed, failed, skipped, seconds } of rows) {
  const notes = skipped > 0 ? `, ${skipped} skipped` : "";
  console.log(`${failed > 0 ? "✗" : "✓"} ${suite.padEnd(12)} ${passed} passed, ${failed} failed${notes} (${seconds}s)`);
}
const total = (member) => rows.reduce((sum, row) => sum + row[member], 0);
console.log(`${total("passed")} passed, ${total("failed")} failed`);
process.exit(total("failed") > 0 ? 1 : 0);
