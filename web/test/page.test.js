// The built page in Chromium: what it shows of badges that verify, that do not, and that can not be had.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { ROOT, baked, changed, drop, genuine, image, openPage, paste, serve, startBrowser } from "./browser.mjs";

const { bake } = await import(join(ROOT, "verifier-wasm/pkg/node.js"));
const server = await serve({
  "/badge.png": { type: "image/png", body: baked },
  "/credentials/CRD-ABCD2345/ob3": { type: "application/vc+ld+json", body: genuine },
  "/page.html": { type: "text/html", body: "<!doctype html><title>page</title>" },
});
const browser = await startBrowser();
after(async () => {
  await browser.close();
  server.close();
});

const open = (context, path, options) => openPage(context, browser, server.origin + path, options);
const settled = (page, state) => page.waitForSelector(`body[data-state="${state}"]`);
const choose = (page, name, buffer) => page.setInputFiles("#file", { name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer) });
const enter = async (page, text) => {
  if (!(await page.isVisible("#text"))) await page.click(".intake summary");
  await page.fill("#text", text);
  await page.click("#text-form button");
};
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

test("the page leads to where one signs in, and to the API", async (context) => {
  const page = await open(context, "/?lang=de");
  await settled(page, "welcome");
  await page.waitForFunction(() => document.documentElement.lang === "de");
  const links = await page.locator("footer a").evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.textContent]));
  assert.deepEqual(links, [["/account", "Ihre Badges"], ["/docs", "Die API"]]);
});

test("a badge of this site is named by its code", async (context) => {
  const page = await open(context, "/");
  await settled(page, "welcome");
  await enter(page, " crd-abcd2345\n");
  await settled(page, "verified");
  assert.match(await page.textContent("#code-hint"), /CRD-/);
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
  await page.waitForSelector("#file");
  await drop(page, "main", await bake(image, changed));
  await settled(page, "rejected");
  assert.equal(await page.getAttribute('[data-check="proof"]', "data-code"), "signature_invalid");
});

test("text that is entered is verified, and a later badge replaces it", async (context) => {
  const page = await open(context, "/");
  await enter(page, genuine);
  await settled(page, "verified");
  await choose(page, "badge.json", changed);
  await settled(page, "rejected");
  assert.equal(await page.locator(".sheet").count(), 1);
});

test("an address that is entered is fetched from, be it of a file or of this site's own page", async (context) => {
  const page = await open(context, "/");
  await enter(page, `${server.origin}/badge.png`);
  await settled(page, "verified");
  assert.match(await page.getAttribute(".sheet img", "src"), /^blob:/);
  await enter(page, `${server.origin}/verify/changed`);
  await settled(page, "rejected");
});

test("an address of a web page, or of nothing, is no verdict", async (context) => {
  const page = await open(context, "/");
  for (const [path, title] of [["/page.html", "A web page, not a badge"], ["/nothing.json", "No such badge"]]) {
    await enter(page, server.origin + path);
    await settled(page, "fault");
    assert.equal(await heading(page), title);
    await enter(page, genuine);
    await settled(page, "verified");
  }
});

test("what is pasted anywhere is verified", async (context) => {
  const page = await open(context, "/");
  await page.waitForSelector("#file");
  await paste(page, "body", `  ${genuine}\n`);
  await settled(page, "verified");
});

test("badges that are presented together each have a verdict of their own", async (context) => {
  const present = (...badges) => `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiablePresentation"],"verifiableCredential":[${badges}]}`;
  const page = await open(context, "/");
  await enter(page, present(genuine));
  await settled(page, "verified");
  assert.match(await page.textContent(".sheet"), /Issued by.*Society of Example Cartographers/s);
  assert.equal(await page.locator(".held").count(), 0);
  await enter(page, present(genuine, changed));
  await settled(page, "rejected");
  assert.equal(await page.locator(".sheet").count(), 0);
  const rows = page.locator(".held > ol > .check");
  assert.deepEqual(await rows.evaluateAll((all) => all.map((row) => row.dataset.result)), ["valid", "invalid"]);
  assert.match(await rows.first().locator("summary").first().textContent(), /Field Mapping.*Verified.*Issued by.*Society of Example Cartographers/s);
  assert.match(await rows.last().locator("summary").first().textContent(), /Rejected.*does not match.*Claims to be issued by/s);
  await rows.last().locator("summary").first().click();
  assert.equal(await rows.last().locator('[data-check="proof"]').getAttribute("data-code"), "signature_invalid");
  assert.equal(await rows.last().locator(".check").count(), 10);
});

