//! Reading a proof up to its signature (VC Data Integrity §4.4 "Verify Proof", and the header of a JWS).

#[cfg(feature = "selective-disclosure")]
use super::selective::{self, DerivedProof, VerifyData};
use super::{HashError, Suite, rdfc};
use crate::did::MethodUrl;
use crate::examine::{Role, clip};
use crate::jwt::{self, Compact, KeyHint};
use crate::key::VerificationKey;
use crate::multibase;
use crate::policy::Policy;
use crate::proof::Algorithm;
use crate::report::{Code, Finding};
use crate::time::DateTime;
use ob3_rdf::json::{Object, Value};
use ob3_rdf::jsonld::{ContextStore, Options};

/// Most proofs that are looked at: a proof set has two or three, and each may cost a document and a signature check.
pub(crate) const MAX_PROOFS: usize = 8;

/// One proof.
pub(crate) struct Proof {
    /// What it says of itself, to be repeated in the report.
    pub(crate) data: Vec<(&'static str, String)>,
    pub(crate) state: ProofState,
    /// The places of the proofs that it builds on: it holds only where they hold.
    pub(crate) previous: Vec<usize>,
}

/// How far a proof is decided.
pub(crate) enum ProofState {
    /// Its answer needs no key.
    Settled(Finding),
    /// The signature waits for its key.
    Open(Signed),
}

/// A signature, what it is over, and which key is said to have made it.
pub(crate) struct Signed {
    pub(crate) key: KeyRef,
    pub(crate) algorithm: Algorithm,
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// What is signed instead where language tags kept their case.
    pub(crate) as_is: Option<Vec<u8>>,
    /// Signatures that have to hold as well, by keys that stand beside them.
    pub(crate) further: Vec<Signed>,
}

/// Where a key is.
pub(crate) enum KeyRef {
    /// In the document of a controller.
    Method(MethodUrl),
    /// Beside the signature. It is anybody's, until the issuer's document has it too.
    Embedded(VerificationKey),
}

/// Reads the proofs of a credential, made for `purpose`. `document` is without them.
pub(crate) fn data_integrity(
    store: &ContextStore,
    document: &rdfc::Document<'_>,
    proofs: &[Value<'_>],
    purpose: &str,
    policy: &Policy,
    now: DateTime,
) -> Vec<Proof> {
    let read = |proof: &Value<'_>| {
        let Value::Object(object) = proof else {
            let state = ProofState::Settled(Finding::invalid(Code::ProofMalformed));
            return Proof { data: Vec::new(), state, previous: Vec::new() };
        };
        let members = ["type", "cryptosuite", "verificationMethod", "proofPurpose", "created", "challenge", "domain"];
        let shown = |name| Some((name, clip(object.get(name)?.as_str()?).to_owned()));
        let data = members.into_iter().filter_map(shown).collect();
        match open(store, document, object, proofs, purpose, policy, now) {
            Ok((signed, previous)) => Proof { data, state: ProofState::Open(signed), previous },
            Err(finding) => Proof { data, state: ProofState::Settled(finding), previous: Vec::new() },
        }
    };
    proofs.iter().map(read).collect()
}

fn open(
    store: &ContextStore,
    document: &rdfc::Document<'_>,
    proof: &Object<'_>,
    all: &[Value<'_>],
    expected_purpose: &str,
    policy: &Policy,
    now: DateTime,
) -> Result<(Signed, Vec<usize>), Finding> {
    let text = |name: &str| proof.get(name).and_then(Value::as_str);
    let malformed = |member: &str| Finding::invalid(Code::ProofMalformed).with("member", member);
    let suite = Suite::of(proof).ok_or_else(|| Finding::unknown(Code::ProofUnsupported))?;
    if !policy.cryptosuites.contains(&suite) {
        return Err(Finding::invalid(Code::CryptosuiteNotAccepted));
    }
    let purpose = text("proofPurpose").ok_or_else(|| malformed("proofPurpose"))?;
    if purpose != expected_purpose {
        return Err(Finding::invalid(Code::ProofPurpose).with("proofPurpose", clip(purpose)));
    }
    let date = |name: &'static str| match proof.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().and_then(DateTime::parse).map(Some).ok_or_else(|| malformed(name)),
    };
    date("created")?;
    if let Some(expires) = date("expires")?
        && expires < now
    {
        return Err(Finding::invalid(Code::ProofExpired).with("expires", &expires.to_string()));
    }
    let method = text("verificationMethod").ok_or_else(|| malformed("verificationMethod"))?;
    let previous = previous(proof, all)?;
    let value = text("proofValue").ok_or_else(|| malformed("proofValue"))?;
    let fault = |error| match error {
        HashError::JsonLd(error) => malformed(clip(&error.subject)),
        HashError::Member(member) => malformed(member),
        HashError::WorkLimit => Finding::invalid(Code::CanonicalizationLimit),
    };
    // Last, so that what is wrong with a proof is told even where its key can not be had.
    let key = || MethodUrl::parse(method).map(KeyRef::Method).ok_or_else(|| Finding::unknown(Code::KeyUnavailable));

    #[cfg(feature = "selective-disclosure")]
    if suite == Suite::EcdsaSd2023 {
        if !previous.is_empty() {
            return Err(malformed("previousProof"));
        }
        let derived = DerivedProof::parse(value)?;
        let data = VerifyData::new(store, document, proof, &derived, &Options::credential()).map_err(fault)?;
        let embedded = derived.key().ok_or_else(|| malformed("proofValue"))?;
        let message = data.base_message(&derived);
        let further = data.disclosed.into_iter().zip(derived.signatures).map(|(quad, signature)| Signed {
            key: KeyRef::Embedded(embedded.clone()),
            algorithm: selective::ALGORITHM,
            message: quad,
            signature,
            as_is: None,
            further: Vec::new(),
        });
        let (algorithm, signature, further) = (selective::ALGORITHM, derived.base_signature, further.collect());
        return Ok((Signed { key: key()?, algorithm, message, signature, as_is: None, further }, previous));
    }

    let signature = multibase::decode_base58btc(value).ok_or_else(|| malformed("proofValue"))?;
    let algorithm = suite.algorithm(&signature).ok_or_else(|| malformed("proofValue"))?;
    let hashed = if previous.is_empty() {
        suite.hash_data(store, document, proof, algorithm)
    } else {
        hash_chained(store, document.value, proof, all, &previous, suite, algorithm)
    };
    let message = hashed.map_err(fault)?;
    let as_is = match document.with_languages_as_is(store).filter(|_| previous.is_empty()) {
        Some(document) => {
            let document = document.map_err(HashError::from).map_err(fault)?;
            Some(suite.hash_data(store, &document, proof, algorithm).map_err(fault)?)
        }
        None => None,
    };
    Ok((Signed { key: key()?, algorithm, message, signature, as_is, further: Vec::new() }, previous))
}

/// The places of the proofs that a proof names in `previousProof`; each name must be there (§4.5).
fn previous(proof: &Object<'_>, all: &[Value<'_>]) -> Result<Vec<usize>, Finding> {
    let names = proof.get("previousProof").map(Value::as_set).unwrap_or_default();
    let place = |name: &Value<'_>| {
        let name = name.as_str()?;
        all.iter().position(|other| other.get("id").and_then(Value::as_str) == Some(name))
    };
    let missing = || Finding::invalid(Code::ProofMalformed).with("member", "previousProof");
    names.iter().map(|name| place(name).ok_or_else(missing)).collect()
}

