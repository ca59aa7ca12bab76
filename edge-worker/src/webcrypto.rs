//! Signatures that the core leaves to its host, ECDSA and RSA, by the platform's WebCrypto; and RSA keys that sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ob3_core::{Algorithm, SignatureCheck};
use worker::js_sys::{Array, Function, JSON, Promise, Reflect, Uint8Array, global};
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

use crate::domain::rsa_key::Brought;
use crate::entropy::random;

/// Whether the signature is the key's; `None` where the platform has no way to tell, which leaves the verdict open.
pub(crate) async fn check_signature(check: &SignatureCheck) -> Option<bool> {
    let parameters = JSON::parse(parameters(check.algorithm)?).ok()?;
    let (format, key) = key(&check.key)?;
    let key = imported(format, key, &parameters, false, "verify").await?;
    call("verify", &[parameters, key, bytes(&check.signature), bytes(&check.message)]).await?.as_bool()
}

/// A private RSA key as a JWK, as the platform writes it; `None` for what it does not read as one.
pub(crate) async fn rsa_private_jwk(brought: &Brought) -> Option<Zeroizing<String>> {
    let parameters = JSON::parse(parameters(Algorithm::Rs256)?).ok()?;
    let (format, key) = match brought {
        Brought::Pkcs8(der) => ("pkcs8", bytes(der)),
        Brought::Jwk(jwk) => ("jwk", JSON::parse(jwk).ok()?),
    };
    let key = imported(format, key, &parameters, true, "sign").await?;
    let jwk = call("exportKey", &["jwk".into(), key]).await?;
    JSON::stringify(&jwk).ok()?.as_string().map(Zeroizing::new)
}

/// The signature of a private JWK over a message (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 §3.3): the same one each time.
pub(crate) async fn sign_rs256(private_jwk: &str, message: &[u8]) -> Option<Vec<u8>> {
    let parameters = JSON::parse(parameters(Algorithm::Rs256)?).ok()?;
    let key = imported("jwk", JSON::parse(private_jwk).ok()?, &parameters, false, "sign").await?;
    let signature = call("sign", &[parameters, key, bytes(message)]).await?;
    Some(Uint8Array::new(&signature).to_vec())
}

/// Whether the public key verifies what the private one signs.
pub(crate) async fn is_rs256_pair(private_jwk: &str, public_jwk: &serde_json::Value) -> bool {
    let Ok(message) = random::<32>() else { return false };
    let Some(signature) = sign_rs256(private_jwk, &message).await else { return false };
    let check = SignatureCheck {
        id: String::new(),
        algorithm: Algorithm::Rs256,
        key: public_jwk.to_string(),
        message: message.to_vec(),
        signature,
    };
    check_signature(&check).await == Some(true)
}

async fn imported(
    format: &str,
    key: JsValue,
    parameters: &JsValue,
    is_extractable: bool,
    usage: &str,
) -> Option<JsValue> {
    let usages = Array::of1(&usage.into());
    call("importKey", &[format.into(), key, parameters.clone(), is_extractable.into(), usages.into()]).await
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

const fn parameters(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        // The core's own.
        Algorithm::EdDsa => None,
        Algorithm::Es256 => Some(r#"{"name":"ECDSA","namedCurve":"P-256","hash":"SHA-256"}"#),
        Algorithm::Es384 => Some(r#"{"name":"ECDSA","namedCurve":"P-384","hash":"SHA-384"}"#),
        Algorithm::Rs256 => Some(r#"{"name":"RSASSA-PKCS1-v1_5","hash":"SHA-256"}"#),
    }
}

/// A key as WebCrypto imports it: a JWK, or the point of a Multikey in its compressed form, which the platform takes as it is.
fn key(jwk: &str) -> Option<(&'static str, JsValue)> {
    let value: serde_json::Value = serde_json::from_str(jwk).ok()?;
    match value.get("compressed").and_then(serde_json::Value::as_str) {
        Some(point) => Some(("raw", Uint8Array::from(URL_SAFE_NO_PAD.decode(point).ok()?.as_slice()).into())),
        None => Some(("jwk", JSON::parse(jwk).ok()?)),
    }
}

/// Calls a method of `crypto.subtle`.
async fn call(method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let subtle = Reflect::get(&Reflect::get(&global(), &"crypto".into()).ok()?, &"subtle".into()).ok()?;
    let function: Function = Reflect::get(&subtle, &method.into()).ok()?.dyn_into().ok()?;
    let arguments: Array = arguments.iter().collect();
    let promise: Promise = function.apply(&subtle, &arguments).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}
