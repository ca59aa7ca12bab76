// Issuing and moving credentials while the platform fails: nothing is lost, nothing is doubled, nothing is half there. Every
// step that a request takes at a binding fails once before and once after it is done, and workerd is killed at each.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { startFaulty, until } from "./faulty.mjs";
import { expectStatus, newOrganization, newRecipient } from "./harness.mjs";
import { startListener } from "./listener.mjs";
import { published } from "./status.mjs";
import { assertError } from "./shapes.mjs";

let server;
let mails;
let hooks;
let organization;
let yearly;

before(async () => {
  mails = await startListener();
  hooks = await startListener();
  server = await startFaulty({ vars: { MAIL_HTTP_URL: `${mails.url}/send`, MAIL_HTTP_TOKEN: "token" } });
  organization = await newOrganization(server);
  const webhook = await server.request("POST", "/api/v1/webhooks", { token: organization.apiKey, json: { url: `${hooks.url}/hook` } });
  expectStatus(webhook, 201);
  yearly = await organization.badge({ name: "Yearly", expiresInDays: 30 });
  // The first issue opens the status lists.
  expectStatus(await organization.issue(), 201);
  await server.settle();
});
after(async () => {
  await server?.close();
  mails?.close();
  hooks?.close();
});

const kv = (key) => server.documents().then((documents) => documents.get(key));
const credentialsOf = (email) =>
  server.sql("SELECT c.* FROM credential c JOIN recipient r ON r.id = c.recipient_id WHERE r.identity = ? ORDER BY c.recorded_at", email);
const told = (type, id) => hooks.told.filter(({ json }) => json.type === type && json.data.credentialUuid === id);
const mailsTo = (email) => mails.told.filter(({ json }) => json.to.includes(email));

/** Asserts of every credential there is that its bytes are there, and are those that it was recorded with. */
async function assertWhole(email) {
  const rows = await credentialsOf(email);
  for (const row of rows) {
    const bytes = await kv(`document/${row.document_sha256}`);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), row.document_sha256);
    expectStatus(await server.request("GET", `/api/verify/${row.code}`), 200);
  }
  return rows;
}

const issue = (badgeId, recipient, key) =>
  server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json: { badgeId, recipient }, headers: { "idempotency-key": key } });

/** One issue that is interrupted at a step, and asked for again under its key. */
async function interrupted(badgeId, recipient, { label, skips, kills }) {
  const key = randomUUID();
  const { result, isHit } = await server.during({ skips, kills }, () => issue(badgeId, recipient, key));
  assert.ok(isHit, label);
  const before = (await assertWhole(recipient.email)).map(({ id }) => id);
  const again = expectStatus(await issue(badgeId, recipient, key), 201);
  if (result.status === 201) assert.equal(again.text, result.text, label);
  else if (!result.error) assertError(result, 500, "INTERNAL_ERROR");
  return { before, again: again.json };
}

async function assertOnce(email, count, label) {
  const rows = await assertWhole(email);
  assert.equal(rows.length, count, label);
  assert.equal(mailsTo(email).length, count, label);
  for (const { id } of rows) assert.equal(told("credential.issued", id).length, 1, label);
  return rows;
}

for (const kills of [false, true]) {
  const what = kills ? "a worker that dies" : "a step that fails";

  test(`${what} anywhere in an issue leaves one credential, one mail and one event, once the request is repeated`, async () => {
    const faults = await server.faultsOf(() => issue(organization.badgeId, newRecipient(), randomUUID()), kills, organization);
    assert.ok(faults.length >= (kills ? 5 : 10), String(faults.length));
    const cases = [];
    for (const fault of faults) {
      const recipient = newRecipient();
      const { before, again } = await interrupted(organization.badgeId, recipient, fault);
      if (before.length > 0) assert.deepEqual(before, [again.id], fault.label);
      cases.push({ ...recipient, id: again.id, label: fault.label });
    }
    await server.settle();
    for (const { email, id, label } of cases) {
      const [row] = await assertOnce(email, 1, label);
      assert.equal(row.id, id, label);
    }
  });

  test(`${what} anywhere in a renewal leaves one chain, and a list that says so`, async () => {
    const first = async () => {
      const recipient = newRecipient();
      return { recipient, id: expectStatus(await issue(yearly.id, recipient, randomUUID()), 201).json.id };
    };
    const rehearsed = await first();
    const cases = [];
    for (const fault of await server.faultsOf(() => issue(yearly.id, rehearsed.recipient, randomUUID()), kills, organization)) {
      const { recipient, id } = await first();
      const { again } = await interrupted(yearly.id, recipient, fault);
      assert.equal(again.supersedesCredentialId, id, fault.label);
      cases.push({ ...recipient, old: id, id: again.id, label: fault.label });
    }
    await server.settle();
    for (const { email, old, id, label } of cases) {
      const rows = await assertOnce(email, 2, label);
      assert.deepEqual(rows.map((row) => [row.id, row.revoked_at !== null]).sort(), [[old, true], [id, false]].sort(), label);
      assert.deepEqual(await published(server, old), { revoked: true, suspended: false }, label);
      assert.deepEqual(await published(server, id), { revoked: false, suspended: false }, label);
      assert.equal(told("credential.revoked", old).length, 1, label);
      assert.equal(told("credential.renewed", id).length, 1, label);
    }
  });

  test(`${what} anywhere in a revocation leaves state, event and list of one mind`, async () => {
    const revoke = (id) => server.request("POST", `/api/v1/credentials/${id}/revoke`, { token: organization.apiKey, json: { reason: "x" } });
    const issued = async () => expectStatus(await organization.issue({ notify: false }), 201).json.id;
    const events = (id) => server.sql("SELECT * FROM credential_event WHERE credential_id = ?", id);
    const rehearsed = await issued();
    const cases = [];
    for (const { label, ...fault } of await server.faultsOf(() => revoke(rehearsed), kills, organization)) {
      const id = await issued();
      const { isHit } = await server.during(fault, () => revoke(id));
      assert.ok(isHit, label);
      const [{ revoked_at: at }] = await server.sql("SELECT revoked_at FROM credential WHERE id = ?", id);
      assert.equal((await events(id)).length, at === null ? 0 : 1, label);
      assert.deepEqual(await published(server, id), { revoked: at !== null, suspended: false }, label);
      assert.equal(expectStatus(await revoke(id), 200).json.status, "revoked", label);
      cases.push({ id, label });
    }
    await server.settle();
    for (const { id, label } of cases) {
      assert.deepEqual(await published(server, id), { revoked: true, suspended: false }, label);
      assert.equal((await events(id)).length, 1, label);
      assert.equal(told("credential.revoked", id).length, 1, label);
    }
  });
}

