//! Verification without network and clock: the caller brings bytes, a policy and the time, supplies the documents that
//! are asked for, and gets a report.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use crate::did::{Method, Source};
use crate::examine::{self, Examined, Proof, ProofState, Role};
use crate::policy::{Policy, UnauthenticatedIssuer};
use crate::report::{CheckName, CheckResult, Code, Finding, Report};
use crate::sign::Contexts;
use crate::status::StatusEntry;
use crate::time::DateTime;

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

    /// Begins to verify an input: a credential as JSON, or a PNG with a credential baked in. It is told by its content
    /// which of them it is.
    ///
    /// All that can be decided without other documents is decided here; the work for any input is bounded.
    #[must_use]
    pub fn start(&self, input: &[u8], policy: &Policy, now: DateTime) -> Verification {
        let state = match examine::examine(&self.contexts.0, input, Role::Badge, policy, now) {
            Ok(examined) => State::Open(Box::new(Secured::new(examined))),
            Err(report) => State::Decided(report),
        };
        let contexts = Rc::clone(&self.contexts);
        Verification { state, contexts, policy: *policy, now, documents: HashMap::new(), lists: HashMap::new() }
    }

    /// Verifies an input with the documents that `find` has: [`Verifier::start`] and all its steps in one call.
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
                        verification.supply(&need.url, find(&need.url).as_deref());
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
    /// What was supplied; `None` is a document that could not be had.
    documents: HashMap<String, Option<Rc<[u8]>>>,
    /// The status lists among them, examined; `Err` says why a list is of no use.
    lists: HashMap<String, Result<Secured, Finding>>,
}

enum State {
    Decided(Report),
    Open(Box<Secured>),
}

/// A credential, and what was found about its proofs once their keys were there.
struct Secured {
    examined: Examined,
    settled: OnceCell<Settled>,
}

/// What the proofs of a credential come to.
struct Settled {
    proof: Finding,
    items: Vec<Finding>,
    issuer: Finding,
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
    /// It needs these documents; supply each and step again.
    Need(Vec<Need>),
    /// It is done.
    Done(Report),
}

/// A document that a verification needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Where it stands: an `https:` URL of a public host, chosen by whoever wrote the credential.
    pub url: String,
}

impl Secured {
    const fn new(examined: Examined) -> Self {
        Self { examined, settled: OnceCell::new() }
    }
}

impl Verification {
    /// Goes on as far as the documents allow.
    ///
    /// A document is asked for until it is supplied, be it as missing. There are three rounds at the most: the issuer's
    /// documents, the status lists, the documents of the lists' issuers.
    pub fn step(&mut self) -> Step {
        let badge = match &self.state {
            State::Decided(report) => return Step::Done(report.clone()),
            State::Open(badge) => badge,
        };
        let needs = self.needs(badge);
        if !needs.is_empty() {
            return Step::Need(needs.into_iter().map(|url| Need { url }).collect());
        }
        let report = self.decide(badge);
        self.state = State::Decided(report.clone());
        Step::Done(report)
    }

    /// Supplies a document, or says with `None` that it could not be had. Documents that were not asked for are ignored.
    pub fn supply(&mut self, url: &str, document: Option<&[u8]>) {
        let State::Open(badge) = &self.state else { return };
        if !self.needs(badge).iter().any(|needed| needed == url) {
            return;
        }
        if self.settled(badge).is_some() {
            self.supply_list(url, document);
        }
        self.documents.insert(url.to_owned(), document.map(Rc::from));
    }

    /// Examines a document that came for a status list.
    fn supply_list(&mut self, url: &str, document: Option<&[u8]>) {
        let State::Open(badge) = &self.state else { return };
        if self.lists.contains_key(url) || !list_urls(&badge.examined).any(|list| list == url) {
            return;
        }
        let list = match document {
            None => Err(Finding::unknown(Code::StatusListUnavailable)),
            Some(bytes) => match examine::examine(&self.contexts.0, bytes, Role::StatusList, &self.policy, self.now) {
                Ok(examined) if examined.list.is_some() => Ok(Secured::new(examined)),
                Ok(Examined { report, .. }) | Err(report) => {
                    Err(Finding::unknown(Code::StatusListMalformed).with("reason", report.code().as_str()))
                }
            },
        };
        self.lists.insert(url.to_owned(), list);
    }

