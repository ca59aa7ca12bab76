// The OAuth 2.0 server of the Open Badges API, and what clients and strangers may try at it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import * as oauth from "oauth4webapi";

import { expectStatus, NOTHING, PUBLIC_ORIGIN, startWorker } from "./harness.mjs";
import {
  authorizationQuery,
  BASE,
  basic,
  decide,
  EVERYTHING,
  giveCode,
  METADATA,
  newCode,
  newGrant,
  newPerson,
  pkce,
  post,
  READ,
  READ_PROFILE,
  refresh,
  register,
  returned,
  SERVER,
} from "./oauth.mjs";

let server;
let client;
let person;
const ISSUER = `${PUBLIC_ORIGIN}${SERVER}`;

before(async () => {
  server = await startWorker();
  client = await register(server);
  person = await newPerson(server);
});
after(() => server?.close());

/** Asserts a refusal of OAuth. */
function assertFault(answer, status, error) {
  assert.deepEqual([answer.status, answer.json?.error], [status, error], answer.text);
  assert.equal(typeof answer.json.error_description, "string");
  assert.equal(answer.headers.get("cache-control"), "no-store");
}

const isGood = async (token) => (await server.request("GET", `${BASE}/profile`, { token })).status === 200;

test("the server says what it can do, under its issuer identifier", async () => {
  const answer = expectStatus(await server.request("GET", `/.well-known/oauth-authorization-server${SERVER}`), 200);
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  const { json } = answer;
  assert.equal(json.issuer, ISSUER);
  for (const [name, path] of Object.entries({ authorization: "authorize", token: "token", registration: "register", revocation: "revoke" })) {
    assert.equal(json[`${name}_endpoint`], `${ISSUER}/${path}`);
  }
  assert.deepEqual(json.code_challenge_methods_supported, ["S256"]);
  assert.deepEqual(json.token_endpoint_auth_methods_supported, ["client_secret_basic"]);
  assert.equal(json.authorization_response_iss_parameter_supported, true);
});

test("a client registers without a token, and is told everything once", async () => {
  const answer = expectStatus(await server.request("POST", `${SERVER}/register`, { json: { ...METADATA, extra: 1 } }), 201);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const { client_id: id, client_secret: secret, client_id_issued_at: issued, client_secret_expires_at: expires, ...rest } = answer.json;
  assert.deepEqual(rest, METADATA);
  assert.equal(expires, 0);
  assert.ok(Math.abs(issued - Date.now() / 1000) < 60);
  const row = await server.bindings.DB.prepare("SELECT * FROM oauth_client WHERE id = ?").bind(id).first();
  assert.ok(!JSON.stringify(row).includes(secret));
});

test("a registration that is wrong is refused by the code that the standard has for it", async () => {
  for (const [changed, error] of [
    [{ redirect_uris: ["https://elsewhere.example/callback"] }, "invalid_redirect_uri"],
    [{ redirect_uris: ["https://backpack.example/callback#x"] }, "invalid_redirect_uri"],
    [{ redirect_uris: ["http://localhost:9/callback"] }, "invalid_redirect_uri"],
    [{ redirect_uris: [] }, "invalid_redirect_uri"],
    [{ policy_uri: "http://backpack.example/privacy" }, "invalid_client_metadata"],
    [{ client_name: undefined }, "invalid_client_metadata"],
    [{ token_endpoint_auth_method: "none" }, "invalid_client_metadata"],
    [{ scope: "openid" }, "invalid_client_metadata"],
  ]) {
    assertFault(await server.request("POST", `${SERVER}/register`, { json: { ...METADATA, ...changed } }), 400, error);
  }
  assertFault(await server.request("POST", `${SERVER}/register`, { body: "{", type: "application/json" }), 400, "invalid_client_metadata");
  assertFault(await server.request("POST", `${SERVER}/register`, { json: { ...METADATA, client_name: "x".repeat(20_000) } }), 413, "invalid_request");
});

