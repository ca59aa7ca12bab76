// Badges as JWTs that `jose` signs, verified by the packed npm package; and ours by `jose`, where the tests sign (what the
// worker signs is in jwt.test.mjs).

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK } from "jose";

import { alterations } from "../lib/alter.mjs";
import { badge } from "../lib/badges.mjs";
import { decodeMultibase } from "../lib/multibase.mjs";
import { startOracle } from "../lib/oracle.mjs";
import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";

const { verify } = await import(installPackage().entry);
const oracle = startOracle();
after(() => oracle.close());

const issuer = "https://college.example.edu/issuers/1";
const kid = `${issuer}/key`;
const now = "2026-06-01T00:00:00Z";
const encode = (value) => new TextEncoder().encode(JSON.stringify(value));
const payload = { ...badge(issuer), iss: issuer, jti: badge(issuer).id, sub: "did:example:somebody", nbf: 1768467600 };

const report = (token, jwk) =>
  verify(token, { now, fetch: async (url) => (url === kid ? Response.json(jwk) : new Response(null, { status: 404 })) });

for (const alg of ["EdDSA", "ES256", "ES384", "RS256"]) {
  test(`a badge that jose signs with ${alg} is verified, and not with one value altered`, async () => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = await exportJWK(publicKey);
    const signed = await new CompactSign(encode(payload)).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(privateKey);
    const { outcome, code, checks } = await report(signed, jwk);
    assert.equal(outcome, "verified", `${code} ${JSON.stringify(checks.filter(({ result }) => result !== "valid"))}`);

    const [header, , signature] = signed.split(".");
    let count = 0;
    for (const { path, document } of alterations(payload)) {
      const forged = `${header}.${Buffer.from(JSON.stringify(document)).toString("base64url")}.${signature}`;
      assert.equal((await report(forged, jwk)).outcome, "rejected", path);
      await assert.rejects(compactVerify(forged, publicKey), path);
      count += 1;
    }
    assert.ok(count >= 15, `only ${count} values were altered`);

    const other = await exportJWK((await generateKeyPair(alg, { extractable: true })).publicKey);
    assert.equal((await report(signed, other)).code, "signature_invalid");
  });
}

test("jose verifies the tokens that the tests sign, and they are the badges that were signed", async () => {
  const corpus = JSON.parse(await oracle.get({ op: "corpus" }));
  const { input } = corpus.find(({ name }) => name === "EdDSA: intact");
  const token = Buffer.from(input, "base64url").toString();
  const { kid: method } = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
  const x = Buffer.from(decodeMultibase(method.split("#")[1]).subarray(2)).toString("base64url");
  const key = await importJWK({ kty: "OKP", crv: "Ed25519", x }, "EdDSA");
  const { payload } = await compactVerify(token, key);
  assert.equal(JSON.parse(new TextDecoder().decode(payload)).type[1], "OpenBadgeCredential");
});
