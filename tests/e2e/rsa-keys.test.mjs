// RSA keys that organizations bring: badges as JWS by RS256 for verifiers that know nothing else, and what becomes of them when
// the key is rotated, retired or taken back.

import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { test } from "node:test";

import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { expectStatus, newOrganization, newRecipient, PUBLIC_ORIGIN, serverWithOrganization } from "./harness.mjs";
import { newMember, signInByMail } from "./mail.mjs";
import { assertError, assertMembers, TIME } from "./shapes.mjs";
import { fetchFrom } from "./status.mjs";

const { verify } = await import(installPackage().entry);

// The first organization: the deployment's own documents stand for it.
const { server, organization } = await serverWithOrganization();

/** A new RSA key, in the forms in which one is brought. */
function rsaKey(modulusLength = 2048, more = {}) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength, ...more });
  return { privateKey, pem: privateKey.export({ type: "pkcs8", format: "pem" }), jwk: privateKey.export({ format: "jwk" }) };
}

const post = (owner, path, json, { token = owner.session } = {}) => server.request("POST", `${owner.path}/rsa-keys${path}`, { token, json });
const bring = (owner, privateKey, options) => post(owner, "", { privateKey }, options);
const thumbprintOf = ({ id }) => id.split("#")[1];
const retire = (owner, key, json = {}, options) => post(owner, `/${thumbprintOf(key)}/retire`, json, options);
/** The RSA keys in an issuer's public history, the newest first. */
const history = async (owner) => {
  const { data } = expectStatus(await server.request("GET", `/issuers/${owner.slug}/keys`), 200).json;
  return data.filter(({ type }) => type === "JsonWebKey");
};
const issue = async (owner, members, recipient) => expectStatus(await owner.issue(members, recipient), 201).json;
const jws = async (id) => {
  const answer = expectStatus(await server.request("GET", `/credentials/${id}/ob3`, { headers: { accept: "application/vc+jwt" } }), 200);
  assert.equal(answer.headers.get("content-type"), "application/vc+jwt");
  return answer.text;
};
const didDocument = async (owner) => expectStatus(await server.request("GET", `/issuers/${owner.slug}/did.json`), 200).json;
const outcome = async (token) => {
  const report = await verify(token, { fetch: fetchFrom(server, PUBLIC_ORIGIN) });
  return [report.outcome, report.code];
};

