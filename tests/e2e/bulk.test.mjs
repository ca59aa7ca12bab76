// Issuing to many at once: what comes in, what becomes of each row, and that none is lost or issued twice.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { expectStatus, newOrganization, newRecipient, NOTHING, serverWithOrganization } from "./harness.mjs";
import { assertError, assertMembers, TIME, UUID } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const address = () => `b-${randomBytes(5).toString("hex")}@bulk.example`;
const upload = (body, { type = "application/json", token = organization.apiKey, headers, query = "" } = {}) =>
  server.request("POST", `/api/v1/credentials/bulk${query}`, { token, body: typeof body === "string" ? body : JSON.stringify(body), type, headers });
const csv = (body, options) => upload(body, { type: "text/csv", query: `?badgeId=${organization.badgeId}`, ...options });
const job = (id, query = "", token = organization.apiKey) => server.request("GET", `/api/v1/jobs/${id}${query}`, { token });
const item = (members = {}, recipient = {}) => ({ badgeId: organization.badgeId, notify: false, recipient: { name: "Ada", email: address(), ...recipient }, ...members });
const count = async (badge) => (await server.bindings.DB.prepare("SELECT count(*) AS n FROM credential WHERE badge_id = ?").bind(badge).first()).n;

async function completed(id, patienceSeconds = 60, token = organization.apiKey) {
  for (const patience = Date.now() + patienceSeconds * 1000; ; await sleep(200)) {
    const { json } = expectStatus(await job(id, "", token), 200);
    if (json.status === "completed") return json;
    if (Date.now() > patience) throw new Error(`the job did not end: ${JSON.stringify(json.counts)}`);
  }
}

