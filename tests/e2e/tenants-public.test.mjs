// Contract B's public addresses: the page, the document, the verification, the status lists, and the DIDs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, NOTHING, newOrganization, PUBLIC_ORIGIN, startWorker } from "./harness.mjs";
import { assertMembers, assertRefusal, TIME } from "./shapes.mjs";
import { decode, entry } from "./status.mjs";

let server;
let organization;
let issued;
let secret;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  issued = expectStatus(await organization.issue(), 201).json;
  secret = expectStatus(await organization.issue({ isPublic: false }), 201).json;
});
after(() => server?.close());

const get = (path, options) => server.request("GET", path, options);
const assertionId = (id, tenant = organization.slug) => `${tenant}:${id}`;
const verification = async (id) => expectStatus(await get(`/badges/${assertionId(id)}/verification`), 200).json;
const move = async (id, toState, members) => {
  const json = { toState, reasonCode: "policy_violation", reason: "cheated in the exam", ...members };
  const path = `/v1/tenants/${organization.slug}/assertions/${assertionId(id)}/lifecycle/transition`;
  expectStatus(await server.request("POST", path, { token: organization.session, json }), 200);
};

test("a verification says what the contract says, and nothing else", async () => {
  const answer = expectStatus(await get(`/badges/${assertionId(issued.id)}/verification`), 200);
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const { verification, credential, ...rest } = answer.json;
  assert.deepEqual(rest, { assertionId: assertionId(issued.id), tenantId: organization.slug, issuedAt: issued.issuanceDate });
  assertMembers(verification, ["status", "reason", "checkedAt", "expiresAt", "revokedAt", "assertionLifecycle", "statusList", "checks", "proof"]);
  assert.deepEqual([verification.status, verification.reason, verification.expiresAt, verification.revokedAt], ["active", null, null, null]);
  assert.match(verification.checkedAt, TIME);
  assert.deepEqual(verification.assertionLifecycle, { state: "active", source: "default_active", transitionedAt: issued.issuanceDate, revokedAt: null });
  const valid = { status: "valid", reason: null };
  assert.deepEqual(verification.checks, {
    jsonLdSafeMode: valid, credentialSchema: valid, credentialSubject: valid, dates: valid, credentialStatus: valid,
  });
  assert.deepEqual(verification.proof, {
    status: "valid",
    format: "DataIntegrityProof",
    cryptosuite: "eddsa-rdfc-2022",
    verificationMethod: credential.proof.verificationMethod,
    reason: null,
  });
  assert.deepEqual(verification.statusList, entry(credential, "revocation"));
  const { text } = expectStatus(await get(`/credentials/${issued.id}/ob3`), 200);
  assert.ok(answer.text.endsWith(`"credential":${text}}`), "the signed bytes as they were issued");
  assert.ok(!answer.text.includes(issued.recipientEmail));
});

test("a verification follows the lifecycle, and keeps the issuer's reasons to itself", async () => {
  const { id } = expectStatus(await organization.issue({ validUntil: new Date(Date.now() + 86_400_000).toISOString() }), 201).json;
  for (const [toState, status, check] of [
    ["suspended", "suspended", { status: "invalid", reason: "suspended" }],
    ["active", "active", { status: "valid", reason: null }],
    ["expired", "expired", { status: "invalid", reason: "suspended" }],
    ["active", "active", { status: "valid", reason: null }],
    ["revoked", "revoked", { status: "invalid", reason: "revoked" }],
  ]) {
    await move(id, toState);
    const { verification: said } = await verification(id);
    assert.deepEqual([said.status, said.reason], [status, status === "active" ? null : status]);
    assert.deepEqual(said.checks.credentialStatus, check, toState);
    assert.deepEqual([said.assertionLifecycle.state, said.assertionLifecycle.source], [toState, "lifecycle_event"]);
    assert.match(said.expiresAt, TIME);
    assert.equal(said.revokedAt !== null, toState === "revoked");
    assert.ok(!/cheat|policy_violation/.test(JSON.stringify(said)));
  }
});

