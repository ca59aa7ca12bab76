//! Deciding proofs: from the documents and answers of the host to whether a signature holds, and whose it is.

use std::cell::{Cell, RefCell};

use sha2::{Digest, Sha256};

use crate::did::{self, Method, Source};
use crate::examine::Examined;
use crate::key::{Curve, VerificationKey};
use crate::policy::UnauthenticatedIssuer;
use crate::proof::Algorithm;
use crate::proof::open::{KeyRef, Proof, ProofState, Signed};
use crate::report::{CheckResult, Code, Finding};
use crate::time::DateTime;
use crate::verify::{Need, SignatureCheck};
use ob3_rdf::hex;
use ob3_rdf::map::Map;

/// Most signatures that one verification has its host check: a derived proof has one for each statement, and a host takes up to
/// a millisecond for each.
const MAX_SIGNATURE_CHECKS: usize = 1024;

/// Most bytes of documents that are parsed in one verification: a document of keys is parsed for every proof that names it, and
/// there may be a hundred credentials with eight proofs. Honest ones have a few kilobytes.
const MAX_READ_BYTES: usize = 12 << 20;

/// What the host has supplied, and how it is judged.
pub(crate) struct Documents {
    /// By URL; `None` is a document that could not be had.
    documents: Map<String, Option<Vec<u8>>>,
    /// By the name of the check; `None` is a signature that the host can not check.
    signatures: Map<String, Option<bool>>,
    /// What was looked for and was not there.
    needs: RefCell<Vec<Need>>,
    unauthenticated: CheckResult,
    now: DateTime,
    /// The bytes of the documents that were parsed, each time anew.
    read_bytes: Cell<usize>,
    /// The steps that are left for the schemas of all credentials together.
    #[cfg(feature = "schemas")]
    pub(crate) schema_work: Cell<usize>,
}

/// What the proofs of a credential come to.
pub(crate) struct Settled {
    pub(crate) proof: Finding,
    pub(crate) items: Vec<Finding>,
    pub(crate) issuer: Finding,
}

/// What is known of one proof and of its key's owner.
#[derive(Clone)]
struct Answer {
    proof: Finding,
    issuer: Finding,
}

impl Answer {
    const fn of(proof: Finding) -> Self {
        Self { proof, issuer: Finding::unknown(Code::NotReached) }
    }

    /// The signature can not be checked for want of its key.
    const fn without_key(issuer: Code) -> Self {
        Self { proof: Finding::unknown(Code::KeyUnavailable), issuer: Finding::unknown(issuer) }
    }
}

impl Documents {
    pub(crate) fn new(unauthenticated: UnauthenticatedIssuer, now: DateTime) -> Self {
        let unauthenticated = match unauthenticated {
            UnauthenticatedIssuer::Indeterminate => CheckResult::Unknown,
            UnauthenticatedIssuer::Rejected => CheckResult::Invalid,
        };
        Self {
            documents: Map::default(),
            signatures: Map::default(),
            needs: RefCell::default(),
            unauthenticated,
            now,
            read_bytes: Cell::new(0),
            #[cfg(feature = "schemas")]
            schema_work: Cell::new(crate::json_schema::MAX_WORK),
        }
    }

    pub(crate) fn insert_document(&mut self, url: &str, document: Option<&[u8]>) {
        self.documents.insert(url.to_owned(), document.map(<[u8]>::to_vec));
    }

    pub(crate) fn insert_signature(&mut self, id: &str, is_valid: Option<bool>) {
        self.signatures.insert(id.to_owned(), is_valid);
    }

    /// Notes that a thing is needed. `None`, for whoever can not go on without it.
    fn need<T>(&self, need: Need) -> Option<T> {
        let mut needs = self.needs.borrow_mut();
        if !needs.contains(&need) {
            needs.push(need);
        }
        None
    }

    /// What was needed since this was last asked.
    pub(crate) fn take_needs(&self) -> Vec<Need> {
        self.needs.take()
    }

    /// What the proofs of a credential come to; `None` while something is needed.
    pub(crate) fn settle(&self, examined: &Examined) -> Option<Settled> {
        let answers: Vec<_> = examined.proofs.iter().filter_map(|proof| self.answer(proof, examined)).collect();
        if answers.len() < examined.proofs.len() {
            return None;
        }
        let answers = with_previous(&examined.proofs, answers);
        let items = examined.proofs.iter().zip(&answers).map(|(proof, answer)| {
            proof.data.iter().fold(answer.proof.clone(), |finding, (name, value)| finding.with(name, value))
        });
        let items = items.collect();
        // OB 3.0 §8.2: one proof that holds is enough; those that fail are reported all the same.
        Some(match decisive(&answers) {
            Some(answer) => Settled { proof: answer.proof.clone(), items, issuer: answer.issuer.clone() },
            None => {
                let Answer { proof, issuer } = Answer::of(examined.no_proofs.clone());
                Settled { proof, items, issuer }
            }
        })
    }

