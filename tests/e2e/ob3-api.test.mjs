// The Open Badges 3.0 API with an access token: credentials and profile, by the paths, scopes and codes of the standard.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { CompactSign, exportJWK, generateKeyPair } from "jose";

import { badge } from "../lib/badges.mjs";
import { issue, keyPair } from "../lib/digitalbazaar.mjs";
import { expectStatus, newOrganization, PUBLIC_ORIGIN, ROOT, startWorker } from "./harness.mjs";
import { BASE, newGrant, newPerson, READ, READ_PROFILE, register, UPDATE_PROFILE, UPSERT } from "./oauth.mjs";

let server;
let organization;
let client;
let issuer;
const TOKEN = readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples/es256.jwt"), "utf8").trim();

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  client = await register(server);
  issuer = await keyPair(randomBytes(32));
});
after(() => server?.close());

const SCOPES = { "GET /credentials": READ, "POST /credentials": UPSERT, "GET /profile": READ_PROFILE, "PUT /profile": UPDATE_PROFILE };

/** Asserts a refusal in the standard's form: exactly its members, and the minor code. */
function assertStatusInfo(answer, status, minor) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get("content-type"), "application/json");
  const { imsx_description: description, ...rest } = answer.json;
  assert.ok(description);
  assert.deepEqual(rest, {
    imsx_codeMajor: "failure",
    imsx_severity: "error",
    imsx_CodeMinor: { imsx_codeMinorField: [{ imsx_codeMinorFieldName: "TargetEndSystem", imsx_codeMinorFieldValue: minor }] },
  });
}

/** A badge that somebody else has signed, as text. */
async function signed(members = {}, by = issuer) {
  const credential = badge(by.did, { id: `urn:uuid:${randomUUID()}`, ...members });
  return JSON.stringify(await issue(credential, by, { created: "2026-01-15T09:00:00Z" }));
}
const upsert = (ask, body, type = "application/vc+ld+json") => ask("POST", "/credentials", { body, type });
const all = async (ask, query = "") => expectStatus(await ask("GET", `/credentials${query}`), 200).json;

test("without a good token there is nothing, and a token without the scope is told which one it needs", async () => {
  for (const [operation, scope] of Object.entries(SCOPES)) {
    const [method, path] = operation.split(" ");
    const body = method === "GET" ? {} : { json: {} };
    const stranger = await server.request(method, `${BASE}${path}`, body);
    assertStatusInfo(stranger, 401, "unauthorizedrequest");
    assert.equal(stranger.headers.get("www-authenticate"), "Bearer");
    const invented = await server.request(method, `${BASE}${path}`, { ...body, token: `aclat_${"x".repeat(43)}` });
    assertStatusInfo(invented, 401, "unauthorizedrequest");
    assert.equal(invented.headers.get("www-authenticate"), 'Bearer error="invalid_token"');
    const others = Object.values(SCOPES).filter((other) => other !== scope).join(" ");
    const { ask } = await newGrant(server, { client, scope: others });
    const refused = await ask(method, path, body);
    assertStatusInfo(refused, 403, "forbidden");
    assert.equal(refused.headers.get("www-authenticate"), `Bearer error="insufficient_scope", scope="${scope}"`);
  }
  const put = await server.request("PUT", `${BASE}/credentials`);
  assertStatusInfo(put, 405, "not_allowed");
});

test("an access token is good for an hour", async () => {
  const { ask, tokens } = await newGrant(server, { client });
  assert.equal(tokens.expires_in, 3600);
  expectStatus(await ask("GET", "/profile"), 200);
  await server.bindings.DB.prepare("UPDATE oauth_access_token SET expires_at = expires_at - 3600000").run();
  assertStatusInfo(await ask("GET", "/profile"), 401, "unauthorizedrequest");
});

test("what was issued here to the person's address is there, as it was signed, and nobody else's", async () => {
  const person = await newPerson(server);
  const issued = expectStatus(await organization.issue({ isPublic: false }, { email: person.email }), 201).json;
  expectStatus(await organization.issue(), 201);
  const { ask } = await newGrant(server, { client, person });
  const answer = expectStatus(await ask("GET", "/credentials"), 200);
  const { json } = answer;
  assert.deepEqual(Object.keys(json), ["credential"]);
  assert.deepEqual(json.credential.map(({ id }) => id), [`${PUBLIC_ORIGIN}/credentials/${issued.id}`]);
  const { text } = await server.request("GET", `/credentials/${issued.id}/ob3`, { token: organization.apiKey });
  assert.ok(answer.text.includes(text));
  assert.equal(answer.headers.get("x-total-count"), "1");
  const { ask: stranger } = await newGrant(server, { client });
  assert.deepEqual(await all(stranger), {});
});

