// The built page in Chromium: what it shows of badges that verify, that do not, and that can not be had.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const OUT = join(ROOT, "dist/web");
if (!existsSync(OUT)) throw new Error("dist/web is missing: run web/build.mjs first");

const { chromium } = createRequire(join(ROOT, "tests/package.json"))("playwright-core");
const { bake } = await import(join(ROOT, "verifier-wasm/pkg/node.js"));

const image = readFileSync(join(ROOT, "web/demo/badge.png"));
const genuine = sample("did-key.json");
const changed = genuine.replaceAll("Field Mapping", "Field Napping");
const unresolvable = sample("did-web.json");

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };
const PUBLISHED = { genuine, changed, unresolvable };

// Stands in for the worker's routes that the page asks, and for nothing else.
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://page.test");
  const credential = /^\/credentials\/(\w+)\/ob3$/.exec(pathname)?.[1];
  if (credential === "private") return response.writeHead(403).end();
  if (credential !== undefined) {
    return Object.hasOwn(PUBLISHED, credential)
      ? response.writeHead(200, { "content-type": "application/vc+ld+json" }).end(PUBLISHED[credential])
      : response.writeHead(404).end();
  }
  if (pathname.endsWith("/baked")) return response.writeHead(200, { "content-type": "image/png" }).end(image);
  const file = pathname === "/" || pathname.startsWith("/verify/") ? "/index.html" : normalize(pathname);
  if (!existsSync(join(OUT, file))) return response.writeHead(404).end();
  return response.writeHead(200, { "content-type": TYPES[extname(file)] }).end(readFileSync(join(OUT, file)));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
after(async () => {
  await browser.close();
  server.close();
});

function sample(name) {
  return readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples", name), "utf8");
}

// Opens a page, and holds it to its policy: a refused script, style or image is an error on its console.
async function open(context, path, options = {}) {
  const page = await browser.newPage(options);
  const refusals = [];
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && refusals.push(message.text()));
  page.on("pageerror", (error) => refusals.push(error.message));
  context.after(async () => {
    await page.close();
    assert.deepEqual(refusals, []);
  });
  await page.goto(origin + path);
  return page;
}

const settled = (page, state) => page.waitForSelector(`body[data-state="${state}"]`);
const choose = (page, name, buffer) => page.setInputFiles("#file", { name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer) });
const heading = (page) => page.textContent("#verdict h1");
const result = (page, check) => page.getAttribute(`[data-check="${check}"]`, "data-result");

test("a published badge that is genuine is shown as verified, its statements as facts", async (context) => {
  const page = await open(context, "/verify/genuine");
  await settled(page, "verified");
  assert.equal(await heading(page), "Verified");
  assert.equal(await page.locator(".check").count(), 10);
  assert.equal(await result(page, "proof"), "valid");
  assert.equal(await page.getAttribute(".sheet", "data-standing"), "confirmed");
  assert.match(await page.textContent(".sheet"), /Issued by.*Society of Example Cartographers/s);
  assert.doesNotMatch(await page.textContent(".sheet"), /claims/i);
  assert.match(await page.title(), /^Verified/);
});

test("an issuer that is known by its key alone is marked as such", async (context) => {
  const page = await open(context, "/verify/genuine");
  await settled(page, "verified");
  assert.match(await page.textContent(".sheet .caution"), /key alone/);
});

test("a published badge is offered for download, as JSON and as image", async (context) => {
  const page = await open(context, "/verify/genuine");
  await settled(page, "verified");
  const links = await page.locator(".downloads a").evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.download]));
  assert.deepEqual(links, [["/credentials/genuine/ob3", "genuine.json"], ["/api/credentials/genuine/baked", "genuine.png"]]);
});

