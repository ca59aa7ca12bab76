//! Adds an `eddsa-rdfc-2022` proof to a credential (VC Data Integrity §4.2, vc-di-eddsa §3.2.1).

use std::fmt;

use crate::key::SigningKey;
use crate::multibase;
use crate::proof::rdfc::EDDSA_RDFC_2022;
use crate::proof::{Algorithm, HashError, Suite, rdfc};
use crate::time::DateTime;
use ob3_rdf::canonicalize::MAX_WORK;
use ob3_rdf::json::{self, JsonError, Value, Writer};
use ob3_rdf::jsonld::{ContextStore, Options};

/// Context documents, and what processing them gave. Make one and keep it: processing the contexts of Open Badges takes
/// longer than all the rest of signing or verifying.
pub struct Contexts(pub(crate) ContextStore);

impl Contexts {
    /// The bundled contexts.
    #[must_use]
    pub fn new() -> Self {
        Self(ContextStore::new(None))
    }

    /// The bundled contexts, for credentials of any type: text may have a base direction, which is signed as the datatype
    /// `i18n` of JSON-LD 1.1.
    #[cfg(feature = "any-credential")]
    #[must_use]
    pub fn of_any_credential() -> Self {
        Self(ContextStore::with_direction())
    }

    /// Adds a context document (feature `any-context`), so that credentials may use it as they use the bundled ones. `sha256` is the hash of its
    /// text, which is how a caller pins it.
    ///
    /// # Errors
    /// The text has another hash, is no context document, or its URL is taken.
    #[cfg(feature = "any-context")]
    pub fn add(&self, url: &str, text: &str, sha256: &[u8; 32]) -> Result<(), ContextError> {
        if <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes()).as_slice() != sha256 {
            return Err(ContextError::Hash);
        }
        self.0.add(url, text).map_err(|error| ContextError::Invalid(error.to_string()))
    }
}

impl Default for Contexts {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Contexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contexts(..)")
    }
}

/// Why a context was not added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextError {
    /// The text has another hash than the caller pinned.
    Hash,
    /// It is no context document, or its URL is not absolute or taken.
    Invalid(String),
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hash => f.write_str("the context has another hash than was pinned"),
            Self::Invalid(what) => write!(f, "the context cannot be added: {what}"),
        }
    }
}

impl std::error::Error for ContextError {}

/// What a proof says beside its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofOptions {
    /// The DID URL of the key.
    pub verification_method: String,
    /// When the proof is made; written to the second.
    pub created: DateTime,
}

/// Why a credential was not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The text is not strict JSON.
    Json(JsonError),
    /// The JSON is not an object with contexts.
    NotACredential,
    /// There is a proof already.
    AlreadySigned,
    /// A member would not be covered by the signature, or a context is not pinned.
    JsonLd(String),
    /// Canonicalisation would take more work than is allowed.
    WorkLimit,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "the credential is not strict JSON: {error}"),
            Self::NotACredential => f.write_str("the credential is not an object with an `@context`"),
            Self::AlreadySigned => f.write_str("the credential has a proof already"),
            Self::JsonLd(what) => write!(f, "the credential cannot be signed as a whole: {what}"),
            Self::WorkLimit => f.write_str("the credential takes too much work to canonicalise"),
        }
    }
}

impl std::error::Error for SignError {}

impl From<HashError> for SignError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::JsonLd(error) => Self::JsonLd(error.to_string()),
            HashError::WorkLimit => Self::WorkLimit,
            HashError::Member(name) => Self::JsonLd(name.to_owned()),
        }
    }
}

/// Signs a credential: the same members in the same order, and a `proof` at the end.
///
/// Only what pinned contexts define is signed, so that every claim is covered.
///
/// # Errors
/// See [`SignError`]; nothing is signed in part.
pub fn sign(
    contexts: &Contexts,
    credential: &str,
    key: &SigningKey,
    options: &ProofOptions,
) -> Result<String, SignError> {
    let document = json::parse(credential).map_err(SignError::Json)?;
    let object = document.as_object().ok_or(SignError::NotACredential)?;
    if !object.contains("@context") {
        return Err(SignError::NotACredential);
    }
    if object.contains("proof") {
        return Err(SignError::AlreadySigned);
    }

    let proof_text = unsigned_proof(options);
    let mut proof = match json::parse(&proof_text) {
        Ok(Value::Object(proof)) => proof,
        Ok(_) => return Err(SignError::NotACredential),
        Err(error) => return Err(SignError::Json(error)),
    };
    contexts.0.work().set(MAX_WORK);
    let expanded = rdfc::Document::new(&contexts.0, &document, &Options::credential()).map_err(HashError::from)?;
    let hash_data = Suite::EddsaRdfc2022.hash_data(&contexts.0, &expanded, &proof, Algorithm::EdDsa)?;

    let signature = key.sign(&hash_data);
    let proof_value = multibase::encode_base58btc(&signature);
    proof.set("proofValue", Value::text(&proof_value));

    let mut out = Writer::with_capacity(credential.len() + 512);
    out.object(|out| {
        for (name, value) in object.iter() {
            out.member(name).value(value);
        }
        out.member("proof").value(&Value::Object(proof));
    });
    Ok(out.into_string())
}

/// The canonical N-Quads of a JSON-LD document (RDFC-1.0), in safe mode and with pinned contexts only: what a proof with
/// `rdfc` in its name signs.
///
/// # Errors
/// As for [`sign`].
pub fn canonicalize(contexts: &Contexts, document: &str) -> Result<String, SignError> {
    let document = json::parse(document).map_err(SignError::Json)?;
    contexts.0.work().set(MAX_WORK);
    let expanded = rdfc::Document::new(&contexts.0, &document, &Options::credential()).map_err(HashError::from)?;
    // Made of texts, so it is one.
    Ok(String::from_utf8(expanded.canonical().map_err(HashError::from)?).unwrap_or_default())
}

fn unsigned_proof(options: &ProofOptions) -> String {
    let mut out = Writer::with_capacity(512);
    out.object(|out| {
        out.member("type").string("DataIntegrityProof");
        out.member("created").string(&options.created.truncated_to_seconds().to_string());
        out.member("verificationMethod").string(&options.verification_method);
        out.member("cryptosuite").string(EDDSA_RDFC_2022);
        out.member("proofPurpose").string("assertionMethod");
    });
    out.into_string()
}
