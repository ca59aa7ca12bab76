//! Verification without network and clock: the caller brings bytes, a policy and the time, supplies the documents that
//! are asked for, and gets a report.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use crate::did::{Method, Source};
use crate::examine::{self, Examined, Proof, ProofState};
use crate::policy::{Policy, UnauthenticatedIssuer};
use crate::report::{CheckName, CheckResult, Code, Finding, Report};
use crate::sign::Contexts;
use crate::time::DateTime;

/// Verifies credentials. Make one and keep it: it holds the processed contexts.
#[derive(Debug, Default)]
pub struct Verifier {
    contexts: Contexts,
}

impl Verifier {
    /// A verifier with the bundled contexts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The contexts, to sign with as well.
    #[must_use]
    pub const fn contexts(&self) -> &Contexts {
        &self.contexts
    }

    /// Begins to verify an input: a credential as JSON, or a PNG with a credential baked in. It is told by its content
    /// which of them it is.
    ///
    /// All that can be decided without other documents is decided here; the work for any input is bounded.
    #[must_use]
    pub fn start(&self, input: &[u8], policy: &Policy, now: DateTime) -> Verification {
        let state = match examine::examine(&self.contexts.0, input, policy, now) {
            Ok(examined) => State::Open(Box::new(examined)),
            Err(report) => State::Decided(report),
        };
        Verification { state, policy: *policy, now, documents: HashMap::new() }
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
    policy: Policy,
    now: DateTime,
    /// What was supplied; `None` is a document that could not be had.
    documents: HashMap<String, Option<Rc<[u8]>>>,
}

enum State {
    Decided(Report),
    Open(Box<Examined>),
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

/// What is known of one proof and of its key's owner.
struct Answer {
    proof: Finding,
    issuer: Finding,
}

impl Verification {
    /// Goes on as far as the documents allow.
    ///
    /// A document is asked for until it is supplied, be it as missing; so after at most two rounds there is a report.
    pub fn step(&mut self) -> Step {
        let examined = match &self.state {
            State::Decided(report) => return Step::Done(report.clone()),
            State::Open(examined) => examined,
        };
        let needs = self.needs(examined);
        if !needs.is_empty() {
            return Step::Need(needs);
        }
        let report = self.decide(examined);
        self.state = State::Decided(report.clone());
        Step::Done(report)
    }

    /// Supplies a document, or says with `None` that it could not be had. Documents that were not asked for are ignored.
    pub fn supply(&mut self, url: &str, document: Option<&[u8]>) {
        let State::Open(examined) = &self.state else { return };
        if self.needs(examined).iter().any(|need| need.url == url) {
            self.documents.insert(url.to_owned(), document.map(Rc::from));
        }
    }

    fn needs(&self, examined: &Examined) -> Vec<Need> {
        let mut needs: Vec<Need> = Vec::new();
        for proof in &examined.proofs {
            let ProofState::Open { method, .. } = &proof.state else { continue };
            if let Source::Url(url) = method.source()
                && !self.documents.contains_key(&url)
                && !needs.iter().any(|need| need.url == url)
            {
                needs.push(Need { url });
            }
        }
        needs
    }

    /// Checks 4 to 10.
    fn decide(&self, examined: &Examined) -> Report {
        let mut report = examined.report.clone();
        let answers: Vec<Answer> = examined.proofs.iter().map(|proof| self.answer(proof, &examined.issuer)).collect();

        // 4. OB 3.0 §8.2: one proof that holds is enough; those that fail are reported all the same.
        let items = examined.proofs.iter().zip(&answers).map(|(proof, answer)| {
            proof.data.iter().fold(answer.proof.clone(), |finding, (name, value)| finding.with(name, value))
        });
        let decisive = decisive(&answers);
        let none = || examined.no_proofs.clone().unwrap_or_else(|| Finding::invalid(Code::ProofMissing));
        let proof = decisive.map_or_else(none, |answer| answer.proof.clone());
        let is_bad = examine::is_bad(&proof);
        report.push(CheckName::Proof, true, proof, items.collect());
        if is_bad {
            examine::not_reached(&mut report);
            return report;
        }

        // 5. The key is the issuer's.
        let issuer = decisive.map_or_else(|| Finding::unknown(Code::NotReached), |answer| answer.issuer.clone());
        report.push(CheckName::Issuer, true, issuer.with("issuer", examine::clip(&examined.issuer)), Vec::new());
        // 6 to 10
        report.push(CheckName::Validity, true, examined.validity.clone(), Vec::new());
        report.push(CheckName::Status, true, examined.status.clone(), Vec::new());
        report.push(CheckName::Recipient, true, Finding::not_applicable(Code::RecipientNotAsked), Vec::new());
        report.push(CheckName::Endorsements, false, examined.endorsements.clone(), Vec::new());
        report.push(CheckName::Trust, false, Finding::not_applicable(Code::NoTrustRegistries), Vec::new());
        report
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
