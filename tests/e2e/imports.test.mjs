// Badges that people bring from elsewhere: in every form, kept byte by byte, and nothing that reaches where it should not.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { badge } from "../lib/badges.mjs";
import { issue, keyPair } from "../lib/digitalbazaar.mjs";
import { expectStatus, newOrganization, ROOT, startWorker } from "./harness.mjs";
import { newPerson } from "./oauth.mjs";
import { assertError } from "./shapes.mjs";

const sample = (name) => readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples", name));
const JSON_BADGE = sample("did-key.json");
const TOKEN = sample("es256.jwt");
const SVG = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential><![CDATA[${JSON_BADGE}]]></openbadges:credential></svg>`,
);

/** What the upstream on this machine answers, by path; it remembers what it was asked for. */
const answers = {
  "/badge.json": (response) => response.end(JSON_BADGE),
  "/badge.jwt": (response) => response.end(TOKEN),
  "/redirect": (response) => response.writeHead(302, { location: "/badge.json" }).end(),
  "/missing": (response) => response.writeHead(404).end(JSON_BADGE),
  "/page": (response) => response.end("<html></html>"),
  "/large": (response) => response.end(Buffer.alloc(6 << 20, 32)),
  "/silent": () => {},
  "/slow": (response) => {
    response.write(JSON_BADGE.subarray(0, 50));
    const drip = setInterval(() => response.write(" "), 200);
    response.on("close", () => clearInterval(drip));
  },
};
const requested = [];

let server;
let local;
let upstream;
let organization;

before(async () => {
  upstream = createServer((request, response) => {
    requested.push(request.url);
    (answers[request.url] ?? answers["/missing"])(response);
  });
  await new Promise((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  server = await startWorker();
  local = await startWorker({ vars: { PUBLIC_ORIGIN: "" } });
  organization = await newOrganization(server);
});
after(async () => {
  await server?.close();
  await local?.close();
  upstream?.closeAllConnections();
  upstream?.close();
});

const bring = (at, { session }, body, type) => at.request("POST", "/api/me/imports", { token: session, body, type });
const bringUrl = (at, { session }, url) => at.request("POST", "/api/me/imports", { token: session, json: { url } });
const upstreamUrl = (path) => `http://127.0.0.1:${upstream.address().port}${path}`;

async function form(file) {
  const data = new FormData();
  data.append("image", new Blob([file]), "badge");
  const request = new Request("http://form.test", { method: "POST", body: data });
  return [new Uint8Array(await request.arrayBuffer()), request.headers.get("content-type")];
}

test("a badge comes in every form, is verified, and goes out with the same bytes", async () => {
  const somebody = await newPerson(server);
  const { id } = expectStatus(await organization.issue({}, { email: somebody.email }), 201).json;
  const png = expectStatus(await server.request("GET", `/api/credentials/${id}/baked`), 200).bytes;
  for (const [bytes, type] of [
    [JSON_BADGE, "application/vc+ld+json"],
    [TOKEN, "text/plain"],
    [SVG, "image/svg+xml"],
    [png, "image/png"],
  ]) {
    const person = await newPerson(server);
    const made = expectStatus(await bring(server, person, bytes, type), 201).json;
    assert.deepEqual([made.outcome, made.code, made.mediaType], ["verified", "verified", type]);
    const { headers, bytes: saved } = expectStatus(await server.request("GET", `/api/me/imports/${made.id}/file`, { token: person.session }), 200);
    assert.deepEqual(Buffer.from(saved), Buffer.from(bytes));
    assert.deepEqual([headers.get("content-type"), headers.get("content-disposition"), headers.get("cache-control")], [type, "attachment", "no-store"]);
    const again = expectStatus(await bring(server, person, ...(await form(bytes))), 200).json;
    assert.equal(again.id, made.id);
  }
  // Who was awarded it has it anyway.
  assert.deepEqual(expectStatus(await bring(server, somebody, png, "image/png"), 200).json, { credentialId: id });
});

test("the verdict is shown as it is at the moment", async () => {
  const person = await newPerson(server);
  const { id } = expectStatus(await organization.issue(), 201).json;
  const { bytes } = expectStatus(await server.request("GET", `/api/credentials/${id}/baked`), 200);
  const made = expectStatus(await bring(server, person, bytes, "image/png"), 201).json;
  expectStatus(await server.request("POST", `/api/v1/credentials/${id}/revoke`, { token: organization.apiKey, json: { reason: "x" } }), 200);
  const show = async () => expectStatus(await server.request("GET", `/api/me/imports/${made.id}`, { token: person.session }), 200).json;
  const shown = await show();
  assert.deepEqual([shown.outcome, shown.code, shown.report.outcome], ["rejected", "revoked", "rejected"]);
  const { data, pagination } = expectStatus(await server.request("GET", "/api/me/imports", { token: person.session }), 200).json;
  assert.deepEqual([data[0].outcome, data[0].code, pagination.total], ["rejected", "revoked", 1]);
});

test("what its issuer did not sign, and what is no badge, is not kept", async () => {
  const person = await newPerson(server);
  for (const [body, type] of [
    [String(JSON_BADGE).replaceAll("Field Mapping", "Field Napping"), "application/vc+ld+json"],
    [String(SVG).replaceAll("Field Mapping", "Field Napping"), "image/svg+xml"],
    ["<svg/>", "image/svg+xml"],
    ["{}", "application/ld+json"],
    ["x", "text/plain"],
    ["", "text/plain"],
    [Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), "image/png"],
  ]) {
    assertError(await bring(server, person, body, type), 400, "UNVERIFIABLE");
  }
  assertError(await bring(server, person, JSON_BADGE, "application/xml"), 415, "UNSUPPORTED_MEDIA_TYPE");
  assertError(await bring(server, person, new Uint8Array(6 << 20), "image/png"), 413, "PAYLOAD_TOO_LARGE");
  assertError(await bring(server, person, ...(await form(new Uint8Array(6 << 20)))), 413, "PAYLOAD_TOO_LARGE");
  const { pagination } = expectStatus(await server.request("GET", "/api/me/imports", { token: person.session }), 200).json;
  assert.equal(pagination.total, 0);
});

