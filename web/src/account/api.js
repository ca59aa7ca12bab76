// What the account page asks of the worker, and the session that it asks with.

const KEY = "accolade-session";

/** An answer that is no success: `code` is the API's word for it, or `unreachable`. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The session of this tab: `{token, refreshToken, email}`; gone when the tab is closed. */
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
  const { token, refreshToken, user } = await ask("POST", "/api/auth/session", { email, code });
  keep({ token, refreshToken, email: user.email });
}

/** Ends the session, here and at the worker. */
export async function signOut() {
  const held = session();
  forget();
  if (!held) return;
  const end = (token) => ask("POST", "/api/auth/sign-out", undefined, token);
  // A session whose token is over has not ended for that.
  const renewed = async () => (await ask("POST", "/api/auth/refresh", { refreshToken: held.refreshToken })).token;
  await end(held.token).catch(async (error) => isOver(error) && end(await renewed())).catch(() => {});
}

/** Asks with the session, which is carried on where its token is over; one that has ended is forgotten. */
export function asked(method, path, json) {
  return withSession((token) => ask(method, path, json, token));
}

/** A picture that the session may see, as an address for this page; `undefined` where there is none. */
export async function picture(path) {
  const blob = await withSession((token) => sendFor(path, { headers: authorization(token) }, (response) => response.blob())).catch(() => undefined);
  return blob && URL.createObjectURL(blob);
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
  return withSession((token) => send(path, { method: "POST", headers: { accept: "application/json", ...authorization(token) }, body: form }));
}

/** Does something with the session's token, and once more with the next one where that one is over. */
async function withSession(work) {
  const held = session();
  try {
    return await work(held?.token);
  } catch (error) {
    if (!isOver(error)) throw error;
    if (!(await carriesOn(held))) throw error;
  }
  try {
    return await work(session()?.token);
  } catch (error) {
    if (isOver(error)) forget();
    throw error;
  }
}

const isOver = ({ code }) => code === "UNAUTHORIZED" || code === "login_required";

/** What carries the session on at this moment: its refresh token is good once, and who comes with it twice ends the session. */
let carrying;

/** Gets the session's next token, unless somebody has got it meanwhile; `false` when the session has ended. */
async function carriesOn(held) {
  if (session()?.token !== held?.token) return true;
  carrying ??= renewed(held).finally(() => (carrying = undefined));
  return carrying;
}

async function renewed(held) {
  try {
    if (!held?.refreshToken) throw new Refused("UNAUTHORIZED");
    const { token, refreshToken } = await ask("POST", "/api/auth/refresh", { refreshToken: held.refreshToken });
    // Not where the person has signed out meanwhile.
    if (session()?.token === held.token) keep({ ...held, token, refreshToken });
    return true;
  } catch (error) {
    if (!isOver(error)) throw error;
    forget();
    return false;
  }
}

const keep = (held) => sessionStorage.setItem(KEY, JSON.stringify(held));
const forget = () => sessionStorage.removeItem(KEY);

function ask(method, path, json, token) {
  const headers = { accept: "application/json", ...authorization(token), ...(json && { "content-type": "application/json" }) };
  return send(path, { method, headers, body: json && JSON.stringify(json) });
}

function send(path, request) {
  return sendFor(path, request, (response) => response.json().catch(() => undefined));
}

/** Sends a request, and hands over what `read` makes of a success. */
async function sendFor(path, request, read) {
  const response = await fetch(path, request).catch(() => {
    throw new Refused("unreachable");
  });
  if (response.ok) return read(response);
  const refusal = await response.json().catch(() => undefined);
  throw new Refused(refusal?.error ?? "INTERNAL_ERROR");
}

const authorization = (token) => (token ? { authorization: `Bearer ${token}` } : {});
