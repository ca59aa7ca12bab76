// Mails to recipients: none lost, none sent twice, each in the language that is asked for.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { expectStatus, newOrganization, newRecipient, PUBLIC_ORIGIN, serverWithOrganization, startWorker } from "./harness.mjs";
import { mailsTo, mailTo } from "./mail.mjs";
import { assertError } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const outbox = async ({ bindings }, email) =>
  (await bindings.DB.prepare("SELECT * FROM mail WHERE recipient = ? ORDER BY created_at").bind(email).all()).results;
const tick = ({ harness }) => harness.getWorker().scheduled({ cron: "*/5 * * * *" });
const patch = (org, settings) => server.request("PATCH", org.path, { token: org.session, json: { settings } });

async function until(what, condition) {
  for (const patience = Date.now() + 15_000; Date.now() < patience; await sleep(50)) {
    const found = await condition();
    if (Array.isArray(found) ? found.length > 0 : found) return found;
  }
  throw new Error(`it did not come to this: ${what}`);
}

test("who is issued to is written to, with the link to the claim", async () => {
  const recipient = newRecipient();
  const { credentialId } = expectStatus(await organization.issue({}, recipient), 201).json;
  const { subject, text, html } = await mailTo(server, recipient.email);
  assert.match(subject, /Celestial Navigation/);
  for (const part of [recipient.name, "Celestial Navigation", "Meridian Institute", `${PUBLIC_ORIGIN}/claim/${credentialId}`]) {
    assert.ok(text.includes(part), part);
    assert.ok(html.includes(part), part);
  }
  const [row] = await until("sent", async () => (await outbox(server, recipient.email)).filter(({ state }) => state === "sent"));
  assert.deepEqual([row.attempts, row.sealed_content, row.last_error], [1, null, null]);
});

test("the language is the request's, else the organization's", async () => {
  const org = await newOrganization(server);
  expectStatus(await patch(org, { locale: "fr" }), 200);
  const [french, dutch] = [newRecipient(), newRecipient()];
  expectStatus(await org.issue({}, french), 201);
  expectStatus(await org.issue({ locale: "nl-BE" }, dutch), 201);
  assert.match((await mailTo(server, french.email)).html, /<html lang="fr">/);
  assert.match((await mailTo(server, dutch.email)).html, /<html lang="nl">/);
});

test("nobody is written to where the request or the organization says so", async () => {
  const org = await newOrganization(server);
  const recipients = [newRecipient(), newRecipient(), newRecipient()];
  expectStatus(await org.issue({ notify: false }, recipients[0]), 201);
  expectStatus(await patch(org, { notifications: false }), 200);
  expectStatus(await org.issue({}, recipients[1]), 201);
  expectStatus(await org.issue({ notify: true }, recipients[2]), 201);
  for (const { email } of recipients) assert.deepEqual(await outbox(server, email), []);
});

test("what a name says is text in the mail, and no markup", async () => {
  const recipient = { ...newRecipient(), name: '<img src=x onerror="alert(1)"> & {badge}' };
  expectStatus(await organization.issue({}, recipient), 201);
  const { html, text } = await mailTo(server, recipient.email);
  assert.ok(text.includes(recipient.name));
  assert.ok(html.includes("&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; {badge}"));
  assert.ok(!html.includes("<img"));
});

test("a message that the queue brings twice sends one mail", async () => {
  const recipient = newRecipient();
  expectStatus(await organization.issue({}, recipient), 201);
  await mailTo(server, recipient.email);
  const [{ id }] = await until("sent", async () => (await outbox(server, recipient.email)).filter(({ state }) => state === "sent"));
  await server.bindings.JOBS.send(JSON.stringify({ job: "mail", id }));
  await server.bindings.JOBS.send(JSON.stringify({ job: "mail", id }));
  const other = newRecipient();
  expectStatus(await organization.issue({}, other), 201);
  await mailTo(server, other.email);
  await sleep(1500);
  assert.equal((await mailsTo(server, recipient.email)).length, 1);
  assert.equal((await outbox(server, recipient.email))[0].attempts, 1);
});

test("what is no job does not stop the queue", async () => {
  for (const text of ["", "{", '{"job":"cook","id":"1"}']) await server.bindings.JOBS.send(text);
  const recipient = newRecipient();
  expectStatus(await organization.issue({}, recipient), 201);
  await mailTo(server, recipient.email);
});

test("a mail that never reached the queue is taken up by the clock", async () => {
  const recipient = newRecipient();
  expectStatus(await organization.issue({}, recipient), 201);
  await mailTo(server, recipient.email);
  const [sent] = await until("sent", async () => (await outbox(server, recipient.email)).filter(({ state }) => state === "sent"));
  // As the row is when a worker dies between the batch and the queue. The content is another mail's and does not open,
  // which is kept as the reason; that it is tried at all is what counts here.
  const lost = "00000000-0000-4000-8000-0000000000aa";
  await server.bindings.DB.prepare(
    "INSERT INTO mail (id, recipient, template, locale, sealed_content, next_attempt_at, created_at) VALUES (?, ?, 'issued', 'en', 'v1.x', 1, 1)",
  )
    .bind(lost, sent.recipient)
    .run();
  await tick(server);
  const row = await until("tried", async () => (await outbox(server, sent.recipient)).find(({ id, attempts }) => id === lost && attempts === 1));
  assert.deepEqual([row.state, row.last_error], ["waiting", "the mail does not open"]);
  await server.bindings.DB.prepare("DELETE FROM mail WHERE id = ?").bind(lost).run();
});

