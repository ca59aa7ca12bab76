// POST /api/v1/credentials: what it answers, what it refuses, and what happens when the same award is made again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectStatus, newOrganization, newRecipient, NOTHING, PUBLIC_ORIGIN, serverWithOrganization } from "./harness.mjs";
import { assertError, assertMembers, CRD, TIME, UUID } from "./shapes.mjs";

const DAY_MS = 86_400_000;

const { server, organization } = await serverWithOrganization();

const item = async (id, owner = organization) =>
  expectStatus(await server.request("GET", `/api/v1/credentials/${id}`, { token: owner.apiKey }), 200).json;

test("an issued credential is answered with the members of the contract", async () => {
  const recipient = newRecipient();
  const before = Date.now();
  const answer = await organization.issue({}, recipient);
  assert.equal(answer.status, 201, answer.text);
  assertMembers(answer.json, [
    ...["id", "credentialId", "verificationUrl", "status", "issuanceDate", "expirationDate", "recipientName"],
    ...["recipientEmail", "supersedesCredentialId"],
  ]);
  assert.match(answer.json.id, UUID);
  assert.match(answer.json.credentialId, CRD);
  assert.equal(answer.json.verificationUrl, `${PUBLIC_ORIGIN}/verify/${answer.json.credentialId}`);
  assert.equal(answer.json.status, "pending");
  assert.match(answer.json.issuanceDate, TIME);
  assert.ok(Math.abs(Date.parse(answer.json.issuanceDate) - before) < 60_000, answer.json.issuanceDate);
  assert.equal(answer.json.expirationDate, null);
  assert.equal(answer.json.recipientName, recipient.name);
  assert.equal(answer.json.recipientEmail, recipient.email);
  assert.equal(answer.json.supersedesCredentialId, null);
});

test("a time-bound badge gives its credentials an end", async () => {
  const badge = await organization.badge({ name: "For a year", expiresInDays: 365 });
  const { json } = expectStatus(await organization.issue({ badgeId: badge.id }), 201);
  assert.match(json.expirationDate, TIME);
  assert.equal(Date.parse(json.expirationDate) - Date.parse(json.issuanceDate), 365 * DAY_MS);
});

test("short ids are random: no two alike, and none of the characters that are taken for others", async () => {
  const ids = [];
  for (let i = 0; i < 12; i += 1) ids.push(expectStatus(await organization.issue(), 201).json.credentialId);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.doesNotMatch(id.slice(4), /[01IO]/);
});

test("isPublic, narrative, evidence, validFrom and validUntil are taken", async () => {
  const validFrom = new Date(Math.floor(Date.now() / 1000) * 1000 - DAY_MS).toISOString();
  const validUntil = new Date(Math.floor(Date.now() / 1000) * 1000 + 30 * DAY_MS).toISOString();
  const { json } = expectStatus(
    await organization.issue({
      ...{ isPublic: false, narrative: "Found five positions.", validFrom, validUntil },
      evidence: [
        { id: "https://meridian.example/log/7", name: "Log book", narrative: "Pages 3 to 9." },
        { type: ["Evidence"], description: "A letter.", genre: "Letter", audience: "Examiners" },
      ],
    }),
    201,
  );
  assert.equal(json.expirationDate, validUntil);
  const { isPublic, ob3Credential } = await item(json.id);
  assert.equal(isPublic, false);
  assert.equal(Date.parse(ob3Credential.validFrom), Date.parse(validFrom));
  assert.equal(Date.parse(ob3Credential.validUntil), Date.parse(validUntil));
  assert.equal(ob3Credential.credentialSubject.narrative, "Found five positions.");
  assert.equal(ob3Credential.evidence[0].id, "https://meridian.example/log/7");
  assert.equal(ob3Credential.evidence[0].name, "Log book");
  assert.deepEqual(ob3Credential.evidence[1], { type: ["Evidence"], description: "A letter.", genre: "Letter", audience: "Examiners" });
  assertError(await organization.issue({ evidence: [{ type: "Result", name: "x" }] }), 400, "VALIDATION_ERROR", "evidence[0].type");
});

test("the address of a recipient is in the signed credential only as a salted hash", async () => {
  const recipient = newRecipient();
  const { json } = expectStatus(await organization.issue({}, recipient), 201);
  const { ob3Credential } = await item(json.id);
  assert.ok(!JSON.stringify(ob3Credential).toLowerCase().includes(recipient.email));
  const [identifier] = [ob3Credential.credentialSubject.identifier].flat();
  assert.equal(identifier.hashed, true);
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update(recipient.email + identifier.salt).digest("hex");
  assert.equal(identifier.identityHash, `sha256$${hash}`);
});

for (const [what, members, recipient, field] of [
  ["a missing badge", { badgeId: undefined }, {}, "badgeId"],
  ["a badge id that is no UUID", { badgeId: "CRD-12345678" }, {}, "badgeId"],
  ["a badge id of another type", { badgeId: 7 }, {}, "badgeId"],
  ["a missing recipient", { recipient: undefined }, {}, "recipient"],
  ["a recipient that is no object", { recipient: "ada@lovelace.example" }, {}, "recipient"],
  ["a missing name", {}, { name: undefined }, "recipient.name"],
  ["an empty name", {}, { name: "  " }, "recipient.name"],
  ["a name of another type", {}, { name: ["Ada"] }, "recipient.name"],
  ["a missing address", {}, { email: undefined }, "recipient.email"],
  ["an address without a domain", {}, { email: "ada@" }, "recipient.email"],
  ["an address with a line break", {}, { email: "ada@lovelace.example\r\nBcc: x@y.example" }, "recipient.email"],
  ["an unknown member", { colour: "red" }, {}, "colour"],
  ["an unknown member of the recipient", {}, { nickname: "Ada" }, "recipient.nickname"],
  ["a flag of another type", { isPublic: "yes" }, {}, "isPublic"],
  ["a time that is none", { validUntil: "tomorrow" }, {}, "validUntil"],
  ["an end before the beginning", { validFrom: "2030-01-01T00:00:00Z", validUntil: "2029-01-01T00:00:00Z" }, {}, "validUntil"],
  ["evidence that is no list", { evidence: "a log book" }, {}, "evidence"],
]) {
  test(`${what} is refused and named`, async () => {
    const json = { badgeId: organization.badgeId, recipient: { ...newRecipient(), ...recipient }, ...members };
    assertError(await server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json }), 400, "VALIDATION_ERROR", field);
  });
}

