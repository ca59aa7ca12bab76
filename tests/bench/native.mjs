// What the core takes natively (tests/bench/native.rs), built as releases are.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Rows of `{what, bytes, leastUs, medianUs, memory}`. */
export function native() {
  const command = ["run", "--quiet", "--release", "--locked", "-p", "accolade-tests", "--example", "native"];
  return JSON.parse(execFileSync("cargo", command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
}
