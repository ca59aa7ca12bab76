//! Signing in and out.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::access;
use crate::app::App;
use crate::body;
use crate::domain::email::Email;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::locale::Locale;
use crate::domain::mail::Content;
use crate::domain::session::{self, Bearer};
use crate::domain::{sign_in, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::jobs::{self, Job};
use crate::mail::{self, About};
use crate::respond;
use crate::store::NewSession;

const MAX_SECRET: usize = 1024;
/// One answer for a wrong code, a used one, and one that was never sent: which it is, is nobody's business.
const WRONG_CODE: Error = Error::Unauthorized("the code is wrong, used up or too old");

/// `POST /api/auth/bootstrap {secret, email}` → 200 `{token, expiresAt, refreshToken, user: {id, email, emailVerified}}`.
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
    let session = Started::new()?;
    app.store.begin_session(owner.id, &session.record(), app.now).await?;
    session.answer(&app, owner.id, Some((&owner.email, owner.email_verified_at.is_some())))
}

/// `POST /api/auth/code {email, locale?}` → 202 `{expiresAt}`, whether anybody is known by that address or not; a code is
/// mailed to it, and the one before is good no more.
///
/// 1. 400 for a malformed request; 403 where the deployment sends no mail.
/// 2. 429 when the address was sent too many.
#[worker::send]
pub(crate) async fn code(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let (mut fields, _) = body::json(request).await?;
    let email = fields.email("email")?;
    let email = fields.required("email", email)?;
    let locale = fields.read("locale", "a language that mails are written in", Locale::parse)?;
    fields.finish()?;
    let secret = &app.config.session_secret;
    if let Some(limits) = &app.config.rate_limits {
        access::admit(&app, &sign_in::code_subject(secret, &email), limits.sign_in).await?;
    }

    let code = sign_in::code_from_random(random()?);
    let mac = sign_in::code_mac(secret, &email, &code).ok_or_else(no_mac)?;
    let content = Content::SignInCode { code };
    let mail = mail::write(&app, About::default(), &email, locale.unwrap_or(Locale::En), &content)?;
    let mail = mail.ok_or_else(|| Error::Forbidden("this deployment sends no mail".into()))?;
    app.store.set_code(&email, &mac, &mail, app.now).await?;
    jobs::post(app.env(), &[Job::Mail { id: mail.id }]).await;
    let expires_at = time::wire(app.now.plus_seconds(sign_in::CODE_LIFETIME_SECONDS));
    Ok(respond::json(StatusCode::ACCEPTED, &json!({ "expiresAt": expires_at })))
}

/// `POST /api/auth/session {email, code}` → 200 as [`bootstrap`]. 401 for every code that is not the good one.
#[worker::send]
pub(crate) async fn create(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let (mut fields, _) = body::json(request).await?;
    let email = fields.email("email")?;
    let email = fields.required("email", email)?;
    let code = fields.read("code", "the six digits of a code", sign_in::parse_code)?;
    let code = fields.required("code", code)?;
    fields.finish()?;

    let wanted = app.store.try_code(&email, app.now).await?.ok_or(WRONG_CODE)?;
    let given = sign_in::code_mac(&app.config.session_secret, &email, &code).ok_or_else(no_mac)?;
    if !bool::from(given.as_bytes().ct_eq(wanted.as_bytes())) {
        return Err(WRONG_CODE);
    }
    let session = Started::new()?;
    let new_user = UserId::from_random(random()?);
    let person = app.store.sign_in(new_user, &email, &given, &session.record(), app.now).await?.ok_or(WRONG_CODE)?;
    session.answer(&app, person.id, Some((&person.email, person.email_verified_at.is_some())))
}

/// `GET /api/auth/session` → 200 `{user: {id, email, emailVerified}}`. 401 when the session has ended.
#[worker::send]
pub(crate) async fn show(Extension(app): Extension<App>, headers: HeaderMap) -> Result<Response> {
    let person = access::session(&app, &headers).await?;
    let user = user(person.id, &person.email, person.email_verified_at.is_some());
    Ok(respond::json(StatusCode::OK, &json!({ "user": user })))
}

/// `POST /api/auth/refresh {refreshToken}` → 200 `{token, expiresAt, refreshToken}`: both are new, and the old refresh token
/// is good no more. 401 otherwise; a token that was replaced before ends its session.
#[worker::send]
pub(crate) async fn refresh(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let (mut fields, _) = body::json(request).await?;
    let token = fields.line("refreshToken", MAX_SECRET)?;
    let token = fields.required("refreshToken", token)?;
    fields.finish()?;
    let next = Started::new()?;
    let refreshed = app.store.refresh(&sign_in::refresh_hash(&token), &next.refresh_sha256, app.now).await?;
    let refreshed = refreshed.ok_or(Error::Unauthorized("the refresh token is not valid"))?;
    Started { id: refreshed.id, ..next }.answer(&app, refreshed.user_id, None)
}

/// `POST /api/auth/sign-out` → 204: the session has ended, its token and its refresh token are good no more.
#[worker::send]
pub(crate) async fn end(Extension(app): Extension<App>, headers: HeaderMap) -> Result<Response> {
    app.store.end_session(access::session_id(&app, &headers)?, app.now).await?;
    Ok(respond::nothing())
}

/// A session, and its refresh token, which is told once.
struct Started {
    id: SessionId,
    refresh_token: String,
    refresh_sha256: String,
}

impl Started {
    fn new() -> Result<Self> {
        let refresh_token = sign_in::refresh_token(random()?);
        let refresh_sha256 = sign_in::refresh_hash(&refresh_token);
        Ok(Self { id: SessionId::from_random(random()?), refresh_token, refresh_sha256 })
    }

    fn record(&self) -> NewSession<'_> {
        NewSession { id: self.id, refresh_sha256: &self.refresh_sha256 }
    }

    fn answer(self, app: &App, id: UserId, known: Option<(&Email, bool)>) -> Result<Response> {
        let bearer = Bearer { user: id, session: self.id };
        let token = session::start(&app.config.session_secret, bearer, app.now)
            .map_err(|refused| Error::Internal(refused.to_string()))?;
        let mut body = json!({
            "token": token.token,
            "expiresAt": time::wire(token.expires_at),
            "refreshToken": self.refresh_token,
        });
        if let (Some((email, is_verified)), Some(body)) = (known, body.as_object_mut()) {
            body.insert("user".into(), user(id, email, is_verified));
        }
        Ok(respond::json(StatusCode::OK, &body))
    }
}

fn user(id: UserId, email: &Email, is_verified: bool) -> serde_json::Value {
    json!({ "id": id, "email": email, "emailVerified": is_verified })
}

fn no_mac() -> Error {
    Error::Internal("a code could not be hashed".into())
}
