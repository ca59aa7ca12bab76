// Checking the signatures that the core leaves to its host: ECDSA and RSA, by WebCrypto, which every platform has built in.

import { fromBase64url } from "./base64url.js";

const PARAMETERS = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
};

/** FIPS 186-4 D.1.2: the prime and the coefficient b of each curve; a is -3. */
const CURVES = {
  "P-256": {
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    bytes: 32,
  },
  "P-384": {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    bytes: 48,
  },
};

/**
 * @param {{algorithm: string, key: string, message: string, signature: string}} check the bytes in base64url
 * @returns {Promise<boolean | undefined>} undefined where this platform has no way to tell; never rejects
 */
export async function checkSignature({ algorithm, key, message, signature }) {
  const subtle = globalThis.crypto?.subtle;
  const parameters = PARAMETERS[algorithm];
  if (subtle === undefined || parameters === undefined) return undefined;
  try {
    const jwk = readKey(JSON.parse(key));
    // What is no key has signed nothing.
    if (jwk === undefined) return false;
    const imported = await subtle.importKey("jwk", jwk, parameters, false, ["verify"]);
    return await subtle.verify(parameters, imported, toBytes(signature), toBytes(message));
  } catch (error) {
    return error.name === "DataError" ? false : undefined;
  }
}

/**
 * The key as WebCrypto takes it, or `undefined` where its point is not of its curve: platforms refuse such a point in ways that
 * can not be told from a failure of theirs. A JWK needs both coordinates; Multikey carries one, and the sign of the other.
 */
function readKey({ compressed, ...jwk }) {
  if (CURVES[jwk.crv] === undefined) return jwk;
  const { p, b, bytes } = CURVES[jwk.crv];
  const point = compressed && toBytes(compressed);
  const x = toInteger(point ? point.subarray(1) : toBytes(jwk.x));
  const square = (x ** 3n - 3n * x + b) % p;
  const y = point ? root(square, p, point[0] & 1) : toInteger(toBytes(jwk.y));
  if (x >= p || y >= p || (y * y - square) % p !== 0n) return undefined;
  return { ...jwk, x: toBase64url(x, bytes), y: toBase64url(y, bytes) };
}

/** The root that is odd or even, if there is one. Both primes are 3 modulo 4, where this power is a root. */
function root(square, p, isOdd) {
  const either = power((square + p) % p, (p + 1n) / 4n, p);
  return either % 2n === BigInt(isOdd) ? either : p - either;
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let factor = base; exponent > 0n; exponent >>= 1n, factor = (factor * factor) % modulus) {
    if (exponent & 1n) result = (result * factor) % modulus;
  }
  return result;
}

function toInteger(bytes) {
  let integer = 0n;
  for (const byte of bytes) integer = (integer << 8n) | BigInt(byte);
  return integer;
}

function toBytes(base64url) {
  const characters = fromBase64url(base64url);
  const bytes = new Uint8Array(characters.length);
  // A loop, for the megabytes that a JWS may have: `from` with a function takes thirty times as long.
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}

function toBase64url(integer, bytes) {
  const digits = integer.toString(16).padStart(bytes * 2, "0");
  const text = digits.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16)));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
