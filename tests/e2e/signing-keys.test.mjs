// Signing keys that are taken back, what is known of those that were there, and issuers that sign under did:key.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { expectStatus, newOrganization, newRecipient, NOTHING, PUBLIC_ORIGIN, startWorker } from "./harness.mjs";
import { newMember, signInByMail } from "./mail.mjs";
import { assertError, assertMembers, TIME, UUID } from "./shapes.mjs";
import { document, entry, fetchFrom, list, published } from "./status.mjs";

const { verify } = await import(installPackage().entry);

let server;
before(async () => {
  server = await startWorker();
});
after(() => server?.close());

const rotate = (owner) => server.request("POST", `${owner.path}/signing-keys/rotate`, { token: owner.session });
const keys = async (owner) => expectStatus(await server.request("GET", `${owner.path}/signing-keys`, { token: owner.session }), 200).json.data;
const history = async (owner) => expectStatus(await server.request("GET", `/issuers/${owner.slug}/keys`), 200).json.data;
const revoke = (owner, key, { token = owner.session, json = { confirm: key.publicKeyMultibase } } = {}) =>
  server.request("POST", `${owner.path}/signing-keys/${key.id}/revoke`, { token, json });
const move = (owner, id, action) => server.request("POST", `/api/v1/credentials/${id}/${action}`, { token: owner.apiKey, json: { reason: "x" } });
const issue = async (owner) => expectStatus(await owner.issue(), 201).json.id;
const outcome = async (id) => {
  const text = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).text;
  const report = await verify(text, { fetch: fetchFrom(server, PUBLIC_ORIGIN) });
  return [report.outcome, report.code];
};

test("a leaked key is taken back", async (t) => {
  const organization = await newOrganization(server);
  const [old, suspended] = [await issue(organization), await issue(organization)];
  expectStatus(await move(organization, suspended, "suspend"), 200);
  const [leaked] = await keys(organization);

  await t.test("not the active one, by nobody but an owner, and by nobody unawares", async () => {
    assertError(await revoke(organization, leaked), 409, "CONFLICT");
    expectStatus(await rotate(organization), 201);
    assertError(await revoke(organization, leaked, { token: await newMember(server, organization, "admin") }), 403, "FORBIDDEN");
    assertError(await revoke(organization, leaked, { token: "" }), 401, "UNAUTHORIZED");
    for (const json of [{}, { confirm: "yes" }, { confirm: true }]) {
      assertError(await revoke(organization, leaked, { json }), 400, "VALIDATION_ERROR", "confirm");
    }
    assertError(await revoke(organization, leaked, { json: { confirm: leaked.publicKeyMultibase, force: true } }), 400, "VALIDATION_ERROR", "force");
    assertError(await revoke(organization, { ...leaked, id: NOTHING }), 404, "NOT_FOUND");
    assertError(await revoke(await newOrganization(server), leaked), 404, "NOT_FOUND");
    assert.deepEqual(await outcome(old), ["verified", "verified"]);
  });

  // Under the new key, in the list that the old key has signed.
  const fresh = await issue(organization);
  const lists = (await document(server, fresh)).credentialStatus;
  const method = leaked.verificationMethod;
  assert.deepEqual((await Promise.all(lists.map((it) => list(server, it)))).map(({ proof }) => proof.verificationMethod), [method, method]);

  await t.test("it answers with the key, and a second time the same", async () => {
    const { json } = expectStatus(await revoke(organization, leaked), 200);
    assertMembers(json, ["id", "did", "publicKeyMultibase", "verificationMethod", "createdAt", "retiredAt", "revokedAt"]);
    assert.match(json.revokedAt, TIME);
    assert.deepEqual(expectStatus(await revoke(organization, leaked), 200).json, json);
  });

  await t.test("what it has signed verifies no more, and everything else still does", async () => {
    assert.deepEqual(await outcome(old), ["rejected", "key_not_found"]);
    assert.deepEqual(await outcome(fresh), ["verified", "verified"]);
    const { verification } = expectStatus(await server.request("GET", `/api/verify/${old}`), 200).json;
    assert.deepEqual([verification.signatureValid, verification.report.code], [false, "key_not_found"]);
    assert.equal(expectStatus(await server.request("GET", `/api/verify/${fresh}`), 200).json.verification.signatureValid, true);
  });

  await t.test("the status lists say the same as before, signed with the active key", async () => {
    const [active] = await keys(organization);
    for (const entry of lists) assert.equal((await list(server, entry)).proof.verificationMethod, active.verificationMethod);
    assert.deepEqual(await published(server, suspended), { revoked: false, suspended: true });
    assert.deepEqual(await published(server, fresh), { revoked: false, suspended: false });
    expectStatus(await move(organization, fresh, "suspend"), 200);
    assert.deepEqual(await outcome(fresh), ["rejected", "suspended"]);
  });

  await t.test("the DID document names it no more, and the history says since when", async () => {
    const did = expectStatus(await server.request("GET", `/issuers/${organization.slug}/did.json`), 200);
    assert.ok(!did.text.includes(leaked.publicKeyMultibase));
    assert.equal(did.json.assertionMethod.length, 1);
    const [active, revoked, ...others] = await history(organization);
    assert.deepEqual(others, []);
    assertMembers(revoked, ["id", "type", "controller", "publicKeyMultibase", "createdAt", "retiredAt", "revoked"]);
    assert.deepEqual([revoked.id, revoked.type, revoked.controller], [leaked.verificationMethod, "Multikey", organization.did]);
    assert.match(revoked.revoked, TIME);
    assert.deepEqual([active.retiredAt, active.revoked], [null, null]);
    assert.equal((await server.request("GET", `/issuers/${organization.slug}/keys`)).headers.get("access-control-allow-origin"), "*");
    assertError(await server.request("GET", "/issuers/nobody/keys"), 404, "NOT_FOUND");
  });
});

