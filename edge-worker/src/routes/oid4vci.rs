//! Credentials handed to wallets: OpenID for Verifiable Credential Issuance 1.0, by pre-authorized code.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use ob3_core::{Algorithm, PublicKey, SignatureCheck, unsigned};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::own;
use super::public::signed_document;
use crate::access;
use crate::app::App;
use crate::body::{self, Segments};
use crate::domain::credential::{CredentialName, Status};
use crate::domain::ids::WalletOfferId;
use crate::domain::oid4vci::{self, CredentialRequest, LIFETIME_SECONDS, Proof, Refused, TokenRequest};
use crate::domain::vc_api::Envelope;
use crate::domain::{sign_in, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::respond::{self, Caching, JSON};
use crate::signer::{self, JwsKey};
use crate::store::{NewOffer, OwnCredential, Redeemed};
use crate::webcrypto;

const MAX_BYTES: usize = 32 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// `GET /.well-known/openid-credential-issuer` → what can be had here.
pub(crate) async fn issuer_metadata(Extension(app): Extension<App>) -> Response {
    respond::document(JSON, oid4vci::issuer_metadata(&app.origin).to_string(), Caching::Briefly)
}

/// `GET /.well-known/oauth-authorization-server/oid4vci` → where tokens are had (RFC 8414).
pub(crate) async fn server_metadata(Extension(app): Extension<App>) -> Response {
    respond::document(JSON, oid4vci::server_metadata(&app.origin).to_string(), Caching::Briefly)
}

/// `POST /api/me/credentials/{credential}/offer {txCode?}` → 201 `{offer, offerUri, txCode, expiresAt}`: for the recipient's own
/// wallet, once, within ten minutes.
///
/// 1. 401, 403 and 404 as for claiming; 409 for a credential that does not hold.
/// 2. With `txCode: true` the wallet must tell a code as well, which is shown here and nowhere else.
#[worker::send]
pub(crate) async fn offer(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    request: Request,
) -> Result<Response> {
    let (_, own) = own::mine(&app, request.headers(), &name).await?;
    let (mut fields, _) = body::json(request).await?;
    let wants_code = fields.flag("txCode")?.unwrap_or(false);
    fields.finish()?;
    if !holds(&app, &own) {
        let status = own.credential.lifetime.status(app.now);
        return Err(Error::Conflict(format!("a credential that is {} is not handed to a wallet", status.as_str())));
    }
    let id = WalletOfferId::from_random(random()?);
    let code = oid4vci::secret_from_random(random()?);
    let tx_code = if wants_code { Some(sign_in::code_from_random(random()?)) } else { None };
    let mac = tx_code.as_deref().and_then(|code| oid4vci::tx_code_mac(&app.config.session_secret, id, code));
    if mac.is_some() != wants_code {
        return Err(Error::Internal("no keyed hash".into()));
    }
    let offer =
        NewOffer { id, credential: own.credential.id, code_sha256: &oid4vci::hash(&code), tx_code_mac: mac.as_deref() };
    app.store.create_wallet_offer(&offer, app.now).await?;
    let offer = oid4vci::offer(&app.origin, &code, wants_code);
    let body = json!({
        "offerUri": oid4vci::offer_uri(&offer),
        "offer": offer,
        "txCode": tx_code,
        "expiresAt": time::wire(app.now.plus_seconds(LIFETIME_SECONDS)),
    });
    Ok(respond::json(StatusCode::CREATED, &body))
}

/// `POST /oid4vci/token`, a form with `grant_type`, `pre-authorized_code`, `tx_code?` → 200 `{access_token, token_type,
/// expires_in}`.
///
/// 1. 400 `invalid_request`, `unsupported_grant_type`.
/// 2. 400 `invalid_grant` for a code that is wrong, used up or too old, with another `tx_code`, or after too many of them. Who
///    presents a used code ends the token that it gave.
#[worker::send]
pub(crate) async fn token(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let is_form = body::media_type(request.headers()).eq_ignore_ascii_case(FORM);
    let bytes = body::bytes(request, MAX_BYTES).await?;
    let asked =
        if is_form { TokenRequest::read(pairs(&bytes)) } else { Err(Refused::InvalidRequest("it must be a form")) };
    let asked = match asked {
        Ok(asked) => asked,
        Err(refused) => return Ok(refusal(refused)),
    };
    let Some(tried) = app.store.try_wallet_code(&oid4vci::hash(&asked.code), app.now).await? else {
        return Ok(refusal(Refused::InvalidGrant));
    };
    let given = asked.tx_code.as_deref().map(|code| oid4vci::tx_code_mac(&app.config.session_secret, tried.id, code));
    let is_right = match (&tried.tx_code_mac, given.flatten()) {
        (None, None) => asked.tx_code.is_none(),
        (Some(wanted), Some(given)) => bool::from(wanted.as_bytes().ct_eq(given.as_bytes())),
        _ => false,
    };
    let token = oid4vci::secret_from_random(random()?);
    if !is_right || !app.store.begin_wallet_token(tried.id, &oid4vci::hash(&token), app.now).await? {
        return Ok(refusal(Refused::InvalidGrant));
    }
    let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS });
    Ok(respond::json(StatusCode::OK, &body))
}

/// `POST /oid4vci/nonce` → 200 `{c_nonce}`, to be signed over once, within five minutes.
#[worker::send]
pub(crate) async fn nonce(Extension(app): Extension<App>) -> Result<Response> {
    let nonce = oid4vci::secret_from_random(random()?);
    app.store.create_wallet_nonce(&oid4vci::hash(&nonce), app.now).await?;
    Ok(respond::json(StatusCode::OK, &json!({ "c_nonce": nonce })))
}

