//! Members of an organization, and invitations into it.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::List;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::ids::{InvitationId, UserId};
use crate::domain::mail::Content;
use crate::domain::organization::{INVITATION_SECONDS, Role};
use crate::domain::time;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::idempotency::{self, Answer, Idempotency};
use crate::jobs::{self, Job};
use crate::mail::{self, About};
use crate::respond;
use crate::store::{Invitation, Member, Membership, Person, StoreError};

const NO_MEMBER: Error = Error::NotFound("member");
const NO_INVITATION: Error = Error::NotFound("invitation");
const ROLES: &str = "owner, admin, issuer or viewer";

/// `GET /api/organizations/{organization}/members?limit&offset` → a list of `{userId, email, role, createdAt}`, for every member.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    let page = query.only_page()?;
    let members = app.store.members(membership.organization.id).await?;
    let data: Vec<Value> = members.iter().map(member_item).collect();
    Ok(respond::json(StatusCode::OK, &List::of_all(data, page)))
}

/// `PATCH /api/organizations/{organization}/members/{user} {role}` → the member.
///
/// 1. 401 without a session, 404 for a stranger or an unknown member, 400 for a malformed request.
/// 2. 403 unless the caller may give the old role as well as the new one.
/// 3. 409 when it is the last owner, or another request was quicker.
#[worker::send]
pub(crate) async fn change(
    Extension(app): Extension<App>,
    Segments((organization, user)): Segments<(String, String)>,
    request: Request,
) -> Result<Response> {
    let (_, membership) = access::member(&app, request.headers(), &organization).await?;
    let (mut fields, _) = body::json(request).await?;
    let role = fields.read("role", ROLES, Role::parse)?;
    let role = fields.required("role", role)?;
    fields.finish()?;
    let member = member(&app, &membership, &user).await?;
    for given in [member.role, role] {
        require_grant(membership.role, given)?;
    }
    if !app.store.change_member(membership.organization.id, member.user_id, member.role, role).await? {
        return Err(last_owner());
    }
    Ok(respond::json(StatusCode::OK, &member_item(&Member { role, ..member })))
}

