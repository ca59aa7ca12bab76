//! Contract B's public addresses of a credential: its page, its signed bytes, and what a verification of it says.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{pages, public, status};
use crate::app::App;
use crate::body::{Query, Segments};
use crate::domain::badge_verification;
use crate::domain::status_list::Purpose;
use crate::domain::tenant::{self, TenantName};
use crate::domain::time;
use crate::error::{Error, Result};
use crate::respond;
use crate::store::NumberedList;
use crate::verification;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verification {
    assertion_id: String,
    tenant_id: String,
    issued_at: String,
    verification: Value,
    credential: Box<RawValue>,
}

/// `GET /badges/{assertion}` and `GET /credentials/v1/{assertion}` → the page that shows the credential and verifies it in the
/// visitor's browser. 404 without such a credential and 403 for a private one are the page as well, and it says so.
#[worker::send]
pub(crate) async fn page(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    request: Request,
) -> Result<Response> {
    match public::find(&app, &name, request.headers()).await {
        Ok(_) => pages::verification(&app, &request).await,
        Err(error @ (Error::NotFound(_) | Error::Forbidden(_))) => {
            // Without the visitor's conditions: what is refused has no version that they could have already.
            let mut response = pages::verification(&app, &Request::default()).await?;
            *response.status_mut() = error.status().0;
            response.headers_mut().remove(header::ETAG);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// `GET /credentials/v1/{assertion}/jsonld` → the signed bytes as they were issued. 403 and 404 as [`public::verify`].
#[worker::send]
pub(crate) async fn jsonld(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    document(&app, &name, &headers).await
}

/// `GET /credentials/v1/{assertion}/download` → the same to be kept as a file.
#[worker::send]
pub(crate) async fn download(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let mut response = document(&app, &name, &headers).await?;
    // The name of a credential holds letters, digits, hyphens and a colon only, which files do not like.
    let name = format!("attachment; filename=\"{}.jsonld\"", name.replace(':', "_"));
    let name = HeaderValue::from_str(&name).map_err(|error| Error::Internal(error.to_string()))?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// `GET /badges/{assertion}/verification` → `{assertionId, tenantId, issuedAt, verification, credential}`: what the verifier
/// says of the signed bytes at this moment, in contract B's words. 429, 403 and 404 as [`public::verify`].
#[worker::send]
pub(crate) async fn verify(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    const NOT_FOUND: Error = Error::NotFound("credential");
    let mut found = public::find_to_verify(&app, &name, &headers).await?;
    let lists = public::status_lists(&app, &mut found).await?;
    let credential = &found.credential;
    let history = app.store.history(found.organization.id, credential.id).await?.ok_or(NOT_FOUND)?;
    let text = public::signed_document(&app, &credential.document_sha256).await?;
    let report = verification::verify(&text, &found, &lists, app.now);
    let document = serde_json::from_str(&text)
        .map_err(|error| Error::Internal(format!("a stored document is not JSON: {error}")))?;
    let standing = history.standing(app.now);
    let slug = found.organization.slug;
    let answer = Verification {
        assertion_id: tenant::assertion_id(&slug, credential.id),
        tenant_id: slug,
        issued_at: time::wire(credential.issued_at),
        verification: badge_verification::body(&report, &document, credential.lifetime, &standing, app.now),
        credential: public::raw(text)?,
    };
    Ok(respond::json(StatusCode::OK, &answer))
}

/// `GET /credentials/v1/status-lists/{tenant}/{purpose}?block` → a list of the tenant, the newest unless an earlier block is
/// asked for, which `Link` names. What a credential itself names is the list under its own address, `/status/{list}`.
#[worker::send]
pub(crate) async fn status_list(
    Extension(app): Extension<App>,
    Segments((tenant, purpose)): Segments<(String, String)>,
    Query(mut query): Query,
    headers: HeaderMap,
) -> Result<Response> {
    const NOT_FOUND: Error = Error::NotFound("status list");
    let block = query.read("block", "the number of a block", |text| text.parse::<u32>().ok())?;
    query.finish()?;
    let tenant = TenantName::parse(&tenant).ok_or(NOT_FOUND)?;
    let purpose = Purpose::ALL.into_iter().find(|known| known.as_str() == purpose).ok_or(NOT_FOUND)?;
    let found = app.store.tenant_status_list(&tenant, purpose, block.map(i64::from)).await?.ok_or(NOT_FOUND)?;
    let NumberedList { list, number } = found;
    let mut links = format!("<{}>; rel=\"canonical\"", app.origin.at(&crate::domain::status_list::path(list.id)));
    let mut response = status::published(&app, list, &headers).await?;
    if number > 1 {
        let (tenant, purpose, earlier) = (tenant.as_str(), purpose.as_str(), number - 1);
        let path = format!("/credentials/v1/status-lists/{tenant}/{purpose}?block={earlier}");
        links.push_str(&format!(", <{}>; rel=\"prev\"", app.origin.at(&path)));
    }
    let links = HeaderValue::from_str(&links).map_err(|error| Error::Internal(error.to_string()))?;
    response.headers_mut().insert(header::LINK, links);
    Ok(response)
}

async fn document(app: &App, name: &str, headers: &HeaderMap) -> Result<Response> {
    let found = public::find(app, name, headers).await?;
    let document = public::signed_document(app, &found.credential.document_sha256).await?;
    let mut response = respond::document(respond::LD_JSON, document, public::caching(&found));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("authorization, x-api-key"));
    Ok(response)
}
