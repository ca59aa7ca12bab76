//! Data points for the operator's metrics (Analytics Engine, binding `METRICS`): one for each request and each job, with nothing
//! in it about a person. Without the binding none is written, and nothing fails for want of one.

use worker::{AnalyticsEngineDataPointBuilder, Env};

use crate::domain::ids::OrganizationId;

/// One point. The positions are the columns that queries name: see docs/DEPLOYING.md.
pub(crate) struct Point<'a> {
    /// Whose it is, where that is known: what is sampled by (`index1`).
    pub organization: Option<OrganizationId>,
    /// `request` or `job` (`blob1`).
    pub kind: &'a str,
    /// The pattern of a route with its method, or the kind of a job (`blob2`).
    pub name: &'a str,
    /// The class of a status, such as `2xx`, or how a job came out (`blob3`).
    pub outcome: &'a str,
    /// How long it took (`double1`).
    pub millis: i64,
}

/// Writes a point; the platform takes it after the answer is sent.
pub(crate) fn write(env: &Env, point: &Point<'_>) {
    let Ok(metrics) = env.analytics_engine("METRICS") else { return };
    let index = point.organization.map_or_else(|| "-".to_owned(), |id| id.to_string());
    #[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
    let millis = point.millis as f64;
    let point = AnalyticsEngineDataPointBuilder::new()
        .indexes([index.as_str()])
        .blobs([point.kind, point.name, point.outcome])
        .doubles([millis])
        .build();
    if let Err(error) = metrics.write_data_point(&point) {
        worker::console_warn!("{}", serde_json::json!({ "event": "metrics", "cause": error.to_string() }));
    }
}

/// The class of a status.
pub(crate) const fn status_class(status: u16) -> &'static str {
    match status {
        0..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
