//! Verifying images of badges that anybody has issued.

use axum::Extension;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use ob3_core::{Policy, extract};
use serde_json::{Value, json};

use crate::app::App;
use crate::body;
use crate::domain::fields::{Invalid, Problem};
use crate::domain::{image, multipart};
use crate::error::{Error, Result};
use crate::examination;
use crate::respond;
use crate::verification;

/// Bytes of a form around its image.
const FORM_BYTES: usize = 16 * 1024;

/// `POST /api/credentials/verify-image`, a form with one file, a PNG or an SVG → 200 `{verification: {outcome, code,
/// signatureValid, notRevoked, notExpired, report}, ob3Credential}`; `ob3Credential` is `null` where the text in the image is no
/// JSON.
///
/// 1. 415 unless it is a form with files, 413 when it is too large, 400 without a file, or when the file is no image with a
///    credential in it.
/// 2. Verify with the same core as everywhere. Documents of this deployment come from its records, others from where the
///    credential says, if that is public; whatever can not be had leaves the verdict open.
#[worker::send]
pub(crate) async fn verify_image(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(multipart::boundary);
    let bytes = body::bytes(request, image::MAX_BYTES + FORM_BYTES).await?;
    let boundary = boundary.ok_or(Error::UnsupportedMediaType("multipart/form-data"))?;
    let invalid = |problem| Invalid { field: "image".into(), problem };
    let file = multipart::file(&bytes, &boundary).ok_or_else(|| invalid(Problem::Missing))?;
    let text = extract(file).map_err(|error| invalid(Problem::Unreadable(error.to_string())))?;

    let report = examination::verify(&app, file, &Policy::default()).await?;
    let credential: Option<Value> = serde_json::from_str(&text).ok();
    let is_expired = report.code().as_str() == "expired";
    let verification = json!({
        "outcome": report.outcome().as_str(),
        "code": report.code().as_str(),
        "signatureValid": verification::is_signature_valid(&report),
        "notRevoked": verification::is_unrevoked(&report),
        "notExpired": !is_expired,
        "report": serde_json::from_str::<Value>(&report.to_json()).unwrap_or_default(),
    });
    let body = json!({ "verification": verification, "ob3Credential": credential });
    Ok(respond::json(StatusCode::OK, &body))
}
