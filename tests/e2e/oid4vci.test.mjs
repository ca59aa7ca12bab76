// Credentials handed to wallets by OpenID4VCI 1.0: with a client library from npm, and with whatever a bad wallet might send.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import { exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";

import * as digitalBazaar from "../lib/digitalbazaar.mjs";
import { encodeMultibase } from "../lib/multibase.mjs";
import { expectStatus, newOrganization, newRecipient, PUBLIC_ORIGIN, startWorker } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { assertError, assertMembers } from "./shapes.mjs";

const LDP_VC = "OpenBadgeCredential_ldp_vc";
const JWT_VC_JSON = "OpenBadgeCredential_jwt_vc_json";

let server;
let organization;
let recipient;
let session;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  recipient = newRecipient();
  session = (await signInByMail(server, recipient.email)).token;
});
after(() => server?.close());

/** A credential of the recipient's, of a badge of its own. */
async function issued(members = {}, more = {}) {
  const badge = await organization.badge({ slug: `badge-${randomBytes(4).toString("hex")}` });
  return expectStatus(await organization.issue({ badgeId: badge.id, ...members }, { ...recipient, ...more }), 201).json;
}
const offered = (credential, json = {}, token = session) => server.request("POST", `/api/me/credentials/${credential.id}/offer`, { token, json });
const codeOf = ({ offer }) => offer.grants["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"];
const form = (members) => ({ body: new URLSearchParams(members).toString(), type: "application/x-www-form-urlencoded" });
const tokenFor = (code, more = {}) =>
  server.request("POST", "/oid4vci/token", form({ grant_type: "urn:ietf:params:oauth:grant-type:pre-authorized_code", "pre-authorized_code": code, ...more }));
const newNonce = async () => expectStatus(await server.request("POST", "/oid4vci/nonce"), 200).json.c_nonce;
const ask = (token, jwt, more = {}) =>
  server.request("POST", "/oid4vci/credential", { token, json: { credential_configuration_id: LDP_VC, proofs: { jwt: [jwt] }, ...more } });

function assertRefused(answer, error, status = 400) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.error, error, answer.text);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assertMembers(answer.json, ["error", "error_description"]);
}

/** A token for a fresh offer. */
async function newToken(credential) {
  const { json } = expectStatus(await offered(credential ?? (await issued())), 201);
  return expectStatus(await tokenFor(codeOf(json)), 200).json.access_token;
}

/** A wallet's key, by DID or as a JWK. */
async function newKey(alg, by = "did") {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  if (by === "jwk") {
    const { crv, kty, x, y } = jwk;
    return { alg, privateKey, header: { jwk }, did: `did:jwk:${Buffer.from(JSON.stringify({ crv, kty, x, ...(y && { y }) })).toString("base64url")}` };
  }
  const raw = alg === "EdDSA" ? [0xed, 0x01, ...Buffer.from(jwk.x, "base64url")] : [0x80, 0x24, 2 + (Buffer.from(jwk.y, "base64url").at(-1) & 1), ...Buffer.from(jwk.x, "base64url")];
  const multibase = encodeMultibase(raw);
  const did = `did:key:${multibase}`;
  return { alg, privateKey, header: { kid: `${did}#${multibase}` }, did };
}

/** A proof of the key, with what a test changes. */
function proof(key, nonce, { header = {}, claims = {} } = {}) {
  const payload = { aud: PUBLIC_ORIGIN, iat: Math.floor(Date.now() / 1000), nonce, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: key.alg, typ: "openid4vci-proof+jwt", ...key.header, ...header }).sign(key.privateKey);
}

/** The library's client, whose requests to the public origin reach the worker. */
function wallet(key) {
  return new Openid4vciClient({
    callbacks: {
      fetch: (url, init) => fetch(String(url).replace(PUBLIC_ORIGIN, server.url.origin ?? String(server.url).replace(/\/$/, "")), init),
      hash: (data, alg) => createHash(alg.replace("-", "")).update(data).digest(),
      generateRandom: (length) => randomBytes(length),
      clientAuthentication: async () => {},
      signJwt: async (signer, { header, payload }) => {
        assert.ok(["did", "jwk"].includes(signer.method));
        return { jwt: await new SignJWT(payload).setProtectedHeader(header).sign(key.privateKey), signerJwk: await exportJWK(key.publicKey ?? key.privateKey) };
      },
    },
  });
}

