//! Recipients, for those who manage the organization.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::access;
use crate::app::App;
use crate::body::{self, Segments};
use crate::error::{Error, Result};
use crate::respond;

/// `POST /api/organizations/{organization}/recipients/erase {email}` → 200 `{credentials}`: what is known of the recipient is
/// erased, in this organization. What was signed stays as it is; it holds the address as a salted hash only, unless the
/// organization chose otherwise.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage the organization, 400 for a malformed
///    request.
/// 2. 404 when the address is not known here.
#[worker::send]
pub(crate) async fn erase(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (_, membership) = access::member(&app, request.headers(), &organization).await?;
    if !membership.role.manages_organization() {
        return Err(Error::Forbidden("only owners and admins erase recipients".into()));
    }
    let (mut fields, _) = body::json(request).await?;
    let email = fields.email("email")?;
    let email = fields.required("email", email)?;
    fields.finish()?;
    let credentials = app.store.erase_recipient(membership.organization.id, &email).await?;
    let credentials = credentials.ok_or(Error::NotFound("recipient"))?;
    Ok(respond::json(StatusCode::OK, &json!({ "credentials": credentials })))
}
