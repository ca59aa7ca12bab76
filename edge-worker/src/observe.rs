//! One line of JSON for each request: what was asked and what it came to, and nothing about the person who asked.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use crate::app::App;
use crate::clock;
use crate::domain::digest;
use crate::domain::ids::OrganizationId;
use crate::entropy;
use crate::error::Cause;
use crate::metrics::{self, Point};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, runs it, logs it and adds the headers that every answer has.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let began = clock::now();
    let id = entropy::random::<12>().map(|bytes| digest::hex(&bytes)).unwrap_or_default();
    let method = request.method().clone();
    // The pattern and not the path: paths hold the ids of people's credentials.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let env = request.extensions().get::<App>().map(|app| app.env().clone());
    let mut response = next.run(request).await;
    let millis = clock::now().unix_millis() - began.unix_millis();
    if let Some(env) = env {
        let organization = response.extensions().get::<OrganizationId>().copied();
        let (name, outcome) = (format!("{method} {route}"), metrics::status_class(response.status().as_u16()));
        metrics::write(&env, &Point { organization, kind: "request", name: &name, outcome, millis });
    }
    let cause = response.extensions().get::<Cause>().map(|cause| cause.0.clone());
    let line = json!({
        "requestId": id,
        "method": method.as_str(),
        "route": route,
        "status": response.status().as_u16(),
        "millis": millis,
        "cause": cause,
    });
    if cause.is_some() {
        worker::console_error!("{line}");
    } else {
        worker::console_log!("{line}");
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Answers that are no pages load nothing and stand in no frame.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}
