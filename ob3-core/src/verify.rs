//! Verification without network and clock: the caller brings bytes, a policy and the time, supplies the documents and
//! signature checks that are asked for, and gets a report.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use crate::examine::{self, Examined, Role};
use crate::policy::Policy;
use crate::proof::Algorithm;
use crate::report::{CheckName, CheckResult, Code, Finding, Report};
use crate::settle::{Documents, Settled};
use crate::sign::Contexts;
use crate::status::{self, Kind, Purpose, StatusEntry};
use crate::time::DateTime;
use crate::trust;

/// Verifies credentials. Make one and keep it: it holds the processed contexts.
#[derive(Clone, Debug, Default)]
pub struct Verifier {
    contexts: Rc<Contexts>,
}

impl Verifier {
    /// A verifier with the bundled contexts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The contexts, to sign with as well.
    #[must_use]
    pub fn contexts(&self) -> &Contexts {
        &self.contexts
    }

    /// Begins to verify an input: a credential as JSON or as a compact JWS, or a PNG or SVG with a credential baked in.
    /// It is told by its content which of them it is.
    ///
    /// All that can be decided without other documents is decided here; the work for any input is bounded.
    #[must_use]
    pub fn start(&self, input: &[u8], policy: &Policy, now: DateTime) -> Verification {
        let state = match examine::examine(&self.contexts.0, input, Role::Badge, policy, now) {
            Ok(examined) => State::Open(Box::new(Secured::new(examined))),
            Err(report) => State::Decided(report),
        };
        let documents = Documents::new(policy.unauthenticated_issuer, now);
        Verification {
            state,
            contexts: Rc::clone(&self.contexts),
            policy: policy.clone(),
            now,
            documents,
            lists: HashMap::new(),
        }
    }

