// What one issue costs the worker in CPU time, beside its own empty JSON route with one write to D1, and beside the same work done in
// Node with the Digital Bazaar stack. Each is measured at two boundaries, in the same run, and both are printed:
//
//   alone  the process of the issuer without its database: a workerd that holds the built worker and nothing else, and the Node
//          server; each asks SQLite and documents in another process over HTTP (records.mjs). HTTP and the database's client count
//          with both. It is an upper bound of what the platform counts, which is the isolate, without HTTP and without D1 and KV.
//   whole  the process with all that serves it: one workerd with Miniflare's entry worker and the D1 and KV that it emulates in
//          JavaScript, and the Node server with its SQLite and files.
//
// Rate limits and mails are off, since the peer has none. Prints ratios of one run; asserts no times.
//
//   node tests/bench/issuing.mjs [--requests 120] [--rounds 5]

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { newOrganization, newRecipient } from "../e2e/harness.mjs";
import { cpuMs, startAlone, startRecords, startWhole } from "./served.mjs";
import { median, table } from "./stats.mjs";

const { values: options } = parseArgs({ options: { requests: { type: "string", default: "120" }, rounds: { type: "string", default: "5" } } });
/** Together within the month's quota of an organization. */
const REQUESTS = Number(options.requests);
const ROUNDS = Number(options.rounds);
const GOALS = { floor: 3, cpuMs: 10, peer: 3 };

const folder = mkdtempSync(join(tmpdir(), "accolade-bench-"));
const ended = [() => rmSync(folder, { recursive: true, force: true })];

async function startPeer(env = {}) {
  const script = fileURLToPath(new URL("issuing-peer.mjs", import.meta.url));
  const child = spawn(process.execPath, ["--no-warnings", script], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, BENCH_FOLDER: folder, ...env } });
  ended.push(() => child.kill());
  const url = `http://127.0.0.1:${String((await once(child.stdout, "data"))[0]).trim()}/`;
  return { url, cpuMs: () => cpuMs(child.pid) };
}

async function posted(url, json, headers = {}) {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(json) });
  return { status: answer.status, text: await answer.text() };
}

const issue = (url, badgeId, headers) => async () => {
  const { status, text } = await posted(url, { badgeId, recipient: newRecipient() }, headers);
  if (status !== 201) throw new Error(`${status}: ${text}`);
};

/** What is asked of a worker and its peer: each kind of request by name, with whose CPU it costs. */
async function work(server, peer) {
  ended.push(() => server.close());
  const { badgeId, apiKey } = await newOrganization(server);
  // A refresh token that is none: one request, one batch that begins with a write.
  const write = () => posted(new URL("/api/auth/refresh", server.url), { refreshToken: randomBytes(32).toString("hex") });
  const empty = async () => void (await (await fetch(new URL("/healthz", server.url))).text());
  return {
    empty: [empty, server],
    write: [write, server],
    issue: [issue(new URL("/api/v1/credentials", server.url), badgeId, { authorization: `Bearer ${apiKey}` }), server],
    peer: [issue(peer.url, badgeId), peer],
  };
}

const NAMES = { empty: "empty JSON route", write: "one write to D1", issue: "one issue", peer: "the peer's issue" };

try {
  const records = await startRecords(join(folder, "peer.sqlite"));
  ended.push(records.close);
  // Miniflare does not tell which process is its workerd: it is the only one while it is the first.
  const whole = await work(await startWhole(), await startPeer());
  const boundaries = { alone: await work(await startAlone(), await startPeer({ RECORDS_PORT: String(records.port) })), whole };

  const measured = [];
  for (const [boundary, works] of Object.entries(boundaries)) {
    for (const [name, [request, server]] of Object.entries(works)) measured.push({ boundary, name, request, server, values: [] });
  }
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { request, server, values } of measured) {
      const before = server.cpuMs();
      for (let i = 0; i < REQUESTS; i += 1) await request();
      // The first round compiles.
      if (round > 0) values.push((server.cpuMs() - before) / REQUESTS);
    }
  }

  console.log("CPU of the process, in milliseconds a request (medians of the rounds, and their range)");
  console.log(table(measured, {
    boundary: ({ boundary }) => boundary,
    request: ({ name }) => NAMES[name],
    "CPU ms": ({ values }) => median(values).toFixed(2),
    from: ({ values }) => Math.min(...values).toFixed(2),
    to: ({ values }) => Math.max(...values).toFixed(2),
  }));
  const rows = Object.keys(boundaries).flatMap((boundary) => {
    const of = (wanted) => median(measured.find((it) => it.boundary === boundary && it.name === wanted).values);
    const [floor, ours] = [of("issue") / (of("empty") + of("write")), of("peer") / of("issue")];
    return [
      [boundary, "one issue / (empty JSON route + one write)", floor, `at most ${GOALS.floor}`, floor <= GOALS.floor],
      [boundary, "one issue, CPU milliseconds", of("issue"), `at most ${GOALS.cpuMs}`, of("issue") <= GOALS.cpuMs],
      [boundary, "requests a CPU second, ours / the peer's", ours, `at least ${GOALS.peer}`, ours >= GOALS.peer],
    ];
  });
  console.log();
  console.log(table(rows, { boundary: ([it]) => it, ratio: ([, what]) => what, measured: ([, , value]) => value.toFixed(2), goal: ([, , , goal]) => goal, "": ([, , , , holds]) => (holds ? "holds" : "fails") }));
} finally {
  for (const end of ended.reverse()) await end();
}
