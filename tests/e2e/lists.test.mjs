// Reading credentials back: the list, its pages and filters, and the single item.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, NOTHING, newOrganization, newRecipient, PUBLIC_ORIGIN, startWorker } from "./harness.mjs";
import { assertError, assertMembers, TIME } from "./shapes.mjs";

const ITEM = [
  ...["id", "credentialId", "badgeId", "badgeName", "recipientName", "recipientEmail", "status", "issuanceDate"],
  ...["expirationDate", "claimedAt", "revokedAt", "isPublic", "verificationUrl", "supersedesCredentialId", "supersededByCredentialId"],
];

let server;
let organization;
let timeBound;
/** In the order in which they were issued. */
const issued = [];

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  timeBound = await organization.badge({ name: "For a month", expiresInDays: 30 });
  for (let i = 0; i < 5; i += 1) issued.push(expectStatus(await organization.issue(), 201).json);
  issued.push(expectStatus(await organization.issue({ badgeId: timeBound.id }), 201).json);
});
after(() => server?.close());

const get = (query) => server.request("GET", `/api/v1/credentials${query}`, { token: organization.apiKey });

test("the list has the members of the contract, newest first", async () => {
  const { json } = expectStatus(await get(""), 200);
  assertMembers(json, ["data", "pagination"]);
  assert.deepEqual(json.pagination, { limit: 50, offset: 0, total: issued.length });
  for (const item of json.data) assertMembers(item, ITEM);
  const times = json.data.map(({ issuanceDate }) => Date.parse(issuanceDate));
  assert.deepEqual(times, times.toSorted((a, b) => b - a));
  assert.deepEqual(json.data.map(({ id }) => id).toSorted(), issued.map(({ id }) => id).toSorted());
});

test("an item says the same as the answer to its issuing, and what the list adds", async () => {
  const [first] = issued;
  const item = expectStatus(await get("?limit=100"), 200).json.data.find(({ id }) => id === first.id);
  for (const [member, value] of Object.entries(first)) assert.deepEqual(item[member], value, member);
  assert.equal(item.badgeId, organization.badgeId);
  assert.equal(item.badgeName, "Celestial Navigation");
  assert.equal(item.claimedAt, null);
  assert.equal(item.revokedAt, null);
  assert.equal(item.isPublic, true);
  assert.equal(item.supersededByCredentialId, null);
  assert.match(item.issuanceDate, TIME);
  assert.equal(item.verificationUrl, `${PUBLIC_ORIGIN}/verify/${first.credentialId}`);
});

test("pages follow one another without a gap and without an overlap", async () => {
  const seen = [];
  for (let offset = 0; offset < issued.length; offset += 2) {
    const { json } = expectStatus(await get(`?limit=2&offset=${offset}`), 200);
    assert.deepEqual(json.pagination, { limit: 2, offset, total: issued.length });
    assert.equal(json.data.length, Math.min(2, issued.length - offset));
    seen.push(...json.data.map(({ id }) => id));
  }
  const whole = expectStatus(await get(""), 200).json.data.map(({ id }) => id);
  assert.deepEqual(seen, whole);
});

test("a page beyond the end is empty", async () => {
  const { json } = expectStatus(await get("?offset=1000"), 200);
  assert.deepEqual(json, { data: [], pagination: { limit: 50, offset: 1000, total: issued.length } });
});

test("the bounds of a page are allowed and whatever lies beyond them is refused", async () => {
  for (const query of ["?limit=1", "?limit=100", "?offset=0"]) assert.equal((await get(query)).status, 200, query);
  for (const [query, field] of [
    ["?limit=0", "limit"],
    ["?limit=101", "limit"],
    ["?limit=-1", "limit"],
    ["?limit=1.5", "limit"],
    ["?limit=ten", "limit"],
    ["?limit=", "limit"],
    ["?offset=-1", "offset"],
    ["?offset=x", "offset"],
    ["?offset=99999999999999999999", "offset"],
    ["?limit=1&limit=2", "limit"],
    ["?colour=red", "colour"],
    ["?badgeId=x", "badgeId"],
    ["?status=lost", "status"],
  ]) {
    assertError(await get(query), 400, "VALIDATION_ERROR", field);
  }
});