    /// The URLs of the documents that are missing for the next thing to decide.
    fn needs(&self, badge: &Secured) -> Vec<String> {
        let Some(settled) = self.settled(badge) else { return self.key_documents(&badge.examined) };
        let mut needs = Vec::new();
        // A badge whose proof does not hold has no say in which lists are fetched.
        if settled.proof.result != CheckResult::Valid {
            return needs;
        }
        for url in list_urls(&badge.examined) {
            let missing = match self.lists.get(url) {
                None => vec![url.to_owned()],
                Some(Ok(list)) if self.settled(list).is_none() => self.key_documents(&list.examined),
                Some(_) => Vec::new(),
            };
            for url in missing {
                if !needs.contains(&url) {
                    needs.push(url);
                }
            }
        }
        needs
    }

    /// The documents that hold the keys of a credential's proofs, as far as they were not supplied.
    fn key_documents(&self, examined: &Examined) -> Vec<String> {
        let mut urls = Vec::new();
        for proof in &examined.proofs {
            if let ProofState::Open { method, .. } = &proof.state
                && let Source::Url(url) = method.source()
                && !self.documents.contains_key(&url)
                && !urls.contains(&url)
            {
                urls.push(url);
            }
        }
        urls
    }

    /// What the proofs of a credential come to, once every document with a key is there or is known to be missing.
    fn settled<'s>(&self, secured: &'s Secured) -> Option<&'s Settled> {
        if secured.settled.get().is_none() && !self.key_documents(&secured.examined).is_empty() {
            return None;
        }
        Some(secured.settled.get_or_init(|| self.settle(&secured.examined)))
    }

    fn settle(&self, examined: &Examined) -> Settled {
        let answers: Vec<Answer> = examined.proofs.iter().map(|proof| self.answer(proof, &examined.issuer)).collect();
        let items = examined.proofs.iter().zip(&answers).map(|(proof, answer)| {
            proof.data.iter().fold(answer.proof.clone(), |finding, (name, value)| finding.with(name, value))
        });
        let items = items.collect();
        // OB 3.0 §8.2: one proof that holds is enough; those that fail are reported all the same.
        match decisive(&answers) {
            Some(answer) => Settled { proof: answer.proof.clone(), items, issuer: answer.issuer.clone() },
            None => {
                let proof = examined.no_proofs.clone().unwrap_or_else(|| Finding::invalid(Code::ProofMissing));
                Settled { proof, items, issuer: Finding::unknown(Code::NotReached) }
            }
        }
    }

    /// Checks 4 to 10.
    fn decide(&self, badge: &Secured) -> Report {
        let examined = &badge.examined;
        let mut report = examined.report.clone();
        let settled = badge.settled.get_or_init(|| self.settle(examined));

        // 4. The signature.
        report.push(CheckName::Proof, true, settled.proof.clone(), settled.items.clone());
        if examine::is_bad(&settled.proof) {
            examine::not_reached(&mut report);
            return report;
        }
        // 5. The key is the issuer's.
        let issuer = settled.issuer.clone().with("issuer", examine::clip(&examined.issuer));
        report.push(CheckName::Issuer, true, issuer, Vec::new());
        // 6. The time.
        report.push(CheckName::Validity, true, examined.validity.clone(), Vec::new());
        // 7. The status.
        let entries: Vec<Finding> = examined.status.iter().map(|entry| self.status(entry, settled)).collect();
        let worst = worst(&entries).unwrap_or(&examined.no_status).clone();
        report.push(CheckName::Status, true, worst, entries);
        // 8 to 10
        report.push(CheckName::Recipient, true, Finding::not_applicable(Code::RecipientNotAsked), Vec::new());
        report.push(CheckName::Endorsements, false, examined.endorsements.clone(), Vec::new());
        report.push(CheckName::Trust, false, Finding::not_applicable(Code::NoTrustRegistries), Vec::new());
        report
    }

    /// Bitstring Status List §3.2, for one entry. Whatever keeps the list from being read or trusted leaves the status
    /// unknown: it is never taken for clear.
    fn status(&self, entry: &StatusEntry, badge: &Settled) -> Finding {
        let (purpose, index, url) = match entry {
            StatusEntry::Unusable(finding) => return finding.clone(),
            StatusEntry::Bitstring { purpose, index, list } => (*purpose, *index, list),
        };
        let finding = match self.lists.get(url) {
            _ if badge.proof.result != CheckResult::Valid => Finding::unknown(Code::NotReached),
            None => Finding::unknown(Code::StatusListUnavailable),
            Some(Err(finding)) => finding.clone(),
            Some(Ok(list)) => self.status_in(list, purpose, index),
        };
        finding
            .with("statusPurpose", purpose.as_str())
            .with("statusListIndex", index.to_string())
            .with("statusListCredential", examine::clip(url))
    }

    fn status_in(&self, list: &Secured, purpose: crate::status::Purpose, index: usize) -> Finding {
        let settled = list.settled.get_or_init(|| self.settle(&list.examined));
        for finding in [&settled.proof, &settled.issuer] {
            if finding.result != CheckResult::Valid {
                return Finding::unknown(Code::StatusListNotAuthentic).with("reason", finding.code.as_str());
            }
        }
        if list.examined.validity.result != CheckResult::Valid {
            return Finding::unknown(Code::StatusListOutdated).with("reason", list.examined.validity.code.as_str());
        }
        match &list.examined.list {
            Some(bits) => bits.check(purpose, index),
            None => Finding::unknown(Code::StatusListMalformed),
        }
    }

    fn answer(&self, proof: &Proof, issuer: &str) -> Answer {
        let (method, signature, hash_data) = match &proof.state {
            ProofState::Settled(finding) => {
                return Answer { proof: finding.clone(), issuer: Finding::unknown(Code::IssuerUnsupported) };
            }
            ProofState::Open { method, signature, hash_data } => (method, signature, hash_data),
        };
        let no_key =
            |issuer| Answer { proof: Finding::unknown(Code::KeyUnavailable), issuer: Finding::unknown(issuer) };
        let (key, is_authorized) = match method.source() {
            Source::Own(key) => (key, true),
            Source::Unsupported => return no_key(Code::IssuerUnsupported),
            Source::Url(url) => match self.documents.get(&url) {
                None | Some(None) => return no_key(Code::IssuerUnavailable),
                Some(Some(document)) => match method.find(document, self.now) {
                    Err(_) => return no_key(Code::IssuerDocumentInvalid),
                    Ok(Method::NotFound) => {
                        let proof = Finding::invalid(Code::KeyNotFound);
                        return Answer { proof, issuer: Finding::unknown(Code::NotReached) };
                    }
                    Ok(Method::Authorized(key)) => (key, true),
                    Ok(Method::NotAuthorized(key)) => (key, false),
                },
            },
        };
        if !key.verifies(hash_data, signature) {
            let proof = Finding::invalid(Code::SignatureInvalid);
            return Answer { proof, issuer: Finding::unknown(Code::NotReached) };
        }
        let issuer = if method.did != issuer {
            Finding::new(self.unauthenticated(), Code::IssuerNotAuthenticated)
        } else if is_authorized {
            Finding::valid(Code::IssuerAuthenticated)
        } else {
            Finding::invalid(Code::IssuerKeyNotAuthorized)
        };
        Answer { proof: Finding::valid(Code::SignatureValid), issuer }
    }

    const fn unauthenticated(&self) -> CheckResult {
        match self.policy.unauthenticated_issuer {
            UnauthenticatedIssuer::Indeterminate => CheckResult::Unknown,
            UnauthenticatedIssuer::Rejected => CheckResult::Invalid,
        }
    }
}