test("an RSA key is brought as PEM, and badges are JWS by RS256 from then on", async (t) => {
  const { pem, jwk } = rsaKey();
  const { id } = await issue(organization);
  assert.equal(decodeProtectedHeader(await jws(id)).alg, "EdDSA");
  const { json: key } = expectStatus(await bring(organization, pem), 201);

  await t.test("the answer has the public half only, under its thumbprint", async () => {
    assertMembers(key, ["id", "type", "controller", "publicKeyJwk", "createdAt", "retiredAt", "revoked"]);
    assert.equal(key.id, `${organization.did}#${await calculateJwkThumbprint({ kty: "RSA", n: jwk.n, e: jwk.e })}`);
    assert.deepEqual([key.type, key.controller], ["JsonWebKey", organization.did]);
    assert.deepEqual(key.publicKeyJwk, { kty: "RSA", n: jwk.n, e: "AQAB", alg: "RS256" });
    assert.match(key.createdAt, TIME);
    assert.deepEqual([key.retiredAt, key.revoked], [null, null]);
  });

  await t.test("at rest it is sealed as the other signing keys are", async () => {
    const [{ sealed_key: sealed }] = (await server.bindings.DB.prepare("SELECT sealed_key FROM rsa_key").all()).results;
    assert.match(sealed, /^v2\.[0-9a-f]{16}\.[\w-]+$/);
    for (const secret of [jwk.d, jwk.p]) assert.ok(!Buffer.from(sealed.split(".")[2], "base64url").includes(secret));
  });

  await t.test("DID documents, key set and history list it beside the other keys", async () => {
    for (const [path, did] of [
      [`/issuers/${organization.slug}/did.json`, organization.did],
      [`/${organization.slug}/did.json`, `did:web:badges.example:${organization.slug}`],
      ["/.well-known/did.json", "did:web:badges.example"],
    ]) {
      const { json } = expectStatus(await server.request("GET", path), 200);
      const method = `${did}#${thumbprintOf(key)}`;
      assert.deepEqual(json.verificationMethod[1], { id: method, type: "JsonWebKey", controller: did, publicKeyJwk: key.publicKeyJwk });
      assert.equal(json.assertionMethod[1], method);
      assert.ok(json["@context"].includes("https://w3id.org/security/jwk/v1"));
    }
    const { json: set } = expectStatus(await server.request("GET", "/.well-known/jwks.json"), 200);
    assert.deepEqual(set.keys.map(({ kty }) => kty), ["OKP", "RSA"]);
    assert.deepEqual(set.keys[1], { ...key.publicKeyJwk, kid: key.id, use: "sig" });
    assert.deepEqual(await history(organization), [key]);
  });

  await t.test("jose and the npm verifier verify the JWS, whose bytes are always the same; not with one value changed", async () => {
    const token = await jws(id);
    assert.equal(await jws(id), token);
    assert.deepEqual(decodeProtectedHeader(token), { alg: "RS256", kid: key.id, typ: "JWT" });
    const { json: set } = await server.request("GET", "/.well-known/jwks.json");
    const { payload } = await compactVerify(token, createLocalJWKSet(set));
    const claims = JSON.parse(new TextDecoder().decode(payload));
    const { json: document } = await server.request("GET", `/credentials/${id}/ob3`);
    assert.deepEqual([claims.iss, claims.jti, claims.nbf], [document.issuer.id, document.id, Date.parse(document.validFrom) / 1000]);
    assert.deepEqual(claims.credentialSubject, document.credentialSubject);
    assert.deepEqual(await outcome(token), ["verified", "verified"]);
    const [header, , signature] = token.split(".");
    const forged = `${header}.${Buffer.from(JSON.stringify({ ...claims, name: "x" })).toString("base64url")}.${signature}`;
    assert.deepEqual(await outcome(forged), ["rejected", "signature_invalid"]);
    const asEdDsa = `${Buffer.from(JSON.stringify({ alg: "EdDSA", kid: key.id, typ: "JWT" })).toString("base64url")}.${token.split(".").slice(1).join(".")}`;
    assert.equal((await outcome(asEdDsa))[0], "rejected");
  });

  await t.test("the JSON and the baked image stay as they were, by EdDSA", async () => {
    const { json: document } = await server.request("GET", `/credentials/${id}/ob3`);
    assert.equal(document.proof.cryptosuite, "eddsa-rdfc-2022");
    assert.deepEqual(await outcome((await server.request("GET", `/api/credentials/${id}/baked`)).bytes), ["verified", "verified"]);
  });

  await t.test("wallets get it as jwt_vc_json", async () => {
    const recipient = newRecipient();
    const { token: session } = await signInByMail(server, recipient.email);
    const credential = await issue(organization, {}, recipient);
    const { offer } = expectStatus(await server.request("POST", `/api/me/credentials/${credential.id}/offer`, { token: session, json: {} }), 201).json;
    const grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
    const body = new URLSearchParams({ grant_type: grant, "pre-authorized_code": offer.grants[grant]["pre-authorized_code"] }).toString();
    const { access_token: token } = expectStatus(await server.request("POST", "/oid4vci/token", { body, type: "application/x-www-form-urlencoded" }), 200).json;
    const { c_nonce: nonce } = expectStatus(await server.request("POST", "/oid4vci/nonce"), 200).json;
    const holder = await generateKeyPair("ES256", { extractable: true });
    const proof = await new SignJWT({ aud: PUBLIC_ORIGIN, iat: Math.floor(Date.now() / 1000), nonce })
      .setProtectedHeader({ alg: "ES256", typ: "openid4vci-proof+jwt", jwk: await exportJWK(holder.publicKey) })
      .sign(holder.privateKey);
    const asked = { credential_configuration_id: "OpenBadgeCredential_jwt_vc_json", proofs: { jwt: [proof] } };
    const taken = expectStatus(await server.request("POST", "/oid4vci/credential", { token, json: asked }), 200).json.credentials[0].credential;
    assert.equal(decodeProtectedHeader(taken).alg, "RS256");
    assert.deepEqual(await outcome(taken), ["verified", "verified"]);
    const { credential_configurations_supported: known } = (await server.request("GET", "/.well-known/openid-credential-issuer")).json;
    assert.deepEqual(known.OpenBadgeCredential_jwt_vc_json.credential_signing_alg_values_supported, ["EdDSA", "RS256"]);
  });

  await t.test("credentials of any type are issued by it, or by EdDSA for who asks for that", async () => {
    const credential = { "@context": ["https://www.w3.org/ns/credentials/v2"], type: ["VerifiableCredential"], credentialSubject: { id: "did:example:s" } };
    const ask = (options) => server.request("POST", "/credentials/issue", { token: organization.apiKey, json: { credential, options } });
    for (const [alg, expected] of [[undefined, "RS256"], ["RS256", "RS256"], ["EdDSA", "EdDSA"]]) {
      const { verifiableCredential } = expectStatus(await ask({ envelope: "application/vc+jwt", alg }), 201).json;
      assert.equal(decodeProtectedHeader(verifiableCredential.id.split(",")[1]).alg, expected);
      assert.equal(expectStatus(await server.request("POST", "/credentials/verify", { json: { verifiableCredential } }), 200).json.outcome, "verified");
    }
    for (const options of [{ envelope: "application/vc+jwt", alg: "none" }, { envelope: "application/vc+jwt", alg: "HS256" }, { alg: "RS256" }]) {
      assert.equal(expectStatus(await ask(options), 400).json.member, "options.alg");
    }
    const other = await newOrganization(server);
    const without = { credential, options: { envelope: "application/vc+jwt", alg: "RS256" } };
    assertError(await server.request("POST", "/credentials/issue", { token: other.apiKey, json: without }), 409, "CONFLICT");
    const withStatus = expectStatus(await ask({ envelope: "application/vc+jwt", credentialId: "urn:uuid:1", credentialStatus: {} }), 201).json.verifiableCredential;
    assert.deepEqual(await server.request("POST", "/credentials/verify", { json: { verifiableCredential: withStatus } }).then(({ json }) => json.outcome), "verified");
  });
});