/// A chained proof signs the document together with the proofs before it (§4.5).
fn hash_chained(
    store: &ContextStore,
    document: &Value<'_>,
    proof: &Object<'_>,
    all: &[Value<'_>],
    previous: &[usize],
    suite: Suite,
    algorithm: Algorithm,
) -> Result<Vec<u8>, HashError> {
    let Value::Object(object) = document else { return Err(HashError::Member("previousProof")) };
    let mut chained = object.clone();
    let matching = previous.iter().filter_map(|place| all.get(*place).cloned()).collect();
    chained.set("proof", Value::Array(matching));
    let chained = Value::Object(chained);
    let expanded = rdfc::Document::new(store, &chained, &Options::credential())?;
    suite.hash_data(store, &expanded, proof, algorithm)
}

/// Reads the header of a compact JWS as a proof.
pub(crate) fn jws(
    compact: &Compact<'_>,
    header: &Object<'_>,
    signer: &str,
    role: Role,
    claims: Result<(), Finding>,
    policy: &Policy,
) -> Proof {
    let mut data = vec![("type", "JsonWebSignature".to_owned())];
    for name in ["alg", "kid", "typ"] {
        if let Some(text) = header.get(name).and_then(Value::as_str) {
            data.push((name, clip(text).to_owned()));
        }
    }
    let open = || {
        let (algorithm, hint) = jwt::read_header(header, signer, role)?;
        if !policy.algorithms.contains(&algorithm) {
            return Err(Finding::invalid(Code::JwtAlgorithm));
        }
        claims?;
        let key = match hint {
            KeyHint::Method(method) => KeyRef::Method(method),
            KeyHint::Embedded(key) => KeyRef::Embedded(key),
        };
        let message = compact.signing_input.as_bytes().to_vec();
        Ok(Signed { key, algorithm, message, signature: compact.signature.clone(), as_is: None, further: Vec::new() })
    };
    let state = match open() {
        Ok(signed) => ProofState::Open(signed),
        Err(finding) => ProofState::Settled(finding),
    };
    Proof { data, state, previous: Vec::new() }
}
