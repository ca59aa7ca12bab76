// Contract B: tenant API keys, and the form of its refusals.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, NOTHING, newOrganization, newRecipient, startWorker } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { assertMembers, assertRefusal, TIME, UUID } from "./shapes.mjs";

let server;
let organization;
let owner;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  owner = { token: organization.session };
});
after(() => server?.close());

const keys = (tenant = organization.slug, query = "") => `/v1/tenants/${tenant}/api-keys${query}`;
const make = async (json) => expectStatus(await server.request("POST", keys(), { ...owner, json }), 201).json;
const list = async (query) => expectStatus(await server.request("GET", keys(organization.slug, query), owner), 200).json;
const use = (apiKey) => server.request("GET", "/api/v1/badges", { headers: { "x-api-key": apiKey } });

test("a key is made with the scopes of the queue, shown once, and listed by its beginning", async () => {
  const made = await make({ label: "SIS" });
  assertMembers(made, ["tenantId", "apiKey", "key"]);
  assertMembers(made.key, ["id", "label", "keyPrefix", "scopesJson", "createdByUserId", "expiresAt", "revokedAt", "createdAt"]);
  assert.equal(made.tenantId, organization.slug);
  assert.deepEqual(JSON.parse(made.key.scopesJson), ["queue.issue", "queue.revoke"]);
  assert.match(made.key.id, UUID);
  assert.match(made.key.createdByUserId, UUID);
  assert.match(made.key.createdAt, TIME);
  assert.deepEqual([made.key.label, made.key.expiresAt, made.key.revokedAt], ["SIS", null, null]);
  assert.ok(made.apiKey.startsWith(made.key.keyPrefix) && made.apiKey.length > made.key.keyPrefix.length);

  const listed = await list("");
  assertMembers(listed, ["tenantId", "keys"]);
  const found = listed.keys.find(({ id }) => id === made.key.id);
  assert.deepEqual(found, { ...made.key, tenantId: organization.slug, lastUsedAt: null, updatedAt: made.key.createdAt });
  assert.ok(!JSON.stringify(listed).includes(made.apiKey));
});

test("a key has the scopes and the end that were asked for", async () => {
  const { key } = await make({ label: "x", scopes: ["queue.revoke", "badges.read"], expiresAt: "2999-12-31T23:59:59+01:00" });
  assert.deepEqual(JSON.parse(key.scopesJson), ["queue.revoke", "badges.read"]);
  assert.equal(key.expiresAt, "2999-12-31T22:59:59.000Z");
});

test("the last use of a key is written down, and not at each use", async () => {
  const { apiKey, key } = await make({ label: "used", scopes: ["badges.read"] });
  const lastUse = async () => (await list("")).keys.find(({ id }) => id === key.id).lastUsedAt;
  assert.equal(await lastUse(), null);
  expectStatus(await use(apiKey), 200);
  const first = await lastUse();
  assert.match(first, TIME);
  expectStatus(await use(apiKey), 200);
  assert.equal(await lastUse(), first);
  await server.bindings.DB.prepare("UPDATE api_key SET last_used_at = 1000 WHERE id = ?").bind(key.id).run();
  expectStatus(await use(apiKey), 200);
  assert.notEqual(await lastUse(), "1970-01-01T00:00:01.000Z");
});

test("a revoked key is good nowhere, and listed only for who asks", async () => {
  const { apiKey, key } = await make({ label: "revoked", scopes: ["badges.read"] });
  expectStatus(await use(apiKey), 200);
  const answer = expectStatus(await server.request("POST", `${keys()}/${key.id}/revoke`, owner), 200).json;
  assert.deepEqual(answer, { tenantId: organization.slug, apiKeyId: key.id, revoked: true });
  assert.equal((await use(apiKey)).status, 401);
  const ids = async (query) => (await list(query)).keys.filter(({ id }) => id === key.id);
  assert.deepEqual(await ids(""), []);
  assert.deepEqual(await ids("?includeRevoked=false"), []);
  const [found] = await ids("?includeRevoked=true");
  assert.match(found.revokedAt, TIME);
  assert.equal(found.updatedAt, found.revokedAt);
  expectStatus(await server.request("POST", `${keys()}/${key.id}/revoke`, owner), 200);
  assert.equal((await ids("?includeRevoked=true"))[0].revokedAt, found.revokedAt);
});

