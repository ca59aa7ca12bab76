// Badges and their images, and the organization that they belong to.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { expectStatus, newOrganization, NOTHING, PUBLIC_ORIGIN, serverWithOrganization } from "./harness.mjs";
import { png } from "./png.mjs";
import { assertError, assertMembers, TIME, UUID } from "./shapes.mjs";

const BADGE = [
  ...["id", "name", "slug", "description", "criteria", "imageUrl", "expiresInDays", "tags", "isActive", "createdAt"],
  ...["publicUrl", "achievementUrl"],
];

const { server, organization } = await serverWithOrganization();

const create = (json, owner = organization) => server.request("POST", `${owner.path}/badges`, { token: owner.session, json });
const minimal = { name: "Knots", description: "Ties ten knots.", criteria: { narrative: "All ten, in five minutes." } };

test("a badge is answered with the members of the contract", async () => {
  const { json } = expectStatus(await create({ ...minimal, expiresInDays: 90, tags: ["rope", "sea"] }), 201);
  for (const member of BADGE) assert.ok(member in json, `${member} is missing`);
  assert.match(json.id, UUID);
  assert.equal(json.name, minimal.name);
  assert.equal(json.slug, "knots");
  assert.equal(json.description, minimal.description);
  assert.equal(json.expiresInDays, 90);
  assert.deepEqual(json.tags, ["rope", "sea"]);
  assert.equal(json.isActive, true);
  assert.equal(json.imageUrl, null);
  assert.match(json.createdAt, TIME);
  assert.ok(json.achievementUrl.startsWith(`${PUBLIC_ORIGIN}/`));
  const read = expectStatus(await server.request("GET", `/api/v1/badges/${json.id}`, { token: organization.apiKey }), 200).json;
  assert.deepEqual(read, json);
});

test("badges are listed in pages", async () => {
  const { json } = expectStatus(await server.request("GET", "/api/v1/badges?limit=1", { token: organization.apiKey }), 200);
  assertMembers(json, ["data", "pagination"]);
  assert.equal(json.data.length, 1);
  assert.equal(json.pagination.limit, 1);
  assert.ok(json.pagination.total >= 2);
});

for (const [what, members, field] of [
  ["no name", { name: undefined }, "name"],
  ["a name of another type", { name: 7 }, "name"],
  ["no description", { description: undefined }, "description"],
  ["no criteria", { criteria: undefined }, "criteria"],
  ["an end before the beginning", { expiresInDays: 0 }, "expiresInDays"],
  ["an end in half a day", { expiresInDays: 0.5 }, "expiresInDays"],
  ["tags that are no list", { tags: "sea" }, "tags"],
  ["a slug that cannot stand in an address", { slug: "../knots" }, "slug"],
  ["an unknown member", { colour: "red" }, "colour"],
]) {
  test(`a badge with ${what} is refused`, async () => {
    assertError(await create({ ...minimal, slug: undefined, ...members }), 400, "VALIDATION_ERROR", field);
  });
}

test("two badges of one organization cannot have one slug", async () => {
  expectStatus(await create({ ...minimal, slug: "twice" }), 201);
  assertError(await create({ ...minimal, slug: "twice" }), 409, "CONFLICT");
  const other = await newOrganization(server);
  assert.equal((await create({ ...minimal, slug: "twice" }, other)).status, 201);
});

test("two organizations cannot have one slug", async () => {
  const ask = (slug) => server.request("POST", "/api/organizations", { token: organization.session, json: { name: "Again", slug } });
  assertError(await ask(organization.slug), 409, "CONFLICT");
  assertError(await ask("Not A Slug"), 400, "VALIDATION_ERROR", "slug");
});

const putImage = (badgeId, body, type = "image/png", owner = organization) =>
  server.request("PUT", `${owner.path}/badges/${badgeId}/image`, { token: owner.session, body, type });

test("an image is served under the hash of its bytes, to everybody and for ever", async () => {
  const { id } = expectStatus(await create({ ...minimal, slug: "imaged" }), 201).json;
  const image = png();
  const { imageUrl } = expectStatus(await putImage(id, image), 200).json;
  const path = new URL(imageUrl).pathname;
  assert.match(path, /^\/images\/[0-9a-f]{64}\.png$/);
  const served = expectStatus(await server.request("GET", path), 200);
  assert.equal(served.headers.get("content-type"), "image/png");
  assert.match(served.headers.get("cache-control") ?? "", /immutable/);
  assert.equal(createHash("sha256").update(served.bytes).digest("hex"), path.slice("/images/".length, -".png".length));
  assertError(await server.request("GET", `/images/${"0".repeat(64)}.png`), 404, "NOT_FOUND");
});

