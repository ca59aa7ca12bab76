// Signing in by a mailed code, carrying a session on, and ending it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { expectStatus, OWNER, startWorker } from "./harness.mjs";
import { codeFor, mailsTo, mailTo, signInByMail } from "./mail.mjs";
import { assertError, assertMembers, TIME, UUID } from "./shapes.mjs";

let server;

before(async () => {
  server = await startWorker();
});
after(() => server?.close());

const somebody = () => `ada-${randomBytes(5).toString("hex")}@lovelace.example`;
const ask = (path, json, token) => server.request("POST", `/api/auth/${path}`, { json, token });
const who = (token) => server.request("GET", "/api/auth/session", { token });

test("a mailed code signs in, and proves the address", async () => {
  const email = somebody();
  const asked = expectStatus(await ask("code", { email }), 202).json;
  assertMembers(asked, ["expiresAt"]);
  assert.match(asked.expiresAt, TIME);
  const { subject, text, html, from } = await mailTo(server, email);
  const [code] = subject.match(/\d{6}/);
  assert.ok(text.includes(code) && html.includes(code));
  assert.match(from, /badges@accolade\.example/);

  const session = expectStatus(await ask("session", { email, code }), 200).json;
  assertMembers(session, ["token", "expiresAt", "refreshToken", "user"]);
  assert.match(session.user.id, UUID);
  assert.equal(session.user.email, email);
  assert.equal(session.user.emailVerified, true);
  assert.deepEqual(expectStatus(await who(session.token), 200).json, { user: session.user });
});

test("whoever signs in twice is the same person", async () => {
  const email = somebody();
  const first = await signInByMail(server, email);
  const second = await signInByMail(server, email.toUpperCase());
  assert.equal(first.user.id, second.user.id);
  assert.equal((await who(first.token)).status, 200);
});

test("the answer to a request for a code does not tell who is known", async () => {
  const shape = async (email) => Object.keys(expectStatus(await ask("code", { email }), 202).json);
  assert.deepEqual(await shape(OWNER), await shape(somebody()));
});

test("a code is good once, for its address, and until the next one", async () => {
  const email = somebody();
  const first = await codeFor(server, email);
  const code = await codeFor(server, email);
  if (first !== code) assertError(await ask("session", { email, code: first }), 401, "UNAUTHORIZED");
  assertError(await ask("session", { email: somebody(), code }), 401, "UNAUTHORIZED");
  expectStatus(await ask("session", { email, code: `${code.slice(0, 3)} ${code.slice(3)}` }), 200);
  assertError(await ask("session", { email, code }), 401, "UNAUTHORIZED");
});

test("of concurrent requests with one code, one signs in", async () => {
  const email = somebody();
  const code = await codeFor(server, email);
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask("session", { email, code })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401, 401]);
});

test("after five wrong guesses the right code is refused too", async () => {
  const email = somebody();
  const code = await codeFor(server, email);
  const wrong = code === "000000" ? "000001" : "000000";
  const guesses = await Promise.all(Array.from({ length: 5 }, () => ask("session", { email, code: wrong })));
  for (const guess of guesses) assertError(guess, 401, "UNAUTHORIZED");
  assertError(await ask("session", { email, code }), 401, "UNAUTHORIZED");
});

test("a code is too old after ten minutes", async () => {
  const email = somebody();
  const code = await codeFor(server, email);
  await server.bindings.DB.prepare("UPDATE sign_in_code SET expires_at = expires_at - 600000 WHERE email = ?").bind(email).run();
  assertError(await ask("session", { email, code }), 401, "UNAUTHORIZED");
});

test("neither code nor address can be read in the database once the mail is sent", async () => {
  const email = somebody();
  const code = await codeFor(server, email);
  const rows = async (table) => (await server.bindings.DB.prepare(`SELECT * FROM ${table}`).all()).results;
  for (const table of ["sign_in_code", "mail", "session"]) assert.ok(!JSON.stringify(await rows(table)).includes(`"${code}"`), table);
  const { refreshToken } = expectStatus(await ask("session", { email, code }), 200).json;
  assert.ok(!JSON.stringify(await rows("session")).includes(refreshToken));
});

