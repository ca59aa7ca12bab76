// GET /status/{list}: what is published of the status of credentials, and what strangers make of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { expectStatus, newOrganization, newRecipient, NOTHING, PUBLIC_ORIGIN, serverWithOrganization } from "./harness.mjs";
import { assertError, UUID } from "./shapes.mjs";
import { decode, document, entry, fetchFrom, list, published } from "./status.mjs";

const { verify } = await import(installPackage().entry);
const AT_ONCE = 50;

const { server, organization } = await serverWithOrganization();

const issue = async (members, recipient) => expectStatus(await organization.issue(members, recipient), 201).json;
const move = (id, action, owner = organization) =>
  server.request("POST", `/api/v1/credentials/${id}/${action}`, { token: owner.apiKey, json: { reason: "for a test" } });
const path = async (id, purpose = "revocation") => new URL(entry(await document(server, id), purpose).statusListCredential).pathname;
const outcome = async (id) => {
  const { text } = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200);
  const report = await verify(text, { fetch: fetchFrom(server, PUBLIC_ORIGIN) });
  return [report.outcome, report.code];
};

test("every credential names an entry in a list of revocations and in one of suspensions", async () => {
  const credential = await document(server, (await issue()).id);
  assert.equal(credential.credentialStatus.length, 2);
  for (const purpose of ["revocation", "suspension"]) {
    const found = entry(credential, purpose);
    assert.equal(found.type, "BitstringStatusListEntry");
    assert.equal(typeof found.statusListIndex, "string");
    assert.match(found.statusListIndex, /^(0|[1-9]\d*)$/);
    assert.ok(Number(found.statusListIndex) < 131_072);
    assert.ok(found.statusListCredential.startsWith(`${PUBLIC_ORIGIN}/status/`));
    assert.match(found.statusListCredential.split("/").at(-1), UUID);
  }
  assert.notEqual(entry(credential, "revocation").statusListCredential, entry(credential, "suspension").statusListCredential);
});

test("a list from before lists stood in the database is served as it was signed, and the clock takes it there", async () => {
  const { id } = await issue();
  const paths = [await path(id, "revocation"), await path(id, "suspension")];
  const { DB, DOCUMENTS } = server.bindings;
  const stored = (where) => DB.prepare("SELECT document, document_sha256 AS sha256 FROM status_list WHERE id = ?").bind(where.split("/").at(-1)).first();
  const before = [];
  for (const where of paths) {
    const { text } = expectStatus(await server.request("GET", where), 200);
    const { document: inDatabase, sha256 } = await stored(where);
    assert.equal(inDatabase, text);
    assert.equal(await DOCUMENTS.get(`document/${sha256}`), null);
    await DOCUMENTS.put(`document/${sha256}`, text);
    await DB.prepare("UPDATE status_list SET document = NULL WHERE document_sha256 = ?").bind(sha256).run();
    before.push(text);
  }
  const served = async () => Promise.all(paths.map(async (where) => expectStatus(await server.request("GET", where), 200).text));
  assert.deepEqual(await served(), before);
  assert.equal(expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json.verification.notRevoked, true);
  await server.harness.getWorker().scheduled({ cron: "*/5 * * * *" });
  for (const [i, where] of paths.entries()) assert.equal((await stored(where)).document, before[i]);
  assert.deepEqual(await served(), before);
});

test("a list of which an earlier worker has written the hash alone is not served as the one before", async () => {
  const { id } = await issue();
  const where = await path(id);
  const list = where.split("/").at(-1);
  const { DB } = server.bindings;
  const { document: signed, sha256 } = await DB.prepare("SELECT document, document_sha256 AS sha256 FROM status_list WHERE id = ?").bind(list).first();
  await DB.prepare("UPDATE status_list SET document_sha256 = ? WHERE id = ?").bind("0".repeat(64), list).run();
  assert.equal((await server.request("GET", where)).status, 500);
  const { json } = expectStatus(await server.request("GET", `/api/verify/${id}`), 200);
  assert.equal(json.verification.notRevoked, false);
  assert.equal(json.verification.report.outcome, "indeterminate");
  await DB.prepare("UPDATE status_list SET document_sha256 = ?, document = ? WHERE id = ?").bind(sha256, signed, list).run();
  assert.equal(await outcome(id).then(([verdict]) => verdict), "verified");
});

