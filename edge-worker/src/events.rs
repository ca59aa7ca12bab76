//! What the platform calls.

use axum::Router;
use axum::response::IntoResponse;
use ob3_core::DateTime;
use tower_service::Service;
use worker::{Context, Env, HttpRequest, ScheduleContext, ScheduledEvent, event};

use crate::app::App;
use crate::clock;
use crate::domain::time::DAY_SECONDS;
use crate::router::router;
use crate::store::Store;

/// How long answers to idempotent requests are kept; the contract asks for a day at least.
const ANSWERS_KEPT_SECONDS: i64 = 2 * DAY_SECONDS;

thread_local! {
    /// The routes of this isolate.
    static ROUTER: Router = router();
}

/// A request.
#[event(fetch)]
async fn fetch(
    mut request: HttpRequest,
    env: Env,
    _context: Context,
) -> worker::Result<axum::http::Response<axum::body::Body>> {
    match App::new(env, request.uri()) {
        Ok(app) => request.extensions_mut().insert(app),
        Err(error) => return Ok(refuse(error)),
    };
    let mut router = ROUTER.with(Router::clone);
    Ok(router.call(request.map(axum::body::Body::new)).await?)
}

/// A worker that is set up wrongly says so in its log and serves nothing.
fn refuse(error: crate::error::Error) -> axum::response::Response {
    worker::console_error!("{}", serde_json::json!({ "cause": format!("{error:?}") }));
    error.into_response()
}

/// The clock: forgets what is over.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    if let Err(error) = forget(&env, clock::now()).await {
        worker::console_error!("{}", serde_json::json!({ "event": "scheduled", "cause": error.to_string() }));
    }
}

async fn forget(env: &Env, now: DateTime) -> Result<(), crate::store::StoreError> {
    Store::new(env)?.forget_before(now, now.plus_seconds(-ANSWERS_KEPT_SECONDS)).await
}
