// Revoking, suspending and reinstating: by API key, by session, and what is kept of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectStatus, newOrganization, newRecipient, NOTHING, serverWithOrganization } from "./harness.mjs";
import { assertError, TIME } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const issue = async (members, recipient) => expectStatus(await organization.issue(members, recipient), 201).json;
const move = (id, action, { json = { reason: "a mistake" }, token = organization.apiKey } = {}) =>
  server.request("POST", `/api/v1/credentials/${id}/${action}`, { token, json });
const remove = (id, { json = { reason: "a mistake" }, token = organization.session, path = organization.path } = {}) =>
  server.request("DELETE", `${path}/credentials/${id}`, { token, json });
const item = async (id) => expectStatus(await server.request("GET", `/api/v1/credentials/${id}`, { token: organization.apiKey }), 200).json;
const events = async (id) =>
  (await server.bindings.DB.prepare("SELECT * FROM credential_event WHERE credential_id = ? ORDER BY created_at").bind(id).all()).results;

test("a revoked credential is answered as the list shows it", async () => {
  const { id } = await issue();
  const { json } = expectStatus(await move(id, "revoke"), 200);
  const { ob3Credential, ...shown } = await item(id);
  assert.deepEqual(json, shown);
  assert.equal(json.status, "revoked");
  assert.match(json.revokedAt, TIME);
  assert.ok(ob3Credential);
});

test("a credential is suspended and reinstated", async () => {
  const { id } = await issue();
  assert.equal(expectStatus(await move(id, "suspend"), 200).json.status, "suspended");
  assert.equal((await item(id)).status, "suspended");
  assert.equal(expectStatus(await move(id, "reinstate"), 200).json.status, "pending");
  assert.equal((await item(id)).revokedAt, null);
});

test("the signed bytes stay the same whatever happens", async () => {
  const { id } = await issue();
  const read = async () => expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).text;
  const before = await read();
  for (const action of ["suspend", "reinstate", "revoke"]) {
    expectStatus(await move(id, action), 200);
    assert.equal(await read(), before, action);
  }
});

test("the public verification says what holds", async () => {
  const { id } = await issue();
  const verified = async () => {
    const { status, verification, credential } = expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json;
    const { outcome, code } = verification.report;
    return { status, outcome, code, notRevoked: verification.notRevoked, signature: verification.signatureValid, revoked: credential.revokedAt !== null };
  };
  const good = { status: "pending", outcome: "verified", code: "verified", notRevoked: true, signature: true, revoked: false };
  assert.deepEqual(await verified(), good);
  expectStatus(await move(id, "suspend"), 200);
  assert.deepEqual(await verified(), { ...good, status: "suspended", outcome: "rejected", code: "suspended", notRevoked: false });
  expectStatus(await move(id, "reinstate"), 200);
  assert.deepEqual(await verified(), good);
  expectStatus(await move(id, "revoke"), 200);
  assert.deepEqual(await verified(), { ...good, status: "revoked", outcome: "rejected", code: "revoked", notRevoked: false, revoked: true });
});

test("the public verification believes the published list, and not the records alone", async () => {
  const { id } = await issue();
  expectStatus(await move(id, "revoke"), 200);
  await server.bindings.DB.prepare("UPDATE credential SET revoked_at = NULL, revocation_reason = NULL WHERE id = ?").bind(id).run();
  const { verification } = expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json;
  assert.equal(verification.notRevoked, false);
  assert.equal(verification.report.code, "revoked");
});

test("a list that can not be read is never taken for not revoked", async () => {
  const other = await newOrganization(server);
  const { id } = expectStatus(await other.issue(), 201).json;
  await server.bindings.DB.prepare("UPDATE status_list SET document_sha256 = ? WHERE organization_id = ?").bind("0".repeat(64), other.id).run();
  const { verification } = expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json;
  assert.equal(verification.notRevoked, false);
  assert.deepEqual([verification.report.outcome, verification.report.code], ["indeterminate", "status_list_unavailable"]);
});

test("asking for what is so already changes nothing", async () => {
  const { id } = await issue();
  expectStatus(await move(id, "reinstate"), 200);
  assert.equal((await events(id)).length, 0);
  const first = expectStatus(await move(id, "suspend"), 200).json;
  assert.deepEqual(expectStatus(await move(id, "suspend", { json: { reason: "again" } }), 200).json, first);
  const revoked = expectStatus(await move(id, "revoke"), 200).json;
  assert.deepEqual(expectStatus(await move(id, "revoke", { json: { reason: "again" } }), 200).json, revoked);
  assert.deepEqual((await events(id)).map(({ to_state: to }) => to), ["suspended", "revoked"]);
});

test("revoked is the end, and what has expired is not suspended", async () => {
  const { id } = await issue();
  expectStatus(await move(id, "revoke"), 200);
  for (const action of ["suspend", "reinstate"]) assertError(await move(id, action), 409, "CONFLICT");
  const over = await issue({ validUntil: new Date(Date.now() + 86_400_000).toISOString() });
  await server.bindings.DB.prepare("UPDATE credential SET valid_from = 1000, valid_until = 2000 WHERE id = ?").bind(over.id).run();
  for (const action of ["suspend", "reinstate"]) assertError(await move(over.id, action), 409, "CONFLICT");
  assert.equal(expectStatus(await move(over.id, "revoke"), 200).json.status, "revoked");
});

