// Contract B's queue: what is accepted, what is refused, and what becomes of it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { expectStatus, newOrganization, newRecipient, NOTHING, PUBLIC_ORIGIN, serverWithOrganization, startWorker } from "./harness.mjs";
import { mailTo, mailsTo } from "./mail.mjs";
import { job, reached, uuidOf } from "./queue.mjs";
import { assertMembers, assertRefusal, TIME, UUID } from "./shapes.mjs";
import { fetchFrom, published } from "./status.mjs";

const { verify } = await import(installPackage().entry);
const run = promisify(execFile);

const { server, organization } = await serverWithOrganization();

const newKey = () => `key-${randomBytes(8).toString("hex")}`;
const sql = (text, ...values) => server.bindings.DB.prepare(text).bind(...values);
const post = (path, json, { apiKey } = organization) => server.request("POST", path, { headers: { "x-api-key": apiKey }, json });
const issueBody = (members = {}, owner = organization) => ({
  tenantId: owner.slug,
  badgeTemplateId: owner.badgeId,
  recipientIdentity: newRecipient().email,
  recipientIdentityType: "email",
  idempotencyKey: newKey(),
  ...members,
});
const issue = (members, owner = organization) => post("/v1/programmatic/issue", issueBody(members, owner), owner);
const revokeBody = (assertionId, members = {}) => ({ tenantId: organization.slug, assertionId, reason: "after review", idempotencyKey: newKey(), ...members });
const revoke = (assertionId, members) => post("/v1/programmatic/revoke", revokeBody(assertionId, members));
const issued = async (members, owner = organization) => {
  const { json } = expectStatus(await issue(members, owner), 202);
  const done = await reached(server, owner, json.idempotencyKey);
  assert.equal(done.state, "completed", JSON.stringify(done));
  return json;
};
const signed = async (assertionId) => expectStatus(await server.request("GET", `/credentials/${uuidOf(assertionId)}/ob3`), 200);
const shown = async (assertionId, owner = organization) =>
  expectStatus(await server.request("GET", `/api/v1/credentials/${uuidOf(assertionId)}`, { token: owner.apiKey }), 200).json;
const verified = async (assertionId, options = {}) => verify((await signed(assertionId)).text, { fetch: fetchFrom(server, PUBLIC_ORIGIN), ...options });
const newApiKey = async (json) =>
  expectStatus(await server.request("POST", `/v1/tenants/${organization.slug}/api-keys`, { token: organization.session, json }), 201).json;

test("the seed's own requests run as they are written, with host, tenant and ids changed", async () => {
  const seed = readFileSync(new URL("./examples/programmatic.sh", import.meta.url), "utf8");
  const at = async (values) => {
    const command = Object.entries(values).reduce((text, [from, to]) => text.replaceAll(from, to), seed.split("\n\n")[values.number].trim());
    const { stdout } = await run("bash", ["-c", command], { env: { ...process.env, CREDTRAIL_API_KEY: organization.apiKey } });
    return JSON.parse(stdout);
  };
  const changed = { "https://credtrail.org": new URL(server.url).origin, tenant_example: organization.slug, badge_template_sakai_commits: organization.badgeId };
  const queued = await at({ number: 1, ...changed });
  const idempotencyKey = `sis-issue-${organization.slug}-12345678-20260307`;
  assert.deepEqual({ ...queued, assertionId: "" }, { status: "queued", channel: "programmatic_api_key", jobType: "issue_badge", assertionId: "", idempotencyKey });
  assert.match(uuidOf(queued.assertionId), UUID);
  assert.equal(queued.assertionId, `${organization.slug}:${uuidOf(queued.assertionId)}`);
  assert.equal((await reached(server, organization, idempotencyKey)).state, "completed");
  assert.equal((await signed(queued.assertionId)).json.credentialSubject.achievement.name, "Celestial Navigation");

  const revoking = await at({ number: 2, "tenant_example:7df18c9c-1d19-42d7-9aa7-bd17e6d3cf74": queued.assertionId, ...changed });
  const revokingKey = `sis-revoke-${organization.slug}-12345678-20260307`;
  const { revocationId, ...rest } = revoking;
  assert.deepEqual(rest, { status: "queued", channel: "programmatic_api_key", jobType: "revoke_badge", assertionId: queued.assertionId, idempotencyKey: revokingKey });
  assert.ok(revocationId.startsWith(`${organization.slug}:`) && UUID.test(uuidOf(revocationId)));
  assert.equal((await reached(server, organization, revokingKey)).state, "completed");
  assert.deepEqual(await published(server, uuidOf(queued.assertionId)), { revoked: true, suspended: false });
});

