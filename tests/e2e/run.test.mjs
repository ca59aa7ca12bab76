// `make run`, as a person or a script would use it: on a port and a folder of its own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { freePort, makeRun as makeRunIn, START_TIMEOUT_MS } from "./make-run.mjs";
import { CRD, UUID } from "./shapes.mjs";

const END_TIMEOUT_MS = 15_000;

const folder = mkdtempSync(join(tmpdir(), "accolade-run-"));
const demoFile = join(folder, "demo.json");
const port = await freePort();
const started = new Set();

after(async () => {
  for (const child of started) {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended.
    }
  }
  for (let i = 0; i < 100 && processes().length > 0; i += 1) await sleep(100);
  rmSync(folder, { recursive: true, force: true });
});

/** Starts `make run` in the test's own folder, or where `env` says; it is ended when the tests are. */
function makeRun(env = {}) {
  const child = makeRunIn({ folder, port, env });
  started.add(child);
  return child;
}

/** Every process that was started with this test's folder in its environment. */
function processes() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`ACCOLADE_LOCAL=${folder}`);
      } catch {
        return false; // it has ended, or is not ours to look at
      }
    })
    .map((pid) => {
      try {
        return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 120)}`;
      } catch {
        return null;
      }
    })
    .filter((line) => line !== null && line.trim().includes(" "));
}

async function endsWithin(child, milliseconds) {
  const result = await Promise.race([child.ended, sleep(milliseconds, null, { ref: false })]);
  assert.ok(result !== null, `it runs on after ${milliseconds} ms:\n${processes().join("\n")}`);
  assert.deepEqual(processes(), []);
  return result;
}

const demo = () => JSON.parse(readFileSync(demoFile, "utf8"));
const authorized = (token) => ({ headers: { authorization: `Bearer ${token}` } });

let first;
let firstDemo;

test("make run serves, and says how to issue a badge", { timeout: START_TIMEOUT_MS + 10_000 }, async () => {
  first = makeRun();
  const printed = await first.ready;
  firstDemo = demo();
  const baseUrl = `http://localhost:${port}`;
  assert.equal(firstDemo.baseUrl, baseUrl);
  assert.deepEqual(await (await fetch(`${baseUrl}/healthz`)).json(), { status: "ok" });
  assert.ok(printed.includes(`${baseUrl}/verify/${firstDemo.credentialId}`));
  assert.ok(printed.includes(firstDemo.apiKey));
});

test("demo.json tells scripts everything, and is for this user alone", async () => {
  assert.match(firstDemo.organization.id, UUID);
  assert.match(firstDemo.organization.did, /^did:key:z6Mk/);
  assert.equal(typeof firstDemo.organization.slug, "string");
  assert.match(firstDemo.badgeId, UUID);
  assert.match(firstDemo.credentialId, UUID);
  assert.match(firstDemo.credentialCode, CRD);
  assert.match(firstDemo.ownerEmail, /@/);
  assert.equal(statSync(demoFile).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, "secrets.env")).mode & 0o777, 0o600);
  const { baseUrl, ownerSession, organization } = firstDemo;
  assert.equal((await fetch(`${baseUrl}/api/organizations/${organization.id}`, authorized(ownerSession))).status, 200);
});

test("the printed curl issues a badge whose baked image is verified, once and again", async () => {
  const { verify } = await import(installPackage().entry);
  const command = first.printed.match(/^ {2}(curl (?:.*\\\n)*.*)$/m)[1];
  for (let i = 0; i < 2; i += 1) {
    const { stdout } = await promisify(execFile)("bash", ["-c", command]);
    const issued = JSON.parse(stdout);
    assert.match(issued.credentialId ?? stdout, CRD);
    const baked = await fetch(`${firstDemo.baseUrl}/api/credentials/${issued.id}/baked`);
    // Its status lists are this very machine's, which the verifier asks for only where it is told to.
    const report = await verify(new Uint8Array(await baked.arrayBuffer()), { fetch });
    assert.equal(report.outcome, "verified", JSON.stringify(report.checks));
    assert.equal((await fetch(issued.verificationUrl)).status, 200);
  }
});