test("the list is filtered by badge and by status", async () => {
  const ids = async (query) => expectStatus(await get(query), 200).json;
  const bound = await ids(`?badgeId=${timeBound.id}`);
  assert.deepEqual(bound.data.map(({ id }) => id), [issued.at(-1).id]);
  assert.equal(bound.pagination.total, 1);
  assert.equal((await ids("?status=pending")).pagination.total, issued.length);
  for (const status of ["valid", "expired", "revoked"]) assert.equal((await ids(`?status=${status}`)).pagination.total, 0, status);
});

test("every status is found under its name, and under no other", async () => {
  const own = await newOrganization(server);
  const set = async (columns) => {
    const { id } = expectStatus(await own.issue(), 201).json;
    await server.bindings.DB.prepare(`UPDATE credential SET ${columns} WHERE id = ?`).bind(id).run();
    return id;
  };
  const now = Date.now();
  const expected = {
    pending: expectStatus(await own.issue(), 201).json.id,
    valid: await set(`claimed_at = ${now}`),
    expired: await set("valid_from = 1000, valid_until = 2000"),
    revoked: await set(`revoked_at = ${now}, revocation_reason = 'x', claimed_at = ${now}, valid_from = 1000, valid_until = 2000`),
  };
  for (const [status, id] of Object.entries(expected)) {
    const { data } = expectStatus(await server.request("GET", `/api/v1/credentials?status=${status}`, { token: own.apiKey }), 200).json;
    assert.deepEqual(data.map((item) => [item.id, item.status]), [[id, status]]);
  }
});

test("a single credential is the list's item and the signed document exactly as it is published", async () => {
  const [{ id, credentialId }] = issued;
  const answer = expectStatus(await get(`/${id}`), 200);
  assertMembers(answer.json, [...ITEM, "ob3Credential"]);
  const { ob3Credential, ...item } = answer.json;
  assert.deepEqual(item, expectStatus(await get(""), 200).json.data.find((listed) => listed.id === id));
  const published = expectStatus(await server.request("GET", `/credentials/${credentialId}/ob3`), 200).text;
  assert.ok(answer.text.includes(published), "the item holds other bytes than those that are published");
  assert.deepEqual(ob3Credential, JSON.parse(published));
});

test("a single credential is named by its UUID alone", async () => {
  assertError(await get(`/${issued[0].credentialId}`), 400, "VALIDATION_ERROR");
  assertError(await get("/x"), 400, "VALIDATION_ERROR");
  assertError(await get(`/${NOTHING}`), 404, "NOT_FOUND");
});

test("a name with every kind of character comes back as it was given", async () => {
  const name = `Ada "Countess" <b>Lovelace</b> \\ 𝔸 日本 ﷽ O'Neil`;
  const { id } = expectStatus(await organization.issue({}, { ...newRecipient(), name }), 201).json;
  assert.equal(expectStatus(await get(`/${id}`), 200).json.recipientName, name);
});

test("the list is searched by name, address and short id, in any case, and literally", async () => {
  const other = await newOrganization(server);
  const issue = async (recipient) => expectStatus(await other.issue({}, { ...newRecipient(), ...recipient }), 201).json;
  const [grace, percent] = [await issue({ name: "Grace Hopper" }), await issue({ name: "100% _certain_" })];
  const search = async (q, more = "") => {
    const answer = await server.request("GET", `/api/v1/credentials?q=${encodeURIComponent(q)}${more}`, { token: other.apiKey });
    const { data, pagination } = expectStatus(answer, 200).json;
    assert.equal(pagination.total, data.length);
    return data.map(({ id }) => id);
  };
  for (const q of ["grace", "HOPPER", " Hop", grace.recipientEmail, grace.recipientEmail.toUpperCase(), grace.credentialId, grace.credentialId.toLowerCase()]) {
    assert.deepEqual(await search(q), [grace.id], q);
  }
  assert.deepEqual(await search("0% _c"), [percent.id]);
  for (const q of ["%", "_"]) assert.deepEqual(await search(q), [percent.id], q);
  assert.deepEqual(await search("' OR 1=1 --"), []);
  assert.deepEqual(await search("grace", "&status=pending"), [grace.id]);
  assert.deepEqual(await search("grace", `&status=revoked&badgeId=${other.badgeId}`), []);
  for (const q of ["", "%20", "a".repeat(201)]) {
    assertError(await server.request("GET", `/api/v1/credentials?q=${q}`, { token: other.apiKey }), 400, "VALIDATION_ERROR", "q");
  }
});

