// The smaller entry: JSON and PNG, proofs by Ed25519, Bitstring status lists.

import type { Bytes, VerifierSettings, VerifyOptions, codes as allCodes, verify as verifyAll } from "./index.js";

export { VerifierStoppedError } from "./index.js";
export type * from "./index.js";

/** The entry's functions with settings of their own. */
export interface Verifier {
  readonly verify: typeof verify;
  readonly extract: typeof extract;
}

/** Makes a verifier with its own policy, `fetch` and memory for documents. */
export function createVerifier(settings?: VerifierSettings): Verifier;

/**
 * Verifies a badge: JSON text, or the bytes of a JSON or PNG file, told apart by content. A compact JWS, an SVG, a presentation
 * and a learner record are `indeterminate` with the code `format_unsupported`.
 */
export function verify(input: string | Bytes, options?: VerifyOptions): ReturnType<typeof verifyAll>;

/** The credential's text inside a PNG. Rejects when there is none, or more than one. */
export function extract(image: Bytes): Promise<string>;

/** Every code, for tables of messages that must be total. */
export const codes: typeof allCodes;
