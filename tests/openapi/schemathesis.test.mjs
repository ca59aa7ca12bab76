// Schemathesis asks every operation of the OpenAPI document what it promises, with good input and with bad: no fault of the
// server, no answer of another type or shape than described, no bad input taken, no credential ignored. What it finds and is meant
// stands in exceptions.json with the reason; what stands there and is not found any more fails as well.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, newRecipient, startWorker } from "../e2e/harness.mjs";

const CACHE = process.env.ACCOLADE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "accolade");
const COMMAND = join(CACHE, "schemathesis/bin/schemathesis");
const SEED = 20_261_122;
/** The cases that follow from the schemas one by one, as far as they come in the time; and some at random of each operation. */
const PHASES = { coverage: ["--max-time", "100"], fuzzing: ["--max-examples", "3"] };
const CHECKS = [
  ...["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"],
  ...["negative_data_rejection", "ignored_auth", "missing_required_header"],
];

const exceptions = JSON.parse(readFileSync(new URL("exceptions.json", import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "accolade-openapi-"));
let server;

before(async () => {
  server = await startWorker();
});
after(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What schemathesis is told: who asks, and of which objects. What would take something away from all others is asked of another. */
async function settings() {
  const [organization, other] = [await newOrganization(server), await newOrganization(server)];
  const { id } = expectStatus(await organization.issue({}, newRecipient()), 201).json;
  const operation = (path, lines) => `[[operations]]\ninclude-path = "${path}"\n${lines}\n`;
  return [
    // Methods that are not described are openapi.test.mjs's.
    `seed = ${SEED}\n[phases.coverage]\nunexpected-methods = []`,
    `[auth.openapi.apiKey]\nbearer = "${organization.apiKey}"`,
    `[auth.openapi.session]\nbearer = "${organization.session}"`,
    `[parameters]\n"path.organization" = "${organization.id}"\n"path.tenant" = "${organization.slug}"\n"path.credential" = "${id}"`,
    ...["/issuers/{organization}", "/issuers/{organization}/did.json", "/issuers/{organization}/achievements"].map((path) =>
      operation(path, `parameters = { "path.organization" = "${organization.slug}" }`),
    ),
    operation("/api/operator/organizations/{organization}", `parameters = { "path.organization" = "${other.id}" }`),
    operation("/api/auth/sign-out", `headers = { Authorization = "Bearer ${await server.signIn()}" }`),
  ].join("\n");
}

function run(config, report, phase) {
  const url = String(server.url);
  const args = [
    ...["--config-file", config, "run", new URL("/openapi.json", url).href, "--url", url, "--phases", phase, ...PHASES[phase]],
    ...["--workers", "2", "--no-shrink", "--continue-on-failure", "--checks", CHECKS.join(","), "--warnings", "off"],
    ...["--report", "json", "--report-json-path", report],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(COMMAND, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
    child.on("error", reject);
    child.on("close", () => resolve(printed));
  });
}

test("schemathesis finds nothing that is not explained", { timeout: 540_000 }, async (t) => {
  assert.ok(existsSync(COMMAND), "schemathesis is not installed: `tools/setup.sh python` says why");
  const config = join(folder, "schemathesis.toml");
  writeFileSync(config, await settings());
  const found = [];
  for (const phase of Object.keys(PHASES)) {
    const report = join(folder, `${phase}.json`);
    const printed = await run(config, report, phase);
    assert.ok(existsSync(report), printed);
    const { operations, test_cases: cases, failures, errors, stop_reason: stopped } = JSON.parse(readFileSync(report));
    t.diagnostic(`${phase}: ${cases.generated} requests to ${operations.tested} operations of ${operations.total}`);
    assert.deepEqual(errors, [], printed);
    if (stopped !== "max_time") assert.equal(operations.tested, operations.total, printed);
    assert.ok(cases.generated >= operations.total, String(cases.generated));
    if (failures.length > 0) console.error(printed);
    found.push(...failures.flatMap(({ title, operations: where }) => where.map((operation) => ({ finding: title, operation }))));
  }
  const isSame = (a) => (b) => a.finding === b.finding && a.operation === b.operation;
  assert.deepEqual(found.filter((one) => !exceptions.some(isSame(one))), []);
  assert.deepEqual(exceptions.filter((one) => !found.some(isSame(one))), [], "these are found no more");
});
