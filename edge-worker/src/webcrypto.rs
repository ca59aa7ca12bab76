//! Signatures that the core leaves to its host, ECDSA and RSA, by the platform's WebCrypto.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ob3_core::{Algorithm, SignatureCheck};
use worker::js_sys::{Array, Function, JSON, Promise, Reflect, Uint8Array, global};
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::wasm_bindgen_futures::JsFuture;

/// Whether the signature is the key's; `None` where the platform has no way to tell, which leaves the verdict open.
pub(crate) async fn check_signature(check: &SignatureCheck) -> Option<bool> {
    let parameters = JSON::parse(parameters(check.algorithm)?).ok()?;
    let subtle = Reflect::get(&Reflect::get(&global(), &"crypto".into()).ok()?, &"subtle".into()).ok()?;
    let (format, key) = key(&check.key)?;
    let usages = Array::of1(&"verify".into());
    let key =
        call(&subtle, "importKey", &[format.into(), key, parameters.clone(), false.into(), usages.into()]).await?;
    let bytes = |bytes: &[u8]| JsValue::from(Uint8Array::from(bytes));
    call(&subtle, "verify", &[parameters, key, bytes(&check.signature), bytes(&check.message)]).await?.as_bool()
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

async fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: Function = Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    let arguments: Array = arguments.iter().collect();
    let promise: Promise = function.apply(object, &arguments).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}
