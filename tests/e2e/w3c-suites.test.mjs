// What the W3C's test suites ask of a VC-API (vc-data-model-2.0, vc-di-eddsa), in the bodies, with the options and by the status codes of
// theirs: against `make run` over https, whose certificate they do not know. The suites themselves are not on npm.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";

import * as digitalBazaar from "../lib/digitalbazaar.mjs";
import { decodeMultibase, encodeMultibase } from "../lib/multibase.mjs";
import { freePort, makeRun, START_TIMEOUT_MS } from "./make-run.mjs";
import { credentialInputs, INPUTS, isGood, sentInput } from "./w3c-inputs.mjs";

const V2 = "https://www.w3.org/ns/credentials/v2";
const folder = mkdtempSync(join(tmpdir(), "accolade-suites-"));
// As the suites do it.
const agent = new Agent({ rejectUnauthorized: false, keepAlive: true });

let child;
let demo;
let holder;

before(async () => {
  child = makeRun({ folder, port: await freePort(), env: { HTTPS: "on" } });
  await child.ready;
  demo = JSON.parse(readFileSync(join(folder, "demo.json"), "utf8"));
  holder = await digitalBazaar.keyPair(randomBytes(32));
}, { timeout: START_TIMEOUT_MS });
after(async () => {
  agent.destroy();
  if (child) {
    process.kill(child.pid, "SIGTERM");
    await child.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A request as the suites' own client makes it; resolves to `{status, data}`. */
function post(path, json, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = { "content-type": "application/json", accept: "application/json, application/ld+json, */*", ...headers };
    const asked = request(`${demo.baseUrl}${path}`, { method: "POST", headers: sent, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode, data: JSON.parse(text) }));
    });
    asked.on("error", reject).end(JSON.stringify(json));
  });
}
const issue = (credential, options = {}) => post("/credentials/issue", { credential, options }, { authorization: `Bearer ${demo.apiKey}` });
const verify = (verifiableCredential, options = {}) => post("/credentials/verify", { verifiableCredential, options: { checks: ["proof"], ...options } });
const verifyVp = (verifiablePresentation, options = { checks: [] }) => post("/presentations/verify", { verifiablePresentation, options });

function accepted({ status, data }, expected = 200) {
  assert.equal(status, expected, JSON.stringify(data));
  // A client of theirs takes a member of this name for a failure.
  assert.equal(data.errors, undefined);
  return data;
}
/** 400 or 422, by which they tell a refusal from a fault and from a want of authorization. */
const refused = ({ status, data }, why) => assert.ok([400, 422].includes(status), `${why}: ${status} ${JSON.stringify(data)}`);

const newCredential = (members = {}) => ({
  "@context": [V2],
  id: `urn:uuid:${randomUUID()}`,
  type: ["VerifiableCredential"],
  issuer: demo.organization.did,
  credentialSubject: { id: "did:example:subject" },
  ...members,
});

test("vc-data-model-2.0: what its inputs name ok is issued and verified, and what they name fail is refused", { skip: !INPUTS && "no vectors here" }, async () => {
  const names = credentialInputs();
  assert.ok(names.length > 80, `only ${names.length} inputs`);
  for (const name of names) {
    const credential = sentInput(name, demo.organization.did);
    const answer = await issue(credential);
    if (!isGood(name)) {
      refused(answer, name);
      continue;
    }
    const { verifiableCredential } = accepted(answer, 201);
    assert.ok(Array.isArray(verifiableCredential["@context"]) && verifiableCredential["@context"][0] === V2, name);
    assert.ok([verifiableCredential.type].flat().includes("VerifiableCredential"), name);
    assert.ok(verifiableCredential.issuer && verifiableCredential.credentialSubject && verifiableCredential.proof, name);
    const now = Date.now();
    const isInForce = !(Date.parse(credential.validFrom) > now) && !(Date.parse(credential.validUntil) < now);
    if (isInForce) accepted(await verify(verifiableCredential));
    else refused(await verify(verifiableCredential), name);
  }
});

test("vc-data-model-2.0: presentations that its own key has signed are verified with the checks it names", async () => {
  const own = await digitalBazaar.issue(newCredential({ issuer: holder.did }), holder);
  const { verifiableCredential: ours } = accepted(await issue(newCredential()), 201);
  const bare = { "@context": [V2], type: ["VerifiablePresentation"] };
  for (const verifiableCredential of [[own], [own, ours], undefined]) {
    const signed = await digitalBazaar.present({ ...bare, ...(verifiableCredential && { verifiableCredential }) }, holder, { challenge: "u" + randomBytes(16).toString("base64url") });
    const data = accepted(await verifyVp(signed));
    assert.equal(data.verified, true);
  }
  const { type, ...untyped } = ours;
  for (const [why, verifiableCredential] of [["no type", [untyped]], ["a string", ["did:example:vc"]], ["a number", [1]], ["a URL", "https://example.org/vc"]]) {
    refused(await verifyVp({ ...bare, verifiableCredential, proof: own.proof }), why);
  }
  refused(await verifyVp({ ...bare, verifiableCredential: [own] }), "no proof");
});

