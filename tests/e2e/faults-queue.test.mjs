// Contract B's queue, while the platform fails: every step that accepting and doing a job takes at a binding fails once before
// and once after it is done, workerd is killed at each, and messages come twice, late, in another order or never.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { startFaulty } from "./faulty.mjs";
import { expectStatus, newOrganization, newRecipient } from "./harness.mjs";
import { uuidOf } from "./queue.mjs";

let server;
let organization;
let yearly;

before(async () => {
  server = await startFaulty();
  organization = await newOrganization(server);
  yearly = await organization.badge({ name: "Yearly", expiresInDays: 365 });
  await issueAndSettle();
});
after(() => server?.close());

const newKey = () => `key-${randomBytes(8).toString("hex")}`;
const post = (path, json) => server.request("POST", path, { headers: { "x-api-key": organization.apiKey }, json: { tenantId: organization.slug, idempotencyKey: newKey(), ...json } });
const issue = (json) => post("/v1/programmatic/issue", { badgeTemplateId: organization.badgeId, recipientIdentity: newRecipient().email, recipientIdentityType: "email", ...json });
const revoke = (assertionId, json) => post("/v1/programmatic/revoke", { assertionId, reason: "for a test", ...json });
const jobOf = async (key) => (await server.sql("SELECT * FROM queue_job WHERE idempotency_key = ?", key))[0];
const credentialsOf = (email) =>
  server.sql("SELECT c.id, c.revoked_at FROM credential c JOIN recipient r ON r.id = c.recipient_id WHERE r.identity = ?", email);
const queued = () => server.take().filter((body) => JSON.parse(body).job === "queued");

async function issueAndSettle() {
  const { json } = expectStatus(await issue(), 202);
  await server.settle();
  return json.assertionId;
}

/** A job that was accepted and not done, and the message that names it. */
async function waiting() {
  server.take();
  const { email } = newRecipient();
  const { json } = expectStatus(await issue({ recipientIdentity: email }), 202);
  return { email, key: json.idempotencyKey, id: uuidOf(json.assertionId), messages: queued() };
}

async function assertIssuedOnce({ email, key, id }, label) {
  const job = await jobOf(key);
  assert.deepEqual([job.state, job.id, job.identity, job.last_error], ["completed", id, null, null], label);
  assert.deepEqual((await credentialsOf(email)).map((credential) => credential.id), [id], label);
}

for (const kills of [false, true]) {
  const what = kills ? "a worker that dies" : "a step that fails";

  test(`${what} anywhere in accepting loses nothing that was accepted, and the same request is answered alike`, async () => {
    const ask = (one) => issue({ recipientIdentity: one.email, idempotencyKey: one.key });
    const rehearsed = { email: newRecipient().email, key: newKey() };
    const faults = await server.faultsOf(() => ask(rehearsed), kills, organization);
    assert.ok(faults.length >= 3, faults.map(({ label }) => label).join("; "));
    const cases = [];
    for (const { label, ...fault } of faults) {
      const one = { email: newRecipient().email, key: newKey() };
      const { result, isHit } = await server.during(fault, () => ask(one));
      assert.ok(isHit, label);
      // Whoever was told nothing asks again, and whoever was told is told the same.
      const answer = expectStatus(await ask(one), 202);
      if (result.status === 202) assert.equal(result.text, answer.text, label);
      cases.push({ ...one, id: uuidOf(answer.json.assertionId), label });
    }
    server.take();
    await server.settle();
    for (const one of cases) await assertIssuedOnce(one, one.label);
  });

  test(`${what} anywhere in issuing ends in exactly one credential`, async () => {
    const rehearsed = await waiting();
    const faults = await server.faultsOf(() => server.bring(rehearsed.messages), kills, organization);
    assert.ok(faults.length >= 5, faults.map(({ label }) => label).join("; "));
    const cases = [];
    for (const { label, ...fault } of faults) {
      const one = await waiting();
      const { isHit } = await server.during(fault, () => server.bring(one.messages));
      assert.ok(isHit, label);
      cases.push({ ...one, label });
    }
    await server.settle();
    for (const one of [rehearsed, ...cases]) await assertIssuedOnce(one, one.label);
  });

  test(`${what} anywhere in revoking ends in exactly one revocation`, async () => {
    const waitingRevocation = async () => {
      const assertionId = await issueAndSettle();
      server.take();
      const { json } = expectStatus(await revoke(assertionId), 202);
      return { id: uuidOf(assertionId), key: json.idempotencyKey, messages: queued() };
    };
    const rehearsed = await waitingRevocation();
    const faults = await server.faultsOf(() => server.bring(rehearsed.messages), kills, organization);
    const cases = [];
    for (const { label, ...fault } of faults) {
      const one = await waitingRevocation();
      const { isHit } = await server.during(fault, () => server.bring(one.messages));
      assert.ok(isHit, label);
      cases.push({ ...one, label });
    }
    await server.settle();
    for (const { id, key, label } of [rehearsed, ...cases]) {
      assert.equal((await jobOf(key)).state, "completed", label);
      const events = await server.sql("SELECT to_state FROM credential_event WHERE credential_id = ?", id);
      assert.deepEqual(events.map(({ to_state }) => to_state), ["revoked"], label);
    }
  });
}

