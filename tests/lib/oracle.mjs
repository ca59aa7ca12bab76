// The core, native, as a child process: requests and answers are lines of JSON (tests/src/oracle.rs says which).

import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Builds the oracle where it is not built yet, and starts it. `close` ends it. */
export function startOracle() {
  execFileSync("cargo", ["build", "--quiet", "--locked", "-p", "accolade-tests", "--bin", "accolade-oracle"], {
    cwd: root,
    stdio: ["ignore", "inherit", "pipe"],
  });
  const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
  const child = spawn(path.join(target, "debug", "accolade-oracle"), { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift().resolve(JSON.parse(line)));
  child.on("close", (code) => {
    for (const { reject } of waiting) reject(new Error(`the oracle ended with code ${code}`));
  });
  return {
    /** Asks for `{ok}` or `{error}`. */
    ask(request) {
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
    },
    /** Asks for what must come out. */
    async get(request) {
      const { ok, error } = await this.ask(request);
      if (ok === undefined) throw new Error(`the oracle refuses ${request.op}: ${error}`);
      return ok;
    },
    close() {
      child.stdin.end();
    },
  };
}
