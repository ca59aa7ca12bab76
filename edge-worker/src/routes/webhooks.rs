//! Webhooks, for holders of API keys with the scope `webhooks.manage`.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::List;
use crate::access::Caller;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::api_key::Scope;
use crate::domain::ids::{DeliveryId, WebhookId};
use crate::domain::time;
use crate::domain::webhook::{self, ROTATION_SECONDS, WebhookContent};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::idempotency::{self, Answer, Idempotency};
use crate::respond;
use crate::store::{Delivery, Webhook};
use crate::webhooks;

const NOT_FOUND: Error = Error::NotFound("webhook");

/// `POST /api/v1/webhooks {url, events?, isActive?}` → 201, the webhook with `secret`, which is shown this once.
///
/// 1. 400 for a malformed request, or an address that is not public; the answer of the first time if it is repeated.
/// 2. 409 when there are twenty already.
#[worker::send]
pub(crate) async fn create(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::WebhooksManage)?;
    let organization = caller.organization.id;
    let key = idempotency::key(request.headers())?;
    let (fields, bytes) = body::json(request).await?;
    let idempotency = Idempotency::new(key, "POST /api/v1/webhooks", &bytes);
    let content = WebhookContent::read(fields, None, webhooks::is_local(&app))?;
    if let Some(answer) = idempotency::earlier_sealed(&app, organization, idempotency.as_ref()).await? {
        return Ok(answer.into_response());
    }
    let id = WebhookId::from_random(random()?);
    let secret = webhook::secret(random()?);
    let sealed = webhooks::seal(&app, &secret, id)?;
    let webhook = Webhook { id, content, created_at: app.now, previous_until: None };
    let mut shown = item(&webhook);
    if let Some(members) = shown.as_object_mut() {
        members.insert("secret".into(), json!(secret));
    }
    let answer = Answer::created(&shown)?;
    let kept = idempotency::seal(&app, organization, idempotency.as_ref(), &answer)?;
    let kept = kept.as_ref().map(|(it, body)| it.answer(answer.status, body));
    match app.store.create_webhook(id, organization, &webhook.content, &sealed, kept.as_ref(), app.now).await {
        Ok(true) => Ok(answer.into_response()),
        Ok(false) => Err(Error::Conflict(format!("an organization has at most {} webhooks", webhook::MAX_WEBHOOKS))),
        Err(error) => match idempotency::earlier_sealed(&app, organization, idempotency.as_ref()).await? {
            Some(answer) => Ok(answer.into_response()),
            None => Err(error.into()),
        },
    }
}

/// `GET /api/v1/webhooks?limit&offset` → a list of `{id, url, events, isActive, createdAt, previousSecretUntil}`.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Query(query): Query,
) -> Result<Response> {
    caller.require(Scope::WebhooksManage)?;
    let page = query.only_page()?;
    let data: Vec<Value> = app.store.webhooks(caller.organization.id).await?.iter().map(item).collect();
    Ok(respond::json(StatusCode::OK, &List::of_all(data, page)))
}

/// `GET /api/v1/webhooks/{webhook}` → one of them; 404 for another organization's.
#[worker::send]
pub(crate) async fn show(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(webhook): Segments<String>,
) -> Result<Response> {
    Ok(respond::json(StatusCode::OK, &item(&found(&app, &caller, &webhook).await?)))
}

/// `PATCH /api/v1/webhooks/{webhook} {url?, events?, isActive?}` → the webhook. 400 and 404 as [`create`] and [`show`].
#[worker::send]
pub(crate) async fn change(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(webhook): Segments<String>,
    request: Request,
) -> Result<Response> {
    let current = found(&app, &caller, &webhook).await?;
    let (fields, _) = body::json(request).await?;
    let content = WebhookContent::read(fields, Some(current.content), webhooks::is_local(&app))?;
    app.store.change_webhook(caller.organization.id, current.id, &content).await?;
    let webhook = app.store.webhook(caller.organization.id, current.id).await?.ok_or(NOT_FOUND)?;
    Ok(respond::json(StatusCode::OK, &item(&webhook)))
}

