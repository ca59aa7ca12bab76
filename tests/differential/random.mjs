// Open Badges documents by chance, from a seed: honest ones, and ones with something odd in one or two places.

import { badge } from "../lib/badges.mjs";
import { openBadges303 } from "../lib/contexts.mjs";

/** A small, well-mixed generator (32 bits of state), so that a seed names a document for ever. */
function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  return {
    below: (limit) => next() % limit,
    chance: (percent) => next() % 100 < percent,
    of: (choices) => choices[next() % choices.length],
    // Odd values may be spoilt in their turn: never the one that others get too.
    copyOf: (choices) => structuredClone(choices[next() % choices.length]),
  };
}

const texts = [
  "Teamwork", "", " ", "Grüße", "日本語テキスト", "🏅🏅", "line\nbreak\r\n", "tab\t\"quote\" \\ backslash", "\u0001\u001f\u007f\u0085\u2028",
  "e\u0301", "\ufeffmark", "<script>&amp;</script>", "_:b0", "@id", "https://badges.example/not-a-link",
];
const iris = [
  "https://badges.example/a", "https://badges.example/a?b=c#d", "urn:uuid:3d0f7b0e-1d3c-4c56-a1f6-0f3c5c1b8a01", "did:key:z6Mk",
  "https://badges.example/ümlaut", "https://badges.example/%C3%BC", "http://[::1]:8080/x", "mailto:a@badges.example", "tag:x,2026:y",
];
const numbers = [0, -0, 1, -1, 1.5, 0.1, 1e-7, 5e-324, 1.7976931348623157e308, 1e20, 1e21, 9007199254740991, 2 ** 53, 16 / 7, 100, 33.333];
const dates = ["2026-01-15T09:00:00Z", "2026-01-15T09:00:00.123+05:30", "2026-02-30T00:00:00Z", "yesterday"];
const oddValues = [
  null, [], {}, [[]], [null], [["a", "b"], "c"], true, false, 7, 2.5, "", "x", "relative/path", "_:b0", { "@value": "x" }, { "@value": null },
  { "@value": "x", "@language": "de" }, { "@value": "x", "@language": "de-CH-1996" }, { "@value": "x", "@language": "no good" },
  { "@value": "7", "@type": "http://www.w3.org/2001/XMLSchema#integer" }, { "@value": "x", "@direction": "rtl" }, { "@list": ["a", "b"] },
  { "@set": ["a"] }, { "@id": "https://badges.example/x" }, { "@id": "relative" }, { "@id": "_:b1" }, { "@id": "urn:x", "@index": "i" },
  { "@type": "https://badges.example/T" }, { "@graph": [] }, { "@type": "@json", "@value": { b: [1, null], a: 1e3 } },
  { id: "_:b0", name: "again" }, { id: "https://badges.example/x", unknownMember: 1 }, { type: "Unknown" }, { type: ["Profile", "Address"] },
];
const oddMembers = [
  "unknownMember", "name", "description", "image", "id", "type", "@id", "@type", "@context", "@graph", "@index", "@included", "@reverse",
  "@nest", "@value", "@vocab", "@unknown", "evidence", "endorsement", "result", "alignment", "tag", "issuer", "proof", "termsOfUse", "refreshService",
  "credentialStatus", "credentialSchema", "https://schema.org/name", "schema:name", "_:b0", "relative/member", "", "jti", "endorsementJwt",
  "image.png", "awardedDate", "holder", "identifier", "otherIdentifier", "geo", "relatedResource", "confidenceMethod",
];
const oddContexts = [
  { "@vocab": "https://vocabulary.example/" }, { extra: "https://vocabulary.example/extra" }, { name: "https://vocabulary.example/name" },
  { extra: { "@id": "https://vocabulary.example/extra", "@type": "@id" } }, { extra: { "@id": "https://vocabulary.example/extra", "@container": "@list" } },
  { extra: { "@id": "https://vocabulary.example/extra", "@container": "@language" } }, { extra: { "@id": "@index" } }, { "@language": "EN" },
  { "@base": "https://base.example/" }, null, { extra: { "@reverse": "https://vocabulary.example/extra" } }, { extra: "unknown:extra" },
  { extra: { "@id": "https://vocabulary.example/extra", "@type": "@json" } }, { extra: { "@id": "https://vocabulary.example/extra", "@container": ["@graph", "@id"] } },
  { extra: { "@id": "https://vocabulary.example/extra", "@container": "@index" } }, "https://nowhere.example/context", openBadges303, {},
  { extra: { "@id": "https://vocabulary.example/extra", "@context": { inner: "https://vocabulary.example/inner" } } }, { "@version": 1.1 }, 7,
];
const oddExtras = ["x", ["b", "a", "b"], { en: "x", de: ["y", "z"] }, { inner: "x" }, { "urn:g": { name: "x" } }, 1.25, { name: "x" }, [], null];

