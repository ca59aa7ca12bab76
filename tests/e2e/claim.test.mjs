// Claiming by the mailed link: the recipient proves the address, and the credential is theirs.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectStatus, newOrganization, newRecipient, NOTHING, OWNER, serverWithOrganization } from "./harness.mjs";
import { mailTo, signInByMail } from "./mail.mjs";
import { assertError, assertMembers, TIME } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const claim = (name, token) => server.request("POST", `/api/credentials/${name}/claim`, { token });
const issue = async (recipient, members) => expectStatus(await organization.issue(members, recipient), 201).json;
const read = async (id) => expectStatus(await server.request("GET", `/api/v1/credentials/${id}`, { token: organization.apiKey }), 200).json;

test("from the mail to the claim: the credential is valid then", async () => {
  const recipient = newRecipient();
  const issued = await issue(recipient);
  const { text } = await mailTo(server, recipient.email);
  const [, name] = text.match(/\/claim\/(CRD-[0-9A-Z]{8})/);
  assert.equal(name, issued.credentialId);
  const { token } = await signInByMail(server, recipient.email);
  const claimed = expectStatus(await claim(name, token), 200).json;
  assert.equal(claimed.status, "valid");
  assert.match(claimed.claimedAt, TIME);
  const { status, claimedAt } = await read(issued.id);
  assert.deepEqual([status, claimedAt], ["valid", claimed.claimedAt]);
  assert.equal(expectStatus(await server.request("GET", `/api/verify/${name}`), 200).json.status, "valid");
});

test("a second claim, and one by another address, are refused by their own codes", async () => {
  const recipient = newRecipient();
  const { id, credentialId } = await issue(recipient);
  const stranger = await signInByMail(server, newRecipient().email);
  assertError(await claim(id, stranger.token), 403, "EMAIL_MISMATCH");
  const { token } = await signInByMail(server, recipient.email);
  expectStatus(await claim(id, token), 200);
  assertError(await claim(credentialId, token), 409, "ALREADY_CLAIMED");
  assertError(await claim(id, stranger.token), 403, "EMAIL_MISMATCH");
});

test("an address that no code has proved claims nothing", async () => {
  const { id } = await issue({ name: "Owner", email: OWNER });
  assertError(await claim(id, await server.signIn()), 403, "EMAIL_NOT_VERIFIED");
  assertError(await server.request("GET", "/api/me/credentials", { token: await server.signIn() }), 403, "EMAIL_NOT_VERIFIED");
});

test("without a session, and without such a credential, there is nothing to claim", async () => {
  const { id } = await issue(newRecipient());
  assertError(await claim(id), 401, "UNAUTHORIZED");
  assertError(await claim(id, organization.apiKey), 401, "UNAUTHORIZED");
  const { token } = await signInByMail(server, newRecipient().email);
  assertError(await claim(NOTHING, token), 404, "NOT_FOUND");
  assertError(await claim("CRD-nothing", token), 404, "NOT_FOUND");
});

test("of concurrent claims one succeeds", async () => {
  const recipient = newRecipient();
  const { id } = await issue(recipient);
  const { token } = await signInByMail(server, recipient.email);
  const answers = await Promise.all(Array.from({ length: 6 }, () => claim(id, token)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 200)) assertError(answer, 409, "ALREADY_CLAIMED");
});

test("what does not hold is not claimed", async () => {
  const recipient = newRecipient();
  const { token } = await signInByMail(server, recipient.email);
  const move = (id, action) => server.request("POST", `/api/v1/credentials/${id}/${action}`, { token: organization.apiKey, json: { reason: "x" } });
  const { id } = await issue(recipient);
  expectStatus(await move(id, "suspend"), 200);
  assertError(await claim(id, token), 409, "CONFLICT");
  expectStatus(await move(id, "revoke"), 200);
  assertError(await claim(id, token), 409, "CONFLICT");
  const badge = await organization.badge({ name: "Short" });
  const over = await issue(recipient, { badgeId: badge.id });
  await server.bindings.DB.prepare("UPDATE credential SET valid_from = 1000, valid_until = 2000 WHERE id = ?").bind(over.id).run();
  assertError(await claim(over.id, token), 409, "CONFLICT");
});

