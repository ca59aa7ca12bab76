//! Issuing to many at once: an upload becomes rows, rows become credentials, ten to a message of the queue.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::body;
use crate::domain::attempts::ATTEMPTS;
use crate::domain::bulk::{self, Splitter};
use crate::domain::credential::IssueRequest;
use crate::domain::digest;
use crate::domain::fields::{Fields, Invalid, Problem};
use crate::domain::ids::{BadgeId, CredentialId, JobId};
use crate::domain::origin::Origin;
use crate::domain::webhook::EventType;
use crate::error::{Error, Result};
use crate::idempotency::{Answer, Idempotency};
use crate::issuance;
use crate::jobs::{Job, Outcome};
use crate::store::{Actor, BulkJob, NewEvent, Organization, RowEnd, WaitingRow};
use crate::webhooks;

/// How long to wait before rows are tried again that met a fault of the platform.
const AFTER_FAULT_SECONDS: i64 = 60;

/// An upload that was received.
pub(crate) struct Received {
    /// How many rows.
    pub rows: usize,
    /// Hash of its bytes.
    pub sha256: String,
}

/// Reads an upload to its end, and writes its rows as they come in. Nothing is kept in memory but the rows of one batch.
///
/// 1. 413 when it is too large; 400 when it can not be read, or has no rows, or too many.
/// 2. A row that is no good request is kept as it is: it fails by itself, and lets the others be.
pub(crate) async fn receive(
    app: &App,
    job: JobId,
    splitter: Splitter,
    badge: Option<BadgeId>,
    mut body: Body,
) -> Result<Received> {
    let received = read(app, job, splitter, badge, &mut body).await;
    if received.is_err() {
        body::discard(&mut body).await;
    }
    received
}

async fn read(
    app: &App,
    job: JobId,
    mut splitter: Splitter,
    badge: Option<BadgeId>,
    body: &mut Body,
) -> Result<Received> {
    let mut hash = Sha256::new();
    let (mut bytes, mut written) = (0_usize, 0_usize);
    let mut waiting: Vec<Value> = Vec::new();
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
        let (rows, is_last) = match frame {
            Some(frame) => {
                let frame = frame.map_err(|_| Error::Unreadable("the body broke off".into()))?;
                let Ok(chunk) = frame.into_data() else { continue };
                bytes = bytes.saturating_add(chunk.len());
                if bytes > bulk::MAX_BYTES {
                    return Err(Error::PayloadTooLarge(bulk::MAX_BYTES));
                }
                hash.update(&chunk);
                (splitter.push(&chunk)?, false)
            }
            None => (splitter.finish()?, true),
        };
        waiting.extend(rows.into_iter().map(|row| bulk::completed(row, badge)));
        if written.saturating_add(waiting.len()) > bulk::MAX_ROWS {
            return Err(invalid(Problem::TooLong(bulk::MAX_ROWS)));
        }
        if waiting.len() >= bulk::ROWS_AT_ONCE || is_last && !waiting.is_empty() {
            app.store.add_rows(job, written.saturating_add(1), &waiting).await?;
            written = written.saturating_add(waiting.len());
            waiting.clear();
        }
        if is_last {
            break;
        }
    }
    if written == 0 {
        return Err(invalid(Problem::Empty));
    }
    Ok(Received { rows: written, sha256: digest::hex(&hash.finalize()) })
}

/// The messages that the rows of a job need.
pub(crate) fn messages(job: JobId, rows: usize) -> Vec<Job> {
    let first = |index: usize| i64::try_from(index.saturating_add(1)).ok();
    (0..rows).step_by(bulk::ROWS_A_MESSAGE).filter_map(first).map(|first| Job::Rows { id: job, first }).collect()
}

