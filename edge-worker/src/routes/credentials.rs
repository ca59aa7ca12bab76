//! Credentials, for holders of API keys.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::List;
use crate::access::{self, Caller};
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::api_key::Scope;
use crate::domain::claim;
use crate::domain::credential::{self, IssueRequest, Status};
use crate::domain::email::Email;
use crate::domain::ids::{BadgeId, CredentialId};
use crate::domain::lifecycle::{Action, Reason};
use crate::domain::mail::Content;
use crate::domain::organization::MAX_NAME;
use crate::domain::paging::{self, Cursor, Start};
use crate::domain::time;
use crate::error::{Error, Result};
use crate::idempotency::{self, Idempotency};
use crate::issuance;
use crate::jobs::{self, Job};
use crate::lifecycle;
use crate::mail::{self, About};
use crate::respond;
use crate::store::{Actor, Credential, CredentialFilter, Organization};

/// Contract A's credential.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: CredentialId,
    credential_id: String,
    badge_id: BadgeId,
    badge_name: String,
    recipient_name: Option<String>,
    recipient_email: Option<String>,
    status: Status,
    issuance_date: String,
    expiration_date: Option<String>,
    claimed_at: Option<String>,
    revoked_at: Option<String>,
    is_public: bool,
    verification_url: String,
    supersedes_credential_id: Option<CredentialId>,
    superseded_by_credential_id: Option<CredentialId>,
}

/// One credential with its signed bytes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    #[serde(flatten)]
    item: Item,
    ob3_credential: Box<RawValue>,
}

impl Item {
    fn new(app: &App, credential: Credential) -> Self {
        let lifetime = credential.lifetime;
        Self {
            id: credential.id,
            verification_url: credential::verification_url(&app.origin, &credential.code),
            credential_id: credential.code,
            badge_id: credential.badge,
            badge_name: credential.badge_name,
            recipient_name: Some(credential.recipient_name).filter(|name| !name.is_empty()),
            recipient_email: credential.recipient_email,
            status: lifetime.status(app.now),
            issuance_date: time::wire(credential.issued_at),
            expiration_date: lifetime.valid_until.map(time::wire),
            claimed_at: lifetime.claimed_at.map(time::wire),
            revoked_at: lifetime.revoked_at.map(time::wire),
            is_public: credential.is_public,
            supersedes_credential_id: credential.supersedes,
            superseded_by_credential_id: credential.superseded_by,
        }
    }
}

/// `POST /api/v1/credentials` → 201, what was issued. Scope `credentials.issue`; the rest is [`issuance::issue`].
#[worker::send]
pub(crate) async fn issue(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::CredentialsIssue)?;
    let key = idempotency::key(request.headers())?;
    let (fields, bytes) = body::json(request).await?;
    let request = IssueRequest::read(fields)?;
    let idempotency = Idempotency::new(key, "POST /api/v1/credentials", &bytes);
    let actor = Actor::Key(caller.key);
    let answer = issuance::issue(&app, &caller.organization, &request, actor, idempotency.as_ref()).await?;
    Ok(answer.into_response())
}

/// `GET /api/v1/credentials?limit&offset&cursor&badgeId&status&q` → a list of credentials; `q` looks for names, addresses and
/// codes. With `cursor`, empty at first, the answer's `pagination.nextCursor` is that of the next page, and `null` after the
/// last one. Scope `credentials.read`.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Query(query): Query,
) -> Result<Response> {
    caller.require(Scope::CredentialsRead)?;
    listed(&app, &caller.organization, query).await
}

/// `GET /api/organizations/{organization}/credentials` → as [`list`], for members. 401 without a session, 404 for a stranger.
#[worker::send]
pub(crate) async fn list_for_members(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    listed(&app, &membership.organization, query).await
}

async fn listed(app: &App, organization: &Organization, mut query: paging::Query) -> Result<Response> {
    let page = query.page()?;
    let start = query.start(page)?;
    let badge = query.read("badgeId", "a UUID", BadgeId::parse)?;
    let status = query.read("status", "pending, valid, expired, revoked or suspended", Status::parse)?;
    let text = query.read("q", "1 to 200 characters", search_text)?;
    query.finish()?;
    let filter = CredentialFilter { badge, status, text };
    let listed = app.store.credentials(organization.id, &filter, page, start, app.now).await?;
    let is_full = i64::try_from(listed.items.len()).is_ok_and(|items| items == page.limit);
    let last = listed.items.last().filter(|_| is_full);
    let next = last.map(|last| Cursor { millis: last.issued_at.unix_millis(), id: last.id }.to_string());
    let items = listed.items.into_iter().map(|credential| Item::new(app, credential)).collect();
    let list = List::new(items, page, listed.total);
    let list = if start == Start::Offset { list } else { list.with_cursor(next) };
    Ok(respond::json(StatusCode::OK, &list))
}

/// `GET /api/v1/credentials/{credential}` → the credential with `ob3Credential`, the signed bytes as they were issued;
/// 404 for another organization's. Scope `credentials.read`.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(credential): Segments<String>,
) -> Result<Response> {
    caller.require(Scope::CredentialsRead)?;
    one(&app, &caller.organization, &credential).await
}