test("what is issued is stored under the assertionId of the 202, and verifies", async () => {
  const { assertionId } = await issued();
  assert.equal((await signed(assertionId)).json.id, `${PUBLIC_ORIGIN}/credentials/${uuidOf(assertionId)}`);
  const report = await verified(assertionId);
  assert.deepEqual([report.outcome, report.code], ["verified", "verified"]);
  const { verification } = expectStatus(await server.request("GET", `/api/verify/${uuidOf(assertionId)}`), 200).json;
  assert.deepEqual([verification.signatureValid, verification.notRevoked], [true, true]);
});

test("an accepted revocation is published in the status list", async () => {
  const { assertionId } = await issued();
  const { json } = expectStatus(await revoke(assertionId), 202);
  const done = await reached(server, organization, json.idempotencyKey);
  // It names this revocation, under which its job is found, and nothing else.
  assert.deepEqual([done.state, done.revocationId], ["completed", json.revocationId]);
  const again = expectStatus(await revoke(assertionId), 202).json;
  assert.equal(new Set([assertionId, json.revocationId, again.revocationId]).size, 3);
  assert.equal((await reached(server, organization, again.idempotencyKey)).revocationId, again.revocationId);
  assert.equal((await shown(assertionId)).status, "revoked");
  const report = await verified(assertionId);
  assert.deepEqual([report.outcome, report.code], ["rejected", "revoked"]);
});

test("tenant and badge are named by their text ids or their UUIDs", async () => {
  const badge = await organization.badge({ name: "By Slug" });
  for (const [tenantId, badgeTemplateId] of [[organization.slug, badge.slug], [organization.id, badge.id.toUpperCase()]]) {
    const { assertionId } = await issued({ tenantId, badgeTemplateId });
    assert.ok(assertionId.startsWith(`${organization.slug}:`));
    assert.equal((await shown(assertionId)).badgeId, badge.id);
  }
});

