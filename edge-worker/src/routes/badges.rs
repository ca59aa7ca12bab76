//! Badges: made by members, read with API keys.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ob3_core::{Alignment, ResultDescription};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{List, public};
use crate::access::{self, Caller};
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::api_key::Scope;
use crate::domain::badge::{self, BadgeChange, BadgeImage, NewBadge};
use crate::domain::ids::BadgeId;
use crate::domain::image::Format;
use crate::domain::{achievement, image, paging, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::idempotency::{self, Answer, Idempotency};
use crate::respond;
use crate::store::{Badge, BadgeFilter, Organization, StoreError};

const NOT_FOUND: Error = Error::NotFound("badge");
/// What a badge's image may be.
pub(crate) const IMAGE_TYPES: Error =
    Error::UnsupportedMediaType("an image/png, image/jpeg, image/webp or image/svg+xml that is what it is called");

/// Contract A's badge.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: BadgeId,
    name: String,
    slug: String,
    description: String,
    criteria: Criteria,
    image_url: Option<String>,
    achievement_type: Option<String>,
    expires_in_days: Option<i64>,
    tags: Vec<String>,
    alignment: Box<RawValue>,
    result_description: Box<RawValue>,
    credits_available: Option<f64>,
    human_code: Option<String>,
    in_language: Option<String>,
    is_active: bool,
    created_at: String,
    public_url: String,
    achievement_url: String,
}

#[derive(Serialize)]
struct Criteria {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    narrative: Option<String>,
}

impl Item {
    fn new(app: &App, organization: &Organization, badge: Badge) -> Result<Self> {
        let address = badge::achievement_url(&app.origin, &organization.slug, &badge.slug);
        let content = badge.content;
        Ok(Self {
            id: badge.id,
            name: content.name,
            slug: badge.slug,
            description: content.description,
            criteria: Criteria { id: content.criteria_id, narrative: content.criteria_narrative },
            image_url: content.image.as_ref().map(|image| badge::image_url(&app.origin, image)),
            achievement_type: content.achievement_type,
            expires_in_days: content.expires_in_days,
            tags: content.tags,
            alignment: public::raw(achievement::list(&content.alignment, Alignment::to_json))?,
            result_description: public::raw(achievement::list(
                &content.result_description,
                ResultDescription::to_json,
            ))?,
            credits_available: content.credits_available,
            human_code: content.human_code,
            in_language: content.in_language,
            is_active: badge.is_active,
            created_at: time::wire(badge.created_at),
            public_url: address.clone(),
            achievement_url: address,
        })
    }
}

/// `POST /api/organizations/{organization}/badges` → 201, a badge.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage badges.
/// 2. 400 for a malformed request; the answer of the first time if it is repeated; 409 when the slug is taken.
#[worker::send]
pub(crate) async fn create(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    let organization = managed(&app, &request, &organization).await?;
    make(&app, &organization, request).await
}

/// `POST /api/v1/badges` → as [`create`], for holders of API keys. Scope `badges.write`.
#[worker::send]
pub(crate) async fn create_by_key(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::BadgesWrite)?;
    make(&app, &caller.organization, request).await
}

async fn make(app: &App, organization: &Organization, request: Request) -> Result<Response> {
    let key = idempotency::key(request.headers())?;
    let (fields, bytes) = body::json(request).await?;
    let idempotency = Idempotency::new(key, "POST badges", &bytes);
    let address = |slug: &str| badge::achievement_url(&app.origin, &organization.slug, slug);
    let new = NewBadge::read(fields, address)?;
    if let Some(answer) = idempotency::earlier(app, organization.id, idempotency.as_ref()).await? {
        return Ok(answer.into_response());
    }

    let id = BadgeId::from_random(random()?);
    let badge = Badge {
        id,
        slug: new.slug.clone(),
        is_active: true,
        created_at: app.now,
        version: 1,
        content: new.content.clone(),
    };
    let answer = Answer::created(&Item::new(app, organization, badge)?)?;
    let kept = idempotency.as_ref().map(|it| it.answer(answer.status, &answer.body));
    match app.store.create_badge(id, organization.id, &new, app.now, kept.as_ref()).await {
        Ok(()) => Ok(answer.into_response()),
        Err(error) => match idempotency::earlier(app, organization.id, idempotency.as_ref()).await? {
            Some(answer) => Ok(answer.into_response()),
            None => Err(match error {
                StoreError::Broken(Rule::BadgeSlug) => Error::Conflict("a badge with this slug exists".into()),
                error => error.into(),
            }),
        },
    }
}