test("pages follow one another by their links", async () => {
  const person = await newPerson(server);
  const { ask } = await newGrant(server, { client, person });
  const ids = [];
  for (let day = 1; day <= 5; day += 1) {
    const text = await signed({ validFrom: `2026-03-0${day}T00:00:00Z` });
    ids.unshift(JSON.parse(text).id);
    expectStatus(await upsert(ask, text), 201);
  }
  const links = ({ headers }) => Object.fromEntries([...headers.get("link").matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, relation]) => [relation, url]));
  const at = (offset) => `${PUBLIC_ORIGIN}${BASE}/credentials?limit=2&offset=${offset}`;
  const first = expectStatus(await ask("GET", "/credentials?limit=2"), 200);
  assert.deepEqual(links(first), { first: at(0), next: at(2), last: at(4) });
  const found = [];
  for (let next = at(0); next; ) {
    const page = expectStatus(await ask("GET", next.slice(`${PUBLIC_ORIGIN}${BASE}`.length)), 200);
    assert.equal(page.headers.get("x-total-count"), "5");
    found.push(...page.json.credential.map(({ id }) => id));
    next = links(page).next;
  }
  assert.deepEqual(found, ids);
  assert.deepEqual(links(await ask("GET", "/credentials?limit=2&offset=2")), { first: at(0), prev: at(0), next: at(4), last: at(4) });
  const since = expectStatus(await ask("GET", `/credentials?since=${encodeURIComponent("2026-03-03T00:00:00Z")}`), 200);
  assert.deepEqual(since.json.credential.map(({ id }) => id), ids.slice(0, 2));
  assert.match(since.headers.get("link"), /since=2026-03-03T00:00:00Z/);
  expectStatus(await ask("GET", "/credentials?limit=100000"), 200);
  for (const query of ["limit=0", "limit=x", "offset=-1", "since=yesterday", "since=2026-03-03T00:00:00", "sinc=x", "limit=1&limit=2"]) {
    assertStatusInfo(await ask("GET", `/credentials?${query}`), 400, "invalid_query_parameter");
  }
});

test("a credential is added byte by byte, and found again", async () => {
  const { ask } = await newGrant(server, { client });
  const text = JSON.stringify(JSON.parse(await signed()), null, 3);
  for (const type of ["application/vc+ld+json", "application/json; charset=utf-8"]) {
    const answer = await upsert(ask, text, type);
    assert.equal(answer.text, text);
    assert.equal(answer.headers.get("content-type"), "application/json");
  }
  const token = expectStatus(await upsert(ask, TOKEN, "text/plain"), 201);
  assert.deepEqual([token.text, token.headers.get("content-type")], [TOKEN, "text/plain"]);
  const found = expectStatus(await ask("GET", "/credentials"), 200);
  assert.ok(found.text.includes(text));
  assert.deepEqual(found.json.compactJwsString, [TOKEN]);
});

test("of equal credentials the newer one wins, in whatever order they come", async () => {
  const { ask } = await newGrant(server, { client });
  const id = `https://elsewhere.example/credentials/${randomUUID()}`;
  const version = (validFrom, written = id) => signed({ id: written, validFrom });
  const newer = await version("2026-03-01T00:00:00Z");
  expectStatus(await upsert(ask, await version("2026-02-01T00:00:00Z")), 201);
  expectStatus(await upsert(ask, newer), 200);
  const older = await upsert(ask, await version("2026-01-01T00:00:00Z"));
  assert.deepEqual([older.status, older.bytes.length], [304, 0]);
  assert.deepEqual((await all(ask)).credential.map(({ validFrom }) => validFrom), ["2026-03-01T00:00:00Z"]);
  // Equal after percent-decoding; of another issuer it is another one.
  expectStatus(await upsert(ask, await version("2026-03-02T00:00:00Z", id.replace("credentials", "%63redentials"))), 200);
  expectStatus(await upsert(ask, await signed({ id }, await keyPair(randomBytes(32)))), 201);
  assert.equal((await all(ask)).credential.length, 2);
  // Another person's are not touched.
  const { ask: other } = await newGrant(server, { client });
  expectStatus(await upsert(other, newer), 201);
});

test("of ten that come at the same time one is kept, and it is the newest", async () => {
  const { ask } = await newGrant(server, { client });
  const id = `urn:uuid:${randomUUID()}`;
  const versions = await Promise.all(Array.from({ length: 10 }, (_, day) => signed({ id, validFrom: `2026-03-1${day}T00:00:00Z` })));
  const statuses = (await Promise.all(versions.map((text) => upsert(ask, text)))).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 1);
  assert.ok(statuses.every((status) => [200, 201, 304].includes(status)), String(statuses));
  assert.deepEqual((await all(ask)).credential.map(({ validFrom }) => validFrom), ["2026-03-19T00:00:00Z"]);
  // What was replaced leaves nothing behind.
  const { keys } = await server.bindings.DOCUMENTS.list({ prefix: "import-text/" });
  const { results } = await server.bindings.DB.prepare("SELECT file_id FROM import").all();
  assert.deepEqual(keys.map(({ name }) => name).toSorted(), results.map(({ file_id: file }) => `import-text/${file}`).toSorted());
});

