// Installs the packed tarball into a temporary folder, as a user would; and the credentials that the tests verify.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TARBALL = join(ROOT, "dist/accolade-verifier.tgz");
const INDEPENDENT = join(ROOT, "../shared/bench/credentials");

/** An image to bake into. */
export const DEMO_IMAGE = join(ROOT, "web/demo/badge.png");

/** A time at which the samples are in force. */
export const NOW = "2026-06-01T00:00:00Z";

/**
 * Installs the package in a new folder, which is removed when the tests end.
 *
 * `folder` is the package's, `entry` the URL of a module beside it that re-exports the package: imports resolve from there,
 * so the package's own `exports` decide which entry is taken.
 */
export function installPackage() {
  if (!existsSync(TARBALL)) throw new Error("dist/accolade-verifier.tgz is missing: run verifier-wasm/build.sh first");
  const user = mkdtempSync(join(tmpdir(), "accolade-packaging-"));
  process.on("exit", () => rmSync(user, { recursive: true, force: true }));
  writeFileSync(join(user, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", TARBALL], { cwd: user });
  writeFileSync(join(user, "user.js"), 'export * from "accolade-verifier";\n');
  return { user, folder: join(user, "node_modules/accolade-verifier"), entry: pathToFileURL(join(user, "user.js")).href };
}

/**
 * A credential of the tests' own. The JSON ones were signed by ob3-core with the key whose seed is 32 bytes of 7, the token by
 * tokens.js with a key that nobody kept.
 */
export function sample(name) {
  return readFileSync(new URL(`samples/${name}`, import.meta.url), "utf8");
}

/** A credential that another implementation signed, or `undefined` where those are not at hand. */
export function independentSample(name) {
  const path = join(INDEPENDENT, name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
