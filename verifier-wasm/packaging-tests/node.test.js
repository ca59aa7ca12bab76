// The packed package in Node.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { DEMO_IMAGE, NOW as now, independentSample, installPackage, sample } from "./install.js";

const installed = installPackage();
const { verify, extract, bake, codes, VerifierStoppedError } = await import(installed.entry);

const didKey = sample("did-key.json");
const didWeb = sample("did-web.json");
const didWebDocument = sample("did-web.did.json");
const DID_WEB_URL = "https://badges.example.org/issuers/cartographers/did.json";

const noNetwork = async (url) => {
  throw new Error(`unexpected request for ${url}`);
};

const codeOf = (report, name) => report.checks.find((check) => check.name === name).code;

test("an intact credential is verified", async () => {
  const report = await verify(didKey, { now, fetch: noNetwork });
  assert.equal(report.outcome, "verified");
  assert.equal(report.code, "verified");
  assert.equal(report.checkedAt, now);
  assert.deepEqual(
    report.checks.map((check) => check.name),
    ["format", "json_ld", "schema", "proof", "issuer", "validity", "status", "recipient", "endorsements", "trust"],
  );
  assert.equal(report.claims.achievement.name, "Field Mapping");
});

const independent = independentSample("small.json");

test("another implementation's credential is verified, and rejected after one changed claim", { skip: !independent }, async () => {
  assert.equal((await verify(independent, { now, fetch: noNetwork })).outcome, "verified");
  const tampered = independent.replace("Example College", "Example Collage");
  assert.notEqual(tampered, independent);
  const report = await verify(tampered, { now, fetch: noNetwork });
  assert.deepEqual([report.outcome, report.code], ["rejected", "signature_invalid"]);
});

test("the issuer's document comes through the caller's fetch, once", async () => {
  const asked = [];
  const report = await verify(didWeb, {
    now,
    fetch: async (url) => {
      asked.push(url);
      return new Response(didWebDocument);
    },
  });
  assert.equal(report.outcome, "verified");
  assert.equal(codeOf(report, "issuer"), "issuer_authenticated");
  assert.deepEqual(asked, [DID_WEB_URL]);
});

test("an issuer's document that can not be had leaves the outcome open", async () => {
  for (const fetch of [noNetwork, async () => new Response(didWebDocument, { status: 503 })]) {
    const report = await verify(didWeb, { now, fetch });
    assert.equal(report.outcome, "indeterminate");
    assert.equal(report.code, "key_unavailable");
  }
});

test("the document of somebody else does not authenticate the issuer", async () => {
  const other = didWebDocument.replaceAll("cartographers", "impostors");
  const report = await verify(didWeb, { now, fetch: async () => new Response(other) });
  assert.notEqual(report.outcome, "verified");
});

test("every kind of input gives the same report", async () => {
  const bytes = new TextEncoder().encode(didKey);
  const expected = await verify(didKey, { now, fetch: noNetwork });
  for (const input of [bytes, Buffer.from(didKey), bytes.buffer, new Blob([bytes]), new DataView(bytes.buffer)]) {
    assert.deepEqual(await verify(input, { now, fetch: noNetwork }), expected);
  }
});

test("every form of the time gives the same report", async () => {
  const expected = await verify(didKey, { now, fetch: noNetwork });
  for (const time of [new Date(now), Date.parse(now), "2026-06-01T02:00:00+02:00"]) {
    assert.deepEqual(await verify(didKey, { now: time, fetch: noNetwork }), expected);
  }
});

test("one changed claim is rejected", async () => {
  const tampered = didKey.replaceAll("Field Mapping", "Field Napping");
  assert.notEqual(tampered, didKey);
  const report = await verify(tampered, { now, fetch: noNetwork });
  assert.equal(report.outcome, "rejected");
  assert.equal(report.code, "signature_invalid");
});

test("a credential is not verified before its time", async () => {
  const report = await verify(didKey, { now: "2025-01-01T00:00:00Z", fetch: noNetwork });
  assert.equal(report.outcome, "rejected");
  assert.equal(report.checks.find((check) => check.name === "validity").code, "not_yet_valid");
});

const withStatus = independentSample("full.json");

test("a status that the policy ignores does not stand in the way", { skip: !withStatus }, async () => {
  const report = await verify(withStatus, { now, fetch: noNetwork, policy: { status: "ignore" } });
  assert.equal(report.outcome, "verified");
});

test("a status list that comes through the caller's fetch is read", { skip: !withStatus }, async () => {
  const report = await verify(withStatus, { now, fetch: async () => new Response(independentSample("status-list.json")) });
  assert.deepEqual([report.outcome, codeOf(report, "status")], ["verified", "not_revoked"]);
});

test("a status that can not be learnt leaves the outcome open", { skip: !withStatus }, async () => {
  const report = await verify(withStatus, { now, fetch: noNetwork });
  assert.equal(report.outcome, "indeterminate");
  assert.equal(report.checks.find((check) => check.name === "status").result, "unknown");
});

