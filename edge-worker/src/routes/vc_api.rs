//! The VC-API (W3C CCG): credentials of any type issued, and credentials and presentations verified.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use ob3_core::{Envelope, Issuing, Outcome, Report, issue as issue_credential};
use serde_json::{Value, json};

use crate::access::Caller;
use crate::app::App;
use crate::body;
use crate::domain::api_key::Scope;
use crate::domain::organization::may_issue;
use crate::domain::vc_api::{self, IssueRequest, Subject, VerifyRequest};
use crate::error::{Error, Result};
use crate::examination;
use crate::respond::{self, JSON, PROBLEM_JSON};
use crate::signer;
use crate::verification;

/// Most bytes of a request: a presentation of a learner record has some hundred thousand.
const MAX_BYTES: usize = 1 << 20;

/// `POST /credentials/issue` `{credential, options?}` → 201 `{verifiableCredential}`. Scope `credentials.issue`.
///
/// 1. 401 and 429 as everywhere with an API key, 403 without the scope, or where the organization may not issue.
/// 2. 400 with problem details for whatever VCDM 2.0 says must fail, what would not be signed as a whole, and an issuer that is
///    not the organization.
/// 3. Sign. Nothing of it is kept.
#[worker::send]
pub(crate) async fn issue(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::CredentialsIssue)?;
    let organization = &caller.organization;
    let bytes = body::json_bytes(request, MAX_BYTES).await?;
    let key = app.store.active_key(organization.id).await?;
    may_issue(organization.plan, organization.status, key.is_some())?;
    let key = key.ok_or_else(|| Error::Internal("an organization without a key may not issue".into()))?;
    let request = match IssueRequest::read(&bytes) {
        Ok(request) => request,
        Err(invalid) => return Ok(refused(&vc_api::request_problem(&invalid))),
    };

    let (signing_key, options) = signer::opened(&app.config, organization.id, &key, app.now)?;
    let issuing = Issuing { issuer: &key.did, status: &[], envelope: request.envelope };
    let issued = verification::with_any_verifier(|verifier| {
        issue_credential(verifier.contexts(), request.credential, issuing, &signing_key, &options)
    });
    let issued = match issued {
        Ok(issued) => issued,
        Err(finding) => return Ok(refused(&vc_api::problem(&finding))),
    };
    let body = match request.envelope {
        Envelope::Embedded => format!("{{\"verifiableCredential\":{issued}}}"),
        // VCDM 2.0 §4.13.1
        Envelope::Jws => json!({
            "verifiableCredential": {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiableCredential",
                "id": format!("data:application/vc+jwt,{issued}"),
            },
        })
        .to_string(),
    };
    Ok(respond::with_status(StatusCode::CREATED, JSON, body))
}

/// `POST /credentials/verify` `{verifiableCredential, options?}` → 200 `{verified: true, …report}`, or 400 with the same and
/// `verified: false`.
#[worker::send]
pub(crate) async fn verify_credential(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    verify(&app, request, Subject::Credential).await
}

/// `POST /presentations/verify` `{verifiablePresentation, options?}` → as [`verify_credential`]. What has no proof of its own
/// is no presentation.
#[worker::send]
pub(crate) async fn verify_presentation(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    verify(&app, request, Subject::Presentation).await
}

async fn verify(app: &App, request: Request, subject: Subject) -> Result<Response> {
    let bytes = body::json_bytes(request, MAX_BYTES).await?;
    let request = match VerifyRequest::read(&bytes, subject) {
        Ok(request) => request,
        Err(invalid) => return Ok(refused(&vc_api::request_problem(&invalid))),
    };
    let report = examination::verify(app, &request.input, &request.policy).await?;
    let is_verified = report.outcome() == Outcome::Verified;
    let status = if is_verified { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let problems = if is_verified { json!([]) } else { json!([problem_of(&report)]) };
    let members = report.to_json();
    // The report is an object: its members follow.
    let members = members.strip_prefix('{').unwrap_or("}");
    let body = format!("{{\"verified\":{is_verified},\"problemDetails\":{problems},{members}");
    Ok(respond::with_status(status, JSON, body))
}

/// What decided against it, as problem details.
fn problem_of(report: &Report) -> Value {
    let decisive = report.checks().iter().map(|check| &check.finding).find(|finding| finding.code == report.code());
    decisive.map_or_else(|| json!({ "code": report.code().as_str() }), vc_api::problem)
}

fn refused(problem: &Value) -> Response {
    respond::with_status(StatusCode::BAD_REQUEST, PROBLEM_JSON, problem.to_string())
}
