//! Transformation by JSON-LD and RDFC-1.0, as the suites with `rdfc` in their names have it (vc-di-eddsa §3.2, vc-di-ecdsa
//! §3.2).

use std::cell::OnceCell;

use sha2::{Digest, Sha256};

use super::HashError;
use ob3_rdf::canonicalize::{self, Work, WorkLimit};
use ob3_rdf::json::{Object, Value};
use ob3_rdf::jsonld::{self, ContextStore, JsonLdError, Options};
use ob3_rdf::rdf::Dataset;

/// The name of the suite that is issued with.
pub(crate) const EDDSA_RDFC_2022: &str = "eddsa-rdfc-2022";

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

/// A document that was expanded, and is hashed when a proof asks for it.
pub(crate) struct Document<'a> {
    pub(crate) value: &'a Value<'a>,
    dataset: Dataset,
    work: &'a Work,
    sha256: OnceCell<Result<[u8; 32], WorkLimit>>,
}

impl<'a> Document<'a> {
    /// Expands a document; an error where a member of it would not be covered.
    pub(crate) fn new(
        store: &'a ContextStore,
        value: &'a Value<'a>,
        options: &Options<'_>,
    ) -> Result<Self, JsonLdError> {
        let dataset = jsonld::to_dataset(store, value, options)?;
        Ok(Self { value, dataset, work: store.work(), sha256: OnceCell::new() })
    }

    /// The same document with language tags in the case in which they stand, where that is not the lower one anyway: which of
    /// the two is signed depends on the issuer's JSON-LD processor.
    pub(crate) fn with_languages_as_is(&self, store: &'a ContextStore) -> Option<Result<Self, JsonLdError>> {
        let options = Options { languages_as_is: true, ..Options::credential() };
        has_upper_case_language(self.value).then(|| Self::new(store, self.value, &options))
    }

    /// The hash of the canonical form. With SHA-384, canonicalisation itself hashes with it as well (vc-di-ecdsa §3.2.3).
    pub(crate) fn hash(&self, is_sha384: bool) -> Result<Vec<u8>, WorkLimit> {
        if is_sha384 {
            let canonical = canonicalize::canonicalize(&self.dataset, canonicalize::sha384, self.work)?;
            return Ok(canonicalize::sha384(&canonical));
        }
        let hash = self.sha256.get_or_init(|| {
            let canonical = self.canonical()?;
            Ok(Sha256::digest(canonical).into())
        });
        hash.map(|hash| hash.to_vec())
    }

    /// The hash of the configuration of a proof of this document.
    pub(crate) fn hash_configuration(
        &self,
        store: &ContextStore,
        proof: &Object<'_>,
        options: &Options<'_>,
        is_sha384: bool,
    ) -> Result<Vec<u8>, HashError> {
        // The contexts of the document apply; contexts of the proof's own would go unsigned.
        if proof.contains("@context") {
            return Err(HashError::Member("@context"));
        }
        let configuration = proof_configuration(proof, self.value.get("@context").unwrap_or(&Value::Null));
        Ok(Document::new(store, &configuration, options)?.hash(is_sha384)?)
    }

    /// The canonical N-Quads with other labels in place of `c14n0`, `c14n1`, …: `label` gives that of each number. `None`
    /// where a blank node has none.
    #[cfg(feature = "selective-disclosure")]
    pub(crate) fn relabelled(&self, label: &dyn Fn(usize) -> Option<String>) -> Result<Option<Vec<u8>>, WorkLimit> {
        let numbers = canonicalize::canonical_labels(&self.dataset, canonicalize::sha256, self.work)?;
        let labels: Option<Vec<String>> = numbers.iter().map(|number| Some(label(*number as usize)? + " ")).collect();
        Ok(labels.map(|labels| {
            canonicalize::serialize_as(&self.dataset, &|node| labels.get(node).map_or("", String::as_str))
        }))
    }

    /// How many quads the document comes to.
    pub(crate) fn statements(&self) -> usize {
        self.dataset.quads().len()
    }

    /// The canonical N-Quads.
    pub(crate) fn canonical(&self) -> Result<Vec<u8>, WorkLimit> {
        canonicalize::canonicalize(&self.dataset, canonicalize::sha256, self.work)
    }
}

fn has_upper_case_language(value: &Value<'_>) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_upper_case_language),
        Value::Object(object) => object.iter().any(|(name, value)| match value.as_str() {
            Some(tag) => name == "@language" && tag.bytes().any(|b| b.is_ascii_uppercase()),
            None => has_upper_case_language(value),
        }),
        _ => false,
    }
}

/// Proof configuration (§3.2.5): the proof without its value, under the contexts of the document.
pub(crate) fn proof_configuration<'a>(proof: &Object<'a>, context: &Value<'a>) -> Value<'a> {
    let mut configuration = proof.clone();
    configuration.remove("proofValue");
    configuration.set("@context", context.clone());
    Value::Object(configuration)
}
