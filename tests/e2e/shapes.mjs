// What answers must look like: the Credentials API's error envelope, and the forms of its values.

import assert from "node:assert/strict";

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const CRD = /^CRD-[0-9A-Z]{8}$/;
/** RFC 3339, UTC, milliseconds. */
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Asserts an error answer: its status, its code, and the field that it names, where one is expected. */
export function assertError(answer, status, code, field) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get("content-type")?.split(";")[0], "application/json");
  assert.equal(answer.json?.error, code, answer.text);
  assert.equal(typeof answer.json.message, "string");
  assert.ok(answer.json.message.length > 0);
  if (field !== undefined) assert.equal(answer.json.details?.field, field, answer.text);
  const known = ["error", "message", "details"];
  assert.deepEqual(Object.keys(answer.json).filter((member) => !known.includes(member)), []);
}

/** Asserts that an object has exactly these members. */
export function assertMembers(object, members) {
  assert.deepEqual(Object.keys(object).sort(), [...members].sort());
}

/** Asserts a refusal of contract B: its status, and the way to the field at fault, where one is expected. */
export function assertRefusal(answer, status, path) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get("content-type")?.split(";")[0], "application/json");
  assert.deepEqual(Object.keys(answer.json ?? {}), path ? ["details", "error"] : ["error"], answer.text);
  assert.ok(typeof answer.json.error === "string" && answer.json.error.length > 0);
  if (!path) return;
  assert.equal(answer.json.details.length, 1);
  assert.deepEqual(answer.json.details[0].path, path, answer.text);
  assert.ok(answer.json.details[0].message.length > 0);
}
