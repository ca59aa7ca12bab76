// The Worker secrets of this checkout's local worker: made once, random, never shown, never committed.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { CannotGoOn } from "./say.mjs";

/**
 * Reads the secrets in `file`, after adding those that `example` names and `file` does not have yet.
 * The example is the worker's own list of what it wants to be told.
 */
export function localSecrets(file, example) {
  const secrets = existsSync(file) ? parse(readFileSync(file, "utf8")) : new Map();
  const named = [...parse(readFileSync(example, "utf8")).keys()].filter((name) => name.endsWith("_SECRET"));
  if (!named.includes("BOOTSTRAP_SECRET")) throw new CannotGoOn(`${example} does not name BOOTSTRAP_SECRET`);
  const missing = named.filter((name) => !secrets.has(name));
  for (const name of missing) secrets.set(name, randomBytes(32).toString("base64url"));
  if (missing.length > 0) {
    writeFileSync(file, [...secrets].map(([name, value]) => `${name}=${value}\n`).join(""), { mode: 0o600 });
  }
  return Object.fromEntries(secrets);
}

function parse(text) {
  const pairs = text.split("\n").map((line) => line.match(/^([A-Z][A-Z0-9_]*)=(.*)$/)).filter(Boolean);
  return new Map(pairs.map(([, name, value]) => [name, value.trim().replace(/^"(.*)"$/, "$1")]));
}
