// The built pages keep to the policy that they declare: nothing inline, nothing from elsewhere.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const OUT = fileURLToPath(new URL("../../dist/web", import.meta.url));
if (!existsSync(OUT)) throw new Error("dist/web is missing: run web/build.mjs first");
const page = readFileSync(`${OUT}/index.html`, "utf8");
const [folder] = readdirSync(`${OUT}/assets`);
const names = readdirSync(`${OUT}/assets/${folder}`);
const read = (name) => readFileSync(`${OUT}/assets/${folder}/${name}`, "utf8");
const scripts = names.filter((name) => name.endsWith(".js")).map((name) => ({ name, text: read(name) }));

test("the pages have no inline script, style or handler", () => {
  for (const markup of [page, readFileSync(`${OUT}/element.html`, "utf8"), readFileSync(`${OUT}/account.html`, "utf8"), readFileSync(`${OUT}/docs.html`, "utf8")]) {
    assert.doesNotMatch(markup, /<script(?![^>]*\ssrc=)[^>]*>/);
    assert.doesNotMatch(markup, /<style|\sstyle=|\son[a-z]+=|\{\{/);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(markup)[1];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'( 'wasm-unsafe-eval')?;/);
    assert.match(policy, /style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
  }
});

test("every asset that the page names is there, under an absolute path", () => {
  // Where a link leads is another page, and no asset.
  const named = [...page.replaceAll(/<a [^>]*>/g, "").matchAll(/(?:href|src)="([^"#]*)"/g)].map(([, address]) => address);
  assert.ok(named.length >= 3);
  for (const address of named) {
    assert.match(address, new RegExp(`^/assets/${folder}/`));
    assert.ok(existsSync(OUT + address), address);
  }
});

test("what the page's script imports at once is preloaded", () => {
  const [{ text }] = scripts.filter(({ name }) => name === "page.js");
  const imported = [...text.matchAll(/from"\.\/([^"]+)"/g)].map(([, name]) => name);
  assert.notEqual(imported.length, 0);
  for (const name of imported) assert.ok(page.includes(`rel="modulepreload" href="/assets/${folder}/${name}"`), name);
});

test("the style and the scripts name no other host", () => {
  assert.doesNotMatch(read("page.css"), /https?:|@import|data:|url\(/);
  for (const { name, text } of scripts) {
    const hosts = [...text.matchAll(/https?:\/\/[\w.-][^"'`\s]*/g)].map(([address]) => address);
    assert.deepEqual(hosts.filter((address) => address !== "http://www.w3.org/2000/svg"), [], name);
  }
});

test("the verifier's module stands beside the script that looks for it", () => {
  const looking = scripts.filter(({ text }) => /"\.\/accolade_verifier_bg\.wasm",import\.meta\.url/.test(text));
  assert.equal(looking.length, 1);
  assert.ok(names.includes("accolade_verifier_bg.wasm"));
});

test("markup enters by no other way than elements and text", () => {
  for (const { name, text } of scripts) {
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(/, name);
  }
});

test("the page and the element share all but their own few words", () => {
  for (const { name, text } of scripts) {
    // The words of one language stand in one module, and in no other.
    if (!/^en-/.test(name)) assert.doesNotMatch(text, /Signed by the issuer named here/, name);
  }
  const length = (name) => scripts.find((script) => script.name === name).text.length;
  const shared = scripts.find(({ text }) => /accolade_verifier_bg\.wasm/.test(text)).text.length;
  assert.ok(shared > 5 * length("page.js"));
});

test("the element has an address that stays", () => {
  assert.equal(readFileSync(`${OUT}/open-badge-verifier.js`, "utf8"), `export * from "./assets/${folder}/element.js";\n`);
});
