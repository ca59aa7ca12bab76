// The page has a word for everything that a report can say.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import english from "../src/words/en.js";
import { date, dateAndTime, fill, sentence } from "../src/words/index.js";

const entry = new URL("../../verifier-wasm/pkg/node.js", import.meta.url);
if (!existsSync(entry)) throw new Error("verifier-wasm/pkg is missing: run verifier-wasm/build.sh first");
const { codes, verify } = await import(entry);

test("every code has a sentence, and every sentence a code", async () => {
  assert.deepEqual(Object.keys(english.codes).toSorted(), (await codes()).toSorted());
});

test("every check and every result has its words, in the order of the report", async () => {
  const report = await verify("");
  assert.deepEqual(
    Object.keys(english.checks),
    report.checks.map((check) => check.name),
  );
  assert.deepEqual(Object.keys(english.results).toSorted(), ["invalid", "not_applicable", "unknown", "valid"]);
  assert.deepEqual(Object.keys(english.outcomes).toSorted(), ["indeterminate", "rejected", "verified"]);
});

test("no word is empty", () => {
  const walk = (value, path) => {
    if (typeof value === "string") assert.notEqual(value.trim(), "", path);
    else for (const [name, inner] of Object.entries(value)) walk(inner, `${path}.${name}`);
  };
  walk(english, "en");
});

test("a part of a sentence without its datum is left out", () => {
  assert.equal(fill("It has expired[ on {validUntil}].", {}), "It has expired.");
  assert.equal(fill("It has expired[ on {validUntil}].", { validUntil: "" }), "It has expired.");
  assert.equal(fill("It has expired[ on {validUntil}].", { validUntil: "2026-02-01T00:00:00Z" }), "It has expired on \u20681 February 2026\u2069.");
});

test("a datum is quoted isolated and short, and is no template itself", () => {
  assert.equal(fill("[“{term}”]", { term: "{other}[x]", other: "y" }), "“\u2068{other}[x]\u2069”");
  assert.equal(fill("{term}", { term: "a".repeat(500) }).length, 83);
});

test("a code that is not known is shown as it is", () => {
  assert.equal(sentence({ code: "not_yet_invented", data: {} }), "not_yet_invented");
  assert.equal(sentence({ code: "toString", data: {} }), "toString");
});

test("dates are those of UTC, and what is no date stays as it is", () => {
  assert.equal(date("2026-01-15T23:30:00Z"), "15 January 2026");
  assert.equal(dateAndTime("2026-01-15T23:30:00Z"), "15 January 2026 at 23:30 UTC");
  assert.equal(date("2026-13-45T00:00:00Z"), "2026-13-45T00:00:00Z");
});
