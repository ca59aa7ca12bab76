//! Contract B's queue: requests that are accepted at once, and how they go.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::access::{self, Caller};
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::api_key::Scope;
use crate::domain::attempts::ATTEMPTS;
use crate::domain::digest;
use crate::domain::fields::{Fields, Invalid, Problem};
use crate::domain::ids::QueueJobId;
use crate::domain::organization::may_issue;
use crate::domain::paging;
use crate::domain::queue::{self, IssueBody, JobState, JobType, RevokeBody};
use crate::domain::tenant::{TenantName, assertion_id};
use crate::domain::time;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::issuance::SALT_BYTES;
use crate::jobs::{self, Job};
use crate::respond;
use crate::store::{NewQueueJob, Organization, QueueJob};

/// `POST /v1/programmatic/issue {tenantId, badgeTemplateId, recipientIdentity, recipientIdentityType, recipientIdentifiers?,
/// idempotencyKey}` → 202 `{status, channel, jobType, assertionId, idempotencyKey}`: the credential will be stored under that
/// `assertionId`.
///
/// 1. 401 without a good key, 403 without the scope `queue.issue`, 400 for a malformed request, 403 for another tenant's, and
///    unless plan and approval allow it.
/// 2. The same bytes if the request is repeated, 409 for another one under its key; 404 without such a badge, 409 for an
///    inactive one.
/// 3. Write the job, then ask the queue to do it. A request that dies in between leaves it to the clock.
#[worker::send]
pub(crate) async fn issue(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::QueueIssue)?;
    let (fields, request_mac) = read(&app, JobType::IssueBadge, request).await?;
    let body = IssueBody::read(fields)?;
    let organization = &caller.organization;
    own(organization, &body.tenant)?;
    may_issue(organization.plan, organization.status, organization.did.is_some())?;

    let id = QueueJobId::from_random(random()?);
    let mut identifiers = Vec::with_capacity(body.identifiers.len());
    for identifier in &body.identifiers {
        let salt = digest::hex(&random::<SALT_BYTES>()?);
        identifiers.push(identifier.identity_object(organization.settings.recipient_identifier, &salt));
    }
    let identifiers = queue::identifiers_text(identifiers);
    let origin = app.origin.to_string();
    let new = new_job(&app, &caller, id, &body.idempotency_key, &request_mac, &origin);
    let accepted = app.store.accept_issue(&new, &body.badge, &body.recipient, &identifiers).await?;
    match (accepted.job, accepted.badge_is_active) {
        (Some(job), _) => answer(&app, organization, job, id, &request_mac).await,
        (None, Some(false)) => Err(Error::Conflict("the badge template is archived".into())),
        (None, _) => Err(Error::NotFound("badge template")),
    }
}

