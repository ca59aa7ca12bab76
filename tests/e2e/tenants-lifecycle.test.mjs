// Contract B: where an assertion stands, what moves it, and that nothing else does.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";

import { expectStatus, newOrganization, newRecipient, NOTHING, serverWithOrganization } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";
import { assertMembers, assertRefusal, TIME } from "./shapes.mjs";
import { published } from "./status.mjs";

const STATES = ["active", "suspended", "revoked", "expired"];
/** The contract's table: where each state leads. */
const LEADS = {
  active: ["suspended", "revoked", "expired"],
  suspended: ["active", "revoked", "expired"],
  expired: ["active", "revoked"],
  revoked: [],
};

const { server, organization } = await serverWithOrganization();

const DB = () => server.bindings.DB;
const issue = async (members) => expectStatus(await organization.issue(members), 201).json;
const assertionId = (id) => `${organization.slug}:${id}`;
const path = (id, rest = "/lifecycle", tenant = organization.slug) => `/v1/tenants/${tenant}/assertions/${id}${rest}`;
const read = async (id) => expectStatus(await server.request("GET", path(assertionId(id)), { token: organization.session }), 200).json;
const ask = (id, json, token = organization.session) =>
  server.request("POST", path(assertionId(id), "/lifecycle/transition"), { token, json });
const move = (id, toState, members = {}) => ask(id, { toState, reasonCode: "other", ...members });
const clock = () => server.harness.getWorker().scheduled({ cron: "*/5 * * * *" });

/** Lets a credential's time be over, which HTTP can not. */
async function outlive(id) {
  await DB().prepare("UPDATE credential SET valid_from = 1000, valid_until = 2000 WHERE id = ?").bind(id).run();
}

/** Everything that a move could change, and what strangers see of it. */
async function everything(id) {
  const rows = async (sql, ...values) => (await DB().prepare(sql).bind(...values).all()).results;
  return {
    credential: await rows("SELECT * FROM credential WHERE id = ?", id),
    events: await rows("SELECT * FROM credential_event WHERE credential_id = ? ORDER BY number", id),
    lists: await rows("SELECT * FROM status_list WHERE organization_id = ? ORDER BY id", organization.id),
    told: await rows("SELECT count(*) AS told FROM webhook_event WHERE organization_id = ?", organization.id),
    bits: await published(server, id),
  };
}

/** A credential that was brought into a state. */
async function standing(state, members) {
  const { id } = await issue(members);
  if (state !== "active") expectStatus(await move(id, state), 200);
  return id;
}

