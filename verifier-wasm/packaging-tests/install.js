// Installs the packed tarball into a temporary folder, as a user would, and imports it from there.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TARBALL = join(ROOT, "dist/accolade-verifier.tgz");
const CREDENTIALS = join(ROOT, "../shared/bench/credentials");

/** The folder of the installed package. */
export function installPackage() {
  if (!existsSync(TARBALL)) throw new Error("dist/accolade-verifier.tgz is missing: run verifier-wasm/build.sh first");
  const folder = mkdtempSync(join(tmpdir(), "accolade-packaging-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", TARBALL], { cwd: folder });
  // Imports resolve from here, so the package's own `exports` decide which entry is taken.
  writeFileSync(join(folder, "user.js"), 'export * from "accolade-verifier";\n');
  return { folder: join(folder, "node_modules/accolade-verifier"), entry: pathToFileURL(join(folder, "user.js")).href };
}

/** The text of an independent implementation's credential, or `undefined` where those are not at hand. */
export function sampleCredential(name) {
  const path = join(CREDENTIALS, name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** What a test says when it needs such a credential and there is none. */
export const SKIP_WITHOUT_SAMPLES = existsSync(CREDENTIALS) ? false : "the sample credentials are not beside this checkout";

/** An image to bake into. */
export const DEMO_IMAGE = join(ROOT, "web/demo/badge.png");
