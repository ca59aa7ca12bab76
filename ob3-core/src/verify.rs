//! Verification without network and clock: the caller brings bytes, a policy and the time, supplies the documents and
//! signature checks that are asked for, and gets a report.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use crate::examine::{self, Examined, Role};
use crate::nested::{MAX_ENDORSEMENT_DEPTH, MAX_NESTED, Nested};
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
        // Where a presentation may be, a learner record or a badge may be.
        let state = match examine::examine(&self.contexts.0, input, Role::Presentation, policy, now) {
            Ok(examined) => State::Open(Box::new(Secured::new(examined, 0))),
            Err(report) => State::Decided(report),
        };
        let documents = Documents::new(policy.unauthenticated_issuer, now);
        Verification {
            state,
            contexts: Rc::clone(&self.contexts),
            policy: policy.clone(),
            now,
            documents,
            asked: Vec::new(),
            lists: RefCell::default(),
            nested: Cell::new(0),
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
    /// What the last step asked for.
    asked: Vec<Need>,
    /// The status lists among the documents, examined; `Err` says why a list is of no use.
    lists: RefCell<HashMap<String, Rc<Result<Secured, Finding>>>>,
    /// How many credentials inside of others were looked at.
    nested: Cell<usize>,
}

enum State {
    Decided(Report),
    Open(Box<Secured>),
}

