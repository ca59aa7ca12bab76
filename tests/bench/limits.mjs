// The dearest inputs that there are (tests/src/worst.rs), in wasm: how long each takes, and how far the memory grows.
// Prints facts; that each gets the code of its limit is a test (tests/limits).
//
//   node tests/bench/limits.mjs [--json]

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { startOracle } from "../lib/oracle.mjs";
import { table } from "./stats.mjs";

/** How many times each is run: the least time counts. */
const RUNS = 3;

/** Rows of `{name, bytes, milliseconds, memory, code}`, the slowest first; `folder` is where the package is installed. */
export async function limits({ folder, entry }) {
  const { verify } = await import(entry);
  const glue = await import(pathToFileURL(path.join(folder, "accolade_verifier.js")));
  const oracle = startOracle();
  const worst = JSON.parse(await oracle.get({ op: "worst" }));
  const { item: small } = worst.find(({ item }) => item.name === "organizations within organizations");
  oracle.close();
  const module = new WebAssembly.Module(readFileSync(path.join(folder, "accolade_verifier_bg.wasm")));
  const memory = () => glue.initSync({ module }).memory.buffer.byteLength;

  const rows = [];
  for (const { item } of worst) {
    const input = Buffer.from(item.input, "base64url");
    const row = { name: item.name, bytes: input.length, milliseconds: Infinity };
    for (let run = 0; run < RUNS && (run === 0 || row.milliseconds < 2000); run += 1) {
      // In an instance of its own, whose contexts are processed.
      await verifyItem(verify, small);
      glue.__wbg_reset_state();
      await verifyItem(verify, small);
      const before = memory();
      const started = performance.now();
      const report = await verifyItem(verify, item);
      Object.assign(row, { milliseconds: Math.min(row.milliseconds, performance.now() - started), memory: memory() - before, code: report.code });
    }
    rows.push(row);
  }
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

function verifyItem(verify, { input, documents, policy, now }) {
  const fetch = async (url) => (documents[url] === undefined ? new Response(null, { status: 404 }) : new Response(Buffer.from(documents[url], "base64url")));
  return verify(Buffer.from(input, "base64url"), { fetch, now, policy: JSON.parse(policy) });
}

/** The first rows as a table. */
export function limitsTable(rows, count = rows.length) {
  return table(rows.slice(0, count), {
    input: ({ name }) => name,
    bytes: ({ bytes }) => bytes.toLocaleString("en"),
    milliseconds: ({ milliseconds }) => milliseconds.toFixed(0),
    "memory, MB": ({ memory }) => (memory / 2 ** 20).toFixed(1),
    code: ({ code }) => code,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await limits(installPackage());
  console.log(process.argv.includes("--json") ? JSON.stringify(rows) : limitsTable(rows));
}
