// There is a word for everything that a report can say, in every language.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { LANGUAGES, bestLanguage, loadPhrases } from "../src/words/index.js";

const entry = new URL("../../verifier-wasm/pkg/node.js", import.meta.url);
if (!existsSync(entry)) throw new Error("verifier-wasm/pkg is missing: run verifier-wasm/build.sh first");
const { codes, verify } = await import(entry);

const languages = Object.keys(LANGUAGES);
const books = new Map(await Promise.all(languages.map(async (language) => [language, await loadPhrases(language)])));
const english = books.get("en");

/** Every text of a book with the path to it. */
function texts(value, path = "") {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => texts(inner, `${path}.${name}`));
}

const placeholders = (text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted();
const optional = (text) => [...text.matchAll(/\[[^\]]*\]/g)].flatMap(([part]) => placeholders(part));

test("there are words in six languages", () => {
  assert.deepEqual(languages.toSorted(), ["de", "en", "es", "fr", "ja", "nl"]);
  for (const language of languages) assert.equal(books.get(language).words.language, language);
});

for (const [language, { words }] of books) {
  test(`${language}: every code has a sentence, and every sentence a code`, async () => {
    assert.deepEqual(Object.keys(words.codes).toSorted(), (await codes()).toSorted());
  });

  test(`${language}: every check and every result has its words, in the order of the report`, async () => {
    const report = await verify("");
    const names = report.checks.map((check) => check.name);
    assert.deepEqual(Object.keys(words.checks), names);
    assert.deepEqual(Object.keys(words.results).toSorted(), ["invalid", "not_applicable", "unknown", "valid"]);
    assert.deepEqual(Object.keys(words.outcomes).toSorted(), ["indeterminate", "rejected", "verified"]);
  });

  test(`${language}: every datum that the core names has a name`, () => {
    const missing = dataNames().filter((name) => !Object.hasOwn(words.data, name));
    assert.deepEqual(missing, []);
  });

  test(`${language}: the same texts as in English, none empty, with the same data in the same places`, () => {
    const own = texts(words);
    const theirs = texts(english.words);
    assert.deepEqual(own.map(([path]) => path), theirs.map(([path]) => path));
    own.forEach(([path, text], index) => {
      assert.notEqual(text.trim(), "", path);
      assert.equal(text, text.normalize("NFC"), path);
      assert.deepEqual(placeholders(text), placeholders(theirs[index][1]), path);
      assert.deepEqual(optional(text), optional(theirs[index][1]), path);
    });
  });

  test(`${language}: no sentence is left in English`, () => {
    if (language === "en") return;
    const left = texts(words).filter(([path, text]) => /\.(codes|faults|outcomes|checks)\./.test(path) && text === read(english.words, path));
    assert.deepEqual(left, []);
  });

  test(`${language}: dates and numbers are the language's own`, () => {
    const book = books.get(language);
    const expected = {
      en: ["1 February 2026", "2,097,152"],
      de: ["1. Februar 2026", "2.097.152"],
      es: ["1 de febrero de 2026", "2.097.152"],
      fr: ["1 février 2026", "2\u202f097\u202f152"],
      nl: ["1 februari 2026", "2.097.152"],
      ja: ["2026年2月1日", "2,097,152"],
    };
    const [day, number] = expected[language];
    assert.equal(book.date("2026-02-01T00:00:00Z"), day);
    assert.equal(book.readable("limit", "2097152"), number);
    assert.ok(book.sentence({ code: "expired", data: { validUntil: "2026-02-01T00:00:00Z" } }).includes(`\u2068${day}\u2069`));
    assert.ok(!book.sentence({ code: "expired", data: {} }).match(/[[\]{}\u2068]/));
  });
}

function read(value, path) {
  return path.split(".").slice(1).reduce((inner, name) => inner[name], value);
}

/** The names of data in the core's source, of which there is no other list. */
function dataNames() {
  const core = new URL("../../ob3-core/src/", import.meta.url);
  const sources = readdirSync(core, { recursive: true }).filter((name) => name.endsWith(".rs"));
  const found = sources.flatMap((name) => {
    const code = readFileSync(new URL(name, core), "utf8").split("#[cfg(test)]", 1)[0];
    return [...code.matchAll(/\.with\(\s*"(\w+)"/g)].map(([, datum]) => datum);
  });
  assert.ok(found.length > 20);
  return [...new Set(found), "code", "required", "cryptosuite", "created", "verificationMethod"];
}

test("a part of a sentence without its datum is left out", () => {
  assert.equal(english.fill("It has expired[ on {validUntil}].", {}), "It has expired.");
  assert.equal(english.fill("It has expired[ on {validUntil}].", { validUntil: "" }), "It has expired.");
});

test("a datum is quoted isolated and short, and is no template itself", () => {
  assert.equal(english.fill("[“{term}”]", { term: "{other}[x]", other: "y" }), "“\u2068{other}[x]\u2069”");
  assert.equal(english.fill("{term}", { term: "a".repeat(500) }).length, 83);
});

test("a code that is not known is shown as it is", () => {
  assert.equal(english.sentence({ code: "not_yet_invented", data: {} }), "not_yet_invented");
  assert.equal(english.sentence({ code: "toString", data: {} }), "toString");
});

test("dates are those of UTC, and what is no date or amount stays as it is", () => {
  assert.equal(english.date("2026-01-15T23:30:00Z"), "15 January 2026");
  assert.equal(english.dateAndTime("2026-01-15T23:30:00Z"), "15 January 2026 at 23:30 UTC");
  assert.equal(english.date("2026-13-45T00:00:00Z"), "2026-13-45T00:00:00Z");
  assert.equal(english.readable("statusListIndex", "94567"), "94567");
  assert.equal(english.readable("bytes", "many"), "many");
});

test("the language is the first wanted one that there are words for, and English else", () => {
  assert.equal(bestLanguage(["pt-BR", "de-CH", "en"]), "de");
  assert.equal(bestLanguage(["JA-jp"]), "ja");
  assert.equal(bestLanguage(["", "tlh"]), "en");
  assert.equal(bestLanguage(["constructor"]), "en");
  assert.equal(bestLanguage([]), "en");
});

const account = await import("../src/account/words.js");

for (const [language, words] of Object.entries(account.WORDS)) {
  test(`${language}: the account page has the same texts as in English, none empty, with the same data`, () => {
    assert.equal(words.tag, language);
    const theirs = texts(account.WORDS.en);
    const own = texts(words);
    assert.deepEqual(own.map(([path]) => path), theirs.map(([path]) => path));
    own.forEach(([path, text], index) => {
      assert.notEqual(text.trim(), "", path);
      assert.deepEqual(placeholders(text), placeholders(theirs[index][1]), path);
      if (language !== "en" && /\.(codes|claim|signIn|statuses)\./.test(path)) assert.notEqual(text, theirs[index][1], path);
    });
  });
}

test("the account page speaks every language of the verification page", () => {
  assert.deepEqual(Object.keys(account.WORDS).toSorted(), languages.toSorted());
});