test("a request that is not as it should be is 400, with the way to the field", async () => {
  for (const [members, path] of [
    [{ tenantId: undefined }, ["tenantId"]],
    [{ tenantId: 7 }, ["tenantId"]],
    [{ badgeTemplateId: undefined }, ["badgeTemplateId"]],
    [{ recipientIdentity: undefined }, ["recipientIdentity"]],
    [{ recipientIdentity: "nobody" }, ["recipientIdentity"]],
    [{ recipientIdentityType: undefined }, ["recipientIdentityType"]],
    [{ recipientIdentityType: "phone" }, ["recipientIdentityType"]],
    [{ recipientIdentityType: "email_sha256" }, ["recipientIdentity"]],
    [{ recipientIdentityType: "did" }, ["recipientIdentity"]],
    [{ recipientIdentityType: "url" }, ["recipientIdentity"]],
    [{ recipientIdentifiers: [{ identifierType: "studentId", identifier: "x".repeat(513) }] }, ["recipientIdentifiers", 0, "identifier"]],
    [{ recipientIdentifiers: [{ identifierType: "phone", identifier: "x" }] }, ["recipientIdentifiers", 0, "identifierType"]],
    [{ recipientIdentifiers: Array(11).fill({ identifierType: "studentId", identifier: "x" }) }, ["recipientIdentifiers"]],
    [{ idempotencyKey: undefined }, ["idempotencyKey"]],
    [{ idempotencyKey: "" }, ["idempotencyKey"]],
    [{ idempotencyKey: "x".repeat(129) }, ["idempotencyKey"]],
    [{ colour: "red" }, ["colour"]],
  ]) {
    assertRefusal(await issue(members), 400, path);
  }
  for (const [members, path] of [
    [{ assertionId: uuidOf(NOTHING) }, ["assertionId"]],
    [{ assertionId: undefined }, ["assertionId"]],
    [{ reason: undefined }, ["reason"]],
    [{ reason: "x".repeat(513) }, ["reason"]],
    [{ idempotencyKey: undefined }, ["idempotencyKey"]],
    [{ tenantId: undefined }, ["tenantId"]],
  ]) {
    assertRefusal(await revoke(`${organization.slug}:${NOTHING}`, members), 400, path);
  }
  assertRefusal(await post("/v1/programmatic/issue", []), 400, []);
  const bad = await server.request("POST", "/v1/programmatic/issue", { headers: { "x-api-key": organization.apiKey }, body: "{", type: "application/json" });
  assertRefusal(bad, 400, []);
  expectStatus(await issue({ idempotencyKey: "x".repeat(128) }), 202);
});

test("without a good key it is 401: missing, invalid, expired or revoked", async () => {
  assertRefusal(await server.request("POST", "/v1/programmatic/issue", { json: issueBody() }), 401);
  assertRefusal(await issue({}, { ...organization, apiKey: "acl_nothing" }), 401);
  const expired = await newApiKey({ label: "expired", expiresAt: "2999-01-01T00:00:00Z" });
  expectStatus(await issue({}, { ...organization, apiKey: expired.apiKey }), 202);
  await sql("UPDATE api_key SET expires_at = 1 WHERE id = ?", expired.key.id).run();
  const revoked = await newApiKey({ label: "revoked" });
  expectStatus(await issue({}, { ...organization, apiKey: revoked.apiKey }), 202);
  const path = `/v1/tenants/${organization.slug}/api-keys/${revoked.key.id}/revoke`;
  expectStatus(await server.request("POST", path, { token: organization.session }), 200);
  for (const { apiKey } of [expired, revoked]) {
    assertRefusal(await issue({}, { ...organization, apiKey }), 401);
    assertRefusal(await post("/v1/programmatic/revoke", revokeBody(`${organization.slug}:${NOTHING}`), { apiKey }), 401);
    assertRefusal(await job(server, { ...organization, apiKey }, "x"), 401);
    assert.equal((await server.request("GET", "/api/v1/badges", { token: apiKey })).status, 401);
  }
});

test("a key of another tenant or without the scope is 403", async () => {
  const other = await newOrganization(server);
  assertRefusal(await issue({ tenantId: other.slug }), 403);
  assertRefusal(await issue({ tenantId: other.id }), 403);
  assertRefusal(await issue({ tenantId: "no-such-tenant" }), 403);
  assertRefusal(await revoke(`${other.slug}:${NOTHING}`, { tenantId: other.slug }), 403);
  assertRefusal(await job(server, { slug: other.slug, apiKey: organization.apiKey }, "x"), 403);
  const { assertionId } = await issued();
  const key = async (...scopes) => ({ apiKey: (await newApiKey({ label: scopes.join(), scopes })).apiKey });
  for (const [scope, mayIssue, mayRevoke, mayAsk] of [
    ["queue.issue", 202, 403, 200],
    ["queue.revoke", 403, 202, 200],
    ["credentials.issue", 403, 403, 403],
  ]) {
    const owner = { ...organization, ...(await key(scope)) };
    const json = issueBody();
    assert.equal((await post("/v1/programmatic/issue", json, owner)).status, mayIssue, scope);
    assert.equal((await post("/v1/programmatic/revoke", revokeBody(assertionId), owner)).status, mayRevoke, scope);
    expectStatus(await issue({ ...json, idempotencyKey: `for ${scope}` }), 202);
    assert.equal((await job(server, owner, `for ${scope}`)).status, mayAsk, scope);
  }
});

