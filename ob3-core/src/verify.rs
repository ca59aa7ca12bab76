//! Verification without network and clock: the caller brings bytes, a policy and the time, supplies the documents and
//! signature checks that are asked for, and gets a report.

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::base64url;
use crate::examine::{self, Examined, Role};
use crate::nested::{MAX_ENDORSEMENT_DEPTH, MAX_NESTED, Nested};
use crate::policy::Policy;
use crate::proof::Algorithm;
use crate::report::{CheckName, CheckResult, Code, Finding, Report};
use crate::settle::{Documents, Settled};
use crate::sign::Contexts;
use crate::status::{self, Kind, MAX_LISTS_BYTES, Purpose, StatusEntry, StatusList};
use crate::time::DateTime;
use crate::trust;
use ob3_rdf::canonicalize::MAX_WORK;
use ob3_rdf::json::Writer;
use ob3_rdf::map::Map;

/// Most bytes of all credentials inside, refreshed badges and status lists together: each of a hundred documents may be as
/// large as the host lets it be. The credentials of the largest input take up half of it.
const MAX_OPENED_BYTES: usize = 12 << 20;

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

    /// A verifier with these contexts.
    #[cfg(feature = "any-credential")]
    #[must_use]
    pub fn with_contexts(contexts: Contexts) -> Self {
        Self { contexts: Rc::new(contexts) }
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
        let work = self.contexts.0.work();
        work.set(MAX_WORK);
        let input = Secured::open(&self.contexts, input, Role::Presentation, 0, policy, now);
        let documents = Documents::new(policy.unauthenticated_issuer, now);
        Verification {
            input,
            contexts: Rc::clone(&self.contexts),
            policy: policy.clone(),
            now,
            documents,
            asked: Vec::new(),
            lists: RefCell::default(),
            list_bytes: Cell::new(0),
            work: Cell::new(work.get()),
            nested: Cell::new(0),
            opened_bytes: Cell::new(0),
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
    input: Opened,
    contexts: Rc<Contexts>,
    policy: Policy,
    now: DateTime,
    documents: Documents,
    /// What the last step asked for.
    asked: Vec<Need>,
    /// The status lists among the documents.
    lists: RefCell<Map<String, Rc<Opened>>>,
    /// The bytes that they inflated to.
    list_bytes: Cell<usize>,
    /// The steps of canonicalisation that are left.
    work: Cell<u32>,
    /// How many credentials inside of others were looked at.
    nested: Cell<usize>,
    /// The bytes of all that belongs to the input, and was read.
    opened_bytes: Cell<usize>,
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
    inner: OnceCell<Vec<Opened>>,
    /// Its refreshed form.
    refreshed: OnceCell<Opened>,
    report: OnceCell<Report>,
}

/// What a document is read as; or the whole report, where it can not be read or its claims are not covered.
type Opened = Result<Box<Secured>, Report>;

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

impl Step {
    /// For hosts that speak JSON: the report (see [`Report::to_json`]), or
    /// `{needs: {documents: [url…], signatures: [{id, algorithm, key, message, signature}…]}}`, where `key` is the text of a JWK
    /// and the bytes are base64url.
    #[must_use]
    pub fn to_json(&self) -> String {
        let needs = match self {
            Self::Done(report) => return report.to_json(),
            Self::Need(needs) => needs,
        };
        let mut out = Writer::with_capacity(1024);
        let documents = needs.iter().filter_map(|need| match need {
            Need::Document { url } => Some(url),
            Need::Signature(_) => None,
        });
        let checks = needs.iter().filter_map(|need| match need {
            Need::Document { .. } => None,
            Need::Signature(check) => Some(check),
        });
        out.object(|out| {
            out.member("needs").object(|out| {
                out.member("documents").array(|out| documents.for_each(|url| out.element().string(url)));
                out.member("signatures").array(|out| {
                    for check in checks {
                        out.element().object(|out| {
                            out.member("id").string(&check.id);
                            out.member("algorithm").string(check.algorithm.as_str());
                            out.member("key").string(&check.key);
                            out.member("message").string(&base64url::encode(&check.message));
                            out.member("signature").string(&base64url::encode(&check.signature));
                        });
                    }
                });
            });
        });
        out.into_string()
    }
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
    fn open(contexts: &Contexts, bytes: &[u8], role: Role, depth: u8, policy: &Policy, now: DateTime) -> Opened {
        let examined = examine::examine(&contexts.0, bytes, role, policy, now)?;
        Ok(Box::new(Self {
            examined,
            depth,
            settled: OnceCell::new(),
            inner: OnceCell::new(),
            refreshed: OnceCell::new(),
            report: OnceCell::new(),
        }))
    }

    /// What the proofs come to; `None` while something is needed.
    fn settled(&self, documents: &Documents) -> Option<&Settled> {
        if self.settled.get().is_none() {
            self.settled.set(documents.settle(&self.examined)?).ok()?;
        }
        self.settled.get()
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
    ///
    /// [`Step::Done`] ends it. A further step would decide anew, with what the first has left of its bounds.
    pub fn step(&mut self) -> Step {
        let documents = &self.documents;
        self.asked.retain(|need| !documents.has(need));
        if self.asked.is_empty() {
            self.report_of(&self.input);
            let report = match &mut self.input {
                // Taken and not copied: there are no further steps.
                Ok(secured) => secured.report.take(),
                Err(report) => Some(report.clone()),
            };
            if let Some(report) = report {
                return Step::Done(report);
            }
            self.asked = self.documents.take_needs();
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

    /// The report over a credential; `None`, here and below, while something is needed.
    fn report<'s>(&self, secured: &'s Secured) -> Option<&'s Report> {
        if secured.report.get().is_none() {
            secured.report.set(self.decide(secured)?).ok()?;
        }
        secured.report.get()
    }

    /// Checks 4 to 10.
    fn decide(&self, secured: &Secured) -> Option<Report> {
        let examined = &secured.examined;
        let settled = secured.settled(&self.documents)?;
        let mut report = examined.report.clone();

        // 4. The signature.
        report.push(CheckName::Proof, true, settled.proof.clone(), settled.items.clone());
        if examine::is_bad(&settled.proof) {
            examine::not_reached(&mut report);
            return Some(report);
        }
        if cfg!(feature = "nested") && examined.role == Role::Presentation {
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
            return Some(report);
        }
        // 5. The key is the issuer's.
        let issuer = settled.issuer.clone().with("issuer", examine::clip(&examined.issuer));
        report.push(CheckName::Issuer, true, issuer, Vec::new());
        // 6. The time.
        let failed = refreshed.and_then(|(url, failed)| Some(failed.err()?.with("refreshService", examine::clip(url))));
        report.push(CheckName::Validity, true, examined.validity.clone(), failed.into_iter().collect());
        // 7. The status; and what stands inside, which is asked for in the same rounds.
        let entries = self.statuses(examined, settled);
        let endorsements = self.endorsements(secured, settled);
        let held = self.held(secured, settled);
        // A badge whose proof does not hold has no say in which schemas are fetched.
        let schemas = examined.schemas.as_ref().filter(|_| settled.proof.result == CheckResult::Valid);
        let schemas = schemas.map_or(Some(Vec::new()), |schemas| schemas.check(&self.documents));
        let (entries, (endorsements, items), held, schemas) = (entries?, endorsements?, held?, schemas?);
        report.add_to(CheckName::Schema, schemas);
        let status = worst(&entries).unwrap_or(&examined.no_status).clone();
        report.push(CheckName::Status, true, status, entries);
        // 8 to 10
        report.push(CheckName::Recipient, true, examined.recipient.clone(), Vec::new());
        report.push(CheckName::Endorsements, false, endorsements, items);
        let trust = trust::check(&self.policy.trust, &examined.issuer, settled.issuer.result);
        report.push(CheckName::Trust, false, trust, Vec::new());
        held.into_iter().for_each(|held| report.add_credential(held, false));
        Some(report)
    }

    /// VCDM 2.0 §4.13: a presentation is as good as what it holds; its own proof says who presents it.
    fn decide_presentation(&self, secured: &Secured, settled: &Settled, mut report: Report) -> Option<Report> {
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
        #[cfg(feature = "any-credential")]
        if report.credentials().is_empty()
            && self.policy.accepted.is_any()
            && settled.proof.result == CheckResult::Valid
        {
            // VCDM 2.0 §4.13: it may hold nothing, and says then who presents it and nothing more.
            for (name, code) in [
                (CheckName::Validity, Code::WithinValidity),
                (CheckName::Status, Code::NoStatus),
                (CheckName::Recipient, Code::RecipientNotAsked),
                (CheckName::Endorsements, Code::NoEndorsements),
                (CheckName::Trust, Code::NoTrustRegistries),
            ] {
                report.push(name, true, Finding::not_applicable(code), Vec::new());
            }
        }
        report.show_single_claims();
        // Where nothing inside was looked at, nothing is known of it.
        examine::not_reached(&mut report);
        Some(report)
    }

    /// The refreshed form of a credential (1EdTech VC Refresh Service), where it is authentic and of the same id and
    /// issuer; else why it is not taken. It is not refreshed in turn.
    fn refreshed<'s>(&self, secured: &'s Secured, url: &str) -> Option<Result<&'s Secured, Finding>> {
        let failed = |reason: &str| Finding::unknown(Code::RefreshFailed).with("reason", reason);
        if !cfg!(feature = "nested") {
            return Some(Err(failed("unsupported")));
        }
        if !status::is_trustworthy(url) {
            return Some(Err(failed("url")));
        }
        let Some(document) = self.documents.get(url)? else { return Some(Err(failed("unavailable"))) };
        // Once: what it says of a refreshed form of its own is passed over.
        let once = |mut opened: Box<Secured>| {
            opened.examined.refresh = None;
            opened
        };
        let open = || self.open(document, Role::Badge, secured.depth).map(once);
        let refreshed = match secured.refreshed.get_or_init(open) {
            Ok(refreshed) => refreshed,
            Err(report) => return Some(Err(failed(report.code().as_str()))),
        };
        let (old, new) = (&secured.examined, &refreshed.examined);
        if let Some(check) = new.report.checks().iter().find(|check| check.finding.result != CheckResult::Valid) {
            return Some(Err(failed(check.finding.code.as_str())));
        }
        if (&new.id, &new.issuer) != (&old.id, &old.issuer) {
            return Some(Err(failed("id")));
        }
        let settled = refreshed.settled(&self.documents)?;
        let doubt = [&settled.proof, &settled.issuer].into_iter().find(|finding| finding.result != CheckResult::Valid);
        Some(match doubt {
            Some(finding) => Err(failed(finding.code.as_str())),
            None => Ok(refreshed),
        })
    }

    /// Opens what belongs to the badge: it has the steps, and the room, that the badge and all before it have left.
    fn open(&self, bytes: &[u8], role: Role, depth: u8) -> Opened {
        let opened_bytes = self.opened_bytes.get().saturating_add(bytes.len());
        if opened_bytes > MAX_OPENED_BYTES {
            let finding = Finding::unknown(Code::InputTooLarge).with("bytes", &opened_bytes.to_string());
            let finding = finding.with("limit", &MAX_OPENED_BYTES.to_string());
            return Err(examine::ended(Report::new(self.now), CheckName::Format, finding));
        }
        self.opened_bytes.set(opened_bytes);
        let work = self.contexts.0.work();
        work.set(self.work.get());
        let opened = Secured::open(&self.contexts, bytes, role, depth, &self.policy, self.now);
        self.work.set(work.get());
        opened
    }

    /// The credentials inside of one whose proof holds, each with where it stands.
    fn inner<'s>(&self, secured: &'s Secured) -> impl Iterator<Item = (&'s Nested, &'s Opened)> {
        let nested = &secured.examined.nested;
        let open = || nested.iter().map(|nested| self.open_nested(nested, secured.depth)).collect();
        nested.iter().zip(secured.inner.get_or_init(open))
    }

    fn open_nested(&self, nested: &Nested, depth: u8) -> Opened {
        let depth = if nested.role == Role::Endorsement { depth + 1 } else { 0 };
        let count = self.nested.get();
        let refused = if depth > MAX_ENDORSEMENT_DEPTH {
            Code::NestedTooDeep
        } else if count >= MAX_NESTED {
            Code::TooManyCredentials
        } else {
            self.nested.set(count + 1);
            return self.open(nested.text.as_bytes(), nested.role, depth);
        };
        Err(examine::ended(Report::new(self.now), CheckName::Format, Finding::unknown(refused)))
    }

    /// The reports of the credentials that a presentation or a learner record holds. They are not looked at where its own
    /// proof does not hold.
    fn held(&self, secured: &Secured, settled: &Settled) -> Option<Vec<Report>> {
        let is_envelope = matches!(secured.examined.role, Role::Presentation | Role::Record);
        if !cfg!(feature = "nested") || !is_envelope || settled.proof.result == CheckResult::Unknown {
            return Some(Vec::new());
        }
        #[cfg(feature = "any-credential")]
        self.settle_self_asserted(secured, settled);
        let held = self.inner(secured).filter(|(nested, _)| nested.role != Role::Endorsement);
        all(held.map(|(_, inner)| self.report_of(inner).cloned()))
    }

    /// VCDM 2.0 §4.13.3: what the holder says of themselves may have no proof but that of the presentation, which covers it. The
    /// presentation must name its holder, and the credential the same as its issuer.
    #[cfg(feature = "any-credential")]
    fn settle_self_asserted(&self, secured: &Secured, settled: &Settled) {
        let holder = &secured.examined;
        let is_signed = settled.proof.result == CheckResult::Valid && settled.issuer.result == CheckResult::Valid;
        if !(self.policy.accepted.is_any() && holder.role == Role::Presentation && holder.names_issuer && is_signed) {
            return;
        }
        for (_, inner) in self.inner(secured) {
            if let Ok(inner) = inner
                && inner.examined.role == Role::Credential
                && inner.examined.no_proofs.code == Code::ProofMissing
                && inner.examined.proofs.is_empty()
                && inner.examined.issuer == holder.issuer
            {
                let settled = || Settled {
                    proof: Finding::valid(Code::SignatureValid),
                    items: Vec::new(),
                    issuer: Finding::valid(Code::IssuerAuthenticated),
                };
                inner.settled.get_or_init(settled);
            }
        }
    }

    fn report_of<'s>(&self, inner: &'s Opened) -> Option<&'s Report> {
        match inner {
            Ok(secured) => self.report(secured),
            Err(report) => Some(report),
        }
    }

    /// OB 3.0 §8.2 step 6: each endorsement is a credential of its own. One that does not hold is none, and makes the badge
    /// no worse: the check as a whole is then open.
    fn endorsements(&self, secured: &Secured, settled: &Settled) -> Option<(Finding, Vec<Finding>)> {
        if !secured.examined.nested.iter().any(|nested| nested.role == Role::Endorsement) {
            return Some((Finding::not_applicable(Code::NoEndorsements), Vec::new()));
        }
        if settled.proof.result != CheckResult::Valid || !cfg!(feature = "nested") {
            return Some((Finding::unknown(Code::EndorsementsNotChecked), Vec::new()));
        }
        let inner = self.inner(secured).filter(|(nested, _)| nested.role == Role::Endorsement);
        let items = all(inner.map(|(nested, inner)| self.endorsement(nested, inner)))?.concat();
        let all_hold = items.iter().all(|item| item.result == CheckResult::Valid);
        let finding = if all_hold {
            Finding::valid(Code::EndorsementsVerified)
        } else {
            Finding::unknown(Code::EndorsementsNotVerified)
        };
        Some((finding, items))
    }

    /// What one endorsement comes to, followed by those of its endorser.
    fn endorsement(&self, nested: &Nested, inner: &Opened) -> Option<Vec<Finding>> {
        let report = self.report_of(inner)?;
        let mut finding = report.decisive();
        if let Ok(secured) = inner {
            let examined = &secured.examined;
            let subject = &examined.endorsement.subject;
            if finding.result == CheckResult::Valid && !nested.may_be_about(subject) {
                finding = Finding::invalid(Code::EndorsesSomethingElse).with("endorses", examine::clip(subject));
            }
            finding = finding.with("issuer", examine::clip(&examined.issuer));
            for (name, value) in &examined.endorsement.data {
                finding = finding.with(name, value);
            }
        }
        let mut findings = vec![finding];
        if let Some(check) = report.check(CheckName::Endorsements) {
            findings.extend_from_slice(&check.items);
        }
        Some(findings)
    }

    /// What each status entry comes to.
    fn statuses(&self, examined: &Examined, badge: &Settled) -> Option<Vec<Finding>> {
        all(examined.status.iter().map(|entry| self.status(entry, examined, badge)))
    }

    /// Bitstring Status List §3.2, for one entry. Whatever keeps the list from being read or trusted leaves the status
    /// unknown: it is never taken for clear.
    fn status(&self, entry: &StatusEntry, examined: &Examined, badge: &Settled) -> Option<Finding> {
        let (kind, purpose, index, url) = match entry {
            StatusEntry::Unusable(finding) => return Some(finding.clone()),
            StatusEntry::RevocationList { list } => return self.in_revocation_list(list, examined, badge),
            StatusEntry::Bitstring { kind, purpose, index, list } => (*kind, *purpose, *index, list),
        };
        let finding = if badge.proof.result == CheckResult::Valid {
            let document = self.documents.get(url)?;
            match document {
                None => Finding::unknown(Code::StatusListUnavailable),
                Some(document) => {
                    let list = self.list(url, document);
                    let finding = self.status_in(&list, kind, purpose, index)?;
                    // Bitstring Status List leaves to the verifier whose lists it believes.
                    match list.as_ref() {
                        Ok(list) if list.examined.issuer != examined.issuer => {
                            finding.with("listIssuer", examine::clip(&list.examined.issuer))
                        }
                        _ => finding,
                    }
                }
            }
        } else {
            // A badge whose proof does not hold has no say in which lists are fetched.
            Finding::unknown(Code::NotReached)
        };
        Some(
            finding
                .with("statusPurpose", purpose.as_str())
                .with("statusListIndex", &index.to_string())
                .with("statusListCredential", examine::clip(url)),
        )
    }

    /// The list in a document, examined once however many credentials name it.
    fn list(&self, url: &str, document: &[u8]) -> Rc<Opened> {
        if let Some(known) = self.lists.borrow().get(url) {
            return Rc::clone(known);
        }
        let list = Rc::new(self.open_list(document));
        self.lists.borrow_mut().insert(url.to_owned(), Rc::clone(&list));
        list
    }

    /// A list that there is no more room for is not kept, and those behind it are not even inflated.
    fn open_list(&self, document: &[u8]) -> Opened {
        if self.list_bytes.get() <= MAX_LISTS_BYTES {
            let opened = self.open(document, Role::StatusList, 0);
            let list = opened.as_ref().ok().and_then(|opened| opened.examined.list.as_ref());
            self.list_bytes.set(self.list_bytes.get().saturating_add(list.map_or(0, StatusList::bytes)));
            if self.list_bytes.get() <= MAX_LISTS_BYTES {
                return opened;
            }
        }
        let too_many = Finding::unknown(Code::TooManyStatusEntries);
        Err(examine::ended(Report::new(self.now), CheckName::Format, too_many))
    }

    fn in_revocation_list(&self, url: &str, examined: &Examined, badge: &Settled) -> Option<Finding> {
        let finding = if badge.proof.result == CheckResult::Valid {
            match self.documents.read(url)? {
                None => Finding::unknown(Code::StatusListUnavailable),
                Some(list) => status::check_revocation_list(list, &examined.id, &examined.issuer),
            }
        } else {
            Finding::unknown(Code::NotReached)
        };
        Some(finding.with("revocationList", examine::clip(url)))
    }

    fn status_in(&self, list: &Opened, kind: Kind, purpose: Purpose, index: usize) -> Option<Finding> {
        let malformed = |report: &Report| match report.code() {
            code @ Code::TooManyStatusEntries => Finding::unknown(code),
            code => Finding::unknown(Code::StatusListMalformed).with("reason", code.as_str()),
        };
        let list = match list {
            Ok(list) => list,
            Err(report) => return Some(malformed(report)),
        };
        let Some(bits) = &list.examined.list else { return Some(malformed(&list.examined.report)) };
        let settled = list.settled(&self.documents)?;
        for finding in [&settled.proof, &settled.issuer] {
            if finding.result != CheckResult::Valid {
                return Some(Finding::unknown(Code::StatusListNotAuthentic).with("reason", finding.code.as_str()));
            }
        }
        let validity = &list.examined.validity;
        if validity.result != CheckResult::Valid {
            return Some(Finding::unknown(Code::StatusListOutdated).with("reason", validity.code.as_str()));
        }
        Some(bits.check(kind, purpose, index))
    }
}

/// All that was found. Each is looked for even where one before it is missing, so that what all of them need is known.
fn all<T>(found: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let mut is_complete = true;
    let mut items = Vec::new();
    for item in found {
        is_complete &= item.is_some();
        items.extend(item);
    }
    is_complete.then_some(items)
}

/// The finding that speaks for all: revoked beats everything, then what is unknown.
fn worst(findings: &[Finding]) -> Option<&Finding> {
    let first = |result| findings.iter().find(|finding| finding.result == result);
    first(CheckResult::Invalid).or_else(|| first(CheckResult::Unknown)).or_else(|| findings.first())
}
