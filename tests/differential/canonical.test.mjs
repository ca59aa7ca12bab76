// The core and jsonld.js with rdf-canonize, side by side: generated documents must come out as the same canonical N-Quads,
// or be refused by both. `CASES` and `SEED` widen the search.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import jsonld from "jsonld";

import { badge } from "../lib/badges.mjs";
import { documentLoader } from "../lib/digitalbazaar.mjs";
import { startOracle } from "../lib/oracle.mjs";
import { differences } from "./differences.mjs";
import { documentOf } from "./random.mjs";

const cases = Number(process.env.CASES ?? 300);
const firstSeed = Number(process.env.SEED ?? 1);
const loader = documentLoader();
const oracle = startOracle();
after(() => oracle.close());

const options = { algorithm: "RDFC-1.0", format: "application/n-quads", safe: true, documentLoader: loader };

async function theirsOf(document) {
  try {
    return { ok: await jsonld.canonize(structuredClone(document), options) };
  } catch (error) {
    return { error: error.message };
  }
}

async function compare(document) {
  const ours = await oracle.ask({ op: "canonicalize", document: JSON.stringify(document) });
  const theirs = await theirsOf(document);
  const agrees = ours.ok === theirs.ok;
  return { ours, theirs, agrees, refused: agrees && ours.ok === undefined };
}

test(`${cases} generated documents come out alike, or differ for a listed reason`, async () => {
  const counts = { equal: 0, refused: 0, listed: 0 };
  for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
    const document = documentOf(seed);
    const { ours, theirs, agrees, refused } = await compare(document);
    if (agrees) {
      counts[refused ? "refused" : "equal"]++;
    } else if (differences.some(({ explains }) => explains(document, ours, theirs))) {
      counts.listed++;
    } else {
      assert.fail(`seed ${seed}: ${explain(ours, theirs)}\n${JSON.stringify(document)}`);
    }
  }
  console.log(`  ${counts.equal} equal, ${counts.refused} refused by both, ${counts.listed} differ for a listed reason`);
  // A search that finds only refusals, or only honest documents, tests nothing.
  assert.ok(counts.equal >= cases / 5, "too few documents came out");
  assert.ok(counts.refused >= cases / 5, "too few documents were refused");
});

for (const { reason, example, explains } of differences) {
  test(`listed difference still there: ${reason}`, async () => {
    const document = badge("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", example);
    const { ours, theirs, agrees } = await compare(document);
    assert.ok(!agrees, "both agree now: take it off the list");
    assert.ok(explains(document, ours, theirs), `it differs otherwise than listed: ${explain(ours, theirs)}`);
  });
}

const endorsement = { id: "urn:x:e", type: ["VerifiableCredential", "EndorsementCredential"] };

for (const [what, members] of Object.entries({
  "a graph of a node with nothing but a name": { endorsement: [{ ...endorsement, proof: { id: "urn:x:dropped" } }] },
  "a graph of an empty node": { endorsement: [{ ...endorsement, proof: {} }] },
  "an undefined member": { undefinedMember: 1 },
  "an undefined type": { type: ["VerifiableCredential", "Undefined"] },
  "a relative identifier": { id: "relative" },
  "a null value": { description: { "@value": null } },
})) {
  test(`both refuse what no quad would hold: ${what}`, async () => {
    const { refused } = await compare(badge("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", members));
    assert.ok(refused);
  });
}

test("texts that JSON.parse reads and the core refuses are refused before any claim is read", async () => {
  for (const document of ['{"name": "a", "name": "b"}', '{"name": "\\ud800"}', '{"a": 1e400}', `${"[".repeat(100)}${"]".repeat(100)}`]) {
    JSON.parse(document);
    const { error } = await oracle.ask({ op: "canonicalize", document });
    assert.equal(error, "loading document failed", document.slice(0, 40));
  }
});

function explain(ours, theirs) {
  if (ours.ok === undefined || theirs.ok === undefined) {
    return `the core says ${ours.error ?? "yes"}, jsonld.js says ${theirs.error ?? "yes"}`;
  }
  const [a, b] = [ours, theirs].map(({ ok }) => ok.split("\n"));
  const only = (lines, others) => lines.filter((line) => !others.includes(line)).slice(0, 5);
  return `only the core: ${only(a, b).join("\n")}\nonly jsonld.js: ${only(b, a).join("\n")}`;
}