test("the keys of an organization are told to its members", async () => {
  const organization = await newOrganization(server);
  const [key] = await keys(organization);
  assert.match(key.id, UUID);
  assert.ok(!JSON.stringify(key).includes("v2."));
  const stranger = await signInByMail(server, newRecipient().email);
  assertError(await server.request("GET", `${organization.path}/signing-keys`, { token: stranger.token }), 404, "NOT_FOUND");
});

test("a key is taken back while statuses change, and no list is left that it has signed", async () => {
  const organization = await newOrganization(server);
  const ids = [];
  for (let i = 0; i < 8; i += 1) ids.push(await issue(organization));
  const [leaked] = await keys(organization);
  expectStatus(await rotate(organization), 201);
  const fresh = await issue(organization);
  const answers = await Promise.all([...ids.map((id) => move(organization, id, "suspend")), revoke(organization, leaked)]);
  assert.deepEqual(answers.map(({ status }) => status), answers.map(() => 200));
  const { results } = await server.bindings.DB.prepare("SELECT count(*) AS left FROM status_list WHERE signing_key_id = ?").bind(leaked.id).all();
  assert.equal(results[0].left, 0);
  assert.deepEqual(await outcome(fresh), ["verified", "verified"]);
  for (const id of ids) assert.deepEqual(await published(server, id), { revoked: false, suspended: true });
});

test("a retired key signs no more, not even for a request that had begun", async () => {
  const organization = await newOrganization(server);
  await issue(organization);
  const answers = await Promise.all([...Array.from({ length: 6 }, () => organization.issue()), rotate(organization), ...Array.from({ length: 6 }, () => organization.issue())]);
  assert.deepEqual(answers.map(({ status }) => status), answers.map(() => 201));
  // Rows are numbered in the order of their batches.
  const order = "SELECT k.retired_at IS NULL AS by_active FROM credential c JOIN signing_key k ON k.id = c.signing_key_id WHERE k.organization_id = ? ORDER BY c.rowid";
  const { results } = await server.bindings.DB.prepare(order).bind(organization.id).all();
  assert.equal(results.length, 13);
  const byActive = results.map(({ by_active: it }) => it);
  assert.deepEqual(byActive, byActive.toSorted());
});

test("an organization without a domain signs under did:key", async (t) => {
  const organization = await newOrganization(server, { signingKey: false });
  const change = (didMethod) => server.request("PATCH", organization.path, { token: organization.session, json: { settings: { didMethod } } });
  assert.equal(organization.did, `did:web:badges.example:issuers:${organization.slug}`);
  assertError(await change("dns"), 400, "VALIDATION_ERROR", "settings.didMethod");
  const chosen = expectStatus(await change("key"), 200).json;
  assert.deepEqual([chosen.did, chosen.settings.didMethod], [null, "key"]);
  const made = expectStatus(await server.request("POST", `${organization.path}/signing-keys`, { token: organization.session, json: {} }), 201).json;
  assert.equal(made.did, `did:key:${made.publicKeyMultibase}`);
  assert.equal(made.verificationMethod, `${made.did}#${made.publicKeyMultibase}`);
  const id = await issue(organization);

  await t.test("what it issues verifies, status lists and all", async () => {
    const credential = await document(server, id);
    assert.equal(credential.issuer.id, made.did);
    assert.equal((await list(server, entry(credential, "revocation"))).issuer, made.did);
    assert.deepEqual(await outcome(id), ["verified", "verified"]);
    expectStatus(await move(organization, id, "suspend"), 200);
    assert.deepEqual(await outcome(id), ["rejected", "suspended"]);
    expectStatus(await move(organization, id, "reinstate"), 200);
    const { verification } = expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json;
    assert.deepEqual([verification.signatureValid, verification.notRevoked, verification.report.outcome], [true, true, "verified"]);
    assert.equal(expectStatus(await server.request("GET", `/issuers/${organization.slug}`), 200).json.id, made.did);
  });

  await t.test("the method stays once there is a key", async () => {
    assertError(await change("web"), 409, "CONFLICT");
    const { settings } = expectStatus(await server.request("GET", organization.path, { token: organization.session }), 200).json;
    assert.equal(settings.didMethod, "key");
    expectStatus(await change("key"), 200);
  });

  await t.test("a rotated key has another did:key, what both have signed verifies, and neither can be taken back", async () => {
    const rotated = expectStatus(await rotate(organization), 201).json;
    assert.notEqual(rotated.did, made.did);
    assert.match(rotated.did, /^did:key:z6Mk/);
    const fresh = await issue(organization);
    for (const one of [id, fresh]) assert.deepEqual(await outcome(one), ["verified", "verified"]);
    assertError(await revoke(organization, made), 409, "CONFLICT");
    assert.deepEqual((await history(organization)).map(({ controller }) => controller), [rotated.did, made.did]);
  });
});
