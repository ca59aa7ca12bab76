//! Transformation by the JSON Canonicalization Scheme, as the suites with `jcs` in their names have it (vc-di-eddsa §3.3,
//! vc-di-ecdsa §3.3).

use sha2::{Digest, Sha256, Sha384};

use super::HashError;
use ob3_rdf::jcs;
use ob3_rdf::json::{Object, Value};

/// The hash of the proof configuration, then that of the document.
pub(super) fn hash_data(document: &Value<'_>, proof: &Object<'_>, is_sha384: bool) -> Result<Vec<u8>, HashError> {
    let mut configuration = proof.clone();
    configuration.remove("proofValue");
    let document = match proof.get("@context") {
        None => jcs::canonicalize(document),
        // §3.3.2: the document may have got further contexts at its end since; what was signed has those of the proof.
        Some(signed) => {
            let has = document.get("@context").map(Value::as_set).unwrap_or_default();
            let Value::Object(object) = document else { return Err(HashError::Member("@context")) };
            if !has.starts_with(signed.as_set()) {
                return Err(HashError::Member("@context"));
            }
            let mut as_signed = object.clone();
            as_signed.set("@context", signed.clone());
            jcs::canonicalize(&Value::Object(as_signed))
        }
    };
    let configuration = jcs::canonicalize(&Value::Object(configuration));
    let hash = |text: String| if is_sha384 { Sha384::digest(text).to_vec() } else { Sha256::digest(text).to_vec() };
    Ok([hash(configuration), hash(document)].concat())
}
