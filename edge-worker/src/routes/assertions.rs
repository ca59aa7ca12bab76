//! Contract B's assertions: the credentials of a tenant, where each stands, and what moves it.

use axum::Extension;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use ob3_core::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use worker::send::SendFuture;

use super::public;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::assertion::{self, Standing};
use crate::domain::badge;
use crate::domain::credential::IssueRequest;
use crate::domain::digest;
use crate::domain::fields::{Fields, Invalid, Problem};
use crate::domain::ids::CredentialId;
use crate::domain::lifecycle::{Aim, Source, State, TransitionRequest};
use crate::domain::paging::{self, Cursor, Page, Start};
use crate::domain::queue::{self, JobType, ManualIssueBody};
use crate::domain::slug;
use crate::domain::tenant::{self, AssertionName};
use crate::domain::time;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::idempotency::Idempotency;
use crate::issuance::{self, SALT_BYTES};
use crate::lifecycle;
use crate::respond::{self, Caching};
use crate::store::{Actor, Assertion, AssertionFilter, History, LifecycleEvent, Organization, Person, StoreError};
use crate::webhooks;

const NOT_FOUND: Error = Error::NotFound("assertion");
const CSV: &str = "text/csv; charset=utf-8";
/// Rows of a ledger that are read at once.
const LEDGER_ROWS: i64 = 500;

/// `GET /v1/tenants/{tenant}/assertions/{assertion}/lifecycle` → `{assertionId, tenantId, state, source, reasonCode, reason,
/// transitionedAt, revokedAt, events}`, the first event first.
///
/// 1. 401 without a session; 404 for a stranger; 403 for a viewer; 422 for an id without a tenant; 404 for another tenant's.
/// 2. What has expired by itself and was not written down yet, is now, so that the events tell of the state.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Segments((tenant, assertion)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, organization) = issuer(&app, &headers, &tenant).await?;
    let id = assertion_of(&organization, &assertion)?;
    let mut history = app.store.history(organization.id, id).await?.ok_or(NOT_FOUND)?;
    let lifetime = history.credential.lifetime;
    if lifetime.state(app.now) == State::Expired && lifetime.expired_at.is_none() {
        webhooks::post(&app, &app.store.expire_one(id, app.now).await?).await;
        history = app.store.history(organization.id, id).await?.ok_or(NOT_FOUND)?;
    }
    Ok(respond::json(StatusCode::OK, &lifecycle_of(&organization, &history, app.now)))
}

/// `POST /v1/tenants/{tenant}/assertions/{assertion}/lifecycle/transition {toState, reasonCode, reason?, transitionSource?,
/// transitionedAt?}` → `{status, fromState, toState, currentState, message, event?}`. Refusals as [`show`]; 422 for a
/// transition by automation, which nobody asks for over HTTP; the rest is [`lifecycle::move_to`].
#[worker::send]
pub(crate) async fn transition(
    Extension(app): Extension<App>,
    Segments((tenant, assertion)): Segments<(String, String)>,
    request: Request,
) -> Result<Response> {
    let (person, organization) = issuer(&app, request.headers(), &tenant).await?;
    let id = assertion_of(&organization, &assertion)?;
    let (fields, _) = body::json(request).await?;
    let TransitionRequest { to, reason, source, transitioned_at } = TransitionRequest::read(fields, app.now)?;
    if source == Source::Automation {
        let problem = Problem::Not("`manual`: what moves by itself is moved by the worker alone");
        return Err(Error::Unprocessable(Invalid { field: "transitionSource".into(), problem }));
    }
    let at = transitioned_at.unwrap_or(app.now);
    let actor = Actor::Member(person.id);
    let moved = lifecycle::move_to(&app, &organization, id, Aim::State(to), &reason, actor, at).await?;

    let current = moved.credential.lifetime.state(app.now).as_str();
    let mut answer = json!({
        "status": if moved.event.is_some() { "transitioned" } else { "already_in_state" },
        "fromState": moved.from,
        "toState": to,
        "currentState": current,
        "message": match moved.event {
            Some(_) => format!("the assertion was {} and is {current}", moved.from.as_str()),
            None => format!("the assertion is {current} already"),
        },
    });
    if let (Some(event), Some(members)) = (moved.event, answer.as_object_mut()) {
        let history = app.store.history(organization.id, id).await?.ok_or(NOT_FOUND)?;
        let written = history.events.iter().find(|written| written.id == event);
        let written = written.ok_or_else(|| Error::Internal("an event that was written is not there".into()))?;
        members.insert("event".into(), event_item(&organization, id, written));
    }
    Ok(respond::json(StatusCode::OK, &answer))
}

