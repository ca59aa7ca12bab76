// Prints what a browser downloads: each file raw, gzipped and with brotli. Usage: node sizes.mjs FOLDER
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const FILES = ["accolade_verifier_bg.wasm", "accolade_verifier.js", "browser.js", "host.js", "arguments.js", "documents.js", "instance.js"];

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: node sizes.mjs FOLDER");
  process.exit(64);
}
const rows = FILES.map((name) => {
  const bytes = readFileSync(join(folder, name));
  return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
});
const total = { name: "together", raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };

for (const { name, raw, gzip, brotli } of [{ name: "bytes", raw: "raw", gzip: "gzip", brotli: "brotli" }, ...rows, total]) {
  console.log(`${name.padEnd(28)}${[raw, gzip, brotli].map((value) => value.toLocaleString("en").padStart(10)).join("")}`);
}

function sum(column) {
  return rows.reduce((count, row) => count + row[column], 0);
}
