//! Organizations, for those who belong to them.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::access;
use crate::app::App;
use crate::body::{self, Segments};
use crate::domain::ids::OrganizationId;
use crate::domain::organization::{NewOrganization, Plan, Status};
use crate::domain::{did, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::respond;
use crate::store::{Membership, StoreError};

/// `POST /api/organizations {name, slug, url?, email?, description?}` → 201.
///
/// 1. 401 without a session, 400 for a malformed request.
/// 2. The bootstrap owner runs the deployment, so that person's organizations need no approval and have the largest plan.
/// 3. 409 when the slug is taken.
#[worker::send]
pub(crate) async fn create(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let user = access::session(&app, request.headers())?;
    let (fields, _) = body::json(request).await?;
    let new = NewOrganization::read(fields)?;
    let user = app.store.user(user).await?.ok_or(Error::Unauthorized("the session's user is gone"))?;
    let (status, plan) = match user.is_bootstrap_owner {
        true => (Status::Approved, Plan::Enterprise),
        false => (Status::PendingReview, Plan::Free),
    };
    let id = OrganizationId::from_random(random()?);
    match app.store.create_organization(id, &new, status, plan, user.id, app.now).await {
        Err(StoreError::Broken(Rule::OrganizationSlug)) => {
            return Err(Error::Conflict("an organization with this slug exists".into()));
        }
        result => result?,
    }
    let membership = app.store.membership(user.id, id).await?.ok_or(Error::NotFound("organization"))?;
    Ok(respond::json(StatusCode::CREATED, &item(&app, &membership)))
}

/// `GET /api/organizations` → the caller's organizations.
#[worker::send]
pub(crate) async fn list(Extension(app): Extension<App>, headers: HeaderMap) -> Result<Response> {
    let user = access::session(&app, &headers)?;
    let memberships = app.store.memberships(user).await?;
    let data: Vec<Value> = memberships.iter().map(|membership| item(&app, membership)).collect();
    Ok(respond::json(StatusCode::OK, &json!({ "data": data })))
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

fn item(app: &App, Membership { organization, role }: &Membership) -> Value {
    json!({
        "id": organization.id,
        "slug": organization.slug,
        "name": organization.name,
        "url": organization.url,
        "email": organization.email,
        "description": organization.description,
        "did": organization.did.clone().or_else(|| did::of_host(&app.origin, &organization.slug)),
        "status": organization.status,
        "plan": organization.plan,
        "role": role,
        "createdAt": time::wire(organization.created_at),
    })
}
