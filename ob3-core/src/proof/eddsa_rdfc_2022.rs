//! The cryptosuite `eddsa-rdfc-2022` (<https://www.w3.org/TR/vc-di-eddsa/> §3.2).

use sha2::{Digest, Sha256};

use crate::canonicalize::{self, WorkLimit};
use crate::json::{Object, Value};
use crate::jsonld::{self, ContextStore, JsonLdError, Options};

/// The name on the wire.
pub(crate) const CRYPTOSUITE: &str = "eddsa-rdfc-2022";

/// Why a document has no hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HashError {
    /// It is not safe JSON-LD.
    JsonLd(JsonLdError),
    /// Its blank nodes ask for too much work.
    WorkLimit,
}

impl From<JsonLdError> for HashError {
    fn from(error: JsonLdError) -> Self {
        Self::JsonLd(error)
    }
}

impl From<WorkLimit> for HashError {
    fn from(WorkLimit: WorkLimit) -> Self {
        Self::WorkLimit
    }
}

/// Transformation (§3.2.3): the canonical N-Quads of a document.
pub(crate) fn transform(
    store: &ContextStore,
    document: &Value<'_>,
    options: &Options<'_>,
) -> Result<String, HashError> {
    let dataset = jsonld::to_dataset(store, document, options)?;
    Ok(canonicalize::canonicalize(&dataset)?)
}

/// Proof configuration (§3.2.5): the proof without its value, under the contexts of the document.
pub(crate) fn proof_configuration<'a>(proof: &Object<'a>, context: &Value<'a>) -> Value<'a> {
    let mut configuration = proof.clone();
    configuration.remove("proofValue");
    configuration.set("@context", context.clone());
    Value::Object(configuration)
}

/// SHA-256 of a canonical form.
pub(crate) fn hash(canonical: &str) -> [u8; 32] {
    Sha256::digest(canonical.as_bytes()).into()
}

/// Hashing (§3.2.4): the hash of the proof configuration, then that of the document: what is signed.
pub(crate) fn hash_data(proof_hash: [u8; 32], document_hash: [u8; 32]) -> [u8; 64] {
    let mut data = [0; 64];
    let (first, second) = data.split_at_mut(32);
    first.copy_from_slice(&proof_hash);
    second.copy_from_slice(&document_hash);
    data
}
