// A client of the Open Badges API as somebody would write it by the standard: it registers, sends a person to say yes, and gets
// tokens.

import { createHash, randomBytes } from "node:crypto";

import { expectStatus, newRecipient } from "./harness.mjs";
import { signInByMail } from "./mail.mjs";

export const BASE = "/ims/ob/v3p0";
export const SERVER = `${BASE}/oauth`;
const SCOPES = "https://purl.imsglobal.org/spec/ob/v3p0/scope/";
export const READ = `${SCOPES}credential.readonly`;
export const UPSERT = `${SCOPES}credential.upsert`;
export const READ_PROFILE = `${SCOPES}profile.readonly`;
export const UPDATE_PROFILE = `${SCOPES}profile.update`;
export const EVERYTHING = [READ, UPSERT, READ_PROFILE, UPDATE_PROFILE, "offline_access"].join(" ");

/** What a client says of itself. */
export const METADATA = {
  client_name: "Backpack",
  client_uri: "https://backpack.example",
  logo_uri: "https://backpack.example/logo.png",
  tos_uri: "https://backpack.example/terms",
  policy_uri: "https://backpack.example/privacy",
  software_id: "c88b6ed8-269e-448e-99be-7e2ff47167d1",
  software_version: "1.0.0",
  redirect_uris: ["https://backpack.example/callback"],
  token_endpoint_auth_method: "client_secret_basic",
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  scope: EVERYTHING,
};
const CALLBACK = METADATA.redirect_uris[0];

/** Registers a client; resolves to what it was told. */
export async function register(server, changed = {}) {
  return expectStatus(await server.request("POST", `${SERVER}/register`, { json: { ...METADATA, ...changed } }), 201).json;
}

/** A verifier and its challenge (RFC 7636). */
export function pkce() {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** The query of a request for authorization; a member that is `undefined` is left out. */
export function authorizationQuery(client, changed = {}) {
  const members = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: CALLBACK,
    scope: EVERYTHING,
    state: "a state",
    code_challenge: pkce().challenge,
    code_challenge_method: "S256",
    ...changed,
  };
  return String(new URLSearchParams(Object.entries(members).filter(([, value]) => value !== undefined)));
}

/** What the consent page sends when a person says yes or no; resolves to the answer. */
export function decide(server, session, query, isAllowed = true) {
  return server.request("POST", `${SERVER}/authorize`, { token: session, json: { request: query, isAllowed } });
}

/** The parameters with which a person comes back to a client. */
export async function returned(answer) {
  return new URL(expectStatus(await answer, 200).json.location).searchParams;
}

export const basic = ({ client_id, client_secret }) => `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString("base64")}`;

/** Posts a form as a client. */
export function post(server, client, path, form) {
  return server.request("POST", `${SERVER}${path}`, {
    headers: { authorization: basic(client) },
    type: "application/x-www-form-urlencoded",
    body: String(new URLSearchParams(form)),
  });
}

/** Gives a code for tokens. */
export function giveCode(server, client, code, verifier, changed = {}) {
  return post(server, client, "/token", { grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: verifier, ...changed });
}

/** Gives a refresh token for tokens. */
export function refresh(server, client, token, changed = {}) {
  return post(server, client, "/token", { grant_type: "refresh_token", refresh_token: token, ...changed });
}

/** A person who is signed in, and what says so. */
export async function newPerson(server, { email = newRecipient().email } = {}) {
  const { token, user } = await signInByMail(server, email);
  return { email, session: token, id: user.id };
}

/** A code that a person has allowed, and what it is given with. */
export async function newCode(server, client, person, { scope = EVERYTHING } = {}) {
  const { verifier, challenge } = pkce();
  const back = await returned(decide(server, person.session, authorizationQuery(client, { scope, code_challenge: challenge })));
  return { code: back.get("code"), verifier };
}

/** A client that a person has let in: `{client, person, tokens, ask}`; `ask` asks the API with the access token. */
export async function newGrant(server, { scope = EVERYTHING, person, client } = {}) {
  client ??= await register(server);
  person ??= await newPerson(server);
  const { code, verifier } = await newCode(server, client, person, { scope });
  const tokens = expectStatus(await giveCode(server, client, code, verifier), 200).json;
  const ask = (method, path, options = {}) => server.request(method, `${BASE}${path}`, { token: tokens.access_token, ...options });
  return { client, person, tokens, ask };
}