test("a refresh token gives new tokens once; its second use ends the session", async () => {
  const first = await signInByMail(server, somebody());
  const second = expectStatus(await ask("refresh", { refreshToken: first.refreshToken }), 200).json;
  assertMembers(second, ["token", "expiresAt", "refreshToken"]);
  assert.notEqual(second.refreshToken, first.refreshToken);
  assert.equal((await who(second.token)).status, 200);
  const third = expectStatus(await ask("refresh", { refreshToken: second.refreshToken }), 200).json;
  assertError(await ask("refresh", { refreshToken: second.refreshToken }), 401, "UNAUTHORIZED");
  assertError(await ask("refresh", { refreshToken: third.refreshToken }), 401, "UNAUTHORIZED");
  for (const { token } of [first, second, third]) assertError(await who(token), 401, "UNAUTHORIZED");
});

test("of concurrent requests with one refresh token at most one succeeds", async () => {
  const { refreshToken } = await signInByMail(server, somebody());
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask("refresh", { refreshToken })));
  assert.ok(answers.filter(({ status }) => status === 200).length <= 1);
});

test("signing out ends the session at once", async () => {
  const { token, refreshToken } = await signInByMail(server, somebody());
  assert.equal((await ask("sign-out", undefined, token)).status, 204);
  assertError(await who(token), 401, "UNAUTHORIZED");
  assertError(await server.request("GET", "/api/organizations", { token }), 401, "UNAUTHORIZED");
  assertError(await ask("refresh", { refreshToken }), 401, "UNAUTHORIZED");
  assertError(await ask("sign-out", undefined, undefined), 401, "UNAUTHORIZED");
});

test("a session is not carried on for ever", async () => {
  const { refreshToken, token, user } = await signInByMail(server, somebody());
  await server.bindings.DB.prepare("UPDATE session SET expires_at = 1 WHERE user_id = ?").bind(user.id).run();
  assertError(await ask("refresh", { refreshToken }), 401, "UNAUTHORIZED");
  assertError(await who(token), 401, "UNAUTHORIZED");
});

test("the code is mailed in the language that is asked for", async () => {
  const email = somebody();
  expectStatus(await ask("code", { email, locale: "de-CH" }), 202);
  const { subject, html } = await mailTo(server, email);
  assert.match(subject, /Anmeldecode/);
  assert.match(html, /<html lang="de">/);
});

for (const [path, json, field] of [
  ["code", {}, "email"],
  ["code", { email: "ada" }, "email"],
  ["code", { email: "a@b.example\r\nBcc: c@d.example" }, "email"],
  ["code", { email: "a@b.example", locale: "xx" }, "locale"],
  ["code", { email: "a@b.example", to: "x" }, "to"],
  ["session", { email: "a@b.example" }, "code"],
  ["session", { email: "a@b.example", code: "12345" }, "code"],
  ["session", { email: "a@b.example", code: 123456 }, "code"],
  ["refresh", {}, "refreshToken"],
]) {
  test(`${path} refuses ${JSON.stringify(json)} and names ${field}`, async () => {
    assertError(await ask(path, json), 400, "VALIDATION_ERROR", field);
  });
}

test("the owner of the bootstrap secret becomes a person with a proved address by a code", async () => {
  await server.signIn();
  const { user } = await signInByMail(server, OWNER);
  assert.equal(user.emailVerified, true);
  const listed = await server.request("GET", "/api/operator/organizations", { token: await server.signIn() });
  assert.equal(listed.status, 200);
});

test("codes for one address are limited, whoever asks for them", async () => {
  const limited = await startWorker({ vars: { RATE_LIMITS: "on", RATE_LIMIT_SIGN_IN: "2/900" } });
  try {
    const email = somebody();
    const code = (from, to) => limited.request("POST", "/api/auth/code", { json: { email: to }, headers: { "cf-connecting-ip": from } });
    const answers = [];
    for (let i = 0; i < 4 && answers.at(-1)?.status !== 429; i += 1) answers.push(await code(`192.0.2.${i}`, email));
    assertError(answers.at(-1), 429, "RATE_LIMITED");
    assert.equal(answers.at(-1).headers.get("x-ratelimit-limit"), "2");
    assert.ok((await mailsTo(limited, email)).length <= 2);
  } finally {
    await limited.close();
  }
});

test("a deployment without a sender's address sends no mail, and says so", async () => {
  const silent = await startWorker({ vars: { MAIL_FROM: "" } });
  try {
    assertError(await silent.request("POST", "/api/auth/code", { json: { email: somebody() } }), 403, "FORBIDDEN");
  } finally {
    await silent.close();
  }
});