test("an unknown badge or assertion is 404, another tenant's too, and nothing is kept of it", async () => {
  const other = await newOrganization(server);
  const theirs = await issued({}, other);
  const idempotencyKey = newKey();
  for (const badgeTemplateId of ["no-such-badge", NOTHING, other.badgeId]) assertRefusal(await issue({ badgeTemplateId, idempotencyKey }), 404);
  for (const assertionId of [`${organization.slug}:${NOTHING}`, theirs.assertionId, `${organization.slug}:${uuidOf(theirs.assertionId)}`]) {
    assertRefusal(await revoke(assertionId, { idempotencyKey }), 404);
  }
  assertRefusal(await job(server, organization, idempotencyKey), 404);
  expectStatus(await issue({ idempotencyKey }), 202);
});

test("an archived badge is 409, but what was accepted before is answered again", async () => {
  const badge = await organization.badge({ name: "Archived" });
  const json = issueBody({ badgeTemplateId: badge.id });
  const first = expectStatus(await post("/v1/programmatic/issue", json), 202);
  await reached(server, organization, json.idempotencyKey);
  expectStatus(await server.request("DELETE", `${organization.path}/badges/${badge.id}`, { token: organization.session }), 200);
  assertRefusal(await issue({ badgeTemplateId: badge.id }), 409);
  assert.equal(expectStatus(await post("/v1/programmatic/issue", json), 202).text, first.text);
});

test("an identical request is answered by the same bytes, and another one under its key is 409", async () => {
  const json = issueBody();
  const first = expectStatus(await post("/v1/programmatic/issue", json), 202);
  assert.equal(expectStatus(await post("/v1/programmatic/issue", json), 202).text, first.text);
  const reordered = Object.fromEntries(Object.entries(json).reverse());
  assert.equal(expectStatus(await post("/v1/programmatic/issue", reordered), 202).text, first.text);
  assertRefusal(await post("/v1/programmatic/issue", { ...json, recipientIdentity: newRecipient().email }), 409);
  assertRefusal(await revoke(first.json.assertionId, { idempotencyKey: json.idempotencyKey }), 409);
  await reached(server, organization, json.idempotencyKey);
  assert.equal(expectStatus(await post("/v1/programmatic/issue", json), 202).text, first.text);
  const revoking = revokeBody(first.json.assertionId);
  const accepted = expectStatus(await post("/v1/programmatic/revoke", revoking), 202);
  await reached(server, organization, revoking.idempotencyKey);
  assert.equal(expectStatus(await post("/v1/programmatic/revoke", revoking), 202).text, accepted.text);
  assertRefusal(await post("/v1/programmatic/revoke", { ...revoking, reason: "another" }), 409);
});

test("of fifty identical requests at once all are answered alike, and one credential is issued", async () => {
  const badge = await organization.badge({ name: "Fifty", expiresInDays: 30 });
  const json = issueBody({ badgeTemplateId: badge.id });
  const answers = await Promise.all(Array.from({ length: 50 }, () => post("/v1/programmatic/issue", json)));
  assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))], [`202 ${answers[0].text}`]);
  await reached(server, organization, json.idempotencyKey);
  const { n } = await sql("SELECT count(*) AS n FROM credential WHERE badge_id = ?", badge.id).first();
  assert.equal(n, 1);
});

test("of fifty different requests at once under one key one is accepted and the others are 409", async () => {
  const idempotencyKey = newKey();
  const answers = await Promise.all(Array.from({ length: 50 }, () => issue({ idempotencyKey })));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [202, ...Array(49).fill(409)]);
  for (const refused of answers.filter(({ status }) => status === 409)) assertRefusal(refused, 409);
});