for (const [format, configuration] of [["ldp_vc", LDP_VC], ["jwt_vc_json", JWT_VC_JSON]]) {
  for (const [alg, by] of [["EdDSA", "did"], ["ES256", "did"], ["EdDSA", "jwk"], ["ES256", "jwk"]]) {
    test(`a client library takes a credential as ${format}, with a key of ${alg} by ${by}, and it is verified`, async () => {
      const credential = await issued();
      const key = await newKey(alg, by);
      const client = wallet(key);
      const { offerUri } = expectStatus(await offered(credential), 201).json;
      const credentialOffer = await client.resolveCredentialOffer(offerUri);
      const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
      const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata });
      const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata });
      const signer = by === "did" ? { method: "did", didUrl: key.header.kid, alg } : { method: "jwk", publicJwk: key.header.jwk, alg };
      const { jwt } = await client.createCredentialRequestJwtProof({ issuerMetadata, credentialConfigurationId: configuration, nonce, signer, issuedAt: new Date() });
      const { credentialResponse } = await client.retrieveCredentials({
        issuerMetadata,
        credentialConfigurationId: configuration,
        accessToken: accessTokenResponse.access_token,
        proofs: { jwt: [jwt] },
      });
      const [{ credential: taken }] = credentialResponse.credentials;

      const claims = format === "ldp_vc" ? taken : JSON.parse(Buffer.from(taken.split(".")[1], "base64url"));
      const { json: original } = expectStatus(await server.request("GET", `/credentials/${credential.id}/ob3`), 200);
      assert.equal(claims.credentialSubject.id, key.did);
      assert.deepEqual([claims.id, claims.issuer, claims.credentialStatus], [original.id, original.issuer, original.credentialStatus]);
      assert.deepEqual(claims.credentialSubject.achievement, original.credentialSubject.achievement);
      const verify = () => server.request("POST", "/credentials/verify", { json: { verifiableCredential: taken } });
      assert.equal(expectStatus(await verify(), 200).json.outcome, "verified");

      // It is the same credential: what becomes of that, becomes of it.
      expectStatus(await server.request("POST", `/api/v1/credentials/${credential.id}/revoke`, { token: organization.apiKey, json: { reason: "x" } }), 200);
      assert.equal(expectStatus(await verify(), 400).json.code, "revoked");
    });
  }
}

test("the metadata names the issuer, its formats and where everything is", async () => {
  const { json, headers } = expectStatus(await server.request("GET", "/.well-known/openid-credential-issuer"), 200);
  assert.equal(headers.get("access-control-allow-origin"), "*");
  assert.equal(json.credential_issuer, PUBLIC_ORIGIN);
  assert.deepEqual(Object.values(json.credential_configurations_supported).map(({ format }) => format), ["jwt_vc_json", "ldp_vc"]);
  const [issuer] = json.authorization_servers;
  const path = new URL(issuer).pathname;
  const { json: as } = expectStatus(await server.request("GET", `/.well-known/oauth-authorization-server${path}`), 200);
  assert.equal(as.issuer, issuer);
  const preflight = await server.request("OPTIONS", "/oid4vci/credential");
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-headers"), /authorization/);
  assert.equal((await server.request("POST", "/oid4vci/nonce")).headers.get("cache-control"), "no-store");
});

test("only the recipient offers a credential, and only one that holds", async () => {
  const credential = await issued();
  assertError(await offered(credential, {}, null), 401, "UNAUTHORIZED");
  const stranger = (await signInByMail(server, newRecipient().email)).token;
  assertError(await offered(credential, {}, stranger), 403, "EMAIL_MISMATCH");
  assertError(await offered(credential, { more: 1 }), 400, "VALIDATION_ERROR", "more");
  const token = await newToken(credential);
  expectStatus(await server.request("POST", `/api/v1/credentials/${credential.id}/suspend`, { token: organization.apiKey, json: { reason: "x" } }), 200);
  assertError(await offered(credential), 409, "CONFLICT");
  assertRefused(await ask(token, await proof(await newKey("EdDSA"), await newNonce())), "credential_request_denied");
  expectStatus(await server.request("POST", `/api/v1/credentials/${credential.id}/reinstate`, { token: organization.apiKey, json: { reason: "x" } }), 200);
  expectStatus(await ask(token, await proof(await newKey("EdDSA"), await newNonce())), 200);
});