test("a new assertion is active by default, since it was issued", async () => {
  const { id, issuanceDate } = await issue();
  const answer = expectStatus(await server.request("GET", path(assertionId(id)), { token: organization.session }), 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.deepEqual(answer.json, {
    assertionId: assertionId(id),
    tenantId: organization.slug,
    state: "active",
    source: "default_active",
    reasonCode: null,
    reason: null,
    transitionedAt: issuanceDate,
    revokedAt: null,
    events: [],
  });
});

test("a transition is answered, kept as an event, and told by the lifecycle", async () => {
  const { id } = await issue();
  const answer = expectStatus(await ask(id, { toState: "suspended", reasonCode: "administrative_hold", reason: "Registrar hold", transitionSource: "manual" }), 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const { event, message, ...rest } = answer.json;
  assert.deepEqual(rest, { status: "transitioned", fromState: "active", toState: "suspended", currentState: "suspended" });
  assert.equal(typeof message, "string");
  assertMembers(event, [
    "id", "tenantId", "assertionId", "fromState", "toState", "reasonCode", "reason", "transitionSource", "actorUserId", "transitionedAt", "createdAt",
  ]);
  assert.match(event.id, /^ale_[0-9a-f]{32}$/);
  assert.match(event.transitionedAt, TIME);
  assert.match(event.createdAt, TIME);
  const { user } = expectStatus(await server.request("GET", "/api/auth/session", { token: organization.session }), 200).json;
  const { id: _, transitionedAt, createdAt: __, ...said } = event;
  assert.deepEqual(said, {
    tenantId: organization.slug,
    assertionId: assertionId(id),
    fromState: "active",
    toState: "suspended",
    reasonCode: "administrative_hold",
    reason: "Registrar hold",
    transitionSource: "manual",
    actorUserId: user.id,
  });
  assert.deepEqual(await read(id), {
    assertionId: assertionId(id),
    tenantId: organization.slug,
    state: "suspended",
    source: "lifecycle_event",
    reasonCode: "administrative_hold",
    reason: "Registrar hold",
    transitionedAt,
    revokedAt: null,
    events: [event],
  });
});

test("the seed's own requests run as they are written, with host, tenant and ids changed", async () => {
  const { id, issuanceDate } = await issue();
  const seed = readFileSync(new URL("./examples/lifecycle.sh", import.meta.url), "utf8").split("\n\n");
  const at = async (number) => {
    const command = [
      ["https://credtrail.org", new URL(server.url).origin],
      ["tenant_example", organization.slug],
      ["7df18c9c-1d19-42d7-9aa7-bd17e6d3cf74", id],
    ].reduce((text, [from, to]) => text.replaceAll(from, to), seed[number].trim());
    const { stdout } = await promisify(execFile)("bash", ["-c", command], { env: { ...process.env, ISSUER_SESSION_TOKEN: organization.session } });
    return JSON.parse(stdout);
  };
  const names = { assertionId: assertionId(id), tenantId: organization.slug };
  assert.deepEqual(await at(1), {
    ...names, state: "active", source: "default_active", reasonCode: null, reason: null, transitionedAt: issuanceDate, revokedAt: null, events: [],
  });
  const { event, ...answer } = await at(2);
  assert.deepEqual([answer.status, answer.fromState, answer.currentState], ["transitioned", "active", "revoked"]);
  assert.equal(event.reason, "Credential revoked by issuing office");
  assert.deepEqual((await at(1)).events, [event]);
});

for (const from of STATES) {
  test(`from ${from}, the contract's moves are made and no other, whoever is said to ask`, async () => {
    const stays = await standing(from);
    for (const to of STATES) {
      // By automation nothing moves over HTTP, whatever the states are.
      const before = await everything(stays);
      assertRefusal(await move(stays, to, { transitionSource: "automation" }), 422, ["transitionSource"]);
      assert.deepEqual(await everything(stays), before, `${to} by automation`);

      if (to === from) {
        const { message, ...answer } = expectStatus(await move(stays, to), 200).json;
        assert.deepEqual(answer, { status: "already_in_state", fromState: from, toState: to, currentState: from });
        assert.equal(typeof message, "string");
        assert.deepEqual(await everything(stays), before, `${to} again`);
      } else if (!LEADS[from].includes(to)) {
        const answer = await move(stays, to);
        assert.equal(answer.status, 409, answer.text);
        const { message, ...refusal } = answer.json;
        assert.deepEqual(refusal, { error: "Lifecycle transition not allowed", fromState: from, toState: to, currentState: from });
        assert.ok(message.length > 0);
        assert.deepEqual(await everything(stays), before, `${to} is not allowed`);
      } else {
        const id = await standing(from);
        const { event, ...answer } = expectStatus(await move(id, to), 200).json;
        assert.deepEqual([answer.status, answer.fromState, answer.toState, answer.currentState], ["transitioned", from, to, to]);
        assert.deepEqual([event.fromState, event.toState, event.transitionSource], [from, to, "manual"]);
        const { state, source, events, revokedAt } = await read(id);
        assert.deepEqual([state, source, revokedAt !== null], [to, "lifecycle_event", to === "revoked"]);
        assert.deepEqual(events.at(-1), event);
        // What was made to expire by hand is over only by its issuer's word: the entry that can be cleared says so.
        const suspended = to === "suspended" || to === "expired" || (to === "revoked" && from !== "active");
        assert.deepEqual(await published(server, id), { revoked: to === "revoked", suspended }, `${from} ${to}`);
      }
    }
  });
}

test("what is over by itself leads where expired leads, and every move of it is kept", async () => {
  for (const to of STATES) {
    const { id } = await issue({ validUntil: new Date(Date.now() + 86_400_000).toISOString() });
    await outlive(id);
    const answer = await move(id, to);
    const { events, state } = await read(id);
    const [first, second] = events;
    assert.deepEqual(
      [first.fromState, first.toState, first.reasonCode, first.transitionSource, first.actorUserId, first.transitionedAt],
      ["active", "expired", "credential_expired", "automation", null, "1970-01-01T00:00:02.000Z"],
    );
    if (LEADS.expired.includes(to)) {
      assert.equal(expectStatus(answer, 200).json.fromState, "expired");
      assert.deepEqual([second.fromState, second.toState, state], ["expired", to, to]);
    } else {
      assert.equal(answer.status, to === "expired" ? 200 : 409, answer.text);
      assert.deepEqual([second, state], [undefined, "expired"]);
    }
  }
});

test("the clock writes expiry down once, and tells of it once", async () => {
  const hook = await server.request("POST", "/api/v1/webhooks", { token: organization.apiKey, json: { url: "https://hooks.accolade.example/", events: ["credential.expired"] } });
  const { id: webhook } = expectStatus(hook, 201).json;
  const { id } = await issue({ validUntil: new Date(Date.now() + 86_400_000).toISOString() });
  expectStatus(await move(id, "suspended"), 200);
  await outlive(id);
  for (let i = 0; i < 3; i += 1) await clock();
  const { state, source, reasonCode, events } = await read(id);
  assert.deepEqual([state, source, reasonCode], ["expired", "lifecycle_event", "credential_expired"]);
  assert.deepEqual(events.map(({ fromState, toState }) => [fromState, toState]), [["active", "suspended"], ["suspended", "expired"]]);
  const log = await server.request("GET", `/api/v1/webhooks/${webhook}/deliveries`, { token: organization.apiKey });
  assert.deepEqual(expectStatus(log, 200).json.data.map(({ type }) => type), ["credential.expired"]);
  // The clock does not take back what a member decides afterwards.
  expectStatus(await move(id, "active"), 200);
  await clock();
  assert.equal((await read(id)).state, "active");
  assert.deepEqual(await published(server, id), { revoked: false, suspended: false });
  expectStatus(await server.request("DELETE", `/api/v1/webhooks/${webhook}`, { token: organization.apiKey }), 204);
});

test("what was signed stays over, whatever its issuer says afterwards", async () => {
  const { id } = await issue({ validUntil: new Date(Date.now() + 86_400_000).toISOString() });
  const document = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).text;
  // The signed time can not be outlived here, so the word of the issuer is what makes it expire.
  expectStatus(await move(id, "expired"), 200);
  const verified = async () => expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json;
  assert.deepEqual([(await verified()).status, (await verified()).verification.notExpired], ["expired", false]);
  assert.equal((await verified()).verification.report.outcome, "rejected");
  expectStatus(await move(id, "active"), 200);
  assert.deepEqual([(await verified()).status, (await verified()).verification.report.outcome], ["pending", "verified"]);
  await outlive(id);
  await DB().prepare("UPDATE credential SET reactivated_at = 1500 WHERE id = ?").bind(id).run(); // before its time was over
  await clock();
  assert.equal((await read(id)).state, "expired");
  expectStatus(await move(id, "active"), 200);
  assert.equal((await read(id)).state, "active");
  assert.deepEqual([(await verified()).status, (await verified()).verification.notExpired], ["expired", false]);
  assert.equal(expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).text, document);
});

