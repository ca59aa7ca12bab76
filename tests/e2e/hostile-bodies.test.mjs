// What every route makes of a body that is not what it asks for: the routes are those of /openapi.json, so that none is missed. Each
// is asked about objects that are there, by somebody who may, so that it is the body that is refused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, newRecipient, startWorker } from "./harness.mjs";
import { newGrant, newPerson } from "./oauth.mjs";

/** Beyond the limit of every route, which is 32 MB for the largest upload. */
const TOO_LARGE = 33 * 1024 * 1024;
/** What a route takes at most that takes JSON and no files: 256 KiB. */
const TOO_LARGE_JSON = 300 * 1024;

/** Takes the token of a wallet, which is looked at before the body and which the first request uses up. */
const ELSEWHERE = ["POST /oid4vci/credential"];

const MALFORMED = {
  "nothing": "",
  "half an object": '{"name":',
  "no JSON": "name=x",
  "a member twice": '{"zzz":1,"zzz":2}',
  "bytes that are not UTF-8": Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  "half of a surrogate pair": '{"name":"\\ud800"}',
  "arrays within arrays": "[".repeat(900),
  "a number beyond all": '{"name":1e999}',
};
const NO_OBJECT = { "a text": '"x"', "a number": "1", "null": "null", "true": "true" };

let server;
let operations;

before(async () => {
  server = await startWorker();
  const document = expectStatus(await server.request("GET", "/openapi.json"), 200).json;
  const organization = await newOrganization(server);
  const recipient = newRecipient();
  const { id: credential } = expectStatus(await organization.issue({}, recipient), 201).json;
  const person = await newPerson(server, { email: recipient.email });
  const webhook = await server.request("POST", "/api/v1/webhooks", { token: organization.apiKey, json: { url: "https://hooks.example/a", events: ["credential.issued"] } });
  expectStatus(await server.request("POST", `${organization.path}/signing-keys/rotate`, { token: organization.session, json: {} }), 201);
  const keys = expectStatus(await server.request("GET", `${organization.path}/signing-keys`, { token: organization.session }), 200).json;
  const retired = Object.values(keys).flat().find(({ retiredAt }) => retiredAt);
  const members = expectStatus(await server.request("GET", `${organization.path}/members`, { token: organization.session }), 200).json;
  const ids = {
    organization: organization.id,
    tenant: organization.slug,
    badge: organization.badgeId,
    credential,
    assertion: `${organization.slug}:${credential}`,
    webhook: expectStatus(webhook, 201).json.id,
    key: retired.id,
    user: Object.values(members).flat()[0].userId,
  };
  const { tokens } = await newGrant(server, { person });
  const resolve = (schema) => (schema.$ref ? document.components.schemas[schema.$ref.split("/").at(-1)] : schema);
  const tokenFor = (path, security) => {
    if (!security) return undefined;
    const [kind] = Object.keys(security[0]);
    // What is a person's own is asked by who holds the credential, everything else by the organization's owner.
    return { apiKey: organization.apiKey, accessToken: tokens.access_token, session: /^\/(api\/me|ims)\//.test(path) ? person.session : organization.session }[kind];
  };
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { requestBody }]) => requestBody?.content["application/json"] && !ELSEWHERE.includes(`${method.toUpperCase()} ${path}`))
      .map(([method, { requestBody, security }]) => ({
        label: `${method.toUpperCase()} ${path}`,
        path,
        schema: resolve(requestBody.content["application/json"].schema),
        types: Object.keys(requestBody.content),
        ask: (body, type = "application/json") =>
          server.request(method.toUpperCase(), path.replace(/\{(\w+)\}/g, (_, name) => ids[name]), { token: tokenFor(path, security), body, type }),
      })),
  );
});
after(() => server?.close());

const saysNothing = ({ additionalProperties, properties = {} }) => additionalProperties === false && Object.keys(properties).length === 0;

/** Asks every operation, and says of each that answers otherwise than it should. */
async function all(bodies, expected) {
  const found = [];
  for (const operation of operations) {
    for (const [what, body] of Object.entries(bodies(operation))) {
      const answer = await operation.ask(...[body].flat());
      // Each area has its own form, which its own tests look at.
      const isRefusal = answer.status === expected && /^application\/(problem\+)?json\b/.test(answer.headers.get("content-type")) && answer.json !== undefined;
      if (!isRefusal) found.push(`${operation.label} with ${what}: ${answer.status} ${answer.text.slice(0, 120)}`);
    }
  }
  assert.deepEqual(found, []);
}

test("every route that takes JSON is asked", () => assert.ok(operations.length >= 40, String(operations.length)));

test("what is no JSON, or JSON that is read in two ways, is refused with 400", () =>
  all(({ schema }) => {
    // Where nothing is asked for, nothing is right.
    const { nothing, ...others } = MALFORMED;
    return saysNothing(schema) ? others : { nothing, ...others };
  }, 400));

test("JSON that is no object is refused with 400", () => all(({ schema }) => (schema.type === "array" ? {} : NO_OBJECT), 400));

test("an unknown member is refused with 400, where the document closes the object", () =>
  all(({ schema }) => (schema.additionalProperties === false ? { "an unknown member": '{"zzz":1}' } : {}), 400));

test("a member of another type is refused with 400", () =>
  all(({ schema }) => Object.fromEntries(Object.keys(schema.properties ?? {}).map((name) => [`${name} as a list of lists`, JSON.stringify({ [name]: [[[]]] })])), 400));

test("a body of another type is refused with 415", () => all(({ types }) => (types.includes("text/plain") ? {} : { "a page": ["{}", "text/html"] }), 415));

test("a body that is too large is refused with 413, whatever is in it", () =>
  all(({ path, schema, types }) => {
    const takesFiles = types.length > 1 || /^\/(credentials|presentations)\//.test(path);
    // An upload is taken item by item, and bounds each of them: bulk.test.mjs.
    if (schema.type === "array") return {};
    return { "too much": `{${" ".repeat(takesFiles ? TOO_LARGE : TOO_LARGE_JSON)}}` };
  }, 413));