/// `GET /v1/tenants/{tenant}/assertions?limit&offset&cursor&badgeTemplateId&state` → `{tenantId, assertions, count, total,
/// nextCursor}`, the newest first. `cursor` is empty at first; `nextCursor` is `null` after the last page. Refusals as
/// [`show`].
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Segments(tenant): Segments<String>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    let (_, organization) = issuer(&app, &headers, &tenant).await?;
    let page = query.page()?;
    let start = query.start(page)?;
    let filter = filter(&mut query)?;
    query.finish()?;
    let listed = app.store.assertions(organization.id, &filter, page, start, true, app.now).await?;
    let next = next_page(&listed.items, page).map(|cursor| cursor.to_string());
    let items: Vec<Value> = listed.items.iter().map(|assertion| item(&app, &organization, assertion)).collect();
    let answer = json!({
        "tenantId": organization.slug,
        "count": items.len(),
        "total": listed.total,
        "nextCursor": next,
        "assertions": items,
    });
    Ok(respond::json(StatusCode::OK, &answer))
}

/// `GET /v1/tenants/{tenant}/assertions/ledger-export.csv?badgeTemplateId&state` → every credential, the newest first, as a
/// table. It is read and sent page by page: a fault on the way breaks the transfer off, so that no part passes for the
/// whole. Refusals as [`show`].
#[worker::send]
pub(crate) async fn ledger(
    Extension(app): Extension<App>,
    Segments(tenant): Segments<String>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    let (_, organization) = issuer(&app, &headers, &tenant).await?;
    let filter = filter(&mut query)?;
    query.finish()?;
    let day: String = time::wire(app.now).chars().take("2026-01-15".len()).collect();
    let name = format!("attachment; filename=\"issued-badge-ledger-{}-{day}.csv\"", organization.slug);

    let from = Some((Start::First, assertion::ledger_head()));
    let parts = stream::try_unfold(from, move |from| {
        let (app, organization, filter) = (app.clone(), organization.clone(), filter.clone());
        SendFuture::new(async move {
            let Some((start, mut text)) = from else { return Ok::<_, Broken>(None) };
            let page = Page { limit: LEDGER_ROWS, offset: 0 };
            let read = app.store.assertions(organization.id, &filter, page, start, false, app.now).await;
            let rows = read.map_err(|error| Broken::new(&error))?.items;
            for assertion in &rows {
                ledger_line(&mut text, &organization, assertion);
            }
            let next = next_page(&rows, page).map(|cursor| (Start::After(cursor), String::new()));
            Ok(Some((text, next)))
        })
    });
    let mut response = respond::document(CSV, Body::from_stream(parts), Caching::Never);
    let name = HeaderValue::from_str(&name).map_err(|error| Error::Internal(error.to_string()))?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// `POST /v1/tenants/{tenant}/assertions/manual-issue {badgeTemplateId, recipientIdentity, recipientIdentityType,
/// recipientDisplayName?, recipientIdentifiers?, idempotencyKey?}` → 201 `{status, tenantId, assertionId, idempotencyKey,
/// credential}`, issued at once.
///
/// 1. 401 without a session; 404 for a stranger; 403 for a viewer; 400 for a malformed request; 404 without such a badge.
/// 2. The same bytes if the request is repeated under its key, 409 for another one; the rest is [`issuance::issue`]. The plan
///    does not bear on it: members issue by hand under each.
#[worker::send]
pub(crate) async fn manual_issue(
    Extension(app): Extension<App>,
    Segments(tenant): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (person, organization) = issuer(&app, request.headers(), &tenant).await?;
    let (value, _) = body::json_value(request).await?;
    // A keyed hash, since a request may hold what could be guessed from a plain one.
    let request_mac = queue::request_mac(&app.config.session_secret, JobType::IssueBadge, &value);
    let request_mac = request_mac.ok_or_else(|| Error::Internal("a request could not be hashed".into()))?;
    let body = ManualIssueBody::read(Fields::of_body(value)?)?;
    let badge = app.store.badge_named(organization.id, &body.badge).await?;
    let badge = badge.ok_or(Error::NotFound("badge template"))?;
    let mut identifiers = Vec::with_capacity(body.identifiers.len());
    for identifier in &body.identifiers {
        let salt = digest::hex(&random::<SALT_BYTES>()?);
        identifiers.push(identifier.identity_object(organization.settings.recipient_identifier, &salt));
    }
    let asked =
        IssueRequest { recipient_name: body.recipient_name, ..IssueRequest::plain(badge, body.recipient, identifiers) };
    let key = body.idempotency_key.as_ref().map(|key| format!("manual-issue {key}"));
    let idempotency = key.map(|key| Idempotency { key, request_sha256: request_mac });
    let actor = Actor::Member(person.id);
    let issued = issuance::issue(&app, &organization, &asked, actor, idempotency.as_ref()).await?;

    let id = serde_json::from_str::<Issued>(&issued.body).map_err(|error| Error::Internal(error.to_string()))?.id;
    let credential = app.store.credential(organization.id, id).await?.ok_or(NOT_FOUND)?;
    let document = public::signed_document(&app, &credential.document_sha256).await?;
    let answer = ManualIssue {
        status: "issued",
        assertion_id: tenant::assertion_id(&organization.slug, id),
        tenant_id: organization.slug,
        idempotency_key: body.idempotency_key,
        credential: public::raw(document)?,
    };
    Ok(respond::json(issued.status, &answer))
}

/// What of the answer of issuing is of use here.
#[derive(Deserialize)]
struct Issued {
    id: CredentialId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ManualIssue {
    status: &'static str,
    tenant_id: String,
    assertion_id: String,
    idempotency_key: Option<String>,
    credential: Box<RawValue>,
}

/// A ledger broke off. Its first lines are on their way, so that there is nobody to tell but the log.
#[derive(Debug)]
struct Broken;

impl Broken {
    fn new(cause: &StoreError) -> Self {
        worker::console_error!("{}", json!({ "event": "ledger", "cause": cause.to_string() }));
        Self
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the ledger broke off")
    }
}

impl std::error::Error for Broken {}

/// The member who may issue, and the tenant.
async fn issuer(app: &App, headers: &HeaderMap, tenant: &str) -> Result<(Person, Organization)> {
    let (person, membership) = access::tenant_member(app, headers, tenant).await?;
    if !membership.role.manages_credentials() {
        return Err(Error::Forbidden("viewers do not manage assertions".into()));
    }
    Ok((person, membership.organization))
}

/// The credential that a path names.
fn assertion_of(organization: &Organization, text: &str) -> Result<CredentialId> {
    let malformed = || {
        let problem = Problem::Not("the tenant\u{2019}s id, a colon and a UUID");
        Error::Unprocessable(Invalid { field: "assertionId".into(), problem })
    };
    let name = AssertionName::parse(text).ok_or_else(malformed)?;
    match name.tenant.names(&organization.slug, organization.id) {
        true => Ok(name.credential),
        false => Err(NOT_FOUND),
    }
}

fn filter(query: &mut paging::Query) -> Result<AssertionFilter> {
    let badge = query.read("badgeTemplateId", "the id of a badge", |text| {
        Some(text.to_ascii_lowercase()).filter(|text| slug::is_slug(text))
    })?;
    let state = query.read("state", "active, suspended, revoked or expired", State::parse)?;
    Ok(AssertionFilter { badge, state })
}

/// Where the page after a full one begins.
fn next_page(items: &[Assertion], page: Page) -> Option<Cursor> {
    let is_full = i64::try_from(items.len()).is_ok_and(|items| items == page.limit);
    let last = items.last().filter(|_| is_full)?;
    Some(Cursor { millis: last.issued_at.unix_millis(), id: last.id })
}

fn lifecycle_of(organization: &Organization, history: &History, now: DateTime) -> Value {
    let standing = history.standing(now);
    let History { credential, events, .. } = history;
    let events: Vec<Value> = events.iter().map(|event| event_item(organization, credential.id, event)).collect();
    let mut whole = standing_members(&standing);
    whole.insert("assertionId".into(), tenant::assertion_id(&organization.slug, credential.id).into());
    whole.insert("tenantId".into(), organization.slug.as_str().into());
    whole.insert("revokedAt".into(), credential.lifetime.revoked_at.map(time::wire).into());
    whole.insert("events".into(), events.into());
    Value::Object(whole)
}

fn standing_members(standing: &Standing) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("state".into(), standing.state.as_str().into());
    members.insert("source".into(), standing.source.into());
    members.insert("reasonCode".into(), standing.reason_code.as_deref().into());
    members.insert("reason".into(), standing.reason.as_deref().into());
    members.insert("transitionedAt".into(), time::wire(standing.transitioned_at).into());
    members
}

fn event_item(organization: &Organization, credential: CredentialId, event: &LifecycleEvent) -> Value {
    json!({
        "id": assertion::event_id(event.id),
        "tenantId": organization.slug,
        "assertionId": tenant::assertion_id(&organization.slug, credential),
        "fromState": event.from_state,
        "toState": event.to_state,
        "reasonCode": event.reason_code,
        "reason": event.reason,
        "transitionSource": event.transition_source,
        "actorUserId": event.actor_user_id,
        "transitionedAt": time::wire(event.transitioned_at),
        "createdAt": time::wire(event.created_at),
    })
}

fn item(app: &App, organization: &Organization, assertion: &Assertion) -> Value {
    let mut members = standing_members(&assertion.standing);
    let image = assertion.image.as_ref().map(|image| badge::image_url(&app.origin, image));
    for (name, value) in [
        ("assertionId", tenant::assertion_id(&organization.slug, assertion.id).into()),
        ("tenantId", organization.slug.as_str().into()),
        ("publicId", assertion.code.as_str().into()),
        ("badgeTemplateId", assertion.badge_slug.as_str().into()),
        ("badgeTitle", assertion.badge_name.as_str().into()),
        ("badgeImageUri", image.into()),
        ("recipientIdentity", assertion.recipient_identity.as_deref().into()),
        ("recipientIdentityType", assertion.recipient_identity_type.as_str().into()),
        ("issuedAt", time::wire(assertion.issued_at).into()),
        ("expiresAt", assertion.lifetime.valid_until.map(time::wire).into()),
        ("revokedAt", assertion.lifetime.revoked_at.map(time::wire).into()),
    ] {
        members.insert(name.into(), value);
    }
    Value::Object(members)
}

fn ledger_line(text: &mut String, organization: &Organization, assertion: &Assertion) {
    let wire = |at: Option<DateTime>| at.map(time::wire).unwrap_or_default();
    let Assertion { lifetime, standing, .. } = assertion;
    assertion::csv_line(
        text,
        &[
            &tenant::assertion_id(&organization.slug, assertion.id),
            &organization.slug,
            &assertion.code,
            &assertion.badge_slug,
            &assertion.badge_name,
            &assertion.recipient_name,
            assertion.recipient_identity.as_deref().unwrap_or_default(),
            &assertion.recipient_identity_type,
            &time::wire(assertion.issued_at),
            &wire(lifetime.valid_until),
            &wire(lifetime.claimed_at),
            &wire(lifetime.revoked_at),
            standing.state.as_str(),
            standing.source,
            standing.reason_code.as_deref().unwrap_or_default(),
            standing.reason.as_deref().unwrap_or_default(),
            &time::wire(standing.transitioned_at),
        ],
    );
}