test("a job whose message never comes is taken up by the clock", async () => {
  const one = await waiting();
  await server.tick();
  assert.equal(queued().length, 0, "the clock gives the queue its time");
  server.ahead += 10 * 60_000;
  await server.tick();
  const messages = queued();
  assert.equal(messages.length, 1);
  await server.bring(messages);
  await assertIssuedOnce(one);
});

test("a message that comes to several consumers at once issues once", async () => {
  const one = await waiting();
  await Promise.all(Array.from({ length: 8 }, () => server.bring(one.messages)));
  await server.settle();
  await assertIssuedOnce(one);
});

test("a lease that has run out while its holder still works makes no second credential", async () => {
  server.take();
  const { email } = newRecipient();
  const { json } = expectStatus(await issue({ recipientIdentity: email, badgeTemplateId: yearly.id }), 202);
  const messages = queued();
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      await server.sql("UPDATE queue_job SET leased_until = 0 WHERE idempotency_key = ? AND state = 'processing'", json.idempotencyKey);
      await server.bring(messages);
    }),
  );
  await server.settle();
  await assertIssuedOnce({ email, key: json.idempotencyKey, id: uuidOf(json.assertionId) });
});

test("a revocation that comes before its credential waits for it, without counting attempts", async () => {
  const one = await waiting();
  const { json } = expectStatus(await revoke(`${organization.slug}:${one.id}`), 202);
  const revoking = queued();
  for (let early = 0; early < 10; early += 1) await server.bring(revoking);
  const early = await jobOf(json.idempotencyKey);
  assert.deepEqual([early.state, early.attempts], ["queued", 0]);
  await server.bring(one.messages);
  server.ahead += 60_000;
  await server.bring(revoking);
  assert.equal((await jobOf(json.idempotencyKey)).state, "completed");
  const [credential] = await credentialsOf(one.email);
  assert.ok(credential.revoked_at > 0);
});

test("a revocation of what could not be issued fails visibly, and one that comes later is 404", async () => {
  const { email } = newRecipient();
  expectStatus(await issue({ recipientIdentity: email }), 202);
  await server.settle();
  server.take();
  const held = expectStatus(await issue({ recipientIdentity: email }), 202).json;
  const { json } = expectStatus(await revoke(held.assertionId), 202);
  await server.settle();
  assert.equal((await jobOf(held.idempotencyKey)).state, "failed");
  const job = await jobOf(json.idempotencyKey);
  assert.deepEqual([job.state, job.last_error], ["failed", "credential not found"]);
  assert.equal((await revoke(held.assertionId)).status, 404);
});

test("a job that can not be done is tried eight times, with longer and longer waits, and then shown as failed", async () => {
  const one = await waiting();
  const waits = [];
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    await server.during({ matches: ({ name, when }) => name === "kv.put" && when === "before", times: 99 }, () => server.bring(one.messages));
    const job = await jobOf(one.key);
    assert.equal(job.attempts, attempt);
    assert.equal(job.state, attempt < 8 ? "queued" : "failed");
    waits.push(job.next_attempt_at);
  }
  const path = `/v1/programmatic/jobs/${one.key}?tenantId=${organization.slug}`;
  const { json } = expectStatus(await server.request("GET", path, { headers: { "x-api-key": organization.apiKey } }), 200);
  assert.deepEqual([json.state, json.attempts, json.maxAttempts], ["failed", 8, 8]);
  assert.ok(json.lastError.length > 0);
  const spans = waits.slice(0, 7).map((at, i, all) => (i === 0 ? 0 : at - all[i - 1])).slice(1);
  assert.ok(spans.every((span, i) => span > 0 && (i === 0 || span > spans[i - 1])), spans.join(" "));
  assert.deepEqual(await credentialsOf(one.email), []);

  await server.settle();
  assert.equal((await jobOf(one.key)).state, "failed");
  const retried = await server.request("POST", `/v1/programmatic/jobs/${one.key}/retry?tenantId=${organization.slug}`, { headers: { "x-api-key": organization.apiKey } });
  expectStatus(retried, 202);
  await server.bring(queued());
  await assertIssuedOnce(one);
});

test("attempts that die without a word are counted, and end", async () => {
  const one = await waiting();
  await server.sql("UPDATE queue_job SET state = 'processing', attempts = 8, leased_until = 0 WHERE idempotency_key = ?", one.key);
  await server.bring(one.messages);
  assert.equal((await jobOf(one.key)).state, "failed");
  assert.deepEqual(await credentialsOf(one.email), []);
});

test("of a failed job is forgotten after thirty days whom it was for", async () => {
  const { email } = newRecipient();
  expectStatus(await issue({ recipientIdentity: email }), 202);
  await server.settle();
  const { json } = expectStatus(await issue({ recipientIdentity: email }), 202);
  await server.settle();
  assert.equal((await jobOf(json.idempotencyKey)).identity, email);
  await server.sql("UPDATE queue_job SET ended_at = 1 WHERE idempotency_key = ?", json.idempotencyKey);
  await server.tick();
  const job = await jobOf(json.idempotencyKey);
  assert.deepEqual([job.state, job.identity], ["failed", null]);
});
