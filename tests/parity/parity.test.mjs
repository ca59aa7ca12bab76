// The same input gives the same report on every host, byte for byte: native Rust, and the packed npm package in Node, in
// Chromium and in workerd. The hosts fetch in their own ways and check ECDSA and RSA with their own cryptography.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { startOracle } from "../lib/oracle.mjs";
import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { startChromium, startNode, startWorkerd } from "./hosts.mjs";

/** How many items a host gets at a time. */
const BATCH = 50;

const oracle = startOracle();
const installed = installPackage();
after(() => oracle.close());

let items;
let expected;

before(async () => {
  items = [...JSON.parse(await oracle.get({ op: "corpus" })), ...(await rsaItems())];
  expected = await Promise.all(items.map((item) => oracle.get({ op: "verify", item })));
});

test("the items are told apart, and come to every outcome", () => {
  assert.equal(new Set(items.map(({ name }) => name)).size, items.length);
  const outcomes = new Map();
  for (const report of expected) {
    const { outcome } = JSON.parse(report);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  for (const outcome of ["verified", "rejected", "indeterminate"]) {
    assert.ok(outcomes.get(outcome) >= 5, `only ${outcomes.get(outcome) ?? 0} items are ${outcome}`);
  }
});

for (const [name, start] of Object.entries({ Node: startNode, Chromium: startChromium, workerd: startWorkerd })) {
  test(`${name} reports what native Rust reports`, async (t) => {
    const host = await start(installed);
    t.after(() => host.close());
    const differences = [];
    let signatures = 0;
    for (let from = 0; from < items.length; from += BATCH) {
      const batch = items.slice(from, from + BATCH);
      const answers = await host.verify(batch);
      assert.equal(answers.length, batch.length);
      answers.forEach(({ report, checked }, at) => {
        signatures += checked;
        if (report !== expected[from + at]) differences.push(`${batch[at].name}: ${difference(expected[from + at], report)}`);
      });
    }
    assert.deepEqual(differences, []);
    // Of each of ES256, ES384 and RS256 there are intact and forged ones.
    assert.ok(signatures >= 20, `the host was asked for ${signatures} signatures only`);
    t.diagnostic(`${items.length} reports are equal; ${signatures} signatures were checked by the host's cryptography`);
  });
}

/** What a report says where a thing was not looked at because the slim entry has no code for it. */
const LEFT_OUT = [
  "format_unsupported",
  "proof_unsupported",
  "signature_not_checked",
  "endorsements_not_checked",
  "refresh_failed",
  "json_schema_unsupported",
];

test("the slim entry reports what native Rust reports, or says what it does not look at", async (t) => {
  const entry = join(installed.user, "slim.js");
  writeFileSync(entry, 'export * from "accolade-verifier/slim";\n');
  const { verify } = await startNode({ entry: pathToFileURL(entry).href });
  const answers = await verify(items);
  const faults = [];
  let equal = 0;
  answers.forEach(({ report, checked }, at) => {
    const { name } = items[at];
    if (checked > 0) faults.push(`${name}: the host was asked for a signature`);
    if (report === expected[at]) {
      equal += 1;
      return;
    }
    const [slim, whole] = [JSON.parse(report), JSON.parse(expected[at])];
    const codes = slim.checks.flatMap(({ code, items = [] }) => [code, ...items.map((item) => item.code)]);
    if (!codes.some((code) => LEFT_OUT.includes(code))) faults.push(`${name}: ${difference(expected[at], report)}`);
    if (slim.outcome === "verified" && whole.outcome !== "verified") faults.push(`${name}: only the slim entry verifies it`);
  });
  assert.deepEqual(faults, []);
  assert.ok(equal >= items.length / 4, `only ${equal} of ${items.length} reports are equal`);
  t.diagnostic(`${equal} of ${items.length} reports are equal`);
});

/** Where two reports part. */
function difference(native, other) {
  let at = 0;
  while (native[at] === other[at]) at += 1;
  const near = (text) => text.slice(Math.max(0, at - 60), at + 60);
  return `native …${near(native)}… here …${near(other)}…`;
}

/** Tokens of RSA, which only a host can sign: an intact one, a forged one, and one by a key that is too short. */
async function rsaItems() {
  const { input, documents, policy, now } = JSON.parse(await oracle.get({ op: "corpus" })).find(({ name }) => name === "EdDSA: intact");
  const claims = JSON.parse(Buffer.from(Buffer.from(input, "base64url").toString().split(".")[1], "base64url"));
  const issuer = "https://college.example.edu/issuers/1";
  const payload = { ...claims, iss: issuer, issuer: { ...claims.issuer, id: issuer } };
  const token = (modulusLength) => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength });
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${encode({ alg: "RS256", typ: "JWT", kid: `${issuer}/key` })}.${encode(payload)}`;
    const { kty, n, e } = publicKey.export({ format: "jwk" });
    return { jwk: { kty, n, e }, signed, signature: sign("sha256", Buffer.from(signed), privateKey) };
  };
  const item = (name, { jwk, signed, signature }) => ({
    name: `RS256: ${name}`,
    input: Buffer.from(`${signed}.${signature.toString("base64url")}`).toString("base64url"),
    documents: { ...documents, [`${issuer}/key`]: Buffer.from(JSON.stringify(jwk)).toString("base64url") },
    policy,
    now,
  });
  const intact = token(2048);
  const forged = { ...intact, signature: Buffer.from(intact.signature).fill(intact.signature[5] ^ 1, 5, 6) };
  const cut = { ...intact, signature: intact.signature.subarray(1) };
  const noKey = { ...intact, jwk: { ...intact.jwk, e: "AA" } };
  const wide = { ...intact, jwk: { ...intact.jwk, e: "AQAAAAAB" } };
  const padded = { ...intact, jwk: { ...intact.jwk, n: Buffer.concat([Buffer.of(0, 0), Buffer.from(intact.jwk.n, "base64url")]).toString("base64url") } };
  const even = { ...intact, jwk: { ...intact.jwk, n: Buffer.from(intact.jwk.n, "base64url").fill(0, 255).toString("base64url") } };
  return [
    item("intact", intact),
    item("another signature", forged),
    item("a signature that is too short", cut),
    item("an exponent of nought", noKey),
    item("an exponent of 33 bits", wide),
    item("a modulus with leading zeros", padded),
    item("an even modulus", even),
    item("a key of 1024 bits", token(1024)),
  ];
}