test("a code is given for tokens, with the state, the scope and the issuer beside it", async () => {
  const { verifier, challenge } = pkce();
  const answer = expectStatus(await decide(server, person.session, authorizationQuery(client, { scope: READ, code_challenge: challenge })), 200);
  const location = new URL(answer.json.location);
  assert.equal(location.origin + location.pathname, METADATA.redirect_uris[0]);
  const back = Object.fromEntries(location.searchParams);
  assert.deepEqual({ ...back, code: "" }, { code: "", scope: READ, state: "a state", iss: ISSUER });
  const given = expectStatus(await giveCode(server, client, back.code, verifier), 200);
  assert.equal(given.headers.get("cache-control"), "no-store");
  const { access_token: access, refresh_token: next, ...rest } = given.json;
  assert.deepEqual(rest, { token_type: "Bearer", expires_in: 3600, scope: READ });
  const rows = await server.bindings.DB.batch(["oauth_access_token", "oauth_single_use"].map((name) => server.bindings.DB.prepare(`SELECT * FROM ${name}`)));
  for (const secret of [access, next, back.code, verifier]) assert.ok(!JSON.stringify(rows).includes(secret));
});

test("nothing is redirected to but an address that the client registered, and the page itself never redirects", async () => {
  const good = await server.request("GET", `${SERVER}/authorize?${authorizationQuery(client)}`);
  assert.equal(good.status, 200);
  assert.match(good.headers.get("content-type"), /^text\/html/);
  for (const changed of [
    { redirect_uri: "https://evil.example/callback" },
    { redirect_uri: "https://backpack.example/callback/../evil" },
    { redirect_uri: "https://backpack.example/callback?x=1" },
    { redirect_uri: "https://backpack.example.evil.example/callback" },
    { redirect_uri: "//evil.example" },
    { redirect_uri: undefined },
    { client_id: NOTHING },
    { client_id: "x" },
    { client_id: undefined },
  ]) {
    const query = authorizationQuery(client, changed);
    const page = await server.request("GET", `${SERVER}/authorize?${query}`);
    assert.deepEqual([page.status, page.headers.get("location")], [400, null], query);
    assertFault(await server.request("GET", `${SERVER}/request?${query}`), 400, "invalid_request");
    assertFault(await decide(server, person.session, query), 400, "invalid_request");
  }
  const twice = `${authorizationQuery(client)}&redirect_uri=${encodeURIComponent("https://evil.example/")}`;
  assertFault(await decide(server, person.session, twice), 400, "invalid_request");
});

test("what is wrong otherwise is told to the client, but only when the person goes on", async () => {
  for (const [changed, error] of [
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ response_type: undefined }, "invalid_request"],
    [{ state: undefined }, "invalid_request"],
    [{ scope: undefined }, "invalid_request"],
    [{ scope: "openid" }, "invalid_scope"],
    [{ scope: `${READ} ${READ}x` }, "invalid_scope"],
  ]) {
    const query = authorizationQuery(client, changed);
    const page = await server.request("GET", `${SERVER}/authorize?${query}`);
    assert.deepEqual([page.status, page.headers.get("location")], [400, null], query);
    assert.equal(expectStatus(await server.request("GET", `${SERVER}/request?${query}`), 200).json.refused.error, error);
    const back = await returned(decide(server, person.session, query));
    assert.deepEqual([back.get("error"), back.get("code"), back.get("iss")], [error, null, ISSUER], query);
    assert.equal(back.get("state"), "state" in changed ? null : "a state");
  }
  const denied = await returned(decide(server, person.session, authorizationQuery(client), false));
  assert.deepEqual([denied.get("error"), denied.get("code"), denied.get("state")], ["access_denied", null, "a state"]);
});

test("PKCE can not be left out or weakened, neither when asking nor when taking", async () => {
  for (const changed of [
    { code_challenge: undefined },
    { code_challenge_method: undefined },
    { code_challenge_method: "plain" },
    { code_challenge: undefined, code_challenge_method: undefined },
    { code_challenge: "x".repeat(42) },
  ]) {
    assert.equal((await returned(decide(server, person.session, authorizationQuery(client, changed)))).get("error"), "invalid_request");
  }
  const { code, verifier } = await newCode(server, client, person);
  assertFault(await post(server, client, "/token", { grant_type: "authorization_code", code, redirect_uri: METADATA.redirect_uris[0] }), 400, "invalid_request");
  assertFault(await giveCode(server, client, code, "x".repeat(43)), 400, "invalid_grant");
  expectStatus(await giveCode(server, client, code, verifier), 200);
});

