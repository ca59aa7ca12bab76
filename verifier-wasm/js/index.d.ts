/** What a verification comes to. There is no fourth answer and no boolean beside it. */
export type Outcome = "verified" | "rejected" | "indeterminate";

/** What one check says. `unknown`: it could not be decided. `not_applicable`: nothing to check, or not asked for. */
export type CheckResult = "valid" | "invalid" | "unknown" | "not_applicable";

/** The ten checks, in the order in which they are made and reported. */
export type CheckName =
  | "format"
  | "json_ld"
  | "schema"
  | "proof"
  | "issuer"
  | "validity"
  | "status"
  | "recipient"
  | "endorsements"
  | "trust";

/** Why a check says what it says. Stable: codes are added, never renamed. */
export type Code =
  // format
  | "credential_read" | "input_empty" | "input_too_large" | "format_unknown" | "format_unsupported" | "jwt_malformed" | "text_not_utf8"
  | "json_syntax" | "json_duplicate_key" | "json_too_deep" | "json_lone_surrogate" | "json_number_range"
  | "json_too_many_values" | "not_a_credential" | "png_malformed" | "svg_malformed"
  | "image_no_credential" | "image_several_credentials"
  | "png_compressed_credential" | "open_badges_2"
  // json_ld
  | "claims_covered" | "context_missing" | "context_unknown" | "context_inline" | "context_order" | "term_undefined"
  | "keyword_not_allowed" | "value_dropped" | "iri_not_absolute" | "json_ld_syntax" | "json_ld_limit"
  | "canonicalization_limit"
  // schema
  | "schema_conforms" | "schema_missing_member" | "schema_wrong_type" | "schema_wrong_value" | "not_a_badge"
  | "too_many_credentials"
  | "json_schema_conforms" | "json_schema_violated" | "json_schema_unavailable" | "json_schema_malformed"
  | "json_schema_unsupported"
  // proof
  | "signature_valid" | "signature_invalid" | "proof_missing" | "proof_malformed" | "proof_not_derived" | "proof_unsupported" | "cryptosuite_not_accepted"
  | "proof_purpose" | "proof_expired" | "too_many_proofs" | "key_unavailable"
  | "key_not_found" | "jwt_header" | "jwt_algorithm" | "jwt_claim_mismatch" | "signature_not_checked"
  | "presentation_unsigned" | "challenge_mismatch"
  // issuer
  | "issuer_authenticated" | "issuer_not_authenticated" | "issuer_key_not_authorized" | "issuer_unavailable"
  | "issuer_document_invalid" | "issuer_unsupported"
  | "holder_authenticated" | "holder_not_authenticated"
  // validity
  | "within_validity" | "not_yet_valid" | "expired" | "date_malformed" | "refreshed" | "refresh_failed"
  // status
  | "no_status" | "status_not_asked" | "status_unsupported" | "status_entry_malformed" | "too_many_status_entries"
  | "not_revoked" | "not_suspended" | "revoked" | "suspended" | "status_list_unavailable" | "status_list_malformed"
  | "status_list_not_authentic" | "status_list_outdated" | "status_purpose_mismatch" | "status_list_too_short"
  | "status_index_out_of_range"
  // recipient, endorsements, trust
  | "recipient_not_asked" | "recipient_matches" | "recipient_differs" | "recipient_not_stated" | "no_endorsements"
  | "endorsements_not_checked" | "endorsements_verified" | "endorsements_not_verified" | "endorses_something_else"
  | "nested_too_deep" | "no_trust_registries" | "issuer_listed" | "issuer_not_listed"
  // any check
  | "not_reached" | "verified";

/** What was found about one thing. `data` names it: which member, which date, which key; values are always text. */
export interface Finding {
  readonly result: CheckResult;
  readonly code: Code;
  readonly data: Readonly<Record<string, string>>;
}

export interface Check extends Finding {
  readonly name: CheckName;
  /** Whether `unknown` here keeps the credential from being verified. */
  readonly required: boolean;
  /** The parts of the check: each proof, each status entry, each endorsement; what each credential inside says of it. */
  readonly items?: readonly Finding[];
}

interface ReportBase {
  /** RFC 3339, UTC. */
  readonly checkedAt: string;
  /** Always ten, in the order of `CheckName`. */
  readonly checks: readonly Check[];
  /**
   * Of a presentation or a learner record: the reports of the badges in it, in their order. The report around them says the
   * worst of them all.
   */
  readonly credentials?: readonly Report[];
}