test("vc-data-model-2.0: an enveloped credential is issued and verified, and not without its context, type or data URL", async () => {
  const { verifiableCredential } = accepted(await issue(newCredential(), { envelope: "application/vc+jwt" }), 201);
  assert.equal(verifiableCredential.type, "EnvelopedVerifiableCredential");
  accepted(await verify(verifiableCredential));
  const { type, ...untyped } = verifiableCredential;
  for (const [why, bad] of [
    ["no contexts", { ...verifiableCredential, "@context": [] }],
    ["another context", { ...verifiableCredential, "@context": "https://www.w3.org/ns/credentials/examples/v2" }],
    ["no data URL", { ...verifiableCredential, id: verifiableCredential.id.split(",").pop() }],
    ["no type", untyped],
    ["another type", { ...verifiableCredential, type: "VerifiableCredential" }],
  ]) {
    refused(await verify(bad), why);
  }
});

test("vc-di-eddsa: what is issued has a proof of its form, by a key that is where the proof says", async () => {
  const { verifiableCredential } = accepted(await issue(newCredential()), 201);
  const { proof } = verifiableCredential;
  assert.deepEqual([proof.type, proof.cryptosuite, proof.proofPurpose], ["DataIntegrityProof", "eddsa-rdfc-2022", "assertionMethod"]);
  assert.match(proof.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  assert.equal(decodeMultibase(proof.proofValue).length, 64);
  const { document: key } = await digitalBazaar.documentLoader()(proof.verificationMethod);
  assert.equal(key.type, "Multikey");
  const { document: controller } = await digitalBazaar.documentLoader()(key.controller);
  assert.ok(controller[proof.proofPurpose].some((method) => (method.id ?? method) === proof.verificationMethod));
  assert.deepEqual([...decodeMultibase(key.publicKeyMultibase)].slice(0, 2), [0xed, 0x01]);
  assert.equal(decodeMultibase(key.publicKeyMultibase).length, 34);
  accepted(await verify(verifiableCredential));
  const { verified } = await digitalBazaar.verify(verifiableCredential);
  assert.ok(verified);
  refused(await issue(newCredential(), { cryptosuite: "eddsa-jcs-2022" }), "another cryptosuite");
});

/** A credential that was signed as a whole, by a suite with something changed before it signs. */
async function signedBy(change) {
  const suite = new DataIntegrityProof({ signer: holder.signer(), date: "2026-01-15T09:00:00Z", cryptosuite });
  change(suite);
  return vc.issue({ credential: newCredential({ issuer: holder.did }), suite, documentLoader: digitalBazaar.documentLoader() });
}

test("vc-di-eddsa: a credential of another stack is verified, and whatever is wrong with a proof is refused", async () => {
  const good = await signedBy(() => {});
  accepted(await verify(good));
  accepted(await verify(good, { expectedProofPurpose: "assertionMethod" }));
  const without = (name) => ({ ...good, proof: Object.fromEntries(Object.entries(good.proof).filter(([member]) => member !== name)) });
  const changed = (members) => ({ ...good, proof: { ...good.proof, ...members } });
  const value = decodeMultibase(good.proof.proofValue);
  const digest512 = { ...cryptosuite, createVerifyData: async () => new Uint8Array(randomBytes(128)) };
  const { proof, ...bare } = good;
  for (const [why, credential] of [
    ["no proof", bare],
    ["null for a proof", { ...good, proof: null }],
    ...["type", "verificationMethod", "proofPurpose", "proofValue", "cryptosuite"].map((name) => [`no ${name}`, without(name)]),
    ["another type", changed({ type: "UnknownProofType" })],
    ["another cryptosuite", changed({ cryptosuite: "UnknownCryptosuite" })],
    ["another cryptosuite, which signed", await signedBy((suite) => (suite.cryptosuite = "UnknownCryptosuite"))],
    ["another method", changed({ verificationMethod: "did:key:invalidVm" })],
    ["another method, which signed", await signedBy((suite) => (suite.verificationMethod = "did:key:invalidVm"))],
    ["another purpose", changed({ proofPurpose: "invalidPurpose" })],
    ["null for a value", changed({ proofValue: null })],
    ["a value that is no multibase", changed({ proofValue: good.proof.proofValue.slice(1) })],
    ["a value of 96 bytes", changed({ proofValue: encodeMultibase([...value, ...randomBytes(32)]) })],
    ["a value of 63 bytes", changed({ proofValue: encodeMultibase(value.slice(1)) })],
    ["a time that is none", changed({ created: "invalidDate" })],
    ["a time that is none, which signed", await signedBy((suite) => (suite.date = "invalidDate")).catch(() => changed({ created: "invalidDate" }))],
    ["a time without a zone, which signed", await signedBy((suite) => (suite.date = "2026-01-15T09:00:00"))],
    ["another hash", await signedBy((suite) => (suite._cryptosuite = digest512))],
    ["another claim", { ...good, credentialSubject: { id: "did:example:other" } }],
  ]) {
    refused(await verify(credential), why);
  }
  refused(await verify(good, { expectedProofPurpose: "authentication" }), "another purpose is expected");
  refused(await verify(good, { domain: "domain.example" }), "another domain is expected");
  refused(await verify(good, { domain: "domain.example", challenge: "1235abcd6789" }), "another challenge is expected");
});

test("without the key, or with nothing, a refusal is told from a fault", async () => {
  const unauthorized = await post("/credentials/issue", { credential: newCredential() });
  assert.equal(unauthorized.status, 401);
  for (const path of ["/credentials/verify", "/presentations/verify"]) {
    for (const body of [{}, [], { verifiableCredential: null }, { verifiablePresentation: "x" }]) refused(await post(path, body), path);
  }
});
