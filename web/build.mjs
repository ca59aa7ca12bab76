#!/usr/bin/env node
// Builds the pages into dist/web: index.html, and one folder of assets named after what is in it, so that assets may be
// cached for ever and the page never meets another build's script. Usage: web/build.mjs (after verifier-wasm/build.sh)

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const WEB = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = join(WEB, "../verifier-wasm/pkg");
const OUT = join(WEB, "../dist/web");
const WASM = join(PACKAGE, "accolade_verifier_bg.wasm");

if (!existsSync(WASM)) {
  console.error("verifier-wasm/pkg is missing: run verifier-wasm/build.sh first");
  process.exit(1);
}
// esbuild is a tool of the build and not of the page, so it stands with the other tools.
const { build } = createRequire(new URL("../tools/package.json", import.meta.url))("esbuild");

const script = await bundle("src/main.js", { alias: { "accolade-verifier": join(PACKAGE, "browser.js") }, format: "esm" });
const style = await bundle("styles/page.css", { external: ["*.svg"] });
const assets = [
  { name: "page.js", bytes: script },
  { name: "page.css", bytes: style },
  // Beside the script and under its own name: that is where the package looks for it.
  { name: basename(WASM), bytes: readFileSync(WASM) },
  { name: "mark.svg", bytes: readFileSync(join(WEB, "art/mark.svg")) },
  { name: "engraving.svg", bytes: readFileSync(join(WEB, "art/engraving.svg")) },
];
const folder = `assets/${digest(assets)}`;
const page = readFileSync(join(WEB, "index.html"), "utf8")
  .replace("{{mark}}", `/${folder}/mark.svg`)
  .replace("{{style}}", `/${folder}/page.css`)
  .replace("{{script}}", `/${folder}/page.js`);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(join(OUT, folder), { recursive: true });
for (const { name, bytes } of assets) writeFileSync(join(OUT, folder, name), bytes);
writeFileSync(join(OUT, "index.html"), page);
copyFileSync(join(WEB, "_headers"), join(OUT, "_headers"));

const brotli = assets.reduce((sum, { bytes }) => sum + brotliCompressSync(bytes).length, 0);
console.log(`dist/web: ${assets.length + 1} files, ${brotli.toLocaleString("en")} bytes with brotli`);

async function bundle(entry, options) {
  const { outputFiles } = await build({
    absWorkingDir: WEB,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    target: ["chrome110", "firefox110", "safari16.4"],
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
  return outputFiles[0].contents;
}

function digest(files) {
  const hash = createHash("sha256");
  for (const { name, bytes } of files) hash.update(name).update("\0").update(bytes);
  return hash.digest("hex").slice(0, 16);
}