/// Issues the rows of one message that still wait.
///
/// 1. Take them; each row is issued under an idempotency key of its own, so that a row whose end was not written down is
///    answered again and not issued twice.
/// 2. What is refused ends its row; a fault of the platform leaves it to the next attempt, up to the last one.
/// 3. When no row waits any more, the job is complete, and that is told.
pub(crate) async fn issue_rows(app: &App, id: JobId, first: i64) -> Result<Outcome> {
    let Some(job) = app.store.job(id).await? else { return Ok(Outcome::Done) };
    let organization = app.store.organization(job.organization_id).await?;
    let organization = organization.ok_or_else(|| Error::Internal("a job's organization is gone".into()))?;
    let origin = Origin::parse(&job.origin).ok_or_else(|| Error::Internal("a job has no origin".into()))?;
    let app = &app.under(origin);
    let mut faults = 0_usize;
    for row in app.store.take_rows(id, first).await? {
        match issue_row(app, &organization, &job, &row).await {
            Ok(end) => app.store.end_row(id, row.number, &end.as_row()).await?,
            Err(error) if row.attempts >= ATTEMPTS => {
                worker::console_error!("{}", json!({ "event": "bulk", "job": id, "cause": format!("{error:?}") }));
                let end = RowEnd { state: "failed", reason: Some(&error.message()), credential: None };
                app.store.end_row(id, row.number, &end).await?;
            }
            Err(error) => {
                worker::console_error!("{}", json!({ "event": "bulk", "job": id, "cause": format!("{error:?}") }));
                faults += 1;
            }
        }
    }
    if faults > 0 {
        return Ok(Outcome::Again { seconds: AFTER_FAULT_SECONDS });
    }
    let event = NewEvent {
        id: format!("evt_j{}", id.to_string().replace('-', "")),
        organization: job.organization_id,
        kind: EventType::BulkCompleted,
        data: json!({ "jobId": id }),
    };
    let deliveries = app.store.complete_job(id, &event, app.now).await?;
    webhooks::post(app, &deliveries).await;
    Ok(Outcome::Done)
}

/// What a row came to.
struct End {
    state: &'static str,
    reason: Option<String>,
    credential: Option<CredentialId>,
}

impl End {
    fn refused(state: &'static str, error: &Error) -> Self {
        Self { state, reason: Some(error.message()), credential: None }
    }

    fn as_row(&self) -> RowEnd<'_> {
        RowEnd { state: self.state, reason: self.reason.as_deref(), credential: self.credential }
    }
}

async fn issue_row(app: &App, organization: &Organization, job: &BulkJob, row: &WaitingRow) -> Result<End> {
    let request = serde_json::from_str(&row.request).map_err(|error| Error::Internal(error.to_string()))?;
    let request = match Fields::of_body(request).and_then(IssueRequest::read) {
        Ok(request) => request,
        Err(invalid) => return Ok(End::refused("failed", &invalid.into())),
    };
    // No header holds a line end, so no caller's own key is the same.
    let key = format!("job\n{}\n{}", job.id, row.number);
    let idempotency = Idempotency::new(Some(key), "bulk", row.request.as_bytes());
    let actor = Actor::Key(job.api_key_id);
    match issuance::issue(app, organization, &request, actor, idempotency.as_ref()).await {
        Ok(answer) => issued(&answer),
        Err(error @ Error::Internal(_)) => Err(error),
        Err(error @ (Error::Conflict(_) | Error::Contended(_))) => Ok(End::refused("skipped", &error)),
        Err(error) => Ok(End::refused("failed", &error)),
    }
}

fn issued(answer: &Answer) -> Result<End> {
    let body: Value = serde_json::from_str(&answer.body).map_err(|error| Error::Internal(error.to_string()))?;
    let id = body.get("id").and_then(Value::as_str).and_then(CredentialId::parse);
    let credential = Some(id.ok_or_else(|| Error::Internal("what was issued has no id".into()))?);
    let is_renewal = body.get("supersedesCredentialId").is_some_and(Value::is_string);
    Ok(End { state: if is_renewal { "renewed" } else { "issued" }, reason: None, credential })
}

fn invalid(problem: Problem) -> Error {
    Invalid { field: "body".into(), problem }.into()
}
