// What a badge says in terms of Open Badges 3.0 beside its words, and the results of those who earned it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { FULL_CONTENT, GRADE, LEVELS, RUBRIC, SCORE } from "./content.mjs";
import { expectStatus, newOrganization, newRecipient, startWorker } from "./harness.mjs";
import { assertError } from "./shapes.mjs";

let server;
let organization;
let badge;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  badge = await organization.badge({ name: "Fixes", slug: "fixes", ...FULL_CONTENT });
});
after(() => server?.close());

const MEMBERS = Object.keys(FULL_CONTENT);
const only = (members, from) => Object.fromEntries(members.map((name) => [name, from[name]]));
const minimal = { name: "Knots", description: "Ties ten knots.", criteria: "All ten." };
const create = (json) => server.request("POST", "/api/v1/badges", { token: organization.apiKey, json });
const change = (id, json) => server.request("PATCH", `/api/v1/badges/${id}`, { token: organization.apiKey, json });
const signed = async (id) => expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).json;
const verified = async (id) => expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json.verification.report;
const issue = (results, members = {}) => organization.issue({ badgeId: badge.id, results, ...members });

test("alignments, result descriptions, credits, code and language come back as they were given", async () => {
  assert.deepEqual(only(MEMBERS, badge), FULL_CONTENT);
  const read = expectStatus(await server.request("GET", `/api/v1/badges/${badge.id}`, { token: organization.apiKey }), 200).json;
  assert.deepEqual(read, badge);
  const { json } = expectStatus(await create({ ...minimal, slug: "plain" }), 201);
  assert.deepEqual(only(MEMBERS, json), {
    ...{ alignment: [], resultDescription: [], creditsAvailable: null, humanCode: null, inLanguage: null },
  });
});

test("they stand in the achievement's JSON-LD and in what is signed, and the signature holds", async () => {
  const achievement = expectStatus(await server.request("GET", new URL(badge.achievementUrl).pathname), 200).json;
  assert.deepEqual(only(MEMBERS, achievement), FULL_CONTENT);
  const { id } = expectStatus(await issue([]), 201).json;
  const { credentialSubject } = await signed(id);
  assert.deepEqual(only(MEMBERS, credentialSubject.achievement), FULL_CONTENT);
  assert.ok(!("result" in credentialSubject), "no empty list is signed");
  const report = await verified(id);
  assert.equal(report.outcome, "verified");
  assert.equal(report.checks.find(({ name }) => name === "schema").code, "schema_conforms");
});

test("what has no id is named below the badge, and keeps its name when it is sent back", async () => {
  const described = { name: "Free", resultType: "Result", rubricCriterionLevel: [{ name: "Low" }, { name: "High" }] };
  const made = expectStatus(await create({ ...minimal, slug: "unnamed", resultDescription: [described, described] }), 201).json;
  const ids = made.resultDescription.flatMap(({ id, rubricCriterionLevel }) => [id, ...rubricCriterionLevel.map((level) => level.id)]);
  assert.equal(new Set(ids).size, 6);
  for (const id of ids) assert.ok(id.startsWith(`${made.achievementUrl}#`), id);
  const [first, second] = made.resultDescription;
  const changed = expectStatus(await change(made.id, { resultDescription: [second, described, first] }), 200).json.resultDescription;
  assert.deepEqual([changed[0], changed[2]], [second, first]);
  assert.ok(!ids.includes(changed[1].id));
});

test("a change makes a new version; what was issued keeps the old one", async () => {
  const own = await organization.badge({ slug: "versions", ...FULL_CONTENT });
  const { id } = expectStatus(await organization.issue({ badgeId: own.id }), 201).json;
  const before = await signed(id);
  const changed = expectStatus(await change(own.id, { alignment: null, resultDescription: [], creditsAvailable: 3, humanCode: null }), 200).json;
  assert.deepEqual(changed, { ...own, alignment: [], resultDescription: [], creditsAvailable: 3, humanCode: null });
  assert.deepEqual(await signed(id), before);
  const again = await organization.issue({ badgeId: own.id });
  const { achievement } = (await signed(expectStatus(again, 201).json.id)).credentialSubject;
  assert.equal(achievement.creditsAvailable, 3);
  for (const member of ["alignment", "resultDescription", "humanCode"]) assert.ok(!(member in achievement), member);
  assert.equal((await verified(again.json.id)).outcome, "verified");
});

