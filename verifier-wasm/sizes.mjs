// Prints what a browser downloads to verify: the module, and the script as a bundler makes it. Fails over the budget.
// Usage: node sizes.mjs FOLDER BUDGET.json

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const [folder, budgetFile] = process.argv.slice(2);
if (folder === undefined || budgetFile === undefined) {
  console.error("usage: node sizes.mjs FOLDER BUDGET.json");
  process.exit(64);
}
const esbuild = createRequire(new URL("../tools/package.json", import.meta.url))("esbuild");
const budgets = JSON.parse(readFileSync(budgetFile, "utf8"));

const cell = (value) => value.toLocaleString("en").padStart(10);
for (const [name, entry, module, budget] of [
  ["whole", "browser.js", "accolade_verifier_bg.wasm", budgets.browserBrotliBytes],
  ["slim", "slim-browser.js", "accolade_verifier_slim_bg.wasm", budgets.slimBrotliBytes],
]) {
  const rows = [weigh("module", readFileSync(join(folder, module))), weigh("script", await bundle(entry))];
  const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
  const total = { name: "together", raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };

  console.log(`${name.padEnd(10)}${["raw", "gzip", "brotli"].map((text) => text.padStart(10)).join("")}`);
  for (const { name, raw, gzip, brotli } of [...rows, total]) console.log(name.padEnd(10) + [raw, gzip, brotli].map(cell).join(""));

  if (!(total.brotli <= budget)) {
    console.error(
      `a browser downloads ${total.brotli} bytes with brotli (${name}), over the budget of ${budget} in ${budgetFile}: ` +
        "make it smaller, or raise the budget in a commit that says what the bytes are for",
    );
    process.exitCode = 1;
  }
}

async function bundle(entry) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

function weigh(name, bytes) {
  return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
}
