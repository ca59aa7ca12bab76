// The command, installed as a user installs it and run as a process of its own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { DEMO_IMAGE, NOW, installPackage, sample } from "./install.js";

const { user, folder, entry } = installPackage();
const { bake, codes } = await import(entry);
const internal = (name) => import(pathToFileURL(join(folder, name)).href);

const credential = sample("did-key.json");
const file = (name, content) => {
  const path = join(user, name);
  writeFileSync(path, content);
  return path;
};
const good = file("good.json", credential);
const bad = file("bad.json", credential.replaceAll("Field Mapping", "Field Napping"));
const open = file("open.json", sample("did-web.json"));

/** Runs the installed command: its exit code and what it wrote. */
function command(words, { input = "", env = {} } = {}) {
  return new Promise((resolve) => {
    const child = execFile(
      join(user, "node_modules/.bin/accolade-verify"),
      words,
      { cwd: user, env: { PATH: process.env.PATH, ...env } },
      (error, stdout, stderr) => resolve({ exit: error === null ? 0 : error.code, stdout, stderr }),
    );
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

const at = ["--now", NOW, "--offline"];

test("the exit code is the verdict's", async () => {
  for (const [path, expected, words] of [[good, 0, "VERIFIED"], [bad, 1, "REJECTED"], [open, 2, "INDETERMINATE"]]) {
    const { exit, stdout, stderr } = await command([...at, path]);
    assert.deepEqual([exit, stderr], [expected, ""]);
    assert.match(stdout.split("\n")[0], new RegExp(`^[✓✗?] ${words}  `));
    assert.equal(stdout.match(/^  [✓✗?·] /gm).length, 10);
  }
});

test("of several badges the worst decides, and a rejected one is worse than an open one", async () => {
  for (const [paths, expected] of [[[good, good], 0], [[good, open], 2], [[open, bad, good], 1], [[bad, open], 1], [[bad, "missing"], 64]]) {
    assert.equal((await command([...at, ...paths])).exit, expected, paths.join(" "));
  }
});

test("a presentation is as good as the worst in it, and names each badge", async () => {
  const present = (name, ...badges) =>
    file(name, `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiablePresentation"],"verifiableCredential":[${badges.map((path) => readFileSync(path, "utf8"))}]}`);
  const one = await command([...at, present("one.json", good)]);
  assert.equal(one.exit, 0);
  assert.match(one.stdout, /^  says: Field Mapping, issued by .*\n/m);
  assert.match(one.stdout, /^      · the presentation is not signed/m);
  const both = await command([...at, present("both.json", good, bad)]);
  assert.equal(both.exit, 1);
  assert.match(both.stdout, /^  1\. ✓ VERIFIED  says: Field Mapping, .*\n  2\. ✗ REJECTED  claims: Field Napping, .* because: does not match/m);
  assert.match(both.stdout, /^  ✗ signature .*credential 2/m);
  const { credentials } = JSON.parse((await command([...at, "--json", present("json.json", good, bad)])).stdout);
  assert.deepEqual(credentials.map(({ outcome, code }) => [outcome, code]), [["verified", "verified"], ["rejected", "signature_invalid"]]);
});

test("JSON is the report, and an array of reports for several badges", async () => {
  const one = await command([...at, "--json", good]);
  const report = JSON.parse(one.stdout);
  assert.deepEqual([one.exit, report.outcome, report.checkedAt, report.checks.length], [0, "verified", NOW, 10]);
  const several = await command([...at, "--json", bad, "missing", good]);
  assert.equal(several.exit, 64);
  assert.deepEqual(JSON.parse(several.stdout).map((report) => report && report.outcome), ["rejected", null, "verified"]);
});

test("every form is read from a file or from standard input", async () => {
  const png = file("badge.png", await bake(readFileSync(DEMO_IMAGE), credential));
  const svg = file("badge.svg", await bake(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), credential));
  for (const path of [png, svg]) assert.equal((await command([...at, path])).exit, 0, path);
  assert.equal((await command([...at, "-"], { input: readFileSync(png) })).exit, 0);
  assert.equal((await command([...at, "-"], { input: credential })).exit, 0);
});

test("the policy and the time are those of the command line", async () => {
  const late = ["--now", "2036-01-15T09:00:30Z", "--offline", good];
  assert.equal((await command(late)).exit, 0);
  assert.equal((await command(["--policy", '{"clockSkewSeconds":0}', ...late])).exit, 1);
});

test("a badge of somebody else is rejected where the recipient is named", async () => {
  const badge = file("jane.jwt", sample("es256.jwt"));
  assert.equal((await command([...at, "--recipient", "did:example:jane", badge])).exit, 0);
  const { exit, stdout } = await command([...at, "--recipient", "did:example:john", badge]);
  assert.equal(exit, 1);
  assert.match(stdout, /✗ recipient +awarded to somebody else/);
});

test("misuse ends with 64 and says what to do", async () => {
  for (const [words, message] of [
    [[], /name a badge to verify/],
    [["--jsn", good], /unknown option '--jsn'; --help lists/],
    [["--now"], /--now.*; --help lists/],
    [["--now", "yesterday", good], /--now must be a time with its time zone/],
    [["--policy", "strict", good], /--policy must be a JSON object/],
    [["--policy", '{"status":"maybe"}', good], /: --policy: .*`status` must be/],
    [["missing.png"], /missing\.png cannot be read: there is no such file/],
    [[user], /it is a folder/],
    [["-", "-"], /only once/],
    [["http://issuer.example/badge.png"], /give an https address/],
    [["--offline", "https://issuer.example/badge.png"], /leave out --offline/],
  ]) {
    const { exit, stdout, stderr } = await command(words);
    assert.deepEqual([exit, stdout], [64, ""], words.join(" "));
    assert.match(stderr, message);
    assert.equal(stderr.trim().split("\n").length, 1);
  }
});

test("help and version are printed", async () => {
  const help = await command(["--help"]);
  assert.deepEqual([help.exit, /Usage: accolade-verify/.test(help.stdout)], [0, true]);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  assert.equal((await command(["--version"])).stdout, `${version}\n`);
});

test("nothing that a badge says reaches the terminal as a control character", async () => {
  const name = "\u001b[2J\u009b31mGood\u202e\u2066\u200b\nbadge";
  const hostile = file("hostile.json", JSON.stringify({ ...JSON.parse(credential), name, issuer: { id: "did:key:x", name } }));
  for (const format of [[], ["--json"]]) {
    const { exit, stdout } = await command([...at, ...format, hostile]);
    assert.equal(exit, 1);
    assert.doesNotMatch(stdout, /[^\P{C}\n]/u);
  }
});

/** Runs the command in this process, with a system of the test's own. */
async function inProcess(words, system = {}) {
  const written = { stdout: "", stderr: "" };
  const sink = (name) => ({ write: (text) => (written[name] += text), ...system[name] });
  const { run } = await internal("command.js");
  const exit = await run(words, { stdin: [], env: {}, ...system, stdout: sink("stdout"), stderr: sink("stderr") });
  return { exit, ...written };
}

test("colours are for terminals, and for those who want them", async () => {
  const escape = "\u001b";
  const terminal = { stdout: { isTTY: true } };
  assert.ok((await inProcess([...at, good], terminal)).stdout.startsWith(`${escape}[32m✓ VERIFIED${escape}[0m`));
  assert.ok(!(await inProcess([...at, good], { ...terminal, env: { NO_COLOR: "1" } })).stdout.includes(escape));
  assert.ok(!(await inProcess([...at, good])).stdout.includes(escape));
});

test("a badge is fetched from its address", async () => {
  const asked = [];
  const fetch = async (url) => {
    asked.push(url);
    return new Response(credential);
  };
  assert.equal((await inProcess(["--now", NOW, "https://issuer.example/badge.json"], { fetch })).exit, 0);
  assert.deepEqual(asked, ["https://issuer.example/badge.json"]);
});

test("a badge that can not be fetched ends with 64", async () => {
  const answers = [
    async () => new Response("", { status: 404 }),
    async () => {
      throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") });
    },
    async () => new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1 << 20)) })),
  ];
  for (const fetch of answers) {
    const { exit, stdout, stderr } = await inProcess(["https://issuer.example/badge.json"], { fetch });
    assert.deepEqual([exit, stdout], [64, ""]);
    assert.match(stderr, /cannot be fetched: .*; check the address/);
  }
});

test("there are words for every code, every check and every outcome, and for nothing else", async () => {
  const words = await internal("words.js");
  assert.deepEqual(Object.keys(words.CODES).sort(), (await codes()).sort());
  const report = JSON.parse((await command([...at, "--json", good])).stdout);
  assert.deepEqual(Object.keys(words.CHECKS), report.checks.map((check) => check.name));
  assert.deepEqual(Object.keys(words.OUTCOMES).sort(), ["indeterminate", "rejected", "verified"]);
});