/// `DELETE /api/organizations/{organization}/members/{user}` → 204. As [`change`]; everybody may leave by themselves.
#[worker::send]
pub(crate) async fn remove(
    Extension(app): Extension<App>,
    Segments((organization, user)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (person, membership) = access::member(&app, &headers, &organization).await?;
    let member = member(&app, &membership, &user).await?;
    if member.user_id != person.id {
        require_grant(membership.role, member.role)?;
    }
    if !app.store.remove_member(membership.organization.id, member.user_id, member.role).await? {
        return Err(last_owner());
    }
    Ok(respond::nothing())
}

/// `POST /api/organizations/{organization}/invitations {email, role}` → 201 `{id, email, role, url, createdAt, expiresAt}`;
/// the address is written to.
///
/// 1. 401 without a session, 404 for a stranger, 400 for a malformed request, 403 unless the caller may give the role.
/// 2. The answer of the first time if the request is repeated; 409 when the address is a member's, or is invited already.
#[worker::send]
pub(crate) async fn invite(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (person, membership) = access::member(&app, request.headers(), &organization).await?;
    let key = idempotency::key(request.headers())?;
    let (mut fields, bytes) = body::json(request).await?;
    let idempotency = Idempotency::new(key, "POST invitations", &bytes);
    let email = fields.email("email")?;
    let email = fields.required("email", email)?;
    let role = fields.read("role", ROLES, Role::parse)?;
    let role = fields.required("role", role)?;
    fields.finish()?;
    require_grant(membership.role, role)?;
    let organization = membership.organization;
    if let Some(answer) = idempotency::earlier(&app, organization.id, idempotency.as_ref()).await? {
        return Ok(answer.into_response());
    }
    if app.store.members(organization.id).await?.iter().any(|member| member.email == email) {
        return Err(Error::Conflict("the address is a member's".into()));
    }

    let id = InvitationId::from_random(random()?);
    let invitation = Invitation {
        id,
        email,
        role,
        created_at: app.now,
        expires_at: app.now.plus_seconds(INVITATION_SECONDS),
        accepted_at: None,
        withdrawn_at: None,
    };
    let content = Content::Invitation { organization: organization.name.clone(), url: url(&app, id) };
    let about = About { organization: Some(organization.id), credential: None };
    let mail = mail::write(&app, about, &invitation.email, organization.settings.locale, &content)?;
    let answer = Answer::created(&invitation_item(&app, &invitation))?;
    let kept = idempotency.as_ref().map(|it| it.answer(answer.status, &answer.body));
    match app.store.invite(organization.id, &invitation, person.id, mail.as_ref(), kept.as_ref()).await {
        Ok(()) => {
            let jobs: Vec<Job> = mail.iter().map(|mail| Job::Mail { id: mail.id }).collect();
            jobs::post(app.env(), &jobs).await;
            Ok(answer.into_response())
        }
        Err(error) => match idempotency::earlier(&app, organization.id, idempotency.as_ref()).await? {
            Some(answer) => Ok(answer.into_response()),
            None => Err(match error {
                StoreError::Broken(Rule::InvitationOpen) => Error::Conflict("the address is invited already".into()),
                error => error.into(),
            }),
        },
    }
}

/// `GET /api/organizations/{organization}/invitations?limit&offset` → a list of those that are open, for every member.
#[worker::send]
pub(crate) async fn invitations(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    let page = query.only_page()?;
    let invitations = app.store.invitations(membership.organization.id, app.now).await?;
    let data: Vec<Value> = invitations.iter().map(|invitation| invitation_item(&app, invitation)).collect();
    Ok(respond::json(StatusCode::OK, &List::of_all(data, page)))
}

/// `DELETE /api/organizations/{organization}/invitations/{invitation}` → 204; 403 unless the caller may give its role, 404
/// when there is no such open invitation.
#[worker::send]
pub(crate) async fn withdraw(
    Extension(app): Extension<App>,
    Segments((organization, invitation)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    let id = body::path_id("invitationId", &invitation, InvitationId::parse)?;
    let open = app.store.invitations(membership.organization.id, app.now).await?;
    let invitation = open.into_iter().find(|invitation| invitation.id == id).ok_or(NO_INVITATION)?;
    require_grant(membership.role, invitation.role)?;
    if !app.store.withdraw_invitation(membership.organization.id, id, app.now).await? {
        return Err(NO_INVITATION);
    }
    Ok(respond::nothing())
}

/// `GET /api/invitations/{invitation}` → `{organization: {name, slug}, role, expiresAt}`, for the person who is invited.
///
/// 1. 401 without a session, 404 when there is no such invitation.
/// 2. 403 unless the session's address is the invited one, and proved.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Segments(invitation): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, invitation, organization) = invited(&app, &headers, &invitation).await?;
    let body = json!({
        "organization": { "name": organization.name, "slug": organization.slug },
        "role": invitation.role,
        "expiresAt": time::wire(invitation.expires_at),
        "isOpen": invitation.is_open(app.now),
    });
    Ok(respond::json(StatusCode::OK, &body))
}

/// `POST /api/invitations/{invitation}/accept` → 200 `{organizationId, role}`. As [`show`]; 409 when it is open no more.
#[worker::send]
pub(crate) async fn accept(
    Extension(app): Extension<App>,
    Segments(invitation): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (person, invitation, organization) = invited(&app, &headers, &invitation).await?;
    if !app.store.accept_invitation(invitation.id, person.id, app.now).await? {
        return Err(Error::Conflict("the invitation was accepted or withdrawn, or its time is over".into()));
    }
    let membership = app.store.membership(person.id, organization.id).await?.ok_or(NO_MEMBER)?;
    let body = json!({ "organizationId": organization.id, "role": membership.role });
    Ok(respond::json(StatusCode::OK, &body))
}

async fn invited(
    app: &App,
    headers: &HeaderMap,
    invitation: &str,
) -> Result<(Person, Invitation, crate::store::Organization)> {
    let person = access::session(app, headers).await?;
    let id = body::path_id("invitationId", invitation, InvitationId::parse)?;
    let (invitation, organization) = app.store.invitation(id).await?.ok_or(NO_INVITATION)?;
    access::require_address(&person, &invitation.email)?;
    Ok((person, invitation, organization))
}

async fn member(app: &App, membership: &Membership, user: &str) -> Result<Member> {
    let id = body::path_id("userId", user, UserId::parse)?;
    let members = app.store.members(membership.organization.id).await?;
    members.into_iter().find(|member| member.user_id == id).ok_or(NO_MEMBER)
}

fn require_grant(caller: Role, given: Role) -> Result<()> {
    if caller.may_give(given) {
        Ok(())
    } else {
        Err(Error::Forbidden(format!("the role `{}` does not give the role `{}`", caller.as_str(), given.as_str())))
    }
}

fn last_owner() -> Error {
    Error::Conflict("an organization keeps its last owner, and another request may have changed this member".into())
}

fn url(app: &App, id: InvitationId) -> String {
    app.origin.at(&format!("/invitations/{id}"))
}

fn member_item(member: &Member) -> Value {
    json!({
        "userId": member.user_id,
        "email": member.email,
        "role": member.role,
        "createdAt": time::wire(member.created_at),
    })
}

fn invitation_item(app: &App, invitation: &Invitation) -> Value {
    json!({
        "id": invitation.id,
        "email": invitation.email,
        "role": invitation.role,
        "url": url(app, invitation.id),
        "createdAt": time::wire(invitation.created_at),
        "expiresAt": time::wire(invitation.expires_at),
    })
}