/// A credential or a presentation, and what became known of it as documents came in. What stands inside it, and what it is
/// refreshed by, is another of the same.
struct Secured {
    examined: Examined,
    /// How many endorsements it stands in, itself counted.
    depth: u8,
    /// What its proofs came to once their keys were there.
    settled: OnceCell<Settled>,
    /// The credentials in it, in their order. They are read once its own proof holds.
    inner: OnceCell<Vec<Result<Self, Report>>>,
    /// Its refreshed form; `Err` says why that is of no use.
    refreshed: OnceCell<Result<Box<Self>, Finding>>,
    report: OnceCell<Report>,
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
    const fn new(examined: Examined, depth: u8) -> Self {
        Self {
            examined,
            depth,
            settled: OnceCell::new(),
            inner: OnceCell::new(),
            refreshed: OnceCell::new(),
            report: OnceCell::new(),
        }
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
    /// A thing is asked for until it is supplied, be it as missing; the next round begins when all of one are there, so
    /// that the report does not depend on their order. There are at most sixteen rounds: the documents and then the
    /// signatures of a presentation, of a learner record in it, of a badge in that, of an endorsement and of an endorsement
    /// of its endorser; between them a refreshed badge, its documents and signatures; last the status lists, their issuers'
    /// documents and signatures. A badge alone takes five.
    pub fn step(&mut self) -> Step {
        let input = match &self.state {
            State::Decided(report) => return Step::Done(report.clone()),
            State::Open(input) => input,
        };
        let documents = &self.documents;
        self.asked.retain(|need| !documents.has(need));
        if self.asked.is_empty() {
            match self.report(input).cloned() {
                Err(needs) => self.asked = needs,
                Ok(report) => {
                    self.state = State::Decided(report.clone());
                    return Step::Done(report);
                }
            }
        }
        Step::Need(self.asked.clone())
    }

    /// Supplies a document, or says with `None` that it could not be had. Documents that were not asked for are ignored.
    pub fn supply_document(&mut self, url: &str, document: Option<&[u8]>) {
        let is_asked = |need: &Need| matches!(need, Need::Document { url: asked } if asked == url);
        if self.asked.iter().any(|need| is_asked(need) && !self.documents.has(need)) {
            self.documents.insert_document(url, document);
        }
    }

    /// Supplies the answer to a signature check: whether the signature is the key's, or `None` where the host has no way
    /// to tell. Answers that are not needed are ignored.
    pub fn supply_signature(&mut self, id: &str, is_valid: Option<bool>) {
        self.documents.insert_signature(id, is_valid);
    }

    /// The report over a credential, or what it needs.
    fn report<'s>(&self, secured: &'s Secured) -> Result<&'s Report, Vec<Need>> {
        if let Some(report) = secured.report.get() {
            return Ok(report);
        }
        let report = self.decide(secured)?;
        Ok(secured.report.get_or_init(|| report))
    }

    /// Checks 4 to 10, or what they need.
    fn decide(&self, secured: &Secured) -> Result<Report, Vec<Need>> {
        let examined = &secured.examined;
        let settled = secured.settled(&self.documents)?;
        let mut report = examined.report.clone();

        // 4. The signature.
        report.push(CheckName::Proof, true, settled.proof.clone(), settled.items.clone());
        if examine::is_bad(&settled.proof) {
            examine::not_reached(&mut report);
            return Ok(report);
        }
        if examined.role == Role::Presentation {
            return self.decide_presentation(secured, settled, report);
        }
        // OB 3.0 §8.2 step 3: the refreshed form takes the place of what was handed in.
        let refreshed = match &examined.refresh {
            Some(url) if settled.proof.result == CheckResult::Valid => Some((url, self.refreshed(secured, url)?)),
            _ => None,
        };
        if let Some((url, Ok(refreshed))) = refreshed {
            let mut report = self.report(refreshed)?.clone();
            let item = Finding::valid(Code::Refreshed).with("refreshService", examine::clip(url));
            report.push_item(CheckName::Validity, item);
            return Ok(report);
        }
        // 5. The key is the issuer's.
        let issuer = settled.issuer.clone().with("issuer", examine::clip(&examined.issuer));
        report.push(CheckName::Issuer, true, issuer, Vec::new());
        // 6. The time.
        let failed = refreshed.and_then(|(url, failed)| Some(failed.err()?.with("refreshService", examine::clip(url))));
        report.push(CheckName::Validity, true, examined.validity.clone(), failed.into_iter().collect());
        // 7. The status; and what stands inside, which is asked for in the same rounds.
        let mut needs = Vec::new();
        let entries = gather(&mut needs, self.statuses(examined, settled));
        let endorsements = gather(&mut needs, self.endorsements(secured, settled));
        let held = gather(&mut needs, self.held(secured, settled));
        let (Some(entries), Some((endorsements, items)), Some(held)) = (entries, endorsements, held) else {
            return Err(needs);
        };
        let status = worst(&entries).unwrap_or(&examined.no_status).clone();
        report.push(CheckName::Status, true, status, entries);
        // 8 to 10
        report.push(CheckName::Recipient, true, examined.recipient.clone(), Vec::new());
        report.push(CheckName::Endorsements, false, endorsements, items);
        let trust = trust::check(&self.policy.trust, &examined.issuer, settled.issuer.result);
        report.push(CheckName::Trust, false, trust, Vec::new());
        held.into_iter().for_each(|held| report.add_credential(held, false));
        Ok(report)
    }

    /// VCDM 2.0 §4.13: a presentation is as good as what it holds; its own proof says who presents it.
    fn decide_presentation(
        &self,
        secured: &Secured,
        settled: &Settled,
        mut report: Report,
    ) -> Result<Report, Vec<Need>> {
        let holder = match (settled.proof.result, settled.issuer.code) {
            (CheckResult::NotApplicable, _) => Finding::not_applicable(Code::PresentationUnsigned),
            (_, Code::IssuerAuthenticated) => Finding::valid(Code::HolderAuthenticated),
            (_, Code::IssuerNotAuthenticated) => Finding::new(settled.issuer.result, Code::HolderNotAuthenticated),
            _ => settled.issuer.clone(),
        };
        let name = examine::clip(&secured.examined.issuer);
        let holder = if name.is_empty() { holder } else { holder.with("holder", name) };
        report.push(CheckName::Issuer, true, holder, Vec::new());
        self.held(secured, settled)?.into_iter().for_each(|held| report.add_credential(held, true));
        report.show_single_claims();
        // Where nothing inside was looked at, nothing is known of it.
        examine::not_reached(&mut report);
        Ok(report)
    }

    /// The refreshed form of a credential (1EdTech VC Refresh Service), where it is authentic and of the same id and
    /// issuer; else why it is not taken. It is not refreshed in turn.
    fn refreshed<'s>(&self, secured: &'s Secured, url: &str) -> Result<Result<&'s Secured, Finding>, Vec<Need>> {
        let failed = |reason: &str| Finding::unknown(Code::RefreshFailed).with("reason", reason);
        if !status::is_trustworthy(url) {
            return Ok(Err(failed("url")));
        }
        let Some(document) = self.documents.get(url) else { return Err(vec![Need::Document { url: url.to_owned() }]) };
        let Some(document) = document else { return Ok(Err(failed("unavailable"))) };
        let opened = secured.refreshed.get_or_init(|| {
            let old = &secured.examined;
            let new = examine::examine(&self.contexts.0, document, Role::Badge, &self.policy, self.now)
                .map_err(|report| failed(report.code().as_str()))?;
            if let Some(check) = new.report.checks().iter().find(|check| check.finding.result != CheckResult::Valid) {
                return Err(failed(check.finding.code.as_str()));
            }
            if (&new.id, &new.issuer) != (&old.id, &old.issuer) {
                return Err(failed("id"));
            }
            Ok(Box::new(Secured::new(Examined { refresh: None, ..new }, secured.depth)))
        });
        let refreshed = match opened {
            Ok(refreshed) => refreshed,
            Err(finding) => return Ok(Err(finding.clone())),
        };
        let settled = refreshed.settled(&self.documents)?;
        let doubt = [&settled.proof, &settled.issuer].into_iter().find(|finding| finding.result != CheckResult::Valid);
        Ok(match doubt {
            Some(finding) => Err(failed(finding.code.as_str())),
            None => Ok(refreshed),
        })
    }

    /// The credentials inside of one whose proof holds, each with where it stands.
    fn inner<'s>(&self, secured: &'s Secured) -> impl Iterator<Item = (&'s Nested, &'s Result<Secured, Report>)> {
        let nested = &secured.examined.nested;
        let inner =
            secured.inner.get_or_init(|| nested.iter().map(|nested| self.open(nested, secured.depth)).collect());
        nested.iter().zip(inner)
    }

    fn open(&self, nested: &Nested, depth: u8) -> Result<Secured, Report> {
        let refused = |code| Err(examine::ended(Report::new(self.now), CheckName::Format, Finding::unknown(code)));
        let depth = if nested.role == Role::Endorsement { depth + 1 } else { 0 };
        if depth > MAX_ENDORSEMENT_DEPTH {
            return refused(Code::NestedTooDeep);
        }
        let count = self.nested.get();
        if count >= MAX_NESTED {
            return refused(Code::TooManyCredentials);
        }
        self.nested.set(count + 1);
        let text = nested.text.as_bytes();
        let examined = examine::examine(&self.contexts.0, text, nested.role, &self.policy, self.now)?;
        Ok(Secured::new(examined, depth))
    }

    /// The reports of the credentials that a presentation or a learner record holds, or what they need. A credential whose
    /// holder's proof does not hold is not looked at.
    fn held(&self, secured: &Secured, settled: &Settled) -> Result<Vec<Report>, Vec<Need>> {
        let is_envelope = matches!(secured.examined.role, Role::Presentation | Role::Record);
        if !is_envelope || settled.proof.result == CheckResult::Unknown {
            return Ok(Vec::new());
        }
        let mut needs = Vec::new();
        let mut reports = Vec::new();
        for (_, inner) in self.inner(secured).filter(|(nested, _)| nested.role != Role::Endorsement) {
            reports.extend(gather(&mut needs, self.report_of(inner)));
        }
        if needs.is_empty() { Ok(reports) } else { Err(needs) }
    }

    fn report_of(&self, inner: &Result<Secured, Report>) -> Result<Report, Vec<Need>> {
        match inner {
            Ok(secured) => self.report(secured).cloned(),
            Err(report) => Ok(report.clone()),
        }
    }

    /// OB 3.0 §8.2 step 6: each endorsement is a credential of its own. One that does not hold is none, and makes the badge
    /// no worse: the check as a whole is then open.
    fn endorsements(&self, secured: &Secured, settled: &Settled) -> Result<(Finding, Vec<Finding>), Vec<Need>> {
        if !secured.examined.nested.iter().any(|nested| nested.role == Role::Endorsement) {
            return Ok((Finding::not_applicable(Code::NoEndorsements), Vec::new()));
        }
        if settled.proof.result != CheckResult::Valid {
            return Ok((Finding::unknown(Code::EndorsementsNotChecked), Vec::new()));
        }
        let mut needs = Vec::new();
        let mut items = Vec::new();
        for (nested, inner) in self.inner(secured).filter(|(nested, _)| nested.role == Role::Endorsement) {
            items.extend(gather(&mut needs, self.endorsement(nested, inner)).into_iter().flatten());
        }
        if !needs.is_empty() {
            return Err(needs);
        }
        let all_hold = items.iter().all(|item| item.result == CheckResult::Valid);
        let finding = if all_hold {
            Finding::valid(Code::EndorsementsVerified)
        } else {
            Finding::unknown(Code::EndorsementsNotVerified)
        };
        Ok((finding, items))
    }

    /// What one endorsement comes to, followed by those of its endorser.
    fn endorsement(&self, nested: &Nested, inner: &Result<Secured, Report>) -> Result<Vec<Finding>, Vec<Need>> {
        let report = self.report_of(inner)?;
        let said = inner.as_ref().ok().map(|secured| &secured.examined);
        let mut finding = report.decisive();
        if let Some(examined) = said {
            let subject = &examined.endorsement.subject;
            if finding.result == CheckResult::Valid && !nested.about.contains(subject) {
                finding = Finding::invalid(Code::EndorsesSomethingElse).with("endorses", examine::clip(subject));
            }
            finding = finding.with("issuer", examine::clip(&examined.issuer));
            for (name, value) in &examined.endorsement.data {
                finding = finding.with(name, value);
            }
        }
        let further = report.check(CheckName::Endorsements).map(|check| check.items.clone()).unwrap_or_default();
        Ok([vec![finding], further].concat())
    }

    /// What each status entry comes to, or what is needed to know it.
    fn statuses(&self, examined: &Examined, badge: &Settled) -> Result<Vec<Finding>, Vec<Need>> {
        let mut needs = Vec::new();
        let mut findings = Vec::new();
        for entry in &examined.status {
            findings.extend(gather(&mut needs, self.status(entry, examined, badge)));
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
        let finding = match self.documents.get(url) {
            // A badge whose proof does not hold has no say in which lists are fetched.
            _ if badge.proof.result != CheckResult::Valid => Finding::unknown(Code::NotReached),
            None => return Err(vec![Need::Document { url: url.clone() }]),
            Some(document) => match &*self.list(url, document) {
                Err(finding) => finding.clone(),
                Ok(list) => self.status_in(list, kind, purpose, index)?,
            },
        };
        Ok(finding
            .with("statusPurpose", purpose.as_str())
            .with("statusListIndex", &index.to_string())
            .with("statusListCredential", examine::clip(url)))
    }

    /// The list in a document, examined once however many credentials name it.
    fn list(&self, url: &str, document: Option<&[u8]>) -> Rc<Result<Secured, Finding>> {
        if let Some(list) = self.lists.borrow().get(url) {
            return Rc::clone(list);
        }
        let list = Rc::new(self.examine_list(document));
        self.lists.borrow_mut().insert(url.to_owned(), Rc::clone(&list));
        list
    }

    fn examine_list(&self, document: Option<&[u8]>) -> Result<Secured, Finding> {
        let bytes = document.ok_or_else(|| Finding::unknown(Code::StatusListUnavailable))?;
        match examine::examine(&self.contexts.0, bytes, Role::StatusList, &self.policy, self.now) {
            Ok(examined) if examined.list.is_some() => Ok(Secured::new(examined, 0)),
            Ok(Examined { report, .. }) | Err(report) => {
                Err(Finding::unknown(Code::StatusListMalformed).with("reason", report.code().as_str()))
            }
        }
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

/// What was found; what is needed instead joins the other needs.
fn gather<T>(needs: &mut Vec<Need>, found: Result<T, Vec<Need>>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(missing) => {
            for need in missing {
                if !needs.contains(&need) {
                    needs.push(need);
                }
            }
            None
        }
    }
}

/// The finding that speaks for all: revoked beats everything, then what is unknown.
fn worst(findings: &[Finding]) -> Option<&Finding> {
    let first = |result| findings.iter().find(|finding| finding.result == result);
    first(CheckResult::Invalid).or_else(|| first(CheckResult::Unknown)).or_else(|| findings.first())
}