test("what is no readable PNG is refused", async () => {
  const { id } = expectStatus(await create({ ...minimal, slug: "unreadable" }), 201).json;
  const image = png();
  const damaged = Buffer.from(image);
  damaged[image.length - 20] ^= 1; // within IDAT
  for (const body of [image.subarray(0, image.length / 2), damaged]) assertError(await putImage(id, body), 400, "VALIDATION_ERROR");
  // What is of another kind is told by its content, whatever it is called.
  for (const body of [Buffer.from("not an image"), Buffer.alloc(0)]) {
    assertError(await putImage(id, body), 415, "UNSUPPORTED_MEDIA_TYPE");
  }
});

test("an image of another type is refused with 415, and one of more than 5 MB with 413", async () => {
  const { id } = expectStatus(await create({ ...minimal, slug: "too-large" }), 201).json;
  assertError(await putImage(id, png(), "text/html"), 415, "UNSUPPORTED_MEDIA_TYPE");
  assertError(await putImage(id, Buffer.alloc(5 * 1024 * 1024 + 1, 1)), 413, "PAYLOAD_TOO_LARGE");
});

test("a small file that claims to be a huge picture is refused", async () => {
  const { id } = expectStatus(await create({ ...minimal, slug: "bomb" }), 201).json;
  const { crc32 } = await import("node:zlib");
  const bomb = Buffer.from(png());
  bomb.writeUInt32BE(100_000, 16);
  bomb.writeUInt32BE(100_000, 20);
  bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
  assertError(await putImage(id, bomb), 400, "VALIDATION_ERROR");
});

test("only the badge's own organization sets its image", async () => {
  const other = await newOrganization(server);
  assertError(await putImage(other.badgeId, png()), 404, "NOT_FOUND");
  assertError(await putImage(NOTHING, png()), 404, "NOT_FOUND");
  assertError(await putImage("x", png()), 400, "VALIDATION_ERROR");
});

test("what was issued does not change when its badge gets another image", async () => {
  const badge = await organization.badge({ slug: "changing" });
  const credential = expectStatus(await organization.issue({ badgeId: badge.id }), 201).json;
  const published = async () => expectStatus(await server.request("GET", `/credentials/${credential.id}/ob3`), 200).text;
  const before = await published();
  const { imageUrl } = expectStatus(await putImage(badge.id, png()), 200).json;
  assert.notEqual(imageUrl, badge.imageUrl);
  assert.equal(await published(), before);
  assert.equal((await server.request("GET", new URL(badge.imageUrl).pathname)).status, 200);
});

const change = (id, json, owner = organization) => server.request("PATCH", `${owner.path}/badges/${id}`, { token: owner.session, json });
const remove = (id, owner = organization) => server.request("DELETE", `${owner.path}/badges/${id}`, { token: owner.session });
const read = (id) => server.request("GET", `/api/v1/badges/${id}`, { token: organization.apiKey });

test("a change leaves what it does not name, and null takes away what may be missing", async () => {
  const made = expectStatus(await create({ ...minimal, slug: "changed", expiresInDays: 90, tags: ["rope"] }), 201).json;
  const changed = expectStatus(await change(made.id, { name: "Better knots", tags: ["sea"] }), 200).json;
  assert.deepEqual(changed, { ...made, name: "Better knots", tags: ["sea"] });
  const endless = expectStatus(await change(made.id, { expiresInDays: null, criteria: "Twenty." }), 200).json;
  assert.deepEqual(endless, { ...changed, expiresInDays: null, criteria: { narrative: "Twenty." } });
  assert.deepEqual(expectStatus(await read(made.id), 200).json, endless);
  assertError(await change(made.id, { name: null }), 400, "VALIDATION_ERROR", "name");
  assertError(await change(made.id, { slug: "other" }), 400, "VALIDATION_ERROR", "slug");
  assertError(await change(made.id, { expiresInDays: 0 }), 400, "VALIDATION_ERROR", "expiresInDays");
  assert.deepEqual(expectStatus(await read(made.id), 200).json, endless);
});

