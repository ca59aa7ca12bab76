//! The Open Badges 3.0 API (OB 3.0 §6): what a person has and who they are, for clients that they let in.

use axum::Extension;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use ob3_core::DateTime;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::app::App;
use crate::body::{self, Query};
use crate::domain::discovery;
use crate::domain::import::{self, Form};
use crate::domain::negotiation;
use crate::domain::oauth::{BASE, Scope};
use crate::domain::{digest, json, paging, profile};
use crate::error::Error;
use crate::imports::{self, Taken};
use crate::imsx::{Refused, Result};
use crate::oauth;
use crate::respond::{self, Caching};
use crate::store::Kept;

/// Credentials of a page when nobody says, and most of them.
const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 100;
/// Most bytes of a profile.
const MAX_PROFILE_BYTES: usize = 64 * 1024;
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// Class `GetOpenBadgeCredentialsResponse`. A list that would be empty is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    credential: Vec<Box<RawValue>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compact_jws_string: Vec<String>,
}

/// `GET /ims/ob/v3p0/discovery` → the service description (getServiceDescription): OpenAPI 3.0; 304 for who has it.
pub(crate) async fn discovery(Extension(app): Extension<App>, headers: HeaderMap) -> Response {
    let document = discovery::document(&app.origin, app.config.terms_url.as_deref(), app.config.privacy_url.as_deref());
    let tag = format!("\"{}\"", digest::sha256_hex(document.as_bytes()));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = respond::document(respond::JSON, Body::empty(), Caching::Briefly);
    if negotiation::names_tag(known, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_TYPE);
    } else {
        *response.body_mut() = document.into();
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// `GET /ims/ob/v3p0/credentials?limit&offset&since` → `{credential, compactJwsString}` (getCredentials): what was issued here to
/// the person's address, and what they brought from elsewhere; each as it was signed.
///
/// 1. 401 without a good access token, 403 without the scope, 429 when there are too many requests.
/// 2. 400 for what is wrong in the query. A larger `limit` than the greatest is that.
#[worker::send]
pub(crate) async fn credentials(
    Extension(app): Extension<App>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response> {
    let holder = oauth::holder(&app, &headers, Scope::CredentialReadonly).await?;
    let (page, since) = asked(request).await.map_err(Refused::Query)?;
    let listed = app.store.held(holder.user, &holder.email, since, page).await?;
    let mut body = Credentials { credential: Vec::new(), compact_jws_string: Vec::new() };
    for text in listed.items {
        if Form::of(text.as_bytes()) == Form::Json {
            let broken = |_| Error::Internal("a stored credential is no JSON".into());
            body.credential.push(RawValue::from_string(text).map_err(broken)?);
        } else {
            body.compact_jws_string.push(text.trim().to_owned());
        }
    }
    let mut response = respond::json(StatusCode::OK, &body);
    let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
    let link = |offset: i64, relation: &str| {
        let path = format!("{BASE}/credentials?limit={}&offset={offset}{since}", page.limit);
        format!("<{}>; rel=\"{relation}\"", app.origin.at(&path))
    };
    let links: Vec<String> =
        paging::neighbours(page, listed.total).map(|(relation, offset)| link(offset, relation)).collect();
    if let Ok(value) = HeaderValue::from_str(&links.join(", ")) {
        response.headers_mut().insert(header::LINK, value);
    }
    response.headers_mut().insert(TOTAL_COUNT, HeaderValue::from(listed.total));
    Ok(response)
}

/// `POST /ims/ob/v3p0/credentials`, a credential as JSON or as a compact JWS → 201, or 200 where it took the place of an equal
/// one; the credential as it was sent (upsertCredential).
///
/// 1. 401, 403 and 429 as for [`credentials`].
/// 2. 415 for another type, 413 when it is too large; 400 unless its issuer signed it; 403 when the person has too many.
/// 3. 304 when a newer one is there.
#[worker::send]
pub(crate) async fn upsert(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let holder = oauth::holder(&app, request.headers(), Scope::CredentialUpsert).await?;
    let form = match body::media_type(request.headers()).to_ascii_lowercase().as_str() {
        respond::VC_LD_JSON | respond::LD_JSON | respond::JSON => Form::Json,
        "text/plain" => Form::Jws,
        _ => return Err(Error::UnsupportedMediaType("application/vc+ld+json, application/json or text/plain").into()),
    };
    let media_type = if form == Form::Jws { "text/plain" } else { respond::JSON };
    let bytes = body::bytes(request, import::MAX_BYTES).await?;
    if Form::of(&bytes) != form {
        return Err(Error::Unreadable("the body is not what its type says".into()).into());
    }
    let (taken, _) = imports::take(&app, holder.user, &holder.email, &bytes).await?;
    let status = match taken {
        Taken::Kept(Kept::Created(_)) => StatusCode::CREATED,
        Taken::Kept(Kept::Replaced(_)) | Taken::IssuedHere(_) => StatusCode::OK,
        Taken::Kept(Kept::Outdated(_) | Kept::Full) => {
            let mut response = respond::nothing();
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Ok(response);
        }
    };
    let mut response = respond::document(media_type, bytes, Caching::Never);
    *response.status_mut() = status;
    Ok(response)
}

/// `GET /ims/ob/v3p0/profile` → the person's `Profile` (getProfile). 401, 403 and 429 as for [`credentials`].
#[worker::send]
pub(crate) async fn profile(Extension(app): Extension<App>, headers: HeaderMap) -> Result<Response> {
    let holder = oauth::holder(&app, &headers, Scope::ProfileReadonly).await?;
    let profile = app.store.profile(holder.user).await?;
    let profile = profile.unwrap_or_else(|| profile::default(holder.user, &holder.email).to_string());
    Ok(respond::document(respond::JSON, profile, Caching::Never))
}

/// `PUT /ims/ob/v3p0/profile`, a whole `Profile` → 200, the profile (putProfile). Nothing here believes what it says.
///
/// 1. 401, 403 and 429 as for [`credentials`].
/// 2. 415 for another type, 413 when it is too large, 400 that names the member.
#[worker::send]
pub(crate) async fn put_profile(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let holder = oauth::holder(&app, request.headers(), Scope::ProfileUpdate).await?;
    let media_type = body::media_type(request.headers()).to_ascii_lowercase();
    if ![respond::JSON, respond::LD_JSON].contains(&media_type.as_str()) {
        return Err(Error::UnsupportedMediaType(respond::JSON).into());
    }
    let bytes = body::bytes(request, MAX_PROFILE_BYTES).await?;
    let unreadable = |error: serde_json::Error| Error::Unreadable(format!("the body can not be read: {error}"));
    let given = json::parse(&bytes).map_err(unreadable)?;
    profile::check(&given)?;
    let given = given.to_string();
    app.store.set_profile(holder.user, &given, app.now).await?;
    Ok(respond::document(respond::JSON, given, Caching::Never))
}

/// Which credentials are asked for.
async fn asked(request: Request) -> std::result::Result<(paging::Page, Option<DateTime>), Error> {
    let (mut parts, _) = request.into_parts();
    let Query(mut query) = Query::from_request_parts(&mut parts, &()).await?;
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    let limit = query.read("limit", "a whole number from 1", |text| number(text).filter(|limit| *limit >= 1))?;
    let offset = query.read("offset", "a whole number from 0", number)?;
    let since = query.read("since", "an RFC 3339 time with a time zone", DateTime::parse)?;
    query.finish()?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    Ok((paging::Page { limit, offset: offset.unwrap_or(0) }, since))
}
