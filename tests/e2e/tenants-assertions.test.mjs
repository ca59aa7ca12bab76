// Contract B: the assertions of a tenant, listed and as a table.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, newRecipient, startWorker } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { assertMembers, assertRefusal, TIME } from "./shapes.mjs";

const HEADER =
  "assertionId,tenantId,credentialId,badgeTemplateId,badgeTitle,recipientName,recipientIdentity,recipientIdentityType," +
  "issuedAt,expiresAt,claimedAt,revokedAt,state,source,reasonCode,reason,transitionedAt";

let server;
let organization;
const issued = [];

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  for (let i = 0; i < 5; i += 1) issued.push(expectStatus(await organization.issue(), 201).json);
  for (const [i, toState] of ["suspended", "revoked", "expired"].entries()) await move(issued[i].id, toState);
});
after(() => server?.close());

const path = (query = "", tenant = organization.slug) => `/v1/tenants/${tenant}/assertions${query}`;
const list = async (query) => expectStatus(await server.request("GET", path(query), { token: organization.session }), 200).json;
const ledger = (query = "", { token = organization.session, tenant } = {}) =>
  server.request("GET", path(`/ledger-export.csv${query}`, tenant), { token });

async function move(id, toState, members) {
  const json = { toState, reasonCode: "other", ...members };
  expectStatus(await server.request("POST", path(`/${organization.slug}:${id}/lifecycle/transition`), { token: organization.session, json }), 200);
}

/** The cells of a table, by RFC 4180. */
function cells(text) {
  const rows = [[""]];
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const row = rows.at(-1);
    if (isQuoted && text[i] === '"' && text[i + 1] === '"') row[row.length - 1] += text[(i += 1)];
    else if (text[i] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && text[i] === ",") row.push("");
    else if (!isQuoted && text.startsWith("\r\n", i)) rows.push([""]), (i += 1);
    else row[row.length - 1] += text[i];
  }
  assert.deepEqual(rows.pop(), [""], "the last line ends");
  return rows;
}

