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

const { outputFiles } = await esbuild.build({
  entryPoints: [join(folder, "browser.js")],
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "error",
});
const rows = [
  weigh("module", readFileSync(join(folder, "accolade_verifier_bg.wasm"))),
  weigh("script", outputFiles[0].contents),
];
const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
const total = { name: "together", raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };

const cell = (value) => value.toLocaleString("en").padStart(10);
console.log(`bytes     ${["raw", "gzip", "brotli"].map(cell).join("")}`);
for (const { name, raw, gzip, brotli } of [...rows, total]) console.log(name.padEnd(10) + [raw, gzip, brotli].map(cell).join(""));

const { browserBrotliBytes: budget } = JSON.parse(readFileSync(budgetFile, "utf8"));
if (!(total.brotli <= budget)) {
  console.error(
    `a browser downloads ${total.brotli} bytes with brotli, over the budget of ${budget} in ${budgetFile}: ` +
      "make it smaller, or raise the budget in a commit that says what the bytes are for",
  );
  process.exit(1);
}

function weigh(name, bytes) {
  return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
}
