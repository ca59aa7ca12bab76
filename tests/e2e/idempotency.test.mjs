// Idempotency-Key on the requests that make something: the first answer is given again, and nothing is made twice.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { expectStatus, newOrganization, serverWithOrganization } from "./harness.mjs";
import { assertError } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const unique = () => randomBytes(6).toString("hex");
const ask = (path, key, json, owner = organization) =>
  server.request("POST", path, { token: owner.session, json, headers: { "idempotency-key": key } });
const count = async (table, owner = organization) =>
  (await server.bindings.DB.prepare(`SELECT count(*) AS count FROM ${table} WHERE organization_id = ?`).bind(owner.id).first()).count;

const badge = () => ({ name: "Once", slug: `once-${unique()}`, description: "Made once.", criteria: "Made." });
for (const [what, path, table, body] of [
  ["a badge", "badges", "badge", badge],
  ["an API key", "api-keys", "api_key", () => ({ label: unique() })],
]) {
  test(`${what} is made once, however often the request is made`, async () => {
    const [key, json] = [unique(), body()];
    const before = await count(table);
    const first = expectStatus(await ask(`${organization.path}/${path}`, key, json), 201);
    const again = expectStatus(await ask(`${organization.path}/${path}`, key, json), 201);
    assert.equal(again.text, first.text);
    assert.equal(await count(table), before + 1);
    assertError(await ask(`${organization.path}/${path}`, key, body()), 409, "CONFLICT");
    assert.equal(await count(table), before + 1);
  });

  test(`${what} is made once by requests at the same time`, async () => {
    const [key, json] = [unique(), body()];
    const before = await count(table);
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(`${organization.path}/${path}`, key, json)));
    assert.deepEqual(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1, answers.map(({ text }) => text).join("\n"));
    assert.equal(answers[0].status, 201);
    assert.equal(await count(table), before + 1);
  });
}

test("an API key that is answered again works, and is nowhere kept in the clear", async () => {
  const key = unique();
  expectStatus(await ask(`${organization.path}/api-keys`, key, { label: "again" }), 201);
  const { apiKey } = expectStatus(await ask(`${organization.path}/api-keys`, key, { label: "again" }), 201).json;
  assert.equal((await server.request("GET", "/api/v1/badges", { token: apiKey })).status, 200);
  const { results } = await server.bindings.DB.prepare("SELECT * FROM idempotency").all();
  assert.ok(results.length > 0);
  assert.ok(!JSON.stringify(results).includes(apiKey));
});

test("an organization is made once, and another request under the same key is a conflict", async () => {
  const [key, slug] = [unique(), `org-${unique()}`];
  const first = expectStatus(await ask("/api/organizations", key, { name: "Once", slug }), 201);
  const again = expectStatus(await ask("/api/organizations", key, { name: "Once", slug }), 201);
  assert.equal(again.text, first.text);
  assertError(await ask("/api/organizations", key, { name: "Twice", slug: `org-${unique()}` }), 409, "CONFLICT");
  assertError(await ask("/api/organizations", unique(), { name: "Once", slug }), 409, "CONFLICT");
});

test("an organization is answered as it is read afterwards", async () => {
  const { json } = expectStatus(await ask("/api/organizations", unique(), { name: "Read", slug: `org-${unique()}`, email: "Desk@Read.example" }), 201);
  assert.deepEqual(json, expectStatus(await server.request("GET", `/api/organizations/${json.id}`, { token: organization.session }), 200).json);
});

test("a badge is answered as it is read afterwards", async () => {
  const { json } = expectStatus(await ask(`${organization.path}/badges`, unique(), badge()), 201);
  assert.deepEqual(json, expectStatus(await server.request("GET", `/api/v1/badges/${json.id}`, { token: organization.apiKey }), 200).json);
});

test("a signing key is made once", async () => {
  const other = await newOrganization(server, { signingKey: false });
  const key = unique();
  const first = expectStatus(await ask(`${other.path}/signing-keys`, key, {}, other), 201);
  assert.equal(expectStatus(await ask(`${other.path}/signing-keys`, key, {}, other), 201).text, first.text);
  assertError(await ask(`${other.path}/signing-keys`, unique(), {}, other), 409, "CONFLICT");
});

for (const [what, key] of [
  ["an empty key", ""],
  ["a key that is too long", "a".repeat(256)],
]) {
  test(`${what} is refused and named`, async () => {
    assertError(await ask(`${organization.path}/badges`, key, badge()), 400, "VALIDATION_ERROR", "Idempotency-Key");
  });
}
