// Verifiers with settings of their own, and what they keep; with the packed package in Node.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createDocumentCache } from "../js/cache.js";
import { NOW as now, installPackage, sample } from "./install.js";

const { createVerifier, verify } = await import(installPackage().entry);

const didWeb = sample("did-web.json");
const didWebDocument = sample("did-web.did.json");

/** A fetch that counts its requests and answers with what `respond` makes. */
function counted(respond = () => new Response(didWebDocument)) {
  const fetch = async (url) => {
    fetch.asked.push(url);
    return respond(url);
  };
  fetch.asked = [];
  return fetch;
}

test("a verifier does what the package does", async () => {
  const own = createVerifier();
  const credential = sample("did-key.json");
  assert.deepEqual(await own.verify(credential, { now }), await verify(credential, { now }));
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
  assert.deepEqual(JSON.parse(await own.extract(await own.bake(svg, credential))), JSON.parse(credential));
  assert.match(await own.canonicalize(credential), /Field Mapping/);
});

test("a verifier's policy holds for all its verifications, and a call's own is laid over it", async () => {
  const strict = createVerifier({ policy: { clockSkewSeconds: 0 } });
  const late = { now: "2036-01-15T09:00:30Z" };
  const validity = (report) => report.checks.find((check) => check.name === "validity").code;
  const credential = sample("did-key.json");
  assert.equal(validity(await verify(credential, late)), "within_validity");
  assert.equal(validity(await strict.verify(credential, late)), "expired");
  assert.equal(validity(await strict.verify(credential, { ...late, policy: { status: "ignore" } })), "expired");
  assert.equal(validity(await strict.verify(credential, { ...late, policy: { clockSkewSeconds: 60 } })), "within_validity");
});

test("a verifier asks once for the document of two badges", async () => {
  const fetch = counted();
  const own = createVerifier({ fetch });
  for (let round = 0; round < 2; round += 1) assert.equal((await own.verify(didWeb, { now })).outcome, "verified");
  assert.equal(fetch.asked.length, 1);
});

test("without a verifier of one's own, and with its cache off, every verification asks", async () => {
  for (const check of [verify, createVerifier({ cache: false }).verify]) {
    const fetch = counted();
    for (let round = 0; round < 2; round += 1) await check(didWeb, { now, fetch });
    assert.equal(fetch.asked.length, 2);
  }
});

test("a failure is not kept", async () => {
  let status = 503;
  const fetch = counted(() => new Response(didWebDocument, { status }));
  const own = createVerifier({ fetch });
  assert.equal((await own.verify(didWeb, { now })).outcome, "indeterminate");
  status = 200;
  assert.equal((await own.verify(didWeb, { now })).outcome, "verified");
  assert.equal(fetch.asked.length, 2);
});

test("only a yes is given on what was kept", async () => {
  const { assertionMethod, ...withoutKey } = JSON.parse(didWebDocument);
  let document = JSON.stringify({ ...withoutKey, verificationMethod: [] });
  const fetch = counted(() => new Response(document));
  const own = createVerifier({ fetch });
  const report = await own.verify(didWeb, { now });
  assert.deepEqual([report.outcome, report.code], ["rejected", "key_not_found"]);
  document = didWebDocument;
  assert.equal((await own.verify(didWeb, { now })).outcome, "verified");
  assert.equal((await own.verify(didWeb, { now })).outcome, "verified");
  assert.equal(fetch.asked.length, 2);
});

test("what a response forbids to keep is not kept", async () => {
  for (const control of ["no-store", "max-age=0", "private, No-Cache"]) {
    const fetch = counted(() => new Response(didWebDocument, { headers: { "cache-control": control } }));
    const own = createVerifier({ fetch });
    for (let round = 0; round < 2; round += 1) await own.verify(didWeb, { now });
    assert.equal(fetch.asked.length, 2, control);
  }
});

