// The command `accolade-verify`, with everything that it touches handed in.

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createVerifier } from "./node.js";
import { describe, printableJson } from "./terminal.js";

export const HELP = `Verifies Open Badges 3.0 credentials.

Usage: accolade-verify [options] BADGE...

BADGE is a file (JSON, JWT, PNG or SVG, told apart by content), an https address, or - for standard input.

  --json          prints the report as JSON; an array of reports for several badges
  --recipient ID  the badge must have been awarded to this e-mail address, DID or number
  --policy JSON   for example '{"status":"ignore"}'; the members are those of Policy in the package
  --now TIME      verifies at this time, for example 2026-06-01T12:00:00Z, instead of the present
  --offline       fetches nothing; what needs a document is then open
  --help, --version

Exit code: 0 verified, 1 rejected, 2 indeterminate; of several badges the worst (1 before 2 before 0).
64: the command was misused or a badge could not be read. 70: the verifier itself failed. 74: nobody took the output.
`;

const OPTIONS = {
  json: { type: "boolean" },
  recipient: { type: "string" },
  policy: { type: "string" },
  now: { type: "string" },
  offline: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
};

/** Exit codes, the worst last. The numbers above 2 are those of sysexits.h: EX_USAGE, EX_SOFTWARE. */
const SEVERITY = [0, 2, 1, 64, 70];
const OUTCOME_CODES = { verified: 0, rejected: 1, indeterminate: 2 };

/** Largest badge that is fetched: more than the largest image that the core reads. */
const MAX_BADGE_BYTES = 33 * 1024 * 1024;
const BADGE_TIMEOUT_MS = 30_000;

/** What the user can mend: its message says how. */
class UsageError extends Error {}

/**
 * Runs the command and resolves to its exit code.
 *
 * @param {string[]} words the command line's
 * @param {object} system
 * @param {{write(text: string): void, isTTY?: boolean}} system.stdout
 * @param {{write(text: string): void}} system.stderr
 * @param {AsyncIterable<Uint8Array>} system.stdin
 * @param {Record<string, string | undefined>} system.env
 * @param {typeof fetch} [system.fetch] gets badges that are given by their address
 */
export async function run(words, { stdout, stderr, stdin, env, fetch = globalThis.fetch }) {
  // What `verify` says of an option is said of the word on the command line.
  const complain = ({ message }) => stderr.write(`accolade-verify: ${message.replace(/^`options\.(\w+)`/, "--$1")}\n`);
  let command;
  try {
    command = parse(words);
  } catch (error) {
    complain(error);
    return 64;
  }
  if (command.help || command.version) {
    stdout.write(command.help ? HELP : `${await version()}\n`);
    return 0;
  }

  const { badges, options, isJson, isOffline } = command;
  const verifier = createVerifier(isOffline ? { fetch: refuse } : {});
  // See https://no-color.org: any value that is not empty switches colours off.
  const isColoured = stdout.isTTY === true && !env.NO_COLOR;
  const reports = [];
  let worst = 0;
  for (const [index, badge] of badges.entries()) {
    let exit;
    let report = null;
    try {
      report = await verifier.verify(await read(badge, { stdin, fetch, isOffline }), options);
      exit = OUTCOME_CODES[report.outcome];
    } catch (error) {
      complain(error);
      // A TypeError is about the options; anything else unforeseen is a defect.
      exit = error instanceof UsageError || error instanceof TypeError ? 64 : 70;
    }
    worst = SEVERITY[Math.max(SEVERITY.indexOf(worst), SEVERITY.indexOf(exit))];
    reports.push(report);
    if (report !== null && !isJson) stdout.write((index > 0 ? "\n" : "") + describe(nameOf(badge), report, isColoured));
  }
  // A badge that could not be read has `null` in its place.
  if (isJson) stdout.write(`${printableJson(badges.length > 1 ? reports : reports[0])}\n`);
  return worst;
}

function parse(words) {
  let parsed;
  try {
    parsed = parseArgs({ args: words, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${lowerFirst(error.message.split(". ")[0])}; --help lists the options`);
  }
  const { values, positionals: badges } = parsed;
  if (values.help || values.version) return values;
  if (badges.length === 0) throw new UsageError("name a badge to verify: a file, an https address, or - for standard input");
  if (badges.filter((badge) => badge === "-").length > 1) throw new UsageError("standard input can be read only once: give - once");
  const options = {};
  if (values.policy !== undefined) options.policy = parsePolicy(values.policy);
  if (values.recipient !== undefined) options.policy = { ...options.policy, recipient: values.recipient };
  if (values.now !== undefined) options.now = parseTime(values.now);
  return { badges, options, isJson: values.json === true, isOffline: values.offline === true };
}

function parsePolicy(text) {
  try {
    const policy = JSON.parse(text);
    if (typeof policy === "object" && policy !== null && !Array.isArray(policy)) return policy;
  } catch {
    // The same as JSON of another kind.
  }
  throw new UsageError(`--policy must be a JSON object, for example '{"status":"ignore"}'; mind your shell's quotes`);
}

function parseTime(text) {
  if (Number.isNaN(Date.parse(text)) || !/T.*(Z|[+-]\d\d:\d\d)$/i.test(text)) {
    throw new UsageError("--now must be a time with its time zone, for example 2026-06-01T12:00:00Z");
  }
  return text;
}

/** The bytes of a badge. */
async function read(badge, { stdin, fetch, isOffline }) {
  if (badge === "-") return collect(stdin);
  if (/^https:\/\//i.test(badge)) {
    if (isOffline) throw new UsageError(`${badge} would have to be fetched: leave out --offline, or give a file`);
    return download(badge, fetch);
  }
  if (/^[a-z][a-z+.-]+:\/\//i.test(badge)) throw new UsageError(`${badge} is not fetched: give an https address, or a file`);
  try {
    return await readFile(badge);
  } catch (error) {
    const cause = { ENOENT: "there is no such file", EISDIR: "it is a folder; name a file in it", EACCES: "you may not read it" };
    throw new UsageError(`${badge} cannot be read: ${cause[error.code] ?? error.message}`);
  }
}

/** Unlike the documents that a badge names, its own address was chosen by the user: redirects are followed. */
async function download(url, fetch) {
  let fault;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(BADGE_TIMEOUT_MS) });
    if (response.ok) return await collect(response.body ?? []);
    fault = `the server answered ${response.status}`;
  } catch (error) {
    fault = error.cause?.message ?? error.message;
  }
  throw new UsageError(`${url} cannot be fetched: ${fault}; check the address, or save the badge and give the file`);
}

async function collect(chunks) {
  const parts = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MAX_BADGE_BYTES) throw new UsageError(`there are more than ${MAX_BADGE_BYTES} bytes, which no badge has: check what you gave`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

async function refuse() {
  throw new Error("--offline");
}

async function version() {
  return JSON.parse(await readFile(new URL("./package.json", import.meta.url), "utf8")).version;
}

const nameOf = (badge) => (badge === "-" ? "standard input" : badge);
const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1);