/// `DELETE /api/v1/webhooks/{webhook}` → 204; its log goes with it. 404 as [`show`].
#[worker::send]
pub(crate) async fn delete(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(webhook): Segments<String>,
) -> Result<Response> {
    let webhook = found(&app, &caller, &webhook).await?;
    if !app.store.delete_webhook(caller.organization.id, webhook.id).await? {
        return Err(NOT_FOUND);
    }
    Ok(respond::nothing())
}

/// `POST /api/v1/webhooks/{webhook}/rotate-secret` → 200 `{secret, previousSecretUntil}`: what is sent from now on is signed
/// with both secrets until then, and with the new one alone afterwards. `null` where the one before opens no more, since the
/// Worker secret that sealed it is lost: then the new one signs alone at once. 404 as [`show`].
#[worker::send]
pub(crate) async fn rotate_secret(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(webhook): Segments<String>,
) -> Result<Response> {
    let current = found(&app, &caller, &webhook).await?;
    let organization = caller.organization.id;
    let secret = webhook::secret(random()?);
    let sealed = webhooks::seal(&app, &secret, current.id)?;
    let before = app.store.sealed_webhook_secret(organization, current.id).await?.ok_or(NOT_FOUND)?;
    let until = webhooks::opens(&app, &before, current.id).then(|| app.now.plus_seconds(ROTATION_SECONDS));
    if !app.store.rotate_webhook_secret(organization, current.id, &sealed, until).await? {
        return Err(NOT_FOUND);
    }
    Ok(respond::json(StatusCode::OK, &json!({ "secret": secret, "previousSecretUntil": until.map(time::wire) })))
}

/// `GET /api/v1/webhooks/{webhook}/deliveries?limit&offset&state` → a list of deliveries, the newest first. 404 as [`show`].
#[worker::send]
pub(crate) async fn deliveries(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments(webhook): Segments<String>,
    Query(mut query): Query,
) -> Result<Response> {
    let webhook = found(&app, &caller, &webhook).await?;
    let page = query.page()?;
    let state = query.read("state", "waiting, delivered or failed", |text| {
        ["waiting", "delivered", "failed"].into_iter().find(|state| *state == text)
    })?;
    query.finish()?;
    let listed = app.store.delivery_log(caller.organization.id, webhook.id, state, page).await?;
    let items = listed.items.iter().map(delivery_item).collect();
    Ok(respond::json(StatusCode::OK, &List::new(items, page, listed.total)))
}

/// `POST /api/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver` → 202: it is made once more, under the same ids. 404 when
/// there is no such delivery that has ended.
#[worker::send]
pub(crate) async fn redeliver(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    Segments((webhook, delivery)): Segments<(String, String)>,
) -> Result<Response> {
    let webhook = found(&app, &caller, &webhook).await?;
    let id = body::path_id("deliveryId", &delivery, DeliveryId::parse)?;
    if !app.store.redeliver(caller.organization.id, webhook.id, id, app.now).await? {
        return Err(Error::NotFound("ended delivery"));
    }
    webhooks::post(&app, &[id]).await;
    Ok(respond::json(StatusCode::ACCEPTED, &json!({ "id": id })))
}

async fn found(app: &App, caller: &Caller, webhook: &str) -> Result<Webhook> {
    caller.require(Scope::WebhooksManage)?;
    let id = body::path_id("webhookId", webhook, WebhookId::parse)?;
    app.store.webhook(caller.organization.id, id).await?.ok_or(NOT_FOUND)
}

fn item(webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id,
        "url": webhook.content.url,
        "events": webhook.content.events,
        "isActive": webhook.content.is_active,
        "createdAt": time::wire(webhook.created_at),
        "previousSecretUntil": webhook.previous_until.map(time::wire),
    })
}

fn delivery_item(delivery: &Delivery) -> Value {
    let is_waiting = delivery.ended_at.is_none();
    json!({
        "id": delivery.id,
        "eventId": delivery.event_id,
        "type": delivery.event_type,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "lastStatus": delivery.last_status,
        "lastError": delivery.last_error,
        "nextAttemptAt": is_waiting.then(|| time::wire(delivery.next_attempt_at)),
        "createdAt": time::wire(delivery.created_at),
        "endedAt": delivery.ended_at.map(time::wire),
    })
}
