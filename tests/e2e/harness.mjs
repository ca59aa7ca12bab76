// Serves the built worker under workerd for a test file, on a database of its own, and makes what tests begin with.
// What is asked goes over HTTP, as anybody's requests do; the bindings are for arranging what HTTP can not (time, quotas).

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { png } from "./png.mjs";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WORKER = join(ROOT, "edge-worker");
const LOCAL = join(ROOT, ".local");

/** The first owner's address in every test. */
export const OWNER = "owner@accolade.example";
/** The origin that the worker is told to publish under, unless a test says otherwise: a public one, so DIDs are did:web. */
export const PUBLIC_ORIGIN = "https://badges.example";

/**
 * Starts the worker; `vars` go before those of wrangler.jsonc. Rate limits are off unless asked for.
 * Resolves to `{url, request, signIn, bindings, restart, close}`. `restart` starts the worker anew on the same records, with
 * other vars and secrets where it is given some; a secret that is `undefined` is taken away.
 */
export async function startWorker({ vars = {} } = {}) {
  if (!existsSync(join(WORKER, "build/index.js"))) throw new Error("the worker is not built: run `make build` first");
  mkdirSync(LOCAL, { recursive: true });
  Object.assign(process.env, {
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_LOG_PATH: join(LOCAL, "logs"),
  });
  const { createTestHarness } = await import(pathToFileURL(createRequire(join(ROOT, "tools/package.json")).resolve("wrangler")));

  const bootstrapSecret = newSecret();
  const worker = {
    configPath: "./wrangler.jsonc",
    vars: { PUBLIC_ORIGIN, RATE_LIMITS: "off", ...vars },
    secrets: { BOOTSTRAP_SECRET: bootstrapSecret, SESSION_SECRET: newSecret(), KEY_ENCRYPTION_SECRET: newSecret() },
  };
  const harness = createTestHarness({ root: WORKER, workers: [worker] });
  const { url } = await harness.listen();
  await harness.getWorker().applyD1Migrations("DB");

  const request = requester(url, () => harness.getLogs());
  const server = { url, request, bootstrapSecret, harness, bindings: await harness.getWorker().getEnv(), close: () => harness.close() };
  server.secrets = worker.secrets;
  server.restart = async ({ vars = {}, secrets = {} }) => {
    Object.assign(worker.vars, vars);
    Object.assign(worker.secrets, secrets);
    for (const [name, value] of Object.entries(worker.secrets)) if (value === undefined) delete worker.secrets[name];
    await harness.update({ root: WORKER, workers: [{ ...worker }] });
    server.bindings = await harness.getWorker().getEnv();
  };
  server.signIn = async () => {
    const answer = await request("POST", "/api/auth/bootstrap", { json: { secret: bootstrapSecret, email: OWNER } });
    return expectStatus(answer, 200).json.token;
  };
  return server;
}

/** A Worker secret. */
export const newSecret = () => randomBytes(32).toString("hex");

/**
 * Makes requests of one worker. The answer is `{status, headers, bytes, text, json}`; `json` is undefined where the
 * body is not JSON. No status is a fault here: tests say which one they expect.
 */
export function requester(url, logs) {
  return async function request(method, path, { token, json, body, type, headers = {} } = {}) {
    const sent = { ...headers };
    if (token) sent.authorization = `Bearer ${token}`;
    if (json !== undefined) {
      body = JSON.stringify(json);
      type ??= "application/json";
    }
    if (type) sent["content-type"] = type;
    const response = await fetch(new URL(path, url), { method, headers: sent, body, redirect: "manual" });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    let parsed;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    // What went wrong inside is told to nobody outside, but a failing test should say it.
    if (response.status >= 500) console.error(logs().slice(-5).map(({ message }) => message).join("\n"));
    return { status: response.status, headers: response.headers, bytes, text, json: parsed };
  };
}

/** Hands the answer back when it has the status that whatever follows depends on. */
export function expectStatus(answer, status) {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer;
}

/** A worker with its first organization, for as long as the file's tests run. Resolves to `{server, organization}`. */
export async function serverWithOrganization() {
  const server = await startWorker();
  after(() => server.close());
  return { server, organization: await newOrganization(server) };
}

/**
 * A new organization that may issue: with a signing key, an API key for everything, and one badge that never expires.
 * Resolves to `{id, slug, did, path, session, apiKey, badgeId, issue, badge}`.
 */
export async function newOrganization(server, { signingKey = true, name = "Meridian Institute" } = {}) {
  const { request } = server;
  const session = await server.signIn();
  const slug = `org-${randomBytes(6).toString("hex")}`;
  const created = await request("POST", "/api/organizations", { token: session, json: { name, slug } });
  const { id } = expectStatus(created, 201).json;
  const path = `/api/organizations/${id}`;
  if (signingKey) expectStatus(await request("POST", `${path}/signing-keys`, { token: session, json: {} }), 201);
  const { did } = expectStatus(await request("GET", path, { token: session }), 200).json;
  const key = await request("POST", `${path}/api-keys`, { token: session, json: { label: "tests", scopes: ["*"] } });

  const organization = { id, slug, did, path, session, apiKey: expectStatus(key, 201).json.apiKey };
  /** Makes a badge with an image; resolves to what the API says of it. */
  organization.badge = async (members = {}) => {
    const badge = expectStatus(await request("POST", `${path}/badges`, { token: session, json: { ...BADGE, ...members } }), 201).json;
    const image = await request("PUT", `${path}/badges/${badge.id}/image`, { token: session, body: png(), type: "image/png" });
    return expectStatus(image, 200).json;
  };
  /** Asks for a credential; the answer may be a refusal. */
  organization.issue = (members = {}, recipient = {}) =>
    request("POST", "/api/v1/credentials", {
      token: organization.apiKey,
      json: { badgeId: organization.badgeId, recipient: { ...newRecipient(), ...recipient }, ...members },
    });
  organization.badgeId = (await organization.badge()).id;
  return organization;
}

const BADGE = {
  name: "Celestial Navigation",
  description: "Finds a ship's position at sea from the stars.",
  criteria: { narrative: "Five positions found at sea on three nights." },
};

/** Somebody whom nobody has issued to yet. */
export function newRecipient() {
  return { name: "Ada Lovelace", email: `ada-${randomBytes(6).toString("hex")}@lovelace.example` };
}

/** A UUID that names nothing. */
export const NOTHING = "00000000-0000-4000-8000-000000000000";
