// Every form that a badge comes in, and the signatures that WebCrypto checks, with the packed package in Node.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW as now, installPackage, sample } from "./install.js";
import { badgeOf, createKey, createKeyWithSign, didKey, flipOneBit, signData, signPayload, signToken } from "./tokens.js";

const { verify, extract, bake, canonicalize } = await import(installPackage().entry);

const ISSUER = "https://harbour.example/profile";
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4"/></svg>\n';
const sampleBadge = sample("did-key.json");

/** Verifies with these documents and no others; `documents` maps URLs to values. */
async function check(input, documents = {}) {
  const fetch = async (url) => (url in documents ? Response.json(documents[url]) : new Response(null, { status: 404 }));
  const report = await verify(input, { now, fetch });
  return { verdict: [report.outcome, report.code], report };
}

const VERIFIED = ["verified", "verified"];
const ALTERED = ["rejected", "signature_invalid"];

/** The controller document of the issuer, which lists the key for assertions. */
const controllerDocument = (key) => ({
  "@context": ["https://www.w3.org/ns/cid/v1"],
  id: ISSUER,
  verificationMethod: [{ id: `${ISSUER}#key-1`, type: "JsonWebKey", controller: ISSUER, publicKeyJwk: key.jwk }],
  assertionMethod: [`${ISSUER}#key-1`],
});

for (const algorithm of ["ES256", "ES384", "RS256"]) {
  test(`a token signed with ${algorithm} and a key of the issuer's document is verified, and rejected after one flipped bit`, async () => {
    const key = await createKey(algorithm);
    const token = await signToken(badgeOf(ISSUER), key, { kid: `${ISSUER}#key-1` });
    const documents = { [ISSUER]: controllerDocument(key) };
    const { verdict, report } = await check(token, documents);
    assert.deepEqual(verdict, VERIFIED);
    assert.equal(report.checks[0].data.form, "jwt");
    assert.equal(report.claims.achievement.name, "Knot Tying");
    assert.deepEqual((await check(flipOneBit(token), documents)).verdict, ALTERED);
    assert.deepEqual((await check(token)).verdict, ["indeterminate", "key_unavailable"]);
  });

  test(`a token signed with ${algorithm} and a key published below the issuer's address is verified`, async () => {
    const key = await createKey(algorithm);
    const kid = `${ISSUER}/keys/1.json`;
    const token = await signToken(badgeOf(ISSUER), key, { kid });
    assert.deepEqual((await check(token, { [kid]: key.jwk })).verdict, VERIFIED);
    const other = await createKey(algorithm);
    assert.deepEqual((await check(token, { [kid]: other.jwk })).verdict, ALTERED);
  });
}

test("a badge is held against the schema that it names", async () => {
  const key = await createKey("ES256");
  const id = "https://harbour.example/schema.json";
  const named = { credentialSchema: [{ id, type: "1EdTechJsonSchemaValidator2019" }] };
  const token = await signToken({ ...badgeOf(ISSUER), ...named }, key, { kid: `${ISSUER}#key-1` });
  const documents = { [ISSUER]: controllerDocument(key) };
  const $schema = "https://json-schema.org/draft/2019-09/schema";
  for (const [schema, expected] of [
    [{ $schema, required: ["name"], properties: { name: { type: "string", pattern: "^Knot" } } }, VERIFIED],
    [{ $schema, properties: { name: { maxLength: 3 } } }, ["rejected", "json_schema_violated"]],
    [{ $schema, unevaluatedProperties: false }, ["indeterminate", "json_schema_unsupported"]],
    [undefined, ["indeterminate", "json_schema_unavailable"]],
  ]) {
    assert.deepEqual((await check(token, { ...documents, ...(schema && { [id]: schema }) })).verdict, expected, JSON.stringify(schema));
  }
});

test("a key published elsewhere than below the issuer's address does not authenticate the issuer", async () => {
  const key = await createKey("ES256");
  const kid = "https://elsewhere.example/keys/1.json";
  const token = await signToken(badgeOf(ISSUER), key, { kid });
  assert.deepEqual((await check(token, { [kid]: key.jwk })).verdict, ["indeterminate", "issuer_not_authenticated"]);
});

for (const algorithm of ["ES256", "ES384"]) {
  for (const isOdd of [false, true]) {
    test(`a did:key of ${algorithm} with an ${isOdd ? "odd" : "even"} coordinate is decompressed`, async () => {
      const key = await createKeyWithSign(algorithm, isOdd);
      const token = await signToken(badgeOf(key.did), key, { kid: `${key.did}#${key.multibase}` });
      assert.deepEqual((await check(token)).verdict, VERIFIED);
      assert.deepEqual((await check(flipOneBit(token))).verdict, ALTERED);
    });
  }
}

test("a key that is no point of its curve signs nothing", async () => {
  const key = await createKey("ES256");
  const verdicts = [];
  // Of the coordinates that follow the key's own, half are not on the curve: among a dozen, some surely are not.
  for (let step = 1; step <= 12; step += 1) {
    const point = Buffer.from(key.point);
    point[20] ^= step;
    const { did, multibase } = didKey("ES256", point);
    const compressed = await signToken(badgeOf(did), key, { kid: `${did}#${multibase}` });
    verdicts.push((await check(compressed)).verdict);

    const kid = `${ISSUER}/keys/1.json`;
    const token = await signToken(badgeOf(ISSUER), key, { kid });
    const jwk = { ...key.jwk, x: point.subarray(1).toString("base64url") };
    verdicts.push((await check(token, { [kid]: jwk })).verdict);
  }
  assert.deepEqual([...new Set(verdicts.map(String))], [String(ALTERED)]);
});

