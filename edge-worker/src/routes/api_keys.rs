//! API keys.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::access;
use crate::app::App;
use crate::body::{self, Segments};
use crate::domain::api_key::{NewApiKey, Scope};
use crate::domain::fields::{Invalid, Problem};
use crate::domain::ids::ApiKeyId;
use crate::domain::time;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::respond;
use crate::store::ApiKeyRecord;

const MAX_LABEL: usize = 120;
const MAX_SCOPES: usize = 20;
const MAX_SCOPE: usize = 60;

/// `POST /api/organizations/{organization}/api-keys {label, scopes?}` → 201 `{apiKey, key: {id, label, prefix, last4,
/// scopes, createdAt}}`; `apiKey` is shown this once.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage keys.
/// 2. 400 for a malformed request.
#[worker::send]
pub(crate) async fn create(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (user, membership) = access::member(&app, request.headers(), &organization).await?;
    if !membership.role.manages_keys() {
        return Err(Error::Forbidden("only owners and admins manage keys".into()));
    }

    let (mut fields, _) = body::json(request).await?;
    let label = fields.line("label", MAX_LABEL)?;
    let label = fields.required("label", label)?;
    let scopes = scopes(&fields.lines("scopes", MAX_SCOPES, MAX_SCOPE)?)?;
    fields.finish()?;

    let id = ApiKeyId::from_random(random()?);
    let key = NewApiKey::from_random(random()?);
    let organization = membership.organization.id;
    let record = ApiKeyRecord { id, organization, label: &label, key: &key, scopes: &scopes };
    app.store.create_api_key(&record, user, app.now).await?;
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let body = json!({
        "apiKey": key.text,
        "key": {
            "id": id,
            "label": label,
            "prefix": key.prefix,
            "last4": key.last4,
            "scopes": scopes,
            "createdAt": time::wire(app.now),
        },
    });
    Ok(respond::json(StatusCode::CREATED, &body))
}

fn scopes(texts: &[String]) -> Result<Vec<Scope>> {
    if texts.is_empty() {
        return Ok(Scope::DEFAULT.to_vec());
    }
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
