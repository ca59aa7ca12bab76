// The Credentials API as the page of documentation describes it that contract A is written from: its own requests are sent,
// and the answers have the members, and the kinds of values, that it prints. The page itself stands beside the project.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, ROOT, startWorker } from "./harness.mjs";

const PAGE = join(ROOT, "../shared/seeds/000_31b6b761c7164dbb.txt");
const options = existsSync(PAGE) ? {} : { skip: "../shared is not here" };
const page = options.skip ? "" : readFileSync(PAGE, "utf8");

/** The JSON of a section of the page: after its heading, the first after this word. */
function example(heading, word) {
  const section = page.slice(page.indexOf(`\n${heading}\n`));
  const text = section.slice(section.indexOf(`\n${word}\n`) + word.length + 2);
  // The page's JSON ends where its braces do.
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}" && --depth === 0) return JSON.parse(text.slice(0, at + 1));
  }
  throw new Error(`no JSON in ${heading}`);
}

/** What kind of value it is: of texts, whether it is a time, an address or one of the short ids. */
function kind(value) {
  if (value === null || typeof value !== "string") return value === null ? "null" : typeof value;
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return "time";
  if (/^https?:/.test(value)) return `address ending in ${value.replace(/.*(\/verify\/CRD-)[0-9A-Z]{8}$/, "$1")}`;
  return value.replace(/^CRD-[0-9A-Z]{8}$/, "short id") === "short id" ? "short id" : "text";
}

const kinds = (object) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, kind(value)]));
const SAME_PERSON = ({ recipientName, recipientEmail }) => ({ recipientName, recipientEmail });

let server;
let organization;
let badge;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  badge = await organization.badge({ name: "AWS Fundamentals", expiresInDays: 731 });
});
after(() => server?.close());

test("what the page shows of issuing, listing and getting works as it is written", options, async () => {
  const body = { ...example("Issue a credential", "Request body"), badgeId: badge.id };
  const issued = expectStatus(await server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json: body }), 201).json;
  const expected = example("Issue a credential", "Response");
  assert.deepEqual(kinds(issued), kinds(expected));
  assert.deepEqual(SAME_PERSON(issued), SAME_PERSON(expected));
  assert.equal(issued.status, expected.status);

  const listed = expectStatus(await server.request("GET", `/api/v1/credentials?limit=50&offset=0&badgeId=${badge.id}&status=pending`, { token: organization.apiKey }), 200).json;
  const described = example("List credentials", "Response");
  assert.deepEqual(Object.keys(listed).sort(), Object.keys(described).sort());
  assert.deepEqual(kinds(listed.pagination), kinds(described.pagination));
  const [row] = described.data;
  assert.deepEqual(kinds({ ...listed.data[0], claimedAt: row.claimedAt }), kinds(row));
  assert.equal(listed.data[0].badgeName, row.badgeName);

  const one = expectStatus(await server.request("GET", `/api/v1/credentials/${issued.id}`, { token: organization.apiKey }), 200).json;
  const { ob3Credential, ...item } = one;
  assert.deepEqual(item, listed.data[0]);
  assert.equal(ob3Credential.proof.cryptosuite, "eddsa-rdfc-2022");
});

test("and so does what it shows of what everybody may ask, and of revoking", options, async () => {
  const json = { badgeId: badge.id, recipient: { name: "Jane Doe", email: "another@example.com" } };
  const { id, credentialId } = expectStatus(await server.request("POST", "/api/v1/credentials", { token: organization.apiKey, json }), 201).json;
  const routes = [...page.matchAll(/^GET (\/\S*\{credential-id\}\S*)$/gm)].map(([, route]) => route);
  assert.deepEqual(routes, ["/api/verify/{credential-id}", "/credentials/{credential-id}/ob3", "/api/credentials/{credential-id}/baked"]);
  for (const name of [id, credentialId]) {
    for (const route of routes) expectStatus(await server.request("GET", route.replace("{credential-id}", name)), 200);
  }
  const [, method, route] = /^(DELETE) (\/\S+)$/m.exec(page);
  const path = route.replace("{orgId}", organization.id).replace("{credentialId}", id);
  const reason = JSON.parse(/^\{ "reason".*\}$/m.exec(page)[0]);
  expectStatus(await server.request(method, path, { token: organization.session, json: reason }), 200);
  assert.equal(expectStatus(await server.request("GET", `/api/verify/${credentialId}`), 200).json.status, "revoked");
});
