//! Badges that a signed-in person brings from elsewhere.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use ob3_core::Policy;
use serde_json::{Value, json};

use super::List;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::fields::{Invalid, Problem};
use crate::domain::ids::ImportId;
use crate::domain::import;
use crate::domain::{multipart, time};
use crate::error::{Error, Result};
use crate::examination;
use crate::imports::{self, Taken};
use crate::outbound;
use crate::respond::{self, Caching};
use crate::store::{Import, Kept, Person};

const NOT_FOUND: Error = Error::NotFound("import");
/// Bytes of a form around its file.
const FORM_BYTES: usize = 16 * 1024;
/// The media types of files that are sent as they are.
const FILES: [&str; 5] = ["image/png", "image/svg+xml", respond::VC_LD_JSON, respond::LD_JSON, "text/plain"];

/// `POST /api/me/imports`, a form with one file, a file as it is, or `{url}` → 201 the badge, 200 where it took the place of an
/// older one or is here already. Members: see [`item`]; of a badge that was issued here `{credentialId}` alone.
///
/// 1. 401 without a session, 403 for an address that no code has proved.
/// 2. 413 when it is too large, 415 for another type, 400 without a file, or when nothing can be had from the URL.
/// 3. 400 `UNVERIFIABLE` unless its issuer signed it, by the same core as everywhere; 403 when the person has too many; 409 when a
///    newer one is there.
#[worker::send]
pub(crate) async fn create(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let person = recipient(&app, request.headers()).await?;
    let file = file(&app, request).await?;
    let (taken, _) = imports::take(&app, person.id, &person.email, &file).await?;
    let (id, status) = match taken {
        Taken::IssuedHere(id) => return Ok(respond::json(StatusCode::OK, &json!({ "credentialId": id }))),
        Taken::Kept(Kept::Created(id)) => (id, StatusCode::CREATED),
        Taken::Kept(Kept::Replaced(id)) => (id, StatusCode::OK),
        Taken::Kept(Kept::Outdated(_) | Kept::Full) => {
            return Err(Error::Conflict("a newer one of the same badge is here already".into()));
        }
    };
    let import = app.store.import(id, person.id).await?.ok_or(NOT_FOUND)?;
    Ok(respond::json(status, &item(&app, &import)?))
}

/// `GET /api/me/imports?limit&offset` → the badges that the session's person has brought. 401 without a session.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    let person = recipient(&app, &headers).await?;
    let page = query.page()?;
    query.finish()?;
    let listed = app.store.imports(person.id, page).await?;
    let items: Vec<Value> = listed.items.iter().map(|import| item(&app, import)).collect::<Result<_>>()?;
    Ok(respond::json(StatusCode::OK, &List::new(items, page, listed.total)))
}

/// `GET /api/me/imports/{import}` → one of them, verified at this moment, with the report. 404 for everybody else's.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Segments(id): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let person = recipient(&app, &headers).await?;
    let import = mine(&app, &person, &id).await?;
    let file = app.store.import_file(&import).await?.ok_or(NOT_FOUND)?;
    let report = examination::verify(&app, &file, &Policy::default()).await?;
    let mut body = item(&app, &import)?;
    if let Some(members) = body.as_object_mut() {
        members.insert("outcome".into(), report.outcome().as_str().into());
        members.insert("code".into(), report.code().as_str().into());
        members.insert("verifiedAt".into(), time::wire(app.now).into());
        members.insert("report".into(), serde_json::from_str(&report.to_json()).unwrap_or_default());
    }
    app.store.note_verdict(&import, &report, app.now).await?;
    Ok(respond::json(StatusCode::OK, &body))
}

/// `GET /api/me/imports/{import}/file` → the bytes as they were brought. 404 for everybody else's.
#[worker::send]
pub(crate) async fn file_of(
    Extension(app): Extension<App>,
    Segments(id): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let person = recipient(&app, &headers).await?;
    let import = mine(&app, &person, &id).await?;
    let file = app.store.import_file(&import).await?.ok_or(NOT_FOUND)?;
    let mut response = respond::document(import.form()?.media_type(), file, Caching::Never);
    // Somebody else's SVG must never be opened as a page of this site.
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    Ok(response)
}

/// `DELETE /api/me/imports/{import}` → 204: it is gone, its bytes too. 404 for everybody else's.
#[worker::send]
pub(crate) async fn delete(
    Extension(app): Extension<App>,
    Segments(id): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let person = recipient(&app, &headers).await?;
    let id = body::path_id("importId", &id, ImportId::parse)?;
    if app.store.delete_import(id, person.id).await? { Ok(respond::nothing()) } else { Err(NOT_FOUND) }
}

/// The session's person, whose address is proved.
async fn recipient(app: &App, headers: &HeaderMap) -> Result<Person> {
    let person = access::session(app, headers).await?;
    access::require_address(&person, &person.email)?;
    Ok(person)
}

async fn mine(app: &App, person: &Person, id: &str) -> Result<Import> {
    let id = body::path_id("importId", id, ImportId::parse)?;
    app.store.import(id, person.id).await?.ok_or(NOT_FOUND)
}

/// The file that a request carries or names.
async fn file(app: &App, request: Request) -> Result<Vec<u8>> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if let Some(boundary) = content_type.and_then(multipart::boundary) {
        let bytes = body::bytes(request, import::MAX_BYTES + FORM_BYTES).await?;
        let file = multipart::file(&bytes, &boundary);
        return file.map(<[u8]>::to_vec).ok_or_else(|| Error::Unreadable("the form holds no file".into()));
    }
    let media_type = body::media_type(request.headers()).to_ascii_lowercase();
    if FILES.contains(&media_type.as_str()) {
        return body::bytes(request, import::MAX_BYTES).await;
    }
    if media_type != respond::JSON {
        return Err(Error::UnsupportedMediaType("a form, a PNG, an SVG, a credential, or JSON with a `url`"));
    }
    let (mut fields, _) = body::json(request).await?;
    let is_local = !app.origin.is_public();
    let url = fields.read("url", "an https URL of a public host", |url| {
        outbound::may_be_asked(url, is_local).then(|| url.to_owned())
    })?;
    let url = fields.required("url", url)?;
    fields.finish()?;
    let unavailable = || Invalid { field: "url".into(), problem: Problem::Not("an address that hands the badge out") };
    Ok(outbound::file(&url, is_local, import::MAX_BYTES).await.ok_or_else(unavailable)?)
}

/// `{id, name, issuerName, validFrom, outcome, code, verifiedAt, createdAt, mediaType, fileUrl}`.
fn item(app: &App, import: &Import) -> Result<Value> {
    Ok(json!({
        "id": import.id,
        "name": import.name,
        "issuerName": import.issuer_name,
        "validFrom": time::wire(import.valid_from),
        "outcome": import.outcome,
        "code": import.code,
        "verifiedAt": time::wire(import.verified_at),
        "createdAt": time::wire(import.created_at),
        "mediaType": import.form()?.media_type(),
        "fileUrl": app.origin.at(&format!("/api/me/imports/{}/file", import.id)),
    }))
}
