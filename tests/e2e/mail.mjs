// Mails that the worker has sent: as the local runtime's e-mail binding took them, read as a person at this machine would.

import { setTimeout as sleep } from "node:timers/promises";

import { expectStatus, newRecipient } from "./harness.mjs";

const SENT = "/cdn-cgi/local/explorer/api/local/email/sending";
const PATIENCE_MS = 20_000;

/** Every mail to an address, the newest first: `{subject, text, html, from}`. */
export async function mailsTo(server, address) {
  const mails = [];
  for (let cursor = ""; cursor !== undefined; ) {
    const query = new URLSearchParams({ per_page: "100", ...(cursor && { cursor }) });
    const { result, result_info: info } = expectStatus(await server.request("GET", `${SENT}?${query}`), 200).json;
    for (const { to, messageId } of result) {
      if (!to.includes(address.toLowerCase())) continue;
      const detail = await server.request("GET", `${SENT}?${new URLSearchParams({ email_id: messageId })}`);
      mails.push(expectStatus(detail, 200).json.result);
    }
    cursor = info.has_more ? info.cursor : undefined;
  }
  return mails;
}

/** The newest mail to an address, once there are `count` of them. */
export async function mailTo(server, address, count = 1) {
  for (const patience = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    const mails = await mailsTo(server, address);
    if (mails.length >= count) return mails[0];
    if (Date.now() > patience) throw new Error(`no mail number ${count} to ${address}`);
  }
}

/** The code that is mailed to an address after `ask` was called. Other mails to it may come in at any time. */
export async function codeAfter(server, email, ask) {
  const codes = async () => (await mailsTo(server, email)).map(({ subject }) => subject.match(/\d{6}/)?.[0]).filter(Boolean);
  const before = (await codes()).length;
  await ask();
  for (const patience = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    const found = await codes();
    if (found.length > before) return found[0];
    if (Date.now() > patience) throw new Error(`no code for ${email}`);
  }
}

/** Asks for a sign-in code and reads it in the mail. */
export function codeFor(server, email) {
  return codeAfter(server, email, async () => expectStatus(await server.request("POST", "/api/auth/code", { json: { email } }), 202));
}

/** Signs somebody in by a mailed code; resolves to the whole answer. */
export async function signInByMail(server, email) {
  const code = await codeFor(server, email);
  return expectStatus(await server.request("POST", "/api/auth/session", { json: { email, code } }), 200).json;
}

/** Somebody new who signs in and joins an organization; resolves to their session. */
export async function newMember(server, organization, role) {
  const { email } = newRecipient();
  const { token } = await signInByMail(server, email);
  const invited = await server.request("POST", `${organization.path}/invitations`, { token: organization.session, json: { email, role } });
  expectStatus(await server.request("POST", `/api/invitations/${expectStatus(invited, 201).json.id}/accept`, { token }), 200);
  return token;
}