test("what its issuer did not sign is refused, and nothing of it is kept", async () => {
  const { ask } = await newGrant(server, { client });
  const text = await signed();
  const unsigned = JSON.parse(text);
  delete unsigned.proof;
  const [header, payload, signature] = TOKEN.split(".");
  const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
  for (const [body, type] of [
    [text.replaceAll("Bicycle repair", "Bicycle theft"), undefined],
    [JSON.stringify(unsigned), undefined],
    [text.replace(issuer.did, (await keyPair(randomBytes(32))).did), undefined],
    ["{}", undefined],
    ["[", undefined],
    [`${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`, "text/plain"],
    [`${none}.${payload}.`, "text/plain"],
    [`${none}.${payload}.${signature}`, "text/plain"],
    ["no token", "text/plain"],
    [TOKEN, "application/json"],
    [text, "text/plain"],
  ]) {
    assertStatusInfo(await upsert(ask, body, type), 400, "invalid_data");
  }
  assertStatusInfo(await upsert(ask, text, "application/xml"), 415, "invalid_data");
  assertStatusInfo(await upsert(ask, "x".repeat(6 << 20), "text/plain"), 413, "invalid_data");
  assert.deepEqual(await all(ask), {});
});

test("a token under a key of its own making is nobody's", async () => {
  const { ask } = await newGrant(server, { client });
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const credential = badge("https://college.example/issuers/1", { id: `urn:uuid:${randomUUID()}` });
  const claims = { ...credential, iss: credential.issuer.id, jti: credential.id, nbf: 1768467600, sub: "did:example:somebody" };
  const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "RS256", typ: "JWT", jwk: await exportJWK(publicKey) })
    .sign(privateKey);
  assertStatusInfo(await upsert(ask, token, "text/plain"), 400, "invalid_data");
});

test("a badge of this place is not kept twice", async () => {
  const person = await newPerson(server);
  const { id } = expectStatus(await organization.issue({}, { email: person.email }), 201).json;
  const { text } = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200);
  const { ask } = await newGrant(server, { client, person });
  expectStatus(await upsert(ask, text), 200);
  assert.equal((await all(ask)).credential.length, 1);
  // Somebody else who has the file keeps it as everybody's.
  const { ask: other } = await newGrant(server, { client });
  expectStatus(await upsert(other, text), 201);
});

test("a profile is there from the beginning, and is replaced as a whole", async () => {
  const person = await newPerson(server);
  const { ask } = await newGrant(server, { client, person });
  const before = expectStatus(await ask("GET", "/profile"), 200).json;
  assert.deepEqual([before.id, before.type, before.email], [`urn:uuid:${person.id}`, ["Profile"], person.email]);
  const profile = { "@context": ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"], id: "https://1edtech.org/issuers/cert", type: ["Profile"], name: "Ada", phone: "111-222-3333", more: { x: 1 } };
  assert.deepEqual(expectStatus(await ask("PUT", "/profile", { json: profile }), 200).json, profile);
  assert.deepEqual(expectStatus(await ask("GET", "/profile"), 200).json, profile);
  for (const wrong of [{ ...profile, type: "Person" }, { ...profile, id: "no uri" }, { ...profile, name: 7 }, [], { ...profile, email: "nobody" }]) {
    assertStatusInfo(await ask("PUT", "/profile", { json: wrong }), 400, "invalid_data");
  }
  assertStatusInfo(await ask("PUT", "/profile", { body: '{"id":"urn:x:1","id":"urn:x:2","type":"Profile"}', type: "application/json" }), 400, "invalid_data");
  assertStatusInfo(await ask("PUT", "/profile", { body: "x", type: "text/plain" }), 415, "invalid_data");
  assertStatusInfo(await ask("PUT", "/profile", { json: { ...profile, description: "x".repeat(70_000) } }), 413, "invalid_data");
  assert.deepEqual(expectStatus(await ask("GET", "/profile"), 200).json, profile);
  const { ask: other } = await newGrant(server, { client });
  assert.equal((await other("GET", "/profile")).json.name, undefined);
});

test("a grant that asks too often is refused in the standard's form", async () => {
  const limited = await startWorker({ vars: { RATE_LIMITS: "on", RATE_LIMIT_KEY: "2/60", RATE_LIMIT_SIGN_IN: "30/60" } });
  try {
    const { ask } = await newGrant(limited);
    for (let times = 0; times < 2; times += 1) expectStatus(await ask("GET", "/profile"), 200);
    const answer = await ask("GET", "/profile");
    assertStatusInfo(answer, 429, "server_busy");
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
  } finally {
    await limited.close();
  }
});