/// What is known of one proof and of its key's owner.
struct Answer {
    proof: Finding,
    issuer: Finding,
}

/// The lists that a badge's status entries name.
fn list_urls(examined: &Examined) -> impl Iterator<Item = &str> {
    examined.status.iter().filter_map(|entry| match entry {
        StatusEntry::Bitstring { list, .. } => Some(list.as_str()),
        StatusEntry::Unusable(_) => None,
    })
}

/// The proof that decides: the first that holds and is the issuer's, else the first that holds, else the first that does
/// not, else the first that is open.
fn decisive(answers: &[Answer]) -> Option<&Answer> {
    let proof_is = |result| move |answer: &&Answer| answer.proof.result == result;
    let holds = || answers.iter().filter(proof_is(CheckResult::Valid));
    holds()
        .find(|answer| answer.issuer.result == CheckResult::Valid)
        .or_else(|| holds().next())
        .or_else(|| answers.iter().find(proof_is(CheckResult::Invalid)))
        .or_else(|| answers.first())
}

/// The finding that speaks for all: revoked beats everything, then what is unknown.
fn worst(findings: &[Finding]) -> Option<&Finding> {
    let first = |result| findings.iter().find(|finding| finding.result == result);
    first(CheckResult::Invalid).or_else(|| first(CheckResult::Unknown)).or_else(|| findings.first())
}
