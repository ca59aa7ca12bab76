// Recipients of whom an issuer knows the hash of an address only (`email_sha256`): whoever proves the address has their badges.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { test } from "node:test";

import { expectStatus, newOrganization, newRecipient, serverWithOrganization } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { newGrant, newPerson } from "./oauth.mjs";
import { reached, uuidOf } from "./queue.mjs";
import { assertError } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const hashOf = (email) => createHash("sha256").update(email.toLowerCase()).digest("hex");

/** Issues a badge of its own to a hash, through the queue; resolves to the credential's id. */
async function issuedTo(recipientIdentity, owner = organization) {
  const badge = await owner.badge({ name: `Badge ${randomUUID()}` });
  const idempotencyKey = randomUUID();
  const json = { tenantId: owner.slug, badgeTemplateId: badge.id, recipientIdentity, recipientIdentityType: "email_sha256", idempotencyKey };
  const { assertionId } = expectStatus(await server.request("POST", "/v1/programmatic/issue", { headers: { "x-api-key": owner.apiKey }, json }), 202).json;
  assert.equal((await reached(server, owner, idempotencyKey)).state, "completed");
  return uuidOf(assertionId);
}

test("who proves the address sees the badge by the Open Badges API and on the account page, beside those to the address", async () => {
  const person = await newPerson(server);
  const byHash = await issuedTo(hashOf(person.email));
  const bySpelling = await issuedTo(`sha256$${hashOf(person.email).toUpperCase()}`);
  const byAddress = expectStatus(await organization.issue({}, { email: person.email }), 201).json.id;
  const somebodyElses = await issuedTo(hashOf(newRecipient().email));
  const expected = [byHash, bySpelling, byAddress].sort();

  const { ask } = await newGrant(server, { person });
  const answer = expectStatus(await ask("GET", "/credentials"), 200);
  assert.deepEqual(answer.json.credential.map(({ id }) => id.split("/").at(-1)).sort(), expected);
  assert.equal(answer.headers.get("x-total-count"), "3");
  const page = expectStatus(await ask("GET", "/credentials?limit=2&offset=2"), 200).json;
  assert.equal(page.credential.length, 1);

  const mine = expectStatus(await server.request("GET", "/api/me/credentials", { token: person.session }), 200).json;
  assert.deepEqual([mine.data.map(({ id }) => id).sort(), mine.pagination.total], [expected, 3]);
  const one = (id, token = person.session) => server.request("GET", `/api/me/credentials/${id}`, { token });
  assert.equal(expectStatus(await one(byHash), 200).json.id, byHash);
  assertError(await one(somebodyElses), 403, "EMAIL_MISMATCH");
  assertError(await one(byHash, (await newPerson(server)).session), 403, "EMAIL_MISMATCH");
});

test("it is claimed, hidden, and handed to a wallet by its recipient and nobody else", async () => {
  const person = await newPerson(server);
  const stranger = await newPerson(server);
  const id = await issuedTo(hashOf(person.email));
  const claim = (token) => server.request("POST", `/api/credentials/${id}/claim`, { token });
  assertError(await claim(stranger.session), 403, "EMAIL_MISMATCH");
  assert.equal(expectStatus(await claim(person.session), 200).json.status, "valid");
  assertError(await claim(person.session), 409, "ALREADY_CLAIMED");

  const change = (token) => server.request("PATCH", `/api/me/credentials/${id}`, { token, json: { isPublic: false } });
  assertError(await change(stranger.session), 403, "EMAIL_MISMATCH");
  expectStatus(await change(person.session), 200);
  const document = (token) => server.request("GET", `/credentials/${id}/ob3`, { token });
  for (const token of [undefined, stranger.session]) assertError(await document(token), 403, "FORBIDDEN");
  expectStatus(await document(person.session), 200);

  const offer = (token) => server.request("POST", `/api/me/credentials/${id}/offer`, { token, json: {} });
  assertError(await offer(stranger.session), 403, "EMAIL_MISMATCH");
  expectStatus(await offer(person.session), 201);
});

test("it is not kept a second time when its recipient brings it", async () => {
  const person = await newPerson(server);
  const id = await issuedTo(hashOf(person.email));
  const { ask } = await newGrant(server, { person });
  const { text } = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200);
  assert.equal(expectStatus(await ask("POST", "/credentials", { body: text, type: "application/vc+ld+json" }), 200).text, text);
  assert.equal((await ask("GET", "/credentials")).headers.get("x-total-count"), "1");
});

test("an address that nobody has proved has none of them", async () => {
  // The bootstrap owner signs in by a secret.
  const token = await server.signIn();
  const { user } = expectStatus(await server.request("GET", "/api/auth/session", { token }), 200).json;
  const id = await issuedTo(hashOf(user.email));
  assertError(await server.request("GET", "/api/me/credentials", { token }), 403, "EMAIL_NOT_VERIFIED");
  assertError(await server.request("GET", `/api/me/credentials/${id}`, { token }), 403, "EMAIL_NOT_VERIFIED");
});

test("the hash is erased with the address", async () => {
  const { email } = newRecipient();
  const other = await newOrganization(server);
  const [id, theirs] = [await issuedTo(hashOf(email)), await issuedTo(hashOf(email), other)];
  const erase = () => server.request("POST", `${organization.path}/recipients/erase`, { token: organization.session, json: { email } });
  assert.deepEqual(expectStatus(await erase(), 200).json, { credentials: 1 });
  assertError(await erase(), 404, "NOT_FOUND");
  const { results } = await server.bindings.DB.prepare("SELECT identity FROM recipient WHERE organization_id = ? AND identity = ?").bind(organization.id, hashOf(email)).all();
  assert.deepEqual(results, []);
  const { token } = await signInByMail(server, email);
  const mine = expectStatus(await server.request("GET", "/api/me/credentials", { token }), 200).json;
  assert.deepEqual(mine.data.map((item) => item.id), [theirs]);
  assertError(await server.request("GET", `/api/me/credentials/${id}`, { token }), 403, "EMAIL_MISMATCH");
});
