// `make bench-load`: issue jobs from several clients at once through contract B's queue, under workerd on this machine, with
// messages brought again and workerd killed. Every accepted job must end as exactly one credential or one visible failure;
// anything else ends it with an error. What it prints are figures of this machine, not promises. workerd's CPU holds that of the D1,
// KV and queue that it emulates, and of whatever slows this machine down meanwhile; so at both ends it also does what is none of the
// worker's work, an empty route and one write to each, and says how that has grown.
//
// LOAD_JOBS (20000), LOAD_CLIENTS (8), LOAD_KILLS (3), LOAD_WINDOW (1000: how many jobs the first and the last measurement take),
// LOAD_MINUTES (40: when it gives up, with an error)

import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { module, tools, until, workerdPid } from "../e2e/faulty.mjs";
import { expectStatus, newOrganization, OWNER, requester, ROOT } from "../e2e/harness.mjs";

const number = (name, fallback) => {
  const value = Number(process.env[name] || fallback);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number`);
  return value;
};
const CLIENTS = number("LOAD_CLIENTS", 8);
const WINDOW = number("LOAD_WINDOW", 1000);
const JOBS = Math.max(number("LOAD_JOBS", 20_000), 2 * WINDOW);
const KILLS = number("LOAD_KILLS", 3);
const MINUTES = number("LOAD_MINUTES", 40);
/** Of so many jobs one is for a recipient who holds the badge by then, and must fail visibly. */
const HELD_EVERY = 50;
/** After so many accepted jobs, as many old and new ones are brought again. */
const AGAIN_EVERY = 500;
const AGAIN = 50;
const QUEUE = "accolade-jobs";
const CRON = "*/5 * * * *";
const TICKS_A_SECOND = 100;
/** Requests of each kind that are none of the worker's work. */
const CONTROLS = 1000;
/** After which a request, or a look into the database, is taken for lost. */
const LOST_MS = 60_000;
const PROGRESS_MS = 15_000;
const BEGAN = Date.now();
const DEADLINE = BEGAN + MINUTES * 60_000;

/** What a promise comes to, or an error when it comes to nothing in time. */
const within = (promise, milliseconds) =>
  Promise.race([promise, sleep(milliseconds, null, { ref: false }).then(() => Promise.reject(new Error(`nothing within ${milliseconds} ms`)))]);

const folder = mkdtempSync(join(tmpdir(), "accolade-load-"));
const { Miniflare, convertV4MiniflareOptions, options, statementsOf } = await tools();
const bootstrapSecret = randomBytes(32).toString("hex");
const secret = () => randomBytes(32).toString("hex");
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    ...options,
    name: "accolade",
    modulesRoot: "/virtual",
    modules: [
      module("ESModule", "main.mjs", join(ROOT, "tests/bench/counting-worker.mjs")),
      module("ESModule", "index.js", join(ROOT, "edge-worker/build/index.js")),
      module("CompiledWasm", "index_bg.wasm", join(ROOT, "edge-worker/build/index_bg.wasm")),
    ],
    bindings: {
      ...{ ...options.bindings, RATE_LIMITS: "off", MAIL_FROM: "", PUBLIC_ORIGIN: "https://badges.example" },
      ...{ BOOTSTRAP_SECRET: bootstrapSecret, SESSION_SECRET: secret(), KEY_ENCRYPTION_SECRET: secret() },
    },
    resourcePersistencePath: folder,
    ...{ host: "127.0.0.1", port: 0, log: undefined, unsafeTriggerHandlers: true, handleStructuredLogs: () => {} },
    unsafeHandleRuntimeRestart: () => {},
  }),
);
const url = await miniflare.ready;
const asked = requester(url, () => []);
const request = (...arguments_) => within(asked(...arguments_), LOST_MS);
const sql = (text, ...values) => within((async () => (await (await miniflare.getD1Database("DB")).prepare(text).bind(...values).all()).results)(), LOST_MS);

const server = { request, url };
server.signIn = async () =>
  expectStatus(await request("POST", "/api/auth/bootstrap", { json: { secret: bootstrapSecret, email: OWNER } }), 200).json.token;

/** Every job that was accepted: the assertionId by its key. */
const accepted = new Map();
let replays = 0;
let again = 0;
let kills = 0;

/** CPU seconds of workerd so far: the worker, and the D1, KV and queue that it emulates, together. */
function cpuSeconds() {
  const fields = readFileSync(`/proc/${workerdPid()}/stat`, "utf8").split(") ").at(-1).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

function bytesIn(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const databaseBytes = async () => (await (await miniflare.getD1Database("DB")).prepare("SELECT 1").all()).meta.size_after;

/** Asks until it is answered: a client whose server dies asks again, with the same bytes. */
async function insist(organization, json) {
  const body = JSON.stringify(json);
  while (Date.now() < DEADLINE) {
    const answer = await request("POST", "/v1/programmatic/issue", { headers: { "x-api-key": organization.apiKey }, body, type: "application/json" }).catch(() => null);
    if (answer?.status === 202) return answer.json.assertionId;
    if (answer && answer.status < 500) throw new Error(`${answer.status} ${answer.text}`);
    replays += 1;
    await sleep(200);
  }
  throw new Error(`a job was not accepted within ${MINUTES} minutes`);
}

async function client(organization, next) {
  for (let job = next(); job !== null; job = next()) {
    const key = `job-${job}`;
    const of = job % HELD_EVERY === HELD_EVERY - 1 ? job - CLIENTS * 3 : job;
    const json = {
      tenantId: organization.slug,
      badgeTemplateId: organization.badgeId,
      recipientIdentity: `learner-${of}@load.example`,
      recipientIdentityType: "email",
      recipientIdentifiers: [{ identifierType: "studentId", identifier: String(of) }],
      idempotencyKey: key,
    };
    accepted.set(`${organization.id} ${key}`, await insist(organization, json));
  }
}

const open = async () => (await sql("SELECT count(*) AS n FROM queue_job WHERE state IN ('queued', 'processing')"))[0].n;
const tick = () => within((async () => (await miniflare.getWorker()).scheduled({ cron: CRON }))(), LOST_MS);
const bring = (messages) => within((async () => (await miniflare.getWorker()).queue(QUEUE, messages))(), LOST_MS);

/** Lets the clock see to what nothing else brings; what died holds no lease for long, so time is let pass for those. */
async function drain() {
  let before = -1;
  await until("all jobs have ended", async () => {
    const n = await open();
    if (n === before && n > 0) {
      await sql("UPDATE queue_job SET next_attempt_at = 0, leased_until = 0 WHERE state IN ('queued', 'processing')");
      await tick();
    }
    before = n;
    if (n > 0) await sleep(1000);
    return n === 0;
  }, DEADLINE - Date.now());
}

/** Brings jobs again, ended ones too; nothing may come of it. */
async function bringAgain() {
  const rows = await sql("SELECT id FROM queue_job ORDER BY random() LIMIT ?", AGAIN);
  const messages = rows.map(({ id }) => ({ id: randomBytes(8).toString("hex"), timestamp: new Date(), attempts: 1, body: JSON.stringify({ job: "queued", id }) }));
  for (let i = 0; i < messages.length; i += 10) await bring(messages.slice(i, i + 10)).catch(() => null);
  again += messages.length;
}

async function kill() {
  process.kill(workerdPid(), "SIGKILL");
  kills += 1;
  await until("workerd runs again", async () => (await request("GET", "/healthz")).status === 200);
  // Whatever was held or queued died with it.
  await sql("UPDATE queue_job SET next_attempt_at = 0, leased_until = 0 WHERE state IN ('queued', 'processing')");
  await tick();
}

/** Has jobs accepted and done; `onAccepted` is told how many were. */
async function run(organizations, from, to, onAccepted = async () => {}) {
  let job = from;
  const next = () => (job < to ? job++ : null);
  // A client's own jobs: each organization takes every eighth number.
  const clients = organizations.map((organization) => client(organization, next));
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      await onAccepted(accepted.size).catch((error) => console.error(`meanwhile: ${error.message}`));
      await sleep(250);
    }
  })();
  await Promise.all(clients);
  const acceptedAt = performance.now();
  isOver = true;
  await watching;
  await drain();
  return acceptedAt;
}

/** CPU of workerd for each request of a kind that is none of the worker's work, in ms. */
async function controls() {
  const figures = {};
  for (const [name, path] of [["an empty route", "/healthz"], ["one write to D1", "/bench/write"], ["one write to KV", "/bench/put"]]) {
    const cpu = cpuSeconds();
    let left = CONTROLS;
    await Promise.all(Array.from({ length: CLIENTS }, async () => {
      while (left-- > 0) await request("GET", path);
    }));
    figures[name] = ((cpuSeconds() - cpu) * 1000) / CONTROLS;
  }
  console.log(`beside it: ${Object.entries(figures).map(([name, cpuMs]) => `${name} ${cpuMs.toFixed(2)} ms of CPU`).join(", ")}`);
  return figures;
}

async function measured(label, organizations, from, to) {
  const rowsOf = async () => expectStatus(await request("GET", "/bench/rows"), 200).json;
  const [cpu, rows, bytes, began] = [cpuSeconds(), await rowsOf(), await databaseBytes(), performance.now()];
  const acceptedAt = await run(organizations, from, to);
  const [seconds, after, jobs] = [(performance.now() - began) / 1000, await rowsOf(), to - from];
  const figures = {
    jobsPerSecond: jobs / seconds,
    acceptedPerSecond: (jobs * 1000) / (acceptedAt - began),
    cpuMs: ((cpuSeconds() - cpu) * 1000) / jobs,
    rowsRead: (after.read - rows.read) / jobs,
    rowsWritten: (after.written - rows.written) / jobs,
    calls: (after.calls - rows.calls) / jobs,
    bytes: (await databaseBytes() - bytes) / jobs,
  };
  const of = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(name === "jobsPerSecond" ? 1 : 2)}`);
  console.log(`${label}: ${of.join(", ")}`);
  return figures;
}