test("what is over stays so, be it active again in the records", async () => {
  const { id } = expectStatus(await organization.issue({ validUntil: new Date(Date.now() + 86_400_000).toISOString() }), 201).json;
  await server.bindings.DB.prepare("UPDATE credential SET valid_from = 1000, valid_until = 2000 WHERE id = ?").bind(id).run();
  assert.deepEqual([(await verification(id)).verification.status, (await verification(id)).verification.assertionLifecycle.state], ["expired", "expired"]);
});

test("a list that can not be read leaves it unchecked, and an altered document is invalid", async () => {
  const other = await newOrganization(server);
  const { id } = expectStatus(await other.issue(), 201).json;
  const { DB, DOCUMENTS } = server.bindings;
  const { document_sha256: list } = await DB.prepare("SELECT document_sha256 FROM status_list WHERE organization_id = ?").bind(other.id).first();
  const read = async () => expectStatus(await get(`/badges/${assertionId(id, other.slug)}/verification`), 200).json.verification;
  await DB.prepare("UPDATE status_list SET document_sha256 = ? WHERE organization_id = ?").bind("0".repeat(64), other.id).run();
  const unread = await read();
  assert.deepEqual([unread.status, unread.reason], ["unchecked", "status_list_unavailable"]);
  assert.deepEqual(unread.checks.credentialStatus, { status: "unchecked", reason: "status_list_unavailable" });
  assert.equal(unread.proof.status, "valid");
  await DB.prepare("UPDATE status_list SET document_sha256 = ? WHERE organization_id = ?").bind(list, other.id).run();

  const { document_sha256: hash } = await DB.prepare("SELECT document_sha256 FROM credential WHERE id = ?").bind(id).first();
  const key = (await DOCUMENTS.list()).keys.map(({ name }) => name).find((name) => name.includes(hash));
  await DOCUMENTS.put(key, (await DOCUMENTS.get(key, "text")).replace("Celestial Navigation", "Celestial Navigator!"));
  const altered = await read();
  assert.deepEqual([altered.status, altered.reason], ["invalid", "signature_invalid"]);
  assert.deepEqual([altered.proof.status, altered.proof.reason], ["invalid", "signature_invalid"]);
  assert.equal(altered.checks.credentialStatus.status, "unchecked");
});

test("the document is the signed one, to read and to keep", async () => {
  const { text } = expectStatus(await get(`/credentials/${issued.id}/ob3`), 200);
  for (const name of [assertionId(issued.id), encodeURIComponent(assertionId(issued.id)), issued.id, issued.credentialId]) {
    const shown = expectStatus(await get(`/credentials/v1/${name}/jsonld`), 200);
    assert.equal(shown.text, text);
    assert.equal(shown.headers.get("content-type"), "application/ld+json");
    assert.equal(shown.headers.get("content-disposition"), null);
    assert.equal(shown.headers.get("access-control-allow-origin"), "*");
    const kept = expectStatus(await get(`/credentials/v1/${name}/download`), 200);
    assert.equal(kept.text, text);
    const file = decodeURIComponent(name).replace(":", "_");
    assert.equal(kept.headers.get("content-disposition"), `attachment; filename="${file}.jsonld"`);
  }
});

test("the page is the page of the verification", async () => {
  const { text } = expectStatus(await get(`/verify/${issued.credentialId}`), 200);
  for (const path of ["/badges/ID", "/credentials/v1/ID"]) {
    const page = expectStatus(await get(path.replace("ID", assertionId(issued.id))), 200);
    assert.match(page.headers.get("content-type"), /^text\/html/);
    assert.match(page.headers.get("content-security-policy"), /default-src 'none'/);
    assert.equal(page.text, text);
  }
});

test("what is private is shown to those whom it belongs to", async () => {
  const paths = ["/badges/ID/verification", "/credentials/v1/ID/jsonld", "/credentials/v1/ID/download"].map((path) => path.replace("ID", assertionId(secret.id)));
  for (const path of paths) {
    assertRefusal(await get(path), 403);
    expectStatus(await get(path, { token: organization.session }), 200);
    expectStatus(await get(path, { token: organization.apiKey }), 200);
    assert.equal((await get(path, { token: organization.apiKey })).headers.get("cache-control"), "no-store");
  }
  for (const path of ["/badges/ID", "/credentials/v1/ID"]) {
    const page = expectStatus(await get(path.replace("ID", assertionId(secret.id))), 403);
    assert.match(page.headers.get("content-type"), /^text\/html/);
    assert.equal(page.headers.get("cache-control"), "no-store");
  }
});

