// Badges signed in the tests with WebCrypto: compact JWS and `ecdsa-rdfc-2019`, with keys made for the occasion.

import { webcrypto } from "node:crypto";

const { subtle } = webcrypto;

const KINDS = {
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" }, multicodec: [0x80, 0x24] },
  ES384: { key: { name: "ECDSA", namedCurve: "P-384" }, sign: { name: "ECDSA", hash: "SHA-384" }, multicodec: [0x81, 0x24] },
  RS256: {
    key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    sign: { name: "RSASSA-PKCS1-v1_5" },
  },
};

/** A key pair of an algorithm: its public half as a JWK and, of a curve, as a did:key; and what signs with it. */
export async function createKey(algorithm) {
  const kind = KINDS[algorithm];
  const { publicKey, privateKey } = await subtle.generateKey(kind.key, true, ["sign", "verify"]);
  const { kty, crv, x, y, n, e } = await subtle.exportKey("jwk", publicKey);
  const jwk = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }));
  const sign = async (bytes) => new Uint8Array(await subtle.sign(kind.sign, privateKey, bytes));
  if (crv === undefined) return { algorithm, jwk, sign };
  const point = Buffer.concat([Buffer.from([2 + (Buffer.from(y, "base64url").at(-1) & 1)]), Buffer.from(x, "base64url")]);
  return { algorithm, jwk, sign, point, isOdd: point[0] === 3, ...didKey(algorithm, point) };
}

/** The did:key of a compressed point, whether or not it is one. */
export function didKey(algorithm, point) {
  const multibase = base58(Buffer.concat([Buffer.from(KINDS[algorithm].multicodec), point]));
  return { multibase, did: `did:key:${multibase}` };
}

/** A key of a curve whose second coordinate is odd, or even: Multikey carries no more of it than that. */
export async function createKeyWithSign(algorithm, isOdd) {
  for (;;) {
    const key = await createKey(algorithm);
    if (key.isOdd === isOdd) return key;
  }
}

/** The compact JWS of a badge. */
export function signToken(badge, key, header) {
  return signPayload({ ...badge, iss: badge.issuer.id }, key, { typ: "JWT", ...header });
}

/** The compact JWS of a payload. */
export async function signPayload(payload, key, header) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${encode({ alg: key.algorithm, ...header })}.${encode(payload)}`;
  return `${input}.${Buffer.from(await key.sign(Buffer.from(input))).toString("base64url")}`;
}

/** The same token with one bit of its signature turned over. */
export function flipOneBit(token) {
  const end = token.lastIndexOf(".") + 1;
  const signature = Buffer.from(token.slice(end), "base64url");
  signature[signature.length >> 1] ^= 1;
  return token.slice(0, end) + signature.toString("base64url");
}

/** The badge with a proof of `ecdsa-rdfc-2019` (vc-di-ecdsa §3.2), canonicalised by the package under test. */
export async function signData(badge, key, canonicalize) {
  const proof = {
    type: "DataIntegrityProof",
    cryptosuite: "ecdsa-rdfc-2019",
    created: badge.validFrom,
    verificationMethod: `${key.did}#${key.multibase}`,
    proofPurpose: "assertionMethod",
  };
  const hash = async (document) => {
    const quads = await canonicalize(JSON.stringify(document));
    return Buffer.from(await subtle.digest("SHA-256", Buffer.from(quads)));
  };
  const hashes = [await hash({ "@context": badge["@context"], ...proof }), await hash(badge)];
  return { ...badge, proof: { ...proof, proofValue: base58(await key.sign(Buffer.concat(hashes))) } };
}

/** A badge of an issuer, not signed. */
export function badgeOf(issuer) {
  return {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    id: "urn:uuid:5d4f8a5e-2ab5-4a0c-9f0e-3f0f1d1f6a01",
    type: ["VerifiableCredential", "OpenBadgeCredential"],
    name: "Knot Tying",
    issuer: { id: issuer, type: ["Profile"], name: "Example Harbour School" },
    validFrom: "2026-01-15T09:00:00Z",
    validUntil: "2036-01-15T09:00:00Z",
    credentialSubject: {
      id: "did:example:jane",
      type: ["AchievementSubject"],
      achievement: {
        id: "urn:uuid:5d4f8a5e-2ab5-4a0c-9f0e-3f0f1d1f6a02",
        type: ["Achievement"],
        name: "Knot Tying",
        description: "Ties a bowline and three hitches.",
        criteria: { narrative: "Shown to an examiner." },
      },
    },
  };
}

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Multibase, base58btc. */
function base58(bytes) {
  let digits = "";
  for (let rest = BigInt(`0x${Buffer.from(bytes).toString("hex")}`); rest > 0n; rest /= 58n) {
    digits = BASE58[Number(rest % 58n)] + digits;
  }
  let zeros = 0;
  while (bytes[zeros] === 0) zeros += 1;
  return `z${"1".repeat(zeros)}${digits}`;
}