test("an RSA key is brought as a JWK, of up to 4096 bits", async () => {
  const owner = await newOrganization(server);
  const { jwk } = rsaKey(4096);
  const { id } = await issue(owner);
  const json = { privateKey: { ...jwk, alg: "RS256", use: "sig", kid: "mine", key_ops: ["sign"] } };
  const first = expectStatus(await post(owner, "", json), 201);
  // Who asks again is answered by the same bytes.
  assert.equal(expectStatus(await post(owner, "", json), 201).text, first.text);
  assert.equal((await history(owner)).length, 1);
  const token = await jws(id);
  const { publicKeyJwk } = (await didDocument(owner)).verificationMethod[1];
  await compactVerify(token, await importJWK(publicKeyJwk, "RS256"));
  assert.deepEqual(await outcome(token), ["verified", "verified"]);
});

test("what is no RSA key for RS256 is refused, and the answer does not repeat it", async () => {
  const owner = await newOrganization(server);
  const good = rsaKey();
  const other = rsaKey();
  const { d, p, q, dp, dq, qi, ...publicJwk } = good.jwk;
  const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  for (const [why, privateKey] of [
    ["1024 bits", rsaKey(1024).pem],
    ["4104 bits", rsaKey(4104).pem],
    ["1024 bits, as a JWK", rsaKey(1024).jwk],
    ["the exponent 3", rsaKey(2048, { publicExponent: 3 }).pem],
    ["PKCS#1", good.privateKey.export({ type: "pkcs1", format: "pem" })],
    ["encrypted", good.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })],
    ["DER", good.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64")],
    ["another kind of key", elliptic.export({ type: "pkcs8", format: "pem" })],
    ["another kind of JWK", elliptic.export({ format: "jwk" })],
    ["an RSA-PSS key", generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" })],
    ["a public key", createPrivateKey(good.pem) && publicJwk],
    ["another's modulus", { ...good.jwk, n: other.jwk.n }],
    ["another's primes", { ...good.jwk, p: other.jwk.p, q: other.jwk.q }],
    ["for encryption", { ...good.jwk, use: "enc" }],
    ["for another algorithm", { ...good.jwk, alg: "RS512" }],
    ["of more primes", { ...good.jwk, oth: [] }],
    ["half of it", good.pem.slice(0, 800)],
    ["a list", [good.pem]],
    ["nothing", ""],
  ]) {
    const answer = await bring(owner, privateKey);
    assertError(answer, 400, "VALIDATION_ERROR", "privateKey");
    assert.ok(answer.text.length < 300, why);
  }
  assertError(await post(owner, "", {}), 400, "VALIDATION_ERROR", "privateKey");
  assertError(await post(owner, "", { privateKey: good.pem, force: true }), 400, "VALIDATION_ERROR", "force");
  assert.deepEqual(await history(owner), []);
});