test("a list of requests is issued, and every row says what became of it", async () => {
  const yearly = await organization.badge({ name: "Yearly", expiresInDays: 365 });
  const [held, renewed] = [newRecipient(), newRecipient()];
  expectStatus(await organization.issue({}, held), 201);
  expectStatus(await organization.issue({ badgeId: yearly.id }, renewed), 201);
  const rows = [
    item(),
    item({}, held),
    item({ badgeId: yearly.id }, renewed),
    item({}, { email: "nobody" }),
    item({ badgeId: NOTHING }),
    item({ colour: "red" }),
    "not a request",
  ];
  const { json } = expectStatus(await upload(rows), 202);
  assertMembers(json, ["id", "status", "total", "createdAt", "url"]);
  assert.match(json.id, UUID);
  assert.match(json.createdAt, TIME);
  assert.deepEqual([json.status, json.total], ["running", 7]);
  const done = await completed(json.id);
  assertMembers(done, ["id", "status", "createdAt", "completedAt", "counts", "rows"]);
  assert.match(done.completedAt, TIME);
  assert.deepEqual(done.counts, { total: 7, waiting: 0, issued: 1, renewed: 1, skipped: 1, failed: 4 });
  const { data } = done.rows;
  assert.deepEqual(data.map(({ row }) => row), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(data.map(({ state }) => state), ["issued", "skipped", "renewed", "failed", "failed", "failed", "failed"]);
  assertMembers(data[0], ["row", "name", "email", "state", "reason", "credentialId"]);
  assert.deepEqual([data[0].email, data[0].name], [rows[0].recipient.email, "Ada"]);
  assert.match(data[1].reason, /already|active/);
  assert.match(data[3].reason, /recipient\.email/);
  assert.match(data[4].reason, /badge not found/);
  assert.match(data[5].reason, /colour/);
  const credential = expectStatus(await server.request("GET", `/api/v1/credentials/${data[0].credentialId}`, { token: organization.apiKey }), 200).json;
  assert.equal(credential.recipientEmail, rows[0].recipient.email);
  const verified = expectStatus(await server.request("GET", `/api/verify/${data[2].credentialId}`), 200).json;
  assert.equal(verified.verification.signatureValid, true);
  const page = expectStatus(await job(json.id, "?state=failed&limit=1&offset=1"), 200).json;
  assert.deepEqual(page.rows.data.map(({ row }) => row), [5]);
  assert.equal(page.rows.pagination.total, 4);
});

test("a table is issued as spreadsheets write it", async () => {
  const [a, b] = [address(), address()];
  const text = `\ufeffName,Email,narrative,isPublic\r\n"Doe, ""Jane""",${a},"two\nlines",false\r\n\r\nLi,${b},,\r\n`;
  const { json } = expectStatus(await csv(text), 202);
  const done = await completed(json.id);
  assert.deepEqual(done.counts, { total: 2, waiting: 0, issued: 2, renewed: 0, skipped: 0, failed: 0 });
  const [first, second] = done.rows.data;
  assert.deepEqual([first.name, first.email, second.name], ['Doe, "Jane"', a, "Li"]);
  assertError(await server.request("GET", `/credentials/${first.credentialId}/ob3`), 403, "FORBIDDEN");
  assert.equal((await server.request("GET", `/credentials/${second.credentialId}/ob3`)).status, 200);
});

for (const [what, body, type, field] of [
  ["no list", "{}", "application/json", "body"],
  ["a list that breaks off", '[{"a":1},', "application/json", "body"],
  ["an empty list", "[]", "application/json", "body"],
  ["a member that is given twice", '[{"a":1,"a":2}]', "application/json", "body"],
  ["an empty table", "", "text/csv", "body"],
  ["a table without addresses", "name\nx\n", "text/csv", "email"],
  ["a column that is not known", "name,email,colour\nx,a@b.example,red\n", "text/csv", "colour"],
  ["a line that is too short", "name,email\nx\n", "text/csv", "body"],
  ["a quotation mark that is not closed", 'name,email\n"x,a@b.example\n', "text/csv", "body"],
]) {
  test(`${what} is refused whole`, async () => {
    const query = type === "text/csv" ? `?badgeId=${organization.badgeId}` : "";
    assertError(await upload(body, { type, query }), 400, "VALIDATION_ERROR", field);
    const { n } = await server.bindings.DB.prepare("SELECT count(*) AS n FROM job WHERE total IS NULL").first();
    assert.equal(n, 0);
  });
}

test("an upload that could issue nothing is refused at once", async () => {
  const table = "name,email\nAda,ada@bulk.example\n";
  assertError(await upload(table, { type: "text/csv" }), 400, "VALIDATION_ERROR", "badgeId");
  assertError(await csv(table, { query: `?badgeId=${NOTHING}` }), 404, "NOT_FOUND");
  const other = await newOrganization(server);
  assertError(await csv(table, { query: `?badgeId=${other.badgeId}` }), 404, "NOT_FOUND");
  const retired = await organization.badge({ name: "Retired" });
  const patch = await server.request("PATCH", `/api/v1/badges/${retired.id}`, { token: organization.apiKey, json: { isActive: false } });
  expectStatus(patch, 200);
  assertError(await csv(table, { query: `?badgeId=${retired.id}` }), 409, "CONFLICT");
  assert.equal((await server.bindings.DB.prepare("SELECT count(*) AS n FROM job WHERE total IS NULL").first()).n, 0);
  const { json } = expectStatus(await upload(`badgeId,${table.replace("Ada", `${organization.badgeId},Ada`)}`, { type: "text/csv" }), 202);
  assert.equal((await completed(json.id)).counts.issued, 1);
});

test("a list may hold rows as a table has them: a name, an address, and the upload's badge", async () => {
  const rows = [{ name: "Ada", email: address(), notify: false }, { name: "Li", email: address(), isPublic: false }, { name: "Nobody" }];
  const { json } = expectStatus(await upload(rows, { query: `?badgeId=${organization.badgeId}` }), 202);
  const done = await completed(json.id);
  assert.deepEqual(done.rows.data.map(({ state }) => state), ["issued", "issued", "failed"]);
  assert.match(done.rows.data[2].reason, /recipient\.email/);
  assert.deepEqual(done.rows.data.slice(0, 2).map(({ name, email }) => ({ name, email })), rows.slice(0, 2).map(({ name, email }) => ({ name, email })));
  assertError(await server.request("GET", `/credentials/${done.rows.data[1].credentialId}/ob3`), 403, "FORBIDDEN");
});

test("what was good before the fault is not issued either", async () => {
  const before = await count(organization.badgeId);
  const rows = Array.from({ length: 600 }, () => JSON.stringify(item()));
  assertError(await upload(`[${rows.join(",")},{]`), 400, "VALIDATION_ERROR", "body");
  await sleep(1500);
  assert.equal(await count(organization.badgeId), before);
});

test("long rows are as good as short ones", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => item({ narrative: `${i} ${"long ".repeat(790)}`, evidence: Array.from({ length: 10 }, () => ({ narrative: "evidence ".repeat(440) })) }));
  const { json } = expectStatus(await upload(rows), 202);
  const done = await completed(json.id);
  assert.equal(done.counts.issued, 60);
  const { credentialId } = done.rows.data[42];
  const { credentialSubject } = expectStatus(await server.request("GET", `/credentials/${credentialId}/ob3`), 200).json;
  assert.match(credentialSubject.narrative, /^42 /);
});

