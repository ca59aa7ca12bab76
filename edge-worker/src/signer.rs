//! Opens an organization's sealed key, signs, and forgets the key again.

use ob3_core::{DateTime, ProofOptions, SigningKey, sign, sign_jwt};

use crate::config::Config;
use crate::domain::did;
use crate::domain::ids::OrganizationId;
use crate::error::{Error, Result};
use crate::store::SealedKey;
use crate::verification;

/// The credential as it is published: JSON with an `eddsa-rdfc-2022` proof of the organization's key.
pub(crate) fn signed(
    credential: &str,
    config: &Config,
    organization: OrganizationId,
    key: &SealedKey,
    now: DateTime,
) -> Result<String> {
    let (signing_key, options) = opened(config, organization, key, now)?;
    verification::with_verifier(|verifier| sign(verifier.contexts(), credential, &signing_key, &options))
        .map_err(|error| Error::Internal(format!("not signed: {error}")))
}

/// A signed credential in its other form, a compact JWS of the key that has signed it. Its bytes are always the same.
pub(crate) fn as_jws(
    document: &str,
    config: &Config,
    organization: OrganizationId,
    key: &SealedKey,
    now: DateTime,
) -> Result<String> {
    let (signing_key, options) = opened(config, organization, key, now)?;
    sign_jwt(document, &signing_key, &options.verification_method)
        .map_err(|error| Error::Internal(format!("not signed: {error}")))
}

/// The organization's key, and what a proof by it says.
pub(crate) fn opened(
    config: &Config,
    organization: OrganizationId,
    key: &SealedKey,
    now: DateTime,
) -> Result<(SigningKey, ProofOptions)> {
    let unreadable = |_| Error::Internal("the signing key does not open with this KEY_ENCRYPTION_SECRET".into());
    let seed = config.vault.open(&key.sealed_seed, organization, key.id).map_err(unreadable)?;
    let signing_key = SigningKey::from_seed(&seed);
    if signing_key.public_key().to_multibase() != key.public_key_multibase {
        return Err(Error::Internal("the signing key is not the published one".into()));
    }
    let options = ProofOptions {
        verification_method: did::verification_method(&key.did, &key.public_key_multibase),
        created: now,
    };
    Ok((signing_key, options))
}
