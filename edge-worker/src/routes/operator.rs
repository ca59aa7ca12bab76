//! What the operator of the deployment decides: which organizations may issue, and how much.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::List;
use super::organizations::organization_item;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::ids::OrganizationId;
use crate::domain::organization::{Plan, Status};
use crate::error::{Error, Result};
use crate::respond;
use crate::sealing;

/// Most values that one request seals anew.
const RESEALED_AT_ONCE: usize = 500;

const STATUSES: &str = "pending_review, approved, rejected or suspended";

/// `GET /api/operator/organizations?limit&offset&status` → a list of organizations. 401 without a session, 403 unless it is
/// the bootstrap owner's.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    headers: HeaderMap,
    Query(mut query): Query,
) -> Result<Response> {
    require_operator(&app, &headers).await?;
    let page = query.page()?;
    let status = query.read("status", STATUSES, Status::parse)?;
    query.finish()?;
    let listed = app.store.organizations(status, page).await?;
    let items = listed.items.iter().map(|organization| organization_item(&app, organization)).collect();
    Ok(respond::json(StatusCode::OK, &List::new(items, page, listed.total)))
}

/// `PATCH /api/operator/organizations/{organization} {status?, plan?}` → the organization. As [`list`]; 404 when there is no
/// such organization.
#[worker::send]
pub(crate) async fn review(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    require_operator(&app, request.headers()).await?;
    let id = body::path_id("organizationId", &organization, OrganizationId::parse)?;
    let (mut fields, _) = body::json(request).await?;
    let status = fields.read("status", STATUSES, Status::parse)?;
    let plan = fields.read("plan", "free, professional or enterprise", Plan::parse)?;
    fields.finish()?;
    app.store.review_organization(id, status, plan).await?;
    let organization = app.store.organization(id).await?.ok_or(Error::NotFound("organization"))?;
    Ok(respond::json(StatusCode::OK, &organization_item(&app, &organization)))
}

/// `GET /api/operator/sealing` → `{remaining, places: [{name, current, previous, unknown}]}`: what is sealed under the current
/// Worker secret and what under the one before. As [`list`].
#[worker::send]
pub(crate) async fn sealing(Extension(app): Extension<App>, headers: HeaderMap) -> Result<Response> {
    require_operator(&app, &headers).await?;
    Ok(respond::json(StatusCode::OK, &sealing::progress(&app).await?))
}

/// `POST /api/operator/sealing` → the same, and `resealed` and `unreadable`, after a batch was sealed anew under the current
/// secret. As [`list`].
#[worker::send]
pub(crate) async fn reseal(Extension(app): Extension<App>, headers: HeaderMap) -> Result<Response> {
    require_operator(&app, &headers).await?;
    let done = sealing::reseal(&app, RESEALED_AT_ONCE).await?;
    let mut progress = sealing::progress(&app).await?;
    if let Some(members) = progress.as_object_mut() {
        members.insert("resealed".into(), done.values.into());
        members.insert("unreadable".into(), done.unreadable.into());
    }
    Ok(respond::json(StatusCode::OK, &progress))
}

async fn require_operator(app: &App, headers: &HeaderMap) -> Result<()> {
    let person = access::session(app, headers).await?;
    let user = app.store.user(person.id).await?;
    if user.is_some_and(|user| user.is_bootstrap_owner) {
        Ok(())
    } else {
        Err(Error::Forbidden("only the operator of this deployment may do this".into()))
    }
}