    fn answer(&self, proof: &Proof, examined: &Examined) -> Option<Answer> {
        let signed = match &proof.state {
            ProofState::Settled(finding) => return Some(Answer::of(finding.clone())),
            ProofState::Open(signed) => signed,
        };
        let (key, owner) = match self.key(&signed.key, examined)? {
            Ok(found) => found,
            Err(answer) => return Some(answer),
        };
        Some(match self.all_valid(signed, &key)? {
            Ok(true) => Answer { proof: Finding::valid(Code::SignatureValid), issuer: owner },
            Ok(false) => Answer::of(Finding::invalid(Code::SignatureInvalid)),
            Err(finding) => Answer::of(finding),
        })
    }

    /// The key of a signature, and what a signature by it says of the issuer; the error says why there is none.
    fn key(&self, key: &KeyRef, examined: &Examined) -> Option<Result<(VerificationKey, Finding), Answer>> {
        let issuer = examined.issuer.as_str();
        let method = match key {
            KeyRef::Embedded(key) => return Some(Ok((key.clone(), self.owner_of_embedded(key, examined)?))),
            KeyRef::Method(method) => method,
        };
        let is_issuers = method.controller == issuer;
        let authenticated = |is_issuers: bool| {
            if is_issuers { Finding::valid(Code::IssuerAuthenticated) } else { self.not_authenticated() }
        };
        let url = match method.source() {
            Source::Own(key) => return Some(Ok((key, authenticated(is_issuers)))),
            Source::Unsupported => return Some(Err(Answer::without_key(Code::IssuerUnsupported))),
            Source::Url(url) => url,
        };
        let Some(document) = self.read(&url)? else { return Some(Err(Answer::without_key(Code::IssuerUnavailable))) };
        Some(match method.find(document, examined.role.proof_purpose(), self.now) {
            Err(_) => Err(Answer::without_key(Code::IssuerDocumentInvalid)),
            Ok(Method::NotFound) => Err(Answer::of(Finding::invalid(Code::KeyNotFound))),
            Ok(Method::Authorized(key)) => Ok((key, authenticated(is_issuers))),
            Ok(Method::NotAuthorized(key)) if is_issuers => Ok((key, Finding::invalid(Code::IssuerKeyNotAuthorized))),
            Ok(Method::NotAuthorized(key)) => Ok((key, self.not_authenticated())),
            Ok(Method::Published(key)) => Ok((key, authenticated(is_under(&method.controller, issuer)))),
        })
    }

    /// Whether a thing that was needed was supplied, be it as missing.
    pub(crate) fn has(&self, need: &Need) -> bool {
        match need {
            Need::Document { url } => self.documents.contains_key(url),
            Need::Signature(check) => self.signatures.contains_key(&check.id),
        }
    }

    /// What was supplied for a URL; `None` where it is now asked for, and the inner `None` is a document that could not be
    /// had.
    pub(crate) fn get(&self, url: &str) -> Option<Option<&[u8]>> {
        match self.documents.get(url) {
            Some(document) => Some(document.as_deref()),
            None => self.need(Need::Document { url: url.to_owned() }),
        }
    }

    /// As [`Documents::get`], of a document that is parsed each time: one that there is no more room for could not be had.
    pub(crate) fn read(&self, url: &str) -> Option<Option<&[u8]>> {
        let document = self.get(url)?;
        self.read_bytes.set(self.read_bytes.get().saturating_add(document.map_or(0, <[u8]>::len)));
        Some(document.filter(|_| self.read_bytes.get() <= MAX_READ_BYTES))
    }

    /// Whether a key that came with the signature is one of the issuer's.
    fn owner_of_embedded(&self, key: &VerificationKey, examined: &Examined) -> Option<Finding> {
        let issuer = examined.issuer.as_str();
        let is_listed = match did::issuer_source(issuer) {
            Source::Own(own) => own == *key,
            Source::Unsupported => false,
            Source::Url(url) => match self.read(&url)? {
                Some(document) => did::lists_key(issuer, document, key, examined.role.proof_purpose(), self.now),
                // The signature can be checked all the same.
                None => return Some(Finding::unknown(Code::IssuerUnavailable)),
            },
        };
        Some(if is_listed { Finding::valid(Code::IssuerAuthenticated) } else { self.not_authenticated() })
    }

    const fn not_authenticated(&self) -> Finding {
        Finding::new(self.unauthenticated, Code::IssuerNotAuthenticated)
    }

