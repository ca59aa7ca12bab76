#!/usr/bin/env node
// Builds the pages into dist/web: index.html, account.html, docs.html, one folder of assets named after what is in it, so that assets may be cached
// for ever and the page never meets another build's script, and, under a name that stays, the element for other pages.
// Usage: web/build.mjs (after verifier-wasm/build.sh)

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

import { bundleModules, bundleStyle } from "./bundle.mjs";

const WEB = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = join(WEB, "../verifier-wasm/pkg");
const OUT = join(WEB, "../dist/web");
const WASM = join(PACKAGE, "accolade_verifier_bg.wasm");

if (!existsSync(WASM)) {
  console.error("verifier-wasm/pkg is missing: run verifier-wasm/build.sh first");
  process.exit(1);
}

const { files: scripts, imports } = await bundleModules(
  { page: "src/main.js", element: "src/element/define.js", account: "src/account/main.js", docs: "src/docs/main.js", public: "src/public/main.js" },
  {
    alias: {
      "accolade-verifier": join(PACKAGE, "browser.js"),
      // It stands with the tools of the build, as whatever the pages themselves come without.
      uqr: join(WEB, "../tools/node_modules/uqr/dist/index.mjs"),
    },
  },
);
const assets = [
  ...scripts,
  { name: "page.css", bytes: await bundleStyle("styles/page.css") },
  { name: "account.css", bytes: await bundleStyle("styles/account.css") },
  { name: "docs.css", bytes: await bundleStyle("styles/docs.css") },
  { name: "public.css", bytes: await bundleStyle("styles/public.css") },
  { name: "example.css", bytes: await bundleStyle("styles/example.css") },
  // Beside the scripts and under its own name: that is where the package looks for it.
  { name: basename(WASM), bytes: readFileSync(WASM) },
  { name: "mark.svg", bytes: readFileSync(join(WEB, "art/mark.svg")) },
];
const folder = `assets/${digest(assets)}`;
const preload = (name) => `<link rel="modulepreload" href="/${folder}/${name}">`;
const names = {
  mark: `/${folder}/mark.svg`,
  style: `/${folder}/page.css`,
  script: `/${folder}/page.js`,
  account: `/${folder}/account.js`,
  accountStyle: `/${folder}/account.css`,
  docs: `/${folder}/docs.js`,
  docsStyle: `/${folder}/docs.css`,
  example: `/${folder}/example.css`,
  preloads: imports("page.js").map(preload).join("\n  "),
};

rmSync(OUT, { recursive: true, force: true });
mkdirSync(join(OUT, folder), { recursive: true });
for (const { name, bytes } of assets) writeFileSync(join(OUT, folder, name), bytes);
for (const page of ["index.html", "element.html", "account.html", "docs.html"]) {
  writeFileSync(join(OUT, page), readFileSync(join(WEB, page), "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => names[name]));
}
writeFileSync(join(OUT, "open-badge-verifier.js"), `export * from "./${folder}/element.js";\n`);
// The worker writes the public pages, and knows these under names that stay.
writeFileSync(join(OUT, "public.js"), `import "./${folder}/public.js";\n`);
copyFileSync(join(OUT, folder, "public.css"), join(OUT, "public.css"));
copyFileSync(join(WEB, "art/mark.svg"), join(OUT, "mark.svg"));
copyFileSync(join(WEB, "_headers"), join(OUT, "_headers"));
copyFileSync(join(WEB, "demo/badge.json"), join(OUT, "example-badge.json"));

const size = (chosen) => chosen.reduce((sum, { bytes }) => sum + brotliCompressSync(bytes).length, 0);
const needed = assets.filter(({ name }) => ["page.js", "page.css", basename(WASM), ...imports("page.js")].includes(name));
console.log(
  `dist/web: ${assets.length + 10} files; the page takes ${size(needed).toLocaleString("en")} bytes with brotli, ` +
    `${size(needed.filter(({ name }) => !name.endsWith(".wasm"))).toLocaleString("en")} of them without the verifier's module`,
);

function digest(files) {
  const hash = createHash("sha256");
  for (const { name, bytes } of files) hash.update(name).update("\0").update(bytes);
  return hash.digest("hex").slice(0, 16);
}
