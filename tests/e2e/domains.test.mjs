// Domains that an organization proves by a TXT record, which the worker asks a resolver for: here one on this machine.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, newRecipient, NOTHING, startWorker } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { assertError, assertMembers, TIME, UUID } from "./shapes.mjs";

let server;
let resolver;
let organization;
/** What the resolver knows: texts by name; or a function that answers by itself. */
const zone = new Map();
const asked = [];

before(async () => {
  resolver = createServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://resolver.test");
    const name = searchParams.get("name");
    asked.push({ name, type: searchParams.get("type"), accept: request.headers.accept });
    const known = zone.get(name);
    if (typeof known === "function") return known(response);
    const Answer = known?.map((text) => ({ name, type: 16, TTL: 300, data: `"${text}"` }));
    response.writeHead(200, { "content-type": "application/dns-json" }).end(JSON.stringify({ Status: known ? 0 : 3, ...(known && { Answer }) }));
  }).listen(0, "127.0.0.1");
  await once(resolver, "listening");
  server = await startWorker({ vars: { DNS_RESOLVER_URL: `http://127.0.0.1:${resolver.address().port}/dns-query` } });
  organization = await newOrganization(server);
});
after(async () => {
  await server?.close();
  resolver?.close();
});

const newName = () => `d${randomBytes(4).toString("hex")}.example`;
const ask = (method, path = "", { owner = organization, token = owner.session, ...options } = {}) => server.request(method, `${owner.path}/domains${path}`, { token, ...options });
const add = async (domain = newName(), options) => expectStatus(await ask("POST", "", { json: { domain }, ...options }), 201).json;
const check = (domain, options) => ask("POST", `/${domain.id}/verify`, options);
const stored = async (id) => (expectStatus(await ask("GET"), 200).json.data).find((it) => it.id === id);

test("a domain is proved by a record with a token of its own", async () => {
  const name = newName();
  const domain = await add(name.toUpperCase());
  assertMembers(domain, ["id", "domain", "record", "createdAt", "checkedAt", "verifiedAt"]);
  assert.match(domain.id, UUID);
  assert.equal(domain.domain, name);
  assert.equal(domain.record.name, `_accolade.${name}`);
  assert.equal(domain.record.type, "TXT");
  assert.match(domain.record.value, /^accolade-domain-verification=[0-9a-f]{32}$/);
  assert.deepEqual([domain.checkedAt, domain.verifiedAt], [null, null]);
  const other = await newOrganization(server);
  assert.notEqual((await add(name, { owner: other })).record.value, domain.record.value);

  zone.set(domain.record.name, ["v=spf1 -all", domain.record.value]);
  const proved = expectStatus(await check(domain), 200).json;
  assert.match(proved.verifiedAt, TIME);
  assert.deepEqual(asked.at(-1), { name: `_accolade.${name}`, type: "TXT", accept: "application/dns-json" });
  assert.equal(expectStatus(await check(domain), 200).json.verifiedAt, proved.verifiedAt);
});

test("a proved domain stands in the profile and beside the credential, and no other does", async () => {
  const owner = await newOrganization(server);
  const [domain, open] = [await add(undefined, { owner }), await add(undefined, { owner })];
  const profile = async () => expectStatus(await server.request("GET", `/issuers/${owner.slug}`), 200).json;
  assert.ok(!Object.hasOwn(await profile(), "otherIdentifier"));
  zone.set(domain.record.name, [domain.record.value]);
  expectStatus(await check(domain, { owner }), 200);
  assertError(await check(open, { owner }), 409, "CONFLICT");
  const shown = await profile();
  assert.deepEqual([shown.id, shown.type], [owner.did, ["Profile"]]);
  assert.deepEqual(shown.otherIdentifier, [{ type: "IdentifierEntry", identifier: domain.domain, identifierType: "ext:domain" }]);
  const issued = expectStatus(await owner.issue(), 201).json;
  const { credential } = expectStatus(await server.request("GET", `/api/verify/${issued.id}`), 200).json;
  assert.deepEqual(credential.organization, { name: "Meridian Institute", slug: owner.slug, did: owner.did, domains: [domain.domain] });
});

