//! API keys as contract B has them: the same keys as those of the organization, in its words.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::api_keys::{MAX_LABEL, MAX_SCOPE, MAX_SCOPES, parse_scopes};
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::api_key::{NewApiKey, Scope};
use crate::domain::fields::Problem;
use crate::domain::ids::{ApiKeyId, UserId};
use crate::domain::time;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::respond;
use crate::store::{ApiKeyRecord, Organization};

/// What a key may do for which nobody said it.
const DEFAULT_SCOPES: [Scope; 2] = [Scope::QueueIssue, Scope::QueueRevoke];

/// `GET /v1/tenants/{tenant}/api-keys?includeRevoked` → `{tenantId, keys: [{id, tenantId, label, keyPrefix, scopesJson,
/// createdByUserId, expiresAt, lastUsedAt, revokedAt, createdAt, updatedAt}]}`, without revoked ones unless they are asked for.
/// 401 without a session, 404 for a stranger, 403 for a member who does not manage keys.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Segments(tenant): Segments<String>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    let (_, organization) = managed(&app, &headers, &tenant).await?;
    let with_revoked = query.read("includeRevoked", "true or false", |text| text.parse::<bool>().ok())?;
    query.finish()?;
    let keys = app.store.api_keys(organization.id).await?;
    let keys: Vec<Value> = keys
        .iter()
        .filter(|key| with_revoked == Some(true) || key.revoked_at.is_none())
        .map(|key| {
            json!({
                "id": key.id,
                "tenantId": organization.slug,
                "label": key.label,
                "keyPrefix": key.prefix,
                "scopesJson": json!(key.scopes).to_string(),
                "createdByUserId": key.created_by,
                "expiresAt": key.expires_at.map(time::wire),
                "lastUsedAt": key.last_used_at.map(time::wire),
                "revokedAt": key.revoked_at.map(time::wire),
                "createdAt": time::wire(key.created_at),
                // Nothing of a key changes but that it is revoked.
                "updatedAt": time::wire(key.revoked_at.unwrap_or(key.created_at)),
            })
        })
        .collect();
    Ok(respond::json(StatusCode::OK, &json!({ "tenantId": organization.slug, "keys": keys })))
}

/// `POST /v1/tenants/{tenant}/api-keys {label, scopes?, expiresAt?}` → 201 `{tenantId, apiKey, key: {id, label, keyPrefix,
/// scopesJson, createdByUserId, expiresAt, revokedAt, createdAt}}`; `apiKey` is shown this once. 401, 404 and 403 as [`list`];
/// 400 for a malformed request.
#[worker::send]
pub(crate) async fn create(
    Extension(app): Extension<App>,
    Segments(tenant): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (user, organization) = managed(&app, request.headers(), &tenant).await?;
    let (mut fields, _) = body::json(request).await?;
    let label = fields.line("label", MAX_LABEL)?;
    let label = fields.required("label", label)?;
    let is_given = fields.has("scopes") && !fields.is_null("scopes");
    let texts = fields.lines("scopes", MAX_SCOPES, MAX_SCOPE)?;
    if is_given && texts.is_empty() {
        return Err(fields.invalid("scopes", Problem::Empty).into());
    }
    let scopes = if is_given { parse_scopes(&texts)? } else { DEFAULT_SCOPES.to_vec() };
    let expires_at = fields.time("expiresAt")?;
    if expires_at.is_some_and(|at| at <= app.now) {
        return Err(fields.invalid("expiresAt", Problem::NotLaterThan("now")).into());
    }
    fields.finish()?;

    let id = ApiKeyId::from_random(random()?);
    let key = NewApiKey::from_random(random()?);
    let record =
        ApiKeyRecord { id, organization: organization.id, label: &label, key: &key, scopes: &scopes, expires_at };
    app.store.create_api_key(&record, user, None, app.now).await?;
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let body = json!({
        "tenantId": organization.slug,
        "apiKey": key.text,
        "key": {
            "id": id,
            "label": label,
            "keyPrefix": key.prefix,
            "scopesJson": json!(words).to_string(),
            "createdByUserId": user,
            "expiresAt": expires_at.map(time::wire),
            "revokedAt": null,
            "createdAt": time::wire(app.now),
        },
    });
    Ok(respond::json(StatusCode::CREATED, &body))
}

/// `POST /v1/tenants/{tenant}/api-keys/{key}/revoke` → `{tenantId, apiKeyId, revoked}`: it is good no more, at once. 401, 404
/// and 403 as [`list`]; 404 as well when there is no such key.
#[worker::send]
pub(crate) async fn revoke(
    Extension(app): Extension<App>,
    Segments((tenant, key)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    const NOT_FOUND: Error = Error::NotFound("API key");
    let (_, organization) = managed(&app, &headers, &tenant).await?;
    let id = ApiKeyId::parse(&key).ok_or(NOT_FOUND)?;
    if !app.store.revoke_api_key(organization.id, id, app.now).await? {
        return Err(NOT_FOUND);
    }
    let body = json!({ "tenantId": organization.slug, "apiKeyId": id, "revoked": true });
    Ok(respond::json(StatusCode::OK, &body))
}

async fn managed(app: &App, headers: &HeaderMap, tenant: &str) -> Result<(UserId, Organization)> {
    let (user, membership) = access::tenant_member(app, headers, tenant).await?;
    access::require_key_manager(&membership)?;
    Ok((user.id, membership.organization))
}
