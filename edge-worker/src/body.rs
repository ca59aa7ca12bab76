//! Reads what a request carries: bounded bodies, parameters of paths and of queries.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequestParts, Path, Query as AxumQuery, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use serde_json::Value;

use crate::domain::fields::{Fields, Invalid, Problem};
use crate::domain::{json, paging};
use crate::error::{Error, Result};
use crate::respond::JSON;

/// Most bytes of a JSON request: a credential with all its evidence has some 100,000.
const MAX_JSON_BYTES: usize = 256 * 1024;

/// Most bytes of a body that says nothing.
const MAX_NOTHING_BYTES: usize = 1024;

/// Most bytes of a body that is too large which are read before it is refused.
const MAX_DISCARDED_BYTES: usize = 32 << 20;

/// The JSON object that a request carries, and its bytes.
pub(crate) async fn json(request: Request) -> Result<(Fields, Vec<u8>)> {
    let (value, bytes) = json_value(request).await?;
    Ok((Fields::of_body(value)?, bytes))
}

/// The JSON that a request carries, and its bytes.
pub(crate) async fn json_value(request: Request) -> Result<(Value, Vec<u8>)> {
    let bytes = json_bytes(request, MAX_JSON_BYTES).await?;
    Ok((parsed(&bytes)?, bytes))
}

fn parsed(bytes: &[u8]) -> Result<Value> {
    let unreadable =
        |error: serde_json::Error| Invalid { field: "body".into(), problem: Problem::Unreadable(error.to_string()) };
    Ok(json::parse(bytes).map_err(unreadable)?)
}

/// The bytes of a request that says all that it asks by its path: none, or an empty JSON object. 415 and 400 for anything else, which
/// would be something that its sender believes to be heard.
pub(crate) async fn nothing(request: Request) -> Result<Vec<u8>> {
    let is_json = is_json(media_type(request.headers()));
    let bytes = bytes(request, MAX_NOTHING_BYTES).await?;
    if bytes.is_empty() {
        return Ok(bytes);
    }
    if !is_json {
        return Err(Error::UnsupportedMediaType("application/json"));
    }
    Fields::of_body(parsed(&bytes)?)?.finish()?;
    Ok(bytes)
}

/// The bytes that a request carries and says to be JSON, up to a limit: 415 for what it says to be something else.
pub(crate) async fn json_bytes(request: Request, max: usize) -> Result<Vec<u8>> {
    if !is_json(media_type(request.headers())) {
        return Err(Error::UnsupportedMediaType("application/json"));
    }
    bytes(request, max).await
}

/// The bytes that a request carries, up to a limit that is kept while they come in.
///
/// What is too large is read on to its end, within reason, and thrown away: a client that is still sending would see its
/// connection broken and not the answer.
pub(crate) async fn bytes(request: Request, max: usize) -> Result<Vec<u8>> {
    let mut body: Body = request.into_body();
    let mut bytes = Vec::new();
    let mut received = 0_usize;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| Error::Unreadable("the body broke off".into()))?;
        let Ok(chunk) = frame.into_data() else { continue };
        received = received.saturating_add(chunk.len());
        if received > MAX_DISCARDED_BYTES {
            break;
        }
        if received <= max {
            bytes.extend_from_slice(&chunk);
        }
    }
    if received > max { Err(Error::PayloadTooLarge(max)) } else { Ok(bytes) }
}

/// Reads what is left of a body that is refused, within reason, as [`bytes`] does.
pub(crate) async fn discard(body: &mut Body) {
    let mut received = 0_usize;
    while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
        received = received.saturating_add(frame.data_ref().map_or(0, |chunk| chunk.len()));
        if received > MAX_DISCARDED_BYTES {
            break;
        }
    }
}

/// The media type of a request's body without its parameters, as it is written.
pub(crate) fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// An id that stands in a path: 400 when it is no UUID.
pub(crate) fn path_id<T>(name: &str, text: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    let invalid = || Invalid { field: name.into(), problem: Problem::Not("a UUID") };
    Ok(parse(text).ok_or_else(invalid)?)
}

fn is_json(media_type: &str) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    media_type == JSON || media_type.starts_with("application/") && media_type.ends_with("+json")
}

/// The parameters of a path; a path whose parameters can not be read names nothing.
pub(crate) struct Segments<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Path(segments) = Path::from_request_parts(parts, state).await.map_err(|_| Error::NotFound("page"))?;
        Ok(Self(segments))
    }
}

/// The parameters of a query.
pub(crate) struct Query(pub paging::Query);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let unreadable =
            |_| Invalid { field: "query".into(), problem: Problem::Unreadable("it is not form-encoded".into()) };
        let AxumQuery(pairs) = AxumQuery::from_request_parts(parts, state).await.map_err(unreadable)?;
        Ok(Self(paging::Query::new(pairs)?))
    }
}