test("a call's own fetch neither fills nor reads what the verifier keeps", async () => {
  const fetch = counted();
  const foreign = counted(() => new Response(didWebDocument.replaceAll("cartographers", "impostors")));
  const own = createVerifier({ fetch });
  assert.notEqual((await own.verify(didWeb, { now, fetch: foreign })).outcome, "verified");
  assert.equal((await own.verify(didWeb, { now })).outcome, "verified");
  assert.notEqual((await own.verify(didWeb, { now, fetch: foreign })).outcome, "verified");
  assert.deepEqual([fetch.asked.length, foreign.asked.length], [1, 2]);
});

test("settings that are not understood are a TypeError that names them", () => {
  for (const [settings, message] of [
    [7, /`settings` must be an object/],
    [{ registries: [] }, /`settings\.registries` is not known: there are fetch, policy, trust, documents, cache/],
    [{ fetch: "https://example.org" }, /`settings\.fetch`/],
    [{ policy: [] }, /`settings\.policy`/],
    [{ cache: 300 }, /`settings\.cache`/],
    [{ cache: { ttl: 300 } }, /`settings\.cache\.ttl` is not known: there are ttlSeconds/],
    [{ cache: { ttlSeconds: -1 } }, /`settings\.cache\.ttlSeconds`/],
    [{ cache: { maxEntries: Number.NaN } }, /`settings\.cache\.maxEntries`/],
  ]) {
    assert.throws(() => createVerifier(settings), (error) => error instanceof TypeError && message.test(error.message));
  }
});

test("a policy that the core does not take is named by where it was given", async () => {
  const isNamed = (name) => (error) => error instanceof TypeError && error.message.startsWith(`\`${name}\`: `);
  const { verify } = createVerifier({ policy: { status: "maybe" } });
  await assert.rejects(verify("{}"), isNamed("settings.policy"));
  await assert.rejects(createVerifier().verify("{}", { policy: { status: "maybe" } }), isNamed("options.policy"));
  assert.throws(() => createVerifier({ policy: { domain: undefined } }), /`settings\.policy\.domain` must not be undefined/);
});

const bytes = (length) => new Uint8Array(length);
const headers = (init) => new Headers(init);

test("a document is kept for the ttl and no longer", () => {
  let time = 0;
  const cache = createDocumentCache({ ttlSeconds: 300 }, () => time);
  cache.put("a", bytes(1), headers());
  time = 299_999;
  assert.equal(cache.get("a").length, 1);
  time = 300_000;
  assert.equal(cache.get("a"), undefined);
});

test("a response shortens the time that its document is kept, and does not lengthen it", () => {
  let time = 0;
  const cache = createDocumentCache({ ttlSeconds: 300 }, () => time);
  cache.put("short", bytes(1), headers({ "cache-control": "public, max-age=60" }));
  cache.put("aged", bytes(1), headers({ "cache-control": "max-age=60", age: "50" }));
  cache.put("stale", bytes(1), headers({ "cache-control": "max-age=60", age: "60" }));
  cache.put("long", bytes(1), headers({ "cache-control": "max-age=31536000" }));
  const kept = () => ["short", "aged", "stale", "long"].filter((url) => cache.get(url) !== undefined);
  assert.deepEqual(kept(), ["short", "aged", "long"]);
  time = 10_000;
  assert.deepEqual(kept(), ["short", "long"]);
  time = 60_000;
  assert.deepEqual(kept(), ["long"]);
  time = 300_000;
  assert.deepEqual(kept(), []);
});

test("a status list is kept no longer than it says of itself, be it JSON or a JWS", () => {
  let time = 0;
  const cache = createDocumentCache({ ttlSeconds: 300 }, () => time);
  const list = (ttl) => JSON.stringify({ credentialSubject: { type: "BitstringStatusList", encodedList: "uH4s", ttl, name: "ü" } });
  const jws = (payload) => `eyJhbGciOiJFZERTQSJ9.${Buffer.from(payload).toString("base64url")}.c2ln\n`;
  const put = (url, text) => cache.put(url, new TextEncoder().encode(text), headers());
  put("minute", list(60_000));
  put("minute-jws", jws(list(60_000)));
  put("day", list(86_400_000));
  put("none", list(undefined));
  put("zero", list(0));
  put("malformed", "a.bcdef.g");
  put("many", '"ttl":60000,'.repeat(80_000));
  const kept = () => ["minute", "minute-jws", "day", "none", "zero", "malformed", "many"].filter((url) => cache.get(url) !== undefined);
  assert.deepEqual(kept(), ["minute", "minute-jws", "day", "none", "malformed", "many"]);
  time = 60_000;
  assert.deepEqual(kept(), ["day", "none", "malformed"]);
});

