//! The VC-API (W3C CCG): credentials of any type issued, and credentials and presentations verified.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use ob3_core::{
    Algorithm, BitstringStatusListEntry, Finding, Issuing, Outcome, Report, issue as issue_credential, issue_jws,
};
use serde_json::{Value, json};

use crate::access::Caller;
use crate::app::App;
use crate::body;
use crate::domain::api_key::Scope;
use crate::domain::organization::may_issue;
use crate::domain::status_list::{self, Purpose};
use crate::domain::vc_api::{self, Envelope, IssueRequest, StatusChange, Subject, VerifyRequest};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::examination;
use crate::fault::Rule;
use crate::respond::{self, JSON, PROBLEM_JSON};
use crate::retry;
use crate::signer::{self, JwsKey};
use crate::status;
use crate::store::{Organization, RsaKey, SealedKey, StoreError};
use crate::verification;

/// Most bytes of a request: a presentation of a learner record has some hundred thousand.
const MAX_BYTES: usize = 1 << 20;

/// `POST /credentials/issue` `{credential, options?}` → 201 `{verifiableCredential}`. Scope `credentials.issue`.
///
/// 1. 401 and 429 as everywhere with an API key, 403 without the scope, or where the organization may not issue.
/// 2. 400 with problem details for whatever VCDM 2.0 says must fail, what would not be signed as a whole, and an issuer that is
///    not the organization; 409 for a JWS by RS256 where the organization has no such key.
/// 3. Sign. Nothing of it is kept but its entry in the status lists, where it asks for one: 409 where its id has one already.
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

    let issued = match issued(&app, organization, &key, &request).await? {
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

/// The credential, signed; with a free entry of the status lists where it is to have one. Of two requests that find the same
/// entry free, one looks for another.
async fn issued(
    app: &App,
    organization: &Organization,
    key: &SealedKey,
    request: &IssueRequest<'_>,
) -> Result<std::result::Result<String, Finding>> {
    let rsa_key = match request.envelope {
        Envelope::Embedded => None,
        Envelope::Jws => rsa_key(app, organization, key, request.algorithm).await?,
    };
    let jws_key = JwsKey { organization: organization.id, key, rsa_key: rsa_key.as_ref() };
    let jws_key = (request.envelope == Envelope::Jws).then_some(&jws_key);
    let sign = |status| signed(app, organization, key, jws_key, request.credential, status);
    let Some(wanted) = &request.status else { return sign(Vec::new()).await };
    for attempt in 0..retry::ATTEMPTS {
        retry::pause(attempt).await?;
        let candidates = status_list::candidates(&random()?);
        let (block, next) = app.store.open_block(organization.id, &candidates).await?;
        let Some(block) = block else {
            status::open_block(app, organization, key, next).await?;
            continue;
        };
        let Some(index) = block.free else { continue };
        let mut entries = status::entries(app, &block, index);
        entries.retain(|entry| wanted.purposes.iter().any(|purpose| purpose.as_str() == entry.status_purpose));
        let issued = match sign(entries).await? {
            Ok(issued) => issued,
            Err(finding) => return Ok(Err(finding)),
        };
        match app.store.take_status_entry(organization.id, &wanted.credential, (block.id, index), app.now).await {
            Ok(()) => return Ok(Ok(issued)),
            Err(StoreError::Broken(Rule::StatusOfCredential)) => {
                return Err(Error::Conflict("a credential of this id has an entry in the status lists already".into()));
            }
            Err(StoreError::Broken(rule)) if rule.is_lost_race() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Conflict("too many requests issue at the same time; please try again".into()))
}

/// The RSA key that a JWS is signed with, where there is one, unless the caller asks for another algorithm.
async fn rsa_key(
    app: &App,
    organization: &Organization,
    key: &SealedKey,
    wanted: Option<Algorithm>,
) -> Result<Option<RsaKey>> {
    if wanted == Some(Algorithm::EdDsa) {
        return Ok(None);
    }
    let rsa_key = app.store.active_rsa_key(organization.id, &key.did, None).await?;
    if wanted.is_some() && rsa_key.is_none() {
        return Err(Error::Conflict("the organization has no RSA key".into()));
    }
    Ok(rsa_key)
}

/// The credential with these status entries, secured: as a JWS where there is a key for that.
async fn signed(
    app: &App,
    organization: &Organization,
    key: &SealedKey,
    jws_key: Option<&JwsKey<'_>>,
    credential: &str,
    status: Vec<BitstringStatusListEntry>,
) -> Result<std::result::Result<String, Finding>> {
    let issuing = Issuing { issuer: &key.did, status: &status };
    let Some(jws_key) = jws_key else {
        let (signing_key, options) = signer::opened(&app.config, organization.id, key, app.now)?;
        return Ok(verification::with_any_verifier(|verifier| {
            issue_credential(verifier.contexts(), credential, issuing, &signing_key, &options)
        }));
    };
    let input = verification::with_any_verifier(|verifier| {
        issue_jws(verifier.contexts(), credential, issuing, jws_key.algorithm(), &jws_key.kid())
    });
    match input {
        Ok(input) => Ok(Ok(jws_key.sign(app, input).await?)),
        Err(finding) => Ok(Err(finding)),
    }
}

/// `POST /credentials/status` `{credentialId, credentialStatus: {type, statusPurpose}, status}` → 200 with the same: the entry is
/// set, or cleared, and the list published. Scope `credentials.revoke`.
///
/// 1. 403 without the scope, 400 for a malformed request, 404 for a credential that was issued without an entry or by others.
/// 2. 409 where a revocation is to be taken back: it is for good.
/// 3. Sign the list, and write both in one batch. When another request was first, read anew.
#[worker::send]
pub(crate) async fn change_status(
    Extension(app): Extension<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response> {
    caller.require(Scope::CredentialsRevoke)?;
    let (fields, _) = body::json(request).await?;
    let StatusChange { credential, purpose, is_set } = StatusChange::read(fields)?;
    let organization = &caller.organization;
    let body = json!({
        "credentialId": credential,
        "credentialStatus": { "type": "BitstringStatusListEntry", "statusPurpose": purpose },
        "status": is_set,
    });
    for attempt in 0..retry::ATTEMPTS {
        retry::pause(attempt).await?;
        let entry = app.store.vc_status_entry(organization.id, &credential, purpose).await?;
        let entry = entry.ok_or(Error::NotFound("credential"))?;
        if entry.is_set() == is_set {
            return Ok(respond::json(StatusCode::OK, &body));
        }
        if purpose == Purpose::Revocation && !is_set {
            return Err(Error::Conflict("a revocation is not taken back".into()));
        }
        let key = app.store.active_key(organization.id).await?.ok_or_else(status::no_key)?;
        let list = status::changed(&app, organization, &key, purpose, entry, is_set)?;
        match app.store.set_vc_status(organization.id, &credential, purpose, is_set, &list).await {
            Ok(()) => return Ok(respond::json(StatusCode::OK, &body)),
            Err(StoreError::Broken(rule)) if rule.is_lost_race() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Conflict("too many requests change statuses at the same time; please try again".into()))
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