test("another token, another name or no record proves nothing", async () => {
  const domain = await add();
  assertError(await check(domain), 409, "CONFLICT");
  const theirs = await add(domain.domain, { owner: await newOrganization(server) });
  for (const texts of [[theirs.record.value], [`${domain.record.value}0`], [domain.record.value.slice(0, -1)], [], ["x"]]) {
    zone.set(domain.record.name, texts);
    const refused = await check(domain);
    assertError(refused, 409, "CONFLICT");
    assert.ok(refused.json.message.includes(domain.record.name));
  }
  zone.delete(domain.record.name);
  zone.set(domain.domain, [domain.record.value]);
  assertError(await check(domain), 409, "CONFLICT");
  const { verifiedAt, checkedAt } = await stored(domain.id);
  assert.equal(verifiedAt, null);
  assert.match(checkedAt, TIME);
});

test("a resolver that gives no answer changes nothing, and what was proved is proved no more without its record", async () => {
  const domain = await add();
  zone.set(domain.record.name, [domain.record.value]);
  const before = expectStatus(await check(domain), 200).json;
  const answers = [
    (response) => response.writeHead(502).end(),
    (response) => response.writeHead(200).end(JSON.stringify({ Status: 2 })),
    (response) => response.writeHead(200).end("<html>"),
    (response) => response.destroy(),
  ];
  for (const answer of answers) {
    zone.set(domain.record.name, answer);
    const { status, text } = await check(domain);
    assert.equal(status, 503, `${answer}: ${text}`);
    assert.deepEqual(await stored(domain.id), before);
  }
  zone.delete(domain.record.name);
  assertError(await check(domain), 409, "CONFLICT");
  assert.equal((await stored(domain.id)).verifiedAt, null);
});

test("what is no public domain is refused, and none is asked for", async () => {
  const before = asked.length;
  for (const domain of ["localhost", "printer.local", "db.internal", "10.0.0.1", "127.0.0.1", "[::1]", "example", "a_b.example", "https://a.example", "a.example/", "", 7, "bücher.example", "a.example&type=A"]) {
    assertError(await ask("POST", "", { json: { domain } }), 400, "VALIDATION_ERROR", "domain");
  }
  assertError(await ask("POST", "", { json: {} }), 400, "VALIDATION_ERROR", "domain");
  assertError(await ask("POST", "", { json: { domain: newName(), token: "x" } }), 400, "VALIDATION_ERROR", "token");
  assert.equal(asked.length, before);
});

test("of two requests for one domain one adds it, and a repeated request has the first answer", async () => {
  const domain = newName();
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask("POST", "", { json: { domain } })));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409, 409, 409]);
  const headers = { "idempotency-key": `add ${domain}` };
  const json = { domain: newName() };
  const first = expectStatus(await ask("POST", "", { json, headers }), 201);
  assert.equal(expectStatus(await ask("POST", "", { json, headers }), 201).text, first.text);
  assertError(await ask("POST", "", { json: { domain: newName() }, headers }), 409, "CONFLICT");
});

test("an organization has twenty domains at most, also of requests at the same time", async () => {
  const owner = await newOrganization(server);
  const answers = await Promise.all(Array.from({ length: 25 }, () => ask("POST", "", { owner, json: { domain: newName() } })));
  assert.equal(answers.filter(({ status }) => status === 201).length, 20);
  assert.equal(answers.filter(({ status }) => status === 409).length, 5);
});

test("a domain that is deleted while it is looked for is not proved", async () => {
  const domain = await add();
  let deleted;
  zone.set(domain.record.name, async (response) => {
    deleted = await ask("DELETE", `/${domain.id}`);
    response.writeHead(200).end(JSON.stringify({ Status: 0, Answer: [{ type: 16, data: `"${domain.record.value}"` }] }));
  });
  assertError(await check(domain), 404, "NOT_FOUND");
  assert.equal(deleted.status, 204);
  assert.equal(await stored(domain.id), undefined);
});

test("domains are the organization's own", async () => {
  const domain = await add();
  const other = await newOrganization(server);
  const { token } = await signInByMail(server, newRecipient().email);
  for (const [method, path] of [["GET", ""], ["POST", ""], ["POST", `/${domain.id}/verify`], ["DELETE", `/${domain.id}`]]) {
    assertError(await ask(method, path, { token: "" }), 401, "UNAUTHORIZED");
    assertError(await ask(method, path, { token, json: method === "POST" ? { domain: newName() } : undefined }), 404, "NOT_FOUND");
  }
  for (const [method, path] of [["POST", `/${domain.id}/verify`], ["DELETE", `/${domain.id}`], ["DELETE", `/${NOTHING}`]]) {
    assertError(await ask(method, path, { owner: other }), 404, "NOT_FOUND");
  }
  assert.equal((await ask("DELETE", `/${domain.id}`)).status, 204);
});
