//! Signing keys.

use axum::Extension;
use axum::extract::Request;
use axum::response::Response;
use ob3_core::SigningKey;
use serde_json::json;
use zeroize::Zeroizing;

use crate::access;
use crate::app::App;
use crate::body::{self, Segments};
use crate::domain::ids::SigningKeyId;
use crate::domain::vault::Unreadable;
use crate::domain::{did, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::idempotency::{self, Answer, Idempotency};
use crate::store::{SigningKeyRecord, StoreError};

/// Most bytes of a body, of which nothing is asked for.
const MAX_BODY: usize = 1024;

/// `POST /api/organizations/{organization}/signing-keys` → 201 `{id, publicKeyMultibase, verificationMethod, did,
/// createdAt}`.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage keys.
/// 2. The answer of the first time if the request is repeated.
/// 3. Generate and seal. The private half leaves this function sealed only.
/// 4. 409 when the organization has an active key.
#[worker::send]
pub(crate) async fn create(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    generate(&app, &organization, request, false).await
}

/// `POST /api/organizations/{organization}/signing-keys/rotate` → 201, the new key, as [`create`]; 409 when there is none to
/// be retired. The retired one stays in the DID document and signs no more.
#[worker::send]
pub(crate) async fn rotate(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    generate(&app, &organization, request, true).await
}

async fn generate(app: &App, organization: &str, request: Request, is_rotation: bool) -> Result<Response> {
    let (_, membership) = access::member(app, request.headers(), organization).await?;
    if !membership.role.manages_keys() {
        return Err(Error::Forbidden("only owners and admins manage keys".into()));
    }
    let organization = membership.organization;
    let idempotency_key = idempotency::key(request.headers())?;
    let bytes = body::bytes(request, MAX_BODY).await?;
    let request_name = if is_rotation { "POST signing-keys/rotate" } else { "POST signing-keys" };
    let idempotency = Idempotency::new(idempotency_key, request_name, &bytes);
    if let Some(answer) = idempotency::earlier(app, organization.id, idempotency.as_ref()).await? {
        return Ok(answer.into_response());
    }

    if is_rotation && organization.did.is_none() {
        return Err(Error::Conflict("the organization has no signing key to be retired".into()));
    }
    let id = SigningKeyId::from_random(random()?);
    let seed = Zeroizing::new(random::<32>()?);
    let public_key = SigningKey::from_seed(&seed).public_key();
    let unsealed = |_: Unreadable| Error::Internal("the signing key could not be sealed".into());
    let sealed_seed = app.config.vault.seal(&seed, random()?, organization.id, id).map_err(unsealed)?;
    let did = did::of_issuer(&app.origin, &organization.slug, public_key);
    let public_key_multibase = public_key.to_multibase();
    let key = SigningKeyRecord {
        id,
        organization: organization.id,
        did: &did,
        public_key_multibase: &public_key_multibase,
        sealed_seed: &sealed_seed,
    };
    let answer = Answer::created(&json!({
        "id": id,
        "publicKeyMultibase": public_key_multibase,
        "verificationMethod": did::verification_method(&did, &public_key_multibase),
        "did": did,
        "createdAt": time::wire(app.now),
    }))?;
    let kept = idempotency.as_ref().map(|it| it.answer(answer.status, &answer.body));
    match app.store.create_signing_key(&key, is_rotation, kept.as_ref(), app.now).await {
        Ok(()) => Ok(answer.into_response()),
        Err(error) => match idempotency::earlier(app, organization.id, idempotency.as_ref()).await? {
            Some(answer) => Ok(answer.into_response()),
            None => Err(match error {
                StoreError::Broken(Rule::OneActiveSigningKey) => {
                    Error::Conflict("the organization has an active signing key".into())
                }
                error => error.into(),
            }),
        },
    }
}
