//! Open Badges 3.0 credentials: JSON-LD to canonical RDF, Data Integrity proofs, verdicts, baking.
//!
//! In scope: what can be decided from bytes, documents, a policy and a time that the caller brings. Out of scope: network,
//! clock and randomness; the hosts (npm package, worker, native programs) bring those.

mod bake;
mod base64url;
mod canonicalize;
mod claims;
mod contexts;
mod crc;
mod credential;
mod did;
mod examine;
mod hex;
mod input;
mod jcs;
mod json;
mod json_schema;
mod jsonld;
mod jwt;
mod key;
mod map;
mod mix;
mod multibase;
#[cfg(feature = "native-crypto")]
pub mod native;
mod nested;
mod plain;
mod policy;
mod proof;
mod rdf;
mod recipient;
mod report;
mod schema;
mod settle;
mod sign;
mod sort;
mod status;
#[cfg(feature = "test-vectors")]
pub mod testing;
mod time;
mod trust;
mod verify;

pub use bake::{BakeError, bake, bake_png, bake_svg, extract, extract_png, extract_svg};
pub use credential::{
    Achievement, AchievementCredential, AchievementSubject, BitstringStatusListCredential, BitstringStatusListEntry,
    Criteria, Evidence, IdentityObject, Image, Profile,
};
pub use json::{JsonError, JsonErrorKind};
pub use key::{PublicKey, SigningKey};
pub use policy::{Policy, PolicyError, StatusPolicy, UnauthenticatedIssuer};
pub use proof::{Algorithm, Suite};
pub use report::{Check, CheckName, CheckResult, Code, Datum, Finding, Outcome, Report};
pub use sign::{ContextError, Contexts, ProofOptions, SignError, canonicalize, sign};
pub use time::DateTime;
pub use trust::{ListedIssuer, Registry};
pub use verify::{Need, SignatureCheck, Step, Verification, Verifier};