test("too many rows, too many bytes and another type are refused", async () => {
  const rows = (n) => `name,email\n${"a,a@b.example\n".repeat(n)}`;
  assertError(await csv(rows(10_001)), 400, "VALIDATION_ERROR", "body");
  assertError(await csv(`name,email\n${`${"a".repeat(1000)},a@b.example\n`.repeat(17_000)}`), 400, "VALIDATION_ERROR", "body");
  assertError(await upload(" ".repeat((16 << 20) + 1)), 413, "PAYLOAD_TOO_LARGE");
  assertError(await upload("x", { type: "application/xml" }), 415, "UNSUPPORTED_MEDIA_TYPE");
  assertError(await upload([item()], { query: "?badgeId=x" }), 400, "VALIDATION_ERROR", "badgeId");
});

test("an upload that is repeated under its key is issued once", async () => {
  const badge = await organization.badge({ name: "Once", expiresInDays: 30 });
  const body = JSON.stringify(Array.from({ length: 30 }, () => item({ badgeId: badge.id })));
  const headers = { "idempotency-key": "bulk-once" };
  const answers = await Promise.all([upload(body, { headers }), upload(body, { headers }), upload(body, { headers })]);
  for (const { status, json } of answers) assert.deepEqual([status, json.id], [202, answers[0].json.id]);
  assertError(await upload([item()], { headers }), 409, "CONFLICT");
  const done = await completed(answers[0].json.id);
  assert.equal(done.counts.issued, 30);
  assert.equal(await count(badge.id), 30);
});

test("messages that the queue brings twice, or at the same time, issue each row once", async () => {
  const badge = await organization.badge({ name: "Redelivered", expiresInDays: 30 });
  const { json } = expectStatus(await upload(Array.from({ length: 20 }, () => item({ badgeId: badge.id }))), 202);
  const again = () => Promise.all([1, 11, 1, 11].map((first) => server.bindings.JOBS.send(JSON.stringify({ job: "rows", id: json.id, first }))));
  await again();
  const done = await completed(json.id);
  await again();
  await sleep(2500);
  assert.deepEqual(done.counts, { total: 20, waiting: 0, issued: 20, renewed: 0, skipped: 0, failed: 0 });
  assert.equal(await count(badge.id), 20);
});

test("rows whose message was lost are taken up by the clock", async () => {
  const badge = await organization.badge({ name: "Lost", expiresInDays: 30 });
  const { json } = expectStatus(await upload([item({ badgeId: badge.id }), item({ badgeId: badge.id })]), 202);
  await completed(json.id);
  // As it is when a worker dies after a row was issued and before that was written down, and the message with it.
  await server.bindings.DB.prepare("UPDATE job SET completed_at = NULL, next_sweep_at = 1 WHERE id = ?").bind(json.id).run();
  const lost = JSON.stringify(item({ badgeId: badge.id }));
  await server.bindings.DB.prepare("UPDATE job_row SET state = 'waiting', credential_id = NULL, request = ? WHERE job_id = ? AND number = 2").bind(lost, json.id).run();
  await server.bindings.DB.prepare("DELETE FROM idempotency WHERE key = ?").bind(`job\n${json.id}\n2`).run();
  await server.harness.getWorker().scheduled({ cron: "*/5 * * * *" });
  const done = await completed(json.id);
  assert.equal(done.counts.issued, 2);
  assert.equal(await count(badge.id), 3);
});

