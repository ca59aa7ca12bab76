// The Worker secret that seals what the database must not tell is changed: everything opens under the new one, and after it is
// sealed anew the one before is not needed any more.

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { expectStatus, newOrganization, newRecipient, newSecret, startWorker } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { assertError, assertMembers } from "./shapes.mjs";

const OLD = newSecret();
const NEW = newSecret();
const MOST = 500;

let server;
let organization;
let operator;
let webhook;
const IDEMPOTENT = { method: "POST", headers: { "idempotency-key": "the same request" }, json: { url: "https://hooks.accolade.example/" } };

const progress = async (method = "GET") => {
  const { json } = expectStatus(await server.request(method, "/api/operator/sealing", { token: operator }), 200);
  return { ...json, by: Object.fromEntries(json.places.map(({ name, ...counts }) => [name, counts])) };
};
const issues = async () => (await organization.issue()).status;
const repeated = () => server.request("POST", "/api/v1/webhooks", { token: organization.apiKey, headers: IDEMPOTENT.headers, json: IDEMPOTENT.json });
/** By which algorithm the newest badge is a JWS: by that of the RSA key, as long as that opens. */
const algorithm = async () => {
  const { id } = expectStatus(await organization.issue(), 201).json;
  const { text } = expectStatus(await server.request("GET", `/credentials/${id}/ob3`, { headers: { accept: "application/vc+jwt" } }), 200);
  return JSON.parse(Buffer.from(text.split(".")[0], "base64url")).alg;
};
const rows = async (sql) => (await server.bindings.DB.prepare(sql).all()).results;

before(async () => {
  server = await startWorker();
  await server.restart({ secrets: { KEY_ENCRYPTION_SECRET: OLD } });
  organization = await newOrganization(server);
  const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  expectStatus(await server.request("POST", `${organization.path}/rsa-keys`, { token: organization.session, json: { privateKey } }), 201);
  operator = await server.signIn();
  webhook = expectStatus(await repeated(), 201).json;
  expectStatus(await server.request("POST", `/api/v1/webhooks/${webhook.id}/rotate-secret`, { token: organization.apiKey }), 200);
  assert.equal(await issues(), 201);
  // A mail that still waits, as the outbox has it while its carrier is down.
  await server.bindings.DB.prepare("INSERT INTO mail SELECT 'waits', organization_id, credential_id, recipient, template, locale, (SELECT sealed_secret FROM webhook), 'waiting', 0, 9e15, 0, NULL, created_at, NULL FROM mail LIMIT 1").run();
});
after(() => server?.close());

test("each sealed value says which secret has sealed it, and not what the secret is", async () => {
  const { sealed_seed: seed } = (await rows("SELECT sealed_seed FROM signing_key"))[0];
  const { sealed_secret: secret } = (await rows("SELECT sealed_secret FROM webhook"))[0];
  assert.match(seed, /^v2\.[0-9a-f]{16}\.[\w-]+$/);
  assert.equal(seed.split(".")[1], secret.split(".")[1]);
  assert.ok(!OLD.includes(seed.split(".")[1]));
  const { remaining, by } = await progress();
  assert.equal(remaining, 0);
  assert.deepEqual(by.signingKeys, { current: 1, previous: 0, unknown: 0 });
});

test("only the operator is told, and only the operator seals anew", async () => {
  const { token } = await signInByMail(server, newRecipient().email);
  for (const method of ["GET", "POST"]) {
    assertError(await server.request(method, "/api/operator/sealing"), 401, "UNAUTHORIZED");
    assertError(await server.request(method, "/api/operator/sealing", { token }), 403, "FORBIDDEN");
  }
});

test("under a new secret alone nothing opens, and the count says so", async () => {
  await server.restart({ secrets: { KEY_ENCRYPTION_SECRET: NEW } });
  assertError(await organization.issue(), 500, "INTERNAL_ERROR");
  const { remaining, by } = await progress();
  assert.deepEqual([remaining, by.signingKeys], [0, { current: 0, previous: 0, unknown: 1 }]);
  const { resealed } = await progress("POST");
  assert.equal(resealed, 0);
});

test("with the secret before beside it everything opens, before anything is sealed anew", async () => {
  await server.restart({ secrets: { KEY_ENCRYPTION_SECRET: NEW, KEY_ENCRYPTION_SECRET_PREVIOUS: OLD } });
  assert.equal(await issues(), 201);
  assert.equal(expectStatus(await repeated(), 201).json.secret, webhook.secret);
  assert.equal(await algorithm(), "RS256");
  const { remaining, by } = await progress();
  assert.deepEqual(by.signingKeys, { current: 0, previous: 1, unknown: 0 });
  assert.deepEqual(by.rsaKeys, { current: 0, previous: 1, unknown: 0 });
  assert.deepEqual(by.webhookSecrets, { current: 0, previous: 1, unknown: 0 });
  assert.deepEqual(by.previousWebhookSecrets, { current: 0, previous: 1, unknown: 0 });
  assert.ok(by.waitingMails.previous >= 1 && by.answers.previous >= 1);
  assert.equal(remaining, Object.values(by).reduce((sum, { previous }) => sum + previous, 0));
});