const progress = setInterval(() => {
  const seconds = (Date.now() - BEGAN) / 1000;
  console.error(`${seconds.toFixed(0)} s: ${accepted.size} of ${JOBS} jobs accepted`);
}, PROGRESS_MS);

try {
  for (const statement of statementsOf()) await sql(statement);
  await sql("CREATE TABLE bench_control (id TEXT PRIMARY KEY, text TEXT)");
  const organizations = [];
  for (let i = 0; i < CLIENTS; i += 1) organizations.push(await newOrganization(server, { name: `Load ${i}` }));
  // The quota is not what is measured.
  await sql("UPDATE organization SET plan = 'enterprise'");

  const first = await measured(`the first ${WINDOW} jobs`, organizations, 0, WINDOW);
  const firstControls = await controls();

  const [middle, began] = [JOBS - 2 * WINDOW, performance.now()];
  let killAt = 1;
  let againAt = AGAIN_EVERY;
  await run(organizations, WINDOW, JOBS - WINDOW, async (count) => {
    const done = count - WINDOW;
    if (killAt <= KILLS && done >= (killAt * middle) / (KILLS + 1)) {
      killAt += 1;
      await kill();
    }
    if (done >= againAt) {
      againAt += AGAIN_EVERY;
      await bringAgain();
    }
  });
  const seconds = (performance.now() - began) / 1000;
  if (middle > 0) {
    console.log(`${middle} jobs, workerd killed ${kills} times, ${replays} requests repeated, ${again} messages brought again: ${(middle / seconds).toFixed(1)} jobs a second`);
  }

  const last = await measured(`the last ${WINDOW} of ${JOBS} jobs`, organizations, JOBS - WINDOW, JOBS);
  const lastControls = await controls();
  const grown = (before, after) => `× ${(after / before).toFixed(2)}`;
  console.log(`growth from ${WINDOW} to ${JOBS}: CPU per job ${grown(first.cpuMs, last.cpuMs)}, rows read ${grown(first.rowsRead, last.rowsRead)}, rows written ${grown(first.rowsWritten, last.rowsWritten)}; what is none of the worker's work: ${Object.entries(firstControls).map(([name, cpuMs]) => `${name} ${grown(cpuMs, lastControls[name])}`).join(", ")}`);

  // What was accepted and what came of it, by the records and not by what the clients believe.
  const rows = await sql("SELECT organization_id, idempotency_key, id, state, last_error FROM queue_job");
  const credentials = new Map((await sql("SELECT id, document_sha256 FROM credential")).map(({ id, document_sha256 }) => [id, document_sha256]));
  const faults = [];
  if (kills !== KILLS) faults.push(`workerd was killed ${kills} times and not ${KILLS} times`);
  if (accepted.size !== JOBS) faults.push(`${accepted.size} jobs were accepted and not ${JOBS}`);
  if (rows.length !== JOBS) faults.push(`there are ${rows.length} jobs and not ${JOBS}`);
  for (const row of rows) {
    const told = accepted.get(`${row.organization_id} ${row.idempotency_key}`);
    if (told?.split(":").at(-1) !== row.id) faults.push(`${row.idempotency_key} was told ${told} and is ${row.id}`);
    const isOne = row.state === "completed" ? credentials.has(row.id) : row.state === "failed" && Boolean(row.last_error) && !credentials.has(row.id);
    if (!isOne) faults.push(`${row.idempotency_key} is ${row.state}: ${row.last_error}`);
  }
  const completed = rows.filter(({ state }) => state === "completed").length;
  if (credentials.size !== completed) faults.push(`${completed} jobs are completed, and there are ${credentials.size} credentials`);
  const reasons = [...new Set(rows.filter(({ state }) => state === "failed").map(({ last_error }) => last_error))];
  if (reasons.some((reason) => !/holds an active credential|at the same time/.test(reason))) faults.push(`failed for: ${reasons.join("; ")}`);
  const documents = await miniflare.getKVNamespace("DOCUMENTS");
  const samples = rows.filter(({ state }) => state === "completed").filter((_, i, all) => i % Math.ceil(all.length / 100) === 0);
  for (const { id } of samples) if (!(await documents.get(`document/${credentials.get(id)}`))) faults.push(`the document of ${id} is not there`);
  console.log(`${rows.length} accepted: ${completed} credentials, ${rows.length - completed} visible failures (${reasons.join("; ")})`);
  console.log(`the database: ${(await databaseBytes() / 1e6).toFixed(1)} MB; all on disk: ${(bytesIn(folder) / 1e6).toFixed(1)} MB`);
  if (faults.length > 0) {
    console.error(`${faults.length} faults:\n${faults.slice(0, 20).join("\n")}`);
    process.exitCode = 1;
  } else {
    console.log("every accepted job has ended as exactly one credential or one visible failure");
  }
} catch (error) {
  console.error(`after ${((Date.now() - BEGAN) / 60_000).toFixed(1)} minutes: ${error.message}`);
  const states = await sql("SELECT state, count(*) AS n FROM queue_job GROUP BY state").catch(() => []);
  console.error(`${accepted.size} accepted: ${states.map(({ state, n }) => `${n} ${state}`).join(", ")}`);
  process.exitCode = 1;
} finally {
  clearInterval(progress);
  await within(miniflare.dispose(), LOST_MS).catch((error) => console.error(`workerd did not end: ${error.message}`));
  rmSync(folder, { recursive: true, force: true });
}
// Whatever is still waited for decides nothing any more.
process.exit();