test("a code is good once: the second time it ends what it gave", async () => {
  const { code, verifier } = await newCode(server, client, person);
  const tokens = expectStatus(await giveCode(server, client, code, verifier), 200).json;
  assert.ok(await isGood(tokens.access_token));
  assertFault(await giveCode(server, client, code, verifier), 400, "invalid_grant");
  assert.ok(!(await isGood(tokens.access_token)));
  assertFault(await refresh(server, client, tokens.refresh_token), 400, "invalid_grant");
});

test("of ten that come with one code at the same time, one gets tokens at most, and nobody keeps them", async () => {
  const { code, verifier } = await newCode(server, client, person);
  const answers = await Promise.all(Array.from({ length: 10 }, () => giveCode(server, client, code, verifier)));
  const given = answers.filter(({ status }) => status === 200);
  assert.equal(given.length, 1);
  assert.ok(!(await isGood(given[0].json.access_token)));
  const { total } = await server.bindings.DB.prepare("SELECT count(*) AS total FROM oauth_access_token t JOIN oauth_single_use s ON s.sha256 = t.given_for WHERE s.grant_id = (SELECT grant_id FROM oauth_access_token WHERE given_for = ?)")
    .bind(createHash("sha256").update(code).digest("hex"))
    .first();
  assert.equal(total, 1);
});

test("a code is no good after ten minutes, for another client, or with another redirect_uri", async () => {
  const { code, verifier } = await newCode(server, client, person);
  const other = await register(server, { redirect_uris: [...METADATA.redirect_uris, "https://backpack.example/other"] });
  assertFault(await giveCode(server, other, code, verifier), 400, "invalid_grant");
  assertFault(await giveCode(server, client, code, verifier, { redirect_uri: "https://backpack.example/other" }), 400, "invalid_grant");
  await server.bindings.DB.prepare("UPDATE oauth_single_use SET expires_at = expires_at - 600001 WHERE taken_at IS NULL AND kind = 'code'").run();
  assertFault(await giveCode(server, client, code, verifier), 400, "invalid_grant");
});

test("a client proves who it is by its secret, in the header and nowhere else", async () => {
  const { code, verifier } = await newCode(server, client, person);
  const form = { grant_type: "authorization_code", code, redirect_uri: METADATA.redirect_uris[0], code_verifier: verifier };
  for (const headers of [
    {},
    { authorization: basic({ ...client, client_secret: "wrong" }) },
    { authorization: basic({ ...client, client_id: NOTHING }) },
    { authorization: `Bearer ${client.client_secret}` },
  ]) {
    const answer = await server.request("POST", `${SERVER}/token`, { headers, type: "application/x-www-form-urlencoded", body: String(new URLSearchParams(form)) });
    assertFault(answer, 401, "invalid_client");
    assert.match(answer.headers.get("www-authenticate"), /^Basic /);
  }
  assertFault(await post(server, client, "/token", { ...form, client_secret: client.client_secret }), 400, "invalid_request");
  assertFault(await post(server, client, "/token", { ...form, client_id: NOTHING }), 400, "invalid_request");
  assertFault(await post(server, client, "/token", { grant_type: "client_credentials" }), 400, "unsupported_grant_type");
  assertFault(await server.request("POST", `${SERVER}/token`, { headers: { authorization: basic(client) }, json: form }), 415, "invalid_request");
  expectStatus(await post(server, client, "/token", { ...form, client_id: client.client_id }), 200);
});

