// The built worker under workerd, as wrangler.jsonc describes it, with a hand at each of its bindings: a test sees every step
// that the worker takes at D1, KV, the queue and the mail, and can let it fail before or after it is done, kill workerd at that
// very moment, or let time pass. The steps themselves are the real ones.

import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { expectStatus, OWNER, requester, ROOT } from "./harness.mjs";

const WORKER = join(ROOT, "edge-worker");
const QUEUE = "accolade-jobs";
const CRON = "*/5 * * * *";
const PATIENCE_MS = 30_000;

/**
 * Starts the worker on a database of its own; `vars` go before those of wrangler.jsonc. It is served like `startWorker`'s,
 * under a local origin; its queue takes messages and brings none: `messages` are those, and `bring` brings what a test wants, as
 * often as it wants. `steps` are all steps so far, and `ahead` is how many milliseconds the worker's clock is ahead.
 */
export async function startFaulty({ vars = {} } = {}) {
  const { Miniflare, convertV4MiniflareOptions, options, statementsOf } = await tools();
  const folder = mkdtempSync(join(tmpdir(), "accolade-faults-"));
  const server = { bootstrapSecret: randomBytes(32).toString("hex"), steps: [], messages: [], ahead: 0 };
  let restarts = 0;
  let armed = null;

  function onStep(step) {
    server.steps.push(step);
    if (step.name.startsWith("queue.") && step.when === "after") server.messages.push(...step.detail);
    const isHit = armed?.matches(step) && (armed.hits += 1) > armed.skips && armed.hits <= armed.skips + armed.times;
    if (isHit && armed.kills) process.kill(server.pid(), "SIGKILL");
    return { ahead: server.ahead, fails: isHit ? "an injected fault" : undefined };
  }

  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...options,
      queueConsumers: {},
      name: "accolade",
      modulesRoot: "/virtual",
      modules: [
        module("ESModule", "main.mjs", join(ROOT, "tests/e2e/faulty-worker.mjs")),
        module("ESModule", "index.js", join(WORKER, "build/index.js")),
        module("CompiledWasm", "index_bg.wasm", join(WORKER, "build/index_bg.wasm")),
      ],
      bindings: {
        ...{ ...options.bindings, RATE_LIMITS: "off", BOOTSTRAP_SECRET: server.bootstrapSecret },
        ...{ SESSION_SECRET: randomBytes(32).toString("hex"), KEY_ENCRYPTION_SECRET: randomBytes(32).toString("hex"), ...vars },
      },
      serviceBindings: { FAULTS: async (request) => Response.json(onStep(await request.json())) },
      resourcePersistencePath: folder,
      ...{ host: "127.0.0.1", port: 0, log: undefined, unsafeTriggerHandlers: true },
      // Faults are meant here; what the worker logs of them is not of interest.
      handleStructuredLogs: () => {},
      unsafeHandleRuntimeRestart: () => void (restarts += 1),
    }),
  );
  const url = await miniflare.ready;

  server.pid = workerdPid;
  /** Rows that a statement gives, past all faults. */
  server.sql = async (sql, ...values) => (await (await miniflare.getD1Database("DB")).prepare(sql).bind(...values).all()).results;
  server.documents = () => miniflare.getKVNamespace("DOCUMENTS");
  server.request = requester(url, () => []);
  server.url = url;
  server.signIn = async () => {
    const answer = await server.request("POST", "/api/auth/bootstrap", { json: { secret: server.bootstrapSecret, email: OWNER } });
    return expectStatus(answer, 200).json.token;
  };
  /** One run of the clock. */
  server.tick = async () => (await miniflare.getWorker()).scheduled({ cron: CRON });
  /** Brings messages to the worker, as one batch; resolves to what the worker says of them. */
  server.bring = async (messages) =>
    (await miniflare.getWorker()).queue(QUEUE, messages.map((body) => ({ id: randomUUID(), timestamp: new Date(), attempts: 1, body })));
  /** Takes the messages that the queue holds. */
  server.take = () => server.messages.splice(0);
  /** Lets the clock and the queue do what is left, as often as it takes; each message comes twice, and in another order. */
  server.settle = async () => {
    for (let round = 0; round < 3; round += 1) {
      server.ahead += 11 * 60_000;
      await server.tick();
      const messages = server.take();
      await server.bring([...messages, ...messages].reverse());
    }
  };
  /** The steps of some work at which it may be interrupted. A worker that dies before a step is one that died after the one before. */
  server.faultsOf = async (work, kills, { apiKey }) => {
    // The first request with a key after some time takes a step of its own.
    expectStatus(await server.request("GET", "/api/v1/badges?limit=1", { token: apiKey }), 200);
    const first = server.steps.length;
    await work();
    const steps = server.steps.slice(first).map(({ name, when }, skips) => ({ label: `${kills ? "killed " : ""}${when} ${name}, step ${skips + 1}`, name, when, skips, kills }));
    return steps.filter(({ name, when }) => name.includes(".") && !(kills && when === "before"));
  };

  /**
   * Arms a fault for as long as `work` takes: the steps that `matches` fail, after `skips` of them and `times` over, or workerd
   * is killed at them. Resolves to what `work` came to, or to an error, once workerd runs again.
   */
  server.during = async ({ matches = () => true, skips = 0, times = 1, kills = false }, work) => {
    const before = restarts;
    armed = { matches, skips, times, kills, hits: 0 };
    const result = await work().catch((error) => ({ error }));
    const isHit = armed.hits > skips;
    armed = null;
    if (kills && isHit) await until("workerd runs again", async () => restarts > before && (await server.request("GET", "/healthz")).status === 200);
    return { result, isHit };
  };
  server.close = async () => {
    await miniflare.dispose();
    rmSync(folder, { recursive: true, force: true });
  };

  for (const statement of statementsOf()) await server.sql(statement);
  return server;
}

/** Workerd's process: the only one that this one has started from that binary. */
export function workerdPid() {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
  const found = children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("workerd"));
  if (found.length !== 1) throw new Error(`there are ${found.length} workerds`);
  return Number(found[0]);
}

/** Waits until something holds; what comes up meanwhile does not count. */
export async function until(what, condition, patienceMs = PATIENCE_MS) {
  for (const patience = Date.now() + patienceMs; Date.now() < patience; await sleep(50)) {
    const found = await Promise.resolve(condition()).catch(() => false);
    if (found) return found;
  }
  throw new Error(`it did not come to this: ${what}`);
}

/** The local runtime, with the worker's own settings and migrations. */
export async function tools() {
  Object.assign(process.env, { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" });
  const fromTools = createRequire(join(ROOT, "tools/package.json"));
  const wrangler = await import(pathToFileURL(fromTools.resolve("wrangler")));
  const { Miniflare, convertV4MiniflareOptions } = await import(pathToFileURL(createRequire(fromTools.resolve("wrangler")).resolve("miniflare")));
  const { workerOptions } = wrangler.unstable_getMiniflareWorkerOptions(join(WORKER, "wrangler.jsonc"));
  const migrations = join(WORKER, "migrations");
  const statementsOf = () =>
    readdirSync(migrations).sort().flatMap((name) => wrangler.unstable_splitSqlQuery(readFileSync(join(migrations, name), "utf8")));
  return { Miniflare, convertV4MiniflareOptions, options: workerOptions, statementsOf };
}

/** A module of the worker, out of a file. */
export function module(type, name, file) {
  return { type, path: `/virtual/${name}`, contents: readFileSync(file, type === "ESModule" ? "utf8" : undefined) };
}
