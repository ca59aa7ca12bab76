// Work that outlives its request, while the platform fails: mails, webhooks, uploads. Every step that the worker takes at a
// binding fails once before and once after it is done, workerd is killed at each, and messages come twice, late or never.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { startFaulty, until } from "./faulty.mjs";
import { expectStatus, newOrganization, newRecipient } from "./harness.mjs";
import { startListener } from "./listener.mjs";

let server;
let mails;
let hooks;
let organization;

before(async () => {
  mails = await startListener();
  hooks = await startListener();
  server = await startFaulty({ vars: { MAIL_HTTP_URL: `${mails.url}/send`, MAIL_HTTP_TOKEN: "token" } });
  organization = await newOrganization(server);
  expectStatus(await organization.issue(), 201);
  const webhook = await server.request("POST", "/api/v1/webhooks", { token: organization.apiKey, json: { url: `${hooks.url}/hook` } });
  expectStatus(webhook, 201);
  await server.settle();
});
after(async () => {
  await server?.close();
  mails?.close();
  hooks?.close();
});

const mailsTo = (email) => mails.told.filter(({ json }) => json.to.includes(email));
const told = (id) => hooks.told.filter(({ json }) => json.data.credentialUuid === id || json.data.jobId === id);
const outbox = (email) => server.sql("SELECT * FROM mail WHERE recipient = ?", email);
const deliveries = (id) =>
  server.sql("SELECT d.* FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id WHERE json_extract(e.data, '$.credentialUuid') = ?", id);

/** A credential of which nobody was told yet; what is to be told is in the queue. */
async function issued() {
  server.take();
  const recipient = newRecipient();
  const { id } = expectStatus(await organization.issue({}, recipient), 201).json;
  return { ...recipient, id, messages: server.take() };
}

for (const kills of [false, true]) {
  const what = kills ? "a worker that dies" : "a step that fails";

  test(`${what} anywhere in telling of a credential loses no mail and no event, and doubles none`, async () => {
    const rehearsed = await issued();
    const faults = await server.faultsOf(() => server.bring(rehearsed.messages), kills, organization);
    const cases = [];
    for (const { label, ...fault } of faults) {
      const one = await issued();
      const { isHit } = await server.during(fault, () => server.bring(one.messages));
      assert.ok(isHit, label);
      cases.push({ ...one, label });
    }
    await server.settle();
    for (const { email, id, label } of cases) {
      assert.deepEqual((await outbox(email)).map(({ state }) => state), ["sent"], label);
      assert.deepEqual((await deliveries(id)).map(({ state }) => state), ["delivered"], label);
      // Whoever dies between telling and writing it down tells again, under the same id, by which it is known.
      const most = kills ? 2 : 1;
      const [sent, heard] = [mailsTo(email), told(id)];
      assert.ok(sent.length >= 1 && sent.length <= most, `${label}: ${sent.length} mails`);
      assert.ok(heard.length >= 1 && heard.length <= most, `${label}: ${heard.length} events`);
      assert.equal(new Set(sent.map(({ headers }) => headers["idempotency-key"])).size, 1, label);
      assert.equal(new Set(heard.map(({ headers }) => headers["x-webhook-delivery"])).size, 1, label);
      assert.equal(new Set(heard.map(({ json }) => json.id)).size, 1, label);
    }
    const twice = cases.filter(({ email, id }) => mailsTo(email).length > 1 || told(id).length > 1);
    assert.ok(twice.length <= (kills ? 2 : 0), twice.map(({ label }) => label).join("; "));
  });

  test(`${what} anywhere in an upload leaves one job, which issues each row once`, async () => {
    const rows = () => [newRecipient()].map((recipient) => ({ recipient }));
    const upload = (json, key) =>
      server.request("POST", `/api/v1/credentials/bulk?badgeId=${organization.badgeId}`, { token: organization.apiKey, json, headers: { "idempotency-key": key } });
    const show = async (id) => expectStatus(await server.request("GET", `/api/v1/jobs/${id}`, { token: organization.apiKey }), 200).json;
    const rehearsal = await server.faultsOf(() => upload(rows(), randomUUID()), kills, organization);
    const work = server.take();
    const later = await server.faultsOf(() => server.bring(work), kills, organization);
    const cases = [];
    for (const { label, ...fault } of rehearsal) {
      const json = rows();
      const key = randomUUID();
      const { isHit } = await server.during(fault, () => upload(json, key));
      assert.ok(isHit, label);
      cases.push({ label, json, id: expectStatus(await upload(json, key), 202).json.id });
    }
    for (const { label, ...fault } of later) {
      const json = rows();
      server.take();
      const { id } = expectStatus(await upload(json, randomUUID()), 202).json;
      const { isHit } = await server.during(fault, () => server.bring(server.take()));
      assert.ok(isHit, label);
      cases.push({ label, json, id });
    }
    await server.settle();
    for (const { label, json, id } of cases) {
      const job = await show(id);
      assert.equal(job.status, "completed", label);
      assert.deepEqual(job.counts, { total: 1, waiting: 0, issued: 1, renewed: 0, skipped: 0, failed: 0 }, label);
      assert.equal(told(id).length, 1, label);
      for (const { recipient } of json) {
        const credentials = await server.sql("SELECT c.id FROM credential c JOIN recipient r ON r.id = c.recipient_id WHERE r.identity = ?", recipient.email);
        assert.equal(credentials.length, 1, label);
        assert.equal(mailsTo(recipient.email).length, 1, label);
        assert.equal(told(credentials[0].id).length, 1, label);
      }
    }
    assert.equal((await server.sql("SELECT id FROM job WHERE total IS NULL AND created_at < ?", Date.now() + server.ahead - 3_600_000)).length, 0);
  });
}

