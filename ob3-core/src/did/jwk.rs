//! did:jwk (<https://github.com/quartzjer/did-jwk/blob/main/spec.md>): the identifier is a JWK in base64url.

use crate::base64url;
use crate::key::VerificationKey;
use ob3_rdf::json;

/// The key of `did:jwk:` and this identifier.
pub(super) fn parse(id: &str) -> Option<VerificationKey> {
    let bytes = base64url::decode(id)?;
    VerificationKey::from_jwk(&json::parse(std::str::from_utf8(&bytes).ok()?).ok()?)
}