/// `GET /api/organizations/{organization}/credentials/{credential}` → as [`show`], for members. 401 and 404 as
/// [`list_for_members`].
#[worker::send]
pub(crate) async fn show_to_members(
    Extension(app): Extension<App>,
    Segments((organization, credential)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    one(&app, &membership.organization, &credential).await
}

async fn one(app: &App, organization: &Organization, credential: &str) -> Result<Response> {
    let id = body::path_id("credentialId", credential, CredentialId::parse)?;
    let credential = app.store.credential(organization.id, id).await?.ok_or(Error::NotFound("credential"))?;
    let ob3_credential = super::public::signed_document(app, &credential.document_sha256).await?;
    let whole = Whole { item: Item::new(app, credential), ob3_credential: super::public::raw(ob3_credential)? };
    Ok(respond::json(StatusCode::OK, &whole))
}

/// `POST /api/v1/credentials/{credential}/resend` → 202 `{credentialId, recipientEmail, locale}`: the mail about an unclaimed
/// credential is written once more. Scope `credentials.issue`.
///
/// 1. 404 for another organization's; 409 unless it waits to be claimed; 403 where no mail is sent.
/// 2. 409 within seven days after the last mail about it, unless that one has failed.
#[worker::send]
pub(crate) async fn resend(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(credential): Segments<String>,
) -> Result<Response> {
    caller.require(Scope::CredentialsIssue)?;
    let organization = &caller.organization;
    let id = body::path_id("credentialId", &credential, CredentialId::parse)?;
    let credential = app.store.credential(organization.id, id).await?.ok_or(Error::NotFound("credential"))?;
    let status = credential.lifetime.status(app.now);
    if status != Status::Pending {
        return Err(Error::Conflict(format!("the credential is {} and waits for no claim", status.as_str())));
    }
    let recipient = credential.recipient_email.as_deref().and_then(Email::parse);
    let recipient = recipient.ok_or_else(|| Error::Conflict("the recipient's address is not known".into()))?;
    let content = Content::Issued {
        recipient: Some(credential.recipient_name)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| recipient.to_string()),
        badge: credential.badge_name,
        organization: organization.name.clone(),
        url: claim::claim_url(&app.origin, &credential.code),
    };
    let about = About { organization: Some(organization.id), credential: Some(id) };
    let locale = organization.settings.locale;
    let mail = mail::write(&app, about, &recipient, locale, &content)?;
    let mail = mail.ok_or_else(|| Error::Forbidden("this deployment sends no mail".into()))?;
    if !app.store.put_mail_again(&mail, id, app.now.plus_seconds(-claim::RESEND_COOL_DOWN_SECONDS), app.now).await? {
        return Err(Error::Conflict("a mail about this credential was written less than seven days ago".into()));
    }
    jobs::post(app.env(), &[Job::Mail { id: mail.id }]).await;
    let body = json!({ "credentialId": credential.code, "recipientEmail": recipient, "locale": locale.as_str() });
    Ok(respond::json(StatusCode::ACCEPTED, &body))
}

/// `POST /api/v1/credentials/{credential}/revoke {reason, reasonCode?}` → the credential as it stands then. Scope
/// `credentials.revoke`; the rest is [`lifecycle::transition`].
#[worker::send]
pub(crate) async fn revoke(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(credential): Segments<String>,
    request: Request,
) -> Result<Response> {
    move_by_key(&app, &caller, &credential, Action::Revoke, request).await
}

/// `POST /api/v1/credentials/{credential}/suspend`, as [`revoke`].
#[worker::send]
pub(crate) async fn suspend(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(credential): Segments<String>,
    request: Request,
) -> Result<Response> {
    move_by_key(&app, &caller, &credential, Action::Suspend, request).await
}

/// `POST /api/v1/credentials/{credential}/reinstate`, as [`revoke`].
#[worker::send]
pub(crate) async fn reinstate(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(credential): Segments<String>,
    request: Request,
) -> Result<Response> {
    move_by_key(&app, &caller, &credential, Action::Reinstate, request).await
}

/// `DELETE /api/organizations/{organization}/credentials/{credential} {reason, reasonCode?}` → the credential, revoked.
/// 401 without a session, 404 for a stranger, 403 for a viewer; the rest is [`lifecycle::transition`].
#[worker::send]
pub(crate) async fn delete(
    Extension(app): Extension<App>,
    Segments((organization, credential)): Segments<(String, String)>,
    request: Request,
) -> Result<Response> {
    let (user, membership) = access::member(&app, request.headers(), &organization).await?;
    if !membership.role.manages_credentials() {
        return Err(Error::Forbidden("viewers do not revoke credentials".into()));
    }
    let actor = Actor::Member(user.id);
    transition(&app, &membership.organization, &credential, Action::Revoke, actor, request).await
}

/// What is looked for, as it is compared: SQLite knows lower case of ASCII only.
fn search_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= MAX_NAME).then(|| text.to_ascii_lowercase())
}

async fn move_by_key(
    app: &App,
    caller: &Caller,
    credential: &str,
    action: Action,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::CredentialsRevoke)?;
    transition(app, &caller.organization, credential, action, Actor::Key(caller.key), request).await
}

async fn transition(
    app: &App,
    organization: &Organization,
    credential: &str,
    action: Action,
    actor: Actor,
    request: Request,
) -> Result<Response> {
    let id = body::path_id("credentialId", credential, CredentialId::parse)?;
    let (fields, _) = body::json(request).await?;
    let reason = Reason::read(fields)?;
    let credential = lifecycle::transition(app, organization, id, action, &reason, actor).await?;
    Ok(respond::json(StatusCode::OK, &Item::new(app, credential)))
}
