// Status lists as a stranger reads them, with nothing of this project's: the bit is looked up in what node's zlib inflates.

import { gunzipSync } from "node:zlib";

import { expectStatus } from "./harness.mjs";

/** The signed document of a credential. */
export async function document(server, id) {
  return expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).json;
}

/** The entry of a credential for a purpose. */
export function entry(credential, purpose) {
  return [credential.credentialStatus].flat().find(({ statusPurpose }) => statusPurpose === purpose);
}

/** The bits of a published list, and how many entries it has. */
export function decode(list) {
  const { encodedList } = list.credentialSubject;
  if (!encodedList.startsWith("u")) throw new Error("encodedList is not multibase base64url");
  const bytes = gunzipSync(Buffer.from(encodedList.slice(1), "base64url"));
  return {
    entries: bytes.length * 8,
    isSet: (index) => (bytes[Math.floor(index / 8)] & (0b1000_0000 >> index % 8)) !== 0,
    count: bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0),
  };
}

/** The list that an entry names, from the worker, wherever it is said to be. */
export async function list(server, { statusListCredential }) {
  return expectStatus(await server.request("GET", new URL(statusListCredential).pathname), 200).json;
}

/** Whether the published lists say of a credential that it is revoked, and that it is suspended. */
export async function published(server, id) {
  const credential = await document(server, id);
  const look = async (purpose) => {
    const found = entry(credential, purpose);
    return decode(await list(server, found)).isSet(Number(found.statusListIndex));
  };
  return { revoked: await look("revocation"), suspended: await look("suspension") };
}

/** A `fetch` for the verifier that gets every document of an origin from the worker, and nothing else. */
export function fetchFrom(server, origin) {
  return async (url) => {
    const { pathname, origin: asked } = new URL(url);
    if (asked !== origin) return new Response(null, { status: 404 });
    const answer = await server.request("GET", pathname);
    return new Response(answer.bytes, { status: answer.status, headers: answer.headers });
  };
}