test("messages that come twice at the same time tell once", async () => {
  const { email, id, messages } = await issued();
  await Promise.all([server.bring(messages), server.bring(messages.toReversed()), server.bring(messages)]);
  assert.equal(mailsTo(email).length, 1);
  assert.equal(told(id).length, 1);
});

test("messages that never come are replaced by the clock", async () => {
  const { email, id } = await issued();
  await server.settle();
  assert.equal(mailsTo(email).length, 1);
  assert.equal(told(id).length, 1);
});

test("who refuses is asked again, later each time, and then no more", async () => {
  const { email, id, messages } = await issued();
  mails.answer = () => 503;
  hooks.answer = () => 500;
  const first = await server.bring(messages);
  assert.deepEqual(first.explicitAcks, []);
  assert.deepEqual(first.retryMessages.map(({ delaySeconds }) => delaySeconds), [30, 30]);
  const again = await server.bring(messages);
  assert.deepEqual(again.retryMessages.map(({ delaySeconds }) => delaySeconds), [60, 60]);
  for (let attempt = 3; attempt <= 8; attempt += 1) await server.bring(messages);
  const last = await server.bring(messages);
  assert.equal(last.explicitAcks.length, 2);
  assert.deepEqual([mailsTo(email).length, told(id).length], [8, 8]);
  const [mail] = await outbox(email);
  assert.deepEqual([mail.state, mail.attempts, mail.last_error, mail.sealed_content], ["failed", 8, "the mail service answered 503", null]);
  const [delivery] = await deliveries(id);
  assert.deepEqual([delivery.state, delivery.attempts, delivery.last_error], ["failed", 8, "the address answered 500"]);
  mails.answer = hooks.answer = () => 204;
  await server.settle();
  assert.deepEqual([mailsTo(email).length, told(id).length], [8, 8]);
});

test("who does not answer holds up nobody else for long", { timeout: 90_000 }, async () => {
  const slow = await issued();
  const next = await issued();
  const begun = Date.now();
  mails.answer = hooks.answer = () => undefined;
  const held = await server.bring(slow.messages);
  assert.ok(Date.now() - begun < 60_000);
  mails.answer = hooks.answer = () => 204;
  assert.equal(held.retryMessages.length, 2);
  const [mail] = await outbox(slow.email);
  assert.deepEqual([mail.state, mail.last_error], ["waiting", "the mail service did not answer in time"]);
  const [delivery] = await deliveries(slow.id);
  assert.deepEqual([delivery.state, delivery.last_error], ["waiting", "the address did not answer in time"]);
  await server.bring(next.messages);
  assert.equal(mailsTo(next.email).length, 1);
  await server.settle();
  assert.equal((await outbox(slow.email))[0].state, "sent");
  assert.equal((await deliveries(slow.id))[0].state, "delivered");
});

test("a mail binding that refuses is asked again", async () => {
  const other = await startFaulty();
  try {
    const org = await newOrganization(other);
    const { email } = newRecipient();
    other.take();
    const matches = ({ name, when }) => name === "mail.send" && when === "before";
    expectStatus(await org.issue({}, { email }), 201);
    const messages = other.take();
    const { isHit, result } = await other.during({ matches }, () => other.bring(messages));
    assert.ok(isHit);
    assert.equal(result.retryMessages.length, 1);
    const [refused] = await other.sql("SELECT * FROM mail WHERE recipient = ?", email);
    assert.equal(refused.state, "waiting");
    assert.match(refused.last_error, /an injected fault/);
    await other.bring(messages);
    const sent = await until("sent", async () => (await other.sql("SELECT * FROM mail WHERE recipient = ? AND state = 'sent'", email))[0]);
    assert.equal(sent.attempts, 2);
  } finally {
    await other.close();
  }
});