test("mails that have ended are forgotten after a month", async () => {
  const recipient = newRecipient();
  expectStatus(await organization.issue({}, recipient), 201);
  await until("sent", async () => (await outbox(server, recipient.email)).some(({ state }) => state === "sent"));
  await server.bindings.DB.prepare("UPDATE mail SET ended_at = ended_at - ? WHERE recipient = ?").bind(31 * 86_400_000, recipient.email).run();
  await tick(server);
  assert.deepEqual(await outbox(server, recipient.email), []);
});

test("the mail is written again when seven days are over, or the last one has failed", async () => {
  const recipient = newRecipient();
  const { id, credentialId } = expectStatus(await organization.issue({}, recipient), 201).json;
  await mailTo(server, recipient.email);
  const resend = (credential = id, token = organization.apiKey) => server.request("POST", `/api/v1/credentials/${credential}/resend`, { token });
  assertError(await resend(), 409, "CONFLICT");
  const age = (sql) => server.bindings.DB.prepare(`UPDATE mail SET ${sql} WHERE credential_id = ?`).bind(id).run();
  await age("created_at = created_at - 604800001");
  const answers = await Promise.all([resend(), resend(), resend()]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409, 409]);
  const { json } = answers.find(({ status }) => status === 202);
  assert.deepEqual(json, { credentialId, recipientEmail: recipient.email, locale: "en" });
  await mailTo(server, recipient.email, 2);
  await until("sent", async () => (await outbox(server, recipient.email)).every(({ state }) => state === "sent"));
  await age("state = 'failed'");
  expectStatus(await resend(), 202);
  await mailTo(server, recipient.email, 3);

  const other = await newOrganization(server);
  assertError(await resend(id, other.apiKey), 404, "NOT_FOUND");
  expectStatus(await server.request("POST", `/api/v1/credentials/${id}/revoke`, { token: organization.apiKey, json: { reason: "x" } }), 200);
  assertError(await resend(), 409, "CONFLICT");
});

test("a mail service is asked by HTTP, and asked again after it has failed", async () => {
  const asked = [];
  let status = 503;
  const service = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({ method: request.method, headers: request.headers, body: JSON.parse(Buffer.concat(chunks)) });
    response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  const url = `http://127.0.0.1:${service.address().port}/send`;
  const posting = await startWorker({ vars: { MAIL_HTTP_URL: url, MAIL_HTTP_TOKEN: "service-token" } });
  try {
    const org = await newOrganization(posting);
    const recipient = newRecipient();
    const { credentialId } = expectStatus(await org.issue({}, recipient), 201).json;
    const row = await until("refused", async () => (await outbox(posting, recipient.email)).find(({ last_error: error }) => error));
    assert.deepEqual([row.state, row.attempts, row.last_error], ["waiting", 1, "the mail service answered 503"]);
    assert.ok(row.next_attempt_at > Date.now());

    status = 202;
    await posting.bindings.DB.prepare("UPDATE mail SET next_attempt_at = 1 WHERE id = ?").bind(row.id).run();
    await tick(posting);
    await until("sent", async () => (await outbox(posting, recipient.email)).find(({ state }) => state === "sent"));
    assert.equal(asked.length, 2);
    const [first, second] = asked;
    assert.equal(first.method, "POST");
    assert.equal(first.headers.authorization, "Bearer service-token");
    assert.match(first.headers["content-type"], /^application\/json/);
    assert.equal(first.headers["idempotency-key"], row.id);
    assert.equal(second.headers["idempotency-key"], row.id);
    assert.deepEqual(Object.keys(first.body).sort(), ["from", "html", "subject", "text", "to"]);
    assert.deepEqual(first.body.to, [recipient.email]);
    assert.ok(first.body.text.includes(credentialId));

    status = 500;
    const hopeless = newRecipient();
    expectStatus(await org.issue({}, hopeless), 201);
    await until("refused", async () => (await outbox(posting, hopeless.email)).find(({ last_error: error }) => error));
    await posting.bindings.DB.prepare("UPDATE mail SET attempts = 7, next_attempt_at = 1 WHERE recipient = ?").bind(hopeless.email).run();
    await tick(posting);
    const failed = await until("failed", async () => (await outbox(posting, hopeless.email)).find(({ state }) => state === "failed"));
    assert.deepEqual([failed.attempts, failed.sealed_content, failed.last_error], [8, null, "the mail service answered 500"]);
  } finally {
    await posting.close();
    service.close();
  }
});
