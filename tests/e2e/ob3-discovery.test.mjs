// The service description: OpenAPI 3.0 by a validator that others wrote, with what the standard adds to it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Validator } from "@seriousme/openapi-schema-validator";

import { expectStatus, PUBLIC_ORIGIN, startWorker } from "./harness.mjs";
import { BASE, EVERYTHING, SERVER } from "./oauth.mjs";

let server;
let answer;

before(async () => {
  server = await startWorker({ vars: { TERMS_URL: "https://badges.example/terms", PRIVACY_URL: "https://badges.example/privacy" } });
  answer = expectStatus(await server.request("GET", `${BASE}/discovery`), 200);
});
after(() => server?.close());

test("it is valid OpenAPI 3.0", async () => {
  assert.equal(answer.headers.get("content-type"), "application/json");
  const validator = new Validator();
  const { valid, errors } = await validator.validate(answer.json);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, "3.0");
  const broken = structuredClone(answer.json);
  delete broken.info.title;
  assert.ok(!(await new Validator().validate(broken)).valid);
});

test("it has every field that the standard asks for", () => {
  const { openapi, info, components, paths, servers } = answer.json;
  assert.match(openapi, /^3\.0\./);
  assert.ok(info.title && info.version);
  assert.equal(info.termsOfService, "https://badges.example/terms");
  assert.equal(info["x-imssf-privacyPolicyUrl"], "https://badges.example/privacy");
  assert.deepEqual(servers, [{ url: `${PUBLIC_ORIGIN}${BASE}` }]);
  const scheme = components.securitySchemes.OAuth2ACG;
  const at = (path) => `${PUBLIC_ORIGIN}${SERVER}/${path}`;
  assert.equal(scheme.type, "oauth2");
  assert.ok(scheme["x-imssf-name"]);
  assert.equal(scheme["x-imssf-privacyPolicyUrl"], info["x-imssf-privacyPolicyUrl"]);
  assert.equal(scheme["x-imssf-termsOfServiceUrl"], info.termsOfService);
  assert.equal(scheme["x-imssf-registrationUrl"], at("register"));
  const { authorizationUrl, tokenUrl, refreshUrl, scopes } = scheme.flows.authorizationCode;
  assert.deepEqual([authorizationUrl, tokenUrl, refreshUrl], [at("authorize"), at("token"), at("token")]);
  assert.deepEqual(Object.keys(scopes).toSorted(), EVERYTHING.split(" ").toSorted());
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  assert.deepEqual(
    operations.map(({ operationId }) => operationId).toSorted(),
    ["getCredentials", "getProfile", "getServiceDescription", "putProfile", "upsertCredential"],
  );
});

test("every operation that it describes answers, to the scope that it names", async () => {
  for (const [path, methods] of Object.entries(answer.json.paths)) {
    for (const [method, { security }] of Object.entries(methods)) {
      const { status, headers } = await server.request(method.toUpperCase(), `${BASE}${path}`);
      assert.equal(status, security.length === 0 ? 200 : 401, `${method} ${path}`);
      if (security.length > 0) assert.match(headers.get("www-authenticate"), /^Bearer/);
    }
  }
});

test("everybody may read it, and keeps it while it is the same", async () => {
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.match(answer.headers.get("cache-control"), /max-age/);
  const tag = answer.headers.get("etag");
  assert.match(tag, /^"[0-9a-f]{64}"$/);
  for (const known of [tag, `W/${tag}`, `"x", ${tag}`]) {
    const same = await server.request("GET", `${BASE}/discovery`, { headers: { "if-none-match": known } });
    assert.deepEqual([same.status, same.bytes.length, same.headers.get("etag")], [304, 0, tag]);
    assert.equal(same.headers.get("access-control-allow-origin"), "*");
  }
  expectStatus(await server.request("GET", `${BASE}/discovery`, { headers: { "if-none-match": '"x"' } }), 200);
  expectStatus(await server.request("GET", `${BASE}/discovery`, { token: "nothing that is good" }), 200);
});