test("assertions are listed with where each stands", async () => {
  const answer = expectStatus(await server.request("GET", path(), { token: organization.session }), 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const { assertions, ...rest } = answer.json;
  assert.deepEqual(rest, { tenantId: organization.slug, count: 5, total: 5, nextCursor: null });
  const active = issued[4];
  const item = assertions.find(({ publicId }) => publicId === active.credentialId);
  assertMembers(item, [
    "assertionId", "tenantId", "publicId", "badgeTemplateId", "badgeTitle", "badgeImageUri", "recipientIdentity", "recipientIdentityType",
    "issuedAt", "expiresAt", "revokedAt", "state", "source", "reasonCode", "reason", "transitionedAt",
  ]);
  assert.match(item.badgeImageUri, /^https:\/\/badges\.example\/images\//);
  assert.deepEqual({ ...item, badgeImageUri: null }, {
    assertionId: `${organization.slug}:${active.id}`,
    tenantId: organization.slug,
    publicId: active.credentialId,
    badgeTemplateId: "celestial-navigation",
    badgeTitle: "Celestial Navigation",
    badgeImageUri: null,
    recipientIdentity: active.recipientEmail,
    recipientIdentityType: "email",
    issuedAt: active.issuanceDate,
    expiresAt: null,
    revokedAt: null,
    state: "active",
    source: "default_active",
    reasonCode: null,
    reason: null,
    transitionedAt: active.issuanceDate,
  });
  const revoked = assertions.find(({ publicId }) => publicId === issued[1].credentialId);
  assert.deepEqual([revoked.state, revoked.source, revoked.reasonCode], ["revoked", "lifecycle_event", "other"]);
  assert.match(revoked.revokedAt, TIME);
});

test("assertions are listed by state and by badge", async () => {
  const ids = async (query) => (await list(query)).assertions.map(({ publicId }) => publicId).sort();
  const codes = (...which) => which.map((i) => issued[i].credentialId).sort();
  assert.deepEqual(await ids("?state=suspended"), codes(0));
  assert.deepEqual(await ids("?state=revoked"), codes(1));
  assert.deepEqual(await ids("?state=expired"), codes(2));
  assert.deepEqual(await ids("?state=active"), codes(3, 4));
  for (const badge of ["celestial-navigation", organization.badgeId]) assert.equal((await list(`?badgeTemplateId=${badge}`)).total, 5);
  assert.equal((await list("?badgeTemplateId=another")).total, 0);
});

test("what is over and not written down yet is listed as expired", async () => {
  const { id, credentialId } = expectStatus(await organization.issue({ validUntil: new Date(Date.now() + 86_400_000).toISOString() }), 201).json;
  await server.bindings.DB.prepare("UPDATE credential SET valid_from = 1000, valid_until = 2000 WHERE id = ?").bind(id).run();
  const { assertions } = await list("?state=expired");
  const item = assertions.find(({ publicId }) => publicId === credentialId);
  assert.deepEqual([item.source, item.reasonCode, item.transitionedAt], ["lifecycle_event", "credential_expired", "1970-01-01T00:00:02.000Z"]);
  await server.bindings.DB.prepare("DELETE FROM mail WHERE credential_id = ?").bind(id).run();
  await server.bindings.DB.prepare("DELETE FROM credential WHERE id = ?").bind(id).run();
});

test("the list is walked by offset and by cursor", async () => {
  const whole = (await list("?limit=100")).assertions.map(({ assertionId }) => assertionId);
  const byOffset = [];
  for (let offset = 0; offset < 5; offset += 2) byOffset.push(...(await list(`?limit=2&offset=${offset}`)).assertions);
  assert.deepEqual(byOffset.map(({ assertionId }) => assertionId), whole);
  const byCursor = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await list(`?limit=2&cursor=${cursor}`);
    assert.equal(page.total, 5);
    byCursor.push(...page.assertions);
    cursor = page.nextCursor;
  }
  assert.deepEqual(byCursor.map(({ assertionId }) => assertionId), whole);
});

for (const [query, field] of [
  ["?limit=0", "limit"],
  ["?limit=101", "limit"],
  ["?offset=-1", "offset"],
  ["?cursor=x", "cursor"],
  ["?state=paused", "state"],
  ["?badgeTemplateId=", "badgeTemplateId"],
  ["?sort=name", "sort"],
]) {
  test(`a list with ${query} is refused and named`, async () => {
    assertRefusal(await server.request("GET", path(query), { token: organization.session }), 400, [field]);
  });
}

test("the ledger is a table of every assertion, in UTF-8", async () => {
  const answer = expectStatus(await ledger(), 200);
  assert.equal(answer.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const day = new Date().toISOString().slice(0, 10);
  assert.equal(answer.headers.get("content-disposition"), `attachment; filename="issued-badge-ledger-${organization.slug}-${day}.csv"`);
  assert.deepEqual([...answer.bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  const [header, ...rows] = cells(answer.text);
  assert.equal(header.join(), HEADER);
  const listed = (await list("?limit=100")).assertions;
  assert.equal(rows.length, listed.length);
  for (const [i, row] of rows.entries()) {
    const item = listed[i];
    const shown = Object.fromEntries(header.map((name, at) => [name, row[at]]));
    for (const name of ["assertionId", "tenantId", "badgeTemplateId", "badgeTitle", "recipientIdentity", "issuedAt", "state", "source", "transitionedAt"]) {
      assert.equal(shown[name], item[name], name);
    }
    assert.deepEqual([shown.credentialId, shown.recipientName, shown.revokedAt], [item.publicId, "Ada Lovelace", item.revokedAt ?? ""]);
  }
  assert.equal(cells(expectStatus(await ledger("?state=suspended"), 200).text).length, 2);
  assertRefusal(await ledger("?state=paused"), 400, ["state"]);
  assertRefusal(await ledger("?limit=5"), 400, ["limit"]);
});

test("no cell of the ledger is a formula", async () => {
  const other = await newOrganization(server, { name: "Formulas" });
  const names = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("https://evil.example","x")', "Zoë, \"the first\"", "岡本"];
  for (const name of names) expectStatus(await other.issue({}, { name }), 201);
  const answer = expectStatus(await ledger("", { token: other.session, tenant: other.slug }), 200);
  const shown = cells(answer.text).slice(1).map((row) => row[5]);
  const guarded = names.map((name) => (/^[=+@-]/.test(name) ? `'${name}` : name));
  assert.deepEqual(shown.sort(), guarded.sort());
});

test("five thousand rows are sent as they are read", async () => {
  const other = await newOrganization(server, { name: "Many" });
  const { id } = expectStatus(await other.issue(), 201).json;
  const many = 5000;
  const number = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${many})`;
  const uuid = (mark) => `printf('${mark}0000000-0000-4000-8000-%012d', i)`;
  const { DB } = server.bindings;
  await DB.prepare(`INSERT INTO recipient (id, organization_id, identity_type, identity, created_at) ${number} SELECT ${uuid("a")}, ?, 'email', 'r' || i || '@many.example', 1 FROM n`).bind(other.id).run();
  const columns = (await DB.prepare("SELECT name FROM pragma_table_info('credential')").all()).results.map(({ name }) => name);
  const values = columns.map((name) => ({ id: uuid("b"), code: "printf('CRD-%08d', i)", recipient_id: uuid("a"), issued_at: "c.issued_at - i / 7 * 1000", status_block_id: "NULL", status_index: "NULL" })[name] ?? `c.${name}`);
  await DB.prepare(`INSERT INTO credential (${columns}) ${number} SELECT ${values} FROM n JOIN credential c ON c.id = ?`).bind(id).run();

  const response = await fetch(new URL(path("/ledger-export.csv", other.slug), server.url), { headers: { authorization: `Bearer ${other.session}` } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-length"), null);
  const chunks = [];
  for await (const chunk of response.body) chunks.push(chunk);
  assert.ok(chunks.length > 1);
  const rows = cells(new TextDecoder().decode(Buffer.concat(chunks))).slice(1);
  assert.equal(rows.length, many + 1);
  assert.equal(new Set(rows.map(([assertion]) => assertion)).size, many + 1);
  const times = rows.map((row) => row[8]);
  assert.deepEqual(times, [...times].sort().reverse());
});

test("who may not, sees nothing", async () => {
  const other = await newOrganization(server);
  const email = newRecipient().email;
  const { token } = await signInByMail(server, email);
  const both = async (status, by, tenant = organization.slug) => {
    assertRefusal(await server.request("GET", path("", tenant), { token: by }), status);
    assertRefusal(await ledger("", { token: by, tenant }), status);
  };
  await both(401, "");
  await both(401, organization.apiKey);
  await both(404, token);
  await both(404, organization.session, "nobody");
  const invited = await server.request("POST", `${organization.path}/invitations`, { token: organization.session, json: { email, role: "viewer" } });
  expectStatus(await server.request("POST", `/api/invitations/${expectStatus(invited, 201).json.id}/accept`, { token }), 200);
  await both(403, token);
  assert.equal((await list("")).assertions.some(({ tenantId }) => tenantId === other.slug), false);
});

test("of an erased recipient neither name nor address is told", async () => {
  const { id, recipientEmail } = expectStatus(await organization.issue({}, { name: "Erasmus" }), 201).json;
  expectStatus(await server.request("POST", `${organization.path}/recipients/erase`, { token: organization.session, json: { email: recipientEmail } }), 200);
  const item = (await list("?limit=100")).assertions.find(({ assertionId }) => assertionId.endsWith(id));
  assert.equal(item.recipientIdentity, null);
  const answer = expectStatus(await ledger(), 200).text;
  assert.ok(answer.includes(id) && !answer.includes(recipientEmail) && !answer.includes("Erasmus"));
});
