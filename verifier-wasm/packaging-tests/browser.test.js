// The packed package in Chromium, without a bundler: a plain page that imports the installed files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { after, test } from "node:test";
import { DEMO_IMAGE, NOW, installPackage, sample } from "./install.js";

const { chromium } = createRequire(new URL("../../tests/package.json", import.meta.url))("playwright-core");
const { folder } = installPackage();

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://page.test");
  // The second path is that of a static server that does not know what WebAssembly is.
  const path = /^\/(package|untyped)(\/[\w.-]+)$/.exec(pathname);
  if (path === null) {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>");
    return;
  }
  const type = path[1] === "untyped" && pathname.endsWith(".wasm") ? "application/octet-stream" : TYPES[extname(pathname)];
  response.setHeader("content-type", type).end(readFileSync(join(folder, normalize(path[2]))));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const page = await browser.newPage();
await page.goto(origin);
after(async () => {
  await browser.close();
  server.close();
});

const verifyInPage = (credential, from = "package") =>
  page.evaluate(
    async ({ module, credential, now }) => (await import(module)).verify(credential, { now }),
    { module: `${origin}/${from}/browser.js`, credential, now: NOW },
  );

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
