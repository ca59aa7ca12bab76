// `make run`: builds what changed, serves it under workerd on this machine, and seeds a demo through the HTTP API.
// Data, secrets and logs stay in .local/ (or in ACCOLADE_LOCAL); Ctrl-C or a TERM ends everything that was started.
// PORT picks the port (8787); RATE_LIMITS=off serves without rate limits; HTTPS=on serves over TLS, with a certificate of its own.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimFolder, claimPort, portFrom } from "./run/claim.mjs";
import { ownCertificate } from "./run/certificate.mjs";
import { finish, finishQuietly, lastLines, start, stopAll } from "./run/children.mjs";
import { watchMake } from "./run/parent.mjs";
import { CannotGoOn, say, step } from "./run/say.mjs";
import { localSecrets } from "./run/secrets.mjs";
import { seed, writePrivately } from "./run/seed.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LOCAL = resolve(process.env.ACCOLADE_LOCAL || join(ROOT, ".local"));
const WRANGLER = join(ROOT, "tools/node_modules/wrangler/bin/wrangler.js");
const CONFIG = join(ROOT, "edge-worker/wrangler.jsonc");
const MIGRATIONS = join(ROOT, "edge-worker/migrations");
const STATE = join(LOCAL, "state");
const SECRETS = join(LOCAL, "secrets.env");
/** What the demo is made of, and the API key to it. */
const SEED = join(LOCAL, "seed.json");
/** For scripts: there only while the worker serves. */
const DEMO = join(LOCAL, "demo.json");
const START_TIMEOUT_MS = 60_000;

const WRANGLER_ENV = {
  ...process.env,
  CI: "1", // asks no questions
  NO_COLOR: "1",
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_LOG_PATH: join(LOCAL, "logs"),
};

async function main() {
  const begun = performance.now();
  const port = portFrom(process.env.PORT);
  const isSecure = process.env.HTTPS === "on";
  const baseUrl = `${isSecure ? "https" : "http"}://localhost:${port}`;

  if (!existsSync(WRANGLER)) throw new CannotGoOn("the tools are not installed: run `make setup` first");
  mkdirSync(LOCAL, { recursive: true, mode: 0o700 });
  await claimPort(port);
  await claimFolder(LOCAL);
  rmSync(DEMO, { force: true });

  await step("Building the verifier", () => build("verifier-wasm/build.sh"));
  await step("Building the pages", () => build(process.execPath, "web/build.mjs"));
  await step("Building the worker", () => build("edge-worker/build.sh"));

  const secrets = localSecrets(SECRETS, join(ROOT, "edge-worker/.dev.vars.example"));
  await step("Applying the database migrations", migrate);
  const certificate = isSecure ? await step("Making a certificate", () => ownCertificate(join(LOCAL, "tls"))) : undefined;
  const worker = await step("Starting the worker", () => serve(port, baseUrl, certificate));
  const demo = await step("Seeding the demo", () =>
    seed({
      baseUrl,
      bootstrapSecret: secrets.BOOTSTRAP_SECRET,
      badgeImage: readFileSync(join(ROOT, "web/demo/badge.png")),
      file: SEED,
    }),
  );
  writePrivately(DEMO, { baseUrl, ...demo });
  say(`✓ Ready after ${((performance.now() - begun) / 1000).toFixed(1)}s`);
  process.stdout.write(welcome(baseUrl, demo));

  const { code } = await worker.exited;
  throw new CannotGoOn(`the worker ended by itself (exit code ${code})`);
}

function build(command, ...args) {
  return finish(command.includes("/build.sh") ? join(ROOT, command) : command, args, "the build failed; what it printed says why", {
    cwd: ROOT,
  });
}

/** Brings the database up to date; asking wrangler takes seconds, so what was applied is remembered beside the data. */
async function migrate() {
  const applied = join(STATE, "migrations");
  const wanted = readdirSync(MIGRATIONS).sort().map((name) => `${name}\n${readFileSync(join(MIGRATIONS, name), "utf8")}`).join("\n");
  if (existsSync(applied) && readFileSync(applied, "utf8") === wanted) return;
  await finishQuietly(
    process.execPath,
    [WRANGLER, "d1", "migrations", "apply", "DB", "--local", "--persist-to", STATE, "--config", CONFIG],
    "the database migrations could not be applied",
    { env: WRANGLER_ENV, cwd: ROOT },
  );
  writeFileSync(applied, wanted);
}

/** Starts wrangler and resolves once the worker answers. */
async function serve(port, baseUrl, certificate) {
  const worker = start(
    process.execPath,
    [
      ...[WRANGLER, "dev", "--config", CONFIG, "--local", "--persist-to", STATE, "--env-file", SECRETS],
      ...["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--log-level", "warn"],
      ...["--show-interactive-dev-session=false", "--var", `PUBLIC_ORIGIN:${baseUrl}`],
      ...(process.env.RATE_LIMITS === "off" ? ["--var", "RATE_LIMITS:off"] : []),
      ...(certificate ? ["--local-protocol", "https", "--https-key-path", certificate.key, "--https-cert-path", certificate.file] : []),
    ],
    { env: WRANGLER_ENV, cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
  );
  const printed = lastLines(worker);
  let ended = null;
  worker.exited.then((result) => (ended = result));
  for (const patience = Date.now() + START_TIMEOUT_MS; Date.now() < patience; await sleep(100)) {
    if (ended) break;
    if (await answers(baseUrl)) {
      worker.stdout.pipe(process.stderr);
      worker.stderr.pipe(process.stderr);
      return worker;
    }
  }
  say(printed());
  throw new CannotGoOn(ended ? "the worker did not start; its last words are above" : "the worker did not answer within a minute");
}

async function answers(baseUrl) {
  try {
    const response = await fetch(`${baseUrl}/healthz`, { signal: AbortSignal.timeout(5000) });
    return response.ok && (await response.json()).status === "ok";
  } catch {
    return false;
  }
}

function welcome(baseUrl, { apiKey, badgeId, credentialId }) {
  return `
  Accolade serves at      ${baseUrl}
  The demo's credential   ${baseUrl}/verify/${credentialId}
  The demo's API key      ${apiKey}${baseUrl.startsWith("https:") ? `\n  Its certificate         ${join(LOCAL, "tls", "certificate.pem")}` : ""}

  Issue a badge:

  curl -sS ${baseUrl}/api/v1/credentials \\
    -H 'Authorization: Bearer ${apiKey}' \\
    -H 'Content-Type: application/json' \\
    -d '{"badgeId":"${badgeId}","recipient":{"name":"Grace Hopper","email":"grace@hopper.example"}}'

  Its answer names the page that shows and verifies it. For scripts: ${join(LOCAL, "demo.json")}
  The mails that it sends: ${baseUrl}/cdn-cgi/local/explorer/
  Ctrl-C ends it; the data stays.
`;
}

let ending = false;
async function end(exitCode) {
  if (ending) return;
  ending = true;
  await stopAll();
  process.exit(exitCode);
}
function endAsAsked() {
  if (!ending) say("Ending what was started");
  void end(0);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, endAsAsked);
watchMake(endAsAsked);

main().catch((error) => {
  // Whatever fails while everything is being ended fails because of that.
  if (ending) return;
  say(error instanceof CannotGoOn ? `✗ ${error.message}` : `✗ ${error.stack}`);
  void end(1);
});