for (const [what, body] of [
  ["no JSON", "{"],
  ["a list", "[]"],
  ["a member twice", '{"badgeId":"a","badgeId":"b"}'],
  ["nothing", ""],
]) {
  test(`a body that is ${what} is refused`, async () => {
    const answer = await server.request("POST", "/api/v1/credentials", { token: organization.apiKey, body, type: "application/json" });
    assertError(answer, 400, "VALIDATION_ERROR");
  });
}

test("a body of another type is refused with 415", async () => {
  const json = { badgeId: organization.badgeId, recipient: newRecipient() };
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
    const answer = await server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json, type });
    assertError(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
  }
});

test("a body beyond every use is refused with 413", async () => {
  const json = { badgeId: organization.badgeId, recipient: newRecipient(), narrative: "a".repeat(2 << 20) };
  assertError(await server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json }), 413, "PAYLOAD_TOO_LARGE");
});

test("a badge that does not exist, or is another organization's, is not found", async () => {
  const other = await newOrganization(server);
  assertError(await organization.issue({ badgeId: NOTHING }), 404, "NOT_FOUND");
  assertError(await organization.issue({ badgeId: other.badgeId }), 404, "NOT_FOUND");
});

test("without a signing key nothing is issued", async () => {
  const unsigned = await newOrganization(server, { signingKey: false });
  assertError(await unsigned.issue(), 403, "FORBIDDEN");
});

test("an organization that is not approved, or without API access, issues nothing", async () => {
  const other = await newOrganization(server);
  const set = (column, value) =>
    server.bindings.DB.prepare(`UPDATE organization SET ${column} = ? WHERE id = ?`).bind(value, other.id).run();
  await set("status", "pending_review");
  assertError(await other.issue(), 403, "FORBIDDEN");
  await set("status", "approved");
  await set("plan", "free");
  assertError(await other.issue(), 403, "FORBIDDEN");
  await set("plan", "professional");
  assert.equal((await other.issue()).status, 201);
});

test("the same badge for the same person is a conflict while the first is active and never expires", async () => {
  const recipient = newRecipient();
  const first = expectStatus(await organization.issue({}, recipient), 201).json;
  assertError(await organization.issue({}, recipient), 409, "CONFLICT");
  assertError(await organization.issue({}, { ...recipient, email: recipient.email.toUpperCase() }), 409, "CONFLICT");
  assert.equal((await item(first.id)).supersededByCredentialId, null);
});

test("another badge for the same person is no conflict", async () => {
  const recipient = newRecipient();
  const badge = await organization.badge({ name: "Another" });
  expectStatus(await organization.issue({}, recipient), 201);
  assert.equal((await organization.issue({ badgeId: badge.id }, recipient)).status, 201);
});

test("an active time-bound credential is renewed: the old one is revoked, and both name each other", async () => {
  const badge = await organization.badge({ name: "Renewable", expiresInDays: 30 });
  const recipient = newRecipient();
  const first = expectStatus(await organization.issue({ badgeId: badge.id }, recipient), 201).json;
  const second = expectStatus(await organization.issue({ badgeId: badge.id }, recipient), 201).json;
  const old = await item(first.id);
  assertSupersedes(second, first);
  assertSupersededBy(old, second);
  assert.equal(old.status, "revoked");
  assert.match(old.revokedAt, TIME);
  const fresh = await item(second.id);
  assert.equal(fresh.status, "pending");
  assert.equal(fresh.revokedAt, null);
});

test("an expired credential is superseded and stays expired", async () => {
  const badge = await organization.badge({ name: "Expiring", expiresInDays: 30 });
  const recipient = newRecipient();
  const first = expectStatus(await organization.issue({ badgeId: badge.id }, recipient), 201).json;
  await server.bindings.DB.prepare("UPDATE credential SET valid_from = 1000, valid_until = 2000 WHERE id = ?").bind(first.id).run();
  const second = expectStatus(await organization.issue({ badgeId: badge.id }, recipient), 201).json;
  const old = await item(first.id);
  assertSupersedes(second, first);
  assertSupersededBy(old, second);
  assert.equal(old.status, "expired");
  assert.equal(old.revokedAt, null);
});

test("a revoked credential is superseded", async () => {
  const recipient = newRecipient();
  const first = expectStatus(await organization.issue({}, recipient), 201).json;
  await server.bindings.DB.prepare("UPDATE credential SET revoked_at = ?, revocation_reason = 'a mistake' WHERE id = ?")
    .bind(Date.now(), first.id)
    .run();
  const second = expectStatus(await organization.issue({}, recipient), 201).json;
  assertSupersedes(second, first);
  assertSupersededBy(await item(first.id), second);
});

function assertSupersedes(later, earlier) {
  assert.equal(later.supersedesCredentialId, earlier.id);
}

function assertSupersededBy(earlier, later) {
  assert.equal(earlier.supersededByCredentialId, later.id);
}
