// Images of badges that anybody has issued, verified by the worker; and credentials in other people's pages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, NOTHING, PUBLIC_ORIGIN, ROOT, startWorker } from "./harness.mjs";
import { png } from "./png.mjs";
import { assertError } from "./shapes.mjs";

let server;
let organization;
let issued;
let baked;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  issued = expectStatus(await organization.issue(), 201).json;
  baked = expectStatus(await server.request("GET", `/api/credentials/${issued.id}/baked`), 200).bytes;
});
after(() => server?.close());

const form = async (file, type = "image/png", name = "image") => {
  const data = new FormData();
  data.append("note", "not the file");
  if (file !== undefined) data.append(name, new Blob([file], { type }), "badge");
  const request = new Request("http://form.test", { method: "POST", body: data });
  return { body: new Uint8Array(await request.arrayBuffer()), type: request.headers.get("content-type") };
};
const verify = async (file, type) => server.request("POST", "/api/credentials/verify-image", await form(file, type));

test("an image of this deployment is verified, its status included", async () => {
  const { verification, ob3Credential } = expectStatus(await verify(baked), 200).json;
  assert.deepEqual(
    [verification.outcome, verification.signatureValid, verification.notRevoked, verification.notExpired],
    ["verified", true, true, true],
    JSON.stringify(verification.report.checks),
  );
  assert.equal(ob3Credential.id, `${PUBLIC_ORIGIN}/credentials/${issued.id}`);
  expectStatus(await server.request("POST", `/api/v1/credentials/${issued.id}/suspend`, { token: organization.apiKey, json: { reason: "x" } }), 200);
  const suspended = expectStatus(await verify(baked), 200).json.verification;
  assert.deepEqual([suspended.outcome, suspended.code, suspended.notRevoked], ["rejected", "suspended", false]);
  expectStatus(await server.request("POST", `/api/v1/credentials/${issued.id}/reinstate`, { token: organization.apiKey, json: { reason: "x" } }), 200);
});

test("somebody else's badge is verified by the same rules, as a PNG and as an SVG", async () => {
  const credential = readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples/did-key.json"), "utf8");
  const svg = (text) => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential><![CDATA[${text}]]></openbadges:credential></svg>`;
  assert.equal(expectStatus(await verify(svg(credential), "image/svg+xml"), 200).json.verification.outcome, "verified");
  const changed = expectStatus(await verify(svg(credential.replaceAll("Field Mapping", "Field Napping")), "image/svg+xml"), 200).json;
  assert.deepEqual([changed.verification.outcome, changed.verification.signatureValid], ["rejected", false]);
});

test("a token under a key that the core leaves to its host is verified by the platform", async () => {
  const token = readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples/es256.jwt"), "utf8").trim();
  const svg = (token) => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential verify="${token}"/></svg>`;
  assert.equal(expectStatus(await verify(svg(token), "image/svg+xml"), 200).json.verification.outcome, "verified");
  const [header, payload, signature] = token.split(".");
  const other = `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  const { verification } = expectStatus(await verify(svg(other), "image/svg+xml"), 200).json;
  assert.deepEqual([verification.outcome, verification.code, verification.signatureValid], ["rejected", "signature_invalid", false]);
});

test("an issuer whose record can not be had leaves the verdict open", async () => {
  const credential = readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples/did-web.json"), "utf8");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential><![CDATA[${credential}]]></openbadges:credential></svg>`;
  const { verification } = expectStatus(await verify(svg, "image/svg+xml"), 200).json;
  assert.deepEqual([verification.outcome, verification.signatureValid], ["indeterminate", false]);
});

test("what is no form, holds no file, or no badge, is refused", async () => {
  assertError(await server.request("POST", "/api/credentials/verify-image", { body: baked, type: "image/png" }), 415, "UNSUPPORTED_MEDIA_TYPE");
  for (const file of [undefined, png(), baked.slice(0, 200), "{}"]) {
    assertError(await verify(file), 400, "VALIDATION_ERROR", "image");
  }
  assertError(await verify(new Uint8Array(5_300_000)), 413, "PAYLOAD_TOO_LARGE");
});

test("a credential stands in a frame of everybody's, and nothing else of the site does", async () => {
  const page = expectStatus(await server.request("GET", `/api/embed/${issued.credentialId}`), 200);
  assert.match(page.headers.get("content-type"), /^text\/html/);
  assert.match(page.headers.get("content-security-policy"), /frame-ancestors \*/);
  assert.doesNotMatch(page.headers.get("content-security-policy"), /unsafe-inline/);
  assert.ok(page.text.includes(`<open-badge-verifier src="/credentials/${issued.credentialId}/ob3" compact>`));
  assert.match((await server.request("GET", "/")).headers.get("content-security-policy"), /frame-ancestors 'none'/);
  assertError(await server.request("GET", `/api/embed/${NOTHING}`), 404, "NOT_FOUND");
  const badge = await organization.badge({ name: '<script>alert("x")</script>', slug: "markup" });
  const marked = expectStatus(await organization.issue({ badgeId: badge.id }), 201).json;
  const { text } = expectStatus(await server.request("GET", `/api/embed/${marked.id}`), 200);
  assert.ok(!text.includes("<script>alert") && text.includes("&lt;script&gt;"));
});

test("a credential's page names its oEmbed address", async () => {
  const { headers } = expectStatus(await server.request("GET", `/verify/${issued.credentialId}`), 200);
  const [, address] = /^<(\S+)>; rel="alternate"; type="application\/json\+oembed"$/.exec(headers.get("link"));
  const { pathname, search } = new URL(address);
  assert.equal(expectStatus(await server.request("GET", pathname + search), 200).json.title, "Celestial Navigation");
  assert.equal((await server.request("GET", "/verify/%22%3E")).headers.get("link"), null);
});

test("oEmbed tells the frame of a credential's page", async () => {
  const ask = (query) => server.request("GET", `/api/oembed?${new URLSearchParams(query)}`);
  const { json } = expectStatus(await ask({ url: issued.verificationUrl, maxwidth: "300" }), 200);
  assert.deepEqual([json.version, json.type, json.title, json.width, json.author_name], ["1.0", "rich", "Celestial Navigation", 300, "Meridian Institute"]);
  assert.ok(json.html.startsWith(`<iframe src="${PUBLIC_ORIGIN}/api/embed/${issued.credentialId}" width="300"`));
  assertError(await ask({}), 400, "VALIDATION_ERROR", "url");
  assertError(await ask({ url: issued.verificationUrl, format: "xml" }), 400, "VALIDATION_ERROR", "format");
  assertError(await ask({ url: issued.verificationUrl, maxwidth: "-1" }), 400, "VALIDATION_ERROR", "maxwidth");
  assertError(await ask({ url: "https://elsewhere.example/verify/CRD-23456789" }), 404, "NOT_FOUND");
  const hidden = expectStatus(await organization.issue({ isPublic: false }), 201).json;
  assertError(await ask({ url: hidden.verificationUrl }), 403, "FORBIDDEN");
  assertError(await server.request("GET", `/api/embed/${hidden.id}`), 403, "FORBIDDEN");
});
