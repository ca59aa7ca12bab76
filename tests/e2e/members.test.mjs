// Who belongs to an organization, how they come in, and what its members and the operator decide.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { expectStatus, newOrganization, NOTHING, serverWithOrganization } from "./harness.mjs";
import { mailTo, signInByMail } from "./mail.mjs";
import { assertError, assertMembers, TIME, UUID } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const address = () => `m-${randomBytes(5).toString("hex")}@meridian.example`;
const of = (org, token = org.session) => {
  const ask = (method, path, json, options = {}) => server.request(method, `${org.path}${path}`, { token, json, ...options });
  return {
    members: async () => expectStatus(await ask("GET", "/members"), 200).json.data,
    invite: (email, role = "issuer", options) => ask("POST", "/invitations", { email, role }, options),
    change: (user, role) => ask("PATCH", `/members/${user}`, { role }),
    remove: (user) => ask("DELETE", `/members/${user}`),
    withdraw: (id) => ask("DELETE", `/invitations/${id}`),
    open: async () => expectStatus(await ask("GET", "/invitations"), 200).json.data,
    settings: (json) => ask("PATCH", "", json),
  };
};
const accept = (id, token) => server.request("POST", `/api/invitations/${id}/accept`, { token });

/** Somebody who was invited, has signed in and has accepted. */
async function join(org, role, by = of(org)) {
  const email = address();
  const { id } = expectStatus(await by.invite(email, role), 201).json;
  const { token, user } = await signInByMail(server, email);
  expectStatus(await accept(id, token), 200);
  return { id: user.id, email, token };
}

test("who is invited is written to, signs in, accepts and is a member", async () => {
  const email = address();
  const { json } = expectStatus(await of(organization).invite(email, "issuer"), 201);
  assertMembers(json, ["id", "email", "role", "url", "createdAt", "expiresAt"]);
  assert.match(json.id, UUID);
  assert.match(json.expiresAt, TIME);
  const mail = await mailTo(server, email);
  assert.ok(mail.text.includes(json.url) && mail.subject.includes("Meridian Institute"));
  assert.deepEqual((await of(organization).open()).map(({ id }) => id), [json.id]);

  const { token, user } = await signInByMail(server, email);
  assertError(await server.request("GET", organization.path, { token }), 404, "NOT_FOUND");
  const shown = expectStatus(await server.request("GET", `/api/invitations/${json.id}`, { token }), 200).json;
  assert.deepEqual([shown.organization.slug, shown.role, shown.isOpen], [organization.slug, "issuer", true]);
  assert.deepEqual(expectStatus(await accept(json.id, token), 200).json, { organizationId: organization.id, role: "issuer" });
  assert.equal(expectStatus(await server.request("GET", organization.path, { token }), 200).json.role, "issuer");
  const member = (await of(organization).members()).find(({ userId }) => userId === user.id);
  assertMembers(member, ["userId", "email", "role", "createdAt"]);
  assert.deepEqual([member.email, member.role], [email, "issuer"]);
  assert.deepEqual(await of(organization).open(), []);
  assertError(await accept(json.id, token), 409, "CONFLICT");
});

test("an invitation is for one address, and for nobody else who has the link", async () => {
  const { id } = expectStatus(await of(organization).invite(address()), 201).json;
  const stranger = await signInByMail(server, address());
  assertError(await server.request("GET", `/api/invitations/${id}`, { token: stranger.token }), 403, "EMAIL_MISMATCH");
  assertError(await accept(id, stranger.token), 403, "EMAIL_MISMATCH");
  assertError(await accept(id), 401, "UNAUTHORIZED");
  assertError(await accept(NOTHING, stranger.token), 404, "NOT_FOUND");
});

test("an invitation that is withdrawn or too old is open no more", async () => {
  const email = address();
  const { token } = await signInByMail(server, email);
  const withdrawn = expectStatus(await of(organization).invite(email), 201).json;
  assertError(await of(organization).invite(email), 409, "CONFLICT");
  assert.equal((await of(organization).withdraw(withdrawn.id)).status, 204);
  assertError(await of(organization).withdraw(withdrawn.id), 404, "NOT_FOUND");
  assertError(await accept(withdrawn.id, token), 409, "CONFLICT");
  const old = expectStatus(await of(organization).invite(email), 201).json;
  await server.bindings.DB.prepare("UPDATE invitation SET expires_at = 1 WHERE id = ?").bind(old.id).run();
  assertError(await accept(old.id, token), 409, "CONFLICT");
  const fresh = expectStatus(await of(organization).invite(email), 201).json;
  expectStatus(await accept(fresh.id, token), 200);
  assertError(await of(organization).invite(email), 409, "CONFLICT");
});

