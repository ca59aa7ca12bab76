// The built worker under workerd for benchmarks, in two ways. `startWhole`: as `make run` has it, but without wrangler's proxy before
// it: one workerd, with Miniflare's entry worker and the D1, KV and queue that it emulates. `startAlone`: a workerd that holds the
// worker and nothing else; its database and documents are in a process of their own (records.mjs). What that workerd
// uses is what the platform counts (the worker's isolate, D1's and KV's clients in it) and HTTP, which the platform does not count.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

import { module, tools, until, workerdPid } from "../e2e/faulty.mjs";
import { expectStatus, OWNER, requester, ROOT } from "../e2e/harness.mjs";

const BUILD = join(ROOT, "edge-worker/build");
/** What Linux counts CPU time in, in every build that there is. */
const TICK_MS = 10;

/** CPU time of a process so far, its threads included. */
export function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function settings(vars) {
  const secret = () => randomBytes(32).toString("hex");
  const defaults = { RATE_LIMITS: "off", MAIL_FROM: "", PUBLIC_ORIGIN: "https://badges.example" };
  return { ...defaults, BOOTSTRAP_SECRET: secret(), SESSION_SECRET: secret(), KEY_ENCRYPTION_SECRET: secret(), ...vars };
}

function server(url, bindings, pid, close) {
  const request = requester(url, () => []);
  const signIn = async () => {
    const answer = await request("POST", "/api/auth/bootstrap", { json: { secret: bindings.BOOTSTRAP_SECRET, email: OWNER } });
    return expectStatus(answer, 200).json.token;
  };
  return { url, request, signIn, pid, cpuMs: () => cpuMs(pid), close };
}

/** The worker with all that it needs in one workerd; `build` is another folder than that of `make build`. */
export async function startWhole({ vars = {}, build = BUILD } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "accolade-whole-"));
  const { Miniflare, convertV4MiniflareOptions, options, statementsOf } = await tools();
  const bindings = { ...options.bindings, ...settings(vars) };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...options,
      name: "accolade",
      modulesRoot: "/virtual",
      modules: [module("ESModule", "index.js", join(build, "index.js")), module("CompiledWasm", "index_bg.wasm", join(build, "index_bg.wasm"))],
      bindings,
      resourcePersistencePath: folder,
      ...{ host: "127.0.0.1", port: 0, log: undefined, handleStructuredLogs: () => {} },
    }),
  );
  const url = await miniflare.ready;
  const database = await miniflare.getD1Database("DB");
  for (const statement of statementsOf()) await database.prepare(statement).run();
  return server(url, bindings, workerdPid(), async () => {
    await miniflare.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** The worker alone in a workerd, `build` as before; `inspector` has it listen for a debugger, at `inspectorPort`. */
export async function startAlone({ vars = {}, inspector = false, build = BUILD } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "accolade-alone-"));
  const { options, statementsOf } = await tools();
  const bindings = { ...options.bindings, ...settings(vars) };
  const file = join(folder, "records.sqlite");
  const database = new DatabaseSync(file);
  for (const statement of statementsOf()) database.exec(statement);
  database.close();
  const records = await startRecords(file);

  const port = await freePort();
  const inspectorPort = inspector ? await freePort() : undefined;
  const configuration = join(folder, "workerd.capnp");
  // What it embeds lies beside it: an absolute path would be one of workerd's own files.
  for (const name of ["index.js", "index_bg.wasm"]) copyFileSync(join(build, name), join(folder, name));
  writeFileSync(configuration, capnp({ bindings, compatibilityDate: options.compatibilityDate, records: records.port, port }));
  const fromTools = createRequire(join(ROOT, "tools/package.json"));
  const workerd = createRequire(createRequire(fromTools.resolve("wrangler")).resolve("miniflare"))("workerd").default;
  const debug = inspector ? [`--inspector-addr=127.0.0.1:${inspectorPort}`] : [];
  const child = spawn(workerd, ["serve", "--experimental", ...debug, configuration], { stdio: ["ignore", "ignore", process.env.BENCH_LOG ? "inherit" : "ignore"] });
  const close = async () => {
    child.kill();
    records.close();
    await Promise.all([child, records.child].map((it) => it.exitCode ?? it.signalCode ?? once(it, "exit")));
    rmSync(folder, { recursive: true, force: true });
  };
  const url = new URL(`http://127.0.0.1:${port}/`);
  try {
    await until("workerd serves", async () => (await fetch(new URL("/healthz", url))).ok);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...server(url, bindings, child.pid, close), inspectorPort, recordsPid: records.child.pid };
}

/** A database and documents in a process of their own. */
export async function startRecords(file) {
  const script = fileURLToPath(new URL("records.mjs", import.meta.url));
  const child = spawn(process.execPath, ["--no-warnings", script, file], { stdio: ["ignore", "pipe", "inherit"] });
  const port = Number(String((await once(child.stdout, "data"))[0]).trim());
  return { child, port, close: () => child.kill() };
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function capnp({ bindings, compatibilityDate, records, port }) {
  const text = (value) => JSON.stringify(String(value));
  const texts = Object.entries(bindings).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "records", external = (address = "127.0.0.1:${records}", http = ())),
    (name = "accolade", worker = (
      compatibilityDate = ${text(compatibilityDate)},
      modules = [
        (name = "index.js", esModule = embed "index.js"),
        (name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
      ],
      bindings = [
        (name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "records")])),
        (name = "DOCUMENTS", kvNamespace = "records"),
        (name = "JOBS", queue = "records"),
        (name = "ASSETS", service = "records"),
        ${texts.join(",\n        ")},
      ],
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "accolade")],
);
`;
}
