// Webhooks: what is told, signed how, tried again when, and what can be read of it.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { expectStatus, NOTHING, newOrganization, newRecipient, startWorker } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { assertError, assertMembers, TIME, UUID } from "./shapes.mjs";

let server;
let listener;
let organization;
const told = [];
/** What the listener answers, by path. */
const answers = new Map();

before(async () => {
  listener = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    told.push({ path: request.url, method: request.method, headers: request.headers, body, event: JSON.parse(body) });
    response.writeHead(answers.get(request.url) ?? 204, { location: "/elsewhere" }).end();
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  // Under a local origin, addresses of this machine may be told.
  server = await startWorker({ vars: { PUBLIC_ORIGIN: "" } });
  organization = await newOrganization(server);
});
after(async () => {
  await server?.close();
  listener?.close();
});

let paths = 0;
const address = () => `http://127.0.0.1:${listener.address().port}/hook-${(paths += 1)}`;
const ask = (method, path = "", json, { token = organization.apiKey, headers } = {}) => server.request(method, `/api/v1/webhooks${path}`, { token, json, headers });
const tick = () => server.harness.getWorker().scheduled({ cron: "*/5 * * * *" });

/** A webhook of its own; `events` waits until so many were told. */
async function hook(events, owner = organization) {
  const url = address();
  const made = expectStatus(await ask("POST", "", { url, ...(events && { events }) }, { token: owner.apiKey }), 201).json;
  const path = new URL(url).pathname;
  const here = () => told.filter((it) => it.path === path);
  return {
    ...made,
    path,
    here,
    told: (count) => until(`${count} at ${path}`, () => here().length >= count && here()),
    log: async () => expectStatus(await ask("GET", `/${made.id}/deliveries`, undefined, { token: owner.apiKey }), 200).json.data,
  };
}

async function until(what, condition) {
  for (const patience = Date.now() + 20_000; Date.now() < patience; await sleep(50)) {
    const found = await condition();
    if (Array.isArray(found) ? found.length > 0 : found) return found;
  }
  throw new Error(`it did not come to this: ${what}`);
}

const signed = (secret, { headers, body }) => `sha256=${createHmac("sha256", secret).update(`${headers["x-webhook-timestamp"]}.${body}`).digest("hex")}`;
const move = (id, action) => server.request("POST", `/api/v1/credentials/${id}/${action}`, { token: organization.apiKey, json: { reason: "x" } });

test("what happens is told, signed with the secret that was shown once", async () => {
  const { secret, id, ...webhook } = await hook();
  assert.match(secret, /^whsec_[\w-]{43}$/);
  assert.match(id, UUID);
  assert.deepEqual([webhook.events, webhook.isActive, webhook.previousSecretUntil], [[], true, null]);
  const recipient = newRecipient();
  const issued = expectStatus(await organization.issue({}, recipient), 201).json;
  const [one] = await webhook.told(1);
  assert.equal(one.method, "POST");
  assert.match(one.headers["content-type"], /^application\/json/);
  assertMembers(one.event, ["id", "type", "createdAt", "data"]);
  assert.match(one.event.id, /^evt_[0-9a-z]+$/);
  assert.match(one.event.createdAt, TIME);
  assert.equal(one.event.type, "credential.issued");
  assert.deepEqual(one.event.data, {
    credentialId: issued.credentialId,
    credentialUuid: issued.id,
    badgeId: organization.badgeId,
    recipientEmail: recipient.email,
  });
  assert.match(one.headers["x-webhook-delivery"], UUID);
  assert.ok(Math.abs(Number(one.headers["x-webhook-timestamp"]) - Date.now() / 1000) < 60);
  assert.equal(one.headers["x-webhook-signature"], signed(secret, one));
  const shown = expectStatus(await ask("GET", `/${id}`), 200);
  assert.ok(!shown.text.includes(secret));
  assert.ok(!JSON.stringify((await server.bindings.DB.prepare("SELECT * FROM webhook").all()).results).includes(secret));
  await ask("DELETE", `/${id}`);
});

