// The OpenAPI document and the worker say the same: the same paths and methods, and answers of the shapes that it names.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, test } from "node:test";

import { FULL_CONTENT } from "./content.mjs";
import { openBadges } from "./described/open-badges.mjs";
import { assertions } from "./described/assertions.mjs";
import { domains, startResolver } from "./described/domains.mjs";
import { tenants } from "./described/tenants.mjs";
import { wallets } from "./described/wallets.mjs";
import { expectStatus, NOTHING, newOrganization, newRecipient, startWorker } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { png } from "./png.mjs";

let server;
let resolver;
let document;
let organization;

before(async () => {
  resolver = await startResolver();
  server = await startWorker({ vars: { DNS_RESOLVER_URL: resolver.url } });
  document = expectStatus(await server.request("GET", "/openapi.json"), 200).json;
  organization = await newOrganization(server);
});
after(async () => {
  await server?.close();
  resolver?.close();
});

/** What is wrong with a value, by the part of JSON Schema that the document uses; a keyword that is not known is a fault. */
function faults(value, schema, path = "$") {
  const { $ref, type, properties = {}, required = [], additionalProperties, items, anyOf, enum: words, pattern, minLength, format, ...others } = schema;
  const unknown = Object.keys(others).filter((keyword) => !["description", "minItems", "maxItems"].includes(keyword));
  assert.deepEqual(unknown, [], `${path}: keywords that this test does not know`);
  if ($ref) return faults(value, document.components.schemas[$ref.split("/").at(-1)], path);
  if (anyOf) {
    const all = anyOf.map((one) => faults(value, one, path));
    return all.some((found) => found.length === 0) ? [] : all.flat();
  }
  const is = value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
  if (is !== type) return [`${path} is ${is} and not ${type}`];
  const found = [];
  if (words && !words.includes(value)) found.push(`${path} is none of ${words}`);
  if (pattern && !new RegExp(pattern).test(value)) found.push(`${path} is not like ${pattern}`);
  if (minLength && value.length < minLength) found.push(`${path} is empty`);
  if (format === "uuid" && !/^[0-9a-f-]{36}$/.test(value)) found.push(`${path} is no UUID`);
  if (format === "uri" && !URL.canParse(value)) found.push(`${path} is no URI`);
  if (format === "date-time" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) found.push(`${path} is no time`);
  if (format === "email" && !/^\S+@\S+$/.test(value)) found.push(`${path} is no address`);
  if (type === "array") found.push(...value.flatMap((item, i) => faults(item, items, `${path}[${i}]`)));
  if (type === "object") {
    found.push(...required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}.${name} is missing`));
    for (const [name, member] of Object.entries(value)) {
      if (Object.hasOwn(properties, name)) found.push(...faults(member, properties[name], `${path}.${name}`));
      else if (additionalProperties === false) found.push(`${path}.${name} is not described`);
    }
  }
  return found;
}

const methods = (path) => Object.keys(document.paths[path]).map((method) => method.toUpperCase());
const anyPath = (path) => path.replace(/\{\w+\}/g, NOTHING);

test("it is OpenAPI 3.1, and says what it describes", () => {
  assert.equal(document.openapi, "3.1.0");
  assert.equal(document.info.title, "Accolade");
  assert.ok(Object.keys(document.paths).length > 45);
  for (const [path, operations] of Object.entries(document.paths)) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const [method, { parameters = [], responses }] of Object.entries(operations)) {
      assert.deepEqual(parameters.filter((it) => it.in === "path").map(({ name }) => name), wanted, `${method} ${path}`);
      assert.ok(Object.keys(responses).some((status) => status.startsWith("2")), `${method} ${path}`);
      assert.ok(responses.default, `${method} ${path}`);
    }
  }
});

test("every path answers to the methods that are described, and to no other", async () => {
  for (const path of Object.keys(document.paths)) {
    // A method that the path does not know makes the router name those that it does know.
    const other = ["PUT", "PATCH", "DELETE", "POST", "GET"].find((method) => !methods(path).includes(method));
    const probe = await server.request(other, anyPath(path), { token: /^\/(api\/v1|v1\/programmatic)\//.test(path) ? organization.apiKey : undefined });
    assert.equal(probe.status, 405, `${other} ${path}`);
    const allowed = probe.headers.get("allow").split(",").map((method) => method.trim()).filter((method) => !["HEAD", "OPTIONS", ""].includes(method));
    assert.deepEqual(allowed.toSorted(), methods(path).toSorted(), path);
  }
});

test("what is described as closed is closed to strangers", async () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, { security, requestBody, responses }] of Object.entries(operations)) {
      if (!security) continue;
      const type = requestBody && Object.keys(requestBody.content)[0];
      const answer = await server.request(method.toUpperCase(), anyPath(path), type ? { body: "{}", type } : {});
      assert.equal(answer.status, 401, `${method} ${path}: ${answer.text}`);
      assert.deepEqual(faults(answer.json, responses.default.content["application/json"].schema), []);
    }
  }
});

test("answers have the shapes that are described", async () => {
  const asked = new Set();
  const { apiKey, session, path: org } = organization;
  async function ask(method, template, ids = {}, { status, ...options } = {}) {
    const path = template.replace(/\{(\w+)\}/g, (_, name) => ids[name]);
    const answer = await server.request(method, path, options);
    const described = document.paths[template.split("?")[0]]?.[method.toLowerCase()];
    assert.ok(described, `${method} ${template} is not described`);
    const response = described.responses[answer.status];
    assert.ok(response, `${method} ${template} answered ${answer.status}: ${answer.text}`);
    if (status) assert.equal(answer.status, status);
    const media = response.content ? answer.headers.get("content-type").split(";")[0] : "";
    assert.ok(!media || response.content[media], `${method} ${template} answered ${media}`);
    const schema = response.content?.[media].schema ?? {};
    if (media.endsWith("json")) assert.deepEqual(faults(answer.json, schema), [], `${method} ${template}`);
    if (answer.status === 204) assert.equal(answer.bytes.length, 0);
    asked.add(`${method} ${template.split("?")[0]}`);
    return answer.json;
  }
  const key = { token: apiKey };
  const member = { token: session };
  const ids = { organization: organization.id };
  const recipient = newRecipient();

  await ask("GET", "/healthz");
  await ask("GET", "/openapi.json");
  await ask("POST", "/api/auth/bootstrap", {}, { json: { secret: server.bootstrapSecret, email: "owner@accolade.example" } });
  await ask("POST", "/api/auth/code", {}, { json: { email: newRecipient().email } });
  const person = await signInByMail(server, recipient.email);
  assert.deepEqual(faults(person, { $ref: "#/components/schemas/Session" }), []);
  asked.add("POST /api/auth/session");
  await ask("GET", "/api/auth/session", {}, { token: person.token });
  await ask("GET", "/api/organizations", {}, member);
  await ask("POST", "/api/organizations", {}, { ...member, json: { name: "Another", slug: `another-${Date.now()}` } });
  await ask("GET", "/api/organizations/{organization}", ids, member);
  await ask("PATCH", "/api/organizations/{organization}", ids, { ...member, json: { settings: { locale: "en" } } });
  await ask("GET", "/api/operator/organizations", {}, member);
  await ask("GET", "/api/operator/sealing", {}, member);
  await ask("POST", "/api/operator/sealing", {}, member);
  await ask("PATCH", "/api/operator/organizations/{organization}", ids, { ...member, json: { plan: "enterprise" } });
  const invitation = await ask("POST", "/api/organizations/{organization}/invitations", ids, { ...member, json: { email: recipient.email, role: "viewer" } });
  await ask("GET", "/api/organizations/{organization}/invitations", ids, member);
  await ask("GET", "/api/invitations/{invitation}", { invitation: invitation.id }, { token: person.token });
  await ask("POST", "/api/invitations/{invitation}/accept", { invitation: invitation.id }, { token: person.token });
  await ask("GET", "/api/organizations/{organization}/members", ids, member);
  const user = person.user.id;
  await ask("PATCH", "/api/organizations/{organization}/members/{user}", { ...ids, user }, { ...member, json: { role: "issuer" } });
  await ask("DELETE", "/api/organizations/{organization}/members/{user}", { ...ids, user }, member);
  const withdrawn = await ask("POST", "/api/organizations/{organization}/invitations", ids, { ...member, json: { email: newRecipient().email, role: "viewer" } });
  await ask("DELETE", "/api/organizations/{organization}/invitations/{invitation}", { ...ids, invitation: withdrawn.id }, member);
  await ask("POST", "/api/organizations/{organization}/signing-keys/rotate", ids, { ...member, json: {} });
  const [, retired] = (await ask("GET", "/api/organizations/{organization}/signing-keys", ids, member)).data;
  await ask("POST", "/api/organizations/{organization}/signing-keys/{key}/revoke", { ...ids, key: retired.id }, { ...member, json: { confirm: retired.publicKeyMultibase } });
  const rsaKey = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  await ask("POST", "/api/organizations/{organization}/rsa-keys", ids, { ...member, json: { privateKey: rsaKey().export({ format: "jwk" }) } });
  const rsa = await ask("POST", "/api/organizations/{organization}/rsa-keys", ids, { ...member, json: { privateKey: rsaKey().export({ type: "pkcs8", format: "pem" }) } });
  const thumbprint = rsa.id.split("#")[1];
  await ask("POST", "/api/organizations/{organization}/rsa-keys/{thumbprint}/retire", { ...ids, thumbprint }, { ...member, json: { hasLeaked: true } });
  const made = await ask("POST", "/api/organizations/{organization}/api-keys", ids, { ...member, json: { label: "x" } });
  await ask("GET", "/api/organizations/{organization}/api-keys", ids, member);
  await ask("DELETE", "/api/organizations/{organization}/api-keys/{key}", { ...ids, key: made.key.id }, member);

  const content = { name: "Described", description: "d", criteria: "c", expiresInDays: 30, ...FULL_CONTENT };
  for (const [base, by, name] of [["/api/v1/badges", key, "By key"], ["/api/organizations/{organization}/badges", member, "By member"]]) {
    const badge = await ask("POST", base, ids, { ...by, json: { ...content, name } });
    await ask("PATCH", `${base}/{badge}`, { ...ids, badge: badge.id }, { ...by, json: { description: "e" } });
    await ask("PUT", `${base}/{badge}/image`, { ...ids, badge: badge.id }, { ...by, body: png(), type: "image/png" });
    await ask("DELETE", `${base}/{badge}`, { ...ids, badge: badge.id }, { ...by, status: 204 });
  }
  await ask("GET", "/api/v1/badges", {}, key);
  await ask("GET", "/api/organizations/{organization}/badges", ids, member);
  await ask("GET", "/api/organizations/{organization}/badges/{badge}", { ...ids, badge: organization.badgeId }, member);
  await ask("GET", "/api/v1/badges/{badge}", { badge: organization.badgeId }, key);

  const issued = await ask("POST", "/api/v1/credentials", {}, { ...key, json: { badgeId: organization.badgeId, recipient } });
  const one = { credential: issued.id };
  await ask("GET", "/api/v1/credentials?cursor=", {}, key);
  await ask("GET", "/api/v1/credentials/{credential}", one, key);
  await ask("GET", "/api/organizations/{organization}/credentials", ids, member);
  await ask("GET", "/api/organizations/{organization}/credentials/{credential}", { ...ids, ...one }, member);
  await server.bindings.DB.prepare("UPDATE mail SET created_at = 1 WHERE credential_id = ?").bind(issued.id).run();
  await ask("POST", "/api/v1/credentials/{credential}/resend", one, key);
  for (const action of ["suspend", "reinstate"]) await ask("POST", `/api/v1/credentials/{credential}/${action}`, one, { ...key, json: { reason: "x" } });
  await ask("POST", "/api/credentials/{credential}/claim", one, { token: person.token });
  await ask("GET", "/api/me/credentials", {}, { token: person.token });
  await ask("GET", "/api/me/credentials/{credential}", one, { token: person.token });
  await ask("PATCH", "/api/me/credentials/{credential}", one, { token: person.token, json: { isPublic: true } });
  await ask("GET", "/api/verify/{credential}", one);
  await ask("GET", "/api/credentials/{credential}/baked", one);
  await ask("GET", "/credentials/{credential}", one);
  await ask("GET", "/credentials/{credential}/ob3", one);
  const slugs = { organization: organization.slug, badge: "celestial-navigation" };
  await ask("GET", "/issuers/{organization}", slugs);
  await ask("GET", "/issuers/{organization}/did.json", slugs);
  await ask("GET", "/issuers/{organization}/keys", slugs);
  const { data } = await ask("GET", "/issuers/{organization}/achievements", slugs);
  assert.deepEqual(data.map(({ name }) => name), ["Celestial Navigation"]);
  await ask("GET", "/achievements/{organization}/{badge}", slugs);
  await ask("GET", "/achievements/{organization}/{badge}", slugs, { headers: { accept: "text/html" } });
  await ask("GET", "/o/{organization}", slugs);
  const signed = expectStatus(await server.request("GET", `/credentials/${issued.id}/ob3`), 200).json;
  await ask("GET", "/images/{file}", { file: signed.image.id.split("/").at(-1) });
  await ask("GET", "/status/{list}", { list: signed.credentialStatus[0].statusListCredential.split("/").at(-1) });

  await ask("GET", "/api/embed/{credential}", one);
  await ask("GET", `/api/oembed?url=${encodeURIComponent(issued.verificationUrl)}`);
  const image = new FormData();
  image.append("image", new Blob([expectStatus(await server.request("GET", `/api/credentials/${issued.id}/baked`), 200).bytes]), "badge.png");
  const form = new Request("http://form.test", { method: "POST", body: image });
  const body = new Uint8Array(await form.arrayBuffer());
  await ask("POST", "/api/credentials/verify-image", {}, { body, type: form.headers.get("content-type") });

  const webhook = await ask("POST", "/api/v1/webhooks", {}, { ...key, json: { url: "https://hooks.accolade.example/" } });
  const hook = { webhook: webhook.id };
  await ask("GET", "/api/v1/webhooks", {}, key);
  await ask("GET", "/api/v1/webhooks/{webhook}", hook, key);
  await ask("PATCH", "/api/v1/webhooks/{webhook}", hook, { ...key, json: { isActive: true } });
  await ask("POST", "/api/v1/webhooks/{webhook}/rotate-secret", hook, key);
  await ask("POST", "/api/v1/credentials/{credential}/revoke", one, { ...key, json: { reason: "x" } });
  const { data: deliveries } = await ask("GET", "/api/v1/webhooks/{webhook}/deliveries", hook, key);
  assert.equal(deliveries.length, 1);
  await server.bindings.DB.prepare("UPDATE webhook_delivery SET state = 'failed', ended_at = 1 WHERE id = ?").bind(deliveries[0].id).run();
  await ask("POST", "/api/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver", { ...hook, delivery: deliveries[0].id }, key);
  await ask("DELETE", "/api/v1/webhooks/{webhook}", hook, key);

  await tenants({ ask, organization, server });
  await assertions({ ask, organization });
  await domains({ ask, resolver, organization });
  await wallets({ ask, organization, person });
  await openBadges({ ask, server });

  const second = expectStatus(await organization.issue(), 201).json;
  await ask("DELETE", "/api/organizations/{organization}/credentials/{credential}", { ...ids, credential: second.id }, { ...member, json: { reason: "x" } });
  await ask("DELETE", "/api/organizations/{organization}/badges/{badge}", { ...ids, badge: organization.badgeId }, { ...member, status: 200 });
  const job = await ask("POST", "/api/v1/credentials/bulk", {}, { ...key, json: [{ badgeId: NOTHING, recipient: newRecipient() }] });
  await ask("GET", "/api/v1/jobs/{job}", { job: job.id }, key);
  await ask("POST", "/api/organizations/{organization}/recipients/erase", ids, { ...member, json: { email: recipient.email } });
  await ask("GET", "/api/v1/credentials/{credential}", one, key);
  const { refreshToken } = await signInByMail(server, newRecipient().email);
  const { token } = await ask("POST", "/api/auth/refresh", {}, { json: { refreshToken } });
  await ask("POST", "/api/auth/sign-out", {}, { token });
  const bare = await newOrganization(server, { signingKey: false });
  await ask("POST", "/api/organizations/{organization}/signing-keys", { organization: bare.id }, { token: bare.session, json: {} });
  assert.ok(org.endsWith(organization.id));

  const described = Object.keys(document.paths).flatMap((path) => methods(path).map((method) => `${method} ${path}`));
  assert.deepEqual(described.filter((operation) => !asked.has(operation)), []);
});

test("the page of the API is served, and the document may be read by scripts of every origin", async () => {
  const page = expectStatus(await server.request("GET", "/docs"), 200);
  assert.match(page.headers.get("content-type"), /^text\/html/);
  assert.match(page.text, /openapi\.json/);
  assert.equal((await server.request("GET", "/openapi.json")).headers.get("access-control-allow-origin"), "*");
});
