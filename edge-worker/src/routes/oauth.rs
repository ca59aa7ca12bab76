//! The OAuth 2.0 server of the Open Badges 3.0 API: clients register, people let them in, and they get tokens.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::{List, pages};
use crate::access;
use crate::app::App;
use crate::body;
use crate::domain::ids::{ClientId, GrantId};
use crate::domain::json;
use crate::domain::oauth::authorization::{self, Destination};
use crate::domain::oauth::registration::Metadata;
use crate::domain::oauth::token::{self, Given};
use crate::domain::oauth::{ACCESS_LIFETIME_SECONDS, Code, Fault, Kind, Parameters, SERVER, Scope, Scopes, Secret};
use crate::domain::time;
use crate::entropy::random;
use crate::error::{self, Error};
use crate::oauth::{self, Result};
use crate::respond::{self, Caching};
use crate::store::{Client, Grant, NewTokens};

/// Most bytes of a form or of a registration.
const MAX_BYTES: usize = 16 * 1024;
/// The media type of what clients send (RFC 6749, appendix B).
const FORM: &str = "application/x-www-form-urlencoded";
/// Longest query of a request for authorization.
const MAX_QUERY: usize = 8 * 1024;

/// `GET /.well-known/oauth-authorization-server/ims/ob/v3p0/oauth` → what this server can do (RFC 8414).
pub(crate) async fn metadata(Extension(app): Extension<App>) -> Response {
    let at = |path: &str| app.origin.at(&format!("{SERVER}{path}"));
    let scopes: Vec<String> = Scope::ALL.iter().map(|scope| scope.wire()).collect();
    let document = json!({
        "issuer": oauth::issuer(&app),
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "registration_endpoint": at("/register"),
        "revocation_endpoint": at("/revoke"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "service_documentation": app.origin.at("/docs"),
    });
    respond::document(respond::JSON, document.to_string(), Caching::Briefly)
}

/// `POST /ims/ob/v3p0/oauth/register` → 201, the client's metadata with its id and its secret, which is told once (RFC 7591).
///
/// 1. 429 when too many were registered from the network address.
/// 2. 400 `invalid_client_metadata` or `invalid_redirect_uri`.
#[worker::send]
pub(crate) async fn register(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    access::admit_network(&app, request.headers(), "registration", |limits| limits.registration).await?;
    if !body::media_type(request.headers()).eq_ignore_ascii_case(respond::JSON) {
        return Err(Error::UnsupportedMediaType(respond::JSON).into());
    }
    let bytes = body::bytes(request, MAX_BYTES).await?;
    let no_json = Fault::new(Code::InvalidClientMetadata, "the body is no JSON, or says something twice");
    let body: Value = json::parse(&bytes).map_err(|_| no_json)?;
    let metadata = Metadata::read(&body, !app.origin.is_public())?;

    let secret = Secret::from_random(Kind::ClientSecret, random()?);
    let client = Client { id: ClientId::from_random(random()?), secret_sha256: secret.sha256, metadata };
    app.store.register_client(&client, app.now).await?;
    let answer = client.metadata.answer(&client.id.to_string(), &secret.text, app.now.unix_millis() / 1000);
    Ok(respond::json(StatusCode::CREATED, &answer))
}

/// `GET /ims/ob/v3p0/oauth/authorize` → the page on which a person says yes or no; 400 beside it when there is nothing to say
/// yes to.
///
/// It never redirects by itself. Everybody may register here, so a link to this address could send people anywhere: nobody
/// leaves before they signed in and pressed a button (RFC 9700 §4.11.2).
#[worker::send]
pub(crate) async fn page(Extension(app): Extension<App>, request: Request) -> error::Result<Response> {
    let parameters = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes());
    let is_good = match asked(&app, &parameters).await {
        Ok(Asked { request, .. }) => request.is_ok(),
        Err(oauth::Refused::Fault(_)) => false,
        Err(oauth::Refused::Other(error)) => return Err(error),
    };
    let mut response = pages::account(Extension(app), without_tag(request)).await?;
    if !is_good {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    for (name, value) in [(header::CACHE_CONTROL, "no-store"), (header::X_FRAME_OPTIONS, "DENY")] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// `GET /ims/ob/v3p0/oauth/request?…` → who asks for what, for the page: `{client: {name, host, uri, tosUri, policyUri}, scopes,
/// isLasting, refused: {error, description} | null}`. 400 where the answer could be sent nowhere.
#[worker::send]
pub(crate) async fn describe(Extension(app): Extension<App>, headers: HeaderMap, uri: Uri) -> Result<Response> {
    access::admit_network(&app, &headers, "address", |limits| limits.per_address).await?;
    let parameters = Parameters::parse(uri.query().unwrap_or_default().as_bytes());
    let Asked { client, request, .. } = asked(&app, &parameters).await?;
    let metadata = &client.metadata;
    let scopes: Vec<&str> = request.iter().flat_map(|request| request.scopes.iter()).map(Scope::name).collect();
    let refused = request.err().map(|fault| json!({ "error": fault.code.as_str(), "description": fault.description }));
    let body = json!({
        "client": {
            "name": metadata.client_name,
            "host": metadata.host(),
            "uri": metadata.client_uri,
            "tosUri": metadata.tos_uri,
            "policyUri": metadata.policy_uri,
        },
        "scopes": scopes,
        "isLasting": metadata.may_refresh(),
        "refused": refused,
    });
    Ok(respond::json(StatusCode::OK, &body))
}

/// `POST /ims/ob/v3p0/oauth/authorize {request, isAllowed}` with a session → 200 `{location}`, where the person goes on to:
/// back to the client, with a code or with a refusal. `request` is the query that the page was opened with.
///
/// The session is in the page and sent by it alone, so no other page can say yes for anybody.
///
/// 1. 401 without a session, 403 for an address that no code has proved, 400 for a malformed body.
/// 2. 400 where the answer could be sent nowhere.
/// 3. What else is wrong, or that the person said no, is told to the client.
#[worker::send]
pub(crate) async fn decide(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    access::admit_network(&app, request.headers(), "address", |limits| limits.per_address).await?;
    let person = access::session(&app, request.headers()).await?;
    access::require_address(&person, &person.email)?;
    let (mut fields, _) = body::json(request).await?;
    let query = fields.line("request", MAX_QUERY)?;
    let query = fields.required("request", query)?;
    let is_allowed = fields.flag("isAllowed")?;
    let is_allowed = fields.required("isAllowed", is_allowed)?;
    fields.finish()?;

    let Asked { client, destination, request } = asked(&app, &Parameters::parse(query.as_bytes())).await?;
    let denied = Fault::new(Code::AccessDenied, "the person said no");
    let request = request.and_then(|request| if is_allowed { Ok(request) } else { Err(denied) });
    let issuer = oauth::issuer(&app);
    let location = match request {
        Err(fault) => destination.refused(fault, &issuer),
        Ok(request) => {
            let code = Secret::from_random(Kind::Code, random()?);
            let grant = GrantId::from_random(random()?);
            app.store.authorize(grant, client.id, person.id, &request, &code, app.now).await?;
            destination.granted(&code.text, &request.scopes, &issuer)
        }
    };
    Ok(respond::json(StatusCode::OK, &json!({ "location": location })))
}

/// `POST /ims/ob/v3p0/oauth/token` → 200 `{access_token, token_type, expires_in, scope, refresh_token?}`.
///
/// 1. 401 `invalid_client` unless the client proves who it is.
/// 2. 400 `invalid_request`, `unsupported_grant_type` or `unauthorized_client`.
/// 3. 400 `invalid_scope` for more than was allowed, `invalid_grant` for what is not good or not this client's. What was given
///    for tokens before ends everything that came of it.
#[worker::send]
pub(crate) async fn token(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let (client, form) = form_of_client(&app, request).await?;
    let given = Given::read(&form)?;
    if let Given::Refresh { sha256, scopes } = &given {
        if !client.metadata.may_refresh() {
            return Err(Fault::new(Code::UnauthorizedClient, "the client did not register for refresh tokens").into());
        }
        let allowed = app.store.allowed_scope(sha256).await?;
        if let (Some(scopes), Some(allowed)) = (scopes, allowed)
            && !scopes.are_within(&allowed)
        {
            return Err(Fault::new(Code::InvalidScope, "`scope` must be within what was allowed").into());
        }
    }
    let access = Secret::from_random(Kind::AccessToken, random()?);
    let refresh = Secret::from_random(Kind::RefreshToken, random()?);
    let tokens = NewTokens { access: &access, refresh: client.metadata.may_refresh().then_some(&refresh) };
    let scopes = app.store.give_tokens(&given, client.id, &tokens, app.now).await?;
    let bad = Fault::new(Code::InvalidGrant, "the code or refresh token is not good, or not this client's");
    let scopes = scopes.ok_or(bad)?;
    let mut answer = json!({
        "access_token": access.text,
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFETIME_SECONDS,
        "scope": scopes.to_string(),
    });
    if let (Some(refresh), Some(members)) = (tokens.refresh, answer.as_object_mut()) {
        members.insert("refresh_token".into(), refresh.text.clone().into());
    }
    Ok(respond::json(StatusCode::OK, &answer))
}

/// `POST /ims/ob/v3p0/oauth/revoke` → 200: the token is good no more, whether it was before or not (RFC 7009). A refresh token
/// takes with it everything that the person allowed.
///
/// 1. 401 `invalid_client` unless the client proves who it is; 400 without a token.
/// 2. 400 `invalid_grant` for the token of another client.
#[worker::send]
pub(crate) async fn revoke(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let (client, form) = form_of_client(&app, request).await?;
    let is_others = app.store.revoke_token(&token::to_revoke(&form)?, client.id, app.now).await?;
    if is_others {
        return Err(Fault::new(Code::InvalidGrant, "the token is not this client's").into());
    }
    Ok(respond::json(StatusCode::OK, &json!({})))
}

/// `GET /api/me/authorizations?limit&offset` → what the session's person allows clients: a list of `{id, client: {name, host,
/// uri}, scopes, createdAt}`.
#[worker::send]
pub(crate) async fn grants(
    Extension(app): Extension<App>,
    headers: HeaderMap,
    body::Query(query): body::Query,
) -> error::Result<Response> {
    let person = access::session(&app, &headers).await?;
    let page = query.only_page()?;
    let grants = app.store.grants(person.id, app.now).await?;
    let item = |grant: &Grant| {
        let metadata: Metadata = serde_json::from_str(&grant.metadata).ok()?;
        let scopes = Scopes::parse(&grant.scope)?;
        Some(json!({
            "id": grant.id,
            "client": { "name": metadata.client_name, "host": metadata.host(), "uri": metadata.client_uri },
            "scopes": scopes.iter().map(Scope::name).collect::<Vec<_>>(),
            "createdAt": time::wire(grant.created_at),
        }))
    };
    let items: Vec<Value> = grants.iter().filter_map(item).collect();
    Ok(respond::json(StatusCode::OK, &List::of_all(items, page)))
}

/// `DELETE /api/me/authorizations/{authorization}` → 204: all its tokens are good no more. 404 where there is none.
#[worker::send]
pub(crate) async fn withdraw(
    Extension(app): Extension<App>,
    body::Segments(id): body::Segments<String>,
    headers: HeaderMap,
) -> error::Result<Response> {
    let person = access::session(&app, &headers).await?;
    let id = body::path_id("authorizationId", &id, GrantId::parse)?;
    if app.store.revoke_grant(id, person.id, app.now).await? {
        Ok(respond::nothing())
    } else {
        Err(Error::NotFound("authorization"))
    }
}

/// What these paths answer to a method that they do not know; the router adds `Allow`.
pub(crate) async fn method_not_allowed() -> oauth::Refused {
    oauth::Refused::Other(Error::MethodNotAllowed)
}

/// A request for authorization whose client is known and whose answer has somewhere to go.
struct Asked {
    client: Client,
    destination: Destination,
    request: std::result::Result<authorization::Request, Fault>,
}

async fn asked(app: &App, parameters: &Parameters) -> Result<Asked> {
    let unknown = Fault::new(Code::InvalidRequest, "`client_id` is not known");
    let id = ClientId::parse(authorization::client_id(parameters)?).ok_or(unknown)?;
    let client = app.store.client(id).await?.ok_or(unknown)?;
    let destination = Destination::read(parameters, &client.metadata)?;
    let request = authorization::Request::read(parameters, &destination, &client.metadata);
    Ok(Asked { client, destination, request })
}

/// The form of a client that proved who it is.
async fn form_of_client(app: &App, request: Request) -> Result<(Client, Parameters)> {
    access::admit_network(app, request.headers(), "address", |limits| limits.per_address).await?;
    let client = oauth::client(app, request.headers()).await?;
    if !body::media_type(request.headers()).eq_ignore_ascii_case(FORM) {
        return Err(Error::UnsupportedMediaType(FORM).into());
    }
    let form = Parameters::parse(&body::bytes(request, MAX_BYTES).await?);
    // RFC 6749 §2.3: one way to prove who one is, and no other beside it.
    if form.once("client_secret")?.is_some() || form.once("client_id")?.is_some_and(|id| id != client.id.to_string()) {
        return Err(Fault::new(
            Code::InvalidRequest,
            "the client must prove itself in the `Authorization` header alone",
        )
        .into());
    }
    Ok((client, form))
}

/// The request for a page that must be sent whole, since its status is not that of the page.
fn without_tag(mut request: Request) -> Request {
    request.headers_mut().remove(header::IF_NONE_MATCH);
    request
}
