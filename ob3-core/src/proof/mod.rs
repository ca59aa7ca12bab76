//! Data Integrity proofs (<https://www.w3.org/TR/vc-data-integrity/>): which cryptosuite a proof is of, and what it signs.
//!
//! All suites here sign `hash(proof configuration) ‖ hash(document)`; they differ in how the two are made canonical, in
//! the hash, and in the key.

mod jcs;
pub(crate) mod open;
pub(crate) mod rdfc;
#[cfg(feature = "selective-disclosure")]
pub(crate) mod selective;

use ob3_rdf::json::{Object, Value};
use ob3_rdf::jsonld::{ContextStore, JsonLdError, Options};

/// Whether the host is asked to check signatures, and whether derived proofs are read.
const HOST_SIGNATURES: bool = cfg!(feature = "host-signatures");
const SELECTIVE_DISCLOSURE: bool = cfg!(feature = "selective-disclosure");

/// The suites that are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// vc-di-eddsa §3.2
    EddsaRdfc2022,
    /// vc-di-eddsa §3.3
    EddsaJcs2022,
    /// vc-di-eddsa §3.4, the form before cryptosuites had names
    Ed25519Signature2020,
    /// vc-di-ecdsa §3.2
    EcdsaRdfc2019,
    /// vc-di-ecdsa §3.3
    EcdsaJcs2019,
    /// vc-di-ecdsa §3.5 and §3.6: derived proofs
    EcdsaSd2023,
}

/// How a signature is made (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA with P-256 and SHA-256; the signature is r and s, 32 bytes each.
    Es256,
    /// ECDSA with P-384 and SHA-384; the signature is r and s, 48 bytes each.
    Es384,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::EdDsa, Self::Es256, Self::Es384, Self::Rs256];

    /// The name in JOSE.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }
}

/// Why a document or a proof has no hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HashError {
    /// It is not safe JSON-LD.
    JsonLd(JsonLdError),
    /// Its blank nodes ask for too much work.
    WorkLimit,
    /// A member of the proof breaks a rule of its suite.
    Member(&'static str),
}

impl Suite {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::EddsaRdfc2022,
        Self::EddsaJcs2022,
        Self::Ed25519Signature2020,
        Self::EcdsaRdfc2019,
        Self::EcdsaJcs2019,
        Self::EcdsaSd2023,
    ];

    /// The name of the cryptosuite, or the type of a proof from before cryptosuites had names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EddsaRdfc2022 => "eddsa-rdfc-2022",
            Self::EddsaJcs2022 => "eddsa-jcs-2022",
            Self::Ed25519Signature2020 => "Ed25519Signature2020",
            Self::EcdsaRdfc2019 => "ecdsa-rdfc-2019",
            Self::EcdsaJcs2019 => "ecdsa-jcs-2019",
            Self::EcdsaSd2023 => "ecdsa-sd-2023",
        }
    }

    /// The suite of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.as_str() == name)
    }

    /// The suite of a proof; `None` for those that are not checked.
    pub(crate) fn of(proof: &Object<'_>) -> Option<Self> {
        let text = |name: &str| proof.get(name).and_then(Value::as_str);
        match (text("type")?, text("cryptosuite")) {
            ("DataIntegrityProof", Some(name)) => {
                let has_name = |suite: &Self| *suite != Self::Ed25519Signature2020;
                let is_built_in = |suite: &Self| match suite {
                    Self::EcdsaRdfc2019 | Self::EcdsaJcs2019 => HOST_SIGNATURES,
                    Self::EcdsaSd2023 => SELECTIVE_DISCLOSURE,
                    _ => true,
                };
                Self::parse(name).filter(has_name).filter(is_built_in)
            }
            ("Ed25519Signature2020", None) => Some(Self::Ed25519Signature2020),
            _ => None,
        }
    }

    /// The algorithm, where the signature has a length of it: that tells the curve of ECDSA.
    pub(crate) const fn algorithm(self, signature: &[u8]) -> Option<Algorithm> {
        match (self, signature.len()) {
            (Self::EddsaRdfc2022 | Self::EddsaJcs2022 | Self::Ed25519Signature2020, 64) => Some(Algorithm::EdDsa),
            (Self::EcdsaRdfc2019 | Self::EcdsaJcs2019, 64) => Some(Algorithm::Es256),
            (Self::EcdsaRdfc2019 | Self::EcdsaJcs2019, 96) => Some(Algorithm::Es384),
            _ => None,
        }
    }

    /// What a proof of this suite signs. `document` is the credential without its proofs, or with those that the proof
    /// names as previous.
    pub(crate) fn hash_data(
        self,
        store: &ContextStore,
        document: &rdfc::Document<'_>,
        proof: &Object<'_>,
        algorithm: Algorithm,
    ) -> Result<Vec<u8>, HashError> {
        let is_sha384 = HOST_SIGNATURES && algorithm == Algorithm::Es384;
        match self {
            Self::EddsaRdfc2022 | Self::Ed25519Signature2020 | Self::EcdsaRdfc2019 => {
                let configuration = document.hash_configuration(store, proof, &Options::credential(), is_sha384)?;
                Ok([configuration, document.hash(is_sha384)?].concat())
            }
            // It signs statement by statement.
            Self::EcdsaSd2023 => Err(HashError::Member("cryptosuite")),
            Self::EddsaJcs2022 | Self::EcdsaJcs2019 => jcs::hash_data(document.value, proof, is_sha384),
        }
    }
}
