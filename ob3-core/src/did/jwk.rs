//! did:jwk (<https://github.com/quartzjer/did-jwk/blob/main/spec.md>): the identifier is a JWK in base64url.

use crate::base64url;
use crate::key::VerificationKey;
use ob3_rdf::json;

/// The key of `did:jwk:` and this identifier.
pub(super) fn parse(id: &str) -> Option<VerificationKey> {
    let bytes = base64url::decode(id)?;
    let jwk = json::parse(std::str::from_utf8(&bytes).ok()?).ok()?;
    // A key that is said to be for encryption does not sign.
    if jwk.get("use").is_some_and(|usage| usage.as_str() != Some("sig")) {
        return None;
    }
    VerificationKey::from_jwk(&jwk)
}
