// The built pages keep to the policy that they declare: nothing inline, nothing from elsewhere.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const OUT = fileURLToPath(new URL("../../dist/web", import.meta.url));
if (!existsSync(OUT)) throw new Error("dist/web is missing: run web/build.mjs first");
const page = readFileSync(`${OUT}/index.html`, "utf8");
const [folder] = readdirSync(`${OUT}/assets`);

test("the page has no inline script, style or handler", () => {
  assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)[^>]*>/);
  assert.doesNotMatch(page, /<style|\sstyle=|\son[a-z]+=/);
});

test("the page's policy allows its own script and style only", () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)[1];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.match(policy, /style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
});

test("every asset that the page names is there, under an absolute path", () => {
  const named = [...page.matchAll(/(?:href|src)="([^"#]*)"/g)].map(([, address]) => address).filter((address) => address !== "/");
  assert.equal(named.length, 3);
  for (const address of named) {
    assert.match(address, new RegExp(`^/assets/${folder}/`));
    assert.ok(existsSync(OUT + address), address);
  }
});

test("the style and the script name no other host", () => {
  const style = readFileSync(`${OUT}/assets/${folder}/page.css`, "utf8");
  assert.doesNotMatch(style, /https?:|@import|data:/);
  const script = readFileSync(`${OUT}/assets/${folder}/page.js`, "utf8");
  const hosts = [...script.matchAll(/https?:\/\/[^"'`\s]*/g)].map(([address]) => address);
  assert.deepEqual(new Set(hosts), new Set(["http://www.w3.org/2000/svg"]));
});

test("the verifier's module stands beside the script, where the script looks for it", () => {
  const script = readFileSync(`${OUT}/assets/${folder}/page.js`, "utf8");
  assert.match(script, /"\.\/accolade_verifier_bg\.wasm",import\.meta\.url/);
  assert.ok(existsSync(`${OUT}/assets/${folder}/accolade_verifier_bg.wasm`));
});

test("markup enters the page by no other way than elements and text", () => {
  const script = readFileSync(`${OUT}/assets/${folder}/page.js`, "utf8");
  assert.doesNotMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(/);
});