test("the documents used least recently give way", () => {
  const cache = createDocumentCache({ maxEntries: 3, maxBytes: 100 }, () => 0);
  const kept = () => ["a", "b", "c", "d", "e"].filter((url) => cache.get(url) !== undefined);
  for (const url of ["a", "b", "c"]) cache.put(url, bytes(10), headers());
  cache.get("a");
  cache.put("d", bytes(10), headers());
  assert.deepEqual(kept(), ["a", "c", "d"]);
  cache.put("e", bytes(90), headers());
  assert.deepEqual(kept(), ["d", "e"]);
  cache.put("e", bytes(80), headers());
  cache.put("a", bytes(10), headers());
  assert.deepEqual(kept(), ["a", "d", "e"]);
  cache.put("b", bytes(101), headers());
  assert.deepEqual(kept(), []);
});

test("registries that the caller trusts are asked for the issuer, and change no outcome", async () => {
  const issuer = JSON.parse(didWeb).issuer.id;
  const trust = async (settings, fetch = counted()) => {
    const report = await createVerifier(settings).verify(didWeb, { now, fetch });
    const { result, code, data } = report.checks.find((check) => check.name === "trust");
    return [report.outcome, result, code, data];
  };
  const members = { name: "Members", url: "https://registry.example/", issuers: [{ id: issuer, name: "The Cartographers" }] };
  const published = { name: "Sandbox", meta: { created: "2022-10-27" }, registry: { [issuer]: { location: "here" } } };
  assert.deepEqual(await trust({ trust: [members, published] }), [
    "verified", "valid", "issuer_listed", { registry: "Members, Sandbox", listedAs: "The Cartographers" },
  ]);
  assert.deepEqual(await trust({ policy: { trustedIssuers: [issuer] } }), ["verified", "valid", "issuer_listed", {}]);
  assert.deepEqual(await trust({ trust: [{ name: "Others", issuers: ["did:web:other.example"] }] }), ["verified", "unknown", "issuer_not_listed", {}]);
  assert.deepEqual(await trust({}), ["verified", "not_applicable", "no_trust_registries", {}]);
  const unreachable = counted(() => new Response("", { status: 404 }));
  assert.deepEqual(await trust({ trust: [members] }, unreachable), ["indeterminate", "unknown", "not_reached", {}]);
  assert.throws(() => createVerifier({ trust: members }), { name: "TypeError", message: /settings\.trust/ });
  assert.throws(() => createVerifier({ trust: [], policy: { trust: [] } }), TypeError);
  await assert.rejects(createVerifier({ trust: [{ name: "No issuers" }] }).verify(didWeb, { now }), { name: "TypeError", message: /trust/ });
});

test("documents that the caller brings are not fetched", async () => {
  const url = "https://badges.example.org/issuers/cartographers/did.json";
  const bytes = new TextEncoder().encode(didWebDocument);
  for (const document of [didWebDocument, bytes, JSON.parse(didWebDocument)]) {
    const fetch = counted();
    assert.equal((await verify(didWeb, { now, fetch, documents: { [url]: document } })).outcome, "verified");
    assert.equal((await createVerifier({ fetch, documents: { [url]: document } }).verify(didWeb, { now })).outcome, "verified");
    assert.deepEqual(fetch.asked, []);
  }
  // A call's own document stands over the verifier's.
  const own = createVerifier({ documents: { [url]: didWebDocument } });
  assert.equal((await own.verify(didWeb, { now, documents: { [url]: "{}" } })).code, "key_unavailable");
  assert.throws(() => createVerifier({ documents: { [url]: 7 } }), { name: "TypeError", message: /settings\.documents/ });
  await assert.rejects(verify(didWeb, { now, documents: [] }), { name: "TypeError", message: /options\.documents/ });
});
