//! API keys.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::List;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::api_key::{NewApiKey, Scope};
use crate::domain::fields::{Fields, Invalid, Problem};
use crate::domain::ids::{ApiKeyId, OrganizationId, UserId};
use crate::domain::time;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::idempotency::{self, Answer, Idempotency};
use crate::respond;
use crate::store::ApiKeyRecord;

pub(super) const MAX_LABEL: usize = 120;
pub(super) const MAX_SCOPES: usize = 20;
pub(super) const MAX_SCOPE: usize = 60;

/// `POST /api/organizations/{organization}/api-keys {label, scopes?}` → 201 `{apiKey, key: {id, label, prefix, last4,
/// scopes, createdAt}}`; `apiKey` is shown this once.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage keys.
/// 2. 400 for a malformed request; the answer of the first time if it is repeated.
#[worker::send]
pub(crate) async fn create(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (user, organization) = managed(&app, request.headers(), &organization).await?;
    let idempotency_key = idempotency::key(request.headers())?;
    let (mut fields, bytes) = body::json(request).await?;
    let idempotency = Idempotency::new(idempotency_key, "POST api-keys", &bytes);
    let label = fields.line("label", MAX_LABEL)?;
    let label = fields.required("label", label)?;
    let scopes = scopes(&mut fields)?;
    fields.finish()?;
    if let Some(answer) = idempotency::earlier_sealed(&app, organization, idempotency.as_ref()).await? {
        return Ok(answer.into_response());
    }

    let id = ApiKeyId::from_random(random()?);
    let key = NewApiKey::from_random(random()?);
    let wire_scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let answer = Answer::created(&json!({
        "apiKey": key.text,
        "key": {
            "id": id,
            "label": label,
            "prefix": key.prefix,
            "last4": key.last4,
            "scopes": wire_scopes,
            "createdAt": time::wire(app.now),
        },
    }))?;
    let record = ApiKeyRecord { id, organization, label: &label, key: &key, scopes: &scopes, expires_at: None };
    let sealed = idempotency::seal(&app, organization, idempotency.as_ref(), &answer)?;
    let kept = sealed.as_ref().map(|(it, body)| it.answer(answer.status, body));
    match app.store.create_api_key(&record, user, kept.as_ref(), app.now).await {
        Ok(()) => Ok(answer.into_response()),
        Err(error) => match idempotency::earlier_sealed(&app, organization, idempotency.as_ref()).await? {
            Some(answer) => Ok(answer.into_response()),
            None => Err(error.into()),
        },
    }
}

/// `GET /api/organizations/{organization}/api-keys?limit&offset` → a list of `{id, label, prefix, last4, scopes, createdAt,
/// revokedAt}`.
/// 401, 404 and 403 as [`create`].
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response> {
    let organization = managed(&app, &headers, &organization).await?.1;
    let page = query.only_page()?;
    let keys = app.store.api_keys(organization).await?;
    let data: Vec<Value> = keys
        .iter()
        .map(|key| {
            json!({
                "id": key.id,
                "label": key.label,
                "prefix": key.prefix,
                "last4": key.last4,
                "scopes": key.scopes,
                "createdAt": time::wire(key.created_at),
                "revokedAt": key.revoked_at.map(time::wire),
            })
        })
        .collect();
    Ok(respond::json(StatusCode::OK, &List::of_all(data, page)))
}

/// `DELETE /api/organizations/{organization}/api-keys/{key}` → 204: it is good no more, at once. 401, 404 and 403 as
/// [`create`]; 404 as well when there is no such key.
#[worker::send]
pub(crate) async fn revoke(
    Extension(app): Extension<App>,
    Segments((organization, key)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let organization = managed(&app, &headers, &organization).await?.1;
    let id = body::path_id("keyId", &key, ApiKeyId::parse)?;
    if !app.store.revoke_api_key(organization, id, app.now).await? {
        return Err(Error::NotFound("API key"));
    }
    Ok(respond::nothing())
}

async fn managed(app: &App, headers: &HeaderMap, organization: &str) -> Result<(UserId, OrganizationId)> {
    let (user, membership) = access::member(app, headers, organization).await?;
    access::require_key_manager(&membership)?;
    Ok((user.id, membership.organization.id))
}

/// What the key may do: what is said, or what a key may do for which nobody said it. An empty list says nothing that a key is good
/// for, and does not mean the latter.
fn scopes(fields: &mut Fields) -> Result<Vec<Scope>> {
    let is_given = fields.has("scopes") && !fields.is_null("scopes");
    let texts = fields.lines("scopes", MAX_SCOPES, MAX_SCOPE)?;
    match (texts.is_empty(), is_given) {
        (true, true) => Err(fields.invalid("scopes", Problem::Empty).into()),
        (true, false) => Ok(Scope::DEFAULT.to_vec()),
        (false, _) => parse_scopes(&texts),
    }
}

/// What a key may do, each word once.
pub(super) fn parse_scopes(texts: &[String]) -> Result<Vec<Scope>> {
    let mut scopes = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let unknown = || Invalid { field: format!("scopes[{i}]"), problem: Problem::Not("a scope") };
        let scope = Scope::parse(text).ok_or_else(unknown)?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}