test("what was issued does not change when its badge does", async () => {
  const badge = await organization.badge({ name: "As signed", slug: "as-signed" });
  const { id } = expectStatus(await organization.issue({ badgeId: badge.id }), 201).json;
  const signed = async () => expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).text;
  const before = await signed();
  expectStatus(await change(badge.id, { name: "As changed" }), 200);
  assert.equal(await signed(), before);
  const { ob3Credential } = expectStatus(
    await server.request("GET", `/api/v1/credentials/${expectStatus(await organization.issue({ badgeId: badge.id }), 201).json.id}`, { token: organization.apiKey }),
    200,
  ).json;
  assert.equal(ob3Credential.credentialSubject.achievement.name, "As changed");
});

test("changes at the same time do not overwrite each other unseen", async () => {
  const made = expectStatus(await create({ ...minimal, slug: "at-once" }), 201).json;
  const answers = await Promise.all([change(made.id, { name: "One" }), change(made.id, { description: "Two" })]);
  const done = answers.filter(({ status }) => status === 200).length;
  for (const loser of answers.filter(({ status }) => status !== 200)) assertError(loser, 409, "CONFLICT");
  assert.ok(done >= 1);
  const { name, description } = expectStatus(await read(made.id), 200).json;
  assert.equal([name === "One", description === "Two"].filter(Boolean).length, done);
});

test("a badge that is not active is not issued until it is active again", async () => {
  const badge = await organization.badge({ name: "Resting", slug: "resting" });
  assert.equal(expectStatus(await change(badge.id, { isActive: false }), 200).json.isActive, false);
  assertError(await organization.issue({ badgeId: badge.id }), 409, "CONFLICT");
  expectStatus(await change(badge.id, { isActive: true }), 200);
  assert.equal((await organization.issue({ badgeId: badge.id })).status, 201);
});

test("a badge that was never issued is deleted, and one that was issued is no longer active", async () => {
  const [unissued, issued] = [await organization.badge({ name: "Never", slug: "never" }), await organization.badge({ name: "Ever", slug: "ever" })];
  const { id } = expectStatus(await organization.issue({ badgeId: issued.id }), 201).json;
  assert.equal((await remove(unissued.id)).status, 204);
  assertError(await read(unissued.id), 404, "NOT_FOUND");
  assertError(await remove(unissued.id), 404, "NOT_FOUND");
  assert.deepEqual(expectStatus(await remove(issued.id), 200).json, { ...issued, isActive: false });
  assert.equal(expectStatus(await read(issued.id), 200).json.isActive, false);
  assert.equal(expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json.verification.report.outcome, "verified");
});

test("only the badge's own organization changes and deletes it", async () => {
  const other = await newOrganization(server);
  assertError(await change(organization.badgeId, { name: "Mine" }, other), 404, "NOT_FOUND");
  assertError(await remove(organization.badgeId, other), 404, "NOT_FOUND");
  assertError(await server.request("DELETE", `${organization.path}/badges/${organization.badgeId}`), 401, "UNAUTHORIZED");
});

test("badges are made, changed and deleted by API key with the scope for it", async () => {
  const scoped = async (scopes) =>
    expectStatus(await server.request("POST", `${organization.path}/api-keys`, { token: organization.session, json: { label: "b", scopes } }), 201).json.apiKey;
  const token = await scoped(["badges.write"]);
  const json = { name: "By key", description: "d", criteria: "c" };
  const badge = expectStatus(await server.request("POST", "/api/v1/badges", { token, json }), 201).json;
  const path = `/api/v1/badges/${badge.id}`;
  assert.equal(expectStatus(await server.request("PATCH", path, { token, json: { name: "Other" } }), 200).json.name, "Other");
  assert.match(expectStatus(await server.request("PUT", `${path}/image`, { token, body: png(), type: "image/png" }), 200).json.imageUrl, /\.png$/);
  const reads = await scoped(["badges.read"]);
  const other = await newOrganization(server);
  for (const [method, to, options] of [["POST", "/api/v1/badges", { json }], ["PATCH", path, { json: {} }], ["PUT", `${path}/image`, { body: png(), type: "image/png" }], ["DELETE", path, {}]]) {
    assertError(await server.request(method, to, { token: reads, ...options }), 403, "FORBIDDEN");
    if (to !== "/api/v1/badges") assertError(await server.request(method, to, { token: other.apiKey, ...options }), 404, "NOT_FOUND");
  }
  assert.equal((await server.request("DELETE", path, { token })).status, 204);
  assertError(await server.request("GET", path, { token: reads }), 404, "NOT_FOUND");
});
