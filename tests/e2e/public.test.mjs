// What everybody may read: the verification, the signed document, the baked image, the issuer's DID document, the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, NOTHING, newOrganization, PUBLIC_ORIGIN, startWorker } from "./harness.mjs";
import { assertError, assertMembers, CRD, TIME } from "./shapes.mjs";

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

test("a credential is verified under its short id and under its UUID", async () => {
  for (const id of [issued.id, issued.credentialId]) {
    const { json } = expectStatus(await get(`/api/verify/${id}`), 200);
    assert.equal(json.status, "pending");
    const { signatureValid, notRevoked, notExpired } = json.verification;
    assert.deepEqual({ signatureValid, notRevoked, notExpired }, { signatureValid: true, notRevoked: true, notExpired: true });
    assert.equal(json.credential.id, issued.id);
    assert.match(json.credential.credentialId, CRD);
    assert.equal(json.credential.recipientName, issued.recipientName);
    assert.match(json.credential.issuanceDate, TIME);
    assert.equal(json.credential.expirationDate, null);
    assert.equal(json.credential.revokedAt, null);
    assert.equal(typeof json.features.qrCodeEnabled, "boolean");
    assert.ok([json.ob3Credential.type].flat().includes("OpenBadgeCredential"));
  }
});

test("the public verification does not tell the recipient's address", async () => {
  const answer = expectStatus(await get(`/api/verify/${issued.id}`), 200);
  assert.ok(!answer.text.includes(issued.recipientEmail));
});

test("the signature is checked on each call: a changed document is told, whatever the database says", async () => {
  const own = expectStatus(await organization.issue(), 201).json;
  const { document_sha256: hash } = await server.bindings.DB.prepare("SELECT document_sha256 FROM credential WHERE id = ?").bind(own.id).first();
  const keys = (await server.bindings.DOCUMENTS.list()).keys.map(({ name }) => name).filter((name) => name.includes(hash));
  assert.equal(keys.length, 1, `the document's key in ${keys}`);
  const bytes = await server.bindings.DOCUMENTS.get(keys[0], "text");
  await server.bindings.DOCUMENTS.put(keys[0], bytes.replace("Celestial Navigation", "Celestial Navigator!"));
  const answer = await get(`/api/verify/${own.id}`);
  if (answer.status === 200) assert.equal(answer.json.verification.signatureValid, false);
  else assertError(answer, 500, "INTERNAL_ERROR");
});

test("revoked and expired credentials are told as such", async () => {
  const own = expectStatus(await organization.issue(), 201).json;
  const set = (columns) => server.bindings.DB.prepare(`UPDATE credential SET ${columns} WHERE id = ?`).bind(own.id).run();
  await set(`revoked_at = ${Date.now()}, revocation_reason = 'a mistake'`);
  const revoked = expectStatus(await get(`/api/verify/${own.id}`), 200).json;
  assert.equal(revoked.status, "revoked");
  assert.match(revoked.credential.revokedAt, TIME);
  assert.equal(revoked.verification.notRevoked, false);
  assert.equal(revoked.verification.signatureValid, true);
  const past = new Date(Date.now() - 1000).toISOString();
  const begun = new Date(Date.now() - 86_400_000).toISOString();
  const ended = await organization.issue({ validFrom: begun, validUntil: past });
  if (ended.status === 400) return; // a credential that is over before it is issued may be refused
  const expired = expectStatus(await get(`/api/verify/${expectStatus(ended, 201).json.id}`), 200).json;
  assert.equal(expired.status, "expired");
  assert.equal(expired.verification.notExpired, false);
});

test("ids that name nothing are not found, and what is no id is refused or not found", async () => {
  for (const path of ["/api/verify/ID", "/credentials/ID/ob3", "/api/credentials/ID/baked"]) {
    assertError(await get(path.replace("ID", NOTHING)), 404, "NOT_FOUND");
    assertError(await get(path.replace("ID", "CRD-AAAAAAAA")), 404, "NOT_FOUND");
    const answer = await get(path.replace("ID", "x"));
    assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
  }
});

test("the signed document is JSON-LD, and goes by the name that is asked for", async () => {
  for (const [accept, type] of [
    [undefined, "application/vc+ld+json"],
    ["*/*", "application/vc+ld+json"],
    ["application/vc+ld+json", "application/vc+ld+json"],
    ["application/ld+json", "application/ld+json"],
    ["application/json", "application/json"],
  ]) {
    const answer = expectStatus(await get(`/credentials/${issued.credentialId}/ob3`, { headers: accept ? { accept } : {} }), 200);
    assert.equal(answer.headers.get("content-type").split(";")[0], type, String(accept));
    assert.equal(answer.json.proof.cryptosuite ?? answer.json.proof[0].cryptosuite, "eddsa-rdfc-2022");
  }
});