/// `PUT /api/organizations/{organization}/badges/{badge}/image`, a PNG, JPEG, WebP or SVG → 200, the badge.
///
/// 1. 401 without a session, 400 for ids that are none, 404 for a stranger or an unknown badge, 403 for a member who does not manage badges.
/// 2. 413 when it is too large, 415 unless it is one of them by name and by content, 400 when it does not decode, or when it is
///    an SVG that does more than show a picture.
/// 3. Store the image, which is a PNG where it was a JPEG or a WebP, under its hash, then the new version of the badge.
#[worker::send]
pub(crate) async fn set_image(
    Extension(app): Extension<App>,
    Segments((organization, badge)): Segments<(String, String)>,
    request: Request,
) -> Result<Response> {
    let organization = managed(&app, &request, &organization).await?;
    put_image(&app, &organization, &badge, request).await
}

/// `PUT /api/v1/badges/{badge}/image` → as [`set_image`], for holders of API keys. Scope `badges.write`.
#[worker::send]
pub(crate) async fn set_image_by_key(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(badge): Segments<String>,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::BadgesWrite)?;
    put_image(&app, &caller.organization, &badge, request).await
}

async fn put_image(app: &App, organization: &Organization, badge: &str, request: Request) -> Result<Response> {
    let id = body::path_id("badgeId", badge, BadgeId::parse)?;
    app.store.badge(organization.id, id).await?.ok_or(NOT_FOUND)?;

    let media_type = body::media_type(request.headers()).to_ascii_lowercase();
    let bytes = body::bytes(request, image::MAX_BYTES).await?;
    let format = Format::ALL.into_iter().find(|format| format.media_type() == media_type).ok_or(IMAGE_TYPES)?;
    let (kind, bytes) = image::take(format, bytes)?;

    let image = BadgeImage { sha256: app.store.put_image(&bytes).await?, kind };
    match app.store.set_badge_image(id, organization.id, &image, app.now).await {
        Err(StoreError::Broken(Rule::BadgeVersion)) => {
            return Err(Error::Conflict("the badge was changed by another request at the same time".into()));
        }
        result => result?,
    }
    let badge = app.store.badge(organization.id, id).await?.ok_or(NOT_FOUND)?;
    Ok(respond::json(StatusCode::OK, &Item::new(app, organization, badge)?))
}

/// `PATCH /api/organizations/{organization}/badges/{badge} {name?, description?, criteria?, …, isActive?}` → 200, the badge in its
/// new version. What was issued of it stays as it was signed.
///
/// 1. 401, 404 and 403 as [`set_image`].
/// 2. 400 for a malformed request, 409 when another request changes the badge at the same time.
#[worker::send]
pub(crate) async fn change(
    Extension(app): Extension<App>,
    Segments((organization, badge)): Segments<(String, String)>,
    request: Request,
) -> Result<Response> {
    let organization = managed(&app, &request, &organization).await?;
    patch(&app, &organization, &badge, request).await
}

/// `PATCH /api/v1/badges/{badge}` → as [`change`], for holders of API keys. Scope `badges.write`.
#[worker::send]
pub(crate) async fn change_by_key(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(badge): Segments<String>,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::BadgesWrite)?;
    patch(&app, &caller.organization, &badge, request).await
}

async fn patch(app: &App, organization: &Organization, badge: &str, request: Request) -> Result<Response> {
    let id = body::path_id("badgeId", badge, BadgeId::parse)?;
    let current = app.store.badge(organization.id, id).await?.ok_or(NOT_FOUND)?;
    let (fields, _) = body::json(request).await?;
    let address = badge::achievement_url(&app.origin, &organization.slug, &current.slug);
    let change = BadgeChange::read(fields, &current.content, &address)?;
    match app.store.change_badge(organization.id, &current, &change, app.now).await {
        Err(StoreError::Broken(Rule::BadgeVersion)) => {
            return Err(Error::Conflict("the badge was changed by another request at the same time".into()));
        }
        result => result?,
    }
    let badge = app.store.badge(organization.id, id).await?.ok_or(NOT_FOUND)?;
    Ok(respond::json(StatusCode::OK, &Item::new(app, organization, badge)?))
}