test("a port that is in use ends in one sentence", async () => {
  const second = makeRun({ ACCOLADE_LOCAL: `${folder}-other` });
  const { code } = await second.ended;
  assert.notEqual(code, 0);
  const complaints = second.printed.split("\n").filter((line) => line.startsWith("✗"));
  assert.equal(complaints.length, 1, second.printed);
  assert.match(complaints[0], new RegExp(`port ${port} is in use`));
  assert.doesNotMatch(second.printed, /^\s+at /m);
  rmSync(`${folder}-other`, { recursive: true, force: true });
});

test("data that is being served is not served twice", async () => {
  const second = makeRun({ PORT: String(await freePort()) });
  assert.notEqual((await second.ended).code, 0);
  assert.match(second.printed, /✗ `make run` is already serving/);
  assert.ok(existsSync(demoFile), "the running one's demo.json was removed");
});

test("a TERM to make ends everything that it started", async () => {
  assert.ok(processes().some((line) => line.includes("workerd")), processes().join("\n"));
  process.kill(first.pid, "SIGTERM");
  await endsWithin(first, END_TIMEOUT_MS);
  await assert.rejects(fetch(`${firstDemo.baseUrl}/healthz`));
});

test("a second start takes seconds, and keeps the data and the API key", { timeout: START_TIMEOUT_MS }, async (t) => {
  const begun = Date.now();
  const second = makeRun();
  await second.ready;
  t.diagnostic(`ready after ${Date.now() - begun} ms`);
  const again = demo();
  const { ownerSession: _, ...kept } = firstDemo;
  const { ownerSession, ...now } = again;
  assert.deepEqual(now, kept);
  const credential = await fetch(`${again.baseUrl}/api/v1/credentials/${again.credentialId}`, authorized(again.apiKey));
  assert.equal(credential.status, 200);
  assert.equal((await fetch(`${again.baseUrl}/api/organizations`, authorized(ownerSession))).status, 200);
  process.kill(second.pid, "SIGTERM");
  await endsWithin(second, END_TIMEOUT_MS);
});

for (const [what, signal, aim] of [
  ["Ctrl-C, which reaches the whole foreground of a terminal,", "SIGINT", (child) => -child.pid],
  ["an INT to make alone", "SIGINT", (child) => child.pid],
  ["the end of make itself", "SIGKILL", (child) => child.pid],
]) {
  test(`${what} ends everything`, { timeout: START_TIMEOUT_MS }, async () => {
    const child = makeRun();
    await child.ready;
    process.kill(aim(child), signal);
    await endsWithin(child, END_TIMEOUT_MS);
  });
}

test("HTTPS=on serves over TLS with a certificate of its own, and what is issued there is verified there", { timeout: START_TIMEOUT_MS }, async () => {
  const own = `${folder}-tls`;
  const child = makeRun({ HTTPS: "on", ACCOLADE_LOCAL: own, PORT: String(await freePort()) });
  await child.ready;
  try {
    const { baseUrl, apiKey, organization, credentialId } = JSON.parse(readFileSync(join(own, "demo.json"), "utf8"));
    const ca = readFileSync(join(own, "tls/certificate.pem"));
    assert.match(baseUrl, /^https:\/\/localhost:/);
    const ask = (method, path, json) =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
        const sent = request(`${baseUrl}${path}`, { method, headers, ca }, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => resolve({ status: response.statusCode, json: JSON.parse(text) }));
        });
        sent.on("error", reject).end(json && JSON.stringify(json));
      });
    const credential = { "@context": ["https://www.w3.org/ns/credentials/v2"], type: ["VerifiableCredential"], issuer: organization.did, credentialSubject: { id: "did:example:s" } };
    const issued = await ask("POST", "/credentials/issue", { credential, options: { credentialId: "urn:one", credentialStatus: {} } });
    assert.equal(issued.status, 201, JSON.stringify(issued.json));
    const verified = await ask("POST", "/credentials/verify", issued.json);
    assert.deepEqual([verified.status, verified.json.outcome], [200, "verified"], JSON.stringify(verified.json));
    assert.equal((await ask("GET", `/api/verify/${credentialId}`)).json.verification.report.outcome, "verified");
    await assert.rejects(fetch(`${baseUrl}/healthz`), "the certificate is believed by nobody else");
  } finally {
    process.kill(child.pid, "SIGTERM");
    await child.ended;
    rmSync(own, { recursive: true, force: true });
  }
});