test("a list has 131,072 entries, is signed by the issuer, and says how long it may be kept", async () => {
  const credential = await document(server, (await issue()).id);
  for (const purpose of ["revocation", "suspension"]) {
    const found = entry(credential, purpose);
    const published = await list(server, found);
    assert.deepEqual(published["@context"], ["https://www.w3.org/ns/credentials/v2"]);
    assert.deepEqual(published.type, ["VerifiableCredential", "BitstringStatusListCredential"]);
    assert.equal(published.id, found.statusListCredential);
    assert.equal(published.issuer, organization.did);
    assert.equal(published.credentialSubject.type, "BitstringStatusList");
    assert.equal(published.credentialSubject.statusPurpose, purpose);
    assert.equal(published.credentialSubject.ttl, 300_000);
    assert.equal(published.proof.cryptosuite, "eddsa-rdfc-2022");
    assert.equal(decode(published).entries, 131_072);
  }
});

test("entries are random and no two credentials share one", async () => {
  const indexes = [];
  for (let i = 0; i < 12; i += 1) indexes.push(Number(entry(await document(server, (await issue()).id), "revocation").statusListIndex));
  assert.equal(new Set(indexes).size, indexes.length);
  const steps = indexes.slice(1).map((index, i) => Math.abs(index - indexes[i]));
  assert.ok(steps.filter((step) => step > 64).length > steps.length / 2, indexes.join(" "));
});

test("a list is JSON-LD, goes by the name that is asked for, and may be read by every site's scripts", async () => {
  const at = await path((await issue()).id);
  for (const [accept, type] of [
    [undefined, "application/vc+ld+json"],
    ["application/vc+ld+json", "application/vc+ld+json"],
    ["application/ld+json", "application/ld+json"],
    ["application/json", "application/json"],
    // A list is no JWS, whoever would have one.
    ["application/vc+jwt", "application/vc+ld+json"],
    ["text/plain", "application/vc+ld+json"],
  ]) {
    const answer = expectStatus(await server.request("GET", at, { headers: accept ? { accept } : {} }), 200);
    assert.equal(answer.headers.get("content-type").split(";")[0], type, String(accept));
    assert.equal(answer.json.type[1], "BitstringStatusListCredential");
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.equal(answer.headers.get("cache-control"), "public, max-age=300");
    assert.match(answer.headers.get("vary"), /accept/i);
  }
});

test("who has the newest list is told so, and who has an older one gets the newest", async () => {
  const { id } = await issue();
  const at = await path(id);
  const first = expectStatus(await server.request("GET", at), 200);
  const tag = first.headers.get("etag");
  assert.match(tag, /^"[^"]+"$/);
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const answer = await server.request("GET", at, { headers: { "if-none-match": known } });
    assert.equal(answer.status, 304, known);
    assert.equal(answer.text, "");
    assert.equal(answer.headers.get("etag"), tag);
    assert.equal(answer.headers.get("cache-control"), "public, max-age=300");
  }
  expectStatus(await move(id, "revoke"), 200);
  const second = await server.request("GET", at, { headers: { "if-none-match": tag } });
  assert.equal(second.status, 200);
  assert.notEqual(second.headers.get("etag"), tag);
});

test("reading a list signs nothing", async () => {
  const at = await path((await issue()).id);
  const texts = [];
  for (let i = 0; i < 3; i += 1) texts.push(expectStatus(await server.request("GET", at), 200).text);
  assert.equal(new Set(texts).size, 1);
});

test("lists that are not there are not found", async () => {
  for (const at of [`/status/${NOTHING}`, "/status/x", "/status/1"]) assertError(await server.request("GET", at), 404, "NOT_FOUND");
});

test("the packed verifier says verified, suspended, verified again, and revoked, as the lists do", async () => {
  const { id } = await issue();
  for (const [action, expected, bits] of [
    [undefined, ["verified", "verified"], { revoked: false, suspended: false }],
    ["suspend", ["rejected", "suspended"], { revoked: false, suspended: true }],
    ["reinstate", ["verified", "verified"], { revoked: false, suspended: false }],
    ["revoke", ["rejected", "revoked"], { revoked: true, suspended: false }],
  ]) {
    if (action) expectStatus(await move(id, action), 200);
    assert.deepEqual(await outcome(id), expected, action);
    assert.deepEqual(await published(server, id), bits, action);
  }
});

test("revoking one credential says nothing of another", async () => {
  const [one, other] = [await issue(), await issue()];
  expectStatus(await move(one.id, "revoke"), 200);
  assert.deepEqual(await published(server, other.id), { revoked: false, suspended: false });
  assert.deepEqual(await outcome(other.id), ["verified", "verified"]);
});