test("an idempotency key of one tenant means nothing to another", async () => {
  const other = await newOrganization(server);
  const idempotencyKey = newKey();
  expectStatus(await issue({ idempotencyKey }), 202);
  expectStatus(await issue({ idempotencyKey }, other), 202);
});

test("a job says how it goes", async () => {
  const { assertionId, idempotencyKey } = await issued({ idempotencyKey: "a key/with ümlaut?" });
  const done = expectStatus(await job(server, organization, idempotencyKey), 200).json;
  assertMembers(done, ["tenantId", "idempotencyKey", "jobType", "state", "attempts", "maxAttempts", "lastError", "assertionId", "createdAt", "nextAttemptAt", "completedAt"]);
  assert.match(done.createdAt, TIME);
  assert.match(done.completedAt, TIME);
  const { createdAt, completedAt, ...rest } = done;
  assert.deepEqual(rest, {
    tenantId: organization.slug, idempotencyKey, jobType: "issue_badge", state: "completed", attempts: 1, maxAttempts: 8, lastError: null, assertionId, nextAttemptAt: null,
  });
  assertRefusal(await job(server, organization, "no such key"), 404);
  const bare = await server.request("GET", "/v1/programmatic/jobs/x", { headers: { "x-api-key": organization.apiKey } });
  assertRefusal(bare, 400, ["tenantId"]);
});

test("what can not be issued fails visibly, and can be tried anew", async () => {
  const { email } = newRecipient();
  const first = await issued({ recipientIdentity: email });
  const { json } = expectStatus(await issue({ recipientIdentity: email }), 202);
  const failed = await reached(server, organization, json.idempotencyKey);
  assert.deepEqual([failed.state, failed.attempts], ["failed", 1]);
  assert.match(failed.lastError, /holds an active credential/);

  const member = { token: organization.session };
  const list = (options, query = "") => server.request("GET", `/v1/programmatic/jobs?tenantId=${organization.slug}${query}`, options);
  for (const options of [member, { headers: { "x-api-key": organization.apiKey } }]) {
    const { tenantId, jobs, pagination } = expectStatus(await list(options, "&limit=1"), 200).json;
    assert.equal(tenantId, organization.slug);
    assert.equal(pagination.limit, 1);
    assert.deepEqual(jobs, [failed]);
  }
  assertRefusal(await list({}), 401);
  assertRefusal(await list(member, "&state=lost"), 400, ["state"]);
  assert.ok(expectStatus(await list(member, "&state=completed"), 200).json.jobs.every(({ state }) => state === "completed"));

  const retry = (key) => server.request("POST", `/v1/programmatic/jobs/${encodeURIComponent(key)}/retry?tenantId=${organization.slug}`, member);
  assertRefusal(await retry(first.idempotencyKey), 409);
  assertRefusal(await retry("no such key"), 404);
  const revoking = expectStatus(await revoke(first.assertionId), 202).json;
  await reached(server, organization, revoking.idempotencyKey);
  assert.equal(expectStatus(await retry(json.idempotencyKey), 202).json.state, "queued");
  assert.equal((await reached(server, organization, json.idempotencyKey)).state, "completed");
  assert.equal((await shown(json.assertionId)).supersedesCredentialId, uuidOf(first.assertionId));
});

test("only owners, admins and keys of the tenant see its jobs", async () => {
  const { json } = expectStatus(await issue(), 202);
  const other = await newOrganization(server);
  const path = `/v1/programmatic/jobs/${json.idempotencyKey}?tenantId=${organization.slug}`;
  assertRefusal(await server.request("GET", path), 401);
  assertRefusal(await server.request("GET", path, { token: other.apiKey }), 403);
  assert.equal((await server.request("GET", path, { token: organization.session })).status, 200);
  await sql("UPDATE member SET role = 'issuer' WHERE organization_id = ?", organization.id).run();
  assertRefusal(await server.request("GET", path, { token: organization.session }), 403);
  await sql("UPDATE member SET role = 'owner' WHERE organization_id = ?", organization.id).run();
});

