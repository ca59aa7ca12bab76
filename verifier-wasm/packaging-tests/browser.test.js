// The packed package in Chromium, without a bundler: a plain page that imports the installed files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { test } from "node:test";
import { openPage, serve } from "./chromium.js";
import { DEMO_IMAGE, NOW, installPackage, sample } from "./install.js";
import { flipOneBit } from "./tokens.js";

const { folder } = installPackage();

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

const origin = await serve((pathname, response) => {
  // The second path is that of a static server that does not know what WebAssembly is.
  const path = /^\/(package|untyped)(\/[\w.-]+)$/.exec(pathname);
  if (path === null) {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>");
    return;
  }
  const type = path[1] === "untyped" && pathname.endsWith(".wasm") ? "application/octet-stream" : TYPES[extname(pathname)];
  response.setHeader("content-type", type).end(readFileSync(join(folder, normalize(path[2]))));
});
const page = await openPage();
await page.goto(origin);

const verifyInPage = (credential, from = "package", entry = "browser.js") =>
  page.evaluate(
    async ({ module, credential, now }) => (await import(module)).verify(credential, { now }),
    { module: `${origin}/${from}/${entry}`, credential, now: NOW },
  );

test("the slim entry verifies in a browser, and leaves a token open", async () => {
  const slim = (credential) => verifyInPage(credential, "package", "slim-browser.js");
  assert.equal((await slim(sample("did-key.json"))).outcome, "verified");
  const changed = await slim(sample("did-key.json").replaceAll("Field Mapping", "Field Napping"));
  assert.deepEqual([changed.outcome, changed.code], ["rejected", "signature_invalid"]);
  const { outcome, code } = await slim(sample("es256.jwt"));
  assert.deepEqual([outcome, code], ["indeterminate", "format_unsupported"]);
});

test("an intact credential is verified in a browser", async () => {
  assert.equal((await verifyInPage(sample("did-key.json"))).outcome, "verified");
});

test("a changed claim is rejected in a browser", async () => {
  const { outcome, code } = await verifyInPage(sample("did-key.json").replaceAll("Field Mapping", "Field Napping"));
  assert.deepEqual([outcome, code], ["rejected", "signature_invalid"]);
});

test("a server that serves the module under another type does not matter", async () => {
  assert.equal((await verifyInPage(sample("did-key.json"), "untyped")).outcome, "verified");
});

test("a baked image is read from a Blob in a browser", async () => {
  const outcome = await page.evaluate(
    async ({ module, image, credential, now }) => {
      const { bake, verify } = await import(module);
      const baked = await bake(Uint8Array.from(image), credential);
      return (await verify(new Blob([baked]), { now })).outcome;
    },
    { module: `${origin}/package/browser.js`, image: [...readFileSync(DEMO_IMAGE)], credential: sample("did-key.json"), now: NOW },
  );
  assert.equal(outcome, "verified");
});

test("a token is verified in a browser, by the browser's own cryptography", async () => {
  const token = sample("es256.jwt");
  assert.equal((await verifyInPage(token)).outcome, "verified");
  const { outcome, code } = await verifyInPage(flipOneBit(token.trim()));
  assert.deepEqual([outcome, code], ["rejected", "signature_invalid"]);
});

test("an issuer's document on a host that may not be asked is not fetched by a browser", async () => {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const report = await verifyInPage(sample("did-web.json").replaceAll("did:web:badges.example.org", "did:web:localhost"));
  assert.deepEqual([report.outcome, report.code], ["indeterminate", "key_unavailable"]);
  assert.deepEqual(asked.filter((url) => !url.startsWith(`${origin}/package/`)), []);
});