test("of concurrent invitations of one address, one is made", async () => {
  const email = address();
  const answers = await Promise.all(Array.from({ length: 5 }, () => of(organization).invite(email)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409]);
});

test("an invitation that is asked for again under its key is answered again", async () => {
  const email = address();
  const options = { headers: { "idempotency-key": "invite" } };
  const first = expectStatus(await of(organization).invite(email, "viewer", options), 201);
  assert.equal(expectStatus(await of(organization).invite(email, "viewer", options), 201).text, first.text);
  assertError(await of(organization).invite(email, "admin", options), 409, "CONFLICT");
});

test("roles give what is below them, and nobody makes an owner but owners", async () => {
  const org = await newOrganization(server);
  const [admin, issuer, viewer] = [await join(org, "admin"), await join(org, "issuer"), await join(org, "viewer")];
  const as = ({ token }) => of(org, token);
  assertError(await as(admin).invite(address(), "owner"), 403, "FORBIDDEN");
  assertError(await as(admin).change(issuer.id, "owner"), 403, "FORBIDDEN");
  assert.equal(expectStatus(await as(admin).change(issuer.id, "viewer"), 200).json.role, "viewer");
  for (const member of [issuer, viewer]) {
    assertError(await as(member).invite(address(), "viewer"), 403, "FORBIDDEN");
    assertError(await as(member).change(viewer.id, "viewer"), 403, "FORBIDDEN");
    assertError(await as(member).settings({ name: "Mine" }), 403, "FORBIDDEN");
    assertError(await server.request("GET", `${org.path}/api-keys`, { token: member.token }), 403, "FORBIDDEN");
  }
  const [owner] = await of(org).members();
  assertError(await as(admin).change(owner.userId, "viewer"), 403, "FORBIDDEN");
  assertError(await as(admin).remove(owner.userId), 403, "FORBIDDEN");
  assert.equal((await as(viewer).remove(viewer.id)).status, 204);
  assertError(await server.request("GET", org.path, { token: viewer.token }), 404, "NOT_FOUND");
  assert.equal((await as(admin).remove(issuer.id)).status, 204);
  assertError(await as(admin).remove(issuer.id), 404, "NOT_FOUND");
});

