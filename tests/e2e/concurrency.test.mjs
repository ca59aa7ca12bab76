// What two requests at the same time may not do between them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectStatus, newOrganization, newRecipient, serverWithOrganization } from "./harness.mjs";
import { assertError } from "./shapes.mjs";

const AT_ONCE = 8;

const { server, organization } = await serverWithOrganization();

const atOnce = (work) => Promise.all(Array.from({ length: AT_ONCE }, (_, i) => work(i)));
const list = async (badgeId) =>
  expectStatus(await server.request("GET", `/api/v1/credentials?badgeId=${badgeId}&limit=100`, { token: organization.apiKey }), 200).json;

test("of concurrent duplicates exactly one wins", async () => {
  const badge = await organization.badge({ name: "Once" });
  const recipient = newRecipient();
  const answers = await atOnce(() => organization.issue({ badgeId: badge.id }, recipient));
  const winners = answers.filter(({ status }) => status === 201);
  assert.equal(winners.length, 1, answers.map(({ status }) => status).join(" "));
  for (const loser of answers.filter(({ status }) => status !== 201)) assertError(loser, 409, "CONFLICT");
  const { data } = await list(badge.id);
  assert.deepEqual(data.map(({ id }) => id), [winners[0].json.id]);
});

test("concurrent renewals leave one chain, of which only the last is active", async () => {
  const badge = await organization.badge({ name: "Renewed at once", expiresInDays: 30 });
  const recipient = newRecipient();
  expectStatus(await organization.issue({ badgeId: badge.id }, recipient), 201);
  const answers = await atOnce(() => organization.issue({ badgeId: badge.id }, recipient));
  for (const { status, text } of answers) assert.ok(status === 201 || status === 409, text);
  const renewals = answers.filter(({ status }) => status === 201).length;
  assert.ok(renewals >= 1);
  const { data } = await list(badge.id);
  assert.equal(data.length, renewals + 1);
  assert.equal(data.filter(({ status }) => status === "pending").length, 1);
  const superseded = data.map(({ supersedesCredentialId }) => supersedesCredentialId).filter(Boolean);
  assert.equal(superseded.length, renewals);
  assert.equal(new Set(superseded).size, superseded.length);
});

test("two requests cannot both take the last place of the month", async () => {
  const other = await newOrganization(server);
  expectStatus(await other.issue(), 201);
  const { allowed } = await server.bindings.DB.prepare("UPDATE quota SET used = allowed - 1 WHERE organization_id = ? RETURNING allowed")
    .bind(other.id)
    .first();
  const answers = await atOnce(() => other.issue());
  assert.equal(answers.filter(({ status }) => status === 201).length, 1, answers.map(({ status }) => status).join(" "));
  for (const loser of answers.filter(({ status }) => status !== 201)) {
    assertError(loser, 403, "FORBIDDEN");
    assert.ok(loser.json.message.replaceAll(",", "").includes(String(allowed)), loser.json.message);
  }
});

test("the same recipient counts once a month, whatever the spelling of the address", async () => {
  const other = await newOrganization(server);
  const recipient = newRecipient();
  const second = await other.badge({ name: "Second" });
  expectStatus(await other.issue({}, recipient), 201);
  await server.bindings.DB.prepare("UPDATE quota SET used = allowed WHERE organization_id = ?").bind(other.id).run();
  expectStatus(await other.issue({ badgeId: second.id }, { ...recipient, email: recipient.email.toUpperCase() }), 201);
  assertError(await other.issue(), 403, "FORBIDDEN");
});

test("a refused request takes no place", async () => {
  const other = await newOrganization(server);
  const recipient = newRecipient();
  expectStatus(await other.issue({}, recipient), 201);
  const used = async () => (await server.bindings.DB.prepare("SELECT used FROM quota WHERE organization_id = ?").bind(other.id).first()).used;
  const before = await used();
  assertError(await other.issue({}, recipient), 409, "CONFLICT");
  assert.equal(await used(), before);
});

test("a request with a known Idempotency-Key is answered again, and issues nothing", async () => {
  const badge = await organization.badge({ name: "Idempotent" });
  const json = { badgeId: badge.id, recipient: newRecipient() };
  const ask = (key, body = json) =>
    server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json: body, headers: { "idempotency-key": key } });
  const first = expectStatus(await ask("a"), 201);
  const again = await ask("a");
  assert.equal(again.status, 201);
  assert.deepEqual(again.json, first.json);
  assertError(await ask("a", { ...json, recipient: newRecipient() }), 409, "CONFLICT");
  assert.equal((await list(badge.id)).data.length, 1);
});

test("of concurrent requests with one Idempotency-Key, one issues and all that succeed answer the same", async () => {
  const badge = await organization.badge({ name: "Idempotent at once", expiresInDays: 30 });
  const json = { badgeId: badge.id, recipient: newRecipient() };
  const answers = await atOnce(() =>
    server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json, headers: { "idempotency-key": "at-once" } }),
  );
  const succeeded = answers.filter(({ status }) => status === 201);
  assert.ok(succeeded.length >= 1);
  for (const { json: body } of succeeded) assert.deepEqual(body, succeeded[0].json);
  for (const loser of answers.filter(({ status }) => status !== 201)) assertError(loser, 409, "CONFLICT");
  assert.equal((await list(badge.id)).data.length, 1);
});

test("an Idempotency-Key of one organization means nothing to another", async () => {
  const other = await newOrganization(server);
  const ask = (owner) =>
    server.request("POST", "/api/v1/credentials", {
      token: owner.apiKey,
      json: { badgeId: owner.badgeId, recipient: newRecipient() },
      headers: { "idempotency-key": "shared" },
    });
  const [mine, theirs] = [await ask(organization), await ask(other)];
  assert.equal(mine.status, 201);
  assert.equal(theirs.status, 201);
  assert.notEqual(mine.json.id, theirs.json.id);
});
