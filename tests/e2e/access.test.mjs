// Who may do what: sessions, API keys, scopes, and the walls between organizations.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, NOTHING, newOrganization, OWNER, startWorker } from "./harness.mjs";
import { assertError, TIME, UUID } from "./shapes.mjs";

let server;
let organization;
let other;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  other = await newOrganization(server);
});
after(() => server?.close());

test("the bootstrap secret signs the owner in, again and again", async () => {
  for (let i = 0; i < 2; i += 1) {
    const { json } = expectStatus(
      await server.request("POST", "/api/auth/bootstrap", { json: { secret: server.bootstrapSecret, email: OWNER } }),
      200,
    );
    assert.equal(json.user.email, OWNER);
    assert.match(json.user.id, UUID);
    assert.ok(Date.parse(json.expiresAt) > Date.now());
    assert.equal((await server.request("GET", "/api/organizations", { token: json.token })).status, 200);
  }
});

test("a wrong bootstrap secret, or another person with the right one, is refused", async () => {
  const ask = (json) => server.request("POST", "/api/auth/bootstrap", { json });
  assertError(await ask({ secret: "a".repeat(64), email: OWNER }), 403, "FORBIDDEN");
  assertError(await ask({ secret: "", email: OWNER }), 400, "VALIDATION_ERROR", "secret");
  assertError(await ask({ secret: server.bootstrapSecret, email: "somebody@else.example" }), 403, "FORBIDDEN");
  assertError(await ask({ secret: server.bootstrapSecret, email: "nobody" }), 400, "VALIDATION_ERROR", "email");
});

test("without a session there are no organizations", async () => {
  assertError(await server.request("GET", "/api/organizations"), 401, "UNAUTHORIZED");
  assertError(await server.request("GET", "/api/organizations", { token: "a.b.c" }), 401, "UNAUTHORIZED");
  assertError(await server.request("GET", "/api/organizations", { token: organization.apiKey }), 401, "UNAUTHORIZED");
});

test("a session that was altered is refused", async () => {
  const [header, claims, signature] = organization.session.split(".");
  const grown = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, "base64url")), exp: 99999999999 })).toString("base64url");
  const unsigned = Buffer.from('{"alg":"none"}').toString("base64url");
  for (const token of [`${header}.${grown}.${signature}`, `${unsigned}.${claims}.`, `${header}.${claims}`]) {
    assertError(await server.request("GET", "/api/organizations", { token }), 401, "UNAUTHORIZED");
  }
});

test("an API key is accepted as a bearer token and as x-api-key", async () => {
  const path = "/api/v1/credentials";
  assert.equal((await server.request("GET", path, { token: organization.apiKey })).status, 200);
  assert.equal((await server.request("GET", path, { headers: { "x-api-key": organization.apiKey } })).status, 200);
});

test("no key, a wrong key and a session are refused where an API key is asked for", async () => {
  const path = "/api/v1/credentials";
  const wrong = `${organization.apiKey.slice(0, -1)}${organization.apiKey.endsWith("A") ? "B" : "A"}`;
  assertError(await server.request("GET", path), 401, "UNAUTHORIZED");
  assertError(await server.request("GET", path, { token: wrong }), 401, "UNAUTHORIZED");
  assertError(await server.request("GET", path, { token: "" }), 401, "UNAUTHORIZED");
  assertError(await server.request("GET", path, { token: organization.session }), 401, "UNAUTHORIZED");
});

test("an API key is shown once and named by its beginning and its end", async () => {
  const { json } = expectStatus(
    await server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "once" } }),
    201,
  );
  assert.ok(json.apiKey.startsWith(json.key.prefix));
  assert.ok(json.apiKey.endsWith(json.key.last4));
  assert.equal(json.key.last4.length, 4);
  assert.equal(json.key.label, "once");
  assert.match(json.key.createdAt, TIME);
  const stored = await server.bindings.DB.prepare("SELECT * FROM api_key WHERE id = ?").bind(json.key.id).first();
  assert.ok(!JSON.stringify(stored).includes(json.apiKey));
});

for (const [scope, method, path, body] of [
  ["credentials.read", "GET", () => "/api/v1/credentials"],
  ["credentials.read", "GET", () => `/api/v1/credentials/${NOTHING}`],
  ["credentials.issue", "POST", () => "/api/v1/credentials", () => ({ badgeId: organization.badgeId, recipient: { name: "A", email: "a@b.example" } })],
  ["badges.read", "GET", () => "/api/v1/badges"],
]) {
  test(`${method} ${path()} asks for the scope ${scope}`, async () => {
    const key = async (scopes) =>
      expectStatus(await server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "scoped", scopes } }), 201).json
        .apiKey;
    const others = ["badges.read", "badges.write", "credentials.read", "credentials.issue", "credentials.revoke"].filter((name) => name !== scope);
    const ask = async (scopes) => server.request(method, path(), { token: await key(scopes), json: body?.() });
    assertError(await ask(others), 403, "FORBIDDEN");
    assert.notEqual((await ask([scope])).status, 403);
  });
}

