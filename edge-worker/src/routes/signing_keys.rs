//! Signing keys.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ob3_core::SigningKey;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::List;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::fields::{Invalid, Problem};
use crate::domain::ids::SigningKeyId;
use crate::domain::organization::Role;
use crate::domain::vault::Unreadable;
use crate::domain::{did, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::idempotency::{self, Answer, Idempotency};
use crate::respond;
use crate::retry;
use crate::status;
use crate::store::{PublicKey, SigningKeyRecord, StoreError};

/// Longest confirmation that is looked at.
const MAX_CONFIRMATION: usize = 200;

const NOT_FOUND: Error = Error::NotFound("signing key");

/// `POST /api/organizations/{organization}/signing-keys` → 201 `{id, publicKeyMultibase, verificationMethod, did,
/// createdAt}`.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage keys.
/// 2. 400 and 415 for a body that says anything; the answer of the first time if the request is repeated.
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

/// `GET /api/organizations/{organization}/signing-keys?limit&offset` → a list of `{id, did, publicKeyMultibase, verificationMethod,
/// createdAt, retiredAt, revokedAt}`, the newest first. 401 and 404 as [`create`].
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    let page = query.only_page()?;
    let keys = app.store.signing_keys(membership.organization.id).await?;
    Ok(respond::json(StatusCode::OK, &List::of_all(keys.iter().map(item).collect(), page)))
}

/// `POST /api/organizations/{organization}/signing-keys/{key}/revoke {confirm}` → 200, the key. It leaves the DID document, so
/// that nothing that it has signed verifies any more; it stays in the public history.
///
/// 1. 401 without a session, 404 for a stranger and for an unknown key, 403 for everybody but owners.
/// 2. 400 unless `confirm` is the key's `publicKeyMultibase`.
/// 3. 409 for the active key, which is rotated first; 409 for a `did:key`, which nobody can take back. For a key that is revoked
///    already, that is the answer.
/// 4. Sign the status lists anew that it has signed, so that what other keys have signed still verifies; write all in one batch.
#[worker::send]
pub(crate) async fn revoke(
    Extension(app): Extension<App>,
    Segments((organization, key)): Segments<(String, String)>,
    request: Request,
) -> Result<Response> {
    // 1
    let (person, membership) = access::member(&app, request.headers(), &organization).await?;
    if membership.role != Role::Owner {
        return Err(Error::Forbidden("only owners revoke signing keys".into()));
    }
    let organization = membership.organization;
    let id = body::path_id("keyId", &key, SigningKeyId::parse)?;
    let (mut fields, _) = body::json(request).await?;
    let confirm = fields.line("confirm", MAX_CONFIRMATION)?;
    let confirm = fields.required("confirm", confirm)?;
    fields.finish()?;
    for attempt in 0..retry::ATTEMPTS {
        retry::pause(attempt).await?;
        let context = app.store.revocation_context(organization.id, id).await?;
        let (key, active, lists) = context.ok_or(NOT_FOUND)?;
        // 2
        if confirm != key.public_key_multibase {
            let problem = Problem::Not("the publicKeyMultibase of the key");
            return Err(Invalid { field: "confirm".into(), problem }.into());
        }
        // 3
        if key.revoked_at.is_some() {
            return Ok(respond::json(StatusCode::OK, &item(&key)));
        }
        let Some(active) = active.filter(|_| key.retired_at.is_some()) else {
            return Err(Error::Conflict("this is the active key: rotate it first".into()));
        };
        if did::document_url(&key.did).is_none() {
            return Err(Error::Conflict(
                "nobody can take a did:key back: revoke the credentials that it has signed".into(),
            ));
        }
        // 4
        let mut signed = Vec::with_capacity(lists.len());
        for list in lists {
            signed.push(status::signed_anew(&app, &organization, &active, list)?);
        }
        match app.store.revoke_signing_key(organization.id, id, &signed, person.id, app.now).await {
            Ok(()) => {
                let line = json!({ "event": "signing key revoked", "organization": organization.id, "key": id });
                worker::console_warn!("{line}");
                let (key, ..) = app.store.revocation_context(organization.id, id).await?.ok_or(NOT_FOUND)?;
                return Ok(respond::json(StatusCode::OK, &item(&key)));
            }
            Err(StoreError::Broken(rule)) if rule.is_lost_race() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Conflict("too many requests change the status lists at the same time; please try again".into()))
}

fn item(key: &PublicKey) -> Value {
    json!({
        "id": key.id,
        "did": key.did,
        "publicKeyMultibase": key.public_key_multibase,
        "verificationMethod": did::verification_method(&key.did, &key.public_key_multibase),
        "createdAt": time::wire(key.created_at),
        "retiredAt": key.retired_at.map(time::wire),
        "revokedAt": key.revoked_at.map(time::wire),
    })
}

async fn generate(app: &App, organization: &str, request: Request, is_rotation: bool) -> Result<Response> {
    let (_, membership) = access::member(app, request.headers(), organization).await?;
    access::require_key_manager(&membership)?;
    let organization = membership.organization;
    let idempotency_key = idempotency::key(request.headers())?;
    let bytes = body::nothing(request).await?;
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
    let did_method = organization.settings.did_method;
    let did = did::of_issuer(did_method, &app.origin, &organization.slug, public_key);
    let public_key_multibase = public_key.to_multibase();
    let key = SigningKeyRecord {
        id,
        organization: organization.id,
        did_method,
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
                StoreError::Broken(Rule::DidMethodUnchanged) => {
                    Error::Conflict("the organization's DID method was changed at the same time".into())
                }
                error => error.into(),
            }),
        },
    }
}
