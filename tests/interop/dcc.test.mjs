// The verifier of the Digital Credentials Consortium and ours say the same of badges that the core signs: intact, with any one
// value altered, and on a status list. It does not issue; what its authors issued is among the third-party vectors.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { alterations } from "../lib/alter.mjs";
import { badge } from "../lib/badges.mjs";
import { startOracle } from "../lib/oracle.mjs";
import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";

/** Documents by URL. That verifier fetches for itself and takes no fetch from its caller: it gets this one. */
const documents = new Map();
globalThis.fetch = async (input) => {
  const url = typeof input === "string" ? input : (input.url ?? String(input));
  const text = documents.get(url) ?? (url.includes("/schema/") ? "{}" : undefined);
  const headers = { "content-type": "application/json" };
  return text === undefined ? new Response("not found", { status: 404, headers }) : new Response(text, { headers });
};

const { verifyCredential } = await import("@digitalcredentials/verifier-core");
const { verify } = await import(installPackage().entry);
const oracle = startOracle();
after(() => oracle.close());

const seed = "07".repeat(32);
const created = "2026-01-15T09:00:00Z";
const did = await oracle.get({ op: "did", seed });
const sign = async (credential) => JSON.parse(await oracle.get({ op: "sign", credential: JSON.stringify(credential), seed, created }));
const ours = async (credential) => (await verify(JSON.stringify(credential), { fetch: globalThis.fetch })).outcome;

/** Whether every step of theirs holds; that the issuer is in a registry is not asked, since there are none. */
async function theirs(credential) {
  const { log = [], errors } = await verifyCredential({ credential: structuredClone(credential), knownDIDRegistries: [] });
  const failed = log.filter(({ id, valid }) => id !== "registered_issuer" && valid !== true);
  return { verified: !errors?.length && log.length > 0 && failed.length === 0, failed, errors };
}

test("both verify a badge that the core signed", async () => {
  const credential = await sign(badge(did));
  assert.equal(await ours(credential), "verified");
  const answer = await theirs(credential);
  assert.ok(answer.verified, JSON.stringify(answer));
});

test("both verify a badge with every member that the core can issue", async () => {
  const credential = JSON.parse(await oracle.get({ op: "issue", seed, created }));
  assert.equal(await ours(credential), "verified");
  const answer = await theirs(credential);
  assert.ok(answer.verified, JSON.stringify(answer));
});

test("neither verifies it with one value altered", async () => {
  const credential = await sign(badge(did));
  let count = 0;
  for (const { path, document } of alterations(credential)) {
    assert.notEqual(await ours(document), "verified", `ours verifies an altered ${path}`);
    const answer = await theirs(document).catch(() => ({ verified: false }));
    assert.equal(answer.verified, false, `theirs verifies an altered ${path}`);
    count += 1;
  }
  assert.ok(count >= 15, `only ${count} values were altered`);
});

test("both read the status off the same list", async () => {
  const listUrl = "https://college.example.edu/status/1";
  const corpus = JSON.parse(await oracle.get({ op: "corpus" }));
  for (const [name, outcome] of [["status: clear", "verified"], ["status: revoked", "rejected"]]) {
    const item = corpus.find((item) => item.name === name);
    const credential = JSON.parse(Buffer.from(item.input, "base64url"));
    documents.set(listUrl, Buffer.from(item.documents[listUrl], "base64url").toString());
    assert.equal(await ours(credential), outcome, name);
    assert.equal((await theirs(credential)).verified, outcome === "verified", name);
  }
});