test("nobody sees what is another's, and what is removed is gone with its bytes", async () => {
  const [person, other] = [await newPerson(server), await newPerson(server)];
  const { id } = expectStatus(await bring(server, person, SVG, "image/svg+xml"), 201).json;
  for (const [method, path] of [["GET", ""], ["GET", "/file"], ["DELETE", ""]]) {
    assertError(await server.request(method, `/api/me/imports/${id}${path}`, { token: other.session }), 404, "NOT_FOUND");
    assert.equal((await server.request(method, `/api/me/imports/${id}${path}`)).status, 401);
  }
  const { file_id: file } = await server.bindings.DB.prepare("SELECT file_id FROM import WHERE id = ?").bind(id).first();
  const kept = async () => (await server.bindings.DOCUMENTS.get(`import/${file}`)) !== null || (await server.bindings.DOCUMENTS.get(`import-text/${file}`)) !== null;
  assert.ok(await kept());
  assert.equal((await server.request("DELETE", `/api/me/imports/${id}`, { token: person.session })).status, 204);
  assert.ok(!(await kept()));
  assertError(await server.request("GET", `/api/me/imports/${id}`, { token: person.session }), 404, "NOT_FOUND");
});

test("a person keeps so many badges, and no more when many come at the same time", async () => {
  const person = await newPerson(server);
  const series = "WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s WHERE value < 998) ";
  await server.bindings.DB.prepare(
    `INSERT INTO import (id, user_id, issuer_id, credential_id, file_id, form, bytes, name, issuer_name, valid_from, outcome, code, verified_at, created_at)
     ${series} SELECT 'x' || value || ?1, ?1, 'i', 'c' || value, 'f' || value, 'json', 1, 'n', 'i', 0, 'verified', 'verified', 0, 0 FROM s`,
  )
    .bind(person.id)
    .run();
  const pair = await keyPair(new Uint8Array(32).fill(7));
  const badges = await Promise.all(Array.from({ length: 6 }, async () => JSON.stringify(await issue(badge(pair.did, { id: `urn:uuid:${randomUUID()}` }), pair))));
  const statuses = (await Promise.all(badges.map((text) => bring(server, person, text, "application/vc+ld+json")))).map(({ status }) => status);
  assert.deepEqual(statuses.toSorted(), [201, 201, 403, 403, 403, 403]);
});

test("an address is fetched only where it is public", async () => {
  const person = await newPerson(server);
  const { port } = upstream.address();
  for (const url of [
    upstreamUrl("/badge.json"),
    `https://127.0.0.1:${port}/badge.json`,
    `https://localhost:${port}/badge.json`,
    "https://localhost./",
    "https://app.localhost/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://intranet/",
    "https://user@badges.example/",
    "http://badges.example/badge.json",
    "file:///etc/passwd",
    "data:application/json,{}",
    "",
  ]) {
    assertError(await bringUrl(server, person, url), 400, "VALIDATION_ERROR", "url");
  }
  assert.deepEqual(requested, []);
});

test("where the worker runs on somebody's own machine, that machine's addresses are fetched, without following them elsewhere", async (context) => {
  const person = await newPerson(local);
  // The harness carries what the worker fetches by the fetch of this process, which would follow redirects whatever it is told.
  const { fetch } = globalThis;
  globalThis.fetch = (url, request) => fetch(url, String(url).startsWith(upstreamUrl("")) ? { redirect: "manual" } : request);
  context.after(() => {
    globalThis.fetch = fetch;
  });
  assert.equal(expectStatus(await bringUrl(local, person, upstreamUrl("/badge.json")), 201).json.outcome, "verified");
  assert.equal(expectStatus(await bringUrl(local, person, upstreamUrl("/badge.jwt")), 201).json.mediaType, "text/plain");
  for (const path of ["/redirect", "/missing", "/large"]) {
    assertError(await bringUrl(local, person, upstreamUrl(path)), 400, "VALIDATION_ERROR", "url");
  }
  assertError(await bringUrl(local, person, upstreamUrl("/page")), 400, "UNVERIFIABLE");
});

test("an upstream that never ends is given up", async () => {
  const person = await newPerson(local);
  for (const path of ["/silent", "/slow"]) {
    const began = Date.now();
    assertError(await bringUrl(local, person, upstreamUrl(path)), 400, "VALIDATION_ERROR", "url");
    assert.ok(Date.now() - began < 15_000, path);
  }
});

test("an issuer that claims to live on a private host is not asked", async () => {
  const { port } = upstream.address();
  const text = String(sample("did-web.json"));
  const [did] = text.match(/did:web:[^"#]+/);
  for (const at of [server, local]) {
    const person = await newPerson(at);
    const before = requested.length;
    for (const host of [`localhost%3A${port}`, `127.0.0.1%3A${port}`, "10.0.0.1", "169.254.169.254", "%5B%3A%3A1%5D"]) {
      assertError(await bring(at, person, text.replaceAll(did, `did:web:${host}`), "application/vc+ld+json"), 400, "UNVERIFIABLE");
    }
    assert.equal(requested.length, before);
  }
});
