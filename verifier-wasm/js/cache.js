// Documents kept for a while, so that a hundred badges of one issuer cost one request. Only what was had is kept: a failure
// may be over in a second.

import { fromBase64url } from "./base64url.js";

/** How long a document is kept where nothing says less. A revocation may stay unseen for that long. */
const TTL_SECONDS = 300;
const MAX_ENTRIES = 256;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * @param {{ttlSeconds?: number, maxEntries?: number, maxBytes?: number}} [limits]
 * @param {() => number} [clock] milliseconds that never run backwards
 */
export function createDocumentCache(
  { ttlSeconds = TTL_SECONDS, maxEntries = MAX_ENTRIES, maxBytes = MAX_BYTES } = {},
  clock = () => performance.now(),
) {
  // A Map keeps the order of insertion, and what is used is inserted anew: the first is the least recently used.
  const entries = new Map();
  let bytes = 0;

  function insert(url, entry) {
    entries.set(url, entry);
    bytes += entry.document.length;
  }

  function remove(url) {
    const entry = entries.get(url);
    if (entries.delete(url)) bytes -= entry.document.length;
    return entry;
  }

  return {
    /** @returns {Uint8Array | undefined} */
    get(url) {
      const entry = remove(url);
      if (entry === undefined || clock() >= entry.until) return undefined;
      insert(url, entry);
      return entry.document;
    },

    /** Keeps a document for the ttl, or for as long as its response or the document itself allows if that is less. */
    put(url, document, headers) {
      remove(url);
      const seconds = Math.min(ttlSeconds, allowedSeconds(headers), statedSeconds(document));
      if (!(seconds > 0)) return;
      insert(url, { document, until: clock() + seconds * 1000 });
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && bytes <= maxBytes) break;
        remove(oldest);
      }
    },
  };
}

/** The freshness that a response states (RFC 9111 §4.2, §5.2.2), and no end where it states none. */
function allowedSeconds(headers) {
  const control = headers?.get("cache-control") ?? "";
  if (/(^|[\s,])no-(store|cache)\b/i.test(control)) return 0;
  const maxAge = /(?:^|[\s,])max-age\s*=\s*"?(\d+)/i.exec(control)?.[1];
  if (maxAge === undefined) return Infinity;
  return Number(maxAge) - (Number(headers.get("age")) || 0);
}

/**
 * The time to live that a status list states in milliseconds (Bitstring Status List §2.2 `ttl`), or no end where there is none. Any
 * member of that name counts, in JSON or in the payload of a JWS: at worst a document is asked for once more.
 */
function statedSeconds(document) {
  const text = new TextDecoder().decode(document);
  const [, payload] = /^\s*[\w-]+\.([\w-]+)\.[\w-]*\s*$/.exec(text) ?? [];
  // A length that no base64 has would throw.
  const stated = payload && payload.length % 4 !== 1 ? fromBase64url(payload) : text;
  let seconds = Infinity;
  for (const [, milliseconds] of stated.matchAll(/"ttl"\s*:\s*(\d+)/g)) seconds = Math.min(seconds, milliseconds / 1000);
  return seconds;
}