/** Every required check is valid. */
export interface VerifiedReport extends ReportBase {
  readonly outcome: "verified";
  readonly code: "verified";
  readonly claims: Claims;
}

/** At least one check is invalid; `code` is that of the first. */
export interface RejectedReport extends ReportBase {
  readonly outcome: "rejected";
  readonly code: Exclude<Code, "verified">;
  readonly claims: Claims | null;
}

/** Nothing is invalid, but a required check could not be decided; `code` is that of the first. */
export interface IndeterminateReport extends ReportBase {
  readonly outcome: "indeterminate";
  readonly code: Exclude<Code, "verified">;
  readonly claims: Claims | null;
}

export type Report = VerifiedReport | RejectedReport | IndeterminateReport;

/**
 * What the credential says of itself. Facts only where the outcome is `verified`. Of a presentation of one badge, what that
 * badge says; of several, little more than a `type`: each of its `credentials` has its own.
 */
export interface Claims {
  readonly id?: string;
  readonly type: readonly string[];
  readonly name?: string;
  readonly description?: string;
  readonly image?: string;
  readonly issuer: ClaimedIssuer;
  readonly recipient: ClaimedRecipient;
  readonly achievement: ClaimedAchievement;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly awardedDate?: string;
}

export interface ClaimedIssuer {
  /** Present wherever a badge is `verified`; this, and not the name, is what was checked. */
  readonly id?: string;
  readonly name?: string;
  readonly url?: string;
  readonly image?: string;
}

export interface ClaimedRecipient {
  readonly id?: string;
  readonly identifiers?: readonly ClaimedIdentifier[];
}

export interface ClaimedIdentifier {
  readonly type?: string;
  readonly value?: string;
  /** `value` is a salted hash of the identifier. */
  readonly hashed: boolean;
}

export interface ClaimedAchievement {
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  readonly criteria?: { readonly id?: string; readonly narrative?: string };
  readonly image?: string;
  readonly type?: string;
}

/** Every member has a safe default: leave it out for that; `undefined` is a `TypeError`, so that no question is lost on the way. */
export interface Policy {
  /** `"required"` (default): a status that could not be checked leaves the outcome open. `"ignore"`: it is not looked at. */
  readonly status?: "required" | "ignore";
  /** How far the issuer's clock may be ahead or behind; default 60. */
  readonly clockSkewSeconds?: number;
  /**
   * An identifier of the person who shows the badge, known from elsewhere: an e-mail address, a DID, a student number. The
   * badge must have been awarded to it. By default that is not asked.
   */
  readonly recipient?: string;
  /**
   * What you asked the holder to sign, once and unguessable: what is handed in must then be a presentation whose proof has
   * this `challenge`, or as a JWS this `nonce`. By default that is not asked.
   */
  readonly challenge?: string;
  /** Whom the presentation must be made for: the `domain` of its proof, or the `aud` of a JWS. By default that is not asked. */
  readonly domain?: string;
  /** What an issuer whom nothing ties to the key makes of the outcome; default `"indeterminate"`. */
  readonly unauthenticatedIssuer?: "indeterminate" | "rejected";
  /** The cryptosuites that an embedded proof may be of; by default all that are checked. */
  readonly cryptosuites?: readonly Cryptosuite[];
  /** The algorithms that a token (JWT) may be signed by; by default all that are checked. */
  readonly algorithms?: readonly Algorithm[];
  /** Fewest entries of a status list that is believed; default 131072, the standard's minimum. */
  readonly minimumStatusListLength?: number;
  /** Identifiers of issuers that you trust. They change the check `trust`, and never the outcome. */
  readonly trustedIssuers?: readonly string[];
  /** Registries of issuers that you trust, the most authoritative first. They change the check `trust`, and never the outcome. */
  readonly trust?: readonly Registry[];
  /** Largest badge that is read, in bytes; default 32 MiB for an image, 2 MiB for any other, which are also the most. */
  readonly maxBytes?: number;
  /** Deepest nesting of its JSON; default 96, which is also the most. */
  readonly maxDepth?: number;
  /** Most statements (RDF quads) that it may make; default 20000, which is also the most. */
  readonly maxStatements?: number;
}

/** The cryptosuites of embedded proofs that are checked. */
export type Cryptosuite =
  | "eddsa-rdfc-2022" | "eddsa-jcs-2022" | "Ed25519Signature2020" | "ecdsa-rdfc-2019" | "ecdsa-jcs-2019"
  | "ecdsa-sd-2023";

/** The algorithms of tokens that are checked. */
export type Algorithm = "EdDSA" | "ES256" | "ES384" | "RS256";

