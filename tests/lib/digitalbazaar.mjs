// The Digital Bazaar stack, offline: issues and verifies credentials with `eddsa-rdfc-2022`.

import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { CachedResolver } from "@digitalbazaar/did-io";
import { driver } from "@digitalbazaar/did-method-key";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";

import { contexts } from "./contexts.mjs";

const didKey = driver();
didKey.use({ multibaseMultikeyHeader: "z6Mk", fromMultibase: Ed25519Multikey.from });
const resolver = new CachedResolver();
resolver.use(didKey);

/** Loads what is bundled, `did:key` by calculation, and nothing from a network. */
export function documentLoader(more = new Map()) {
  return async (url) => {
    const document = contexts.get(url) ?? more.get(url) ?? (url.startsWith("did:key:") ? await resolver.get({ url }) : null);
    if (!document) throw new Error(`\`${url}\` is not at hand`);
    // The tag lets jsonld.js keep processed contexts, which is the fastest way that it has.
    return { contextUrl: null, documentUrl: url, document, ...(contexts.has(url) && { tag: "static" }) };
  };
}

/** What verifies their proofs. */
export const suite = () => new DataIntegrityProof({ cryptosuite });

/** `{verified, error?}`; `more` holds documents by URL, such as a DID document. */
export async function verify(credential, { now, more } = {}) {
  return vc.verifyCredential({
    credential,
    suite: suite(),
    documentLoader: documentLoader(more),
    // Revocation is not what is compared; without this, a credential with a status could not be verified at all.
    checkStatus: async () => ({ verified: true }),
    ...(now && { now }),
  });
}

/** A key by its 32-byte seed, as a `did:key`. */
export async function keyPair(seed) {
  const pair = await Ed25519Multikey.generate({ seed });
  const did = `did:key:${pair.publicKeyMultibase}`;
  return Object.assign(pair, { id: `${did}#${pair.publicKeyMultibase}`, controller: did, did });
}

/** The signed credential. */
export async function issue(credential, pair, { created = "2026-01-15T09:00:00Z" } = {}) {
  const suite = new DataIntegrityProof({ signer: pair.signer(), date: created, cryptosuite });
  return vc.issue({ credential, suite, documentLoader: documentLoader() });
}

/** The presentation, signed by its holder. */
export async function present(presentation, pair, { challenge, domain } = {}) {
  const suite = new DataIntegrityProof({ signer: pair.signer(), date: "2026-01-15T09:00:00Z", cryptosuite });
  return vc.signPresentation({ presentation: structuredClone(presentation), suite, challenge, domain, documentLoader: documentLoader() });
}
