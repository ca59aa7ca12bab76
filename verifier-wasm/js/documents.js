// Getting the documents that a verification asks for: DID documents, status lists. Their addresses were written by whoever
// made the credential, so every request is guarded, and every failure is the same answer: the document could not be had.

/** Largest document that is read. A status list of a million entries is some 170 KB even where nothing compresses. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;

/** Longest time that one document may take. */
export const DOCUMENT_TIMEOUT_MS = 10_000;

/** How a fetch of the web platform is told to send nothing of the user's and to follow no redirect. */
export const WEB_REQUEST = { credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };

/** The same at the edge: workerd knows no credentials, and refuses the word "error"; it hands the redirect back instead. */
export const EDGE_REQUEST = { redirect: "manual" };

/**
 * Names that lead to the caller's own machine or network (RFC 6761, RFC 6762, RFC 8375), or nowhere. The core does not ask
 * for documents there; this is the second lock on the same door.
 */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa|lan|localdomain|test|invalid)$/;

const ACCEPT = "application/json, application/did+json, application/ld+json, */*;q=0.1";

/**
 * @param {object} settings
 * @param {typeof fetch} [settings.fetch] the caller's own; it may serve any URL from wherever it likes
 * @param {typeof fetch} [settings.platformFetch] what asks public hosts where the caller brings nothing
 * @param {Record<string, Uint8Array>} [settings.documents] what the caller has brought beforehand, by URL
 * @param {AbortSignal} [settings.signal]
 * @param {RequestInit} settings.requestInit WEB_REQUEST or EDGE_REQUEST
 * @param {{get: (url: string) => Uint8Array | undefined, put: (url: string, document: Uint8Array, headers: Headers) => void}} [settings.cache]
 * @returns {(url: string) => Promise<Uint8Array | undefined>} never rejects
 */
export function createDocumentFetcher({ documents = {}, fetch: ownFetch, platformFetch, signal, requestInit, cache }) {
  const fetch = ownFetch ?? guarded(platformFetch ?? ((url, init) => globalThis.fetch(url, init)));
  return async (url) => {
    if (Object.hasOwn(documents, url)) return documents[url];
    const kept = cache?.get(url);
    if (kept !== undefined) return kept;
    try {
      return await withTimeout(signal, async (timeout) => {
        const response = await fetch(url, { ...requestInit, headers: { accept: ACCEPT }, signal: timeout });
        // A redirect that was followed would let the first host answer for another one.
        if (!response.ok || response.redirected) return undefined;
        const document = await readCapped(response);
        if (document !== undefined) cache?.put(url, document, response.headers);
        return document;
      });
    } catch {
      return undefined;
    }
  };
}

/** Lets only plain https URLs of hosts through that are named as public hosts are. */
function guarded(fetch) {
  return (url, init) => {
    const { protocol, username, password, hostname } = new URL(url);
    if (protocol !== "https:" || username !== "" || password !== "") throw new TypeError("only plain https URLs are fetched");
    if (!isPublicName(hostname)) throw new TypeError("only public hosts are asked");
    return fetch(url, init);
  };
}

/** Neither local nor an IP address, which the URL parser has brought into its one spelling: `[…]`, or four numbers. */
function isPublicName(hostname) {
  const name = hostname.replace(/\.+$/, "");
  return name.includes(".") && !name.startsWith("[") && !/\.\d+$/.test(name) && !LOCAL_NAME.test(name);
}

async function withTimeout(signal, work) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort);
  let timer;
  // Raced as well as aborted: a caller's fetch need not heed the signal.
  const ended = new Promise((_, reject) => {
    timer = setTimeout(abort, DOCUMENT_TIMEOUT_MS);
    controller.signal.addEventListener("abort", () => reject(new Error("timed out or aborted")));
  });
  if (signal?.aborted) abort();
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    // Lets go of a body that was not read to its end.
    abort();
  }
}

async function readCapped(response) {
  if (Number(response.headers?.get("content-length")) > MAX_DOCUMENT_BYTES) return undefined;
  if (response.body?.getReader === undefined) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.length > MAX_DOCUMENT_BYTES ? undefined : bytes;
  }
  const reader = response.body.getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MAX_DOCUMENT_BYTES) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  return join(chunks, length);
}

function join(chunks, length) {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
