// The smaller entry of the packed package, in Node, beside the whole.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { DEMO_IMAGE, NOW as now, installPackage, sample } from "./install.js";
import { badgeOf, createKey, signData } from "./tokens.js";

const { user, entry } = installPackage();
const path = join(user, "slim.js");
writeFileSync(path, 'export * from "accolade-verifier/slim";\n');
const slim = await import(pathToFileURL(path).href);
const whole = await import(entry);

const didKey = sample("did-key.json");
const didWeb = sample("did-web.json");
const fetchIssuer = async () => new Response(sample("did-web.did.json"));

test("it has the functions that it says it has", () => {
  assert.deepEqual(Object.keys(slim).sort(), ["VerifierStoppedError", "codes", "createVerifier", "extract", "verify"]);
  assert.deepEqual(Object.keys(slim.createVerifier()), ["verify", "extract"]);
});

test("what it reads it reports as the whole does", async () => {
  const inputs = [
    didKey,
    didKey.replaceAll("Field Mapping", "Field Napping"),
    didWeb,
    await whole.bake(readFileSync(DEMO_IMAGE), didKey),
    readFileSync(DEMO_IMAGE),
    "{",
    "",
  ];
  for (const input of inputs) {
    const options = { now, fetch: fetchIssuer };
    assert.deepEqual(await slim.verify(input, options), await whole.verify(input, options));
  }
  assert.equal(await slim.extract(await whole.bake(readFileSync(DEMO_IMAGE), didKey)), didKey);
  assert.deepEqual(await slim.codes(), await whole.codes());
});

test("what it does not read it leaves open, and says so", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4" cx="4.5" cy="4.5"/></svg>';
  const presentation = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    type: "VerifiablePresentation",
    verifiableCredential: [JSON.parse(didKey)],
  };
  const inputs = {
    jwt: sample("es256.jwt"),
    svg: await whole.bake(new TextEncoder().encode(svg), didKey),
    presentation: JSON.stringify(presentation),
  };
  for (const [form, input] of Object.entries(inputs)) {
    assert.notEqual((await whole.verify(input, { now })).code, "format_unsupported", form);
    const { outcome, code, checks, claims } = await slim.verify(input, { now });
    assert.deepEqual([outcome, code, claims], ["indeterminate", "format_unsupported", null], form);
    assert.equal(checks[0].data.form, form);
  }
  await assert.rejects(slim.extract(inputs.svg), /SVG/);
});

test("what the whole verifies it does not reject, be it that the one proof that it reads fails", async () => {
  const key = await createKey("ES256");
  const badge = await signData(badgeOf(key.did), key, whole.canonicalize);
  badge.proof = [JSON.parse(didKey).proof, badge.proof];
  const input = JSON.stringify(badge);
  const proofs = ({ checks }) => checks.find(({ name }) => name === "proof").items.map(({ code }) => code);
  const verified = await whole.verify(input, { now });
  assert.deepEqual([verified.code, ...proofs(verified)], ["verified", "signature_invalid", "signature_valid"]);
  const open = await slim.verify(input, { now });
  assert.deepEqual([open.outcome, open.code, ...proofs(open)], ["indeterminate", "proof_unsupported", "signature_invalid", "proof_unsupported"]);
});