test("every kind of event is told, each to those who asked for it", async () => {
  const all = await hook();
  const some = await hook(["credential.claimed", "credential.revoked"]);
  const badge = await organization.badge({ name: "Yearly", expiresInDays: 30 });
  const recipient = newRecipient();
  const first = expectStatus(await organization.issue({ badgeId: badge.id }, recipient), 201).json;
  await all.told(1);
  expectStatus(await move(first.id, "suspend"), 200);
  await all.told(2);
  expectStatus(await move(first.id, "reinstate"), 200);
  await all.told(3);
  const { token } = await signInByMail(server, recipient.email);
  expectStatus(await server.request("POST", `/api/credentials/${first.id}/claim`, { token }), 200);
  await all.told(4);
  const second = expectStatus(await organization.issue({ badgeId: badge.id }, recipient), 201).json;
  await all.told(7);
  await server.bindings.DB.prepare("UPDATE credential SET valid_from = 1000, valid_until = 2000 WHERE id = ?").bind(second.id).run();
  await tick();
  await all.told(8);
  expectStatus(await move(second.id, "revoke"), 200);
  const events = (await all.told(9)).map(({ event }) => [event.type, event.data.credentialUuid]);
  const told = (type, id) => events.some(([kind, uuid]) => kind === `credential.${type}` && uuid === id);
  for (const type of ["issued", "suspended", "reinstated", "claimed", "revoked"]) assert.ok(told(type, first.id), type);
  for (const type of ["issued", "renewed", "expired", "revoked"]) assert.ok(told(type, second.id), type);
  assert.equal(events.length, 9);
  const wanted = (await some.told(3)).map(({ event }) => event.type).sort();
  assert.deepEqual(wanted, ["credential.claimed", "credential.revoked", "credential.revoked"]);
  await tick();
  await sleep(1500);
  assert.equal(all.here().length, 9, "an expiry is told once");
  await Promise.all([ask("DELETE", `/${all.id}`), ask("DELETE", `/${some.id}`)]);
});

test("what is refused is told to nobody, and another organization hears nothing", async () => {
  const other = await newOrganization(server);
  const theirs = await hook(undefined, other);
  const mine = await hook();
  const recipient = newRecipient();
  expectStatus(await organization.issue({}, recipient), 201);
  await mine.told(1);
  assertError(await organization.issue({}, recipient), 409, "CONFLICT");
  const { id } = expectStatus(await organization.issue(), 201).json;
  await mine.told(2);
  expectStatus(await move(id, "reinstate"), 200);
  await sleep(1500);
  assert.equal(mine.here().length, 2);
  assert.equal(theirs.here().length, 0);
  await ask("DELETE", `/${mine.id}`);
});

