//! A recipient's own credentials: claimed, listed, shown to others or not.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::List;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::claim;
use crate::domain::credential::{self, CredentialName, Status};
use crate::domain::time;
use crate::domain::webhook::EventType;
use crate::error::{Error, Result};
use crate::respond;
use crate::store::{NewEvent, OwnCredential, Person, credential_data};
use crate::webhooks;

const NOT_FOUND: Error = Error::NotFound("credential");

/// `POST /api/credentials/{credential}/claim` → 200, the credential, now `valid`.
///
/// 1. 401 without a session, 404 without such a credential.
/// 2. 403 `EMAIL_MISMATCH` for another address than the recipient's, `EMAIL_NOT_VERIFIED` for one that no code has proved.
/// 3. 409 `ALREADY_CLAIMED` the second time; 409 for a credential that is revoked, suspended or expired.
#[worker::send]
pub(crate) async fn claim(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (person, own) = mine(&app, &headers, &name).await?;
    let id = own.credential.id;
    let credential = &own.credential;
    let told = NewEvent {
        // Its id follows from the credential's: none is claimed twice.
        id: format!("evt_c{}", id.to_string().replace('-', "")),
        organization: own.organization,
        kind: EventType::Claimed,
        data: credential_data(id, &credential.code, credential.badge, credential.recipient_email.as_deref()),
    };
    let claimed = app.store.claim(id, person.id, &told, app.now).await?;
    let own = app.store.any_credential(&CredentialName::Id(id)).await?.ok_or(NOT_FOUND)?;
    if let Some(deliveries) = claimed {
        webhooks::post(&app, &deliveries).await;
        return Ok(respond::json(StatusCode::OK, &item(&app, &own)));
    }
    if own.credential.lifetime.claimed_at.is_some() {
        return Err(Error::AlreadyClaimed);
    }
    let status = own.credential.lifetime.status(app.now);
    Err(Error::Conflict(format!("a credential that is {} can not be claimed", status.as_str())))
}

/// `GET /api/me/credentials?limit&offset` → the credentials of the session's address, of all issuers. 401 without a session,
/// 403 `EMAIL_NOT_VERIFIED` for an address that no code has proved.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    let person = access::session(&app, &headers).await?;
    access::require_address(&person, &person.email)?;
    let page = query.page()?;
    query.finish()?;
    let listed = app.store.own_credentials(&person.email, page).await?;
    let items: Vec<Value> = listed.items.iter().map(|own| item(&app, own)).collect();
    Ok(respond::json(StatusCode::OK, &List::new(items, page, listed.total)))
}

/// `GET /api/me/credentials/{credential}` → one of them. 404 and 403 as [`claim`].
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, own) = mine(&app, &headers, &name).await?;
    Ok(respond::json(StatusCode::OK, &item(&app, &own)))
}

/// `PATCH /api/me/credentials/{credential} {isPublic}` → the credential; strangers see it from now on, or not. 404 and 403 as
/// [`claim`].
#[worker::send]
pub(crate) async fn change(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (_, own) = mine(&app, request.headers(), &name).await?;
    let (mut fields, _) = body::json(request).await?;
    let is_public = fields.flag("isPublic")?;
    let is_public = fields.required("isPublic", is_public)?;
    fields.finish()?;
    app.store.set_visibility(own.credential.id, is_public).await?;
    let own = app.store.any_credential(&CredentialName::Id(own.credential.id)).await?.ok_or(NOT_FOUND)?;
    Ok(respond::json(StatusCode::OK, &item(&app, &own)))
}

pub(super) async fn mine(app: &App, headers: &HeaderMap, name: &str) -> Result<(Person, OwnCredential)> {
    let person = access::session(app, headers).await?;
    let name = CredentialName::parse(name).ok_or(NOT_FOUND)?;
    let own = app.store.any_credential(&name).await?.ok_or(NOT_FOUND)?;
    access::require_recipient(&person, &own.credential)?;
    Ok((person, own))
}

fn item(app: &App, own: &OwnCredential) -> Value {
    let OwnCredential { credential, organization_name, .. } = own;
    let lifetime = credential.lifetime;
    let status = lifetime.status(app.now);
    let verification_url = credential::verification_url(&app.origin, &credential.code);
    let holds = matches!(status, Status::Pending | Status::Valid);
    let linkedin = holds.then(|| {
        claim::linkedin_url(
            &credential.badge_name,
            organization_name,
            &verification_url,
            &credential.code,
            credential.issued_at,
            lifetime.valid_until,
        )
    });
    json!({
        "id": credential.id,
        "credentialId": credential.code,
        "badgeName": credential.badge_name,
        "organizationName": organization_name,
        "recipientName": Some(&credential.recipient_name).filter(|name| !name.is_empty()),
        "status": status,
        "issuanceDate": time::wire(credential.issued_at),
        "expirationDate": lifetime.valid_until.map(time::wire),
        "claimedAt": lifetime.claimed_at.map(time::wire),
        "isPublic": credential.is_public,
        "verificationUrl": verification_url,
        "documentUrl": format!("{}/ob3", credential::credential_url(&app.origin, credential.id)),
        "imageUrl": app.origin.at(&format!("/api/credentials/{}/baked", credential.id)),
        "linkedInUrl": linkedin,
    })
}