test("what is not there is not found, be it private under another tenant's name", async () => {
  const other = await newOrganization(server);
  for (const name of [assertionId(NOTHING), NOTHING, "CRD-AAAAAAAA", "x", `${other.slug}:${issued.id}`, `${other.slug}:${secret.id}`, `nobody:${issued.id}`]) {
    for (const rest of ["/badges/ID/verification", "/credentials/v1/ID/jsonld", "/credentials/v1/ID/download"]) {
      assertRefusal(await get(rest.replace("ID", name)), 404);
    }
    for (const path of ["/badges/ID", "/credentials/v1/ID"]) {
      assert.match(expectStatus(await get(path.replace("ID", name)), 404).headers.get("content-type"), /^text\/html/);
    }
  }
});

test("a script of any origin may ask", async () => {
  for (const path of [`/badges/${assertionId(issued.id)}/verification`, `/credentials/v1/${assertionId(issued.id)}/jsonld`, "/.well-known/did.json", `/${organization.slug}/did.json`]) {
    const answer = expectStatus(await server.request("OPTIONS", path), 204);
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.match(answer.headers.get("access-control-allow-methods"), /GET/);
  }
});

test("the lists of a tenant are those that its credentials name", async () => {
  const { id } = expectStatus(await organization.issue(), 201).json;
  const credential = expectStatus(await get(`/credentials/${id}/ob3`), 200).json;
  for (const [purpose, toState] of [["suspension", "suspended"], ["revocation", "revoked"]]) {
    const { statusListCredential, statusListIndex } = entry(credential, purpose);
    const read = async (tenant = organization.slug) => expectStatus(await get(`/credentials/v1/status-lists/${tenant}/${purpose}`), 200);
    const bit = async () => decode((await read()).json).isSet(Number(statusListIndex));
    assert.equal(await bit(), false);
    await move(id, toState);
    assert.equal(await bit(), true);
    const answer = await read();
    assert.equal(answer.json.id, statusListCredential);
    assert.equal(answer.text, expectStatus(await get(new URL(statusListCredential).pathname), 200).text);
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.equal(answer.headers.get("link"), `<${statusListCredential}>; rel="canonical"`);
    assert.equal((await read(organization.id)).text, answer.text);
    const again = await get(`/credentials/v1/status-lists/${organization.slug}/${purpose}`, { headers: { "if-none-match": answer.headers.get("etag") } });
    assert.equal(again.status, 304);
  }
  for (const [tenant, purpose] of [["nobody", "revocation"], [organization.slug, "refresh"], ["a b", "revocation"]]) {
    assertRefusal(await get(`/credentials/v1/status-lists/${encodeURIComponent(tenant)}/${purpose}`), 404);
  }
  assertRefusal(await get(`/credentials/v1/status-lists/${organization.slug}/revocation?block=2`), 404);
  assertRefusal(await get(`/credentials/v1/status-lists/${organization.slug}/revocation?block=x`), 400, ["block"]);
});

test("a tenant with more than one block has its newest list there, and says where the earlier one is", async () => {
  const other = await newOrganization(server);
  const first = expectStatus(await other.issue(), 201).json;
  await server.bindings.DB.prepare("UPDATE status_block SET allocated = 65536 WHERE organization_id = ?").bind(other.id).run();
  const second = expectStatus(await other.issue(), 201).json;
  const named = async ({ id }) => entry(expectStatus(await get(`/credentials/${id}/ob3`), 200).json, "revocation").statusListCredential;
  const path = `/credentials/v1/status-lists/${other.slug}/revocation`;
  const newest = expectStatus(await get(path), 200);
  assert.equal(newest.json.id, await named(second));
  const [, earlier] = newest.headers.get("link").match(/<([^>]+)>; rel="prev"/);
  assert.equal(earlier, `${PUBLIC_ORIGIN}${path}?block=1`);
  assert.equal(expectStatus(await get(`${path}?block=1`), 200).json.id, await named(first));
});