test("a credential that was issued to a DID is made over to no other", async () => {
  const key = await newKey("EdDSA");
  const credential = await issued({}, { id: key.did });
  const token = await newToken(credential);
  assertRefused(await ask(token, await proof(await newKey("EdDSA"), await newNonce())), "credential_request_denied");
  expectStatus(await ask(token, await proof(key, await newNonce())), 200);
});

test("a code is good once; who presents it again ends the token that it gave", async () => {
  const code = codeOf(expectStatus(await offered(await issued()), 201).json);
  const { access_token: token, token_type: type, expires_in: seconds } = expectStatus(await tokenFor(code), 200).json;
  assert.deepEqual([type, seconds], ["Bearer", 600]);
  assertRefused(await tokenFor(code), "invalid_grant");
  assertRefused(await ask(token, await proof(await newKey("EdDSA"), await newNonce())), "invalid_token", 401);
});

test("a code for people must be told with the other, and five wrong ones end the offer", async () => {
  const credential = await issued();
  const first = expectStatus(await offered(credential, { txCode: true }), 201).json;
  assert.match(first.txCode, /^\d{6}$/);
  assertRefused(await tokenFor(codeOf(first)), "invalid_grant");
  expectStatus(await tokenFor(codeOf(first), { tx_code: first.txCode }), 200);
  const second = expectStatus(await offered(credential, { txCode: true }), 201).json;
  const wrong = second.txCode === "000000" ? "000001" : "000000";
  for (let attempt = 0; attempt < 5; attempt += 1) assertRefused(await tokenFor(codeOf(second), { tx_code: wrong }), "invalid_grant");
  assertRefused(await tokenFor(codeOf(second), { tx_code: second.txCode }), "invalid_grant");
  const none = expectStatus(await offered(credential), 201).json;
  assert.equal(none.txCode, null);
  assertRefused(await tokenFor(codeOf(none), { tx_code: "123456" }), "invalid_grant");
});

test("codes, tokens and nonces grow old", async () => {
  const db = server.bindings.DB;
  const credential = await issued();
  const age = (table, column) => db.prepare(`UPDATE ${table} SET ${column} = 1`).run();
  const code = codeOf(expectStatus(await offered(credential), 201).json);
  await age("wallet_offer", "expires_at");
  assertRefused(await tokenFor(code), "invalid_grant");
  const key = await newKey("EdDSA");
  const token = await newToken(credential);
  const nonce = await newNonce();
  await age("wallet_nonce", "expires_at");
  assertRefused(await ask(token, await proof(key, nonce)), "invalid_nonce");
  const fresh = await newNonce();
  await age("wallet_offer", "token_expires_at");
  assertRefused(await ask(token, await proof(key, fresh)), "invalid_token", 401);
});

test("what is no request for a token is refused", async () => {
  const code = codeOf(expectStatus(await offered(await issued()), 201).json);
  const send = (sent) => server.request("POST", "/oid4vci/token", sent);
  assertRefused(await send(form({ grant_type: "authorization_code", code })), "unsupported_grant_type");
  assertRefused(await send(form({ "pre-authorized_code": code })), "invalid_request");
  assertRefused(await send({ json: {} }), "invalid_request");
  const grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
  assertRefused(await send({ ...form({}), body: `grant_type=${encodeURIComponent(grant)}&pre-authorized_code=${code}&pre-authorized_code=${code}` }), "invalid_request");
  assertRefused(await tokenFor("nothing"), "invalid_grant");
  expectStatus(await tokenFor(code), 200);
});

test("a request that is larger than any wallet's is refused, and uses nothing up", async () => {
  const padding = "x".repeat(64 << 10);
  const code = codeOf(expectStatus(await offered(await issued()), 201).json);
  assertError(await tokenFor(code, { padding }), 413, "PAYLOAD_TOO_LARGE");
  const token = expectStatus(await tokenFor(code), 200).json.access_token;
  const jwt = await proof(await newKey("EdDSA"), await newNonce());
  assertError(await ask(token, jwt, { padding }), 413, "PAYLOAD_TOO_LARGE");
  expectStatus(await ask(token, jwt), 200);
});