test("what another assertion has taken the place of is not made active again", async () => {
  const recipient = newRecipient();
  const first = expectStatus(await organization.issue({}, recipient), 201).json;
  expectStatus(await move(first.id, "expired"), 200);
  const second = expectStatus(await organization.issue({}, recipient), 201).json;
  assert.equal(second.supersedesCredentialId, first.id);
  const before = await everything(first.id);
  const answer = await move(first.id, "active");
  assert.equal(answer.status, 409, answer.text);
  assert.equal(answer.json.error, "Lifecycle transition not allowed");
  assert.match(answer.json.message, /newer/);
  assert.deepEqual(await everything(first.id), before);
});

test("of a renewal and a reactivation at the same time one wins", async () => {
  for (let round = 0; round < 3; round += 1) {
    const recipient = newRecipient();
    const first = expectStatus(await organization.issue({}, recipient), 201).json;
    expectStatus(await move(first.id, "expired"), 200);
    const [again, renewed] = await Promise.all([move(first.id, "active"), organization.issue({}, recipient)]);
    const { state } = await read(first.id);
    if (again.status === 200) {
      assert.equal(renewed.status, 409, renewed.text);
      assert.equal(state, "active");
    } else {
      assert.deepEqual([again.status, renewed.status, state], [409, 201, "expired"]);
    }
  }
});

