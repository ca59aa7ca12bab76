//! The boundary between JavaScript and [`ob3_core`]: it converts, and decides nothing.
//!
//! Without the feature `whole` it is the module of the package's slim entry.
//!
//! The host starts a [`Verification`] and lets it step. A step answers with the report, or with nothing: then the host
//! supplies the documents and the signature checks that are asked for, and lets it step again.

#[cfg(feature = "whole")]
pub mod floor;
#[cfg(all(test, target_arch = "wasm32"))]
mod tests;

use ob3_core::{Code, DateTime, Need, Policy, Step, Verifier};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    // One for the whole instance: processing the contexts costs more than a verification does.
    static VERIFIER: Verifier = Verifier::new();
}

/// One verification on its way.
#[wasm_bindgen]
pub struct Verification {
    inner: ob3_core::Verification,
    needs: Vec<Need>,
}

/// A signature that the host is asked to check.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub struct SignatureCheck(ob3_core::SignatureCheck);

#[cfg(feature = "whole")]
#[wasm_bindgen]
impl SignatureCheck {
    /// Names the check when its answer is supplied.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn id(&self) -> String {
        self.0.id.clone()
    }

    /// `ES256`, `ES384` or `RS256`.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn algorithm(&self) -> String {
        self.0.algorithm.as_str().to_owned()
    }

    /// The public key: JSON text of a JWK, where `compressed` may stand for `x` and `y`.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn key(&self) -> String {
        self.0.key.clone()
    }

    /// What is signed.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        self.0.message.clone()
    }

    /// The signature.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn signature(&self) -> Vec<u8> {
        self.0.signature.clone()
    }
}

#[wasm_bindgen]
impl Verification {
    /// Starts with the bytes of a file or a text, the policy as JSON, and the time in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When `policy` is not the JSON of a policy.
    pub fn start(input: &[u8], policy: &str, now_millis: i64) -> Result<Self, JsError> {
        let policy = Policy::from_json(policy).map_err(js_error)?;
        let now = DateTime::from_unix_millis(now_millis);
        Ok(Self { inner: VERIFIER.with(|verifier| verifier.start(input, &policy, now)), needs: Vec::new() })
    }

    /// Goes on as far as it can: the report as JSON, or nothing while something is needed.
    pub fn step(&mut self) -> Option<String> {
        match self.inner.step() {
            Step::Need(needs) => {
                self.needs = needs;
                None
            }
            Step::Done(report) => Some(report.to_json()),
        }
    }

    /// The URLs of the documents that the last step asked for.
    #[must_use]
    pub fn documents(&self) -> Vec<String> {
        let url = |need: &Need| match need {
            Need::Document { url } => Some(url.clone()),
            Need::Signature(_) => None,
        };
        self.needs.iter().filter_map(url).collect()
    }

    /// Supplies a document; `undefined` says that it could not be had.
    #[wasm_bindgen(js_name = supplyDocument)]
    pub fn supply_document(&mut self, url: &str, document: Option<Box<[u8]>>) {
        self.inner.supply_document(url, document.as_deref());
    }
}

#[cfg(feature = "whole")]
#[wasm_bindgen]
impl Verification {
    /// The signature checks that the last step asked for.
    #[must_use]
    pub fn signatures(&self) -> Vec<SignatureCheck> {
        let check = |need: &Need| match need {
            Need::Document { .. } => None,
            Need::Signature(check) => Some(SignatureCheck(check.clone())),
        };
        self.needs.iter().filter_map(check).collect()
    }

    /// Supplies the answer to a signature check; `undefined` says that the host has no way to tell.
    #[wasm_bindgen(js_name = supplySignature)]
    pub fn supply_signature(&mut self, id: &str, is_valid: Option<bool>) {
        self.inner.supply_signature(id, is_valid);
    }
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
