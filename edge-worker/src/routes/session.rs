//! Signing in.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::body;
use crate::domain::ids::UserId;
use crate::domain::{session, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::respond;

const MAX_SECRET: usize = 1024;

/// `POST /api/auth/bootstrap {secret, email}` → 200 `{token, expiresAt, user: {id, email}}`.
///
/// 1. 400 for a malformed request.
/// 2. 403 for another secret.
/// 3. 403 when somebody else is the bootstrap owner already.
#[worker::send]
pub(crate) async fn bootstrap(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let (mut fields, _) = body::json(request).await?;
    let secret = fields.line("secret", MAX_SECRET)?;
    let secret = fields.required("secret", secret)?;
    let email = fields.email("email")?;
    let email = fields.required("email", email)?;
    fields.finish()?;

    // Of the same length whatever was sent, and compared in constant time.
    let (given, wanted) = (Sha256::digest(&secret), Sha256::digest(&app.config.bootstrap_secret));
    if !bool::from(given.as_slice().ct_eq(wanted.as_slice())) {
        return Err(Error::Forbidden("the secret is not the bootstrap secret".into()));
    }
    let owner = app.store.bootstrap_owner(UserId::from_random(random()?), &email, app.now).await?;
    if owner.email != email {
        return Err(Error::Forbidden("the bootstrap owner is somebody else".into()));
    }
    let session = session::start(&app.config.session_secret, owner.id, app.now)
        .map_err(|refused| Error::Internal(refused.to_string()))?;
    let body = json!({
        "token": session.token,
        "expiresAt": time::wire(session.expires_at),
        "user": { "id": owner.id, "email": owner.email },
    });
    Ok(respond::json(StatusCode::OK, &body))
}