test("each DID resolves where its document stands, and says whose keys it has", async () => {
  const own = expectStatus(await get(`/issuers/${organization.slug}/did.json`), 200).json;
  const keys = ({ verificationMethod }) => verificationMethod.map(({ publicKeyMultibase }) => publicKeyMultibase);
  for (const [path, id] of [
    [`/${organization.slug}/did.json`, `did:web:badges.example:${organization.slug}`],
    ["/.well-known/did.json", "did:web:badges.example"],
  ]) {
    const answer = expectStatus(await get(path), 200);
    assert.equal(answer.headers.get("content-type"), "application/did+ld+json");
    const { json } = answer;
    assert.equal(json.id, id);
    assert.deepEqual(json.alsoKnownAs, [own.id]);
    assert.deepEqual(keys(json), keys(own));
    for (const method of json.verificationMethod) {
      assert.equal(method.controller, id);
      assert.ok(method.id.startsWith(`${id}#`) && json.assertionMethod.includes(method.id));
    }
  }
  for (const path of ["/nobody/did.json", "/a.b/did.json"]) expectStatus(await get(path), 404);
});

test("the deployment's own DID stands for the operator's first organization, and its keys are a key set", async () => {
  const later = await newOrganization(server);
  const { json: did } = expectStatus(await get("/.well-known/did.json"), 200);
  assert.deepEqual(did.alsoKnownAs, [organization.did]);
  assert.notDeepEqual(did.alsoKnownAs, [later.did]);

  expectStatus(await server.request("POST", `${organization.path}/signing-keys/rotate`, { token: organization.session, json: {} }), 201);
  const answer = expectStatus(await get("/.well-known/jwks.json"), 200);
  assert.equal(answer.headers.get("content-type"), "application/jwk-set+json");
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  const { keys } = answer.json;
  const { verificationMethod } = expectStatus(await get(`/issuers/${organization.slug}/did.json`), 200).json;
  assert.equal(keys.length, 2);
  for (const [i, { x, kid, ...rest }] of keys.entries()) {
    assert.deepEqual(rest, { kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA" });
    assert.equal(kid, verificationMethod[i].id);
    assert.equal(Buffer.from(x, "base64url").length, 32);
  }
  // A key of the set verifies what was signed before the rotation: WebCrypto takes it as it is.
  const { proof } = expectStatus(await get(`/credentials/${issued.id}/ob3`), 200).json;
  const jwk = keys.find(({ kid }) => kid === proof.verificationMethod);
  await crypto.subtle.importKey("jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, "Ed25519", false, ["verify"]);
});

test("the operator can name the organization, and without one there is no such DID", async (t) => {
  const named = await startWorker({ vars: { ROOT_ORGANIZATION: "the-second" } });
  t.after(() => named.close());
  for (const path of ["/.well-known/did.json", "/.well-known/jwks.json"]) expectStatus(await named.request("GET", path), 404);
  await newOrganization(named);
  const token = await named.signIn();
  const second = expectStatus(await named.request("POST", "/api/organizations", { token, json: { name: "Second", slug: "the-second" } }), 201).json;
  expectStatus(await named.request("GET", "/.well-known/did.json"), 404);
  expectStatus(await named.request("POST", `/api/organizations/${second.id}/signing-keys`, { token, json: {} }), 201);
  const { alsoKnownAs } = expectStatus(await named.request("GET", "/.well-known/did.json"), 200).json;
  assert.deepEqual(alsoKnownAs, ["did:web:badges.example:issuers:the-second"]);
});

test("on a local host there is the issuer's own key and no other name for it", async (t) => {
  const local = await startWorker({ vars: { PUBLIC_ORIGIN: "http://localhost:8787" } });
  t.after(() => local.close());
  const { slug, did } = await newOrganization(local);
  for (const path of [`/${slug}/did.json`, "/.well-known/did.json"]) {
    const { json } = expectStatus(await local.request("GET", path), 200);
    assert.deepEqual([json.id, json.alsoKnownAs], [did, undefined]);
  }
});
