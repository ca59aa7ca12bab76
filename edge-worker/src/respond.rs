//! Answers: JSON for callers of the API, documents for everybody, and the headers that belong to each.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

use crate::domain::image::Kind;
use crate::domain::rate::Allowance;

/// Media type of a signed credential (VCDM 2.0 §C.1, as OB 3.0 names it).
pub(crate) const VC_LD_JSON: &str = "application/vc+ld+json";
/// Media type of JSON-LD.
pub(crate) const LD_JSON: &str = "application/ld+json";
/// Media type of JSON.
pub(crate) const JSON: &str = "application/json";
/// Media type of a credential in a compact JWS (VC JOSE COSE §6.1).
pub(crate) const VC_JWT: &str = "application/vc+jwt";
/// Media type of a badge in a compact JWS (OB 3.0 §5.2).
pub(crate) const PLAIN: &str = "text/plain";
/// Media type of problem details (RFC 9457).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";
/// Media type of a page.
pub(crate) const HTML: &str = "text/html";
/// What a page that the worker writes may load: the style, the script and the pictures of this deployment.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
/// What an image may do when it is looked at by itself: show itself.
const IMAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'";

/// How long others may keep an answer.
#[derive(Clone, Copy)]
pub(crate) enum Caching {
    /// Not at all.
    Never,
    /// A minute: it may change.
    Briefly,
    /// As long as the `ttl` of a status list says: five minutes.
    AsStatus,
    /// For ever: its address is its hash.
    Immutable,
}

impl Caching {
    const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Never => "no-store",
            Self::Briefly => "public, max-age=60",
            Self::AsStatus => "public, max-age=300",
            Self::Immutable => "public, max-age=31536000, immutable",
        })
    }
}

/// The answer as the platform takes it. One whose body is there as a whole goes out as bytes: a stream would cost the isolate a
/// promise for each of its steps.
pub(crate) async fn sent(response: Response) -> worker::Result<worker::Response> {
    let size = response.body().size_hint().exact();
    if size.is_none_or(|size| size == 0) {
        let raw = worker::IntoResponse::into_raw(response).map_err(|error| error.into().to_string())?;
        return Ok(raw.into());
    }
    let (parts, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|error| error.to_string())?;
        if let Ok(chunk) = frame.into_data() {
            bytes.extend_from_slice(&chunk);
        }
    }
    let headers = worker::Headers::new();
    for (name, value) in &parts.headers {
        let value = std::str::from_utf8(value.as_bytes()).map_err(|error| error.to_string())?;
        headers.append(name.as_str(), value)?;
    }
    Ok(worker::ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(headers).fixed(bytes))
}

/// An answer of the API; nobody keeps it.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => with_type(status, JSON, bytes, Caching::Never),
        // Maps with keys that are no text would fail; there are none.
        Err(_) => with_type(StatusCode::INTERNAL_SERVER_ERROR, JSON, Vec::new(), Caching::Never),
    }
}

/// An answer without a body.
pub(crate) fn nothing() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::CACHE_CONTROL, Caching::Never.header());
    response
}

/// An answer whose body is made already.
pub(crate) fn document(content_type: &'static str, body: impl Into<Body>, caching: Caching) -> Response {
    with_type(StatusCode::OK, content_type, body, caching)
}

/// An answer of the API whose body is made already; nobody keeps it.
pub(crate) fn with_status(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    with_type(status, content_type, body, Caching::Never)
}

/// A page that the worker writes.
pub(crate) fn page(html: String) -> Response {
    let mut response = document("text/html; charset=utf-8", html, Caching::Briefly);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    response
}

/// The same answer as a page.
pub(crate) fn as_page(response: Response, html: String) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    Response::from_parts(parts, html.into())
}

/// An image, which is what its type says and nothing else.
pub(crate) fn image(kind: Kind, bytes: Vec<u8>, caching: Caching) -> Response {
    let mut response = document(kind.media_type(), bytes, caching);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(IMAGE_POLICY));
    response
}

/// Media types of a signed document, JSON.
pub(crate) const SIGNED_JSON: [&str; 3] = [VC_LD_JSON, LD_JSON, JSON];
/// Media types of a badge: those of its JSON, and those of the same as a compact JWS.
pub(crate) const BADGE: [&str; 5] = [VC_LD_JSON, LD_JSON, JSON, VC_JWT, PLAIN];

/// Lets scripts of every origin read what a public document answers, faults included (CORS).
pub(crate) async fn for_every_origin(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// What `OPTIONS` on a public document answers to a script that asks whether it may read it (CORS).
pub(crate) async fn preflight() -> Response {
    permission("GET, HEAD", "accept, authorization, x-api-key")
}

/// The same on what is posted to, by wallets that are pages.
pub(crate) async fn preflight_post() -> Response {
    permission("POST", "authorization, content-type")
}

fn permission(methods: &'static str, headers: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, headers),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What is left of a rate limit; `Retry-After` where nothing is.
pub(crate) fn set_allowance(headers: &mut HeaderMap, allowance: &Allowance) {
    let reset_seconds = allowance.reset.unix_millis() / 1000;
    for (name, value) in [
        ("x-ratelimit-limit", allowance.limit),
        ("x-ratelimit-remaining", allowance.remaining),
        ("x-ratelimit-reset", reset_seconds),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    if !allowance.is_admitted {
        let now_millis = crate::clock::now().unix_millis();
        let wait = reset_seconds.saturating_mul(1000).saturating_sub(now_millis).max(0).saturating_add(999) / 1000;
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.max(1)));
    }
}

fn with_type(status: StatusCode, content_type: &'static str, body: impl Into<Body>, caching: Caching) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, caching.header());
    response
}