test("at the same time, moves still follow each other", async () => {
  const { id } = await issue();
  const answers = await Promise.all(["suspended", "active", "expired", "suspended", "revoked", "active", "expired"].map((to) => move(id, to)));
  for (const { status, text } of answers) assert.ok(status === 200 || status === 409, text);
  const { state, events } = await read(id);
  let last = "active";
  for (const { fromState, toState } of events) {
    assert.equal(fromState, last);
    assert.ok(LEADS[fromState].includes(toState), `${fromState} ${toState}`);
    last = toState;
  }
  assert.equal(state, last);
  const bits = await published(server, id);
  assert.equal(bits.revoked, state === "revoked");
  if (state !== "revoked") assert.equal(bits.suspended, state !== "active");
});

test("both contracts move the same credential", async () => {
  const { id } = await issue();
  const byKey = (action) => server.request("POST", `/api/v1/credentials/${id}/${action}`, { token: organization.apiKey, json: { reason: "by key" } });
  expectStatus(await move(id, "suspended"), 200);
  assert.equal(expectStatus(await byKey("reinstate"), 200).json.status, "pending");
  assert.equal(expectStatus(await byKey("revoke"), 200).json.status, "revoked");
  const { state, source, reasonCode, reason, revokedAt, events } = await read(id);
  assert.deepEqual([state, source, reasonCode, reason], ["revoked", "lifecycle_event", "issuer_requested", "by key"]);
  assert.match(revokedAt, TIME);
  assert.deepEqual(events.map(({ actorUserId }) => actorUserId === null), [false, true, true]);
});

test("a revocation of which no event is kept is told as such", async () => {
  const { id } = await issue();
  await DB().prepare("UPDATE credential SET revoked_at = 1768471200000, revocation_reason = 'long ago' WHERE id = ?").bind(id).run();
  const { events, ...rest } = await read(id);
  assert.deepEqual(events, []);
  assert.deepEqual(rest, {
    assertionId: assertionId(id),
    tenantId: organization.slug,
    state: "revoked",
    source: "assertion_revocation",
    reasonCode: null,
    reason: "long ago",
    transitionedAt: "2026-01-15T10:00:00.000Z",
    revokedAt: "2026-01-15T10:00:00.000Z",
  });
});

test("the issuer's own books may have known it earlier", async () => {
  const { id } = await issue();
  const { event } = expectStatus(await move(id, "revoked", { transitionedAt: "2026-03-07T19:02:11+01:00", reason: undefined }), 200).json;
  assert.equal(event.transitionedAt, "2026-03-07T18:02:11.000Z");
  assert.notEqual(event.createdAt, event.transitionedAt);
  assert.equal(event.reason, null);
  const { transitionedAt, revokedAt } = await read(id);
  assert.deepEqual([transitionedAt, revokedAt], ["2026-03-07T18:02:11.000Z", "2026-03-07T18:02:11.000Z"]);
});

test("every reason of the contract is taken", async () => {
  const { id } = await issue();
  const codes = ["administrative_hold", "policy_violation", "appeal_pending", "appeal_resolved", "credential_expired", "issuer_requested", "other"];
  for (const [i, reasonCode] of codes.entries()) {
    expectStatus(await move(id, i % 2 ? "active" : "suspended", { reasonCode }), 200);
    assert.equal((await read(id)).reasonCode, reasonCode);
  }
});

