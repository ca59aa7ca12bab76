// A recipient is forgotten, and what was signed stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { expectStatus, newOrganization, newRecipient, serverWithOrganization } from "./harness.mjs";
import { mailTo } from "./mail.mjs";
import { assertError } from "./shapes.mjs";

const { server, organization } = await serverWithOrganization();

const erase = (email, { token = organization.session, path = organization.path } = {}) =>
  server.request("POST", `${path}/recipients/erase`, { token, json: { email } });

test("nothing in the database tells of the person any more, and the signed bytes are the same", async () => {
  const recipient = { ...newRecipient(), name: "Grace Brewster Hopper" };
  const hook = await server.request("POST", "/api/v1/webhooks", { token: organization.apiKey, json: { url: "https://hooks.accolade.example/" } });
  expectStatus(hook, 201);
  const body = { badgeId: organization.badgeId, recipient };
  const headers = { "idempotency-key": "erased" };
  const { id } = expectStatus(await server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json: body, headers }), 201).json;
  const bulk = await server.request("POST", "/api/v1/credentials/bulk", { token: organization.apiKey, json: [body] });
  const job = expectStatus(bulk, 202).json.id;
  for (let i = 0; i < 100; i += 1) {
    const { status } = expectStatus(await server.request("GET", `/api/v1/jobs/${job}`, { token: organization.apiKey }), 200).json;
    if (status === "completed") break;
    await sleep(100);
  }
  await mailTo(server, recipient.email);
  const before = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).text;

  assert.deepEqual(expectStatus(await erase(recipient.email.toUpperCase()), 200).json, { credentials: 1 });
  const { results: tables } = await server.bindings.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'").all();
  for (const { name } of tables) {
    const rows = JSON.stringify((await server.bindings.DB.prepare(`SELECT * FROM "${name}"`).all()).results);
    assert.ok(!rows.includes(recipient.email) && !rows.includes(recipient.name), name);
  }
  const read = expectStatus(await server.request("GET", `/api/v1/credentials/${id}`, { token: organization.apiKey }), 200).json;
  assert.deepEqual([read.recipientName, read.recipientEmail, read.isPublic, read.status], [null, null, false, "pending"]);
  assertError(await server.request("GET", `/credentials/${id}/ob3`), 403, "FORBIDDEN");
  assert.equal(expectStatus(await server.request("GET", `/credentials/${id}/ob3`, { token: organization.apiKey }), 200).text, before);
  const verified = expectStatus(await server.request("GET", `/api/verify/${id}`, { token: organization.apiKey }), 200).json;
  assert.equal(verified.verification.signatureValid, true);
  const found = await server.request("GET", `/api/v1/credentials?q=${encodeURIComponent(recipient.email)}`, { token: organization.apiKey });
  assert.equal(expectStatus(found, 200).json.pagination.total, 0);
  expectStatus(await server.request("POST", `/api/v1/credentials/${id}/revoke`, { token: organization.apiKey, json: { reason: "x" } }), 200);
  assertError(await erase(recipient.email), 404, "NOT_FOUND");
});

test("one who was erased can be issued to again, as somebody new", async () => {
  const recipient = newRecipient();
  const first = expectStatus(await organization.issue({}, recipient), 201).json;
  expectStatus(await erase(recipient.email), 200);
  const second = expectStatus(await organization.issue({}, recipient), 201).json;
  assert.equal(second.supersedesCredentialId, null);
  assert.notEqual(second.id, first.id);
});

test("what one organization erases, another one keeps; and viewers erase nothing", async () => {
  const other = await newOrganization(server);
  const recipient = newRecipient();
  const theirs = expectStatus(await other.issue({}, recipient), 201).json;
  assertError(await erase(recipient.email), 404, "NOT_FOUND");
  expectStatus(await organization.issue({}, recipient), 201);
  assertError(await erase(recipient.email, { token: "" }), 401, "UNAUTHORIZED");
  assertError(await erase("nobody"), 400, "VALIDATION_ERROR", "email");
  await server.bindings.DB.prepare("UPDATE member SET role = 'issuer' WHERE organization_id = ?").bind(organization.id).run();
  assertError(await erase(recipient.email), 403, "FORBIDDEN");
  await server.bindings.DB.prepare("UPDATE member SET role = 'owner' WHERE organization_id = ?").bind(organization.id).run();
  expectStatus(await erase(recipient.email), 200);
  const read = expectStatus(await server.request("GET", `/api/v1/credentials/${theirs.id}`, { token: other.apiKey }), 200).json;
  assert.equal(read.recipientEmail, recipient.email);
});
