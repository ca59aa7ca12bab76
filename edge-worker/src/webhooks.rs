//! Telling webhooks what has happened.

use ob3_core::DateTime;
use serde_json::Value;
use worker::wasm_bindgen::JsValue;
use worker::{Headers, Method, Request, RequestInit, RequestRedirect};

use crate::app::App;
use crate::clock;
use crate::domain::attempts;
use crate::domain::ids::{DeliveryId, OrganizationId, WebhookId};
use crate::domain::vault::Unreadable;
use crate::domain::webhook::{self, EventType};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::jobs::{self, Job, Outcome};
use crate::outbound;
use crate::retry;
use crate::store::{LeasedDelivery, NewEvent};

/// Something to be told.
pub(crate) fn event(organization: OrganizationId, kind: EventType, data: Value) -> Result<NewEvent> {
    Ok(NewEvent { id: webhook::event_id(random()?), organization, kind, data })
}

/// Asks the queue to make deliveries that a batch has written.
pub(crate) async fn post(app: &App, deliveries: &[DeliveryId]) {
    let jobs: Vec<Job> = deliveries.iter().map(|id| Job::Delivery { id: *id }).collect();
    jobs::post(app.env(), &jobs).await;
}

/// Whether addresses of this very machine may be told: only where the worker itself is served there.
pub(crate) fn is_local(app: &App) -> bool {
    !app.origin.is_public()
}

/// Makes one delivery, as the queue asks for.
///
/// 1. Take it, so that no other attempt is made at the same time. One that has ended is done with.
/// 2. Post the event, signed; whatever is no 2xx within the time is a failure, a redirect too.
/// 3. Keep what came of it. An attempt that dies before this leaves the delivery to the clock.
pub(crate) async fn deliver(app: &App, id: DeliveryId) -> Result<Outcome> {
    let now = clock::now();
    let Some(leased) = app.store.lease_delivery(id, now).await? else { return Ok(Outcome::Done) };
    if !leased.is_active {
        app.store.end_delivery(id, None, Some("the webhook is not active"), now).await?;
        return Ok(Outcome::Done);
    }
    let (status, error) = match send(app, id, &leased, now).await {
        Ok(status) if (200..300).contains(&status) => {
            retry::insist(|| app.store.end_delivery(id, Some(status), None, now)).await?;
            return Ok(Outcome::Done);
        }
        Ok(status) => (Some(status), format!("the address answered {status}")),
        Err(error) => (None, attempts::account(&error)),
    };
    match attempts::wait_seconds(leased.attempts) {
        Some(seconds) => {
            // The clock comes later than the queue, in case the queue does not come.
            let next = now.plus_seconds(seconds + attempts::SWEEP_SECONDS);
            app.store.postpone_delivery(id, status, &error, next).await?;
            Ok(Outcome::Again { seconds })
        }
        None => {
            app.store.end_delivery(id, status, Some(&error), now).await?;
            Ok(Outcome::Done)
        }
    }
}

async fn send(app: &App, id: DeliveryId, leased: &LeasedDelivery, now: DateTime) -> std::result::Result<u16, String> {
    // The rules may have become stricter since the address was given.
    if !webhook::is_target(&leased.url, is_local(app)) {
        return Err("the address is none that may be told".into());
    }
    let data: Value = serde_json::from_str(&leased.data).map_err(|_| "the event can not be read".to_owned())?;
    let body = webhook::body(&leased.event_id, &leased.event_type, leased.event_created_at, &data);
    let seconds = now.unix_millis() / 1000;
    let mut signatures = Vec::new();
    let previous =
        leased.sealed_previous_secret.as_ref().filter(|_| leased.previous_until.is_some_and(|until| now < until));
    for sealed in [Some(&leased.sealed_secret), previous].into_iter().flatten() {
        let secret = open(app, sealed, leased.webhook_id).map_err(|_| "the secret does not open".to_owned())?;
        signatures.extend(webhook::signature(&secret, seconds, &body));
    }
    let failed = |error: worker::Error| error.to_string();
    let headers = Headers::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("user-agent", "Accolade-Webhooks/1"),
        ("x-webhook-event", &leased.event_type),
        ("x-webhook-delivery", &id.to_string()),
        ("x-webhook-timestamp", &seconds.to_string()),
        ("x-webhook-signature", &signatures.join(", ")),
    ] {
        headers.set(name, value).map_err(failed)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_body(Some(JsValue::from_str(&body)))
        .with_redirect(RequestRedirect::Manual);
    let request = Request::new_with_init(&leased.url, &init).map_err(failed)?;
    outbound::status(request, "the address did not answer in time").await
}

/// Seals a webhook's secret.
pub(crate) fn seal(app: &App, secret: &str, id: WebhookId) -> Result<String> {
    app.config.vault.seal_text(secret, random()?, &owner(id)).map_err(sealing)
}

/// Whether a webhook's sealed secret still opens.
pub(crate) fn opens(app: &App, sealed: &str, id: WebhookId) -> bool {
    open(app, sealed, id).is_ok()
}

fn open(app: &App, sealed: &str, id: WebhookId) -> Result<zeroize::Zeroizing<String>> {
    app.config.vault.open_text(sealed, &owner(id)).map_err(sealing)
}

fn owner(id: WebhookId) -> String {
    format!("webhook:{id}")
}

fn sealing(_: Unreadable) -> Error {
    Error::Internal("a webhook's secret could not be sealed or opened".into())
}
