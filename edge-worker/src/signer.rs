//! Opens an organization's sealed key, signs, and forgets the key again.

use ob3_core::{Algorithm, DateTime, ProofOptions, SigningInput, SigningKey, sign};

use crate::app::App;
use crate::config::Config;
use crate::domain::ids::OrganizationId;
use crate::domain::{did, rsa_key};
use crate::error::{Error, Result};
use crate::store::{RsaKey, SealedKey};
use crate::verification;
use crate::webcrypto;

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

/// What signs a compact JWS, the same bytes each time: an organization's RSA key where it is to, else its signing key.
pub(crate) struct JwsKey<'a> {
    /// Whose they are.
    pub organization: OrganizationId,
    /// The signing key.
    pub key: &'a SealedKey,
    /// The RSA key.
    pub rsa_key: Option<&'a RsaKey>,
}

impl JwsKey<'_> {
    /// By which algorithm it signs.
    pub(crate) const fn algorithm(&self) -> Algorithm {
        if self.rsa_key.is_some() { Algorithm::Rs256 } else { Algorithm::EdDsa }
    }

    /// The DID URL that the header names it by.
    pub(crate) fn kid(&self) -> String {
        match self.rsa_key {
            Some(key) => did::verification_method(&key.did, &key.thumbprint),
            None => did::verification_method(&self.key.did, &self.key.public_key_multibase),
        }
    }

    /// The JWS of what was made for this key.
    pub(crate) async fn sign(&self, app: &App, input: SigningInput) -> Result<String> {
        let Some(rsa_key) = self.rsa_key else {
            let (key, _) = opened(&app.config, self.organization, self.key, app.now)?;
            let signature = key.sign(input.as_bytes());
            return Ok(input.signed(&signature));
        };
        let owner = rsa_key::owner(self.organization, &rsa_key.thumbprint);
        let sealed = rsa_key.sealed_key.as_deref().unwrap_or_default();
        let private = app.config.vault.open_text(sealed, &owner).map_err(|_| unreadable())?;
        let signature = webcrypto::sign_rs256(&private, input.as_bytes()).await;
        let signature = signature.ok_or_else(|| Error::Internal("the platform did not sign by RS256".into()))?;
        Ok(input.signed(&signature))
    }
}

/// A signed credential in its other form, a compact JWS.
pub(crate) async fn as_jws(app: &App, document: &str, key: &JwsKey<'_>) -> Result<String> {
    let input = SigningInput::new(document, key.algorithm(), &key.kid());
    key.sign(app, input.map_err(|error| Error::Internal(format!("not signed: {error}")))?).await
}

fn unreadable() -> Error {
    Error::Internal("the signing key does not open with this KEY_ENCRYPTION_SECRET".into())
}

/// The organization's key, and what a proof by it says.
pub(crate) fn opened(
    config: &Config,
    organization: OrganizationId,
    key: &SealedKey,
    now: DateTime,
) -> Result<(SigningKey, ProofOptions)> {
    let seed = config.vault.open(&key.sealed_seed, organization, key.id).map_err(|_| unreadable())?;
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