/// `POST /v1/programmatic/revoke {tenantId, assertionId, reason, idempotencyKey}` → 202, the same with `revocationId`. Scope
/// `queue.revoke`; 404 without such an assertion, be it issued or about to be; the rest is as [`issue`].
#[worker::send]
pub(crate) async fn revoke(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response> {
    const NOT_FOUND: Error = Error::NotFound("assertion");
    caller.require(Scope::QueueRevoke)?;
    let (fields, request_mac) = read(&app, JobType::RevokeBadge, request).await?;
    let body = RevokeBody::read(fields)?;
    let organization = &caller.organization;
    own(organization, &body.tenant)?;
    if !is_own(organization, &body.assertion.tenant) {
        return Err(NOT_FOUND);
    }

    let id = QueueJobId::from_random(random()?);
    let origin = app.origin.to_string();
    let new = new_job(&app, &caller, id, &body.idempotency_key, &request_mac, &origin);
    let job = app.store.accept_revoke(&new, body.assertion.credential, &body.reason).await?;
    answer(&app, organization, job.ok_or(NOT_FOUND)?, id, &request_mac).await
}

/// `GET /v1/programmatic/jobs/{idempotencyKey}?tenantId` → `{tenantId, idempotencyKey, jobType, state, attempts, maxAttempts,
/// lastError, assertionId, revocationId?, createdAt, nextAttemptAt, completedAt}`; 404 without such a job. For keys with a
/// scope of the queue, and for owners and admins.
#[worker::send]
pub(crate) async fn job(
    Extension(app): Extension<App>,
    caller: Option<Extension<Caller>>,
    Segments(key): Segments<String>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    let tenant = tenant(&app, &headers, caller.is_some(), &mut query)?;
    query.finish()?;
    let organization = insider(&app, &headers, caller, &tenant).await?;
    let job = app.store.queue_job(organization.id, &key).await?.ok_or(Error::NotFound("job"))?;
    Ok(respond::json(StatusCode::OK, &shown(&organization, &job)))
}

/// `GET /v1/programmatic/jobs?tenantId&state&limit&offset` → `{tenantId, jobs, pagination}`: the jobs in one state, failed
/// ones unless another is asked for. For whom [`job`] is.
#[worker::send]
pub(crate) async fn jobs_in_state(
    Extension(app): Extension<App>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    let tenant = tenant(&app, &headers, caller.is_some(), &mut query)?;
    let page = query.page()?;
    let state = query.read("state", "queued, processing, completed or failed", JobState::parse)?;
    query.finish()?;
    let organization = insider(&app, &headers, caller, &tenant).await?;
    let listed = app.store.queue_jobs(organization.id, state.unwrap_or(JobState::Failed), page).await?;
    let jobs: Vec<Value> = listed.items.iter().map(|job| shown(&organization, job)).collect();
    let body = json!({
        "tenantId": organization.slug,
        "jobs": jobs,
        "pagination": { "limit": page.limit, "offset": page.offset, "total": listed.total },
    });
    Ok(respond::json(StatusCode::OK, &body))
}

/// `POST /v1/programmatic/jobs/{idempotencyKey}/retry?tenantId` → 202, the job as [`job`]: it is tried anew. 409 unless it has
/// failed, and when whom it was for is forgotten. For keys with the scope of the job, and for owners and admins.
#[worker::send]
pub(crate) async fn retry(
    Extension(app): Extension<App>,
    caller: Option<Extension<Caller>>,
    Segments(key): Segments<String>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    const NOT_FOUND: Error = Error::NotFound("job");
    let tenant = tenant(&app, &headers, caller.is_some(), &mut query)?;
    query.finish()?;
    let organization = insider(&app, &headers, caller.clone(), &tenant).await?;
    let job = app.store.queue_job(organization.id, &key).await?.ok_or(NOT_FOUND)?;
    if let Some(Extension(caller)) = caller {
        caller.require(match job.kind {
            JobType::IssueBadge => Scope::QueueIssue,
            JobType::RevokeBadge => Scope::QueueRevoke,
        })?;
    }
    if !app.store.retry_queue_job(job.id, app.now).await? {
        let why = match job.state {
            JobState::Failed => "what the job was to do is forgotten",
            JobState::Queued | JobState::Processing | JobState::Completed => "only a failed job is tried anew",
        };
        return Err(Error::Conflict(why.into()));
    }
    jobs::post(app.env(), &[Job::Queued { id: job.id }]).await;
    let job = app.store.queue_job(organization.id, &key).await?.ok_or(NOT_FOUND)?;
    Ok(respond::json(StatusCode::ACCEPTED, &shown(&organization, &job)))
}

async fn read(app: &App, kind: JobType, request: Request) -> Result<(Fields, String)> {
    let (value, _) = body::json_value(request).await?;
    let mac = queue::request_mac(&app.config.session_secret, kind, &value);
    let mac = mac.ok_or_else(|| Error::Internal("a request could not be hashed".into()))?;
    Ok((Fields::of_body(value)?, mac))
}

fn new_job<'a>(
    app: &App,
    caller: &Caller,
    id: QueueJobId,
    idempotency_key: &'a str,
    request_mac: &'a str,
    origin: &'a str,
) -> NewQueueJob<'a> {
    let (organization, api_key) = (caller.organization.id, caller.key);
    NewQueueJob { id, organization, api_key, idempotency_key, request_mac, origin, now: app.now }
}

