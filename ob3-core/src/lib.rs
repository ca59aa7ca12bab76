//! Open Badges 3.0 credentials: JSON-LD to canonical RDF, Data Integrity proofs, verdicts, baking.
//!
//! In scope: what can be decided from bytes, documents, a policy and a time that the caller brings. Out of scope: network,
//! clock and randomness; the hosts (npm package, worker, native programs) bring those.
//!
//! # Examples
//! A badge is signed, baked into an image, and verified by somebody who has nothing but the image:
//! ```
//! use ob3_core::{Contexts, DateTime, Outcome, Policy, ProofOptions, SigningKey, Verifier, bake, sign};
//!
//! let key = SigningKey::from_seed(&[7; 32]);
//! let issuer = key.public_key().to_did_key();
//! let credential = format!(
//!     r#"{{
//!       "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
//!       "id": "urn:uuid:7d0bb4a6-0b0e-4b3e-9a43-6f2f4a1d9c55",
//!       "type": ["VerifiableCredential", "OpenBadgeCredential"],
//!       "issuer": {{"id": "{issuer}", "type": ["Profile"], "name": "Society of Example Cartographers"}},
//!       "validFrom": "2026-01-15T00:00:00Z",
//!       "name": "Field Mapping",
//!       "credentialSubject": {{
//!         "id": "mailto:ada@example.org",
//!         "type": ["AchievementSubject"],
//!         "achievement": {{
//!           "id": "https://example.org/achievements/field-mapping",
//!           "type": ["Achievement"],
//!           "name": "Field Mapping",
//!           "description": "Maps an unknown valley.",
//!           "criteria": {{"narrative": "Bring a map home."}}
//!         }}
//!       }}
//!     }}"#
//! );
//! let now = DateTime::parse("2026-06-01T12:00:00Z").ok_or("not a time")?;
//! let verification_method = format!("{issuer}#{}", key.public_key().to_multibase());
//! let signed = sign(&Contexts::default(), &credential, &key, &ProofOptions { verification_method, created: now })?;
//! let image = br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4" cx="4.5" cy="4.5"/></svg>"#;
//! let badge = bake(image, &signed)?;
//!
//! // Keep the verifier: it holds the processed contexts. The closure finds documents by their URL: DID documents of
//! // did:web issuers, status lists. A did:key needs none.
//! let verifier = Verifier::new();
//! let report = verifier.verify(&badge, &Policy::default(), now, |_url| None);
//! assert_eq!(report.outcome(), Outcome::Verified);
//!
//! let altered = String::from_utf8(badge)?.replace("Field Mapping", "Field Marshal");
//! let report = verifier.verify(altered.as_bytes(), &Policy::default(), now, |_url| None);
//! assert_eq!((report.outcome(), report.code().as_str()), (Outcome::Rejected, "signature_invalid"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bake;
mod base64url;
mod claims;
mod crc;
mod credential;
mod did;
mod examine;
mod input;
mod json_schema;
mod jwt;
mod key;
mod multibase;
#[cfg(feature = "native-crypto")]
pub mod native;
mod nested;
mod policy;
mod proof;
mod recipient;
mod report;
mod results;
mod schema;
mod settle;
mod sign;
mod status;
#[cfg(feature = "test-vectors")]
pub mod testing;
mod time;
mod trust;
#[cfg(feature = "any-credential")]
mod vcdm;
mod verify;

pub use bake::{BakeError, SvgPart, SvgReader, bake, bake_png, bake_svg, extract, extract_png, extract_svg};
pub use credential::{
    Achievement, AchievementCredential, AchievementSubject, BitstringStatusListCredential, BitstringStatusListEntry,
    Criteria, Evidence, IdentityObject, Image, Profile,
};
#[cfg(feature = "any-credential")]
pub use did::{did_web_url, is_multikey, own_key_jwk};
pub use key::{PublicKey, SigningKey};
pub use ob3_rdf::json::{JsonError, JsonErrorKind};
pub use policy::{Accepted, Policy, PolicyError, StatusPolicy, UnauthenticatedIssuer};
pub use proof::{Algorithm, Suite};
pub use report::{Check, CheckName, CheckResult, Code, Datum, Finding, Outcome, Report};
pub use results::{AchievementResult, Alignment, ResultDescription, RubricCriterionLevel};
pub use sign::{ContextError, Contexts, ProofOptions, SignError, canonicalize, sign};
pub use time::DateTime;
pub use trust::{ListedIssuer, Registry};
#[cfg(feature = "any-credential")]
pub use vcdm::{Issuing, SigningInput, enveloped, issue, issue_jws, unsigned};
pub use verify::{Need, SignatureCheck, Step, Verification, Verifier};
