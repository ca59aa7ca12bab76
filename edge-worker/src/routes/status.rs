//! Status lists, for everybody.

use axum::Extension;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::app::App;
use crate::body::Segments;
use crate::domain::ids::StatusListId;
use crate::domain::negotiation;
use crate::error::{Error, Result};
use crate::respond::{self, Caching};
use crate::store::StatusDocument;

const NOT_FOUND: Error = Error::NotFound("status list");

/// `GET /status/{list}` → the newest version of a `BitstringStatusListCredential`, as it was signed when a status last
/// changed, under the JSON media type that the caller prefers; 304 when the caller has it already.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Segments(list): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let id = StatusListId::parse(&list).ok_or(NOT_FOUND)?;
    let list = app.store.status_list(id).await?.ok_or(NOT_FOUND)?;
    published(&app, list, &headers).await
}

/// A list as it was signed, or 304 when the caller has it already.
pub(super) async fn published(app: &App, list: StatusDocument, headers: &HeaderMap) -> Result<Response> {
    let tag = format!("\"{}\"", list.document_sha256);
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();

    let media_type = negotiation::preferred(text(header::ACCEPT), &respond::SIGNED_JSON);
    let is_known = negotiation::names_tag(text(header::IF_NONE_MATCH), &tag);
    let document = if is_known { Some(String::new()) } else { app.store.status_text(list).await? };
    let document = document.ok_or_else(|| Error::Internal("a status list is not in the store".into()))?;
    let mut response = respond::document(media_type, document, Caching::AsStatus);
    if is_known {
        // RFC 9110 §15.4.5: what a 200 would have said of caching, and no content.
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    let tag = HeaderValue::from_str(&tag).map_err(|error| Error::Internal(error.to_string()))?;
    response.headers_mut().insert(header::ETAG, tag);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