test("an address that fails is asked again, under the same ids, until it answers", async () => {
  const webhook = await hook(["credential.issued"]);
  answers.set(webhook.path, 500);
  expectStatus(await organization.issue(), 201);
  await webhook.told(1);
  const [waiting] = await until("postponed", async () => (await webhook.log()).filter(({ lastStatus }) => lastStatus === 500));
  assertMembers(waiting, ["id", "eventId", "type", "state", "attempts", "lastStatus", "lastError", "nextAttemptAt", "createdAt", "endedAt"]);
  assert.deepEqual([waiting.state, waiting.attempts, waiting.endedAt, waiting.type], ["waiting", 1, null, "credential.issued"]);
  assert.ok(Date.parse(waiting.nextAttemptAt) > Date.now());
  // A redirect is no success, and is not followed.
  answers.set(webhook.path, 302);
  const again = () => server.bindings.DB.prepare("UPDATE webhook_delivery SET next_attempt_at = 1, leased_until = 0 WHERE id = ?").bind(waiting.id).run();
  await again();
  await tick();
  await webhook.told(2);
  // The local runtime reports a redirect that is not followed as a failure of its own, the platform as what it is.
  const [refused] = await until("refused", async () => (await webhook.log()).filter(({ attempts, lastError }) => attempts === 2 && lastError));
  assert.equal(refused.state, "waiting");
  assert.ok(!told.some(({ path }) => path === "/elsewhere"));
  answers.set(webhook.path, 200);
  await again();
  await tick();
  const [first, , third] = await webhook.told(3);
  const [done] = await until("delivered", async () => (await webhook.log()).filter(({ state }) => state === "delivered"));
  assert.deepEqual([done.attempts, done.lastStatus, done.lastError, done.nextAttemptAt], [3, 200, null, null]);
  assert.equal(third.headers["x-webhook-delivery"], first.headers["x-webhook-delivery"]);
  assert.equal(third.body, first.body);

  const redelivered = await ask("POST", `/${webhook.id}/deliveries/${done.id}/redeliver`);
  assert.deepEqual(expectStatus(redelivered, 202).json, { id: done.id });
  await webhook.told(4);
  assertError(await ask("POST", `/${webhook.id}/deliveries/${NOTHING}/redeliver`), 404, "NOT_FOUND");
  await until("delivered again", async () => (await webhook.log()).some(({ state }) => state === "delivered"));
  await ask("DELETE", `/${webhook.id}`);
});

test("after the last attempt a delivery has failed, and the log can be filtered by that", async () => {
  const webhook = await hook(["credential.issued"]);
  answers.set(webhook.path, 503);
  expectStatus(await organization.issue(), 201);
  await until("postponed", async () => (await webhook.log()).some(({ lastStatus }) => lastStatus === 503));
  await server.bindings.DB.prepare("UPDATE webhook_delivery SET attempts = 7, next_attempt_at = 1 WHERE webhook_id = ?").bind(webhook.id).run();
  await tick();
  const [failed] = await until("failed", async () => (await webhook.log()).filter(({ state }) => state === "failed"));
  assert.deepEqual([failed.attempts, failed.lastError], [8, "the address answered 503"]);
  const filtered = async (state) => expectStatus(await ask("GET", `/${webhook.id}/deliveries?state=${state}`), 200).json.pagination.total;
  assert.deepEqual([await filtered("failed"), await filtered("delivered")], [1, 0]);
  assertError(await ask("GET", `/${webhook.id}/deliveries?state=lost`), 400, "VALIDATION_ERROR", "state");
  await ask("DELETE", `/${webhook.id}`);
});

test("after a rotation both secrets sign, for a day", async () => {
  const webhook = await hook(["credential.issued"]);
  const { secret, previousSecretUntil } = expectStatus(await ask("POST", `/${webhook.id}/rotate-secret`), 200).json;
  assert.notEqual(secret, webhook.secret);
  assert.ok(Date.parse(previousSecretUntil) > Date.now() + 86_000_000);
  expectStatus(await organization.issue(), 201);
  const [one] = await webhook.told(1);
  assert.equal(one.headers["x-webhook-signature"], `${signed(secret, one)}, ${signed(webhook.secret, one)}`);
  await server.bindings.DB.prepare("UPDATE webhook SET previous_until = 1 WHERE id = ?").bind(webhook.id).run();
  expectStatus(await organization.issue(), 201);
  const [, two] = await webhook.told(2);
  assert.equal(two.headers["x-webhook-signature"], signed(secret, two));
  await ask("DELETE", `/${webhook.id}`);
});

test("a webhook is changed, silenced and deleted", async () => {
  const webhook = await hook();
  const changed = expectStatus(await ask("PATCH", `/${webhook.id}`, { events: ["credential.revoked"], isActive: false }), 200).json;
  assert.deepEqual([changed.events, changed.isActive, changed.url], [["credential.revoked"], false, webhook.url]);
  assert.deepEqual(expectStatus(await ask("GET"), 200).json.data.map(({ id }) => id), [webhook.id]);
  const { id } = expectStatus(await organization.issue(), 201).json;
  expectStatus(await move(id, "revoke"), 200);
  await sleep(1500);
  assert.equal(webhook.here().length, 0);
  assert.equal((await ask("DELETE", `/${webhook.id}`)).status, 204);
  for (const [method, path] of [["GET", ""], ["DELETE", ""], ["POST", "/rotate-secret"], ["GET", "/deliveries"]]) {
    assertError(await ask(method, `/${webhook.id}${path}`), 404, "NOT_FOUND");
  }
});

