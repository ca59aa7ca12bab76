// The element as the verifier package ships it: a folder of modules beside the package's own, without a bundler.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { ROOT, drop, genuine, openPage, serve, startBrowser } from "./browser.mjs";

const PACKAGE = join(ROOT, "verifier-wasm/pkg");
const folder = join(PACKAGE, "element");

const PAGE = '<!doctype html><html lang="es"><title>page</title><script type="module" src="/package/element/define.js"></script><open-badge-verifier></open-badge-verifier>';
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const served = (root, path) =>
  readdirSync(root)
    .filter((name) => extname(name) in TYPES)
    .map((name) => [`${path}/${name}`, { type: TYPES[extname(name)], body: readFileSync(join(root, name)) }]);
const server = await serve({
  "/plain.html": { type: "text/html", body: PAGE },
  ...Object.fromEntries([...served(PACKAGE, "/package"), ...served(folder, "/package/element")]),
});
const browser = await startBrowser();
after(async () => {
  await browser.close();
  server.close();
});

test("a plain page imports it from the package's folder, and it verifies", async (context) => {
  const page = await openPage(context, browser, `${server.origin}/plain.html`);
  await page.waitForSelector('.verifier[data-state="welcome"]');
  await drop(page, ".verifier", genuine);
  await page.waitForSelector('.verifier[data-state="verified"]');
  assert.equal(await page.textContent(".verdict__title"), "Auténtica");
});

test("the package names it, with its types, and says that importing it has an effect", () => {
  const { exports, sideEffects } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  for (const entry of ["./element", "./element/class"]) {
    for (const file of Object.values(exports[entry])) assert.ok(existsSync(join(PACKAGE, file)), file);
  }
  assert.deepEqual(sideEffects, [exports["./element"].default]);
});

test("it carries no second copy of the verifier", () => {
  const names = readdirSync(folder);
  const scripts = names.filter((name) => name.endsWith(".js")).map((name) => readFileSync(join(folder, name), "utf8"));
  assert.ok(scripts.some((text) => text.includes('from"../browser.js"')));
  for (const text of scripts) assert.doesNotMatch(text, /accolade_verifier_bg|WebAssembly/);
});

test("importing the class alone defines nothing", async (context) => {
  const page = await openPage(context, browser, `${server.origin}/host`);
  const defined = await page.evaluate(async () => {
    const { OpenBadgeVerifierElement } = await import("/package/element/element.js");
    return [typeof OpenBadgeVerifierElement, customElements.getName?.(OpenBadgeVerifierElement) ?? null];
  });
  assert.deepEqual(defined, ["function", null]);
});