test("an expired key is good nowhere", async () => {
  const { apiKey, key } = await make({ label: "expired", scopes: ["badges.read"], expiresAt: "2999-01-01T00:00:00Z" });
  expectStatus(await use(apiKey), 200);
  await server.bindings.DB.prepare("UPDATE api_key SET expires_at = ? WHERE id = ?").bind(Date.now() - 1, key.id).run();
  assert.equal((await use(apiKey)).status, 401);
});

test("a tenant is named by its UUID as well, and answers by its text id", async () => {
  const { tenantId, keys: found } = expectStatus(await server.request("GET", keys(organization.id), owner), 200).json;
  assert.equal(tenantId, organization.slug);
  assert.ok(found.length > 0);
});

test("who bears another tenant's UUID as its slug is not taken for it", async () => {
  const thief = await newOrganization(server);
  await server.bindings.DB.prepare("UPDATE organization SET slug = ? WHERE id = ?").bind(organization.id, thief.id).run();
  const { tenantId } = expectStatus(await server.request("GET", keys(organization.id), owner), 200).json;
  assert.equal(tenantId, organization.slug);
});

test("faults in a request are told with the way to the field", async () => {
  for (const [json, path] of [
    [{}, ["label"]],
    [{ label: "" }, ["label"]],
    [{ label: "x".repeat(121) }, ["label"]],
    [{ label: "x", scopes: [] }, ["scopes"]],
    [{ label: "x", scopes: ["queue.issue", "queue.everything"] }, ["scopes", 1]],
    [{ label: "x", scopes: Array(21).fill("queue.issue") }, ["scopes"]],
    [{ label: "x", expiresAt: "tomorrow" }, ["expiresAt"]],
    [{ label: "x", expiresAt: "2020-01-01T00:00:00Z" }, ["expiresAt"]],
    [{ label: "x", colour: "red" }, ["colour"]],
    [[], []],
  ]) {
    assertRefusal(await server.request("POST", keys(), { ...owner, json }), 400, path);
  }
  assertRefusal(await server.request("GET", keys(organization.slug, "?includeRevoked=maybe"), owner), 400, ["includeRevoked"]);
});

test("only owners and admins of a tenant manage its keys", async () => {
  assertRefusal(await server.request("GET", keys()), 401);
  assertRefusal(await server.request("GET", keys(), { token: organization.apiKey }), 401);
  assertRefusal(await server.request("GET", keys("no-such-tenant"), owner), 404);
  assertRefusal(await server.request("GET", keys("no_tenant"), owner), 404);
  assertRefusal(await server.request("POST", `${keys()}/${NOTHING}/revoke`, owner), 404);
  assertRefusal(await server.request("POST", `${keys()}/x/revoke`, owner), 404);
  const person = await signInByMail(server, newRecipient().email);
  const somebody = { token: person.token };
  assertRefusal(await server.request("GET", keys(), somebody), 404);
  for (const [role, status] of [["viewer", 403], ["issuer", 403], ["admin", 200]]) {
    const join = "INSERT INTO member (organization_id, user_id, role, created_at) VALUES (?1, ?2, ?3, 1) ON CONFLICT DO UPDATE SET role = ?3";
    await server.bindings.DB.prepare(join).bind(organization.id, person.user.id, role).run();
    assert.equal((await server.request("GET", keys(), somebody)).status, status, role);
  }
});

test("whatever refuses under /v1/, refuses in one form", async () => {
  assertRefusal(await server.request("DELETE", keys(), owner), 405);
  for (const path of ["/v1/issue", "/v1/revoke", "/v1/nothing"]) {
    assertRefusal(await server.request("POST", path, { token: organization.apiKey, json: {} }), 404);
    assertRefusal(await server.request("GET", path), 404);
  }
});