test("a refresh token is good once, and an old one ends the whole family", async () => {
  const { tokens } = await newGrant(server, { client, person });
  const second = expectStatus(await refresh(server, client, tokens.refresh_token), 200).json;
  assert.notEqual(second.refresh_token, tokens.refresh_token);
  assert.equal(second.scope, EVERYTHING);
  const third = expectStatus(await refresh(server, client, second.refresh_token), 200).json;
  assert.ok(await isGood(third.access_token));
  assertFault(await refresh(server, client, tokens.refresh_token), 400, "invalid_grant");
  for (const { access_token: token } of [tokens, second, third]) assert.ok(!(await isGood(token)));
  assertFault(await refresh(server, client, third.refresh_token), 400, "invalid_grant");
});

test("of ten that come with one refresh token at the same time, one gets tokens at most, and nobody keeps them", async () => {
  const { tokens } = await newGrant(server, { client, person });
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(server, client, tokens.refresh_token)));
  const given = answers.filter(({ status }) => status === 200);
  assert.equal(given.length, 1);
  assert.ok(!(await isGood(given[0].json.access_token)));
});

test("a scope is never widened", async () => {
  const { tokens } = await newGrant(server, { client, person, scope: `${READ} ${READ_PROFILE}` });
  assertFault(await refresh(server, client, tokens.refresh_token, { scope: EVERYTHING }), 400, "invalid_scope");
  const narrow = expectStatus(await refresh(server, client, tokens.refresh_token, { scope: READ }), 200).json;
  assert.equal(narrow.scope, READ);
  assert.equal((await server.request("GET", `${BASE}/profile`, { token: narrow.access_token })).status, 403);
  // RFC 6749 §6: the refresh token stands for what was allowed.
  assert.equal(expectStatus(await refresh(server, client, narrow.refresh_token), 200).json.scope, `${READ} ${READ_PROFILE}`);
  const reader = await register(server, { scope: READ });
  assert.equal((await returned(decide(server, person.session, authorizationQuery(reader, { scope: EVERYTHING })))).get("error"), "invalid_scope");
});

test("tokens of one client are of no use to another", async () => {
  const { tokens } = await newGrant(server, { client, person });
  const other = await register(server);
  assertFault(await refresh(server, other, tokens.refresh_token), 400, "invalid_grant");
  for (const token of [tokens.access_token, tokens.refresh_token]) assertFault(await post(server, other, "/revoke", { token }), 400, "invalid_grant");
  assert.ok(await isGood(tokens.access_token));
  expectStatus(await refresh(server, client, tokens.refresh_token), 200);
});

test("a client that is led to mix two servers up sees by the answer whose it is, and a code of one is nothing to the other", async () => {
  const other = await startWorker({ vars: { PUBLIC_ORIGIN: "https://other.example" } });
  try {
    const issuer = `https://other.example${SERVER}`;
    const theirs = await register(other);
    const { verifier, challenge } = pkce();
    for (const isAllowed of [true, false]) {
      const answer = expectStatus(await decide(server, person.session, authorizationQuery(client, { code_challenge: challenge }), isAllowed), 200);
      const back = new URL(answer.json.location);
      // RFC 9207 §2.4, as a public library does it.
      const response = (expected) => oauth.validateAuthResponse({ issuer: expected, authorization_response_iss_parameter_supported: true }, client, back, "a state");
      assert.throws(() => response(issuer), /unexpected "iss"/);
      if (!isAllowed) continue;
      const code = response(ISSUER).get("code");
      // The client of one is unknown to the other, and its own client there gets nothing for a foreign code.
      assertFault(await giveCode(other, client, code, verifier), 401, "invalid_client");
      assertFault(await giveCode(other, theirs, code, verifier), 400, "invalid_grant");
      const given = expectStatus(await giveCode(server, client, code, verifier), 200).json;
      assertFault(await refresh(other, theirs, given.refresh_token), 400, "invalid_grant");
      assert.equal((await other.request("GET", `${BASE}/profile`, { token: given.access_token })).status, 401);
      assert.equal(await isGood(given.access_token), true);
    }
  } finally {
    await other.close();
  }
});