/// `DELETE /api/organizations/{organization}/badges/{badge}` → 204; or 200 and the badge, no longer active, when it was
/// issued before. 401, 404 and 403 as [`set_image`].
#[worker::send]
pub(crate) async fn delete(
    Extension(app): Extension<App>,
    Segments((organization, badge)): Segments<(String, String)>,
    request: Request,
) -> Result<Response> {
    let organization = managed(&app, &request, &organization).await?;
    archive(&app, &organization, &badge).await
}

/// `DELETE /api/v1/badges/{badge}` → as [`delete`], for holders of API keys. Scope `badges.write`.
#[worker::send]
pub(crate) async fn delete_by_key(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(badge): Segments<String>,
) -> Result<Response> {
    caller.require(Scope::BadgesWrite)?;
    archive(&app, &caller.organization, &badge).await
}

async fn archive(app: &App, organization: &Organization, badge: &str) -> Result<Response> {
    let id = body::path_id("badgeId", badge, BadgeId::parse)?;
    app.store.badge(organization.id, id).await?.ok_or(NOT_FOUND)?;
    app.store.delete_badge(organization.id, id).await?;
    Ok(match app.store.badge(organization.id, id).await? {
        Some(badge) => respond::json(StatusCode::OK, &Item::new(app, organization, badge)?),
        None => respond::nothing(),
    })
}

/// `GET /api/v1/badges?limit&offset&active` → a list of badges. Scope `badges.read`.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Query(query): Query,
) -> Result<Response> {
    caller.require(Scope::BadgesRead)?;
    listed(&app, &caller.organization, query).await
}

/// `GET /api/organizations/{organization}/badges?limit&offset&active` → as [`list`], for members. 401 without a session, 404 for a
/// stranger.
#[worker::send]
pub(crate) async fn list_for_members(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    listed(&app, &membership.organization, query).await
}

async fn listed(app: &App, organization: &Organization, mut query: paging::Query) -> Result<Response> {
    let page = query.page()?;
    let is_active = query.read("active", "true or false", |text| text.parse::<bool>().ok())?;
    query.finish()?;
    let badges = app.store.badges(organization.id, &BadgeFilter { is_active }, page).await?;
    let items = badges.items.into_iter().map(|badge| Item::new(app, organization, badge));
    let items = items.collect::<Result<Vec<_>>>()?;
    Ok(respond::json(StatusCode::OK, &List::new(items, page, badges.total)))
}

/// `GET /api/v1/badges/{badge}` → a badge; 404 for another organization's. Scope `badges.read`.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(badge): Segments<String>,
) -> Result<Response> {
    caller.require(Scope::BadgesRead)?;
    one(&app, &caller.organization, &badge).await
}

/// `GET /api/organizations/{organization}/badges/{badge}` → as [`show`], for members. 401 and 404 as [`list_for_members`].
#[worker::send]
pub(crate) async fn show_to_members(
    Extension(app): Extension<App>,
    Segments((organization, badge)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    one(&app, &membership.organization, &badge).await
}

async fn one(app: &App, organization: &Organization, badge: &str) -> Result<Response> {
    let id = body::path_id("badgeId", badge, BadgeId::parse)?;
    let badge = app.store.badge(organization.id, id).await?.ok_or(NOT_FOUND)?;
    Ok(respond::json(StatusCode::OK, &Item::new(app, organization, badge)?))
}

async fn managed(app: &App, request: &Request, organization: &str) -> Result<Organization> {
    let (_, membership) = access::member(app, request.headers(), organization).await?;
    if membership.role.manages_badges() {
        Ok(membership.organization)
    } else {
        Err(Error::Forbidden("viewers do not change badges".into()))
    }
}