test("while KV takes nothing, nothing is issued; then everything is, as if nothing had been", async () => {
  const recipient = newRecipient();
  const matches = ({ name, when }) => name === "kv.put" && when === "before";
  const { result } = await server.during({ matches, times: Infinity }, () => organization.issue({}, recipient));
  assertError(result, 500, "INTERNAL_ERROR");
  assert.deepEqual(await credentialsOf(recipient.email), []);
  assert.deepEqual(await server.sql("SELECT id FROM recipient WHERE identity = ?", recipient.email), []);
  expectStatus(await organization.issue({}, recipient), 201);
  await server.settle();
  await assertOnce(recipient.email, 1);
});

test("while KV gives nothing, nothing is said to be valid; then everything is shown", async () => {
  const { id, credentialId } = expectStatus(await organization.issue(), 201).json;
  const paths = [`/api/verify/${credentialId}`, `/credentials/${id}/ob3`, `/api/credentials/${id}/baked`];
  const matches = ({ name, when }) => name === "kv.get" && when === "before";
  for (const path of paths) {
    const { result } = await server.during({ matches, times: Infinity }, () => server.request("GET", path));
    assertError(result, 500, "INTERNAL_ERROR");
    expectStatus(await server.request("GET", path), 200);
  }
});

test("a queue that takes nothing delays mails and events, and loses none", async () => {
  const recipient = newRecipient();
  const matches = ({ name, when }) => name.startsWith("queue.") && when === "before";
  const { result, isHit } = await server.during({ matches, times: Infinity }, () => organization.issue({}, recipient));
  assert.ok(isHit);
  const { id } = expectStatus(result, 201).json;
  await server.settle();
  assert.equal(mailsTo(recipient.email).length, 1);
  assert.equal(told("credential.issued", id).length, 1);
});

test("a batch of which any statement fails leaves nothing of itself", async () => {
  const inserts = ["recipient", "quota", "quota_recipient", "credential", "mail", "idempotency", "webhook_event", "webhook_delivery"];
  const cases = [];
  for (const [event, table] of [...inserts.map((name) => ["INSERT", name]), ["UPDATE", "status_block"]]) {
    const recipient = newRecipient();
    const key = randomUUID();
    await server.sql(`CREATE TRIGGER fault BEFORE ${event} ON ${table} BEGIN SELECT RAISE(ABORT, 'an injected fault'); END`);
    const refused = await issue(organization.badgeId, recipient, key);
    await server.sql("DROP TRIGGER fault");
    assertError(refused, 500, "INTERNAL_ERROR");
    assert.ok(!refused.text.includes("injected"), table);
    assert.deepEqual(await server.sql("SELECT id FROM recipient WHERE identity = ?", recipient.email), [], table);
    assert.deepEqual(await server.sql("SELECT id FROM mail WHERE recipient = ?", recipient.email), [], table);
    assert.deepEqual(await server.sql("SELECT key FROM idempotency WHERE key = ?", key), [], table);
    expectStatus(await issue(organization.badgeId, recipient, key), 201);
    cases.push({ ...recipient, table });
  }
  await server.settle();
  for (const { email, table } of cases) await assertOnce(email, 1, table);
});

test("a database that is away is away for a moment only", async () => {
  await server.sql("ALTER TABLE credential RENAME TO credential_away");
  const answers = [await organization.issue(), await server.request("GET", "/api/v1/credentials", { token: organization.apiKey })];
  await server.sql("ALTER TABLE credential_away RENAME TO credential");
  for (const answer of answers) assertError(answer, 500, "INTERNAL_ERROR");
  await until("it issues again", async () => (await organization.issue()).status === 201);
});
