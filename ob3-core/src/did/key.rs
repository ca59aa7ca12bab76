//! did:key (<https://w3c-ccg.github.io/did-key-spec/>): the identifier is the key.

use crate::key::PublicKey;

/// The Ed25519 key of `did:key:` and this identifier; `None` for other kinds of key.
pub(super) fn parse(id: &str) -> Option<PublicKey> {
    PublicKey::from_multibase(id)
}
