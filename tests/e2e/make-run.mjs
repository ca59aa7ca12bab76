// Starts `make run` for a test, as a person or a script would: with a port and a folder of the test's own.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { ROOT } from "./harness.mjs";

/** How long it may take: on a machine that has built nothing yet, it builds. */
export const START_TIMEOUT_MS = 240_000;

/** A port that nobody listens on. */
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts it, as the leader of a process group. `ready` resolves to what it printed once it serves, `ended` to its exit code;
 * `printed` is what it has printed so far.
 */
export function makeRun({ folder, port, env = {} }) {
  const child = spawn("make", ["--no-print-directory", "run"], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ACCOLADE_LOCAL: folder, PORT: String(port), RATE_LIMITS: "off", ...env },
  });
  child.printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (child.printed += text));
  child.ended = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  child.ready = (async () => {
    let ended = false;
    child.ended.then(() => (ended = true));
    for (const patience = Date.now() + START_TIMEOUT_MS; Date.now() < patience; await sleep(100)) {
      if (child.printed.includes("Ctrl-C ends it")) return child.printed;
      if (ended) break;
    }
    throw new Error(`make run did not become ready:\n${child.printed}`);
  })();
  child.ready.catch(() => {});
  return child;
}