/** An honest value for an optional member, or nothing. */
function enrich(document, random) {
  const { credentialSubject: subject } = document;
  const { achievement } = subject;
  const text = () => random.of(texts);
  const iri = () => random.of(iris);
  const maybe = (add) => random.chance(30) && add();
  maybe(() => (document.description = text()));
  maybe(() => (document.name = text()));
  maybe(() => (document.image = { id: iri(), type: "Image", caption: text() }));
  maybe(() => (document.awardedDate = random.of(dates)));
  maybe(() => (document.validUntil = random.of(dates)));
  maybe(() => (document.evidence = Array.from({ length: 1 + random.below(3) }, () => ({ type: ["Evidence"], ...(random.chance(50) && { id: iri() }), narrative: text() }))));
  maybe(() => (document.issuer = iri()));
  maybe(() => (document.credentialStatus = { id: `${iri()}`, type: "BitstringStatusListEntry", statusPurpose: "revocation", statusListIndex: "5", statusListCredential: iri() }));
  maybe(() => (document.termsOfUse = [{ type: "https://badges.example/Terms", id: iri() }]));
  maybe(() => (document.endorsementJwt = ["eyJh.eyJi.c2ln", "eyJh.eyJi.c2lo"]));
  maybe(() => delete subject.id);
  maybe(() => (subject.identifier = [{ type: "IdentityObject", hashed: random.chance(50), identityHash: text(), identityType: "emailAddress", salt: text() }]));
  maybe(() => (subject.creditsEarned = random.of(numbers)));
  maybe(() => (subject.source = { id: iri(), type: ["Profile", "Address"], name: text(), addressCountry: "CH", geo: { type: "GeoCoordinates", latitude: random.of(numbers), longitude: random.of(numbers) } }));
  maybe(() => (subject.result = [{ type: ["Result"], value: text(), resultDescription: iri(), alignment: [{ type: ["Alignment"], targetName: text(), targetUrl: iri() }] }]));
  maybe(() => (achievement.tag = [text(), text(), text()]));
  maybe(() => (achievement.inLanguage = random.of(["en", "en-US", "de-CH-1996"])));
  maybe(() => (achievement.creditsAvailable = random.of(numbers)));
  maybe(() => (achievement.related = [{ id: iri(), type: ["Related"], version: text() }]));
  maybe(() => (achievement.creator = { id: iri(), type: ["Profile"], parentOrg: { id: iri(), type: ["Profile"], name: text() } }));
  maybe(() => (achievement.otherIdentifier = [{ type: "IdentifierEntry", identifier: text(), identifierType: random.of(["sourcedId", "ext:mine", "lis:x"]) }]));
  maybe(() => (achievement.resultDescription = [{ id: iri(), type: ["ResultDescription"], name: text(), resultType: "LetterGrade", allowedValue: ["A", "B", "A"], rubricCriterionLevel: [{ id: iri(), type: ["RubricCriterionLevel"], name: text() }] }]));
  maybe(() => (achievement.endorsement = [endorsement(random)]));
}

function endorsement(random) {
  return {
    "@context": ["https://www.w3.org/ns/credentials/v2", openBadges303],
    id: random.of(iris),
    type: ["VerifiableCredential", "EndorsementCredential"],
    name: random.of(texts),
    issuer: { id: random.of(iris), type: ["Profile"], name: random.of(texts) },
    validFrom: "2026-01-15T09:00:00Z",
    credentialSubject: { id: random.of(iris), type: ["EndorsementSubject"], endorsementComment: random.of(texts) },
    proof: [{ type: "DataIntegrityProof", cryptosuite: "eddsa-rdfc-2022", proofPurpose: "assertionMethod", verificationMethod: random.of(iris), created: "2026-01-15T09:00:00Z", proofValue: "z3f" }],
  };
}

/** One odd thing at a random place. */
function spoil(document, random) {
  const places = [];
  const collect = (value) => {
    if (value === null || typeof value !== "object") return;
    if (!Array.isArray(value)) places.push(value);
    for (const [name, member] of Object.entries(value)) if (name !== "@context") collect(member);
  };
  collect(document);
  const place = random.of(places);
  const members = [...Object.keys(place).filter((name) => name !== "@context"), "name"];
  switch (random.below(7)) {
    case 0:
      place[random.of(oddMembers)] = random.copyOf(oddValues);
      break;
    case 1:
      place[random.of(members)] = random.copyOf(oddValues);
      break;
    case 2:
      document["@context"] = [].concat(document["@context"], random.copyOf(oddContexts));
      place.extra = random.copyOf(oddExtras);
      break;
    case 3:
      place["@context"] = random.copyOf(oddContexts);
      if (random.chance(50)) place.extra = random.copyOf(oddExtras);
      break;
    case 4:
      place[random.of(members)] = [random.copyOf(oddValues), random.copyOf(oddValues)];
      break;
    case 5:
      place[random.of(oddMembers)] = random.of(texts);
      break;
    default:
      place[random.of(["id", "type", "creditsEarned", "url"])] = random.of([...iris, ...numbers, "relative", ["A", "B"], "Profile", "@type", "_:x"]);
  }
}

/** The document of a seed: a third of them honest. */
export function documentOf(seed) {
  const random = generator(seed);
  const document = badge("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp");
  enrich(document, random);
  for (let odd = random.below(3); odd > 0; odd--) spoil(document, random);
  return document;
}
