// The credentials that are verified, and what is left of each for the floor: canonical bytes, key and signature.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Signed by another implementation; `small` is the least that a badge can hold, `full` has most of what one can. */
export const credentialsFolder = process.env.OB3_BENCH_CREDENTIALS ?? fileURLToPath(new URL("../../../shared/bench/credentials/", import.meta.url));
export const samples = ["small", "full"];
/** A time at which they are in force. */
export const now = new Date("2026-06-01T00:00:00Z");

export const credential = (sample) => readFileSync(`${credentialsFolder}/${sample}.json`, "utf8");
export const jwt = (sample) => readFileSync(`${credentialsFolder}/jwt-${sample}.jwt`, "utf8").trim();

/** `{proof, document, key, signature}`, the first two as N-Quads, the others in hexadecimal. */
export async function floorMaterial(sample) {
  // Not where the workers load it: it is the slowest module here.
  const { cryptosuite } = await import("@digitalbazaar/eddsa-rdfc-2022-cryptosuite");
  const { documentLoader } = await import("../lib/digitalbazaar.mjs");
  const { proof, ...document } = JSON.parse(credential(sample));
  const { proofValue, ...configuration } = proof;
  const canonical = (value) => cryptosuite.canonize(value, { documentLoader: documentLoader() });
  return {
    document: await canonical(document),
    proof: await canonical({ "@context": document["@context"], ...configuration }),
    key: Buffer.from(publicKey(proof.verificationMethod)).toString("hex"),
    signature: Buffer.from(base58(proofValue.slice(1))).toString("hex"),
  };
}

/** The 32 bytes of an Ed25519 key in a `did:key` method. */
export function publicKey(method) {
  const bytes = base58(method.split("#")[1].slice(1));
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 1) throw new Error("not an Ed25519 key");
  return bytes.subarray(2);
}

function base58(text) {
  let number = 0n;
  for (const digit of text) number = number * 58n + BigInt("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".indexOf(digit));
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}
