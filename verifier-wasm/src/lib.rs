//! The boundary between JavaScript and [`ob3_core`]: it converts, and decides nothing.
//!
//! Without the feature `whole` it is the module of the package's slim entry.
//!
//! The host starts a verification, which has a number from then on, and lets it step. A step answers with the report, or with what
//! is needed: then the host supplies it and lets the verification step again, until it ends it. Numbers and not objects, since
//! JavaScript would watch over each object in case that nobody frees it, which takes longer than reading a credential.

#[cfg(feature = "whole")]
pub mod floor;
#[cfg(all(test, target_arch = "wasm32"))]
mod tests;

use std::cell::RefCell;

use ob3_core::{Code, DateTime, Policy, Verification, Verifier};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    // One for the whole instance: processing the contexts costs more than a verification does.
    static VERIFIER: Verifier = Verifier::new();
    /// Those that are on their way; their numbers are their places.
    static VERIFICATIONS: RefCell<Vec<Option<Verification>>> = const { RefCell::new(Vec::new()) };
}

/// Starts a verification with the bytes of a file or a text, the policy as JSON, and the time in milliseconds since the Unix epoch;
/// its number.
///
/// # Errors
/// When `policy` is not the JSON of a policy.
#[wasm_bindgen]
pub fn start(input: &[u8], policy: &str, now_millis: i64) -> Result<usize, JsError> {
    let policy = Policy::from_json(policy).map_err(js_error)?;
    let now = DateTime::from_unix_millis(now_millis);
    let verification = VERIFIER.with(|verifier| verifier.start(input, &policy, now));
    VERIFICATIONS.with_borrow_mut(|verifications| {
        let number = verifications.iter().position(Option::is_none).unwrap_or(verifications.len());
        if number == verifications.len() {
            verifications.push(None);
        }
        if let Some(place) = verifications.get_mut(number) {
            *place = Some(verification);
        }
        Ok(number)
    })
}

/// What `work` comes to; of a number that no verification has, what comes of nothing.
fn with<T: Default>(number: usize, work: impl FnOnce(&mut Verification) -> T) -> T {
    VERIFICATIONS.with_borrow_mut(|verifications| verifications.get_mut(number)?.as_mut().map(work)).unwrap_or_default()
}

/// Goes on as far as it can: JSON of the report, or of what is needed; see [`ob3_core::Step::to_json`].
#[wasm_bindgen]
#[must_use]
pub fn step(number: usize) -> String {
    with(number, |verification| verification.step().to_json())
}

/// Supplies a document; `undefined` says that it could not be had.
#[wasm_bindgen(js_name = supplyDocument)]
pub fn supply_document(number: usize, url: &str, document: Option<Box<[u8]>>) {
    with(number, |verification| verification.supply_document(url, document.as_deref()));
}

/// Supplies the answer to a signature check; `undefined` says that the host has no way to tell.
#[cfg(feature = "whole")]
#[wasm_bindgen(js_name = supplySignature)]
pub fn supply_signature(number: usize, id: &str, is_valid: Option<bool>) {
    with(number, |verification| verification.supply_signature(id, is_valid));
}

/// Lets go of a verification, whose number may be another's from now on.
#[wasm_bindgen]
pub fn end(number: usize) {
    VERIFICATIONS.with_borrow_mut(|verifications| {
        if let Some(place) = verifications.get_mut(number) {
            *place = None;
        }
    });
}

/// The credential's text inside an image, a PNG or an SVG: JSON or a compact JWS.
///
/// # Errors
/// When the image can not be read, or carries no credential or several.
#[wasm_bindgen]
pub fn extract(image: &[u8]) -> Result<String, JsError> {
    ob3_core::extract(image).map_err(js_error)
}

/// The image, a PNG or an SVG, with the credential's text inside it.
///
/// # Errors
/// When the image can not be read, or the text can not stand in it.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn bake(image: &[u8], credential: &str) -> Result<Vec<u8>, JsError> {
    ob3_core::bake(image, credential).map_err(js_error)
}

/// The canonical N-Quads (RDFC-1.0) of a JSON-LD document, in safe mode and with pinned contexts only.
///
/// # Errors
/// When the document is not strict JSON, would lose a value, or takes too much work.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn canonicalize(document: &str) -> Result<String, JsError> {
    VERIFIER.with(|verifier| ob3_core::canonicalize(verifier.contexts(), document)).map_err(js_error)
}

/// Every code that a report can hold.
#[wasm_bindgen]
#[must_use]
pub fn codes() -> Vec<String> {
    Code::ALL.iter().map(|code| code.as_str().to_owned()).collect()
}

fn js_error(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}