    /// Whether a signature and those that have to hold with it are their keys'. All are asked for at once.
    fn all_valid(&self, signed: &Signed, key: &VerificationKey) -> Option<Result<bool, Finding>> {
        let own = match (self.is_valid(signed, &signed.message, key), &signed.as_is) {
            (Some(Ok(false)), Some(as_is)) => self.is_valid(signed, as_is, key),
            (own, _) => own,
        };
        let further = signed.further.iter().map(|further| match &further.key {
            KeyRef::Embedded(key) => self.is_valid(further, &further.message, key),
            KeyRef::Method(_) => Some(Ok(false)),
        });
        let answers: Vec<_> = further.collect();
        let answers: Vec<_> = answers.into_iter().chain([own]).collect::<Option<_>>()?;
        // One that does not hold decides, then one that could not be checked.
        let first = |wanted: fn(&Result<bool, Finding>) -> bool| answers.iter().find(|answer| wanted(answer)).cloned();
        first(|answer| *answer == Ok(false)).or_else(|| first(Result::is_err)).or(Some(Ok(true)))
    }

    /// Whether a signature is one too many to be asked for.
    fn has_no_room(&self, id: &str) -> bool {
        let needs = self.needs.borrow();
        let is_same = |need: &Need| matches!(need, Need::Signature(check) if check.id == id);
        self.signatures.len() + needs.len() >= MAX_SIGNATURE_CHECKS && !needs.iter().any(is_same)
    }

    /// Whether a signature is the key's; the error says why that can not be told.
    fn is_valid(&self, signed: &Signed, message: &[u8], key: &VerificationKey) -> Option<Result<bool, Finding>> {
        match (signed.algorithm, key) {
            (Algorithm::EdDsa, VerificationKey::Ed25519(key)) => {
                let signature = signed.signature.as_slice().try_into();
                return Some(Ok(signature.is_ok_and(|signature| key.verifies(message, signature))));
            }
            (Algorithm::Es256, VerificationKey::Ec { curve: Curve::P256, .. })
            | (Algorithm::Es384, VerificationKey::Ec { curve: Curve::P384, .. })
            | (Algorithm::Rs256, VerificationKey::Rsa { .. }) => {}
            // RFC 8725 §3.1: the key decides which algorithm it is used with.
            _ => return Some(Err(Finding::invalid(Code::KeyNotFound).with("alg", signed.algorithm.as_str()))),
        }
        let unchecked = || Err(Finding::unknown(Code::SignatureNotChecked).with("alg", signed.algorithm.as_str()));
        if !cfg!(feature = "host-signatures") {
            return Some(unchecked());
        }
        let check = signature_check(signed, message, key);
        match self.signatures.get(&check.id) {
            None if self.has_no_room(&check.id) => Some(unchecked()),
            None => self.need(Need::Signature(check)),
            Some(Some(is_valid)) => Some(Ok(*is_valid)),
            Some(None) => Some(unchecked()),
        }
    }
}

/// A check by the host. It is named by what it is about, so that an answer can not be taken for that of another.
fn signature_check(signed: &Signed, message: &[u8], key: &VerificationKey) -> SignatureCheck {
    let key = key.to_jwk();
    let mut hash = Sha256::new();
    for part in [signed.algorithm.as_str().as_bytes(), key.as_bytes(), message, &signed.signature] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let id = hex::encode(&hash.finalize());
    let (message, signature) = (message.to_vec(), signed.signature.clone());
    SignatureCheck { id, algorithm: signed.algorithm, key, message, signature }
}

/// Whether a URL is the issuer's own, or below it. One with dot segments is not asked at all.
fn is_under(url: &str, issuer: &str) -> bool {
    let issuer = issuer.trim_end_matches('/');
    issuer.starts_with("https://")
        && url.strip_prefix(issuer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A chained proof holds only where those before it hold (VC Data Integrity §4.5).
fn with_previous(proofs: &[Proof], mut answers: Vec<Answer>) -> Vec<Answer> {
    // As many rounds as there are proofs follow the longest chain; a circle ends with the first proof that does not hold.
    for _ in proofs {
        for (place, proof) in proofs.iter().enumerate() {
            let previous = proof.previous.iter().filter_map(|previous| answers.get(*previous));
            let failed = previous.map(|answer| &answer.proof).find(|proof| proof.result != CheckResult::Valid).cloned();
            if let (Some(answer), Some(failed)) = (answers.get_mut(place), failed)
                && answer.proof.result == CheckResult::Valid
            {
                *answer = Answer::of(Finding { data: Vec::new(), ..failed });
            }
        }
    }
    answers
}

/// The proof that decides (OB 3.0 §8.2: one is enough). One that fails decides nothing while another could not be told, and may
/// hold; that gives nothing to whoever alters a badge, who could leave the failing one out as well.
fn decisive(answers: &[Answer]) -> Option<&Answer> {
    use CheckResult::{Invalid, Valid};
    // The best first, and of equals the first.
    answers.iter().min_by_key(|answer| match (answer.proof.result, answer.issuer.result) {
        (Valid, Valid) => 0,
        (Valid, Invalid) => 3,
        (Valid, _) => 1,
        (Invalid, _) => 4,
        _ => 2,
    })
}