test("an organization keeps an owner, whoever leaves at the same time", async () => {
  const org = await newOrganization(server);
  const [first] = await of(org).members();
  assertError(await of(org).remove(first.userId), 409, "CONFLICT");
  assertError(await of(org).change(first.userId, "admin"), 409, "CONFLICT");
  const second = await join(org, "owner");
  const answers = await Promise.all([of(org).remove(first.userId), of(org, second.token).remove(second.id)]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
  const { owners } = await server.bindings.DB.prepare("SELECT count(*) AS owners FROM member WHERE organization_id = ? AND role = 'owner'").bind(org.id).first();
  assert.equal(owners, 1);
});

test("members of one organization find nothing of another one", async () => {
  const other = await newOrganization(server);
  const { token, id } = await join(organization, "admin");
  const as = of(other, token);
  assertError(await as.invite(address()), 404, "NOT_FOUND");
  assertError(await as.settings({ name: "x" }), 404, "NOT_FOUND");
  assertError(await as.remove(id), 404, "NOT_FOUND");
  const invitation = expectStatus(await of(other).invite(address()), 201).json;
  assertError(await of(organization, token).withdraw(invitation.id), 404, "NOT_FOUND");
});

test("members change what the organization is called and how it works", async () => {
  const org = await newOrganization(server);
  const settings = { notifications: false, locale: "de", defaultVisibility: "private", recipientIdentifier: "mailto", didMethod: "web" };
  const changed = expectStatus(await of(org).settings({ name: "Neu", url: "https://neu.example", settings }), 200).json;
  assert.deepEqual([changed.name, changed.url, changed.settings], ["Neu", "https://neu.example", settings]);
  assert.equal(expectStatus(await of(org).settings({ url: null }), 200).json.url, null);
  assert.deepEqual(expectStatus(await server.request("GET", org.path, { token: org.session }), 200).json.settings, settings);
  for (const [json, field] of [
    [{ name: "" }, "name"],
    [{ slug: "x" }, "slug"],
    [{ plan: "enterprise" }, "plan"],
    [{ settings: { locale: "xx" } }, "settings.locale"],
    [{ settings: { recipientIdentifier: "plain" } }, "settings.recipientIdentifier"],
  ]) {
    assertError(await of(org).settings(json), 400, "VALIDATION_ERROR", field);
  }
});

test("the default visibility is that of what says nothing else", async () => {
  const org = await newOrganization(server);
  expectStatus(await of(org).settings({ settings: { defaultVisibility: "private" } }), 200);
  const hidden = expectStatus(await org.issue(), 201).json;
  assertError(await server.request("GET", `/credentials/${hidden.id}/ob3`), 403, "FORBIDDEN");
  const shown = expectStatus(await org.issue({ isPublic: true }), 201).json;
  assert.equal((await server.request("GET", `/credentials/${shown.id}/ob3`)).status, 200);
});

test("the recipient is named by the address where the organization chooses that", async () => {
  const org = await newOrganization(server);
  const subject = async (members, recipient) => {
    const { id } = expectStatus(await org.issue(members, recipient), 201).json;
    return expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).json.credentialSubject;
  };
  assert.equal((await subject()).id, undefined);
  expectStatus(await of(org).settings({ settings: { recipientIdentifier: "mailto", didMethod: "web" } }), 200);
  const email = "ada+badges@lovelace.example";
  assert.equal((await subject({}, { name: "Ada", email })).id, "mailto:ada%2Bbadges@lovelace.example");
  assert.equal((await subject({}, { name: "Eve", email: "e@f.example", id: "did:example:eve" })).id, "did:example:eve");
});

test("the operator approves organizations and gives plans, and nobody else does", async () => {
  const person = await signInByMail(server, address());
  const slug = `org-${randomBytes(5).toString("hex")}`;
  const created = await server.request("POST", "/api/organizations", { token: person.token, json: { name: "New", slug } });
  const { id, status, plan } = expectStatus(created, 201).json;
  assert.deepEqual([status, plan], ["pending_review", "free"]);
  const review = (json, token = organization.session) => server.request("PATCH", `/api/operator/organizations/${id}`, { token, json });
  assertError(await review({ status: "approved" }, person.token), 403, "FORBIDDEN");
  assertError(await server.request("GET", "/api/operator/organizations", { token: person.token }), 403, "FORBIDDEN");
  assertError(await review({ status: "fine" }), 400, "VALIDATION_ERROR", "status");
  const waiting = await server.request("GET", "/api/operator/organizations?status=pending_review", { token: organization.session });
  assert.ok(expectStatus(waiting, 200).json.data.some((item) => item.id === id));
  const reviewed = expectStatus(await review({ status: "approved", plan: "professional" }), 200).json;
  assert.deepEqual([reviewed.status, reviewed.plan], ["approved", "professional"]);
  assert.equal(expectStatus(await review({ status: "suspended" }), 200).json.plan, "professional");
});

test("API keys are listed by their ends, and good no more once they are revoked", async () => {
  const keys = async () => expectStatus(await server.request("GET", `${organization.path}/api-keys`, { token: organization.session }), 200);
  const created = await server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "to be revoked" } });
  const { apiKey, key } = expectStatus(created, 201).json;
  const listed = await keys();
  assert.ok(!listed.text.includes(apiKey));
  assert.deepEqual(listed.json.data.find(({ id }) => id === key.id), { ...key, revokedAt: null });
  assert.equal((await server.request("GET", "/api/v1/badges", { token: apiKey })).status, 200);
  const revoke = (id) => server.request("DELETE", `${organization.path}/api-keys/${id}`, { token: organization.session });
  assert.equal((await revoke(key.id)).status, 204);
  assertError(await server.request("GET", "/api/v1/badges", { token: apiKey }), 401, "UNAUTHORIZED");
  assert.match((await keys()).json.data.find(({ id }) => id === key.id).revokedAt, TIME);
  assertError(await revoke(NOTHING), 404, "NOT_FOUND");
});