    /// Verifies an input with the documents that `find` has: [`Verifier::start`] and all its steps in one call.
    /// Signatures that the core leaves to its host (ECDSA, RSA) are checked with the feature `native-crypto` only.
    pub fn verify(
        &self,
        input: &[u8],
        policy: &Policy,
        now: DateTime,
        mut find: impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Report {
        let mut verification = self.start(input, policy, now);
        loop {
            match verification.step() {
                Step::Done(report) => return report,
                Step::Need(needs) => {
                    for need in needs {
                        match need {
                            Need::Document { url } => verification.supply_document(&url, find(&url).as_deref()),
                            Need::Signature(check) => {
                                #[cfg(feature = "native-crypto")]
                                let is_valid = crate::native::check_signature(&check);
                                #[cfg(not(feature = "native-crypto"))]
                                let is_valid = None;
                                verification.supply_signature(&check.id, is_valid);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A verification under way.
pub struct Verification {
    state: State,
    contexts: Rc<Contexts>,
    policy: Policy,
    now: DateTime,
    documents: Documents,
    /// The status lists among the documents, examined; `Err` says why a list is of no use.
    lists: HashMap<String, Result<Secured, Finding>>,
}

enum State {
    Decided(Report),
    Open(Box<Secured>),
}

/// A credential, and what its proofs came to once their keys were there.
struct Secured {
    examined: Examined,
    settled: OnceCell<Settled>,
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verification(..)")
    }
}

/// What a verification comes to next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Step {
    /// It needs these things; supply each and step again.
    Need(Vec<Need>),
    /// It is done.
    Done(Report),
}

/// Something that the core can not have or do by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// A document, for [`Verification::supply_document`].
    Document {
        /// Where it stands: an `https:` URL of a public host, chosen by whoever wrote the credential. A status list may also
        /// stand on the very machine (`http://localhost`): ask it only where that is what you try out.
        url: String,
    },
    /// A signature to check, for [`Verification::supply_signature`].
    Signature(SignatureCheck),
}

/// A signature that the host checks, with its own cryptography.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureCheck {
    /// Names the check when its answer is supplied.
    pub id: String,
    /// How the signature is made.
    pub algorithm: Algorithm,
    /// The public key as a JWK, JSON text. A point of a curve may stand in the member `compressed` (SEC 1, base64url)
    /// instead of `x` and `y`.
    pub key: String,
    /// What is signed; hashing it is part of the algorithm.
    pub message: Vec<u8>,
    /// The signature; of ECDSA, r and s one after the other.
    pub signature: Vec<u8>,
}

impl Secured {
    const fn new(examined: Examined) -> Self {
        Self { examined, settled: OnceCell::new() }
    }

    /// What the proofs come to, or what is needed to know it.
    fn settled(&self, documents: &Documents) -> Result<&Settled, Vec<Need>> {
        if let Some(settled) = self.settled.get() {
            return Ok(settled);
        }
        let settled = documents.settle(&self.examined)?;
        Ok(self.settled.get_or_init(|| settled))
    }
}

impl Verification {
    /// Goes on as far as is possible with what was supplied.
    ///
    /// A thing is asked for until it is supplied, be it as missing. There are at most five rounds: the issuer's documents
    /// and signatures, the status lists, their issuers' documents and signatures.
    pub fn step(&mut self) -> Step {
        let badge = match &self.state {
            State::Decided(report) => return Step::Done(report.clone()),
            State::Open(badge) => badge,
        };
        match self.decide(badge) {
            Err(needs) => Step::Need(needs),
            Ok(report) => {
                self.state = State::Decided(report.clone());
                Step::Done(report)
            }
        }
    }

    /// Supplies a document, or says with `None` that it could not be had. Documents that are not needed are ignored.
    pub fn supply_document(&mut self, url: &str, document: Option<&[u8]>) {
        let State::Open(badge) = &self.state else { return };
        let Err(needs) = self.decide(badge) else { return };
        if !needs.iter().any(|need| matches!(need, Need::Document { url: needed } if needed == url)) {
            return;
        }
        let is_list = badge.settled.get().is_some() && list_urls(&badge.examined).any(|list| list == url);
        if is_list && !self.lists.contains_key(url) {
            let list = self.examine_list(document);
            self.lists.insert(url.to_owned(), list);
        } else {
            self.documents.insert_document(url, document);
        }
    }

    /// Supplies the answer to a signature check: whether the signature is the key's, or `None` where the host has no way
    /// to tell. Answers that are not needed are ignored.
    pub fn supply_signature(&mut self, id: &str, is_valid: Option<bool>) {
        self.documents.insert_signature(id, is_valid);
    }

    fn examine_list(&self, document: Option<&[u8]>) -> Result<Secured, Finding> {
        let bytes = document.ok_or_else(|| Finding::unknown(Code::StatusListUnavailable))?;
        match examine::examine(&self.contexts.0, bytes, Role::StatusList, &self.policy, self.now) {
            Ok(examined) if examined.list.is_some() => Ok(Secured::new(examined)),
            Ok(Examined { report, .. }) | Err(report) => {
                Err(Finding::unknown(Code::StatusListMalformed).with("reason", report.code().as_str()))
            }
        }
    }

    /// Checks 4 to 10, or what they need.
    fn decide(&self, badge: &Secured) -> Result<Report, Vec<Need>> {
        let examined = &badge.examined;
        let settled = badge.settled(&self.documents)?;
        let mut report = examined.report.clone();

        // 4. The signature.
        report.push(CheckName::Proof, true, settled.proof.clone(), settled.items.clone());
        if examine::is_bad(&settled.proof) {
            examine::not_reached(&mut report);
            return Ok(report);
        }
        // 5. The key is the issuer's.
        let issuer = settled.issuer.clone().with("issuer", examine::clip(&examined.issuer));
        report.push(CheckName::Issuer, true, issuer, Vec::new());
        // 6. The time.
        report.push(CheckName::Validity, true, examined.validity.clone(), Vec::new());
        // 7. The status.
        let entries = self.statuses(examined, settled)?;
        let status = worst(&entries).unwrap_or(&examined.no_status).clone();
        report.push(CheckName::Status, true, status, entries);
        // 8 to 10
        report.push(CheckName::Recipient, true, examined.recipient.clone(), Vec::new());
        report.push(CheckName::Endorsements, false, examined.endorsements.clone(), Vec::new());
        let trust = trust::check(&self.policy.trust, &examined.issuer, settled.issuer.result);
        report.push(CheckName::Trust, false, trust, Vec::new());
        Ok(report)
    }

    /// What each status entry comes to, or what is needed to know it.
    fn statuses(&self, examined: &Examined, badge: &Settled) -> Result<Vec<Finding>, Vec<Need>> {
        let mut needs = Vec::new();
        let mut findings = Vec::new();
        for entry in &examined.status {
            match self.status(entry, examined, badge) {
                Ok(finding) => findings.push(finding),
                Err(missing) => {
                    needs.extend(missing.into_iter().filter(|need| !needs.contains(need)).collect::<Vec<_>>())
                }
            }
        }
        if needs.is_empty() { Ok(findings) } else { Err(needs) }
    }

    /// Bitstring Status List §3.2, for one entry. Whatever keeps the list from being read or trusted leaves the status
    /// unknown: it is never taken for clear.
    fn status(&self, entry: &StatusEntry, examined: &Examined, badge: &Settled) -> Result<Finding, Vec<Need>> {
        let (kind, purpose, index, url) = match entry {
            StatusEntry::Unusable(finding) => return Ok(finding.clone()),
            StatusEntry::RevocationList { list } => return self.in_revocation_list(list, examined, badge),
            StatusEntry::Bitstring { kind, purpose, index, list } => (*kind, *purpose, *index, list),
        };
        let finding = match self.lists.get(url) {
            // A badge whose proof does not hold has no say in which lists are fetched.
            _ if badge.proof.result != CheckResult::Valid => Finding::unknown(Code::NotReached),
            None => return Err(vec![Need::Document { url: url.clone() }]),
            Some(Err(finding)) => finding.clone(),
            Some(Ok(list)) => self.status_in(list, kind, purpose, index)?,
        };
        Ok(finding
            .with("statusPurpose", purpose.as_str())
            .with("statusListIndex", &index.to_string())
            .with("statusListCredential", examine::clip(url)))
    }

    fn in_revocation_list(&self, url: &str, examined: &Examined, badge: &Settled) -> Result<Finding, Vec<Need>> {
        let finding = match self.documents.get(url) {
            _ if badge.proof.result != CheckResult::Valid => Finding::unknown(Code::NotReached),
            None => return Err(vec![Need::Document { url: url.to_owned() }]),
            Some(None) => Finding::unknown(Code::StatusListUnavailable),
            Some(Some(list)) => status::check_revocation_list(list, &examined.id, &examined.issuer),
        };
        Ok(finding.with("revocationList", examine::clip(url)))
    }

    fn status_in(&self, list: &Secured, kind: Kind, purpose: Purpose, index: usize) -> Result<Finding, Vec<Need>> {
        let settled = list.settled(&self.documents)?;
        for finding in [&settled.proof, &settled.issuer] {
            if finding.result != CheckResult::Valid {
                return Ok(Finding::unknown(Code::StatusListNotAuthentic).with("reason", finding.code.as_str()));
            }
        }
        let validity = &list.examined.validity;
        if validity.result != CheckResult::Valid {
            return Ok(Finding::unknown(Code::StatusListOutdated).with("reason", validity.code.as_str()));
        }
        Ok(match &list.examined.list {
            Some(bits) => bits.check(kind, purpose, index),
            None => Finding::unknown(Code::StatusListMalformed),
        })
    }
}

/// The lists that a badge's status entries name.
fn list_urls(examined: &Examined) -> impl Iterator<Item = &str> {
    examined.status.iter().filter_map(|entry| match entry {
        StatusEntry::Bitstring { list, .. } => Some(list.as_str()),
        StatusEntry::RevocationList { .. } | StatusEntry::Unusable(_) => None,
    })
}

/// The finding that speaks for all: revoked beats everything, then what is unknown.
fn worst(findings: &[Finding]) -> Option<&Finding> {
    let first = |result| findings.iter().find(|finding| finding.result == result);
    first(CheckResult::Invalid).or_else(|| first(CheckResult::Unknown)).or_else(|| findings.first())
}
