//! What the platform calls: requests, the queue, and the clock.

use axum::Router;
use axum::response::IntoResponse;
use ob3_core::DateTime;
use tower_service::Service;
use worker::{Context, Env, HttpRequest, MessageBatch, ScheduleContext, ScheduledEvent, event};

use crate::app::App;
use crate::clock;
use crate::domain::attempts;
use crate::domain::ids::DeliveryId;
use crate::domain::time::DAY_SECONDS;
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::respond;
use crate::router::router;
use crate::sealing;
use crate::store::{Store, StoreError};

/// How long answers to idempotent requests are kept; the contract asks for a day at least.
const ANSWERS_KEPT_SECONDS: i64 = 2 * DAY_SECONDS;

/// Most of one kind that one run of the clock takes up.
const SWEPT_AT_ONCE: i64 = 500;

/// Most values that one run of the clock seals anew.
const RESEALED_AT_ONCE: usize = 1000;

/// Most jobs of the queue that one run of the clock takes up: forty messages to the queue, of a hundred jobs each.
const QUEUE_JOBS_SWEPT_AT_ONCE: i64 = 4000;

/// Most status lists that one run of the clock takes out of KV: each is two steps of those that the free plan counts.
const STATUS_LISTS_TAKEN_AT_ONCE: i64 = 10;

thread_local! {
    /// The routes of this isolate.
    static ROUTER: Router = router();
}

/// A request.
#[event(fetch)]
async fn fetch(mut request: HttpRequest, env: Env, _context: Context) -> worker::Result<worker::Response> {
    match App::new(env, request.uri()) {
        Ok(app) => request.extensions_mut().insert(app),
        Err(error) => return respond::sent(refuse(error)).await,
    };
    let mut router = ROUTER.with(Router::clone);
    respond::sent(router.call(request.map(axum::body::Body::new)).await?).await
}

/// A worker that is set up wrongly says so in its log and serves nothing.
fn refuse(error: Error) -> axum::response::Response {
    worker::console_error!("{}", serde_json::json!({ "cause": format!("{error:?}") }));
    error.into_response()
}

/// The queue: work that a request has left behind.
#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _context: Context) -> worker::Result<()> {
    jobs::run(batch, &env).await;
    Ok(())
}

/// The clock: takes up what the queue has not brought to its end, and forgets what is over. One that fails does not keep the
/// others from running.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let now = clock::now();
    for (what, result) in [
        ("mails", sweep_mails(&env, now).await),
        ("expiry", expire(&env, now).await),
        ("deliveries", sweep_deliveries(&env, now).await),
        ("queue jobs", sweep_queue_jobs(&env, now).await),
        ("uploads", sweep_uploads(&env, now).await),
        ("status lists", take_status_lists(&env).await),
        ("forget", forget(&env, now).await),
        ("sealing", reseal(&env).await),
    ] {
        if let Err(error) = result {
            worker::console_error!("{}", serde_json::json!({ "event": what, "cause": error.to_string() }));
        }
    }
}

async fn sweep_mails(env: &Env, now: DateTime) -> Result<(), StoreError> {
    let due = Store::new(env)?.due_mails(SWEPT_AT_ONCE, now).await?;
    let due: Vec<Job> = due.into_iter().map(|id| Job::Mail { id }).collect();
    jobs::post(env, &due).await;
    Ok(())
}

async fn expire(env: &Env, now: DateTime) -> Result<(), StoreError> {
    post_deliveries(env, Store::new(env)?.expire_due(SWEPT_AT_ONCE, now).await?).await;
    Ok(())
}

async fn sweep_deliveries(env: &Env, now: DateTime) -> Result<(), StoreError> {
    post_deliveries(env, Store::new(env)?.due_deliveries(SWEPT_AT_ONCE, now).await?).await;
    Ok(())
}

async fn post_deliveries(env: &Env, due: Vec<DeliveryId>) {
    let due: Vec<Job> = due.into_iter().map(|id| Job::Delivery { id }).collect();
    jobs::post(env, &due).await;
}

async fn sweep_queue_jobs(env: &Env, now: DateTime) -> Result<(), StoreError> {
    let due = Store::new(env)?.due_queue_jobs(QUEUE_JOBS_SWEPT_AT_ONCE, now).await?;
    let due: Vec<Job> = due.into_iter().map(|id| Job::Queued { id }).collect();
    jobs::post(env, &due).await;
    Ok(())
}

async fn sweep_uploads(env: &Env, now: DateTime) -> Result<(), StoreError> {
    let due = Store::new(env)?.due_jobs(SWEPT_AT_ONCE, now).await?;
    let due: Vec<Job> = due.into_iter().map(|(id, first)| Job::Rows { id, first }).collect();
    jobs::post(env, &due).await;
    Ok(())
}

async fn take_status_lists(env: &Env) -> Result<(), StoreError> {
    Store::new(env)?.take_status_lists(STATUS_LISTS_TAKEN_AT_ONCE).await
}

async fn forget(env: &Env, now: DateTime) -> Result<(), StoreError> {
    let answers = now.plus_seconds(-ANSWERS_KEPT_SECONDS);
    let store = Store::new(env)?;
    store.forget_wallets_before(now).await?;
    store.forget_before(now, answers, now.plus_seconds(-attempts::KEPT_SECONDS)).await
}

/// While the secret before is still there, what it has sealed is sealed anew.
async fn reseal(env: &Env) -> Result<(), StoreError> {
    let failed = |error: Error| StoreError::Failed(format!("{error:?}"));
    let app = App::of_job(env.clone()).map_err(failed)?;
    if app.config.vault.previous_mark().is_none() {
        return Ok(());
    }
    let done = sealing::reseal(&app, RESEALED_AT_ONCE).await.map_err(failed)?;
    worker::console_log!(
        "{}",
        serde_json::json!({ "event": "sealing", "resealed": done.values, "unreadable": done.unreadable })
    );
    Ok(())
}
