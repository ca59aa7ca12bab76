// What the database does for each statement of the worker: no table is read from end to end, and what everybody asks for costs
// the same with a thousand credentials and with a hundred thousand.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startFaulty } from "./faulty.mjs";
import { expectStatus, newOrganization, newRecipient } from "./harness.mjs";

const FEW = 1000;
const MANY = 100_000;
const AT_ONCE = 10_000;
const LIMIT = "1000000/60";
let server;
let organization;
let yearly;
/** The credential of which the many are copies, but for who has them and when. */
let sample;

before(async () => {
  // On, so that what is counted is planned and paid for too; none of them is reached.
  server = await startFaulty({ vars: { RATE_LIMITS: "on", RATE_LIMIT_KEY: LIMIT, RATE_LIMIT_ADDRESS: LIMIT, RATE_LIMIT_SIGN_IN: LIMIT } });
  organization = await newOrganization(server);
  yearly = await organization.badge({ name: "Yearly", expiresInDays: 30 });
  expectStatus(await organization.issue(), 201);
  [sample] = await server.sql("SELECT * FROM credential");
  await server.sql("UPDATE credential SET status_index = 131071 WHERE id = ?", sample.id);
});
after(() => server?.close());

const id = "printf('%08x-0000-4000-8000-000000000000', i)";
const numbers = "WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)";

/** Adds recipients and a credential for each, every hundredth revoked, straight into the database. */
async function fill(first, last) {
  const changed = {
    id,
    code: "'CRD-' || printf('%08d', i)",
    recipient_id: id,
    issued_at: "?3 - i * 1000",
    valid_from: "?3 - i * 1000",
    valid_until: "CASE WHEN i % 3 = 0 THEN ?3 + i * 1000 END",
    claimed_at: "CASE WHEN i % 2 = 0 THEN ?3 END",
    revoked_at: "CASE WHEN i % 100 = 0 THEN ?3 END",
    revocation_reason: "CASE WHEN i % 100 = 0 THEN 'x' END",
    status_block_id: "CASE WHEN i < 60000 THEN c.status_block_id END",
    status_index:
      "CASE WHEN i < 60000 AND NOT EXISTS (SELECT 1 FROM credential e WHERE e.status_block_id = c.status_block_id AND e.status_index = i) THEN i END",
    recorded_at: "?3",
  };
  const columns = Object.keys(sample);
  const values = columns.map((column) => changed[column] ?? `c.${column}`).join(", ");
  for (let from = first; from <= last; from += AT_ONCE) {
    const to = Math.min(last, from + AT_ONCE - 1);
    await server.sql(
      `INSERT INTO recipient (id, organization_id, identity_type, identity, created_at)
       ${numbers} SELECT ${id}, ?3, 'email', 'person-' || i || '@many.example', 0 FROM n`,
      ...[from, to, organization.id],
    );
    await server.sql(
      `INSERT INTO credential (${columns}) ${numbers} SELECT ${values} FROM n JOIN credential c ON c.id = ?4`,
      ...[from, to, Date.now() - 1_000_000, sample.id],
    );
  }
}

/** What a request costs: how often the database and KV are asked, by how many statements, and how many rows are read. */
async function cost(method, path, options) {
  const first = server.steps.length;
  expectStatus(await server.request(method, path, options), 200);
  const steps = server.steps.slice(first).filter(({ when }) => when === "after");
  const of = (kind) => steps.filter(({ name }) => name.startsWith(kind));
  const statements = of("d1.").flatMap(({ detail }) => detail).length;
  return { d1: of("d1.").length, statements, kv: of("kv.").length, rows: of("d1.").reduce((sum, { rows }) => sum + rows, 0) };
}