test("a suspended credential can be revoked", async () => {
  const { id } = await issue();
  expectStatus(await move(id, "suspend"), 200);
  assert.equal(expectStatus(await move(id, "revoke"), 200).json.status, "revoked");
});

test("what happened is kept: from where to where, why, and who", async () => {
  const { id } = await issue();
  expectStatus(await move(id, "suspend", { json: { reason: "looked into", reasonCode: "administrative_hold" } }), 200);
  expectStatus(await remove(id, { json: { reason: "no good" } }), 200);
  const [held, revoked] = await events(id);
  assert.deepEqual([held.from_state, held.to_state, held.reason_code, held.reason], ["active", "suspended", "administrative_hold", "looked into"]);
  assert.deepEqual([revoked.from_state, revoked.to_state, revoked.reason_code, revoked.reason], ["suspended", "revoked", "issuer_requested", "no good"]);
  assert.equal(held.transition_source, "manual");
  assert.ok(held.actor_api_key_id && !held.actor_user_id);
  assert.ok(revoked.actor_user_id && !revoked.actor_api_key_id);
});

test("a renewal is kept as a revocation that nobody asked for by itself", async () => {
  const badge = await organization.badge({ name: "Renewable", expiresInDays: 30 });
  const recipient = newRecipient();
  const first = await issue({ badgeId: badge.id }, recipient);
  expectStatus(await move(first.id, "suspend"), 200);
  await issue({ badgeId: badge.id }, recipient);
  const [, renewal] = await events(first.id);
  assert.deepEqual([renewal.from_state, renewal.to_state, renewal.reason, renewal.transition_source], ["suspended", "revoked", "superseded by renewal", "automation"]);
});

test("of concurrent moves of one credential, what is kept is one way from state to state", async () => {
  const { id } = await issue();
  const actions = ["suspend", "reinstate", "revoke", "suspend", "reinstate", "revoke", "suspend", "reinstate"];
  const answers = await Promise.all(actions.map((action) => move(id, action)));
  for (const { status, text } of answers) assert.ok(status === 200 || status === 409, text);
  const { results } = await server.bindings.DB.prepare("SELECT * FROM credential_event WHERE credential_id = ? ORDER BY rowid").bind(id).all();
  let state = "active";
  for (const { from_state: from, to_state: to } of results) {
    assert.equal(from, state);
    state = to;
  }
  assert.equal(state, "revoked");
  assert.equal((await item(id)).status, "revoked");
});

test("a member revokes by DELETE", async () => {
  const { id } = await issue();
  assert.equal(expectStatus(await remove(id), 200).json.status, "revoked");
  assert.equal((await item(id)).status, "revoked");
});

test("who may not revoke, does not", async () => {
  const { id } = await issue();
  const other = await newOrganization(server);
  const key = await server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "reads", scopes: ["credentials.read", "credentials.issue"] } });
  const reads = expectStatus(key, 201).json.apiKey;
  for (const action of ["revoke", "suspend", "reinstate"]) {
    assertError(await move(id, action, { token: reads }), 403, "FORBIDDEN");
    assertError(await move(id, action, { token: other.apiKey }), 404, "NOT_FOUND");
    assertError(await move(id, action, { token: "acl_nothing" }), 401, "UNAUTHORIZED");
    assertError(await move(NOTHING, action), 404, "NOT_FOUND");
    assertError(await move("CRD-12345678", action), 400, "VALIDATION_ERROR", "credentialId");
  }
  assertError(await remove(id, { token: organization.apiKey }), 401, "UNAUTHORIZED");
  assertError(await remove(id, { path: other.path }), 404, "NOT_FOUND");
  await server.bindings.DB.prepare("UPDATE member SET role = 'viewer' WHERE organization_id = ?").bind(organization.id).run();
  assertError(await remove(id), 403, "FORBIDDEN");
  await server.bindings.DB.prepare("UPDATE member SET role = 'owner' WHERE organization_id = ?").bind(organization.id).run();
  assert.equal((await item(id)).status, "pending");
});

for (const [what, json, field] of [
  ["a missing reason", {}, "reason"],
  ["an empty reason", { reason: "  " }, "reason"],
  ["a reason of another type", { reason: 7 }, "reason"],
  ["a reason that is too long", { reason: "a".repeat(513) }, "reason"],
  ["a reason code that is none", { reason: "x", reasonCode: "whim" }, "reasonCode"],
  ["an unknown member", { reason: "x", force: true }, "force"],
]) {
  test(`${what} is refused and named`, async () => {
    const { id } = await issue();
    assertError(await move(id, "revoke", { json }), 400, "VALIDATION_ERROR", field);
    assertError(await remove(id, { json }), 400, "VALIDATION_ERROR", field);
    assert.equal((await item(id)).status, "pending");
  });
}

test("the list is filtered by every state", async () => {
  const other = await newOrganization(server);
  const made = {};
  for (const status of ["pending", "suspended", "revoked"]) made[status] = expectStatus(await other.issue(), 201).json.id;
  expectStatus(await move(made.suspended, "suspend", { token: other.apiKey }), 200);
  expectStatus(await move(made.revoked, "revoke", { token: other.apiKey }), 200);
  for (const [status, id] of Object.entries(made)) {
    const { data, pagination } = expectStatus(await server.request("GET", `/api/v1/credentials?status=${status}`, { token: other.apiKey }), 200).json;
    assert.deepEqual(data.map(({ id }) => id), [id], status);
    assert.equal(pagination.total, 1);
  }
});
