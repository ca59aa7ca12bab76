import { readFileSync } from "node:fs";
import { join } from "node:path";

import { newRecipient, ROOT } from "../harness.mjs";
import { authorizationQuery, basic, EVERYTHING, METADATA, pkce } from "../oauth.mjs";
import { signInByMail } from "../mail.mjs";

const FORM = "application/x-www-form-urlencoded";
const SAMPLE = readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples/did-key.json"));

/** Asks every operation of the areas `oauth`, `open_badges` and `imports` once, for openapi.test.mjs. */
export async function openBadges({ ask, server }) {
  const { token: session } = await signInByMail(server, newRecipient().email);
  const base = "/ims/ob/v3p0";
  await ask("GET", "/.well-known/oauth-authorization-server/ims/ob/v3p0/oauth");
  await ask("GET", `${base}/discovery`);
  const client = await ask("POST", `${base}/oauth/register`, {}, { json: METADATA });
  const { verifier, challenge } = pkce();
  const query = authorizationQuery(client, { code_challenge: challenge, scope: EVERYTHING });
  await ask("GET", `${base}/oauth/authorize?${query}`);
  await ask("GET", `${base}/oauth/request?${query}`);
  const { location } = await ask("POST", `${base}/oauth/authorize`, {}, { token: session, json: { request: query, isAllowed: true } });
  const code = new URL(location).searchParams.get("code");
  const form = (members) => ({ headers: { authorization: basic(client) }, type: FORM, body: String(new URLSearchParams(members)) });
  const given = { grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: METADATA.redirect_uris[0] };
  const { access_token: token } = await ask("POST", `${base}/oauth/token`, {}, form(given));

  await ask("POST", `${base}/credentials`, {}, { token, body: SAMPLE, type: "application/json", status: 201 });
  await ask("GET", `${base}/credentials?limit=5&offset=0`, {}, { token });
  await ask("GET", `${base}/profile`, {}, { token });
  await ask("PUT", `${base}/profile`, {}, { token, json: { id: "urn:uuid:1", type: "Profile" } });

  const { data } = await ask("GET", "/api/me/imports", {}, { token: session });
  const one = { import: data[0].id };
  await ask("GET", "/api/me/imports/{import}", one, { token: session });
  await ask("GET", "/api/me/imports/{import}/file", one, { token: session });
  await ask("DELETE", "/api/me/imports/{import}", one, { token: session });
  await ask("POST", "/api/me/imports", {}, { token: session, body: SAMPLE, type: "application/vc+ld+json", status: 201 });
  await ask("POST", "/api/me/imports", {}, { token: session, body: SAMPLE, type: "application/vc+ld+json", status: 200 });
  const allowed = await ask("GET", "/api/me/authorizations", {}, { token: session });
  await ask("DELETE", "/api/me/authorizations/{authorization}", { authorization: allowed.data[0].id }, { token: session });
  await ask("POST", `${base}/oauth/revoke`, {}, form({ token }));
}