test("a credential baked into a PNG comes out as it went in, and is verified there", async () => {
  const image = readFileSync(DEMO_IMAGE);
  const baked = await bake(image, didKey);
  assert.ok(baked instanceof Uint8Array);
  assert.equal(await extract(baked), didKey);
  const report = await verify(baked, { now, fetch: noNetwork });
  assert.equal(report.outcome, "verified");
  assert.equal(report.checks[0].data.form, "png");
});

test("an image without a credential is rejected, and has none to extract", async () => {
  const image = readFileSync(DEMO_IMAGE);
  const report = await verify(image, { now, fetch: noNetwork });
  assert.equal(report.outcome, "rejected");
  assert.equal(report.code, "image_no_credential");
  await assert.rejects(extract(image), Error);
});

test("garbage is rejected, not thrown", async () => {
  for (const [input, code] of [["", "input_empty"], ["no badge", "format_unknown"], ['{"a":1,"a":1}', "json_duplicate_key"]]) {
    const report = await verify(input, { now, fetch: noNetwork });
    assert.deepEqual([report.outcome, report.code, report.claims], ["rejected", code, null]);
  }
});

test("misuse is a TypeError that names the argument", async () => {
  const misuses = [
    [undefined, {}, /`input`.*undefined/],
    [42, {}, /`input`.*a number/],
    [{ outcome: "verified" }, {}, /`input`.*an object of type Object/],
    ["{}", 7, /`options`/],
    ["{}", { fetch: "https://example.org" }, /`options\.fetch`/],
    ["{}", { now: "yesterday" }, /`options\.now`/],
    ["{}", { now: "2026-06-01T00:00:00" }, /`options\.now`/],
    ["{}", { now: new Date(Number.NaN) }, /`options\.now`/],
    ["{}", { policy: "strict" }, /`options\.policy`/],
    ["{}", { policy: { status: "maybe" } }, /`options\.policy`/],
    // A question that got lost on its way here is not passed over.
    ["{}", { policy: new Map([["challenge", "n-1"]]) }, /`options\.policy`.*an object of type Map/],
    ["{}", { policy: { challenge: undefined } }, /`options\.policy\.challenge` must not be undefined/],
    ["{}", { policy: { recipient: () => "jane" } }, /`options\.policy\.recipient` must not be a function/],
    ["{}", { policy: JSON.parse('{"__proto__":{"status":"ignore"}}') }, /`options\.policy`.*no `__proto__`/],
    ["{}", { documents: { "https://a.example/": new Blob(["{}"]) } }, /`options\.documents`.*an object of type Blob/],
    ["{}", { now: "2026-02-30T00:00:00Z" }, /`options\.now`/],
    ["{}", { signal: true }, /`options\.signal`/],
    ["{}", { polices: {} }, /`options\.polices` is not known: there are fetch, now, policy, documents, signal/],
  ];
  for (const [input, options, message] of misuses) {
    await assert.rejects(verify(input, options), (error) => error instanceof TypeError && message.test(error.message));
  }
});

test("an aborted verification rejects with the reason", async () => {
  const reason = new Error("changed my mind");
  await assert.rejects(verify("{}", { signal: AbortSignal.abort(reason) }), (error) => error === reason);
});

// Has the next call run into a real trap inside WebAssembly: nothing in its memory is as it left it.
async function damage() {
  const glue = await import(pathToFileURL(join(installed.folder, "accolade_verifier.js")).href);
  new Uint8Array(glue.initSync().memory.buffer).fill(0xff);
}

const isStop = (error) => error instanceof VerifierStoppedError && error.cause instanceof WebAssembly.RuntimeError;

test("a trap rejects its own call and no later one", async () => {
  await verify(didKey, { now });
  await damage();
  await assert.rejects(verify(didKey, { now }), isStop);
  assert.equal((await verify(didKey, { now, fetch: noNetwork })).outcome, "verified");
});

test("a verification that waits for a document survives another one's trap, and asks only once", async () => {
  const asked = [];
  const report = await verify(didWeb, {
    now,
    fetch: async (url) => {
      asked.push(url);
      await damage();
      await assert.rejects(verify(didKey, { now }), isStop);
      return new Response(didWebDocument);
    },
  });
  assert.equal(report.outcome, "verified");
  assert.deepEqual(asked, [DID_WEB_URL]);
});

test("the types know every code", async () => {
  const types = readFileSync(join(installed.folder, "index.d.ts"), "utf8");
  const union = /export type Code =([^;]*);/.exec(types)[1];
  assert.deepEqual([...union.matchAll(/"(\w+)"/g)].map((match) => match[1]).sort(), (await codes()).sort());
});

test("the package has the version of the workspace", () => {
  const { version } = JSON.parse(readFileSync(join(installed.folder, "package.json"), "utf8"));
  const workspace = readFileSync(new URL("../../Cargo.toml", import.meta.url), "utf8");
  assert.equal(version, /\[workspace\.package\]\nversion = "([^"]+)"/.exec(workspace)[1]);
});