test("the signed document says what was issued", async () => {
  const { json } = expectStatus(await get(`/credentials/${issued.id}/ob3`), 200);
  assert.equal(json["@context"][0], "https://www.w3.org/ns/credentials/v2");
  assert.equal(json["@context"][1], "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json");
  assert.ok(json.type.includes("VerifiableCredential"));
  assert.ok(json.id.startsWith(PUBLIC_ORIGIN));
  assert.equal(json.issuer.id, organization.did);
  assert.deepEqual([json.issuer.type].flat(), ["Profile"]);
  const { achievement } = json.credentialSubject;
  assert.equal(achievement.name, "Celestial Navigation");
  assert.ok(achievement.image.id.startsWith(`${PUBLIC_ORIGIN}/images/`));
  const proof = [json.proof].flat()[0];
  assert.equal(proof.type, "DataIntegrityProof");
  assert.equal(proof.proofPurpose, "assertionMethod");
  assert.ok(proof.verificationMethod.startsWith(`${organization.did}#z6Mk`));
});

test("the baked image is a PNG", async () => {
  const answer = expectStatus(await get(`/api/credentials/${issued.credentialId}/baked`), 200);
  assert.equal(answer.headers.get("content-type"), "image/png");
  assert.deepEqual([...answer.bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
});

test("a credential of a badge without an image is baked into a plain one", async () => {
  const badge = await server.request("POST", `${organization.path}/badges`, {
    token: organization.session,
    json: { name: "Plain", description: "No image.", criteria: { narrative: "None." } },
  });
  const plain = await organization.issue({ badgeId: expectStatus(badge, 201).json.id });
  const { id } = expectStatus(plain, 201).json;
  const baked = expectStatus(await get(`/api/credentials/${id}/baked`), 200);
  assert.equal(baked.headers.get("content-type"), "image/png");
  const text = Buffer.from(baked.bytes).toString("latin1");
  assert.ok(text.startsWith("\x89PNG") && text.includes("openbadgecredential"));
  assert.ok(text.includes(expectStatus(await get(`/credentials/${id}/ob3`), 200).json.proof.proofValue));
});

test("a private credential is for its organization alone", async () => {
  for (const id of [secret.id, secret.credentialId]) {
    for (const path of [`/credentials/${id}/ob3`, `/api/credentials/${id}/baked`]) {
      assertError(await get(path), 403, "FORBIDDEN");
      assert.equal((await get(path, { token: organization.apiKey })).status, 200, path);
    }
  }
});

test("another organization's key opens no private credential", async () => {
  const other = await newOrganization(server);
  for (const path of [`/credentials/${secret.id}/ob3`, `/api/credentials/${secret.id}/baked`]) {
    assertError(await get(path, { token: other.apiKey }), 403, "FORBIDDEN");
  }
});

test("the public verification of a private credential shows nothing of it", async () => {
  const answer = await get(`/api/verify/${secret.id}`);
  assert.ok(!answer.text.includes(secret.recipientName), answer.text);
  assert.ok(!answer.text.includes("credentialSubject"), answer.text);
  assertError(answer, 403, "FORBIDDEN");
});

test("the DID document lists the key that signed, for assertions", async () => {
  const answer = expectStatus(await get(`/issuers/${organization.slug}/did.json`), 200);
  assert.match(answer.headers.get("content-type"), /^application\/(did(\+ld)?\+)?json/);
  const { json } = answer;
  assert.equal(json.id, `did:web:badges.example:issuers:${organization.slug}`);
  assert.equal(json.id, organization.did);
  const [method] = json.verificationMethod;
  assert.equal(method.type, "Multikey");
  assert.equal(method.controller, json.id);
  assert.match(method.publicKeyMultibase, /^z6Mk/);
  assert.equal(method.id, `${json.id}#${method.publicKeyMultibase}`);
  assert.deepEqual(json.assertionMethod, [method.id]);
  assert.ok(!answer.text.includes("secretKeyMultibase"));
  const { proof } = expectStatus(await get(`/credentials/${issued.id}/ob3`), 200).json;
  assert.equal([proof].flat()[0].verificationMethod, method.id);
});

test("an issuer that does not exist has no DID document", async () => {
  assertError(await get("/issuers/nobody/did.json"), 404, "NOT_FOUND");
});

test("public documents may be read by every site's scripts", async () => {
  for (const path of [
    `/api/verify/${issued.id}`,
    `/credentials/${issued.id}/ob3`,
    `/api/credentials/${issued.id}/baked`,
    `/issuers/${organization.slug}/did.json`,
  ]) {
    const answer = await get(path, { headers: { origin: "https://elsewhere.example" } });
    assert.equal(answer.headers.get("access-control-allow-origin"), "*", path);
    assert.equal(answer.headers.get("access-control-allow-credentials"), null, path);
  }
  const own = await get("/api/v1/credentials", { token: organization.apiKey, headers: { origin: "https://elsewhere.example" } });
  assert.equal(own.headers.get("access-control-allow-origin"), null);
});

test("the pages come with a content security policy that allows no inline script and no other origin's", async () => {
  for (const path of ["/", `/verify/${issued.credentialId}`]) {
    const answer = expectStatus(await get(path), 200);
    assert.match(answer.headers.get("content-type"), /^text\/html/);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'|default-src 'self'/);
    assert.doesNotMatch(policy, /script-src[^;]*'unsafe-inline'|'unsafe-eval'/);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  }
});

test("the worker says that it is well", async () => {
  assert.deepEqual(expectStatus(await get("/healthz"), 200).json, { status: "ok" });
});
