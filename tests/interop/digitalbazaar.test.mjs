// A credential that the core signs verifies with the Digital Bazaar stack; one that it signs verifies with the packed npm
// package; and both refuse either with any one value altered.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { alterations } from "../lib/alter.mjs";
import { badge } from "../lib/badges.mjs";
import * as digitalBazaar from "../lib/digitalbazaar.mjs";
import { startOracle } from "../lib/oracle.mjs";

const { verify } = await import(installPackage().entry);
const oracle = startOracle();
after(() => oracle.close());

const seed = "07".repeat(32);
const created = "2026-01-15T09:00:00Z";
const now = new Date("2026-06-01T00:00:00Z");

/** Nothing is fetched: a `did:key` is all that these need. */
const fetch = async (url) => assert.fail(`${url} was asked for`);
const ours = async (credential) => verify(JSON.stringify(credential), { now, fetch });
const theirs = async (credential) => digitalBazaar.verify(credential, { now });

const credentials = {
  "every member that the core can issue": async () => JSON.parse(await oracle.get({ op: "issue", seed, created })),
  "the smallest badge, signed by the core": async () => {
    const issuer = await oracle.get({ op: "did", seed });
    return JSON.parse(await oracle.get({ op: "sign", credential: JSON.stringify(badge(issuer)), seed, created }));
  },
  "the smallest badge, signed by the Digital Bazaar stack": async () => {
    const pair = await digitalBazaar.keyPair(new Uint8Array(32).fill(9));
    return digitalBazaar.issue(badge(pair.did), pair, { created });
  },
  "a badge whose name has a language, signed by the Digital Bazaar stack": async () => {
    const pair = await digitalBazaar.keyPair(new Uint8Array(32).fill(10));
    return digitalBazaar.issue({ ...badge(pair.did), name: { "@value": "First aid", "@language": "en-US" } }, pair, { created });
  },
  "a badge with evidence, results and an alignment, signed by the Digital Bazaar stack": async () => {
    const pair = await digitalBazaar.keyPair(new Uint8Array(32).fill(11));
    return digitalBazaar.issue(richBadge(pair.did), pair, { created });
  },
};

for (const [name, make] of Object.entries(credentials)) {
  test(`${name}: both verify it`, async () => {
    const credential = await make();
    const report = await ours(credential);
    assert.equal(report.outcome, "verified", JSON.stringify(report.checks.filter(({ result }) => result !== "valid")));
    const { verified, error } = await theirs(credential);
    assert.ok(verified, JSON.stringify(error?.errors?.map(({ message }) => message)));
  });

  test(`${name}: neither verifies it with one value altered`, async () => {
    const credential = await make();
    let count = 0;
    for (const { path, document } of alterations(credential)) {
      const { outcome, code } = await ours(document);
      assert.notEqual(outcome, "verified", `the core verifies an altered ${path}`);
      if (!path.startsWith("proof.")) assert.equal(outcome, "rejected", `${path}: ${code}`);
      const answer = await theirs(document).catch(() => ({ verified: false }));
      assert.equal(answer.verified, false, `the Digital Bazaar stack verifies an altered ${path}`);
      count++;
    }
    assert.ok(count >= 20, `only ${count} values were altered`);
  });
}

test("both stacks make the same proof over the same credential with the same key", async () => {
  const pair = await digitalBazaar.keyPair(new Uint8Array(32).fill(7));
  const unsigned = richBadge(pair.did);
  const there = await digitalBazaar.issue(structuredClone(unsigned), pair, { created });
  const here = JSON.parse(await oracle.get({ op: "sign", credential: JSON.stringify(unsigned), seed, created }));
  assert.deepEqual(here, there);
});

test("a proof by somebody else's key is refused by both, though its signature is intact", async () => {
  const stranger = await digitalBazaar.keyPair(new Uint8Array(32).fill(13));
  const owner = await digitalBazaar.keyPair(new Uint8Array(32).fill(9));
  const forged = await digitalBazaar.issue(badge(owner.did), stranger, { created });
  const { outcome, checks } = await ours(forged);
  assert.notEqual(outcome, "verified");
  assert.equal(checks.find(({ name }) => name === "proof").code, "signature_valid");
  assert.notEqual(checks.find(({ name }) => name === "issuer").result, "valid");
  assert.equal((await theirs(forged)).verified, false);
});

function richBadge(issuer) {
  const unsigned = badge(issuer, {
    validUntil: "2046-01-15T09:00:00Z",
    evidence: [{ type: ["Evidence"], narrative: "Grüße aus der Werkstatt 🛠" }, { id: "https://badges.example/e", type: ["Evidence"], name: "b" }],
  });
  Object.assign(unsigned.credentialSubject, {
    identifier: [{ type: "IdentityObject", hashed: true, identityHash: "sha256$00", identityType: "emailAddress", salt: "s" }],
    creditsEarned: 2.5,
    result: [{ type: ["Result"], value: "A", resultDescription: "urn:uuid:3d0f7b0e-1d3c-4c56-a1f6-0f3c5c1b8a01" }],
  });
  Object.assign(unsigned.credentialSubject.achievement, {
    alignment: [{ type: ["Alignment"], targetName: "Cycling", targetUrl: "https://skills.example/cycling" }],
    resultDescription: [{
      id: "urn:uuid:3d0f7b0e-1d3c-4c56-a1f6-0f3c5c1b8a01", type: ["ResultDescription"], name: "Grade", resultType: "LetterGrade", allowedValue: ["A", "B"],
    }],
    tag: ["bicycle", "repair", "bicycle"],
  });
  return unsigned;
}