/** Every kind of request that credentials are asked by, and the work that follows it. */
async function everything() {
  const { apiKey: token, session, badgeId, path } = organization;
  const get = (where, options = { token }) => server.request("GET", where, options);
  const post = (where, json, options = { token }) => server.request("POST", where, { json, ...options });
  expectStatus(await post("/api/v1/webhooks", { url: "http://127.0.0.1:9/hook" }), 201);
  const recipient = newRecipient();
  const first = expectStatus(await organization.issue({ badgeId: yearly.id }, recipient), 201).json;
  const second = expectStatus(await organization.issue({ badgeId: yearly.id }, recipient), 201).json;
  const keyed = await server.request("POST", "/api/v1/credentials", { token, json: { badgeId, recipient }, headers: { "idempotency-key": "one" } });
  expectStatus(keyed, 201);
  for (const action of ["suspend", "reinstate", "revoke"]) expectStatus(await post(`/api/v1/credentials/${second.id}/${action}`, { reason: "x" }), 200);
  const queries = ["", "limit=10&offset=20", `badgeId=${badgeId}`, "q=person-77", "cursor=", ...["pending", "valid", "expired", "revoked", "suspended"].map((it) => `status=${it}`)];
  for (const query of queries) expectStatus(await get(`/api/v1/credentials?${query}`), 200);
  const { pagination } = expectStatus(await get("/api/v1/credentials?cursor=&limit=1"), 200).json;
  expectStatus(await get(`/api/v1/credentials?limit=1&cursor=${pagination.nextCursor}`), 200);
  expectStatus(await get(`/api/v1/credentials/${first.id}`), 200);
  const document = expectStatus(await get(`/credentials/${first.id}/ob3`, {}), 200).json;
  for (const { statusListCredential } of document.credentialStatus) expectStatus(await get(new URL(statusListCredential).pathname, {}), 200);
  for (const where of [`/api/verify/${first.id}`, `/api/verify/${first.credentialId}`, `/api/credentials/${first.id}/baked`, `/api/embed/${first.id}`]) {
    expectStatus(await get(where, {}), 200);
  }
  for (const where of ["", "/did.json", "/achievements"]) expectStatus(await get(`/issuers/${organization.slug}${where}`, {}), 200);
  const third = expectStatus(await organization.issue(), 201).json;
  expectStatus(await server.request("DELETE", `${path}/credentials/${third.id}`, { token: session, json: { reason: "x" } }), 200);
  await post(`/api/v1/credentials/${keyed.json.id}/resend`);
  const upload = expectStatus(await post(`/api/v1/credentials/bulk?badgeId=${badgeId}`, [{ recipient: newRecipient() }]), 202).json;
  await server.bring(server.take());
  expectStatus(await get(`/api/v1/jobs/${upload.id}`), 200);
  expectStatus(await get("/api/v1/badges"), 200);
  // The bootstrap owner has proved no address, which is found out by the statement that finds their own credentials.
  await server.request("GET", "/api/me/credentials", { token: session });
  expectStatus(await post(`${path}/recipients/erase`, { email: recipient.email }, { token: session }), 200);
  await server.tick();
}

test("what everybody asks for costs the same, however many credentials there are", { timeout: 300_000 }, async (t) => {
  const { id: credential, credentialId } = expectStatus(await organization.issue(), 201).json;
  const signed = `/credentials/${credential}/ob3`;
  const asked = [[`/api/verify/${credential}`], [`/api/verify/${credentialId}`], [signed], [signed, { headers: { accept: "application/vc+jwt" } }]];
  const costs = async () => {
    const all = [];
    for (const [path, options] of asked) all.push(await cost("GET", path, options));
    return all;
  };
  await fill(1, FEW);
  const few = await costs();
  await fill(FEW + 1, MANY);
  const many = await costs();
  t.diagnostic(JSON.stringify({ few, many }));
  for (const [i, [path]] of asked.entries()) {
    assert.equal(many[i].d1, 1, path);
    // With the request counted against its rate limit.
    assert.equal(many[i].statements, 1, path);
    assert.equal(many[i].kv, 1, path);
    assert.equal(many[i].rows, few[i].rows, path);
    assert.ok(many[i].rows <= 20, `${path} reads ${many[i].rows} rows`);
  }
});

test("no statement reads a table from end to end", { timeout: 300_000 }, async (t) => {
  await everything();
  const sql = new Set(server.steps.filter(({ name, when }) => name.startsWith("d1.") && when === "after").flatMap(({ detail }) => detail));
  assert.ok(sql.size > 60, String(sql.size));
  t.diagnostic(`${sql.size} statements`);
  const found = [];
  for (const statement of sql) {
    const values = Math.max(0, ...[...statement.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)));
    const plan = await server.sql(`EXPLAIN QUERY PLAN ${statement}`, ...Array(values).fill(null));
    for (const { detail } of plan) {
      const [, table] = detail.match(/^SCAN (\w+)(?! VIRTUAL TABLE)/) ?? [];
      // Of an INSERT, SQLite also plans how it would look for rows that name the new one; it does so only where one is missing.
      if (statement.startsWith("INSERT") && !new RegExp(`\\b${table}\\b`).test(statement)) continue;
      if (table && !/VIRTUAL TABLE|CONSTANT ROW|SUBQUERY/.test(detail)) found.push(`${detail}: ${statement.replace(/\s+/g, " ").slice(0, 300)}`);
    }
  }
  assert.deepEqual(found, []);
});