const described = (members) => ({ resultDescription: [{ name: "N", resultType: "Result", ...members }] });
for (const [members, field] of [
  [{ alignment: [{ targetName: "N" }] }, "alignment[0].targetUrl"],
  [{ alignment: [{ targetName: "N", targetUrl: "javascript:alert(1)" }] }, "alignment[0].targetUrl"],
  [{ alignment: [{ ...FULL_CONTENT.alignment[0], targetType: "Skill" }] }, "alignment[0].targetType"],
  [{ alignment: {} }, "alignment"],
  [described({ resultType: "Grade" }), "resultDescription[0].resultType"],
  [described({ id: "grade" }), "resultDescription[0].id"],
  [described({ requiredLevel: "urn:example:none" }), "resultDescription[0].requiredLevel"],
  [described({ allowedValue: ["A"], requiredValue: "B" }), "resultDescription[0].requiredValue"],
  [described({ valueMin: "2", valueMax: "1" }), "resultDescription[0].valueMax"],
  [{ resultDescription: Array(21).fill({ name: "N", resultType: "Result" }) }, "resultDescription"],
  [{ creditsAvailable: -1 }, "creditsAvailable"],
  [{ creditsAvailable: "3" }, "creditsAvailable"],
  [{ humanCode: "" }, "humanCode"],
  [{ inLanguage: "en_US" }, "inLanguage"],
]) {
  test(`a badge with ${JSON.stringify(members).slice(0, 80)} is refused, and ${field} is named`, async () => {
    assertError(await create({ ...minimal, slug: "refused", ...members }), 400, "VALIDATION_ERROR", field);
    assertError(await change(badge.id, members), 400, "VALIDATION_ERROR", field);
  });
}

test("results are signed with what they refer to, and the signature holds", async () => {
  const results = [
    { resultDescription: GRADE, value: "A" },
    { resultDescription: SCORE, value: "97.5", status: "Completed" },
    { resultDescription: RUBRIC, achievedLevel: LEVELS[2], alignment: FULL_CONTENT.alignment },
    { value: "Best of the year" },
  ];
  const { id } = expectStatus(await issue(results), 201).json;
  const { credentialSubject } = await signed(id);
  assert.deepEqual(credentialSubject.result, results.map((result) => ({ type: ["Result"], ...result })));
  assert.equal((await verified(id)).outcome, "verified");
});

test("a result's own description joins the achievement of that credential alone", async () => {
  const own = { name: "Time", resultType: "RawScore", valueMin: "1" };
  const { id } = expectStatus(await issue([{ resultDescription: own, value: "12" }]), 201).json;
  const { credentialSubject } = await signed(id);
  const [{ resultDescription }] = credentialSubject.result;
  const added = credentialSubject.achievement.resultDescription.at(-1);
  assert.deepEqual(added, { id: resultDescription, type: ["ResultDescription"], ...own });
  assert.equal((await verified(id)).outcome, "verified");
  const achievement = expectStatus(await server.request("GET", new URL(badge.achievementUrl).pathname), 200).json;
  assert.deepEqual(achievement.resultDescription, FULL_CONTENT.resultDescription);
});

const REFUSED = [
  [{ resultDescription: GRADE, value: "D" }, "value"],
  [{ resultDescription: GRADE, value: "C" }, "value"],
  [{ resultDescription: GRADE }, "value"],
  [{ resultDescription: SCORE, value: "100.5" }, "value"],
  [{ resultDescription: SCORE, value: "-1" }, "value"],
  [{ resultDescription: SCORE, value: "many" }, "value"],
  [{ resultDescription: SCORE, value: 50 }, "value"],
  [{ resultDescription: RUBRIC, achievedLevel: LEVELS[0] }, "achievedLevel"],
  [{ resultDescription: RUBRIC, achievedLevel: "urn:example:none" }, "achievedLevel"],
  [{ resultDescription: "urn:example:none", value: "A" }, "resultDescription"],
  [{ resultDescription: { name: "N", resultType: "Status" }, value: "x" }, "status"],
  [{ resultDescription: { id: GRADE, name: "N", resultType: "Result" }, value: "x" }, "resultDescription.id"],
  [{ resultDescription: { name: "N" }, value: "x" }, "resultDescription.resultType"],
  [{ status: "Done" }, "status"],
  [{ value: "A", grade: "A" }, "grade"],
];
for (const [result, field] of REFUSED) {
  test(`a result ${JSON.stringify(result).slice(0, 90)} is refused, and ${field} is named`, async () => {
    const recipient = newRecipient();
    assertError(await organization.issue({ badgeId: badge.id, results: [{ value: "fine" }, result] }, recipient), 400, "VALIDATION_ERROR", `results[1].${field}`);
    assert.equal((await organization.issue({ badgeId: badge.id }, recipient)).status, 201, "nothing was left of the refused request");
  });
}

test("rows of a bulk request have results, and a row with a bad one says which field", async () => {
  const row = (value) => ({ badgeId: badge.id, recipient: newRecipient(), results: [{ resultDescription: GRADE, value }] });
  const { id } = expectStatus(await server.request("POST", "/api/v1/credentials/bulk", { token: organization.apiKey, json: [row("A"), row("F")] }), 202).json;
  let job;
  for (const end = Date.now() + 20_000; Date.now() < end && job?.status !== "completed"; await new Promise((done) => setTimeout(done, 200))) {
    job = expectStatus(await server.request("GET", `/api/v1/jobs/${id}`, { token: organization.apiKey }), 200).json;
  }
  assert.deepEqual(job.rows.data.map(({ state }) => state), ["issued", "failed"], JSON.stringify(job));
  assert.match(job.rows.data[1].reason, /results\[0\]\.value/);
  const { credentialSubject } = await signed(job.rows.data[0].credentialId);
  assert.equal(credentialSubject.result[0].value, "A");
});
