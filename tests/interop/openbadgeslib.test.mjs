// `openbadgeslib` of PyPI: what it issues is verified by the packed npm package, and what the core issues is verified by it; as
// JSON, as a JWT, in a PNG and in an SVG. Skipped, saying so, where Python is not at hand (tools/setup.sh python).

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { alterations } from "../lib/alter.mjs";
import { badge } from "../lib/badges.mjs";
import { startOracle } from "../lib/oracle.mjs";
import { DEMO_IMAGE, installPackage } from "../../verifier-wasm/packaging-tests/install.js";

const python = path.join(process.env.ACCOLADE_CACHE ?? "", "python/bin/python");
const skip = existsSync(python) ? false : `there is no Python with openbadgeslib at ${python}: tools/setup.sh python installs it`;
const created = "2026-01-15T09:00:00Z";
const seed = "07".repeat(32);
const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>';
const images = { png: readFileSync(DEMO_IMAGE), svg: Buffer.from(svg) };

const { bake, extract, verify } = await import(installPackage().entry);
const oracle = startOracle();
const peer = skip ? undefined : startPeer();
after(() => {
  oracle.close();
  peer?.close();
});

const outcome = async (input) => (await verify(input, { fetch: async (url) => assert.fail(`${url} was asked for`) })).outcome;
const theirs = async (form, text) => (await peer.ask({ op: "verify", form, text })).ok === true;
const issued = async (form) => Buffer.from((await peer.get({ op: "issue", form, image: images[form]?.toString("base64") })), "base64");

for (const form of ["ldp", "jwt", "png", "svg"]) {
  test(`what openbadgeslib issues as ${form} is verified`, { skip }, async () => {
    assert.equal(await outcome(await issued(form)), "verified");
  });
}

test("what it issues is not verified by either with one value altered", { skip }, async () => {
  const credential = JSON.parse(await issued("ldp"));
  assert.ok(await theirs("ldp", JSON.stringify(credential)));
  for (const { path, document } of alterations(credential)) {
    const text = JSON.stringify(document);
    assert.notEqual(await outcome(text), "verified", `ours verifies an altered ${path}`);
    assert.equal(await theirs("ldp", text), false, `theirs verifies an altered ${path}`);
  }
});

test("what the core issues is verified by openbadgeslib, and not with one value altered", { skip }, async () => {
  const did = await oracle.get({ op: "did", seed });
  const small = await oracle.get({ op: "sign", credential: JSON.stringify(badge(did)), seed, created });
  const full = await oracle.get({ op: "issue", seed, created });
  for (const text of [small, full]) {
    assert.equal(await outcome(text), "verified");
    assert.deepEqual(await peer.ask({ op: "verify", form: "ldp", text }), { ok: true });
  }
  for (const { path, document } of alterations(JSON.parse(small))) {
    assert.equal(await theirs("ldp", JSON.stringify(document)), false, `theirs verifies an altered ${path}`);
  }
});

for (const form of ["png", "svg"]) {
  test(`what is baked into a ${form} by one is read out of it by the other`, { skip }, async () => {
    const text = await oracle.get({ op: "issue", seed, created });
    const baked = Buffer.from(await bake(images[form], text));
    const read = Buffer.from(await peer.get({ op: "extract", form, image: baked.toString("base64") }), "base64").toString();
    assert.equal(read.trim(), text);
    const there = await issued(form);
    assert.equal((await extract(there)).trim(), Buffer.from(await peer.get({ op: "extract", form, image: there.toString("base64") }), "base64").toString().trim());
  });
}

function startPeer() {
  const child = spawn(python, [fileURLToPath(new URL("openbadgeslib_peer.py", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift().resolve(JSON.parse(line)));
  child.on("close", (code) => {
    for (const { reject } of waiting) reject(new Error(`Python ended with code ${code}`));
  });
  const ask = (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  return {
    ask,
    async get(request) {
      const { ok, error } = await ask(request);
      if (ok === undefined) throw new Error(`openbadgeslib: ${error}`);
      return ok;
    },
    close: () => child.stdin.end(),
  };
}
