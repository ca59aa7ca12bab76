//! The pages, out of the static assets.

use axum::Extension;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::embed;
use crate::app::App;
use crate::body::Segments;
use crate::domain::openapi;
use crate::error::{Error, Result};
use crate::respond::{self, Caching};

/// What a page may load: its own scripts and styles, the verifier's wasm, pictures of badges, and documents of issuers.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob: https:; connect-src 'self' https:; font-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// `GET /healthz` → `{status: "ok"}`: the worker runs and its settings are in order.
pub(crate) async fn health() -> Response {
    respond::json(StatusCode::OK, &json!({ "status": "ok" }))
}

/// `GET /verify/{credential}`: the page that shows and verifies, and in its header where a frame for it is described.
#[worker::send]
pub(crate) async fn credential(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    request: Request,
) -> Result<Response> {
    let mut response = verification(&app, &request).await?;
    if let Some(link) = embed::discovery(&app.origin, &name) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// `GET /` and `GET /verify-lookup`: the same page.
#[worker::send]
pub(crate) async fn index(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    verification(&app, &request).await
}

/// The page that shows and verifies what its own address names.
pub(super) async fn verification(app: &App, request: &Request) -> Result<Response> {
    asset(app, request, "/").await
}

/// `GET /account`, `GET /claim/{credential}` and `GET /invitations/{invitation}`: the page that signs people in, and shows them
/// what is theirs.
#[worker::send]
pub(crate) async fn account(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    asset(&app, &request, "/account").await
}

/// `GET /openapi.json`: every route, as OpenAPI 3.1.
pub(crate) async fn openapi(Extension(app): Extension<App>) -> Response {
    let document = openapi::document(&app.origin).to_string();
    respond::document(respond::JSON, document, Caching::Briefly)
}

/// `GET /docs`: the same for people.
#[worker::send]
pub(crate) async fn docs(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    asset(&app, &request, "/docs").await
}

/// Everything that no route names: a static asset, or 404.
#[worker::send]
pub(crate) async fn other(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let path = request.uri().path().to_owned();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || path.starts_with("/api/") {
        return Err(Error::NotFound("page"));
    }
    asset(&app, &request, &path).await
}

/// What a path answers to a method that it does not know; the router adds `Allow`.
pub(crate) async fn method_not_allowed() -> Error {
    Error::MethodNotAllowed
}

async fn asset(app: &App, request: &Request, path: &str) -> Result<Response> {
    let failed = |error: worker::Error| Error::Internal(format!("no page: {error}"));
    // The host of this address is of no account: it never leaves the worker.
    let mut wanted = axum::http::Request::builder().uri(format!("https://pages.invalid{path}"));
    for name in [header::IF_NONE_MATCH, header::ACCEPT_ENCODING] {
        if let Some(value) = request.headers().get(&name) {
            wanted = wanted.header(name, value);
        }
    }
    let wanted = wanted.body(worker::Body::empty()).map_err(|_| Error::NotFound("page"))?;
    let response = app.assets()?.fetch_request(wanted).await.map_err(failed)?;
    if response.status() == StatusCode::NOT_FOUND {
        return Err(Error::NotFound("page"));
    }
    let mut response = response.map(Body::new);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    Ok(response)
}