test("a badge with a proof of ecdsa-rdfc-2019 and a did:key is verified, and rejected after one changed claim", async () => {
  const key = await createKey("ES256");
  const signed = JSON.stringify(await signData(badgeOf(key.did), key, canonicalize));
  assert.deepEqual((await check(signed)).verdict, VERIFIED);
  assert.deepEqual((await check(signed.replaceAll("Knot Tying", "Not Trying"))).verdict, ALTERED);
});

test("a token is read as text, as bytes, and with white space around it", async () => {
  const key = await createKey("ES256");
  const token = await signToken(badgeOf(key.did), key, { kid: `${key.did}#${key.multibase}` });
  for (const input of [token, Buffer.from(token), `\n${token}\n`, new Blob([token])]) {
    assert.deepEqual((await check(input)).verdict, VERIFIED);
  }
});

test("a credential baked into an SVG comes out as it went in, and is verified there", async () => {
  const baked = await bake(Buffer.from(SVG), sampleBadge);
  assert.ok(baked instanceof Uint8Array);
  assert.match(new TextDecoder().decode(baked), /^<svg [^]*<circle [^]*<\/svg>\s*$/);
  assert.deepEqual(JSON.parse(await extract(baked)), JSON.parse(sampleBadge));
  for (const input of [baked, new TextDecoder().decode(baked)]) {
    const { verdict, report } = await check(input);
    assert.deepEqual(verdict, VERIFIED);
    assert.equal(report.checks[0].data.form, "svg");
  }
});

test("a token baked into an SVG is verified there, and a second baking replaces the first", async () => {
  const key = await createKey("ES256");
  const token = await signToken(badgeOf(key.did), key, { kid: `${key.did}#${key.multibase}` });
  const baked = await bake(await bake(Buffer.from(SVG), sampleBadge), token);
  assert.equal((await extract(baked)).trim(), token);
  assert.deepEqual((await check(baked)).verdict, VERIFIED);
});

test("what is no image is neither read nor written", async () => {
  await assert.rejects(extract(Buffer.from("no image")), /neither a PNG nor an SVG/);
  await assert.rejects(bake(Buffer.from("no image"), sampleBadge), /neither a PNG nor an SVG/);
  await assert.rejects(extract(Buffer.from(SVG)), /carries no credential/);
  await assert.rejects(extract("<svg/>"), TypeError);
});

test("canonical N-Quads do not depend on how a document is written", async () => {
  const { proof, ...credential } = JSON.parse(sampleBadge);
  const quads = await canonicalize(JSON.stringify(credential));
  const turned = Object.fromEntries(Object.entries(credential).reverse());
  assert.equal(await canonicalize(JSON.stringify(turned, null, 2)), quads);
  const lines = quads.split("\n");
  assert.equal(lines.pop(), "");
  assert.deepEqual(lines, [...lines].sort());
  assert.ok(lines.includes('<https://badges.example.org/credentials/did-key> <https://schema.org/name> "Field Mapping" .'));
});

test("a document that a signature would not cover as a whole has no canonical form", async () => {
  const { proof, ...credential } = JSON.parse(sampleBadge);
  for (const [document, message] of [
    ["{", /not strict JSON/],
    [JSON.stringify({ ...credential, favouriteColour: "green" }), /favouriteColour/],
    [JSON.stringify({ ...credential, "@context": [...credential["@context"], "https://evil.example/"] }), /evil\.example/],
  ]) {
    await assert.rejects(canonicalize(document), message);
  }
  await assert.rejects(canonicalize(JSON.parse(sampleBadge)), TypeError);
});

test("a presentation as a JWS is its holder's, and answers by its nonce and its audience", async () => {
  const [issuer, holder] = [await createKey("ES256"), await createKey("ES384")];
  const badge = await signToken(badgeOf(issuer.did), issuer, { kid: `${issuer.did}#${issuer.multibase}` });
  const payload = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    type: ["VerifiablePresentation"],
    holder: holder.did,
    verifiableCredential: [
      { "@context": "https://www.w3.org/ns/credentials/v2", type: "EnvelopedVerifiableCredential", id: `data:application/vc+jwt,${badge}` },
    ],
    nonce: "n-1",
    aud: "https://desk.example",
  };
  const present = (by) => signPayload(payload, by, { typ: "vp+jwt", kid: `${by.did}#${by.multibase}` });
  const verdict = async (token, policy) => {
    const { outcome, code } = await verify(token, { now, policy });
    return [outcome, code];
  };
  const token = await present(holder);
  assert.deepEqual(await verdict(token, { challenge: "n-1", domain: "https://desk.example" }), VERIFIED);
  assert.deepEqual(await verdict(token, { challenge: "n-2" }), ["rejected", "challenge_mismatch"]);
  assert.deepEqual(await verdict(flipOneBit(token)), ALTERED);
  assert.deepEqual(await verdict(await present(issuer)), ["indeterminate", "holder_not_authenticated"]);
});
