// The status of credentials that are issued through the VC-API: entries that nobody else has, and what they are set to.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, startWorker } from "./harness.mjs";
import { assertError } from "./shapes.mjs";
import { decode, list } from "./status.mjs";

const V2 = "https://www.w3.org/ns/credentials/v2";
let server;
let organization;
let count = 0;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
});
after(() => server?.close());

const fresh = () => ({ "@context": [V2], id: `urn:uuid:00000000-0000-4000-8000-${String((count += 1)).padStart(12, "0")}`, type: ["VerifiableCredential"], credentialSubject: { id: "did:example:s" } });
const issue = (credential, options = { credentialStatus: {} }) => server.request("POST", "/credentials/issue", { token: organization.apiKey, json: { credential, options } });
const change = (credentialId, statusPurpose, status, token = organization.apiKey) =>
  server.request("POST", "/credentials/status", { token, json: { credentialId, credentialStatus: { type: "BitstringStatusListEntry", statusPurpose }, status } });
const codeOf = async (verifiableCredential) => (await server.request("POST", "/credentials/verify", { json: { verifiableCredential } })).json.code;

test("a credential gets an entry of each purpose, or of the one that is asked for, beside what it says itself", async () => {
  const { verifiableCredential: both } = expectStatus(await issue(fresh()), 201).json;
  assert.deepEqual(both.credentialStatus.map(({ type, statusPurpose }) => [type, statusPurpose]), [["BitstringStatusListEntry", "revocation"], ["BitstringStatusListEntry", "suspension"]]);
  assert.equal(await codeOf(both), "verified");
  const { verifiableCredential: one } = expectStatus(await issue(fresh(), { credentialStatus: { type: "BitstringStatusListEntry", statusPurpose: "suspension" } }), 201).json;
  assert.deepEqual(one.credentialStatus.map(({ statusPurpose }) => statusPurpose), ["suspension"]);
  const { verifiableCredential: none } = expectStatus(await issue(fresh(), {}), 201).json;
  assert.equal(none.credentialStatus, undefined);
});

test("a credential without an id gets one for its status by the coordinator; an id has one entry", async () => {
  const { id, ...bare } = fresh();
  const refused = await issue(bare);
  assert.deepEqual([refused.status, refused.json.member], [400, "options.credentialId"]);
  expectStatus(await issue(bare, { credentialId: id, credentialStatus: {} }), 201);
  assertError(await issue(bare, { credentialId: id, credentialStatus: {} }), 409, "CONFLICT");
  expectStatus(await change(id, "suspension", true), 200);
});

test("it is suspended and reinstated, and revoked for good", async () => {
  const { verifiableCredential } = expectStatus(await issue(fresh()), 201).json;
  const { id } = verifiableCredential;
  expectStatus(await change(id, "suspension", true), 200);
  assert.equal(await codeOf(verifiableCredential), "suspended");
  expectStatus(await change(id, "suspension", false), 200);
  assert.equal(await codeOf(verifiableCredential), "verified");
  const { json } = expectStatus(await change(id, "revocation", true), 200);
  assert.deepEqual(json, { credentialId: id, credentialStatus: { type: "BitstringStatusListEntry", statusPurpose: "revocation" }, status: true });
  expectStatus(await change(id, "revocation", true), 200);
  assert.equal(await codeOf(verifiableCredential), "revoked");
  assertError(await change(id, "revocation", false), 409, "CONFLICT");
});

test("only its own organization changes it, with the scope", async () => {
  const { id } = expectStatus(await issue(fresh()), 201).json.verifiableCredential;
  const other = await newOrganization(server);
  assertError(await change(id, "revocation", true, other.apiKey), 404, "NOT_FOUND");
  const key = await server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "issues", scopes: ["credentials.issue"] } });
  assertError(await change(id, "revocation", true, key.json.apiKey), 403, "FORBIDDEN");
  assertError(await change(id, "refresh", true), 400, "VALIDATION_ERROR", "credentialStatus.statusPurpose");
  assertError(await change("urn:nothing", "revocation", true), 404, "NOT_FOUND");
});

test("badges and other credentials share the lists and never an entry, also under concurrent requests; a list tells of both", async () => {
  const badge = expectStatus(await organization.issue(), 201).json;
  const all = await Promise.all(Array.from({ length: 12 }, () => issue(fresh())));
  const entries = all.map((answer) => expectStatus(answer, 201).json.verifiableCredential.credentialStatus[0]);
  const { credentialStatus } = (await server.request("GET", `/credentials/${badge.id}/ob3`)).json;
  const indexes = [...entries, credentialStatus[0]].map(({ statusListIndex }) => statusListIndex);
  assert.equal(new Set(indexes).size, 13);
  assert.equal(new Set([...entries, credentialStatus[0]].map(({ statusListCredential }) => statusListCredential)).size, 1);

  const id = all[0].json.verifiableCredential.id;
  await Promise.all([
    change(id, "revocation", true),
    server.request("POST", `/api/v1/credentials/${badge.id}/revoke`, { token: organization.apiKey, json: { reason: "x" } }),
    change(all[1].json.verifiableCredential.id, "revocation", true),
  ]).then((answers) => answers.forEach((answer) => expectStatus(answer, 200)));
  const { isSet: has } = decode(await list(server, entries[0]));
  for (const [index, isSet] of [[indexes[0], true], [indexes[12], true], [indexes[1], true], [indexes[2], false]]) {
    assert.equal(has(Number(index)), isSet, index);
  }
});

test("an entry that is taken by one kind is refused to the other by the database", async () => {
  const db = server.bindings.DB;
  const { status_block_id: block, status_index: index } = await db.prepare("SELECT status_block_id, status_index FROM credential WHERE status_index IS NOT NULL LIMIT 1").first();
  const taken = db.prepare("INSERT INTO vc_status_entry (organization_id, credential_id, status_block_id, status_index, created_at) VALUES (?, 'x', ?, ?, 0)");
  await assert.rejects(taken.bind(organization.id, block, index).run(), /UNIQUE constraint failed/);
});
