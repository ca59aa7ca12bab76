// The certificate: what the badge says. As fact only where the report's outcome is `verified`, else as claims.

import { el, heading, httpsUrl, outsideLink } from "./dom.js";
import { emblem } from "./emblem.js";

/**
 * @param {object} report
 * @param {import("../badges.js").Source} source
 * @param {object} setting
 * @param {import("../words/phrasebook.js").Phrasebook} setting.phrases
 * @param {number} setting.level of the verdict's heading
 * @param {string} [setting.recipient] with whom the recipient was compared
 * @param {(recipient: string) => void} setting.compare
 */
export function sheet(report, { picture, downloads }, setting) {
  const { words } = setting.phrases;
  const { claims } = report;
  const confirmed = report.outcome === "verified";
  const standing = confirmed ? "confirmed" : "unconfirmed";
  const isSilent = claims === null || claims.type.includes("VerifiablePresentation");
  return el(
    "article",
    { class: "sheet", "data-standing": standing, "aria-labelledby": "sheet-standing" },
    el("p", { class: "sheet__standing", id: "sheet-standing" }, words.claims[standing]),
    confirmed ? null : el("p", { class: "sheet__note" }, claims === null ? words.claims.unreadable : words.claims.unconfirmedNote),
    isSilent ? null : statement(report, standing, picture, setting),
    downloads.length === 0 ? null : el("p", { class: "downloads" }, el("span", {}, words.claims.downloads), downloads.map((file) => download(file, words))),
  );
}

function statement(report, standing, picture, setting) {
  const { phrases, level } = setting;
  const { claims } = report;
  const { achievement } = claims;
  const description = achievement.description ?? claims.description;
  return [
    figure(picture, claims, phrases),
    heading(level + 1, { class: "sheet__name", dir: "auto" }, achievement.name ?? claims.name ?? phrases.words.claims.unnamed),
    description === undefined ? null : el("p", { class: "sheet__description", dir: "auto" }, description),
    el("dl", { class: "statements" }, rows(report, standing, setting)),
  ];
}

function rows({ claims, checks }, standing, setting) {
  const { phrases } = setting;
  const { words } = phrases;
  const label = (name) => words.claims[name][standing];
  const confirmed = standing === "confirmed";
  const { criteria = {} } = claims.achievement;
  return [
    entry(label("issuer"), issuer(claims.issuer, confirmed, phrases)),
    entry(label("recipient"), [...recipient(claims.recipient, phrases), ...comparison(checks, setting)]),
    claims.validFrom === undefined ? null : entry(label("from"), [time(claims.validFrom, phrases)]),
    entry(label("until"), [claims.validUntil === undefined ? words.claims.noEnd : time(claims.validUntil, phrases)]),
    criteria.narrative === undefined && criteria.id === undefined ? null : entry(label("criteria"), criteriaLines(criteria, confirmed)),
  ];
}

function entry(name, lines) {
  return el("div", {}, el("dt", {}, name), lines.map((line) => el("dd", { dir: "auto" }, line)));
}

// The identifier always stands beside the name: the name is the issuer's own word, the identifier is what was checked.
function issuer({ id, name, url }, confirmed, phrases) {
  const shown = name ?? id ?? phrases.words.claims.unnamed;
  return [
    el("strong", {}, confirmed && url !== undefined ? outsideLink(url, shown) : el("bdi", {}, shown)),
    name === undefined || id === undefined ? null : el("code", {}, id),
    confirmed ? standingOf(id, phrases) : null,
  ].filter((line) => line !== null);
}

// What a verified identifier is worth: a web address has an owner, a bare key has whatever name it gives itself.
function standingOf(id, phrases) {
  const { words } = phrases;
  const host = /^did:web:([^:]+)/.exec(id)?.[1];
  if (host !== undefined) return el("small", {}, phrases.fill(words.claims.issuerByHost, { host: host.replace(/%3A/i, ":") }));
  return id.startsWith("did:key:") ? el("small", { class: "caution" }, words.claims.issuerByKey) : null;
}

function recipient({ id, identifiers = [] }, phrases) {
  const lines = identifiers.map((one) => identifier(one, phrases));
  if (id !== undefined) lines.push(el("code", {}, id));
  return lines.length === 0 ? [phrases.words.claims.nobody] : lines;
}

// What the comparison came to, if there was one, and the place to ask for another.
function comparison(checks, { phrases, recipient, compare }) {
  const { words } = phrases;
  const field = el("input", { type: "text", id: "known", name: "known", required: "", autocomplete: "off", spellcheck: "false", dir: "auto" });
  field.value = recipient ?? "";
  const form = el(
    "form",
    {},
    el("label", { for: "known" }, words.claims.compare.label),
    field,
    el("button", { type: "submit", class: "button" }, words.claims.compare.submit),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim() !== "") compare(field.value.trim());
  });
  const details = el("details", { class: "compare" }, el("summary", {}, words.claims.compare.enter), form);
  details.open = recipient !== undefined;
  const check = checks.find(({ name }) => name === "recipient");
  const answer = el("strong", { class: "compared", "data-result": check.result }, phrases.sentence(check));
  return recipient === undefined ? [details] : [answer, details];
}

function identifier({ type = "", value = "", hashed }, phrases) {
  const { words } = phrases;
  const kind = Object.hasOwn(words.claims.identifierTypes, type) ? words.claims.identifierTypes[type] : type;
  return el("span", {}, hashed ? phrases.fill(words.claims.fingerprint, { type: kind }) : [`${kind}: `, el("bdi", {}, value)]);
}

function criteriaLines({ id, narrative }, confirmed) {
  return [
    narrative === undefined ? null : el("span", { class: "narrative" }, narrative),
    id === undefined ? null : confirmed ? outsideLink(id, id) : el("code", {}, id),
  ].filter((line) => line !== null);
}

function time(instant, phrases) {
  return el("time", { datetime: instant }, phrases.date(instant));
}

function figure(picture, claims, phrases) {
  const { words } = phrases;
  const stand = () => emblem(claims.id ?? claims.issuer.id ?? "");
  const images = [claims.image, claims.achievement.image].filter((image) => image !== undefined);
  const embedded = images.find((image) => image.startsWith("data:image/"));
  if (picture !== undefined || embedded !== undefined) {
    const image = el("img", { src: picture ?? embedded, alt: words.claims.pictureAlt, width: "240", height: "240" });
    image.addEventListener("error", () => image.replaceWith(stand()));
    // What came as a file around the credential was signed by nobody; what the credential embeds was signed with it.
    return el("figure", {}, image, picture === undefined ? null : el("figcaption", {}, words.claims.pictureUnsigned));
  }
  const host = images.map(httpsUrl).find((url) => url !== undefined)?.host;
  return el(
    "figure",
    {},
    stand(),
    host === undefined ? null : el("figcaption", {}, phrases.fill(words.claims.pictureElsewhere, { host })),
  );
}

function download({ href, name, kind }, words) {
  return el("a", { class: "button", href, download: name }, words.claims.download[kind]);
}
