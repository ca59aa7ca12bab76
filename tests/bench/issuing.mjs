// What one issue costs the worker under local workerd, in CPU time of its process: beside its own empty JSON route with one write
// to D1, and beside the same work done in Node with the Digital Bazaar stack. Prints ratios of one run; asserts no times.
//
//   node tests/bench/issuing.mjs [--requests 120] [--rounds 5]

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { expectStatus, newOrganization, newRecipient, startWorker } from "../e2e/harness.mjs";
import { median, table } from "./stats.mjs";

const { values: options } = parseArgs({ options: { requests: { type: "string", default: "120" }, rounds: { type: "string", default: "5" } } });
/** Together within the month's quota of an organization. */
const REQUESTS = Number(options.requests);
const ROUNDS = Number(options.rounds);
/** What Linux counts CPU time in, in every build that there is. */
const TICK_MS = 10;
const GOALS = { floor: 3, cpuMs: 10, peer: 3 };

/** CPU time of a process so far, its threads included. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Every workerd that this process has started: what wrangler puts before the worker counts with it. */
function workerd() {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("workerd")).map(Number);
}

const folder = mkdtempSync(join(tmpdir(), "accolade-bench-"));
const server = await startWorker({ vars: { MAIL_FROM: "" } });
const peer = spawn(process.execPath, ["--no-warnings", fileURLToPath(new URL("issuing-peer.mjs", import.meta.url))], {
  stdio: ["ignore", "pipe", "inherit"],
  env: { ...process.env, BENCH_FOLDER: folder },
});
try {
  const peerUrl = `http://127.0.0.1:${String((await once(peer.stdout, "data"))[0]).trim()}/`;
  const organization = await newOrganization(server);
  const pids = workerd();
  const ours = () => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  const issue = (url, headers) => async () => {
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ badgeId: organization.badgeId, recipient: newRecipient() }) });
    const text = await answer.text();
    if (answer.status !== 201) throw new Error(`${answer.status}: ${text}`);
  };
  const health = async () => void (await (await fetch(new URL("/healthz", server.url))).text());
  // A refresh token that is none: one request, one batch that begins with a write.
  const write = async () => {
    const answer = await fetch(new URL("/api/auth/refresh", server.url), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ refreshToken: randomBytes(32).toString("hex") }) });
    await answer.text();
  };
  const work = {
    "empty JSON route": [health, ours],
    "one write to D1": [write, ours],
    "one issue": [issue(new URL("/api/v1/credentials", server.url), { authorization: `Bearer ${organization.apiKey}` }), ours],
    "the peer's issue": [issue(peerUrl), () => cpuMs(peer.pid)],
  };

  const measured = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, [request, cpu]] of Object.entries(work)) {
      const before = cpu();
      for (let i = 0; i < REQUESTS; i += 1) await request();
      // The first round compiles.
      if (round > 0) measured[name].push((cpu() - before) / REQUESTS);
    }
  }
  const cpu = Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)]));
  console.log("CPU of the process, in milliseconds a request (medians of the rounds, and their range)");
  console.log(table(Object.entries(measured), {
    request: ([name]) => name,
    "CPU ms": ([, values]) => median(values).toFixed(2),
    from: ([, values]) => Math.min(...values).toFixed(2),
    to: ([, values]) => Math.max(...values).toFixed(2),
  }));
  const floor = cpu["empty JSON route"] + cpu["one write to D1"];
  const rows = [
    ["one issue / (empty JSON route + one write)", cpu["one issue"] / floor, `at most ${GOALS.floor}`, cpu["one issue"] / floor <= GOALS.floor],
    ["one issue, CPU milliseconds", cpu["one issue"], `at most ${GOALS.cpuMs}`, cpu["one issue"] <= GOALS.cpuMs],
    ["requests a CPU second, ours / the peer's", cpu["the peer's issue"] / cpu["one issue"], `at least ${GOALS.peer}`, cpu["the peer's issue"] / cpu["one issue"] >= GOALS.peer],
  ];
  console.log();
  console.log(table(rows, { ratio: ([what]) => what, measured: ([, value]) => value.toFixed(2), goal: ([, , goal]) => goal, "": ([, , , holds]) => (holds ? "holds" : "fails") }));
} finally {
  peer.kill();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
