#!/usr/bin/env node
// Builds the element as the verifier package ships it: modules that import the package's own entry, which stands one
// folder above them. Needs no compiled verifier. Usage: web/build-element.mjs FOLDER

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { bundleModules } from "./bundle.mjs";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: web/build-element.mjs FOLDER");
  process.exit(64);
}
// By path and not by name: a plain page without an import map resolves paths only.
const packageEntry = {
  name: "package-entry",
  setup: (build) => build.onResolve({ filter: /^accolade-verifier$/ }, () => ({ path: "../browser.js", external: true })),
};
const source = fileURLToPath(new URL("src/element/", import.meta.url));

mkdirSync(folder, { recursive: true });
const { files } = await bundleModules(
  { define: "src/element/define.js", element: "src/element/element.js" },
  { extraPlugins: [packageEntry] },
);
for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
copyFileSync(join(source, "element.d.ts"), join(folder, "element.d.ts"));
