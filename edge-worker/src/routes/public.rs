//! Credentials, for everybody: verified, as signed bytes, and baked into their image.

use std::collections::HashMap;

use axum::Extension;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use ob3_core::bake;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::access;
use crate::app::App;
use crate::body::Segments;
use crate::domain::badge::{self, BadgeImage};
use crate::domain::credential::{self, Status};
use crate::domain::ids::{BadgeId, CredentialId};
use crate::domain::image::{self, Kind};
use crate::domain::rate::Limits;
use crate::domain::tenant::PublicName;
use crate::domain::{negotiation, status_list, time};
use crate::error::{Error, Result};
use crate::respond::{self, Caching, PLAIN, VC_JWT};
use crate::signer::{self, JwsKey};
use crate::store::{Counted, PublicCredential, Wanted};
use crate::verification;

const NOT_FOUND: Error = Error::NotFound("credential");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VerifyBody {
    status: Status,
    credential: Shown,
    verification: Verified,
    ob3_credential: Box<RawValue>,
    features: Features,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: CredentialId,
    credential_id: String,
    badge_id: BadgeId,
    badge_name: String,
    organization: Issuer,
    recipient_name: Option<String>,
    issuance_date: String,
    expiration_date: Option<String>,
    claimed_at: Option<String>,
    revoked_at: Option<String>,
    is_public: bool,
    verification_url: String,
    image_url: Option<String>,
    supersedes_credential_id: Option<CredentialId>,
    superseded_by_credential_id: Option<CredentialId>,
}

#[derive(Serialize)]
struct Issuer {
    name: String,
    slug: String,
    did: String,
    /// Those that it has proved by DNS.
    domains: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    signature_valid: bool,
    /// Neither revoked nor suspended, both by the records and by the published lists: whoever knows nothing of suspensions
    /// must not take a suspended credential for a good one.
    not_revoked: bool,
    not_expired: bool,
    /// The core's report, the same as a browser makes of the signed bytes.
    report: Box<RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Features {
    qr_code_enabled: bool,
}

/// `GET /api/verify/{credential}` → its state, and what the verifier says of its signed bytes at this moment.
///
/// 1. 429 when the network address asks too often; 404 without such a credential; 403 when it is private and the caller
///    does not belong to its issuer.
/// 2. Verify the stored bytes, with the status lists as they are published at this moment.
#[worker::send]
pub(crate) async fn verify(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let mut found = find_to_verify(&app, &name, &headers).await?;
    let document = signed_document(&app, &found.credential.document_sha256).await?;

    let lists = status_lists(&app, &mut found).await?;
    let report = verification::verify(&document, &found, &lists, app.now);
    let credential = &found.credential;
    let lifetime = credential.lifetime;
    let body = VerifyBody {
        status: lifetime.status(app.now),
        verification: Verified {
            signature_valid: verification::is_signature_valid(&report),
            not_revoked: lifetime.is_unrevoked() && verification::is_unrevoked(&report),
            not_expired: !lifetime.has_expired(app.now),
            report: raw(report.to_json())?,
        },
        credential: Shown {
            id: credential.id,
            credential_id: credential.code.clone(),
            badge_id: credential.badge,
            badge_name: credential.badge_name.clone(),
            organization: Issuer {
                name: found.organization.name,
                slug: found.organization.slug,
                did: found.did,
                domains: found.domains,
            },
            recipient_name: Some(credential.recipient_name.clone()).filter(|name| !name.is_empty()),
            issuance_date: time::wire(credential.issued_at),
            expiration_date: lifetime.valid_until.map(time::wire),
            claimed_at: lifetime.claimed_at.map(time::wire),
            revoked_at: lifetime.revoked_at.map(time::wire),
            is_public: credential.is_public,
            verification_url: credential::verification_url(&app.origin, &credential.code),
            image_url: found.badge.content.image.map(|image| badge::image_url(&app.origin, &image)),
            supersedes_credential_id: credential.supersedes,
            superseded_by_credential_id: credential.superseded_by,
        },
        ob3_credential: raw(document)?,
        features: Features { qr_code_enabled: false },
    };
    Ok(respond::json(StatusCode::OK, &body))
}

/// `GET /credentials/{credential}/ob3`, and `/credentials/{credential}`, which is the credential's id → the signed bytes
/// as they were issued, under the JSON media type that the caller prefers; or the same credential as a compact JWS, for who
/// prefers `application/vc+jwt` or `text/plain`. 403 and 404 as [`verify`].
#[worker::send]
pub(crate) async fn ob3(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = negotiation::preferred(accept, &respond::BADGE);
    let is_jws = matches!(media_type, VC_JWT | PLAIN);
    let wanted = if is_jws { Wanted::Jws } else { Wanted::Document };
    let found = found(&app, &name, &headers, wanted, None).await?;
    let document = signed_document(&app, &found.credential.document_sha256).await?;
    let body = if is_jws { jws(&app, &found, &document).await? } else { document };
    let mut response = respond::document(media_type, body, caching(&found));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, authorization, x-api-key"));
    Ok(response)
}

/// The signed document as a compact JWS (OB 3.0 §8.2.4): by the issuer's RSA key, or by the key that has signed the document.
async fn jws(app: &App, found: &PublicCredential, document: &str) -> Result<String> {
    let key = found.key.as_ref();
    let key = key.ok_or_else(|| Error::Internal("a credential's key is not in the store".into()))?;
    let key = JwsKey { organization: found.organization.id, key, rsa_key: found.rsa_key.as_ref() };
    signer::as_jws(app, document, &key).await
}

/// `GET /api/credentials/{credential}/baked` → the badge's image with the signed bytes inside (OB 3.0 §5.3), or a plain one where it
/// has none. 403 and 404 as [`verify`].
#[worker::send]
pub(crate) async fn baked(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = find(&app, &name, &headers).await?;
    let (kind, image) = match &found.badge.content.image {
        Some(BadgeImage { sha256, kind }) => {
            let image = app.store.image(sha256).await?;
            (*kind, image.ok_or_else(|| Error::Internal("a badge's image is not in the store".into()))?)
        }
        None => (Kind::Png, image::PLAIN.to_vec()),
    };
    let document = signed_document(&app, &found.credential.document_sha256).await?;
    let baked = bake(&image, &document).map_err(|error| Error::Internal(format!("not baked: {error}")))?;
    let mut response = respond::image(kind, baked, caching(&found));
    // The code holds letters and digits only.
    let name = format!("inline; filename=\"{}.{}\"", found.credential.code, kind.as_str());
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("authorization, x-api-key"));
    Ok(response)
}

