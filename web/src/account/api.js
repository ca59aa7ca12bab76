// What the account page asks of the worker, and the session that it asks with.

const KEY = "accolade-session";

/** An answer that is no success: `code` is the API's word for it, or `unreachable`. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The session of this tab: `{token, email}`; gone when the tab is closed. */
export function session() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Asks for a code to be mailed. */
export function requestCode(email, locale) {
  return ask("POST", "/api/auth/code", { email, locale });
}

/** Signs in, and keeps the session. */
export async function signIn(email, code) {
  const { token, user } = await ask("POST", "/api/auth/session", { email, code });
  sessionStorage.setItem(KEY, JSON.stringify({ token, email: user.email }));
}

/** Ends the session, here and at the worker. */
export async function signOut() {
  const held = session();
  sessionStorage.removeItem(KEY);
  if (held) await ask("POST", "/api/auth/sign-out", undefined, held.token).catch(() => {});
}

/** Asks with the session; one that has ended is forgotten. */
export async function asked(method, path, json) {
  try {
    return await ask(method, path, json, session()?.token);
  } catch (error) {
    if (error.code === "UNAUTHORIZED" || error.code === "login_required") sessionStorage.removeItem(KEY);
    throw error;
  }
}

/** A picture that the session may see, as an address for this page; `undefined` where there is none. */
export async function picture(path) {
  const response = await fetch(path, { headers: authorization(session()?.token) }).catch(() => undefined);
  return response?.ok ? URL.createObjectURL(await response.blob()) : undefined;
}

/** A file that the session may see, handed to the person as a download. */
export async function download(path, name) {
  const address = await picture(path);
  if (address === undefined) throw new Refused("NOT_FOUND");
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Sends a file with the session, in a form. */
export function upload(path, file) {
  const form = new FormData();
  form.append("image", file);
  return send(path, { method: "POST", headers: { accept: "application/json", ...authorization(session()?.token) }, body: form });
}

function ask(method, path, json, token) {
  const headers = { accept: "application/json", ...authorization(token), ...(json && { "content-type": "application/json" }) };
  return send(path, { method, headers, body: json && JSON.stringify(json) });
}

async function send(path, request) {
  const response = await fetch(path, request).catch(() => {
    throw new Refused("unreachable");
  });
  const answer = await response.json().catch(() => undefined);
  if (!response.ok) throw new Refused(answer?.error ?? "INTERNAL_ERROR");
  return answer;
}

const authorization = (token) => (token ? { authorization: `Bearer ${token}` } : {});