/// `POST /oid4vci/credential {credential_configuration_id, proofs}` with the access token → 200 `{credentials:
/// [{credential}]}`: the badge as it was issued, with the wallet's DID as its subject.
///
/// 1. 401 `invalid_token`; 400 `invalid_credential_request`, `unknown_credential_configuration`.
/// 2. 400 `invalid_proof` unless the wallet shows its key, for this issuer and now.
/// 3. 400 `credential_request_denied` for a credential that does not hold any more, or is another DID's.
/// 4. Use token and nonce up in one batch: 400 `invalid_nonce`, 401 `invalid_token` where another request was quicker.
#[worker::send]
pub(crate) async fn credential(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let token = access::bearer(request.headers()).map(oid4vci::hash);
    let bytes = match body::json_bytes(request, MAX_BYTES).await {
        Err(Error::UnsupportedMediaType(_)) => {
            return Ok(refusal(Refused::InvalidCredentialRequest("it must be JSON")));
        }
        read => read?,
    };
    match issued(&app, token, &bytes).await? {
        Ok(credential) => Ok(respond::json(StatusCode::OK, &json!({ "credentials": [{ "credential": credential }] }))),
        Err(refused) => Ok(refusal(refused)),
    }
}

async fn issued(app: &App, token: Option<String>, body: &[u8]) -> Result<std::result::Result<Value, Refused>> {
    let Some(token) = token else { return Ok(Err(Refused::InvalidToken)) };
    let Some(offered) = app.store.wallet_token(&token, app.now).await? else { return Ok(Err(Refused::InvalidToken)) };
    let issuer = oid4vci::credential_issuer(&app.origin);
    let read = CredentialRequest::read(body);
    let read = read.and_then(|asked| Ok((asked.envelope, Proof::read(&asked.proof, &issuer, app.now)?)));
    let (envelope, proof) = match read {
        Ok(read) => read,
        Err(refused) => return Ok(Err(refused)),
    };
    if !is_signed(&proof).await {
        return Ok(Err(Refused::InvalidProof("the signature is not that of the key")));
    }
    let Some(own) = app.store.any_credential(&CredentialName::Id(offered)).await? else {
        return Ok(Err(Refused::InvalidToken));
    };
    if !holds(app, &own) {
        return Ok(Err(Refused::CredentialRequestDenied("the credential does not hold any more")));
    }
    let document = signed_document(app, &own.credential.document_sha256).await?;
    if !oid4vci::may_hold(&document, &proof.holder) {
        return Ok(Err(Refused::CredentialRequestDenied("the credential was issued to another DID")));
    }
    let credential = signed_for(app, &own, &document, &proof.holder, envelope).await?;
    Ok(match app.store.redeem_wallet_token(&token, &oid4vci::hash(&proof.nonce), app.now).await? {
        Redeemed::Now => Ok(credential),
        Redeemed::NoToken => Err(Refused::InvalidToken),
        Redeemed::NoNonce => Err(Refused::InvalidNonce),
    })
}

/// The credential with its holder as its subject, signed anew: by the issuer's active key if that is one of the same DID.
async fn signed_for(app: &App, own: &OwnCredential, document: &str, holder: &str, envelope: Envelope) -> Result<Value> {
    let no_key = || Error::Internal("a credential's key is not in the store".into());
    let first = app.store.key_of(own.credential.id).await?.ok_or_else(no_key)?;
    let active = app.store.active_key(own.organization).await?.filter(|active| active.did == first.did);
    let key = active.unwrap_or(first);
    let unsigned = unsigned(document, Some(holder)).map_err(|error| Error::Internal(format!("not signed: {error}")))?;
    match envelope {
        Envelope::Embedded => {
            let signed = signer::signed(&unsigned, &app.config, own.organization, &key, app.now)?;
            serde_json::from_str(&signed).map_err(|error| Error::Internal(format!("not signed: {error}")))
        }
        Envelope::Jws => {
            let rsa_key = app.store.active_rsa_key(own.organization, &key.did, None).await?;
            let key = JwsKey { organization: own.organization, key: &key, rsa_key: rsa_key.as_ref() };
            Ok(signer::as_jws(app, &unsigned, &key).await?.into())
        }
    }
}

async fn is_signed(proof: &Proof) -> bool {
    if proof.algorithm == Algorithm::EdDsa {
        let signature: Option<[u8; 64]> = proof.signature.as_slice().try_into().ok();
        return match (proof.ed25519(), signature) {
            (Some(key), Some(signature)) => PublicKey::from_bytes(key).verifies(&proof.message, &signature),
            _ => false,
        };
    }
    let check = SignatureCheck {
        id: String::new(),
        algorithm: proof.algorithm,
        key: proof.key.clone(),
        message: proof.message.clone(),
        signature: proof.signature.clone(),
    };
    webcrypto::check_signature(&check).await == Some(true)
}

fn holds(app: &App, own: &OwnCredential) -> bool {
    matches!(own.credential.lifetime.status(app.now), Status::Pending | Status::Valid)
}

fn pairs(form: &[u8]) -> Vec<(String, String)> {
    let url = worker::Url::parse(&format!("form:?{}", String::from_utf8_lossy(form)));
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

fn refusal(refused: Refused) -> Response {
    let (error, description) = refused.wire();
    let status = if refused == Refused::InvalidToken { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    let mut response = respond::json(status, &json!({ "error": error, "error_description": description }));
    if refused == Refused::InvalidToken {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