/// The newest versions of the lists that tell of a credential, by their paths: taken out of what [`find_to_verify`] has found.
pub(super) async fn status_lists(app: &App, found: &mut PublicCredential) -> Result<HashMap<String, String>> {
    let mut lists = HashMap::new();
    for list in std::mem::take(&mut found.status_lists) {
        let path = status_list::path(list.id);
        // One that is not there leaves the status unknown, which is what the report then says.
        if let Some(text) = app.store.status_text(list).await? {
            lists.insert(path, text);
        }
    }
    Ok(lists)
}

/// The signed bytes under a hash.
pub(crate) async fn signed_document(app: &App, sha256: &str) -> Result<String> {
    let document = app.store.document(sha256).await?;
    document.ok_or_else(|| Error::Internal("a signed document is not in the store".into()))
}

/// JSON text to stand in an answer as it is, byte for byte.
pub(crate) fn raw(json: String) -> Result<Box<RawValue>> {
    RawValue::from_string(json).map_err(|error| Error::Internal(format!("a stored document is not JSON: {error}")))
}

/// The same as [`find`] with the status lists, counted as a request that costs a verification.
pub(super) async fn find_to_verify(app: &App, name: &str, headers: &HeaderMap) -> Result<PublicCredential> {
    let subject = access::address_subject(app, headers, "address");
    let counted = |limits: &Limits| Counted { subject: &subject, limit: limits.per_address };
    let counted = app.config.rate_limits.as_ref().map(counted);
    found(app, name, headers, Wanted::Verification, counted.as_ref()).await
}

/// The credential that an address names, if the caller may see it: 404 and 403 as [`verify`].
pub(crate) async fn find(app: &App, name: &str, headers: &HeaderMap) -> Result<PublicCredential> {
    found(app, name, headers, Wanted::Document, None).await
}

async fn found(
    app: &App,
    name: &str,
    headers: &HeaderMap,
    wanted: Wanted,
    counted: Option<&Counted<'_>>,
) -> Result<PublicCredential> {
    let name = PublicName::parse(name).ok_or(NOT_FOUND)?;
    let (found, allowance) = app.store.public_credential(&name.credential, wanted, counted, app.now).await?;
    if let Some(allowance) = allowance.filter(|allowance| !allowance.is_admitted) {
        return Err(Error::RateLimited(allowance));
    }
    let is_named = |found: &PublicCredential| {
        name.tenant.as_ref().is_none_or(|tenant| tenant.names(&found.organization.slug, found.organization.id))
    };
    let found = found.filter(is_named).ok_or(NOT_FOUND)?;
    let credential = &found.credential;
    if !credential.is_public
        && !access::is_insider(app, headers, found.organization.id).await?
        && !access::is_recipient(app, headers, credential).await?
    {
        return Err(Error::Forbidden("the credential is private".into()));
    }
    Ok(found)
}

pub(super) const fn caching(found: &PublicCredential) -> Caching {
    if found.credential.is_public { Caching::Briefly } else { Caching::Never }
}