test("members read badges and credentials by their session, as keys do, and strangers find nothing", async () => {
  const { path, session } = organization;
  const ask = (rest, token = session) => server.request("GET", `${path}${rest}`, { token });
  for (const rest of ["/badges?limit=2", `/badges/${timeBound.id}`, "/credentials?limit=2&status=pending", "/credentials?cursor=&limit=2", `/credentials/${issued[0].id}`]) {
    const byKey = await server.request("GET", `/api/v1${rest}`, { token: organization.apiKey });
    assert.deepEqual(expectStatus(await ask(rest), 200).json, expectStatus(byKey, 200).json, rest);
    assertError(await ask(rest, organization.apiKey), 401, "UNAUTHORIZED");
  }
  const other = await newOrganization(server);
  for (const rest of [`/badges/${timeBound.id}`, `/credentials/${issued[0].id}`]) {
    assertError(await server.request("GET", `${other.path}${rest}`, { token: session }), 404, "NOT_FOUND");
  }
});

test("every list has pages", async () => {
  const { path, session, apiKey } = await newOrganization(server);
  for (const email of ["a@lists.example", "b@lists.example", "c@lists.example"]) {
    expectStatus(await server.request("POST", `${path}/invitations`, { token: session, json: { email, role: "viewer" } }), 201);
    expectStatus(await server.request("POST", "/api/v1/webhooks", { token: apiKey, json: { url: `https://hooks.example/${email[0]}` } }), 201);
    expectStatus(await server.request("POST", `${path}/domains`, { token: session, json: { domain: `${email[0]}.lists.example` } }), 201);
    expectStatus(await server.request("POST", `${path}/api-keys`, { token: session, json: { label: email } }), 201);
    expectStatus(await server.request("POST", `${path}/signing-keys/rotate`, { token: session, json: {} }), 201);
  }
  const lists = ["invitations", "domains", "api-keys", "signing-keys", "members"].map((name) => [`${path}/${name}`, session]);
  for (const [list, token] of [...lists, ["/api/organizations", session], ["/api/me/authorizations", session], ["/api/v1/webhooks", apiKey]]) {
    const page = (query) => server.request("GET", `${list}?${query}`, { token });
    const { data, pagination } = expectStatus(await page(""), 200).json;
    assert.deepEqual(pagination, { limit: 50, offset: 0, total: data.length }, list);
    const second = expectStatus(await page("limit=1&offset=1"), 200).json;
    assert.deepEqual(second, { data: data.slice(1, 2), pagination: { limit: 1, offset: 1, total: data.length } }, list);
    assertError(await page("limit=101"), 400, "VALIDATION_ERROR", "limit");
    assertError(await page("sort=name"), 400, "VALIDATION_ERROR", "sort");
  }
});

test("a list is walked by cursor, each item once, whatever is issued meanwhile", async () => {
  const other = await newOrganization(server);
  const issue = async () => expectStatus(await other.issue({ notify: false }), 201).json.id;
  const ids = [];
  for (let i = 0; i < 7; i += 1) ids.push(await issue());
  const walked = [];
  for (let cursor = ""; cursor !== null; ) {
    const answer = await server.request("GET", `/api/v1/credentials?limit=3&cursor=${cursor}`, { token: other.apiKey });
    const { data, pagination } = expectStatus(answer, 200).json;
    walked.push(...data.map(({ id }) => id));
    assert.ok(Object.hasOwn(pagination, "nextCursor"));
    cursor = pagination.nextCursor;
    await issue();
  }
  for (const id of ids) assert.equal(walked.filter((it) => it === id).length, 1);
  assert.equal(new Set(walked).size, walked.length);
  for (const query of ["cursor=x", "cursor=&offset=1", "cursor=1.x"]) {
    assertError(await server.request("GET", `/api/v1/credentials?${query}`, { token: other.apiKey }), 400, "VALIDATION_ERROR", "cursor");
  }
});