test("a proof must be of the key, for this issuer, now, and over a nonce that was given; nothing is used up by one that is not", async () => {
  const token = await newToken();
  const key = await newKey("EdDSA");
  const other = await newKey("EdDSA");
  const elliptic = await newKey("ES256", "jwk");
  const now = Math.floor(Date.now() / 1000);
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const nonce = await newNonce();
  const good = await proof(key, nonce);
  const [, payload, signature] = good.split(".");
  for (const [why, jwt] of [
    ["another audience", await proof(key, nonce, { claims: { aud: "https://other.example" } })],
    ["two audiences", await proof(key, nonce, { claims: { aud: [PUBLIC_ORIGIN, "https://other.example"] } })],
    ["too old", await proof(key, nonce, { claims: { iat: now - 3600 } })],
    ["of tomorrow", await proof(key, nonce, { claims: { iat: now + 86_400 } })],
    ["over", await proof(key, nonce, { claims: { exp: now - 1 } })],
    ["another type", await proof(key, nonce, { header: { typ: "JWT" } })],
    ["another's name", await proof(key, nonce, { header: other.header })],
    ["two keys", await proof(key, nonce, { header: { jwk: elliptic.header.jwk } })],
    ["did:web", await proof(key, nonce, { header: { kid: "did:web:badges.example#key" } })],
    ["alg none", `${encode({ alg: "none", typ: "openid4vci-proof+jwt", kid: key.header.kid })}.${payload}.`],
    ["alg of another key", `${encode({ alg: "ES256", typ: "openid4vci-proof+jwt", kid: key.header.kid })}.${payload}.${signature}`],
    ["an altered signature", `${good.slice(0, -4)}AAAA`],
    ["a private key", await proof(elliptic, nonce, { header: { jwk: { ...elliptic.header.jwk, d: elliptic.header.jwk.x } } })],
    ["no JWT", "x"],
  ]) {
    assertRefused(await ask(token, jwt), "invalid_proof");
    assert.ok(why);
  }
  assertRefused(await ask(token, await proof(key, undefined)), "invalid_nonce");
  assertRefused(await ask(token, await proof(key, "made-up")), "invalid_nonce");
  assertRefused(await ask(token, good, { credential_configuration_id: "UniversityDegree" }), "unknown_credential_configuration");
  assertRefused(await ask(token, good, { credential_identifier: "x" }), "invalid_credential_request");
  assertRefused(await ask(token, good, { proofs: { jwt: [good, good] } }), "invalid_proof");
  assertRefused(await ask("made-up", good), "invalid_token", 401);
  assertRefused(await ask(null, good), "invalid_token", 401);
  expectStatus(await ask(token, good), 200);
  assertRefused(await ask(token, await proof(key, await newNonce())), "invalid_token", 401);
  assertRefused(await ask(await newToken(), await proof(key, nonce)), "invalid_nonce");
});

test("of many requests at the same time with one code, one token or one nonce, one wins", async () => {
  const count = (answers) => answers.filter(({ status }) => status === 200).length;
  const twenty = (work) => Promise.all(Array.from({ length: 20 }, (_, at) => work(at)));
  const code = codeOf(expectStatus(await offered(await issued()), 201).json);
  assert.equal(count(await twenty(() => tokenFor(code))), 1);
  const key = await newKey("EdDSA");
  const token = await newToken();
  const proofs = await twenty(async () => proof(key, await newNonce()));
  assert.equal(count(await twenty((at) => ask(token, proofs[at]))), 1);
  const nonce = await newNonce();
  const tokens = [];
  for (let at = 0; at < 5; at += 1) tokens.push(await newToken());
  const same = await proof(key, nonce);
  assert.equal(count(await Promise.all(tokens.map((one) => ask(one, same)))), 1);
});

test("a wallet presents what it took, and the presentation is verified", async () => {
  const pair = await digitalBazaar.keyPair(randomBytes(32));
  const jwk = await Ed25519Multikey.toJwk({ keyPair: pair, secretKey: true });
  const d = Buffer.from(jwk.d, "base64url").subarray(0, 32).toString("base64url");
  const key = { alg: "EdDSA", privateKey: await importJWK({ ...jwk, d }, "EdDSA"), header: { kid: pair.id }, did: pair.did };
  const taken = expectStatus(await ask(await newToken(), await proof(key, await newNonce())), 200).json.credentials[0].credential;
  const presentation = { "@context": ["https://www.w3.org/ns/credentials/v2"], type: ["VerifiablePresentation"], holder: pair.did, verifiableCredential: [taken] };
  const verifiablePresentation = await digitalBazaar.present(presentation, pair, { challenge: "n-1" });
  const { json } = expectStatus(await server.request("POST", "/presentations/verify", { json: { verifiablePresentation, options: { challenge: "n-1" } } }), 200);
  assert.equal(json.outcome, "verified");
});
