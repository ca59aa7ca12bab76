// A report as lines for a terminal. Everything that the badge says was written by whoever made it, so nothing that could
// move the cursor, change colours or turn the writing around gets through.

import { CHECKS, CODES, OUTCOMES } from "./words.js";

const MARKS = { valid: "✓", invalid: "✗", unknown: "?", not_applicable: "·" };
const OUTCOME_MARKS = { verified: MARKS.valid, rejected: MARKS.invalid, indeterminate: MARKS.unknown };

/** SGR parameters (ECMA-48 §8.3.117): green, red, yellow, dim. */
const COLOURS = { [MARKS.valid]: 32, [MARKS.invalid]: 31, [MARKS.unknown]: 33, [MARKS.not_applicable]: 2 };

/** Control and format characters, line separators, lone surrogates: whatever is not to be seen as itself. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Longest piece of the badge's own words in a line. */
const MAX_QUOTED_CHARS = 200;

/**
 * The verdict, what the badge says of itself, and each check.
 *
 * @param {string} name what was verified
 * @param {import("./index.js").Report} report
 * @param {boolean} isColoured
 */
export function describe(name, report, isColoured) {
  const paint = (mark, text) => (isColoured ? `\u001b[${COLOURS[mark]}m${text}\u001b[0m` : text);
  const mark = OUTCOME_MARKS[report.outcome];
  const verdict = `${paint(mark, `${mark} ${report.outcome.toUpperCase()}`)}  ${quote(name)}: ${OUTCOMES[report.outcome]}`;
  const reason = report.outcome === "verified" ? [] : [`  because: ${CODES[report.code] ?? report.code}`];
  const lines = [verdict, ...reason, ...claimed(report)];
  for (const { name: check, result, code, data, items = [] } of report.checks) {
    const line = (result, text) => `${paint(MARKS[result], MARKS[result])} ${text}`;
    const [only] = items;
    // One item that says the same is told in one line, with what only the item knows.
    const isOne = items.length === 1 && only.code === code;
    lines.push(`  ${line(result, `${CHECKS[check].padEnd(13)} ${finding(code, isOne ? only.data : data)}`)}`);
    if (!isOne) lines.push(...items.map((item) => `      ${line(item.result, finding(item.code, item.data))}`));
  }
  lines.push(...held(report.credentials, paint, "  "));
  return `${lines.join("\n")}\n`;
}

/** The badges that a presentation or a learner record holds, a line each. */
function held(credentials = [], paint, indent) {
  return credentials.flatMap((report, index) => {
    const mark = OUTCOME_MARKS[report.outcome];
    const reason = report.outcome === "verified" ? "" : ` because: ${CODES[report.code] ?? report.code}`;
    const said = report.claims === null ? "" : ` ${claim(report)}`;
    const line = `${indent}${index + 1}. ${paint(mark, `${mark} ${report.outcome.toUpperCase()}`)} ${said}${reason}`;
    return [line, ...held(report.credentials, paint, `${indent}   `)];
  });
}

/** JSON in which nothing needs to be feared by a terminal, and that means the same. */
export function printableJson(value) {
  const escape = (character) => character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return JSON.stringify(value, null, 2).replace(UNPRINTABLE, (character) => (character === "\n" ? character : escape(character)));
}

function claimed(report) {
  // A presentation of several badges has nothing to say of its own.
  return report.claims === null || report.claims.type.includes("VerifiablePresentation") ? [] : [`  ${claim(report)}`];
}

function claim({ outcome, claims }) {
  const { achievement, issuer, recipient, validUntil } = claims;
  const name = achievement.name ?? claims.name ?? "a badge without a name";
  const by = [issuer.name, issuer.id && `<${issuer.id}>`].filter(Boolean).join(" ") || "nobody";
  const to = recipient.id ?? recipient.identifiers?.map(({ type, value, hashed }) => (hashed ? `a hashed ${type ?? "identifier"}` : value)).join(", ");
  const verb = outcome === "verified" ? "says" : "claims";
  return `${verb}: ${quote(name)}, issued by ${quote(by)}${to ? `, to ${quote(to)}` : ""}${validUntil ? `, until ${quote(validUntil)}` : ""}`;
}

function finding(code, data) {
  const particulars = Object.entries(data).map(([name, value]) => `${name} ${quote(value)}`);
  return (CODES[code] ?? code) + (particulars.length > 0 ? ` (${particulars.join(", ")})` : "");
}

function quote(text) {
  const characters = [...text.replace(UNPRINTABLE, "\ufffd")];
  return characters.length > MAX_QUOTED_CHARS ? `${characters.slice(0, MAX_QUOTED_CHARS).join("")}…` : characters.join("");
}