test("a key for nothing is refused, and one of which nobody says what for may read and issue", async () => {
  const create = (members) =>
    server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "x", ...members } });
  assertError(await create({ scopes: [] }), 400, "VALIDATION_ERROR", "scopes");
  for (const members of [{}, { scopes: null }]) {
    assert.deepEqual(expectStatus(await create(members), 201).json.key.scopes, ["badges.read", "credentials.read", "credentials.issue"]);
  }
});

test("an unknown scope is refused", async () => {
  const answer = await server.request("POST", `${organization.path}/api-keys`, {
    token: organization.session,
    json: { label: "x", scopes: ["credentials.everything"] },
  });
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.json.details.field, /^scopes/);
});

test("another organization's objects are not found", async () => {
  const mine = expectStatus(await organization.issue(), 201).json;
  assertError(await server.request("GET", `/api/v1/credentials/${mine.id}`, { token: other.apiKey }), 404, "NOT_FOUND");
  assertError(await server.request("GET", `/api/v1/badges/${organization.badgeId}`, { token: other.apiKey }), 404, "NOT_FOUND");
  const listed = expectStatus(await server.request("GET", "/api/v1/credentials", { token: other.apiKey }), 200).json;
  assert.ok(listed.data.every(({ id }) => id !== mine.id));
  const filtered = await server.request("GET", `/api/v1/credentials?badgeId=${organization.badgeId}`, { token: other.apiKey });
  if (filtered.status === 200) assert.equal(filtered.json.pagination.total, 0);
  else assertError(filtered, 404, "NOT_FOUND");
});

test("an organization that does not exist is not found", async () => {
  for (const path of ["", "/badges", "/api-keys", "/signing-keys"]) {
    const answer = await server.request(path ? "POST" : "GET", `/api/organizations/${NOTHING}${path}`, {
      token: organization.session,
      json: path ? { name: "x", label: "x" } : undefined,
    });
    assertError(answer, 404, "NOT_FOUND");
  }
});

test("somebody who is no member finds no organization", async () => {
  const { session, id } = await newOrganization(server);
  await server.bindings.DB.prepare("DELETE FROM member WHERE organization_id = ?").bind(id).run();
  assertError(await server.request("GET", `/api/organizations/${id}`, { token: session }), 404, "NOT_FOUND");
  assertError(await server.request("POST", `/api/organizations/${id}/api-keys`, { token: session, json: { label: "x" } }), 404, "NOT_FOUND");
});

test("a viewer reads and makes nothing", async () => {
  const { session, id, path } = await newOrganization(server);
  await server.bindings.DB.prepare("UPDATE member SET role = 'viewer' WHERE organization_id = ?").bind(id).run();
  assert.equal((await server.request("GET", path, { token: session })).status, 200);
  assertError(await server.request("POST", `${path}/api-keys`, { token: session, json: { label: "x" } }), 403, "FORBIDDEN");
  assertError(await server.request("POST", `${path}/signing-keys`, { token: session, json: {} }), 403, "FORBIDDEN");
});

test("a method that a path does not have is answered with 405 and those it has", async () => {
  for (const [method, path, allowed] of [
    ["DELETE", "/api/v1/credentials", ["GET", "POST"]],
    ["POST", `/credentials/${NOTHING}/ob3`, ["GET"]],
    ["PUT", "/api/auth/bootstrap", ["POST"]],
  ]) {
    const answer = await server.request(method, path, { token: organization.apiKey });
    assert.equal(answer.status, 405, `${method} ${path}: ${answer.text}`);
    const methods = answer.headers.get("allow")?.split(/, */) ?? [];
    for (const name of allowed) assert.ok(methods.includes(name), `${path}: ${methods}`);
    assert.ok(!methods.includes(method));
  }
});

test("a path that nothing serves is not found, in the API's own form", async () => {
  assertError(await server.request("GET", "/api/v1/nothing", { token: organization.apiKey }), 404, "NOT_FOUND");
  assertError(await server.request("GET", "/api/nothing"), 404, "NOT_FOUND");
});

test("no answer tells of SQL, files or stacks", async () => {
  const strange = ["'", "%00", "..%2f..%2fetc", "a".repeat(3000), "%ff"];
  for (const text of strange) {
    const answer = await server.request("GET", `/api/verify/${text}`);
    assert.ok(answer.status >= 400 && answer.status < 500, `${text.slice(0, 20)}: ${answer.status} ${answer.text.slice(0, 200)}`);
    assert.doesNotMatch(answer.text, /SQLITE|D1_|\.rs:|at .*\.js:/);
  }
});