test("recipients without an address get no mail, have no name, and are listed without either", async () => {
  const sha256 = createHash("sha256").update("known@example.edu").digest("hex");
  for (const [recipientIdentityType, recipientIdentity, expected] of [
    ["did", "did:example:learner", { id: "did:example:learner" }],
    ["url", "https://people.example/learner", { id: "https://people.example/learner" }],
    ["email_sha256", sha256, { identifier: [{ type: "IdentityObject", hashed: true, identityHash: `sha256$${sha256}`, identityType: "emailAddress" }] }],
  ]) {
    const { assertionId } = await issued({ recipientIdentity, recipientIdentityType });
    const { achievement, type, ...subject } = (await signed(assertionId)).json.credentialSubject;
    assert.deepEqual(subject, expected);
    const item = await shown(assertionId);
    assert.deepEqual([item.recipientName, item.recipientEmail], [null, null]);
    const { n } = await sql("SELECT count(*) AS n FROM mail WHERE credential_id = ?", uuidOf(assertionId)).first();
    assert.equal(n, 0);
    const report = await verified(assertionId, { policy: { recipient: recipientIdentityType === "email_sha256" ? "known@example.edu" : recipientIdentity } });
    assert.deepEqual([report.outcome, report.checks.find(({ name }) => name === "recipient")?.code], ["verified", "recipient_matches"]);
  }
});

test("an address is written to, and is nowhere in what is published", async () => {
  const { email } = newRecipient();
  const { assertionId } = await issued({ recipientIdentity: email.toUpperCase() });
  assert.match((await mailTo(server, email)).text, new RegExp(email));
  const { text, json } = await signed(assertionId);
  assert.ok(!text.toLowerCase().includes(email));
  const [identity] = json.credentialSubject.identifier;
  const hash = createHash("sha256").update(email + identity.salt).digest("hex");
  assert.equal(identity.identityHash, `sha256$${hash}`);
  assert.equal((await shown(assertionId)).recipientEmail, email);
  assert.equal((await mailsTo(server, email)).length, 1);
});

test("further identifiers are salted hashes that match, each with a salt of its own", async () => {
  const given = [
    ["emailAddress", "second@example.edu", "emailAddress"],
    ["sourcedId", "src-1", "sourcedId"],
    ["did", "did:example:second", "ext:did"],
    ["nationalIdentityNumber", "010190-12345", "nationalIdentityNumber"],
    ["studentId", "12345678", "ext:studentId"],
  ];
  const recipientIdentifiers = given.map(([identifierType, identifier]) => ({ identifierType, identifier }));
  const { assertionId } = await issued({ recipientIdentifiers });
  const { text, json } = await signed(assertionId);
  const objects = json.credentialSubject.identifier.slice(1);
  assert.equal(objects.length, given.length);
  assert.equal(new Set(objects.map(({ salt }) => salt)).size, given.length);
  for (const [i, [, value, identityType]] of given.entries()) {
    const { salt, ...object } = objects[i];
    const identityHash = `sha256$${createHash("sha256").update(value + salt).digest("hex")}`;
    assert.deepEqual(object, { type: "IdentityObject", hashed: true, identityHash, identityType });
    assert.ok(!text.includes(value), value);
    const report = await verified(assertionId, { policy: { recipient: value } });
    assert.deepEqual([report.outcome, report.checks.find(({ name }) => name === "recipient")?.code], ["verified", "recipient_matches"]);
  }
  const other = await verified(assertionId, { policy: { recipient: "87654321" } });
  assert.equal(other.checks.find(({ name }) => name === "recipient")?.code, "recipient_differs");
});