test("webhooks are the business of keys with their scope, of their own organization", async () => {
  const webhook = await hook();
  const scoped = async (scopes) =>
    expectStatus(await server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "s", scopes } }), 201).json.apiKey;
  const without = await scoped(["credentials.issue", "credentials.read"]);
  const other = await newOrganization(server);
  for (const [method, path, json] of [
    ["POST", "", { url: address() }],
    ["GET", "", undefined],
    ["GET", `/${webhook.id}`, undefined],
    ["PATCH", `/${webhook.id}`, {}],
    ["DELETE", `/${webhook.id}`, undefined],
    ["POST", `/${webhook.id}/rotate-secret`, undefined],
    ["GET", `/${webhook.id}/deliveries`, undefined],
  ]) {
    assertError(await ask(method, path, json, { token: without }), 403, "FORBIDDEN");
    if (path) assertError(await ask(method, path, json, { token: other.apiKey }), 404, "NOT_FOUND");
  }
  assert.equal((await ask("GET", "", undefined, { token: await scoped(["webhooks.manage"]) })).status, 200);
  await ask("DELETE", `/${webhook.id}`);
});

test("a webhook that is asked for again under its key is answered again, secret and all", async () => {
  const json = { url: address() };
  const headers = { "idempotency-key": "hook" };
  const first = expectStatus(await ask("POST", "", json, { headers }), 201);
  assert.equal(expectStatus(await ask("POST", "", json, { headers }), 201).text, first.text);
  assertError(await ask("POST", "", { ...json, events: ["credential.issued"] }, { headers }), 409, "CONFLICT");
  assert.equal(expectStatus(await ask("GET"), 200).json.data.length, 1);
  await ask("DELETE", `/${first.json.id}`);
});

test("an organization has at most twenty webhooks, whoever asks at the same time", async () => {
  const other = await newOrganization(server);
  const made = await Promise.all(Array.from({ length: 24 }, () => ask("POST", "", { url: address() }, { token: other.apiKey })));
  assert.equal(made.filter(({ status }) => status === 201).length, 20);
  for (const answer of made.filter(({ status }) => status !== 201)) assertError(answer, 409, "CONFLICT");
});

for (const [json, field] of [
  [{}, "url"],
  [{ url: "ftp://a.example.com" }, "url"],
  [{ url: "http://10.0.0.1/" }, "url"],
  [{ url: "https://169.254.169.254/latest/meta-data" }, "url"],
  [{ url: "https://a.example.com", events: "credential.issued" }, "events"],
  [{ url: "https://a.example.com", events: ["credential.eaten"] }, "events[0]"],
  [{ url: "https://a.example.com", colour: "red" }, "colour"],
]) {
  test(`a webhook ${JSON.stringify(json)} is refused and ${field} named`, async () => {
    assertError(await ask("POST", "", json), 400, "VALIDATION_ERROR", field);
  });
}

test("a public deployment tells nothing to its own machine", async () => {
  const deployed = await startWorker();
  try {
    const org = await newOrganization(deployed);
    for (const url of [address(), "http://localhost:1/", "http://a.example.com/"]) {
      const answer = await deployed.request("POST", "/api/v1/webhooks", { token: org.apiKey, json: { url } });
      assertError(answer, 400, "VALIDATION_ERROR", "url");
    }
    const made = await deployed.request("POST", "/api/v1/webhooks", { token: org.apiKey, json: { url: "https://a.example.com/" } });
    expectStatus(made, 201);
  } finally {
    await deployed.close();
  }
});
