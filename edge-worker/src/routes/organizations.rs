//! Organizations, for those who belong to them.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::List;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::ids::{OrganizationId, UserId};
use crate::domain::organization::{NewOrganization, OrganizationContent, Plan, Role, Settings, Status};
use crate::domain::{did, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::idempotency::{self, Answer, Idempotency};
use crate::respond;
use crate::store::{Membership, Organization, StoreError};

const CREATE: &str = "POST /api/organizations";

/// `POST /api/organizations {name, slug, url?, email?, description?}` → 201.
///
/// 1. 401 without a session, 400 for a malformed request; the answer of the first time if it is repeated.
/// 2. The bootstrap owner runs the deployment, so that person's organizations need no approval and have the largest plan.
/// 3. 409 when the slug is taken.
#[worker::send]
pub(crate) async fn create(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let person = access::session(&app, request.headers()).await?;
    let key = idempotency::key(request.headers())?;
    let (fields, bytes) = body::json(request).await?;
    // The organization that keeps the answer is not there yet: the key is looked up among all that the person owns.
    let key = key.map(|key| format!("{CREATE}\n{key}"));
    let idempotency = Idempotency::new(key, CREATE, &bytes);
    let new = NewOrganization::read(fields)?;
    let user = app.store.user(person.id).await?.ok_or(Error::Unauthorized("the session's user is gone"))?;
    let (status, plan) = match user.is_bootstrap_owner {
        true => (Status::Approved, Plan::Enterprise),
        false => (Status::PendingReview, Plan::Free),
    };
    if let Some(answer) = earlier(&app, user.id, idempotency.as_ref()).await? {
        return Ok(answer.into_response());
    }

    let organization = Organization {
        id: OrganizationId::from_random(random()?),
        slug: new.slug,
        name: new.name,
        url: new.url,
        email: new.email.map(|email| email.as_str().into()),
        description: new.description,
        status,
        plan,
        created_at: app.now,
        did: None,
        settings: Settings::default(),
    };
    let membership = Membership { organization, role: Role::Owner };
    let answer = Answer::created(&item(&app, &membership))?;
    let kept = idempotency.as_ref().map(|it| it.answer(answer.status, &answer.body));
    match app.store.create_organization(&membership.organization, user.id, kept.as_ref()).await {
        Ok(()) => Ok(answer.into_response()),
        Err(error) => match earlier(&app, user.id, idempotency.as_ref()).await? {
            Some(answer) => Ok(answer.into_response()),
            None => Err(match error {
                StoreError::Broken(Rule::OrganizationSlug) => {
                    Error::Conflict("an organization with this slug exists".into())
                }
                error => error.into(),
            }),
        },
    }
}

/// The answer that the same request of a person had before.
async fn earlier(app: &App, user: UserId, idempotency: Option<&Idempotency>) -> Result<Option<Answer>> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    let answered = app.store.answered_to_user(user, &idempotency.key).await?;
    answered.map(|answered| idempotency.replay(answered)).transpose()
}

/// `GET /api/organizations?limit&offset` → the caller's organizations.
#[worker::send]
pub(crate) async fn list(Extension(app): Extension<App>, headers: HeaderMap, Query(query): Query) -> Result<Response> {
    let user = access::session(&app, &headers).await?;
    let page = query.only_page()?;
    let memberships = app.store.memberships(user.id).await?;
    let data: Vec<Value> = memberships.iter().map(|membership| item(&app, membership)).collect();
    Ok(respond::json(StatusCode::OK, &List::of_all(data, page)))
}

/// `GET /api/organizations/{organization}` → one of them; 404 for everybody else's.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    Ok(respond::json(StatusCode::OK, &item(&app, &membership)))
}

/// `PATCH /api/organizations/{organization} {name?, url?, email?, description?, settings?: {notifications?, locale?,
/// defaultVisibility?, recipientIdentifier?, didMethod?}}` → 200, the organization.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage the organization.
/// 2. 400 for a malformed request; 409 for another DID method once there is a signing key.
#[worker::send]
pub(crate) async fn change(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (person, membership) = access::member(&app, request.headers(), &organization).await?;
    if !membership.role.manages_organization() {
        return Err(Error::Forbidden("only owners and admins change the organization".into()));
    }
    let (fields, _) = body::json(request).await?;
    let Organization { id, name, url, email, description, settings, .. } = membership.organization;
    let current = OrganizationContent { name, url, email, description, settings };
    let content = OrganizationContent::read(fields, current)?;
    let did_method = content.settings.did_method;
    app.store.change_organization(id, &content).await?;
    let membership = app.store.membership(person.id, id).await?.ok_or(Error::NotFound("organization"))?;
    if membership.organization.settings.did_method != did_method {
        return Err(Error::Conflict("the DID method is chosen before the first signing key is made".into()));
    }
    Ok(respond::json(StatusCode::OK, &item(&app, &membership)))
}

fn item(app: &App, Membership { organization, role }: &Membership) -> Value {
    let mut item = organization_item(app, organization);
    if let Some(members) = item.as_object_mut() {
        members.insert("role".into(), json!(role));
    }
    item
}

/// An organization as everybody sees it who may see it whole.
pub(crate) fn organization_item(app: &App, organization: &Organization) -> Value {
    let settings = &organization.settings;
    json!({
        "id": organization.id,
        "slug": organization.slug,
        "name": organization.name,
        "url": organization.url,
        "email": organization.email,
        "description": organization.description,
        "did": organization.did.clone().or_else(|| did::of_host(settings.did_method, &app.origin, &organization.slug)),
        "status": organization.status,
        "plan": organization.plan,
        "settings": {
            "notifications": settings.notifications,
            "locale": settings.locale.as_str(),
            "defaultVisibility": if settings.is_public_by_default { "public" } else { "private" },
            "recipientIdentifier": settings.recipient_identifier,
            "didMethod": settings.did_method,
        },
        "createdAt": time::wire(organization.created_at),
    })
}
