//! Issuing to many at once, for holders of API keys.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::access::Caller;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::bulk::{self, Received};
use crate::domain::api_key::Scope;
use crate::domain::bulk::Splitter;
use crate::domain::ids::{BadgeId, JobId, OrganizationId};
use crate::domain::organization::may_issue;
use crate::domain::time;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::idempotency::{self, Answer, Idempotency};
use crate::jobs;
use crate::respond;
use crate::store::{Counts, JobRow, NewAnswer};

const STATES: [&str; 5] = ["waiting", "issued", "renewed", "skipped", "failed"];

/// `POST /api/v1/credentials/bulk?badgeId`, a JSON array of requests (a recipient may be written as the members `name` and `email`
/// of its row) or a table (`text/csv` with the columns `name` and `email`, and others) → 202 `{id, status, total, createdAt, url}`.
/// Scope `credentials.issue`.
///
/// 1. 403 unless plan and approval allow it; 415 for another type; 400 and 413 for what can not be read whole: then nothing
///    of it is issued.
/// 2. The answer of the first time if the upload is repeated under its key, 409 if another one comes under it.
/// 3. 404 without such a badge, 409 for an inactive one: where the upload as a whole names it.
#[worker::send]
pub(crate) async fn upload(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Query(mut query): Query,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::CredentialsIssue)?;
    let badge = query.read("badgeId", "a UUID", BadgeId::parse)?;
    query.finish()?;
    let organization = &caller.organization;
    may_issue(organization.plan, organization.status, organization.did.is_some())?;
    let key = idempotency::key(request.headers())?;
    let splitter = match body::media_type(request.headers()).to_ascii_lowercase().as_str() {
        "application/json" => Splitter::json(),
        "text/csv" => Splitter::csv(badge.is_some()),
        _ => return Err(Error::UnsupportedMediaType("application/json or text/csv")),
    };
    let id = JobId::from_random(random()?);
    app.store.begin_job(id, organization.id, caller.key, &app.origin.to_string(), app.now).await?;
    let received = match bulk::receive(&app, id, splitter, badge, request.into_body()).await {
        Ok(received) => received,
        Err(error) => {
            app.store.drop_job(id).await?;
            return Err(error);
        }
    };

    let asked = format!("POST /api/v1/credentials/bulk {}", badge.map(|badge| badge.to_string()).unwrap_or_default());
    let idempotency = Idempotency::new(key, &asked, received.sha256.as_bytes());
    let answer = accepted(&app, id, &received)?;
    let kept = idempotency.as_ref().map(|it| it.answer(answer.status, &answer.body));
    let earlier = idempotency::earlier(&app, organization.id, idempotency.as_ref()).await;
    let is_new = matches!(earlier, Ok(None));
    let opened = match is_new {
        true => open(&app, organization.id, badge, id, received.rows, kept.as_ref()).await,
        false => Ok(()),
    };
    if is_new && opened.is_ok() {
        jobs::post(app.env(), &bulk::messages(id, received.rows)).await;
        return Ok(answer.into_response());
    }
    app.store.drop_job(id).await?;
    if let Some(answer) = earlier? {
        return Ok(answer.into_response());
    }
    // Another upload was quicker under the same key.
    match idempotency::earlier(&app, organization.id, idempotency.as_ref()).await? {
        Some(answer) => Ok(answer.into_response()),
        None => Err(opened.err().unwrap_or_else(|| Error::Internal("an upload was not opened".into()))),
    }
}

/// `GET /api/v1/jobs/{job}?limit&offset&state` → `{id, status, createdAt, completedAt, counts, rows: {data, pagination}}`; 404
/// for another organization's. Scope `credentials.issue` or `credentials.read`.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(job): Segments<String>,
    Query(mut query): Query,
) -> Result<Response> {
    caller.require(Scope::CredentialsIssue).or_else(|_| caller.require(Scope::CredentialsRead))?;
    let id = body::path_id("jobId", &job, JobId::parse)?;
    let page = query.page()?;
    let state = query.read("state", "waiting, issued, renewed, skipped or failed", |text| {
        STATES.into_iter().find(|state| *state == text)
    })?;
    query.finish()?;
    let job = app.store.job(id).await?.filter(|job| job.organization_id == caller.organization.id);
    let job = job.ok_or(Error::NotFound("job"))?;
    let (counts, rows) = app.store.job_progress(id, state, page).await?;
    let Counts { total, waiting, issued, renewed, skipped, failed } = counts;
    let data: Vec<Value> = rows.items.iter().map(row_item).collect();
    let body = json!({
        "id": job.id,
        "status": if job.completed_at.is_some() { "completed" } else { "running" },
        "createdAt": time::wire(job.created_at),
        "completedAt": job.completed_at.map(time::wire),
        "counts": {
            "total": total, "waiting": waiting, "issued": issued, "renewed": renewed, "skipped": skipped, "failed": failed,
        },
        "rows": {
            "data": data,
            "pagination": { "limit": page.limit, "offset": page.offset, "total": rows.total },
        },
    });
    Ok(respond::json(StatusCode::OK, &body))
}

/// Opens the job, unless no row of it could be issued.
async fn open(
    app: &App,
    organization: OrganizationId,
    badge: Option<BadgeId>,
    id: JobId,
    rows: usize,
    kept: Option<&NewAnswer<'_>>,
) -> Result<()> {
    if let Some(badge) = badge {
        let badge = app.store.badge(organization, badge).await?.ok_or(Error::NotFound("badge"))?;
        if !badge.is_active {
            return Err(Error::Conflict("the badge is not active".into()));
        }
    }
    let total = i64::try_from(rows).unwrap_or(i64::MAX);
    Ok(app.store.open_job(id, organization, total, kept, app.now).await?)
}

fn accepted(app: &App, id: JobId, received: &Received) -> Result<Answer> {
    let body = json!({
        "id": id,
        "status": "running",
        "total": received.rows,
        "createdAt": time::wire(app.now),
        "url": app.origin.at(&format!("/api/v1/jobs/{id}")),
    });
    Ok(Answer { status: StatusCode::ACCEPTED, ..Answer::created(&body)? })
}

fn row_item(row: &JobRow) -> Value {
    json!({
        "row": row.number,
        "name": row.name,
        "email": row.email,
        "state": row.state,
        "reason": row.reason,
        "credentialId": row.credential_id,
    })
}
