// Where the core and jsonld.js 9 (safe mode) differ on purpose: each with its reason, the members that show it in a badge, and a
// test of whether it explains what was seen. One that is not seen any more fails the suite.

import { credentialsV2, openBadges303 } from "../lib/contexts.mjs";

const pinned = [credentialsV2, openBadges303];

/** Every value in a document, with the member names on the way to it. */
function* values(value, path = []) {
  yield { value, path };
  if (value === null || typeof value !== "object") return;
  for (const [name, member] of Object.entries(value)) yield* values(member, [...path, name]);
}

const some = (document, holds) => [...values(document)].some(({ value, path }) => holds(value, path));

// What jsonld.js prints of such a number has neither point nor exponent.
const isTiny = (value) => typeof value === "number" && !Number.isInteger(value) && !String(value).includes(".");
const isHuge = (value) => Number.isInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21;
// Whether UTF-16 code units and code points may sort these texts differently: one above U+FFFF beside one from U+E000 on.
const hasAstral = (value) => typeof value === "string" && /[\u{10000}-\u{10ffff}]/u.test(value);
const hasHighBmp = (value) => typeof value === "string" && /[\ue000-\uffff]/u.test(value);
const sortedLines = (text) => text.split("\n").sort().join("\n");
const isRefusedHereOnly = (ours, theirs) => ours.ok === undefined && theirs.ok !== undefined;

export const differences = [
  {
    reason: "jsonld.js writes a number whose shortest form has no point, such as 1e-7, as the integer 0; JSON-LD 1.1 API §8.2.2 asks for a double",
    example: { credentialSubject: { type: "AchievementSubject", creditsEarned: 1e-7 } },
    explains: (document, ours, theirs) => ours.ok !== undefined && theirs.ok !== undefined && some(document, isTiny),
  },
  {
    reason: "the core refuses integers beyond 2^53, which a reader may see otherwise than they were signed",
    example: { credentialSubject: { type: "AchievementSubject", creditsEarned: 2 ** 53 } },
    explains: (document, ours, theirs) => isRefusedHereOnly(ours, theirs) && some(document, isHuge),
  },
  {
    reason: "jsonld.js lets an empty list pass as a value of `@included`; JSON-LD 1.1 API §5.1.2 step 13.4.6 asks for node objects",
    example: { "@included": [[]] },
    explains: (document, ours, theirs) =>
      isRefusedHereOnly(ours, theirs) && some(document, (_, path) => path.at(-1) === "@included"),
  },
  {
    reason: "jsonld.js drops a keyword that has no place in a node, such as `@vocab`, without a word",
    example: { "@vocab": "https://vocabulary.example/" },
    explains: (document, ours, theirs) =>
      isRefusedHereOnly(ours, theirs) && some(document, (_, path) => path.at(-1) === "@vocab" && !path.includes("@context")),
  },
  {
    reason: "the core refuses a blank node as a member's name even where it has no value to drop",
    example: { "_:b0": [] },
    explains: (document, ours, theirs) =>
      isRefusedHereOnly(ours, theirs) && some(document, (_, path) => path.at(-1)?.startsWith("_:") && path.at(-1) !== "@id"),
  },
  {
    reason: "rdf-canonize sorts by UTF-16 code units; RDFC-1.0 §4.4.3 asks for code point order, which differs for characters above U+FFFF beside such from U+E000 on",
    example: { description: ["\u{1f3c5}", "\uff21"] },
    explains: (document, ours, theirs) =>
      ours.ok !== undefined && theirs.ok !== undefined && sortedLines(ours.ok) === sortedLines(theirs.ok) &&
      some(document, hasAstral) && some(document, hasHighBmp),
  },
  {
    reason: "jsonld.js takes an empty array for a value of `@value`; JSON-LD 1.1 API §5.1.2 step 13.4.7.1 asks for a scalar or null",
    example: { description: { "@value": [] } },
    explains: (document, ours, theirs) =>
      isRefusedHereOnly(ours, theirs) &&
      some(document, (value, path) => path.at(-1) === "@value" && JSON.stringify(value).replaceAll(/[[\]]/g, "") === ""),
  },
  {
    reason: "jsonld.js drops a value with a direction where the same text stands beside it without one; the core refuses any direction",
    example: { description: ["x", { "@value": "x", "@direction": "rtl" }] },
    explains: (document, ours, theirs) =>
      isRefusedHereOnly(ours, theirs) && some(document, (_, path) => path.at(-1) === "@direction"),
  },
  {
    reason: "jsonld.js repeats a quad that two ways to write a value come down to; a dataset is a set",
    example: { description: [7, { "@value": "7", "@type": "http://www.w3.org/2001/XMLSchema#integer" }] },
    explains: (document, ours, theirs) =>
      ours.ok !== undefined && theirs.ok !== undefined && ours.ok === [...new Set(theirs.ok.split("\n").slice(0, -1)), ""].join("\n"),
  },
  {
    reason: "jsonld.js writes an IRI that `@vocab` and a type with forbidden characters make up; the core refuses it",
    example: { "@context": [...pinned, { "@vocab": "https://vocabulary.example/" }], type: ["VerifiableCredential", "<x>"] },
    explains: (document, ours, theirs) =>
      isRefusedHereOnly(ours, theirs) && /<[^>]*[<"{}|^`\\ ]/.test(theirs.ok.replaceAll(/"(?:[^"\\]|\\.)*"/g, "")),
  },
  {
    reason: "jsonld.js refuses `@graph: null`, which JSON-LD reads as an empty graph that drops nothing",
    example: { "@graph": null },
    explains: (document, ours, theirs) =>
      ours.ok !== undefined && theirs.ok === undefined && some(document, (value, path) => path.at(-1) === "@graph" && value === null),
  },
  {
    reason: "jsonld.js drops a text that stands for a whole graph in a container of graphs by `@id`",
    example: {
      "@context": [...pinned, { extra: { "@id": "https://vocabulary.example/extra", "@container": ["@graph", "@id"] } }],
      extra: { "urn:x": "dropped" },
    },
    explains: (document, ours, theirs) =>
      isRefusedHereOnly(ours, theirs) && some(document, (value) => JSON.stringify(value) === '["@graph","@id"]'),
  },
];
