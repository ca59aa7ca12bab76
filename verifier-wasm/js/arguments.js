// What callers hand in, checked once and turned into what the host loop uses. Misuse is a TypeError that names the argument.

/**
 * Most bytes that cross into WebAssembly. The core has its own, smaller limit and says `input_too_large`; it says so of
 * the first 64 MiB as it would of the whole.
 */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

const encoder = new TextEncoder();

/** @returns {Promise<Uint8Array>} */
export async function readInput(input, name = "input") {
  // The encoder is several times faster than the glue, which copies character by character.
  if (typeof input === "string") return encoder.encode(input.slice(0, MAX_INPUT_BYTES + 1));
  if (ArrayBuffer.isView(input)) {
    return new Uint8Array(input.buffer, input.byteOffset, Math.min(input.byteLength, MAX_INPUT_BYTES + 1));
  }
  if (tagOf(input) === "ArrayBuffer") return new Uint8Array(input, 0, Math.min(input.byteLength, MAX_INPUT_BYTES + 1));
  if (tagOf(input) === "Blob" || tagOf(input) === "File") {
    return new Uint8Array(await input.slice(0, MAX_INPUT_BYTES + 1).arrayBuffer());
  }
  throw new TypeError(`\`${name}\` must be a string, a Uint8Array, an ArrayBuffer or a Blob, not ${kindOf(input)}`);
}

/** @returns {Promise<Uint8Array>} */
export async function readBytes(input, name) {
  if (typeof input === "string") throw new TypeError(`\`${name}\` must be a Uint8Array, an ArrayBuffer or a Blob, not a string`);
  return readInput(input, name);
}

export function readText(value, name) {
  if (typeof value !== "string") throw new TypeError(`\`${name}\` must be a string, not ${kindOf(value)}`);
  return value;
}

/** What a verifier is made with. @returns {{fetch?: typeof fetch, policy: object, documents: object, cache?: object}} */
export function readSettings(settings = {}) {
  const { trust, cache = true, ...rest } = readMembers(settings, "settings", ["fetch", "policy", "trust", "documents", "cache"]);
  const shared = readShared(rest, "settings");
  if (trust !== undefined) {
    if (!Array.isArray(trust)) throw new TypeError(`\`settings.trust\` must be a list of registries, not ${kindOf(trust)}`);
    if (shared.policy.trust !== undefined) throw new TypeError("`settings.trust` and `settings.policy.trust` are the same: give one");
    shared.policy = { ...shared.policy, trust };
  }
  if (typeof cache === "boolean") return { ...shared, cache: cache ? {} : undefined };
  const limits = readMembers(cache, "settings.cache", ["ttlSeconds", "maxEntries", "maxBytes"]);
  for (const [name, limit] of Object.entries(limits)) {
    if (limit !== undefined && !(typeof limit === "number" && limit >= 0)) {
      throw new TypeError(`\`settings.cache.${name}\` must be a number that is not negative`);
    }
  }
  return { ...shared, cache: limits };
}

/** What one verification is made with. @returns {{fetch?: typeof fetch, policy: object, documents: object, nowMillis: bigint, signal?: AbortSignal}} */
export function readOptions(options = {}) {
  const { now, signal, ...rest } = readMembers(options, "options", ["fetch", "now", "policy", "documents", "signal"]);
  const shared = readShared(rest, "options");
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw new TypeError(`\`options.signal\` must be an AbortSignal, not ${kindOf(signal)}`);
  }
  return { ...shared, nowMillis: readTime(now), signal };
}

// A wish that is not understood is not passed over: whoever misspelt it would believe it granted.
function readMembers(value, name, known) {
  if (!isObject(value)) throw new TypeError(`\`${name}\` must be an object, not ${kindOf(value)}`);
  const unknown = Object.keys(value).find((member) => !known.includes(member));
  if (unknown !== undefined) throw new TypeError(`\`${name}.${unknown}\` is not known: there are ${known.join(", ")}`);
  return value;
}

function readShared({ fetch, policy = {}, documents = {} }, name) {
  if (fetch !== undefined && typeof fetch !== "function") {
    throw new TypeError(`\`${name}.fetch\` must be a function, not ${kindOf(fetch)}`);
  }
  if (!isObject(policy)) throw new TypeError(`\`${name}.policy\` must be an object, not ${kindOf(policy)}`);
  // JSON would leave these out, and a challenge that was not there would not be asked for.
  const lost = Object.keys(policy).find((member) => ["undefined", "function", "symbol"].includes(typeof policy[member]));
  if (lost !== undefined) throw new TypeError(`\`${name}.policy.${lost}\` must not be ${kindOf(policy[lost])}`);
  if (!isObject(documents)) throw new TypeError(`\`${name}.documents\` must be an object, not ${kindOf(documents)}`);
  return { fetch, policy, documents: Object.fromEntries(Object.entries(documents).map(([url, document]) => [url, readDocument(document, name)])) };
}

/** A document that the caller brings: its text, its bytes, or the object that it is the JSON of. @returns {Uint8Array} */
function readDocument(document, name) {
  if (ArrayBuffer.isView(document)) return new Uint8Array(document.buffer, document.byteOffset, document.byteLength);
  if (tagOf(document) === "ArrayBuffer") return new Uint8Array(document);
  if (typeof document !== "string" && !isObject(document)) {
    throw new TypeError(`\`${name}.documents\` must hold text, bytes or JSON objects, not ${kindOf(document)}`);
  }
  return encoder.encode(typeof document === "string" ? document : JSON.stringify(document));
}

function readTime(now) {
  const millis =
    now === undefined ? Date.now()
    : typeof now === "number" ? Math.trunc(now)
    : tagOf(now) === "Date" ? now.getTime()
    : typeof now === "string" && RFC3339.test(now) && isDay(now.slice(0, 10)) ? Date.parse(now)
    : Number.NaN;
  // Dates end 100,000,000 days from the epoch (ECMA-262 §21.4.1.1); this also leaves out NaN and the infinities.
  if (!(Math.abs(millis) <= 8.64e15)) {
    throw new TypeError("`options.now` must be a valid Date, an RFC 3339 string with its time zone, or milliseconds since 1970");
  }
  return BigInt(millis);
}

/** Whether its month has the day: some platforms count on into the next one. */
function isDay(date) {
  return new Date(date).getUTCDate() === Number(date.slice(8));
}

/** Nor a `Map`, a `Blob` or a promise, whose members are not those that they hold. */
function isObject(value) {
  return tagOf(value) === "Object";
}

// By tag and not by `instanceof`, which fails for objects that come from another frame or test environment.
function tagOf(value) {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return Array.isArray(value) ? "an array" : `an object of type ${tagOf(value)}`;
}