test("only owners and admins bring and retire keys, and only owners take them back", async () => {
  const owner = await newOrganization(server);
  const stranger = (await signInByMail(server, newRecipient().email)).token;
  const [admin, issuer, viewer] = [await newMember(server, owner, "admin"), await newMember(server, owner, "issuer"), await newMember(server, owner, "viewer")];
  const { pem } = rsaKey();
  const nothing = { id: "#NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" };
  for (const [token, status, code] of [["", 401, "UNAUTHORIZED"], [stranger, 404, "NOT_FOUND"], [issuer, 403, "FORBIDDEN"], [viewer, 403, "FORBIDDEN"], [owner.apiKey, 401, "UNAUTHORIZED"]]) {
    assertError(await bring(owner, pem, { token }), status, code);
    for (const json of [{}, { hasLeaked: true }]) assertError(await retire(owner, nothing, json, { token }), status, code);
  }
  const key = expectStatus(await bring(owner, pem, { token: admin }), 201).json;
  assertError(await retire(owner, key, { hasLeaked: true }, { token: admin }), 403, "FORBIDDEN");
  assertError(await retire(owner, key, { hasLeaked: "yes" }), 400, "VALIDATION_ERROR", "hasLeaked");
  assertError(await retire(owner, key, { force: true }), 400, "VALIDATION_ERROR", "force");
  assertError(await retire(owner, nothing), 404, "NOT_FOUND");
  // Another organization's key is none of one's own.
  const other = await newOrganization(server);
  for (const json of [{}, { hasLeaked: true }]) assertError(await retire(other, key, json), 404, "NOT_FOUND");
  assert.deepEqual(await history(owner), [key]);
  assert.equal(expectStatus(await retire(owner, key, {}, { token: admin }), 200).json.id, key.id);
});

test("one key is active, and each is brought once, by whomever", async () => {
  const owner = await newOrganization(server);
  const keys = [rsaKey(), rsaKey(), rsaKey()];
  const answers = await Promise.all(keys.map(({ pem }) => bring(owner, pem)));
  assert.deepEqual(answers.map(({ status }) => status), [201, 201, 201]);
  const known = await history(owner);
  assert.deepEqual([known.length, known.filter(({ retiredAt }) => retiredAt === null).length], [3, 1]);
  const retired = keys.find(({ jwk }) => known.find(({ publicKeyJwk }) => publicKeyJwk.n === jwk.n).retiredAt);
  const active = keys.find(({ jwk }) => known.find(({ publicKeyJwk }) => publicKeyJwk.n === jwk.n).retiredAt === null);
  assertError(await bring(owner, retired.jwk), 409, "CONFLICT");
  for (const { pem } of [retired, active]) assertError(await bring(await newOrganization(server), pem), 409, "CONFLICT");
  // What is refused retires nothing.
  assert.deepEqual(await history(owner), known);
});

test("a DID that is a key itself has no second one", async () => {
  const bare = await newOrganization(server, { signingKey: false });
  const { pem } = rsaKey();
  assertError(await bring(bare, pem), 409, "CONFLICT");
  expectStatus(await server.request("PATCH", bare.path, { token: bare.session, json: { settings: { didMethod: "key" } } }), 200);
  expectStatus(await server.request("POST", `${bare.path}/signing-keys`, { token: bare.session, json: {} }), 201);
  assertError(await bring(bare, pem), 409, "CONFLICT");
});