test("the end of an upload is told, once", async () => {
  const other = await newOrganization(server);
  const { id: hook } = expectStatus(
    await server.request("POST", "/api/v1/webhooks", { token: other.apiKey, json: { url: "https://hooks.accolade.example/", events: ["bulk_issuance.completed"] } }),
    201,
  ).json;
  const rows = Array.from({ length: 25 }, () => item({ badgeId: other.badgeId }));
  const { json } = expectStatus(await upload(rows, { token: other.apiKey }), 202);
  await completed(json.id, 60, other.apiKey);
  const { results } = await server.bindings.DB.prepare("SELECT e.* FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id WHERE d.webhook_id = ?").bind(hook).all();
  assert.equal(results.length, 1);
  assert.equal(results[0].type, "bulk_issuance.completed");
  assert.deepEqual(JSON.parse(results[0].data), { jobId: json.id });
});

test("jobs are the business of their own organization, and of keys that may issue", async () => {
  const { json } = expectStatus(await upload([item()]), 202);
  const other = await newOrganization(server);
  assertError(await job(json.id, "", other.apiKey), 404, "NOT_FOUND");
  assertError(await job(NOTHING), 404, "NOT_FOUND");
  assertError(await job("x"), 400, "VALIDATION_ERROR", "jobId");
  assertError(await job(json.id, "?state=lost"), 400, "VALIDATION_ERROR", "state");
  const key = await server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "reads badges", scopes: ["badges.read"] } });
  const { apiKey } = expectStatus(key, 201).json;
  assertError(await upload([item()], { token: apiKey }), 403, "FORBIDDEN");
  assertError(await job(json.id, "", apiKey), 403, "FORBIDDEN");
  await completed(json.id);
});

// All ten thousand take minutes: BULK_ROWS=10000 runs them to their end.
const ROWS = Number(process.env.BULK_ROWS ?? 1000);

test("ten thousand rows in one upload are received", async () => {
  const other = await newOrganization(server);
  const lines = Array.from({ length: 10_000 }, (_, i) => `Person ${i},p${i}@bulk.example,${NOTHING}`);
  const { json } = expectStatus(await csv(`name,email,badgeId\n${lines.join("\n")}`, { token: other.apiKey, query: "" }), 202);
  assert.equal(json.total, 10_000);
  const { counts, rows } = expectStatus(await job(json.id, "?limit=1&offset=9999", other.apiKey), 200).json;
  assert.equal(counts.total, 10_000);
  assert.equal(rows.data[0].email, "p9999@bulk.example");
  await server.bindings.DB.prepare("DELETE FROM job WHERE id = ?").bind(json.id).run();
});

test(`${ROWS} rows in one upload come to their end`, { timeout: 400_000 }, async (t) => {
  // Each person fifty times: the quota of a month is smaller than the largest upload.
  const people = Array.from({ length: ROWS / 50 }, () => address());
  const badge = await organization.badge({ name: "Ten thousand" });
  const lines = Array.from({ length: ROWS }, (_, i) => `Person ${i},${people[i % people.length]}`);
  await server.request("PATCH", organization.path, { token: organization.session, json: { settings: { notifications: false } } });
  const begun = Date.now();
  const { json } = expectStatus(await csv(`name,email\n${lines.join("\n")}`, { query: `?badgeId=${badge.id}` }), 202);
  t.diagnostic(`received after ${Date.now() - begun} ms`);
  assert.equal(json.total, ROWS);
  const done = await completed(json.id, 360);
  t.diagnostic(`done after ${Date.now() - begun} ms`);
  assert.deepEqual(done.counts, { total: ROWS, waiting: 0, issued: people.length, renewed: 0, skipped: ROWS - people.length, failed: 0 });
  assert.equal(await count(badge.id), people.length);
});
