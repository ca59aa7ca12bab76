//! Verifying images of badges that anybody has issued.

use axum::Extension;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use ob3_core::{Need, Policy, Report, Step, extract};
use serde_json::{Value, json};

use crate::app::App;
use crate::body;
use crate::domain::did;
use crate::domain::ids::StatusListId;
use crate::domain::{image, multipart};
use crate::error::{Error, Result};
use crate::outbound;
use crate::respond;
use crate::verification;

/// Most documents that are asked for in one verification.
const MAX_DOCUMENTS: usize = 24;
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
    let file = multipart::file(&bytes, &boundary).ok_or_else(|| Error::Unreadable("the form holds no file".into()))?;
    let text = extract(file).map_err(|error| Error::Unreadable(format!("no credential can be read in it: {error}")))?;

    let report = verify(&app, file).await?;
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

async fn verify(app: &App, input: &[u8]) -> Result<Report> {
    let mut verification = verification::with_verifier(|verifier| verifier.start(input, &Policy::default(), app.now));
    let mut fetched = 0_usize;
    loop {
        let needs = match verification.step() {
            Step::Done(report) => return Ok(report),
            Step::Need(needs) => needs,
        };
        for need in needs {
            match need {
                Need::Document { url } => {
                    fetched = fetched.saturating_add(1);
                    let document = if fetched <= MAX_DOCUMENTS { document(app, &url).await? } else { None };
                    verification.supply_document(&url, document.as_deref());
                }
                // ECDSA and RSA are not part of this build: such a signature is not decided here, and so is the verdict.
                Need::Signature(check) => verification.supply_signature(&check.id, None),
            }
        }
    }
}

/// A document of this deployment, or of somebody else.
async fn document(app: &App, url: &str) -> Result<Option<Vec<u8>>> {
    let own = app.origin.at("");
    let Some(path) = url.strip_prefix(&own) else { return Ok(outbound::document(url).await) };
    if let Some(list) = path.strip_prefix("/status/").and_then(StatusListId::parse) {
        let Some(sha256) = app.store.status_list(list).await? else { return Ok(None) };
        return Ok(app.store.document(&sha256).await?.map(String::into_bytes));
    }
    let slug = path.strip_prefix("/issuers/").and_then(|rest| rest.strip_suffix("/did.json"));
    let Some(slug) = slug else { return Ok(None) };
    let Some((organization, keys)) = app.store.issuer(slug).await? else { return Ok(None) };
    let document = organization.did.map(|did| did::document(&did, keys.iter().map(String::as_str)).to_string());
    Ok(document.map(String::into_bytes))
}