/// What the caller of a job is told, by whatever request it was accepted; `new` is the id that this one would have given it.
async fn answer(
    app: &App,
    organization: &Organization,
    job: QueueJob,
    new: QueueJobId,
    request_mac: &str,
) -> Result<Response> {
    if job.request_mac != request_mac {
        return Err(Error::Conflict("the idempotency key was used for a different request".into()));
    }
    if job.id == new {
        jobs::post(app.env(), &[Job::Queued { id: new }]).await;
    }
    let mut body = json!({
        "status": "queued",
        "channel": "programmatic_api_key",
        "jobType": job.kind.as_str(),
        "assertionId": assertion_id(&organization.slug, job.credential_id),
        "idempotencyKey": job.idempotency_key,
    });
    name_revocation(&mut body, organization, &job);
    Ok(respond::json(StatusCode::ACCEPTED, &body))
}

fn shown(organization: &Organization, job: &QueueJob) -> Value {
    let is_open = matches!(job.state, JobState::Queued | JobState::Processing);
    let mut body = json!({
        "tenantId": organization.slug,
        "idempotencyKey": job.idempotency_key,
        "jobType": job.kind.as_str(),
        "state": job.state,
        "attempts": job.attempts,
        "maxAttempts": ATTEMPTS,
        "lastError": job.last_error,
        "assertionId": assertion_id(&organization.slug, job.credential_id),
        "createdAt": time::wire(job.created_at),
        "nextAttemptAt": is_open.then(|| time::wire(job.next_attempt_at)),
        "completedAt": job.ended_at.map(time::wire),
    });
    name_revocation(&mut body, organization, job);
    body
}

fn name_revocation(body: &mut Value, organization: &Organization, job: &QueueJob) {
    if let (JobType::RevokeBadge, Some(members)) = (job.kind, body.as_object_mut()) {
        members.insert("revocationId".into(), assertion_id(&organization.slug, job.id).into());
    }
}

/// Which tenant is asked about; 401 before anything else for who has neither a key nor a session's token.
fn tenant(app: &App, headers: &HeaderMap, has_key: bool, query: &mut paging::Query) -> Result<TenantName> {
    if !has_key {
        access::session_id(app, headers)?;
    }
    let tenant = query.read("tenantId", "a tenant's id", TenantName::parse)?;
    Ok(tenant.ok_or_else(|| Invalid { field: "tenantId".into(), problem: Problem::Missing })?)
}

/// The organization that somebody asks about who belongs to it: by a key with a scope of the queue, or as an owner or admin.
async fn insider(
    app: &App,
    headers: &HeaderMap,
    caller: Option<Extension<Caller>>,
    tenant: &TenantName,
) -> Result<Organization> {
    if let Some(Extension(caller)) = caller {
        own(&caller.organization, tenant)?;
        if ![Scope::QueueIssue, Scope::QueueRevoke].into_iter().any(|scope| caller.require(scope).is_ok()) {
            return Err(Error::Forbidden("the API key has no scope of the queue".into()));
        }
        return Ok(caller.organization);
    }
    let (_, membership) = access::tenant_member(app, headers, tenant.as_str()).await?;
    if !membership.role.manages_keys() {
        return Err(Error::Forbidden("only owners and admins see to the queue".into()));
    }
    Ok(membership.organization)
}

/// 403 unless the tenant is the key's own.
fn own(organization: &Organization, tenant: &TenantName) -> Result<()> {
    if is_own(organization, tenant) {
        Ok(())
    } else {
        Err(Error::Forbidden("the API key belongs to another tenant".into()))
    }
}

fn is_own(organization: &Organization, tenant: &TenantName) -> bool {
    tenant.as_str() == organization.slug || tenant.as_str() == organization.id.to_string()
}
