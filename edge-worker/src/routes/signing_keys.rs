//! Signing keys.

use axum::Extension;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ob3_core::SigningKey;
use serde_json::json;
use zeroize::Zeroizing;

use crate::access;
use crate::app::App;
use crate::body::Segments;
use crate::domain::ids::SigningKeyId;
use crate::domain::vault::Vault;
use crate::domain::{did, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::respond;
use crate::store::{SigningKeyRecord, StoreError};

/// `POST /api/organizations/{organization}/signing-keys` → 201 `{id, publicKeyMultibase, verificationMethod, did,
/// createdAt}`.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage keys.
/// 2. Generate and seal. The private half leaves this function sealed only.
/// 3. 409 when the organization has an active key.
#[worker::send]
pub(crate) async fn create(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    if !membership.role.manages_keys() {
        return Err(Error::Forbidden("only owners and admins manage keys".into()));
    }
    let organization = membership.organization;

    let id = SigningKeyId::from_random(random()?);
    let seed = Zeroizing::new(random::<32>()?);
    let public_key = SigningKey::from_seed(&seed).public_key();
    let unsealed = |_| Error::Internal("the signing key could not be sealed".into());
    let vault = Vault::new(&app.config.key_encryption_secret).map_err(unsealed)?;
    let sealed_seed = vault.seal(&seed, random()?, organization.id, id).map_err(unsealed)?;
    let did = did::of_issuer(&app.origin, &organization.slug, public_key);
    let public_key_multibase = public_key.to_multibase();
    let key = SigningKeyRecord {
        id,
        organization: organization.id,
        did: &did,
        public_key_multibase: &public_key_multibase,
        sealed_seed: &sealed_seed,
    };
    match app.store.create_signing_key(&key, app.now).await {
        Err(StoreError::Broken(Rule::OneActiveSigningKey)) => {
            return Err(Error::Conflict("the organization has an active signing key".into()));
        }
        result => result?,
    }
    let body = json!({
        "id": id,
        "publicKeyMultibase": public_key_multibase,
        "verificationMethod": did::verification_method(&did, &public_key_multibase),
        "did": did,
        "createdAt": time::wire(app.now),
    });
    Ok(respond::json(StatusCode::CREATED, &body))
}
