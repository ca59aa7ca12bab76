// Rate limits: what every answer tells of them, and what happens beyond them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { newOrganization, NOTHING, startWorker } from "./harness.mjs";
import { assertError } from "./shapes.mjs";

const KEY_LIMIT = 60;

let server;
let organization;

before(async () => {
  server = await startWorker({ vars: { RATE_LIMITS: "on" } });
});
after(() => server?.close());

const get = (owner) => server.request("GET", "/api/v1/credentials?limit=1", { token: owner.apiKey });

test("every answer to an API key tells its limit, what is left of it, and when it begins anew", async () => {
  organization = await newOrganization(server);
  const first = await get(organization);
  assert.equal(first.headers.get("x-ratelimit-limit"), String(KEY_LIMIT));
  const remaining = Number(first.headers.get("x-ratelimit-remaining"));
  assert.ok(remaining >= 0 && remaining < KEY_LIMIT, String(remaining));
  const reset = Number(first.headers.get("x-ratelimit-reset"));
  const now = Date.now() / 1000;
  assert.ok(Number.isInteger(reset) && reset > now - 1 && reset <= now + 61, `${reset} at ${now}`);
  const refused = await server.request("GET", "/api/v1/credentials?limit=0", { token: organization.apiKey });
  assert.equal(refused.status, 400);
  assert.equal(refused.headers.get("x-ratelimit-limit"), String(KEY_LIMIT));
});

test("beyond the limit of a key everything is refused, with the time to come again", async () => {
  // A window that ends half-way through would be two halves below the limit.
  const reset = Number((await get(organization)).headers.get("x-ratelimit-reset"));
  if (reset - Date.now() / 1000 < 20) await sleep(Math.max(0, reset * 1000 - Date.now()) + 500);

  let answer;
  let served = 0;
  for (let i = 0; i <= KEY_LIMIT; i += 1) {
    answer = await get(organization);
    if (answer.status !== 200) break;
    served += 1;
    const remaining = Number(answer.headers.get("x-ratelimit-remaining"));
    assert.ok(remaining <= KEY_LIMIT - served, `${remaining} left after ${served}`);
  }
  assertError(answer, 429, "RATE_LIMITED");
  assert.ok(served <= KEY_LIMIT, String(served));
  assert.equal(answer.headers.get("x-ratelimit-remaining"), "0");
  const retry = Number(answer.headers.get("retry-after"));
  assert.ok(Number.isInteger(retry) && retry >= 1 && retry <= 60, String(retry));
});

test("the sign-in is limited to three in a quarter of an hour", async () => {
  const wrong = () => server.request("POST", "/api/auth/bootstrap", { json: { secret: "wrong".repeat(10), email: "x@y.example" } });
  const answers = [];
  // A quarter may end half-way through; of seven attempts two quarters admit six.
  for (let i = 0; i < 7 && answers.at(-1)?.status !== 429; i += 1) answers.push(await wrong());
  assertError(answers.at(-1), 429, "RATE_LIMITED");
  const retry = Number(answers.at(-1).headers.get("retry-after"));
  assert.ok(Number.isInteger(retry) && retry >= 1 && retry <= 15 * 60, String(retry));
});

test("where nothing is counted, the headers say that all is left", async () => {
  const uncounted = await startWorker();
  try {
    const { apiKey } = await newOrganization(uncounted);
    for (let i = 0; i < 2; i += 1) {
      const { headers } = await uncounted.request("GET", "/api/v1/credentials", { token: apiKey });
      assert.deepEqual([headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")], ["60", "60"]);
      assert.ok(Number(headers.get("x-ratelimit-reset")) > Date.now() / 1000);
    }
    assert.equal((await uncounted.request("GET", "/api/v1/credentials", { token: "acl_x" })).headers.get("x-ratelimit-limit"), null);
  } finally {
    await uncounted.close();
  }
});

test("a network address is limited to a hundred in a minute, whatever it asks for", async () => {
  let answer;
  // A minute may end half-way through; two of them admit two hundred.
  for (let i = 0; i <= 200 && answer?.status !== 429; i += 1) answer = await server.request("GET", `/api/verify/${NOTHING}`);
  assertError(answer, 429, "RATE_LIMITED");
  assert.equal(answer.headers.get("x-ratelimit-limit"), "100");
  assert.ok(Number(answer.headers.get("retry-after")) >= 1);
});