test("an organization may publish identifiers as they are, but never a national identity number", async () => {
  const open = await newOrganization(server);
  expectStatus(await server.request("PATCH", open.path, { token: open.session, json: { settings: { recipientIdentifier: "mailto" } } }), 200);
  const recipientIdentifiers = [
    { identifierType: "studentId", identifier: "12345678" },
    { identifierType: "nationalIdentityNumber", identifier: "010190-12345" },
  ];
  const { assertionId } = await issued({ recipientIdentifiers }, open);
  const { text, json } = await signed(assertionId);
  const [, student, national] = json.credentialSubject.identifier;
  assert.deepEqual(student, { type: "IdentityObject", hashed: false, identityHash: "12345678", identityType: "ext:studentId" });
  assert.equal(national.hashed, true);
  assert.ok(!text.includes("010190-12345"));
  assert.equal((await verified(assertionId, { policy: { recipient: "12345678" } })).outcome, "verified");
});

test("what a request says of its recipient is forgotten when it is done, and hashed before", async () => {
  const recipientIdentifiers = [{ identifierType: "nationalIdentityNumber", identifier: "020290-54321" }];
  const json = issueBody({ recipientIdentifiers });
  expectStatus(await post("/v1/programmatic/issue", json), 202);
  const row = async () => JSON.stringify(await sql("SELECT * FROM queue_job WHERE idempotency_key = ?", json.idempotencyKey).first());
  assert.ok(!(await row()).includes("020290-54321"));
  await reached(server, organization, json.idempotencyKey);
  assert.ok(!(await row()).includes(json.recipientIdentity));
});

test("each recipient counts once a month, however they are known", async () => {
  const other = await newOrganization(server);
  const second = await other.badge({ name: "Second" });
  const recipient = { recipientIdentity: "did:example:counted", recipientIdentityType: "did" };
  await issued(recipient, other);
  await issued({ ...recipient, badgeTemplateId: second.id }, other);
  assert.equal((await sql("SELECT used FROM quota WHERE organization_id = ?", other.id).first()).used, 1);
  await sql("UPDATE quota SET used = allowed WHERE organization_id = ?", other.id).run();
  const { json } = expectStatus(await issue({}, other), 202);
  const failed = await reached(server, other, json.idempotencyKey);
  assert.equal(failed.state, "failed");
  assert.match(failed.lastError, /quota/);
});

test("a recipient who is erased is not issued to, and is in no job", async () => {
  const { email } = newRecipient();
  await issued({ recipientIdentity: email });
  const { json } = expectStatus(await issue({ recipientIdentity: email }), 202);
  assert.equal((await reached(server, organization, json.idempotencyKey)).state, "failed");
  expectStatus(await server.request("POST", `${organization.path}/recipients/erase`, { token: organization.session, json: { email } }), 200);
  const { results } = await sql("SELECT * FROM queue_job").all();
  assert.ok(!JSON.stringify(results).includes(email));
  const retried = await server.request("POST", `/v1/programmatic/jobs/${json.idempotencyKey}/retry?tenantId=${organization.slug}`, { token: organization.session });
  assertRefusal(retried, 409);
});

test("routes that are not public are not there", async () => {
  for (const path of ["/v1/issue", "/v1/revoke"]) assertRefusal(await post(path, issueBody()), 404);
});

test("the key's limit holds for the queue as well", async (t) => {
  const limited = await startWorker({ vars: { RATE_LIMITS: "on", RATE_LIMIT_KEY: "2/60" } });
  t.after(() => limited.close());
  const owner = await newOrganization(limited);
  const ask = () => limited.request("POST", "/v1/programmatic/issue", { headers: { "x-api-key": owner.apiKey }, json: issueBody({}, owner) });
  const answers = [await ask(), await ask(), await ask()];
  assert.equal(answers.at(-1).status, 429);
  assertRefusal(answers.at(-1), 429);
  assert.equal(answers.at(-1).headers.get("x-ratelimit-limit"), "2");
  assert.ok(Number(answers.at(-1).headers.get("retry-after")) >= 1);
});
