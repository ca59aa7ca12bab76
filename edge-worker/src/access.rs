//! Who asks: API keys, sessions, and how often a network address may.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use worker::send::SendFuture;

use crate::app::App;
use crate::body;
use crate::domain::api_key::{self, Scope};
use crate::domain::email::Email;
use crate::domain::ids::{ApiKeyId, OrganizationId, SessionId};
use crate::domain::rate::{self, Limit, Limits};
use crate::domain::session;
use crate::domain::tenant::TenantName;
use crate::error::{Error, Result};
use crate::respond;
use crate::store::{Counted, Credential, FoundKey, KeyCheck, Membership, Organization, Person};

/// How old the time of a key's last use may be before it is written anew: a write for each request would cost more than
/// anybody gains by it.
const LAST_USE_SECONDS: i64 = 300;

/// Longest text that is looked at as a key or a token.
const MAX_CREDENTIAL: usize = 1024;

/// The holder of an API key.
#[derive(Clone)]
pub(crate) struct Caller {
    /// The key's organization, to which everything is confined.
    pub organization: Organization,
    /// The key.
    pub key: ApiKeyId,
    scopes: Vec<Scope>,
}

impl Caller {
    fn new(found: FoundKey) -> Self {
        let scopes = found.scopes.iter().filter_map(|scope| Scope::parse(scope)).collect();
        Self { organization: found.organization, key: found.id, scopes }
    }

    /// 403 unless the key has the scope.
    pub(crate) fn require(&self, scope: Scope) -> Result<()> {
        if scope.is_granted_by(&self.scopes) {
            Ok(())
        } else {
            Err(Error::Forbidden(format!("the API key does not have the scope `{}`", scope.as_str())))
        }
    }
}

/// Admits requests with an API key: 401 without a good one, 429 when there are too many. What is left of the key's limit
/// stands in the headers of every answer.
pub(crate) async fn with_api_key(mut request: Request, next: Next) -> Response {
    let checked = SendFuture::new(async {
        let app = app(&request)?;
        let text = api_key_text(request.headers()).ok_or(Error::Unauthorized("an API key is required"))?;
        check(app, request.headers(), text).await
    })
    .await;
    let check = match checked {
        Ok(check) => check,
        Err(error) => return error.into_response(),
    };
    let refused = [check.address, check.key].into_iter().flatten().find(|allowance| !allowance.is_admitted);
    let mut response = match (refused, check.found) {
        (Some(allowance), _) => Error::RateLimited(allowance).into_response(),
        (None, None) => Error::Unauthorized("the API key is not valid").into_response(),
        (None, Some(found)) => {
            let organization = found.organization.id;
            request.extensions_mut().insert(Caller::new(found));
            let mut response = next.run(request).await;
            // For the metrics, which are by organization.
            response.extensions_mut().insert(organization);
            response
        }
    };
    // A refused address hears of its own limit, everybody else of the key's.
    if let (None, Some(allowance)) = (refused, check.key) {
        respond::set_allowance(response.headers_mut(), &allowance);
    }
    response
}

