// The inputs of the W3C's test suite for VCDM 2.0, which are read from ../shared/vectors where that folder is there.

import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./harness.mjs";

/** Where they are, if they are there. */
export const INPUTS = [join(ROOT, "../shared/vectors"), process.env.ACCOLADE_VECTORS ?? ""]
  .map((folder) => join(folder, "w3c-vcdm2-suite-input/tests/input"))
  .find((folder) => existsSync(folder));

/** The names of those that are credentials to be issued. */
export const credentialInputs = () =>
  globSync("**/credential-*.json", { cwd: INPUTS }).concat(globSync("**/issuer-*.json", { cwd: INPUTS })).sort();

/** Whether the suite has an input issued, or refused, by its name. */
export const isGood = (name) => !/-fail(-or-inject)?\.json$/.test(name);

/** An input as the suite sends it: it fills in the issuer, and dates for the words that stand for them. */
export function sentInput(name, issuer) {
  const at = (years) => new Date(Date.now() + years * 31_557_600_000).toISOString().replace(/\.\d+Z$/, "Z");
  const text = readFileSync(join(INPUTS, name), "utf8");
  const credential = JSON.parse(text.replaceAll("FUTURE DATE", at(1)).replaceAll("PAST DATE", at(-1)));
  if (credential.issuer === undefined) credential.issuer = issuer;
  else if (credential.issuer && typeof credential.issuer === "object") credential.issuer.id ??= credential.issuer.id === null ? null : issuer;
  return credential;
}
