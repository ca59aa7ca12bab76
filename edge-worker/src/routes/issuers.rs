//! Issuers and their achievements, as machines and as people read them.

use axum::Extension;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use ob3_core::DateTime;
use serde_json::{Value, json};

use super::List;

use crate::app::App;
use crate::body::{Query, Segments};
use crate::did_documents::{self, Name};
use crate::domain::did::{IssuerKeys, Key};
use crate::domain::locale::Locale;
use crate::domain::organization::Status;
use crate::domain::{did, negotiation, page, paging, time};
use crate::error::{Error, Result};
use crate::issuance;
use crate::respond::{self, Caching, HTML};
use crate::store::{Badge, BadgeFilter, Domain, Organization};

const DID_LD_JSON: &str = "application/did+ld+json";
const JWK_SET_JSON: &str = "application/jwk-set+json";

/// `GET /issuers/{organization}/did.json` → the DID document whose id is the organization's DID; 404 before it has a
/// signing key.
#[worker::send]
pub(crate) async fn did_document(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
) -> Result<Response> {
    published(&app, Name::Issuer(&organization)).await
}

/// `GET /issuers/{organization}/keys` → `{data: [{id, type, controller, publicKeyMultibase | publicKeyJwk, createdAt, retiredAt,
/// revoked}]}`: every key that has ever signed for it, as verification methods (CID 1.0 §2.2); its signing keys, the newest first,
/// and then its RSA keys. One with `revoked` stands in no DID document any more.
#[worker::send]
pub(crate) async fn keys(Extension(app): Extension<App>, Segments(organization): Segments<String>) -> Result<Response> {
    let (organization, _) = app.store.issuer(&organization).await?.ok_or(Error::NotFound("issuer"))?;
    let (keys, rsa_keys) = (app.store.signing_keys(organization.id).await?, app.store.rsa_keys(organization.id).await?);
    let mut methods = Vec::with_capacity(keys.len().saturating_add(rsa_keys.len()));
    for key in &keys {
        let public = Key::Ed25519(&key.public_key_multibase);
        methods.push(past(public, &key.did, key.created_at, key.retired_at, key.revoked_at));
    }
    for key in &rsa_keys {
        methods.push(past(key.public(), &key.did, key.created_at, key.retired_at, key.revoked_at));
    }
    let body = json!({ "data": methods });
    Ok(respond::document(respond::JSON, body.to_string(), Caching::Briefly))
}

/// `GET /{tenant}/did.json` → the document of `did:web:HOST:TENANT`, which stands for the organization's own DID: contract B's
/// address of it. 404 as [`did_document`].
#[worker::send]
pub(crate) async fn tenant_did_document(
    Extension(app): Extension<App>,
    Segments(tenant): Segments<String>,
) -> Result<Response> {
    published(&app, Name::Tenant(&tenant)).await
}

/// `GET /.well-known/did.json` → the document of `did:web:HOST`, which stands for the operator's organization. 404 before that
/// has a signing key.
#[worker::send]
pub(crate) async fn root_did_document(Extension(app): Extension<App>) -> Result<Response> {
    published(&app, Name::Root).await
}

/// `GET /.well-known/jwks.json` → the same keys as a JSON Web Key Set, those that were retired too.
#[worker::send]
pub(crate) async fn root_jwks(Extension(app): Extension<App>) -> Result<Response> {
    let found = did_documents::keys(&app, Name::Root).await?;
    let (did, keys) = found.ok_or(Error::NotFound("the issuer's key"))?;
    let set = did::jwks(&did, &keys).to_string();
    Ok(respond::document(JWK_SET_JSON, set, Caching::Briefly))
}

/// A key as it stands in the history: since when it is there, signs no more, and is taken back.
pub(super) fn past(
    key: Key<'_>,
    did: &str,
    created: DateTime,
    retired: Option<DateTime>,
    revoked: Option<DateTime>,
) -> Value {
    let mut method = key.described(did);
    if let Some(members) = method.as_object_mut() {
        members.insert("createdAt".into(), time::wire(created).into());
        members.insert("retiredAt".into(), retired.map(time::wire).into());
        members.insert("revoked".into(), revoked.map(time::wire).into());
    }
    method
}

async fn published(app: &App, name: Name<'_>) -> Result<Response> {
    let document = did_documents::document(app, name).await?.ok_or(Error::NotFound("the issuer's key"))?;
    Ok(respond::document(DID_LD_JSON, document.to_string(), Caching::Briefly))
}

/// `GET /issuers/{organization}` → its `Profile`, with the domains that it has proved.
#[worker::send]
pub(crate) async fn profile(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
) -> Result<Response> {
    let (organization, _) = app.store.issuer(&organization).await?.ok_or(Error::NotFound("issuer"))?;
    // Before it has a key, its address is all that names it.
    let address = || app.origin.at(&format!("/issuers/{}", organization.slug));
    let id = organization.did.clone().unwrap_or_else(address);
    let profile = issuance::issuer(&organization, &id).to_json();
    let domains = app.store.domains(organization.id).await?;
    let proved: Vec<Value> = domains.iter().filter(|domain| domain.verified_at.is_some()).map(identifier).collect();
    if proved.is_empty() {
        return Ok(respond::document(respond::LD_JSON, profile, Caching::Briefly));
    }
    let unreadable = |error: serde_json::Error| Error::Internal(error.to_string());
    let mut profile: Value = serde_json::from_str(&profile).map_err(unreadable)?;
    if let Some(members) = profile.as_object_mut() {
        members.insert("otherIdentifier".into(), proved.into());
    }
    Ok(respond::document(respond::LD_JSON, profile.to_string(), Caching::Briefly))
}