test("a picture without a badge is rejected, and nothing is claimed", async (context) => {
  const page = await open(context, "/");
  await choose(page, "picture.png", image);
  await settled(page, "rejected");
  assert.equal(await page.getAttribute('[data-check="format"]', "data-code"), "image_no_credential");
  assert.equal(await page.locator(".sheet h2, .sheet dl").count(), 0);
});

test("a badge is compared with a person whom the visitor knows", async (context) => {
  const page = await open(context, "/verify/genuine");
  await settled(page, "verified");
  const compare = async (known) => {
    if (!(await page.isVisible("#known"))) await page.click(".compare summary");
    await page.fill("#known", known);
    await page.keyboard.press("Enter");
  };
  await compare("ada@example.org");
  await page.waitForSelector('.compared[data-result="valid"]');
  assert.equal(await page.getAttribute("body", "data-state"), "verified");
  assert.equal(await page.getAttribute('[data-check="recipient"]', "data-code"), "recipient_matches");
  assert.equal(await page.evaluate(() => document.activeElement.id), "known");
  await compare("bob@example.org");
  await settled(page, "rejected");
  assert.equal(await page.getAttribute('[data-check="recipient"]', "data-code"), "recipient_differs");
  assert.match(await page.textContent("#verdict .lead"), /somebody else/);
  assert.equal(await page.inputValue("#known"), "bob@example.org");
});

test("a person who was compared with one badge is not compared with the next", async (context) => {
  const page = await open(context, "/");
  await choose(page, "badge.png", baked);
  await settled(page, "verified");
  await page.click(".compare summary");
  await page.fill("#known", "bob@example.org");
  await page.click(".compare button");
  await settled(page, "rejected");
  assert.equal(await page.locator(".sheet img").evaluate((image) => image.decode().then(() => image.naturalWidth)), 512);
  await choose(page, "badge.png", baked);
  await settled(page, "verified");
  assert.equal(await result(page, "recipient"), "not_applicable");
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

test("the page speaks the browser's language, or the one that its address or the menu asks for", async (context) => {
  const page = await open(context, "/verify/genuine", { locale: "de-AT" });
  await settled(page, "verified");
  assert.equal(await heading(page), "Echt");
  assert.equal(await page.getAttribute("html", "lang"), "de");
  assert.match(await page.title(), /^Echt/);
  await page.selectOption("#language", "ja");
  await page.waitForSelector('html[lang="ja"]');
  assert.equal(await heading(page), "本物です");
  assert.match(await page.textContent(".sheet"), /2036年1月15日/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "language");
  const asked = await open(context, "/?lang=fr", { locale: "de-AT" });
  await asked.waitForSelector('html[lang="fr"] #file');
  assert.match(await heading(asked), /^Ce badge est-il authentique/);
});

test("after the language has changed a badge is still taken, once", async (context) => {
  const page = await open(context, "/");
  await page.selectOption("#language", "nl");
  await page.waitForSelector('html[lang="nl"]');
  await choose(page, "badge.json", changed);
  await settled(page, "rejected");
  assert.equal(await heading(page), "Afgekeurd");
  await drop(page, "main", genuine);
  await settled(page, "verified");
});

test("what is dropped before there are words is checked all the same", async (context) => {
  const page = await open(context, "/");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/en-[^/]*\.js$/, (route) => held.then(() => route.continue()));
  await page.reload();
  await drop(page, "main", genuine);
  release();
  await settled(page, "verified");
});

test("a printed verdict has nothing to click on it", async (context) => {
  const page = await open(context, "/verify/genuine");
  await settled(page, "verified");
  await page.waitForSelector("#file", { state: "attached" });
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".intake", ".bar__link", ".downloads", "#language"]) assert.ok(!(await page.isVisible(hidden)), hidden);
  for (const shown of [".seal", ".sheet", '[data-check="proof"]']) assert.ok(await page.isVisible(shown), shown);
});

test("nothing is wider than a phone of 360 pixels", async (context) => {
  for (const path of ["/", "/verify/genuine", "/verify/changed", "/verify/nothing"]) {
    const page = await open(context, path, { viewport: { width: 360, height: 740 } });
    await page.waitForSelector('body:not([data-state="busy"])');
    await page.waitForSelector("#file", { state: "attached" });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, path);
  }
});