for (const [what, json, field] of [
  ["no target", { reasonCode: "other" }, "toState"],
  ["a target that is none", { toState: "deleted", reasonCode: "other" }, "toState"],
  ["no reason code", { toState: "revoked" }, "reasonCode"],
  ["a reason code that is none", { toState: "revoked", reasonCode: "whim" }, "reasonCode"],
  ["an empty reason", { toState: "revoked", reasonCode: "other", reason: " " }, "reason"],
  ["a reason that is too long", { toState: "revoked", reasonCode: "other", reason: "x".repeat(513) }, "reason"],
  ["a source that is none", { toState: "revoked", reasonCode: "other", transitionSource: "magic" }, "transitionSource"],
  ["a time that is none", { toState: "revoked", reasonCode: "other", transitionedAt: "yesterday" }, "transitionedAt"],
  ["a time to come", { toState: "revoked", reasonCode: "other", transitionedAt: "2999-01-01T00:00:00Z" }, "transitionedAt"],
  ["a member that nobody asked for", { toState: "revoked", reasonCode: "other", force: true }, "force"],
]) {
  test(`${what} is refused and named, and changes nothing`, async () => {
    const { id } = await issue();
    const before = await everything(id);
    assertRefusal(await ask(id, json), 400, [field]);
    assert.deepEqual(await everything(id), before);
  });
}

test("a reason of 512 characters is taken", async () => {
  const { id } = await issue();
  expectStatus(await move(id, "suspended", { reason: "x".repeat(512) }), 200);
});

test("who may not, does not, and hears what contract B says", async () => {
  const { id } = await issue();
  const other = await newOrganization(server);
  const json = { toState: "revoked", reasonCode: "other" };
  const both = async (name, status, { token = organization.session, tenant, fields } = {}) => {
    assertRefusal(await server.request("GET", path(name, "/lifecycle", tenant), { token }), status, fields);
    assertRefusal(await server.request("POST", path(name, "/lifecycle/transition", tenant), { token, json }), status, fields);
  };
  await both(assertionId(id), 401, { token: "" });
  await both(assertionId(id), 401, { token: organization.apiKey });
  await both(assertionId(id), 404, { tenant: "nobody" });
  await both(id, 422, { fields: ["assertionId"] });
  await both("x", 422, { fields: ["assertionId"] });
  await both(assertionId(NOTHING), 404);
  await both(`${other.slug}:${id}`, 404);
  // Another tenant's assertion is not found under one's own name either.
  await both(`${other.slug}:${id}`, 404, { tenant: other.slug });
  // A stranger to the tenant.
  const email = newRecipient().email;
  const { token } = await signInByMail(server, email);
  await both(assertionId(id), 404, { token });
  // A member who only looks.
  const invited = await server.request("POST", `${organization.path}/invitations`, { token: organization.session, json: { email, role: "viewer" } });
  expectStatus(await server.request("POST", `/api/invitations/${expectStatus(invited, 201).json.id}/accept`, { token }), 200);
  await both(assertionId(id), 403, { token });
  // The same member, once they may issue.
  const { id: user } = expectStatus(await server.request("GET", "/api/auth/session", { token }), 200).json.user;
  expectStatus(await server.request("PATCH", `${organization.path}/members/${user}`, { token: organization.session, json: { role: "issuer" } }), 200);
  assert.equal((await read(id)).state, "active");
  assert.equal(expectStatus(await ask(id, json, token), 200).json.event.actorUserId, user);
});

test("an assertion is named by its tenant's UUID as well, and with its colon escaped", async () => {
  const { id } = await issue();
  for (const [tenant, name] of [
    [organization.id, `${organization.id}:${id}`],
    [organization.slug, encodeURIComponent(assertionId(id))],
  ]) {
    const { json } = expectStatus(await server.request("GET", path(name, "/lifecycle", tenant), { token: organization.session }), 200);
    assert.equal(json.assertionId, assertionId(id));
  }
});