test("recipients see their own credentials, of all issuers, and nobody else's", async () => {
  const recipient = newRecipient();
  const other = await newOrganization(server, { name: "Other Institute" });
  const mine = [await issue(recipient), expectStatus(await other.issue({}, recipient), 201).json];
  await issue(newRecipient());
  const { token } = await signInByMail(server, recipient.email);
  const { data, pagination } = expectStatus(await server.request("GET", "/api/me/credentials", { token }), 200).json;
  assert.deepEqual(data.map(({ id }) => id).sort(), mine.map(({ id }) => id).sort());
  assert.equal(pagination.total, 2);
  assert.deepEqual(data.map(({ organizationName }) => organizationName).sort(), ["Meridian Institute", "Other Institute"]);
  const [item] = data;
  assertMembers(item, [
    "id", "credentialId", "badgeName", "organizationName", "recipientName", "status", "issuanceDate", "expirationDate",
    "claimedAt", "isPublic", "verificationUrl", "documentUrl", "imageUrl", "linkedInUrl",
  ]);
  const linkedIn = new URL(item.linkedInUrl);
  assert.equal(linkedIn.host, "www.linkedin.com");
  assert.deepEqual([linkedIn.searchParams.get("certId"), linkedIn.searchParams.get("certUrl")], [item.credentialId, item.verificationUrl]);
  const page = expectStatus(await server.request("GET", "/api/me/credentials?limit=1&offset=1", { token }), 200).json;
  assert.deepEqual(page.data.map(({ id }) => id), [data[1].id]);
});

test("recipients decide who sees a credential, and see it themselves whatever they decide", async () => {
  const recipient = newRecipient();
  const { id, credentialId } = await issue(recipient);
  const { token } = await signInByMail(server, recipient.email);
  const set = (json, by = token) => server.request("PATCH", `/api/me/credentials/${credentialId}`, { token: by, json });
  const paths = [`/credentials/${id}/ob3`, `/api/verify/${id}`, `/api/credentials/${id}/baked`];
  assert.equal(expectStatus(await set({ isPublic: false }), 200).json.isPublic, false);
  const stranger = await signInByMail(server, newRecipient().email);
  for (const path of paths) {
    assertError(await server.request("GET", path), 403, "FORBIDDEN");
    assertError(await server.request("GET", path, { token: stranger.token }), 403, "FORBIDDEN");
    assert.equal((await server.request("GET", path, { token })).status, 200, path);
  }
  assertError(await set({ isPublic: true }, stranger.token), 403, "EMAIL_MISMATCH");
  assertError(await set({ isPublic: "yes" }), 400, "VALIDATION_ERROR", "isPublic");
  assertError(await set({}), 400, "VALIDATION_ERROR", "isPublic");
  expectStatus(await set({ isPublic: true }), 200);
  for (const path of paths) assert.equal((await server.request("GET", path)).status, 200, path);
});

test("a claimed credential that is renewed is revoked, and the new one waits to be claimed", async () => {
  const badge = await organization.badge({ name: "Yearly", expiresInDays: 365 });
  const recipient = newRecipient();
  const first = await issue(recipient, { badgeId: badge.id });
  const { token } = await signInByMail(server, recipient.email);
  expectStatus(await claim(first.id, token), 200);
  const second = await issue(recipient, { badgeId: badge.id });
  assert.equal((await read(first.id)).status, "revoked");
  assert.equal((await read(second.id)).status, "pending");
  assertError(await claim(first.id, token), 409, "ALREADY_CLAIMED");
  assert.equal(expectStatus(await claim(second.id, token), 200).json.status, "valid");
});