test("a batch seals anew, passes over what opens under neither, and says how far it is", async () => {
  // Of the form before secrets had names; and one that was sealed for somebody else, so that nothing opens it.
  await server.bindings.DB.prepare("UPDATE webhook SET sealed_secret = 'v1.' || substr(sealed_secret, 21)").run();
  const before = await progress();
  const { resealed, unreadable, remaining, by, ...others } = await progress("POST");
  assertMembers(others, ["places"]);
  assert.equal(unreadable, 1);
  assert.equal(resealed, before.remaining - 1);
  assert.equal(remaining, 1);
  assert.deepEqual(by.signingKeys, { current: 1, previous: 0, unknown: 0 });
  assert.equal(by.waitingMails.previous, 1);
  await server.bindings.DB.prepare("DELETE FROM mail WHERE id = 'waits'").run();
  assert.equal((await progress("POST")).remaining, 0);
});

test("then the secret before is not needed any more", async () => {
  await server.restart({ secrets: { KEY_ENCRYPTION_SECRET: NEW, KEY_ENCRYPTION_SECRET_PREVIOUS: undefined } });
  assert.equal(await issues(), 201);
  assert.equal(expectStatus(await repeated(), 201).json.secret, webhook.secret);
  const rotated = await server.request("POST", `/api/v1/webhooks/${webhook.id}/rotate-secret`, { token: organization.apiKey });
  assert.match(expectStatus(rotated, 200).json.secret, /^whsec_/);
  assert.equal(await algorithm(), "RS256");
  const { remaining, by } = await progress();
  assert.deepEqual([remaining, by.signingKeys, by.rsaKeys], [0, { current: 1, previous: 0, unknown: 0 }, { current: 1, previous: 0, unknown: 0 }]);
});

test("the clock does the same while the secret before is there, however many there are", async () => {
  const next = newSecret();
  // Copies under other keys open under no secret: they are passed over, and keep nothing else back.
  const copies = `INSERT INTO idempotency
    WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?)
    SELECT organization_id, 'copy ' || value, request_sha256, status, response, created_at FROM idempotency, n WHERE key = 'the same request'`;
  await server.bindings.DB.prepare(copies).bind(MOST + 50).run();
  await server.restart({ secrets: { KEY_ENCRYPTION_SECRET: next, KEY_ENCRYPTION_SECRET_PREVIOUS: NEW } });
  await server.harness.getWorker().scheduled({ cron: "*/5 * * * *" });
  const { by } = await progress();
  assert.deepEqual(by.signingKeys, { current: 1, previous: 0, unknown: 0 });
  assert.equal(by.answers.previous, MOST + 50);
  assert.ok(by.answers.current >= 1);
});

test("a webhook gets a new secret also where the one before is lost, and signs with the new one alone", async () => {
  const told = [];
  const listener = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    told.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  try {
    // Under a local origin, addresses of this machine may be told.
    await server.restart({ vars: { PUBLIC_ORIGIN: "" }, secrets: { KEY_ENCRYPTION_SECRET: newSecret(), KEY_ENCRYPTION_SECRET_PREVIOUS: undefined } });
    const { path, session, apiKey: token } = organization;
    expectStatus(await server.request("POST", `${path}/signing-keys/rotate`, { token: session }), 201);
    const url = `http://127.0.0.1:${listener.address().port}/hook`;
    expectStatus(await server.request("PATCH", `/api/v1/webhooks/${webhook.id}`, { token, json: { url } }), 200);
    const { secret, previousSecretUntil } = expectStatus(await server.request("POST", `/api/v1/webhooks/${webhook.id}/rotate-secret`, { token }), 200).json;
    assert.equal(previousSecretUntil, null);
    assert.equal(await issues(), 201);
    for (const patience = Date.now() + 20_000; told.length === 0 && Date.now() < patience; ) await sleep(50);
    const [{ headers, body }] = told;
    const signature = createHmac("sha256", secret).update(`${headers["x-webhook-timestamp"]}.${body}`).digest("hex");
    assert.equal(headers["x-webhook-signature"], `sha256=${signature}`);
  } finally {
    listener.close();
  }
});
