// Contract B: a member issues a badge by hand.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { test } from "node:test";

import { expectStatus, newOrganization, newRecipient, serverWithOrganization } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { assertMembers, assertRefusal, UUID } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const body = (members = {}) => ({ badgeTemplateId: "celestial-navigation", recipientIdentity: newRecipient().email, recipientIdentityType: "email", ...members });
const issue = (json, { token = organization.session, tenant = organization.slug } = {}) =>
  server.request("POST", `/v1/tenants/${tenant}/assertions/manual-issue`, { token, json });
const verification = async (assertionId) => expectStatus(await server.request("GET", `/badges/${assertionId}/verification`), 200).json;

test("a badge is issued at once, and holds", async () => {
  const recipientIdentity = newRecipient().email;
  const answer = expectStatus(await issue(body({ recipientIdentity, recipientDisplayName: "Ada Lovelace" })), 201);
  assertMembers(answer.json, ["status", "tenantId", "assertionId", "idempotencyKey", "credential"]);
  const { status, tenantId, assertionId, idempotencyKey, credential } = answer.json;
  assert.deepEqual([status, tenantId, idempotencyKey], ["issued", organization.slug, null]);
  const [tenant, id] = assertionId.split(":");
  assert.equal(tenant, organization.slug);
  assert.match(id, UUID);
  assert.ok(answer.text.endsWith(`"credential":${expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).text}}`));
  assert.ok(!JSON.stringify(credential).includes(recipientIdentity));
  assert.equal((await verification(assertionId)).verification.status, "active");
  const { assertions } = expectStatus(await server.request("GET", `/v1/tenants/${organization.slug}/assertions`, { token: organization.session }), 200).json;
  assert.equal(assertions.find((item) => item.assertionId === assertionId).recipientIdentity, recipientIdentity);
});

test("every kind of recipient is issued to, and named by the badge's UUID as well", async () => {
  for (const [recipientIdentityType, recipientIdentity] of [
    ["email_sha256", createHash("sha256").update("ada@lovelace.example").digest("hex")],
    ["did", "did:example:ada"],
    ["url", "https://ada.example/"],
  ]) {
    const recipientIdentifiers = [{ identifierType: "studentId", identifier: "12345678" }];
    const json = body({ badgeTemplateId: organization.badgeId, recipientIdentityType, recipientIdentity, recipientIdentifiers });
    const { assertionId, credential } = expectStatus(await issue(json), 201).json;
    assert.equal((await verification(assertionId)).verification.status, "active", recipientIdentityType);
    assert.ok(!JSON.stringify(credential).includes("12345678"));
    assert.ok([credential.credentialSubject.identifier].flat().some(({ identityType }) => identityType === "ext:studentId"));
  }
});

test("a repeated request is answered by the same bytes, another one under its key is 409", async () => {
  const json = body({ idempotencyKey: randomUUID() });
  const first = expectStatus(await issue(json), 201);
  const answers = await Promise.all([issue(json), issue(json), issue(json)]);
  for (const again of answers) assert.equal(expectStatus(again, 201).text, first.text);
  assertRefusal(await issue({ ...json, recipientIdentity: newRecipient().email }), 409);
  // Without a key it is another request, and the badge is held already.
  assertRefusal(await issue({ ...json, idempotencyKey: undefined }), 409);
});

test("members issue by hand under every plan", async () => {
  const other = await newOrganization(server);
  await server.bindings.DB.prepare("UPDATE organization SET plan = 'free' WHERE id = ?").bind(other.id).run();
  const by = { token: other.session, tenant: other.slug };
  expectStatus(await issue(body(), by), 201);
  assert.equal((await other.issue()).status, 403);
  await server.bindings.DB.prepare("UPDATE organization SET status = 'suspended' WHERE id = ?").bind(other.id).run();
  assertRefusal(await issue(body(), by), 403);
});

for (const [what, members, path] of [
  ["no badge", { badgeTemplateId: undefined }, ["badgeTemplateId"]],
  ["no recipient", { recipientIdentity: undefined }, ["recipientIdentity"]],
  ["a recipient of no kind", { recipientIdentityType: "phone" }, ["recipientIdentityType"]],
  ["a recipient of another kind", { recipientIdentityType: "did" }, ["recipientIdentity"]],
  ["an identifier of no kind", { recipientIdentifiers: [{ identifierType: "shoeSize", identifier: "44" }] }, ["recipientIdentifiers", 0, "identifierType"]],
  ["an empty key", { idempotencyKey: "" }, ["idempotencyKey"]],
  ["a key that is too long", { idempotencyKey: "x".repeat(129) }, ["idempotencyKey"]],
  ["a member that nobody asked for", { tenantId: "demo" }, ["tenantId"]],
]) {
  test(`a request with ${what} is refused and named`, async () => {
    assertRefusal(await issue(body(members)), 400, path);
  });
}

test("who may not, does not issue", async () => {
  const other = await newOrganization(server);
  const email = newRecipient().email;
  const { token } = await signInByMail(server, email);
  assertRefusal(await issue(body(), { token: "" }), 401);
  assertRefusal(await issue(body(), { token: organization.apiKey }), 401);
  assertRefusal(await issue(body(), { token }), 404);
  assertRefusal(await issue(body({ badgeTemplateId: other.badgeId })), 404);
  assertRefusal(await issue(body({ badgeTemplateId: "another" })), 404);
  const invited = await server.request("POST", `${organization.path}/invitations`, { token: organization.session, json: { email, role: "viewer" } });
  expectStatus(await server.request("POST", `/api/invitations/${expectStatus(invited, 201).json.id}/accept`, { token }), 200);
  assertRefusal(await issue(body(), { token }), 403);
});