test("a code is no refresh token, and no token opens what a session opens", async () => {
  const { code, verifier } = await newCode(server, client, person);
  assertFault(await refresh(server, client, code), 400, "invalid_grant");
  const tokens = expectStatus(await giveCode(server, client, code, verifier), 200).json;
  assertFault(await giveCode(server, client, tokens.refresh_token, verifier), 400, "invalid_grant");
  for (const token of [tokens.access_token, tokens.refresh_token]) {
    assert.equal((await server.request("GET", "/api/me/credentials", { token })).status, 401);
    assert.equal((await decide(server, token, authorizationQuery(client))).status, 401);
  }
  for (const token of [person.session, tokens.refresh_token]) assert.ok(!(await isGood(token)));
});

test("what is revoked is good no more, and revoking again is no fault", async () => {
  const { tokens } = await newGrant(server, { client, person });
  expectStatus(await post(server, client, "/revoke", { token: tokens.access_token, token_type_hint: "refresh_token" }), 200);
  assert.ok(!(await isGood(tokens.access_token)));
  const next = expectStatus(await refresh(server, client, tokens.refresh_token), 200).json;
  for (let times = 0; times < 2; times += 1) expectStatus(await post(server, client, "/revoke", { token: next.refresh_token }), 200);
  assert.ok(!(await isGood(next.access_token)));
  assertFault(await refresh(server, client, next.refresh_token), 400, "invalid_grant");
  expectStatus(await post(server, client, "/revoke", { token: "nothing" }), 200);
  assertFault(await post(server, client, "/revoke", {}), 400, "invalid_request");
  assertFault(await post(server, { ...client, client_secret: "wrong" }, "/revoke", { token: next.access_token }), 401, "invalid_client");
});

test("a client that did not register for refresh tokens gets none", async () => {
  const brief = await register(server, { grant_types: ["authorization_code"] });
  const { tokens } = await newGrant(server, { client: brief, person });
  assert.equal(tokens.refresh_token, undefined);
  assertFault(await refresh(server, brief, "x"), 400, "unauthorized_client");
});

test("only a person who is signed in and has proved an address says yes", async () => {
  const query = authorizationQuery(client);
  assert.equal((await decide(server, undefined, query)).status, 401);
  const unproved = await server.signIn();
  const answer = await decide(server, unproved, query);
  assert.equal(answer.status, 403, answer.text);
  // What a form of another page could send carries no session.
  const form = await server.request("POST", `${SERVER}/authorize`, { type: "application/x-www-form-urlencoded", body: `${query}&isAllowed=true` });
  assert.equal(form.status, 401);
});

test("the page stands in no frame, is kept by nobody, and names no other place", async () => {
  const { headers } = await server.request("GET", `${SERVER}/authorize?${authorizationQuery(client)}`);
  assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/);
  assert.equal(headers.get("x-frame-options"), "DENY");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
});

test("a person sees whom they let in, and takes it back", async () => {
  const somebody = await newPerson(server);
  const { tokens, client } = await newGrant(server, { person: somebody });
  const list = async (session) => expectStatus(await server.request("GET", "/api/me/authorizations", { token: session }), 200).json.data;
  const [grant, ...others] = await list(somebody.session);
  assert.deepEqual([grant.client.name, grant.client.host, others], ["Backpack", "backpack.example", []]);
  assert.ok(grant.scopes.includes("credential.readonly"));
  const remove = (session) => server.request("DELETE", `/api/me/authorizations/${grant.id}`, { token: session });
  assert.equal((await remove(person.session)).status, 404);
  assert.equal((await remove(somebody.session)).status, 204);
  assert.ok(!(await isGood(tokens.access_token)));
  assertFault(await refresh(server, client, tokens.refresh_token), 400, "invalid_grant");
  assert.equal((await remove(somebody.session)).status, 404);
  assert.deepEqual(await list(somebody.session), []);
});

test("too many registrations from one address are refused", async () => {
  const limited = await startWorker({ vars: { RATE_LIMITS: "on", RATE_LIMIT_REGISTRATION: "2/3600" } });
  try {
    for (let times = 0; times < 2; times += 1) await register(limited);
    const answer = await limited.request("POST", `${SERVER}/register`, { json: METADATA });
    assertFault(answer, 429, "temporarily_unavailable");
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
  } finally {
    await limited.close();
  }
});