/**
 * A registry of issuers, with its issuers as a list or as a map from their identifiers. The second is how the registries of
 * the Digital Credentials Consortium are published: `{ name: "…", ...await response.json() }`.
 */
export type Registry = { readonly name: string; readonly url?: string; readonly [member: string]: unknown } & (
  | { readonly issuers: readonly (string | { readonly id: string; readonly name?: string })[] }
  | { readonly registry: Readonly<Record<string, { readonly name?: string }>> }
);

/** The part of `fetch` that is used; `globalThis.fetch` fits, and so does a function that serves documents from memory. */
export type DocumentFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Documents by their URLs: their text, their bytes, or the plain object that they are the JSON of. */
export type Documents = Readonly<Record<string, string | Uint8Array | ArrayBuffer | object>>;

/** What a badge or an image comes as. */
export type Bytes = Uint8Array | ArrayBuffer | Blob;

export interface VerifyOptions {
  /**
   * Gets every document that the verification asks for. By default the platform's `fetch`: public hosts only, https only,
   * without credentials, no redirects; Node's also refuses names that lead to a local address. Either way an answer over
   * 1 MiB or after 10 s counts as not to be had.
   */
  readonly fetch?: DocumentFetch;
  /** The time to verify at: a date, an RFC 3339 string, or milliseconds since 1970. By default now. */
  readonly now?: Date | string | number;
  /** Of a verifier of your own: laid over its policy, member by member. */
  readonly policy?: Policy;
  /** Documents that need not be fetched, by URL: DID documents, status lists, schemas. */
  readonly documents?: Documents;
  /** Ends the waiting for documents: `verify` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Bounds of a verifier's memory for documents. It drops what was used least recently. */
export interface CacheLimits {
  /** How long a document is kept, in seconds; less where a response or a status list says so. Default 300. */
  readonly ttlSeconds?: number;
  /** Default 256. */
  readonly maxEntries?: number;
  /** Default 8 MiB. */
  readonly maxBytes?: number;
}

export interface VerifierSettings {
  /** Gets the documents of all its verifications; see `VerifyOptions`. */
  readonly fetch?: DocumentFetch;
  /** The policy of all its verifications. */
  readonly policy?: Policy;
  /** Registries of issuers that you trust: `policy.trust` by a shorter way. */
  readonly trust?: readonly Registry[];
  /** Documents that none of its verifications need fetch, by URL; those of a call are laid over them. */
  readonly documents?: Documents;
  /**
   * Whether documents are kept in memory for further verifications (default `true`). For the time to live a revocation may
   * stay unseen; before any other answer than `verified` everything is asked for anew. A verification with a `fetch` of its
   * own does not use what is kept.
   */
  readonly cache?: boolean | CacheLimits;
}

/** The package's functions with settings of their own. */
export interface Verifier {
  readonly verify: typeof verify;
  readonly extract: typeof extract;
  readonly bake: typeof bake;
  readonly canonicalize: typeof canonicalize;
}

/** Makes a verifier with its own policy, `fetch` and memory for documents. */
export function createVerifier(settings?: VerifierSettings): Verifier;

/**
 * Verifies a badge, or a presentation of badges: text (JSON or a compact JWS), or the bytes of a JSON, JWS, PNG or SVG file, told
 * apart by content.
 *
 * Resolves for every input, however bad; rejects with a `TypeError` when the arguments are of the wrong type. Keeps no
 * document between two calls; see `createVerifier`.
 */
export function verify(input: string | Bytes, options?: VerifyOptions): Promise<Report>;

/** The credential's text inside a PNG or an SVG: JSON or a compact JWS. Rejects when there is none, or more than one. */
export function extract(image: Bytes): Promise<string>;

/**
 * The image, a PNG or an SVG, with the credential's text inside it; one that was there gives way. The bytes of a file in
 * either case: `new TextDecoder().decode(…)` makes text of an SVG.
 */
export function bake(image: Bytes, credential: string): Promise<Uint8Array<ArrayBuffer>>;

/**
 * The canonical N-Quads (RDFC-1.0) of a JSON-LD document: what a proof with `rdfc` in its name signs, of a credential
 * without its `proof`. Rejects what a signature would not cover, and contexts that are not pinned.
 */
export function canonicalize(document: string): Promise<string>;

/** Every code, for tables of messages that must be total. */
export function codes(): Promise<Code[]>;

/** A call met a defect of the verifier. Later calls run in a new instance and are not affected. */
export class VerifierStoppedError extends Error {}
