//! RSA keys that organizations bring, for badges as JWS by RS256. Which there are, `/issuers/{organization}/keys` tells.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use zeroize::Zeroizing;

use super::issuers;
use crate::access;
use crate::app::App;
use crate::body::{self, Segments};
use crate::domain::did;
use crate::domain::fields::{Invalid, Problem};
use crate::domain::organization::Role;
use crate::domain::rsa_key::{self, Brought, Public, Refused, UNREADABLE};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::respond;
use crate::store::{RsaKey, StoreError};
use crate::webcrypto;

/// `POST /api/organizations/{organization}/rsa-keys {privateKey}` → 201, the key as a verification method. `privateKey` is PKCS#8 as
/// PEM, or a JWK. The key before, if there is one, is retired: it stays in the DID document and signs no more.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage keys.
/// 2. 400 for what is no private RSA key of 2048 to 4096 bits, for RS256, whose halves belong together.
/// 3. 409 unless the organization signs under a `did:web`: no other DID has a document that could list a second key.
/// 4. Seal and store. When it is the active key already, that is the answer; 409 when it was brought before, by whomever, or another
///    one is brought at the same time.
#[worker::send]
pub(crate) async fn bring(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    // 1
    let (person, membership) = access::member(&app, request.headers(), &organization).await?;
    access::require_key_manager(&membership)?;
    let organization = membership.organization;
    let (mut fields, _) = body::json(request).await?;
    let brought = fields.value("privateKey");
    let brought = fields.required("privateKey", brought)?;
    fields.finish()?;

    // 2
    let refused = |what| Invalid { field: "privateKey".into(), problem: Problem::Not(what) };
    let (private, Public { modulus, thumbprint }) = checked(&brought).await.map_err(refused)?;

    // 3
    let did = organization.did.filter(|did| did::document_url(did).is_some());
    let did = did.ok_or_else(|| Error::Conflict("only a did:web can have a second kind of key".into()))?;

    // 4
    let owner = rsa_key::owner(organization.id, &thumbprint);
    let sealed = app.config.vault.seal_text(&private, random()?, &owner);
    let sealed = sealed.map_err(|_| Error::Internal("the RSA key could not be sealed".into()))?;
    let key = RsaKey {
        thumbprint,
        did,
        modulus,
        sealed_key: Some(sealed),
        created_at: app.now,
        retired_at: None,
        revoked_at: None,
    };
    let key = match app.store.create_rsa_key(organization.id, &key, person.id).await {
        Ok(()) => key,
        Err(StoreError::Broken(Rule::RsaKey)) => {
            let active = app.store.active_rsa_key(organization.id, &key.did, None).await?;
            active.filter(|active| active.thumbprint == key.thumbprint).ok_or_else(|| {
                Error::Conflict("this RSA key was brought before, or another one at the same time".into())
            })?
        }
        Err(error) => return Err(error.into()),
    };
    Ok(respond::json(StatusCode::CREATED, &shown(&key)))
}

/// `POST /api/organizations/{organization}/rsa-keys/{thumbprint}/retire {hasLeaked?}` → 200, the key as a verification method: JWS are
/// by EdDSA again. A key that has leaked leaves the DID document, so that no JWS by it verifies any more; it stays in the public
/// history. A retired key may turn out to have leaked; the rest stays as it is.
///
/// 1. 401 without a session, 404 for a stranger, 403 for a member who does not manage keys, or, of a key that has leaked, is no
///    owner.
/// 2. 404 for an unknown key.
#[worker::send]
pub(crate) async fn retire(
    Extension(app): Extension<App>,
    Segments((organization, thumbprint)): Segments<(String, String)>,
    request: Request,
) -> Result<Response> {
    // 1
    let (person, membership) = access::member(&app, request.headers(), &organization).await?;
    let (mut fields, _) = body::json(request).await?;
    let has_leaked = fields.flag("hasLeaked")?.unwrap_or(false);
    fields.finish()?;
    let role = membership.role;
    if !(role == Role::Owner || role.manages_keys() && !has_leaked) {
        return Err(Error::Forbidden("only owners take a key back, and only they and admins retire one".into()));
    }

    // 2
    let organization = membership.organization.id;
    app.store.end_rsa_key(organization, &thumbprint, has_leaked, person.id, app.now).await?;
    let keys = app.store.rsa_keys(organization).await?;
    let key = keys.iter().find(|key| key.thumbprint == thumbprint).ok_or(Error::NotFound("RSA key"))?;
    Ok(respond::json(StatusCode::OK, &shown(key)))
}

fn shown(key: &RsaKey) -> Value {
    issuers::past(key.public(), &key.did, key.created_at, key.retired_at, key.revoked_at)
}

/// A private key as a JWK, and its public half, if the platform takes what was brought for a key that may sign here.
async fn checked(brought: &Value) -> std::result::Result<(Zeroizing<String>, Public), Refused> {
    let private = webcrypto::rsa_private_jwk(&Brought::read(brought)?).await.ok_or(UNREADABLE)?;
    let public = Public::of_private(&private)?;
    let is_pair = webcrypto::is_rs256_pair(&private, &rsa_key::jwk(&public.modulus)).await;
    if is_pair { Ok((private, public)) } else { Err("an RSA key whose halves belong together") }
}