test("without the lists there is neither a yes nor a no", async () => {
  const { id } = await issue();
  const { text } = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200);
  const fetched = fetchFrom(server, PUBLIC_ORIGIN);
  const withoutLists = async (url) => (url.includes("/status/") ? new Response(null, { status: 503 }) : fetched(url));
  const report = await verify(text, { fetch: withoutLists });
  assert.deepEqual([report.outcome, report.code], ["indeterminate", "status_list_unavailable"]);
});

test("a renewed credential is rejected everywhere", async () => {
  const badge = await organization.badge({ name: "Renewed", expiresInDays: 30 });
  const recipient = newRecipient();
  const first = await issue({ badgeId: badge.id }, recipient);
  const second = await issue({ badgeId: badge.id }, recipient);
  assert.deepEqual(await outcome(first.id), ["rejected", "revoked"]);
  assert.deepEqual(await outcome(second.id), ["verified", "verified"]);
  assert.deepEqual(await published(server, first.id), { revoked: true, suspended: false });
  const { status, verification } = expectStatus(await server.request("GET", `/api/verify/${first.id}`), 200).json;
  assert.equal(status, "revoked");
  assert.equal(verification.notRevoked, false);
  assert.equal(verification.report.outcome, "rejected");
});

test(`${AT_ONCE} concurrent revocations on one list lose nothing`, async () => {
  const other = await newOrganization(server);
  const ids = [];
  for (let i = 0; i < AT_ONCE; i += 1) ids.push(expectStatus(await other.issue(), 201).json.id);
  const kept = expectStatus(await other.issue(), 201).json.id;
  const answers = await Promise.all(ids.map((id) => move(id, "revoke", other)));
  assert.deepEqual(answers.map(({ status }) => status).filter((status) => status !== 200), []);
  const entries = await Promise.all(ids.map(async (id) => entry(await document(server, id), "revocation")));
  assert.equal(new Set(entries.map(({ statusListCredential }) => statusListCredential)).size, 1);
  const bits = decode(await list(server, entries[0]));
  assert.deepEqual(entries.filter(({ statusListIndex }) => !bits.isSet(Number(statusListIndex))), []);
  assert.equal(bits.count, AT_ONCE);
  assert.deepEqual(await published(server, kept), { revoked: false, suspended: false });
});

test("half of a list is given out, and then comes the next one", async () => {
  const other = await newOrganization(server);
  const lists = async (credential) => [(await document(server, credential.id)).credentialStatus].flat().map((it) => it.statusListCredential);
  const first = await lists(expectStatus(await other.issue(), 201).json);
  await server.bindings.DB.prepare("UPDATE status_block SET allocated = 65535 WHERE organization_id = ?").bind(other.id).run();
  assert.deepEqual(await lists(expectStatus(await other.issue(), 201).json), first);
  const atOnce = await Promise.all(Array.from({ length: 4 }, () => other.issue()));
  const next = await Promise.all(atOnce.map((answer) => lists(expectStatus(answer, 201).json)));
  assert.equal(new Set(next.flat()).size, 2);
  assert.ok(next.flat().every((url) => !first.includes(url)));
});

test("organizations do not share lists", async () => {
  const other = await newOrganization(server);
  const { id } = expectStatus(await other.issue(), 201).json;
  const [mine, theirs] = [await path((await issue()).id), await path(id)];
  assert.notEqual(mine, theirs);
});

test("a move that fails half way leaves everything as it was", async () => {
  const { id } = await issue();
  const at = await path(id);
  const before = expectStatus(await server.request("GET", at), 200).text;
  // The last statement of the batch fails, after the list has been signed and stored.
  await server.bindings.DB.prepare(
    "CREATE TRIGGER broken BEFORE UPDATE ON status_list BEGIN SELECT RAISE(ABORT, 'the test says no'); END",
  ).run();
  const failed = await move(id, "revoke");
  await server.bindings.DB.prepare("DROP TRIGGER broken").run();
  assertError(failed, 500, "INTERNAL_ERROR");
  assert.equal(expectStatus(await server.request("GET", at), 200).text, before);
  assert.equal(expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json.status, "pending");
  const { count } = await server.bindings.DB.prepare("SELECT count(*) AS count FROM credential_event WHERE credential_id = ?").bind(id).first();
  assert.equal(count, 0);
  expectStatus(await move(id, "revoke"), 200);
  assert.deepEqual(await published(server, id), { revoked: true, suspended: false });
});