/// A proved domain as OB 3.0 says it: an `IdentifierEntry`, whose type is an extension, for the standard's own know no domains.
fn identifier(domain: &Domain) -> Value {
    json!({ "type": "IdentifierEntry", "identifier": domain.domain, "identifierType": "ext:domain" })
}

/// `GET /issuers/{organization}/achievements?limit&offset` → a list of `Achievement`s: those of its active badges.
#[worker::send]
pub(crate) async fn achievements(
    Extension(app): Extension<App>,
    Segments(slug): Segments<String>,
    Query(mut query): Query,
) -> Result<Response> {
    let page = query.page()?;
    query.finish()?;
    let (organization, _) = app.store.issuer(&slug).await?.ok_or(Error::NotFound("issuer"))?;
    let badges = app.store.badges(organization.id, &BadgeFilter { is_active: Some(true) }, page).await?;
    let achievement = |badge: &Badge| badge.content.to_achievement(&app.origin, &slug, &badge.slug).to_json();
    let items: Vec<_> =
        badges.items.iter().map(|badge| super::public::raw(achievement(badge))).collect::<Result<_>>()?;
    Ok(respond::json(StatusCode::OK, &List::new(items, page, badges.total)))
}

/// `GET /achievements/{organization}/{badge}` → its `Achievement`, in the current version of the badge; a page for those who
/// prefer HTML.
#[worker::send]
pub(crate) async fn achievement(
    Extension(app): Extension<App>,
    Segments((organization, badge)): Segments<(String, String)>,
    Query(mut query): Query,
    headers: HeaderMap,
) -> Result<Response> {
    const NOT_FOUND: Error = Error::NotFound("achievement");
    let chosen = language(&mut query)?;
    query.finish()?;
    let found = app.store.badge_by_slugs(&organization, &badge).await?.ok_or(NOT_FOUND)?;
    let accept = header_text(&headers, &header::ACCEPT);
    let media_type = negotiation::preferred(accept, &[respond::LD_JSON, respond::JSON, HTML]);
    let mut response = if media_type == HTML {
        let (organization, _) = app.store.issuer(&organization).await?.filter(is_shown).ok_or(NOT_FOUND)?;
        let page = page::badge(&app.origin, locale(&headers, chosen), &issuer(&organization), &shown(&found));
        respond::page(page)
    } else {
        let achievement = found.content.to_achievement(&app.origin, &organization, &badge).to_json();
        respond::document(media_type, achievement, Caching::Briefly)
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    Ok(response)
}

/// `GET /o/{organization}?offset&lang` → the page of an organization with its active badges; 404 before it is approved.
#[worker::send]
pub(crate) async fn organization(
    Extension(app): Extension<App>,
    Segments(slug): Segments<String>,
    Query(mut query): Query,
    headers: HeaderMap,
) -> Result<Response> {
    let page = query.page()?;
    let chosen = language(&mut query)?;
    query.finish()?;
    let found = app.store.issuer(&slug).await?.filter(is_shown);
    let (organization, _) = found.ok_or(Error::NotFound("organization"))?;
    let badges = app.store.badges(organization.id, &BadgeFilter { is_active: Some(true) }, page).await?;
    let next = page.offset.saturating_add(page.limit);
    let language = chosen.map_or_else(String::new, |locale| format!("&lang={}", locale.as_str()));
    let more = (next < badges.total).then(|| format!("?limit={}&offset={next}{language}", page.limit));
    let items: Vec<_> = badges.items.iter().map(shown).collect();
    let locale = locale(&headers, chosen);
    let html = page::organization(&app.origin, locale, &issuer(&organization), &items, more.as_deref());
    let mut response = respond::page(html);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// An organization that nobody has approved has documents, for those who hold its credentials, and no page.
fn is_shown((organization, _): &(Organization, IssuerKeys)) -> bool {
    matches!(organization.status, Status::Approved | Status::Suspended)
}

fn issuer(organization: &Organization) -> page::Issuer<'_> {
    page::Issuer {
        name: &organization.name,
        slug: &organization.slug,
        description: organization.description.as_deref(),
        url: organization.url.as_deref(),
    }
}

fn shown(badge: &Badge) -> page::Shown<'_> {
    page::Shown { slug: &badge.slug, is_active: badge.is_active, content: &badge.content }
}

fn language(query: &mut paging::Query) -> Result<Option<Locale>> {
    Ok(query.read("lang", "a language that pages are written in", Locale::parse)?)
}

fn locale(headers: &HeaderMap, chosen: Option<Locale>) -> Locale {
    chosen.unwrap_or_else(|| Locale::preferred(header_text(headers, &header::ACCEPT_LANGUAGE)))
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