/// Admits a network address to routes without an API key: 429 when there are too many requests.
pub(crate) async fn with_address_limit(request: Request, next: Next) -> Response {
    match SendFuture::new(admit_address(&request, "address", |limits| limits.per_address)).await {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Admits requests of API keys as [`with_api_key`], and others, who may have a session, as [`with_address_limit`].
pub(crate) async fn with_key_or_address_limit(request: Request, next: Next) -> Response {
    match api_key_text(request.headers()).is_some_and(api_key::is_like_a_key) {
        true => with_api_key(request, next).await,
        false => with_address_limit(request, next).await,
    }
}

/// Admits a network address to one route of signing in: 429 when there were too many attempts at it.
pub(crate) async fn with_sign_in_limit(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str);
    let kind = format!("sign-in {route}");
    match SendFuture::new(admit_address(&request, &kind, |limits| limits.sign_in)).await {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

async fn admit_address(request: &Request, kind: &str, limit: fn(&Limits) -> Limit) -> Result<()> {
    admit_network(app(request)?, request.headers(), kind, limit).await
}

/// Counts a request of a network address: 429 when there are too many.
pub(crate) async fn admit_network(
    app: &App,
    headers: &HeaderMap,
    kind: &str,
    limit: fn(&Limits) -> Limit,
) -> Result<()> {
    let Some(limits) = &app.config.rate_limits else { return Ok(()) };
    admit(app, &address_subject(app, headers, kind), limit(limits)).await
}

/// Counts a request of a subject: 429 when there are too many.
pub(crate) async fn admit(app: &App, subject: &str, limit: Limit) -> Result<()> {
    let allowance = app.store.admit(&Counted { subject, limit }, app.now).await?;
    if allowance.is_admitted { Ok(()) } else { Err(Error::RateLimited(allowance)) }
}

/// The name under which the request's network address is counted.
pub(crate) fn address_subject(app: &App, headers: &HeaderMap, kind: &str) -> String {
    // The platform sets this header itself; what a client sends under its name is overwritten.
    let address = headers.get("cf-connecting-ip").and_then(|value| value.to_str().ok()).unwrap_or("unknown");
    rate::address_subject(kind, address, &app.config.session_secret)
}

async fn check(app: &App, headers: &HeaderMap, text: &str) -> Result<KeyCheck> {
    let subject = address_subject(app, headers, "address");
    let counted = |limits: &Limits| (Counted { subject: &subject, limit: limits.per_address }, limits.per_key);
    let limits = app.config.rate_limits.as_ref().map(counted);
    let limits = limits.as_ref().map(|(address, per_key)| (address, *per_key));
    let mut checked = app.store.check_key(&api_key::hash(text), limits, app.now).await?;
    if limits.is_none() && checked.found.is_some() {
        // Clients that read the headers read them here, too, and never have to wait.
        checked.key = Some(Limits::default().per_key.whole(app.now));
    }
    if let Some(found) = &checked.found
        && found.last_used_at.is_none_or(|at| at.plus_seconds(LAST_USE_SECONDS) <= app.now)
    {
        app.store.touch_api_key(found.id, app.now).await?;
    }
    Ok(checked)
}

/// The person whose session the request belongs to: 401 without a good token, or when the session has ended.
pub(crate) async fn session(app: &App, headers: &HeaderMap) -> Result<Person> {
    let bearer = session_bearer(app, headers)?;
    app.store.person(bearer, app.now).await?.ok_or(Error::Unauthorized("the session has ended"))
}

/// 403 unless the person is the recipient, and has proved the address by a code.
pub(crate) fn require_recipient(person: &Person, credential: &Credential) -> Result<()> {
    if !credential.is_of(&person.email) {
        return Err(Error::EmailMismatch);
    }
    require_address(person, &person.email)
}

/// 403 unless the person has this address, and has proved it by a code.
pub(crate) fn require_address(person: &Person, address: &Email) -> Result<()> {
    if person.email != *address {
        return Err(Error::EmailMismatch);
    }
    person.email_verified_at.map(|_| ()).ok_or(Error::EmailNotVerified)
}

/// Which session the request belongs to.
pub(crate) fn session_id(app: &App, headers: &HeaderMap) -> Result<SessionId> {
    Ok(session_bearer(app, headers)?.session)
}

fn session_bearer(app: &App, headers: &HeaderMap) -> Result<session::Bearer> {
    let token = bearer(headers).ok_or(Error::Unauthorized("a session token is required"))?;
    session::read(&app.config.session_secret, token, app.now).map_err(|refused| {
        Error::Unauthorized(match refused {
            session::Refused::Invalid => "the session token is not valid",
            session::Refused::Expired => "the session has expired",
        })
    })
}

/// The organization that a path names, as the session's person sees it: 401 without a session, 400 for what is no
/// id, 404 unless they are a member.
pub(crate) async fn member(app: &App, headers: &HeaderMap, organization: &str) -> Result<(Person, Membership)> {
    let user = session(app, headers).await?;
    let id = body::path_id("organizationId", organization, OrganizationId::parse)?;
    let membership = app.store.membership(user.id, id).await?;
    Ok((user, membership.ok_or(Error::NotFound("organization"))?))
}

/// 403 for a member who does not manage keys, of whichever kind.
pub(crate) fn require_key_manager(membership: &Membership) -> Result<()> {
    if membership.role.manages_keys() {
        Ok(())
    } else {
        Err(Error::Forbidden("only owners and admins manage keys".into()))
    }
}

/// The organization that contract B's path calls a tenant, as the session's person sees it: 401 without a session, 404 unless
/// they are a member.
pub(crate) async fn tenant_member(app: &App, headers: &HeaderMap, tenant: &str) -> Result<(Person, Membership)> {
    const NOT_FOUND: Error = Error::NotFound("tenant");
    let user = session(app, headers).await?;
    let tenant = TenantName::parse(tenant).ok_or(NOT_FOUND)?;
    let membership = app.store.membership_of_tenant(user.id, &tenant).await?;
    Ok((user, membership.ok_or(NOT_FOUND)?))
}

/// Whether the request comes from the organization itself: with one of its API keys that may read credentials, or from
/// one of its members.
pub(crate) async fn is_insider(app: &App, headers: &HeaderMap, organization: OrganizationId) -> Result<bool> {
    let Some(text) = api_key_text(headers) else { return Ok(false) };
    if let Ok(bearer) = session_bearer(app, headers) {
        let Some(user) = app.store.person(bearer, app.now).await? else { return Ok(false) };
        return Ok(app.store.membership(user.id, organization).await?.is_some());
    }
    let found = app.store.check_key(&api_key::hash(text), None, app.now).await?.found;
    Ok(found.is_some_and(|found| {
        found.organization.id == organization && Caller::new(found).require(Scope::CredentialsRead).is_ok()
    }))
}

/// Whether the request comes from the recipient, who has proved the address that the credential was issued to.
pub(crate) async fn is_recipient(app: &App, headers: &HeaderMap, credential: &Credential) -> Result<bool> {
    let Ok(bearer) = session_bearer(app, headers) else { return Ok(false) };
    let person = app.store.person(bearer, app.now).await?;
    Ok(person.is_some_and(|person| person.email_verified_at.is_some() && credential.is_of(&person.email)))
}

fn app(request: &Request) -> Result<&App> {
    request.extensions().get::<App>().ok_or_else(|| Error::Internal("the request has no app".into()))
}

/// `Authorization: Bearer …` or `x-api-key: …`.
fn api_key_text(headers: &HeaderMap) -> Option<&str> {
    let plain = headers.get("x-api-key").and_then(|value| value.to_str().ok());
    bearer(headers).or(plain).filter(|text| !text.is_empty() && text.len() <= MAX_CREDENTIAL)
}

/// `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= MAX_CREDENTIAL).then_some(token)
}