test("what a rotated and a retired key have signed still verifies, and their private halves are gone", async () => {
  const owner = await newOrganization(server);
  const { id } = await issue(owner);
  const first = expectStatus(await bring(owner, rsaKey().pem), 201).json;
  const before = await jws(id);
  const second = expectStatus(await bring(owner, rsaKey().pem), 201).json;
  const after = await jws(id);
  assert.deepEqual([before, after].map((token) => decodeProtectedHeader(token).kid), [first.id, second.id]);
  for (const token of [before, after]) assert.deepEqual(await outcome(token), ["verified", "verified"]);

  const retired = expectStatus(await retire(owner, second), 200).json;
  assert.match(retired.retiredAt, TIME);
  assert.equal(retired.revoked, null);
  assert.deepEqual(expectStatus(await retire(owner, second), 200).json, retired);
  const plain = await jws(id);
  assert.equal(decodeProtectedHeader(plain).alg, "EdDSA");
  for (const token of [before, after, plain]) assert.deepEqual(await outcome(token), ["verified", "verified"]);
  assert.equal((await didDocument(owner)).assertionMethod.length, 3);
  const { results } = await server.bindings.DB.prepare("SELECT sealed_key FROM rsa_key WHERE organization_id = ?").bind(owner.id).all();
  assert.deepEqual(results, [{ sealed_key: null }, { sealed_key: null }]);
  expectStatus(await bring(owner, rsaKey().pem), 201);
  assert.equal(decodeProtectedHeader(await jws(id)).alg, "RS256");

  // A key may turn out to have leaked after it was retired.
  const revoked = expectStatus(await retire(owner, second, { hasLeaked: true }), 200).json;
  assert.deepEqual([revoked.retiredAt, TIME.test(revoked.revoked)], [retired.retiredAt, true]);
  assert.deepEqual(await outcome(after), ["rejected", "key_not_found"]);
  assert.deepEqual(await outcome(before), ["verified", "verified"]);
});

test("a leaked key is taken back, be it the active one: no JWS by it verifies any more", async () => {
  const owner = await newOrganization(server);
  const { id } = await issue(owner);
  const leaked = rsaKey();
  const key = expectStatus(await bring(owner, leaked.pem), 201).json;
  const token = await jws(id);
  assert.deepEqual(await outcome(token), ["verified", "verified"]);
  const revoked = expectStatus(await retire(owner, key, { hasLeaked: true }), 200).json;
  assert.match(revoked.revoked, TIME);
  for (const json of [{}, { hasLeaked: true }]) assert.deepEqual(expectStatus(await retire(owner, key, json), 200).json, revoked);
  assert.deepEqual(await outcome(token), ["rejected", "key_not_found"]);
  assert.deepEqual(await outcome(await jws(id)), ["verified", "verified"]);
  assert.equal(decodeProtectedHeader(await jws(id)).alg, "EdDSA");
  assert.ok(!JSON.stringify(await didDocument(owner)).includes(thumbprintOf(key)));
  assert.deepEqual(await history(owner), [revoked]);
  assertError(await bring(owner, leaked.pem), 409, "CONFLICT");
});

test("what a leaked signing key has signed is not made good by an RSA key", async () => {
  const owner = await newOrganization(server);
  const { id } = await issue(owner);
  expectStatus(await bring(owner, rsaKey().pem), 201);
  const [old] = expectStatus(await server.request("GET", `${owner.path}/signing-keys`, { token: owner.session }), 200).json.data;
  expectStatus(await server.request("POST", `${owner.path}/signing-keys/rotate`, { token: owner.session }), 201);
  assert.equal(decodeProtectedHeader(await jws(id)).alg, "RS256");
  const confirm = { confirm: old.publicKeyMultibase };
  expectStatus(await server.request("POST", `${owner.path}/signing-keys/${old.id}/revoke`, { token: owner.session, json: confirm }), 200);
  const token = await jws(id);
  assert.equal(decodeProtectedHeader(token).alg, "EdDSA");
  assert.deepEqual(await outcome(token), ["rejected", "key_not_found"]);
  assert.deepEqual(await outcome(await jws((await issue(owner, {}, { name: randomBytes(4).toString("hex") })).id)), ["verified", "verified"]);
});
