//! Requests that are made again: one key, one request, one answer.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::app::App;
use crate::domain::digest;
use crate::domain::fields::{Invalid, Problem};
use crate::domain::ids::OrganizationId;
use crate::domain::vault::Unreadable;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::respond::{self, Caching, JSON};
use crate::store::{Answered, NewAnswer};

const MAX_KEY: usize = 255;
const REUSED: &str = "the idempotency key was used for a different request";

/// What tells a repeated request from a new one.
pub(crate) struct Idempotency {
    /// The key that the caller chose.
    pub key: String,
    /// Hash of the request.
    pub request_sha256: String,
}

/// What the caller is told; the same bytes when the request is repeated.
pub(crate) struct Answer {
    /// The status.
    pub status: StatusCode,
    /// JSON text.
    pub body: String,
}

/// The key in the `Idempotency-Key` header: 400 when it is none.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let is_key = |text: &&str| !text.is_empty() && text.len() <= MAX_KEY;
    let key = value.to_str().ok().filter(is_key);
    let invalid = || Invalid { field: "Idempotency-Key".into(), problem: Problem::Not("1 to 255 ASCII characters") };
    Ok(Some(key.ok_or_else(invalid)?.to_owned()))
}

impl Idempotency {
    /// The key with the request that names it: its method and path, and its body.
    pub(crate) fn new(key: Option<String>, request: &str, body: &[u8]) -> Option<Self> {
        let request_sha256 = digest::sha256_hex(&[request.as_bytes(), b"\n", body].concat());
        key.map(|key| Self { key, request_sha256 })
    }

    /// The answer to keep.
    pub(crate) fn answer<'a>(&'a self, status: StatusCode, body: &'a str) -> NewAnswer<'a> {
        NewAnswer { key: &self.key, request_sha256: &self.request_sha256, status: status.as_u16(), response: body }
    }

    /// The first answer again: 409 when it was to another request.
    pub(crate) fn replay(&self, answered: Answered) -> Result<Answer> {
        if answered.request_sha256 != self.request_sha256 {
            return Err(Error::Conflict(REUSED.into()));
        }
        let status = StatusCode::from_u16(answered.status).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Answer { status, body: answered.response })
    }
}

/// The answer that the same request of an organization had before.
pub(crate) async fn earlier(
    app: &App,
    organization: OrganizationId,
    idempotency: Option<&Idempotency>,
) -> Result<Option<Answer>> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    let answered = app.store.answered(organization, &idempotency.key).await?;
    answered.map(|answered| idempotency.replay(answered)).transpose()
}

/// The answer that the same request had before, of a kind that holds a secret and is kept sealed.
pub(crate) async fn earlier_sealed(
    app: &App,
    organization: OrganizationId,
    idempotency: Option<&Idempotency>,
) -> Result<Option<Answer>> {
    let answer = earlier(app, organization, idempotency).await?;
    let (Some(answer), Some(it)) = (answer, idempotency) else { return Ok(None) };
    let body = app.config.vault.open_answer(&answer.body, organization, &it.key).map_err(sealing)?;
    Ok(Some(Answer { body, ..answer }))
}

/// An answer that holds a secret, sealed to be kept.
pub(crate) fn seal<'a>(
    app: &App,
    organization: OrganizationId,
    idempotency: Option<&'a Idempotency>,
    answer: &Answer,
) -> Result<Option<(&'a Idempotency, String)>> {
    let Some(it) = idempotency else { return Ok(None) };
    let sealed = app.config.vault.seal_answer(&answer.body, random()?, organization, &it.key).map_err(sealing)?;
    Ok(Some((it, sealed)))
}

fn sealing(_: Unreadable) -> Error {
    Error::Internal("an answer could not be sealed or opened".into())
}

impl Answer {
    /// 201 with this body.
    pub(crate) fn created(body: &impl serde::Serialize) -> Result<Self> {
        let body = serde_json::to_string(body).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { status: StatusCode::CREATED, body })
    }

    /// The answer as it is sent.
    pub(crate) fn into_response(self) -> Response {
        let mut response = respond::document(JSON, self.body, Caching::Never);
        *response.status_mut() = self.status;
        response
    }
}