test("a badge with a changed claim is shown as rejected, its statements as claims", async (context) => {
  const page = await open(context, "/verify/changed");
  await settled(page, "rejected");
  assert.equal(await heading(page), "Rejected");
  assert.equal(await result(page, "proof"), "invalid");
  assert.equal(await page.getAttribute('[data-check="proof"]', "data-code"), "signature_invalid");
  assert.equal(await page.getAttribute(".sheet", "data-standing"), "unconfirmed");
  assert.match(await page.textContent(".sheet"), /Claims, not confirmed.*Claims to be issued by/s);
  assert.equal(await page.locator(".sheet a:not(.button)").count(), 0);
});

test("a badge whose issuer can not be looked up is shown as undecided", async (context) => {
  const page = await open(context, "/verify/unresolvable");
  await settled(page, "indeterminate");
  assert.equal(await heading(page), "Could not be decided");
  assert.equal(await page.getAttribute(".sheet", "data-standing"), "unconfirmed");
});

test("a badge that is not there, or not public, is no verdict", async (context) => {
  for (const [path, title] of [["/verify/nothing", "No such badge"], ["/verify/private", "A private badge"]]) {
    const page = await open(context, path);
    await settled(page, "fault");
    assert.equal(await heading(page), title);
    assert.equal(await page.locator(".sheet, .ledger").count(), 0);
  }
});

test("a chosen image is verified, and shows itself", async (context) => {
  const page = await open(context, "/");
  assert.equal(await heading(page), "Is this badge genuine?");
  await choose(page, "badge.png", await bake(image, genuine));
  await settled(page, "verified");
  assert.match(await page.getAttribute(".sheet img", "src"), /^blob:/);
  assert.equal(await page.locator(".sheet img").evaluate((img) => img.decode().then(() => img.naturalWidth)), 512);
});

test("a dropped image with a changed claim is rejected", async (context) => {
  const page = await open(context, "/");
  const bytes = [...(await bake(image, changed))];
  const transfer = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(bytes)], "badge.png", { type: "image/png" }));
    return transfer;
  }, bytes);
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
  await settled(page, "rejected");
  assert.equal(await page.getAttribute('[data-check="proof"]', "data-code"), "signature_invalid");
});

test("text that is entered is verified, and a later badge replaces it", async (context) => {
  const page = await open(context, "/");
  await page.click(".intake summary");
  await page.fill("#text", genuine);
  await page.click("#text-form button");
  await settled(page, "verified");
  await choose(page, "badge.json", changed);
  await settled(page, "rejected");
  assert.equal(await page.locator(".sheet").count(), 1);
});

test("a picture without a badge is rejected, and nothing is claimed", async (context) => {
  const page = await open(context, "/");
  await choose(page, "picture.png", image);
  await settled(page, "rejected");
  assert.equal(await page.getAttribute('[data-check="format"]', "data-code"), "image_no_credential");
  assert.equal(await page.locator(".sheet h2, .sheet dl").count(), 0);
});

test("markup in a badge is text", async (context) => {
  const page = await open(context, "/");
  await choose(page, "badge.json", genuine.replaceAll("Field Mapping", "<img src=x onerror=alert(1)>"));
  await settled(page, "rejected");
  assert.equal(await page.textContent(".sheet h2"), "<img src=x onerror=alert(1)>");
  assert.equal(await page.locator(".sheet h2 *").count(), 0);
});

test("the verdict is announced, and the page works from the keyboard", async (context) => {
  const page = await open(context, "/verify/genuine");
  await settled(page, "verified");
  assert.equal(await page.getAttribute("#verdict", "aria-live"), "polite");
  assert.equal(await page.locator("#verdict[aria-busy=false] h1").count(), 1);
  const row = page.locator('[data-check="proof"] summary');
  await row.focus();
  await page.keyboard.press("Enter");
  assert.match(await page.textContent('[data-check="proof"] .particulars'), /eddsa-rdfc-2022/);
  assert.ok(await page.isVisible('[data-check="proof"] .particulars'));
});

test("nothing is wider than a phone of 360 pixels", async (context) => {
  for (const path of ["/", "/verify/genuine", "/verify/changed", "/verify/nothing"]) {
    const page = await open(context, path, { viewport: { width: 360, height: 740 } });
    await page.waitForSelector('body:not([data-state="busy"])');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, path);
  }
});
