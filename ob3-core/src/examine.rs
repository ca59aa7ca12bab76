//! What can be said of an input without any other document: everything but whose key it is.

use std::borrow::Cow;

use crate::claims;
use crate::input::{self, Form};
use crate::json_schema::Schemas;
use crate::jwt::{self, Dates};
use crate::nested::{self, Endorsement, Nested, has_type};
use crate::policy::{Accepted, Policy, StatusPolicy};
use crate::proof::open::{self, KeyRef, MAX_PROOFS, Proof, ProofState, Signed};
use crate::proof::rdfc;
use crate::recipient;
use crate::report::{CheckName, CheckResult, Code, Finding, Report};
use crate::schema;
use crate::status::{self, StatusEntry, StatusList};
use crate::time::DateTime;
use ob3_rdf::contexts::{VC_V1_URL, VC_V2_URL};
use ob3_rdf::json::{Object, Value};
use ob3_rdf::jsonld::{ContextStore, ErrorCode, JsonLdError, Options};

/// What a credential is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// An Open Badge.
    Badge,
    /// A Comprehensive Learner Record, which holds badges. Where one may be, a badge may be as well.
    Record,
    /// A Verifiable Presentation of badges and records. Where one may be, a badge or a record may be as well.
    Presentation,
    /// An endorsement of what a badge speaks of.
    Endorsement,
    /// A status list that a badge names.
    StatusList,
    /// Any other credential, where those are taken.
    #[cfg(feature = "any-credential")]
    Credential,
}

impl Role {
    /// What a document is read as, by its types, where it may be one of several things.
    #[cfg_attr(not(feature = "any-credential"), expect(unused_variables, reason = "only the feature has a choice"))]
    fn of(self, document: &Value<'_>, accepted: Accepted) -> Self {
        let is = |name| has_type(document.get("type"), name);
        match self {
            Self::Presentation if is(nested::PRESENTATION) => Self::Presentation,
            Self::Presentation | Self::Record if is("ClrCredential") => Self::Record,
            #[cfg(feature = "any-credential")]
            Self::Presentation | Self::Record if accepted.is_any() && !schema::is_badge(document) => Self::Credential,
            Self::Presentation | Self::Record => Self::Badge,
            only => only,
        }
    }

    /// Whether its standard asks for a date from which on it is valid.
    const fn is_dated(self) -> bool {
        match self {
            Self::StatusList | Self::Presentation => false,
            #[cfg(feature = "any-credential")]
            Self::Credential => false,
            Self::Badge | Self::Record | Self::Endorsement => true,
        }
    }

    /// What a key must be listed for (VC Data Integrity §2.4).
    pub(crate) const fn proof_purpose(self) -> &'static str {
        if matches!(self, Self::Presentation) { "authentication" } else { "assertionMethod" }
    }
}

/// A credential that was read, with what is left to decide.
pub(crate) struct Examined {
    /// The checks that are made: format, json_ld and schema.
    pub(crate) report: Report,
    pub(crate) role: Role,
    pub(crate) proofs: Vec<Proof>,
    /// Said of the proof check where there is no proof to look at.
    pub(crate) no_proofs: Finding,
    /// The credential's own id.
    pub(crate) id: String,
    /// Who signs: the issuer, or the holder of a presentation.
    pub(crate) issuer: String,
    /// Whether the document says who that is.
    #[cfg(feature = "any-credential")]
    pub(crate) names_issuer: bool,
    pub(crate) validity: Finding,
    pub(crate) status: Vec<StatusEntry>,
    /// Said of the status check where there are no entries to look at.
    pub(crate) no_status: Finding,
    /// The schemas that it names beside its standard's own.
    pub(crate) schemas: Option<Schemas>,
    pub(crate) recipient: Finding,
    /// The credentials inside it.
    pub(crate) nested: Vec<Nested>,
    /// What it says, where it is read as an endorsement.
    pub(crate) endorsement: Endorsement,
    /// Where its refreshed form is.
    pub(crate) refresh: Option<String>,
    /// The list, where the credential is read as one.
    pub(crate) list: Option<StatusList>,
}

/// Reads and examines an input; `Err` is the whole report where it can not be read or its claims are not covered.
pub(crate) fn examine(
    store: &ContextStore,
    bytes: &[u8],
    asked: Role,
    policy: &Policy,
    now: DateTime,
) -> Result<Examined, Report> {
    let mut report = Report::new(now);
    let format = |report: Report, finding| Err(ended(report, CheckName::Format, finding));

    // 1. The format.
    // A document that a badge leads to is as large as its host lets it be.
    let max_bytes = if asked == Role::Presentation { policy.max_bytes } else { usize::MAX };
    let read = input::read(bytes, max_bytes);
    let is_compressed = matches!(&read, Ok((Form::Png, Cow::Owned(_))));
    let (form, text) = match &read {
        Ok((form, text)) => (form, text.trim()),
        Err(finding) => return format(report, finding.clone()),
    };
    let compact = if cfg!(feature = "jwt") { jwt::split(text) } else { None };
    let parts = match &compact {
        Some(compact) => {
            input::parse(&compact.header).and_then(|header| Ok((Some(header), input::parse(&compact.payload)?)))
        }
        None if cfg!(feature = "jwt") && jwt::is_compact(text) => Err(Finding::invalid(Code::JwtMalformed)),
        None => input::parse(text).map(|document| (None, document)),
    };
    let (header, payload) = match parts {
        Ok(parts) => parts,
        Err(finding) => return format(report, finding),
    };
    // A JSON input is the credential and its proof; the payload of a JWS has the credential among its claims.
    let is_jws = cfg!(feature = "jwt") && header.is_some();
    let (mut embedded, signed) = if is_jws { (None, Some(payload)) } else { (Some(payload), None) };
    let proof = match &mut embedded {
        Some(Value::Object(object)) => object.remove("proof"),
        _ => None,
    };
    let payload = signed.as_ref().and_then(Value::as_object);
    let dates = payload.map(Dates::of).unwrap_or_default();
    let unwrapped = payload.map(|claims| jwt::document(claims, &dates));
    let Some(document) = embedded.as_ref().or(unwrapped.as_ref()) else {
        return format(report, Finding::invalid(Code::NotACredential));
    };
    let role = asked.of(document, policy.accepted);
    let is_read = input::check_depth(document, policy.max_depth).and_then(|()| match role {
        Role::Presentation if !cfg!(feature = "nested") => Err(input::unsupported("presentation")),
        Role::Record if !cfg!(feature = "nested") => Err(input::unsupported("learner record")),
        Role::Presentation => Ok(()),
        _ => input::check_is_credential(document),
    });
    if let Err(finding) = is_read {
        return format(report, finding);
    }
    report.set_claims(claims::to_json(document, role));
    let mut finding =
        Finding::valid(Code::CredentialRead).with("form", form.as_str()).with("bytes", &bytes.len().to_string());
    if is_compressed {
        // Against OB 3.0 §5.3.1, and harmless.
        finding = finding.with("compression", "zlib");
    }
    report.push(CheckName::Format, true, finding, Vec::new());

    // 2. The claims are what the signature covers.
    let Value::Object(credential) = document else {
        return Err(ended(report, CheckName::JsonLd, Finding::invalid(Code::ContextMissing)));
    };
    // A presentation that nobody signed is a mere envelope: there is nothing to be covered.
    let is_envelope = cfg!(feature = "nested") && role == Role::Presentation && proof.is_none() && !is_jws;
    let expanded = if is_envelope {
        report.push(CheckName::JsonLd, true, Finding::not_applicable(Code::PresentationUnsigned), Vec::new());
        None
    } else {
        let may_define = match role {
            #[cfg(feature = "any-credential")]
            Role::Credential => true,
            Role::Presentation => policy.accepted.is_any(),
            _ => false,
        };
        match check_contexts(store, credential, may_define).and_then(|()| match header {
            // A JWS covers every byte, whatever JSON-LD would make of them.
            Some(_) => Ok(None),
            None => expand(store, document, policy).map(Some),
        }) {
            Ok(expanded) => {
                report.push(CheckName::JsonLd, true, Finding::valid(Code::ClaimsCovered), Vec::new());
                expanded
            }
            Err(finding) => return Err(ended(report, CheckName::JsonLd, finding)),
        }
    };

    // 3. The shape.
    let is_v1 = is_v1(credential);
    let (shape, list) = match role {
        #[cfg(feature = "any-credential")]
        Role::Credential => (schema::check_any(credential, proof.as_ref(), is_v1), None),
        #[cfg(feature = "any-credential")]
        Role::Presentation if policy.accepted.is_any() => (schema::check_any_presentation(credential), None),
        Role::Badge | Role::Record | Role::Presentation | Role::Endorsement => {
            (schema::check(credential, role, is_v1), None)
        }
        Role::StatusList => match StatusList::read(credential, policy.minimum_status_list_length) {
            Ok(list) => (Finding::valid(Code::SchemaConforms), Some(list)),
            Err(finding) => (finding, None),
        },
    };
    report.push(CheckName::Schema, true, shape, Vec::new());

    // 4. The proofs, as far as they can be read without a key.
    let signer = if role == Role::Presentation { "holder" } else { "issuer" };
    let issuer = id_of(credential.get(signer)).unwrap_or_default().to_owned();
    let claimed = ["nbf", "exp"].map(|claim| payload.and_then(|payload| jwt::date(payload, claim)));
    let validity = validity(credential, is_v1, claimed, role, policy, now);
    let mut proofs = match (&compact, &header, &expanded) {
        (Some(compact), Some(Value::Object(header)), _) if cfg!(feature = "jwt") => {
            let claims = payload.map_or(Ok(()), |claims| jwt::check_claims(claims, document, role));
            // A presentation has no validity but that of its signature.
            let is_over = role == Role::Presentation && is_bad(&validity);
            let claims = if is_over { claims.and(Err(validity.clone())) } else { claims };
            vec![open::jws(compact, header, &issuer, role, claims, policy)]
        }
        (_, None, Some(expanded)) => {
            let proofs = proof.as_ref().map(Value::as_set).unwrap_or_default();
            match proofs.len() {
                0..=MAX_PROOFS => open::data_integrity(store, expanded, proofs, role.proof_purpose(), policy, now),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    let is_nameless = cfg!(feature = "nested") && role == Role::Presentation && issuer.is_empty();
    let issuer = if is_nameless { key_owner(&proofs) } else { issuer };
    // Asked of an input, and of nothing inside of it.
    #[cfg(feature = "any-credential")]
    let names_issuer = id_of(credential.get(signer)).is_some();
    let is_challenged = asked == Role::Presentation && (policy.challenge.is_some() || policy.domain.is_some());
    if is_challenged {
        let written = proof.as_ref().or(signed.as_ref()).unwrap_or(&Value::Null);
        refuse_unanswered(&mut proofs, written, is_jws, role, policy);
    }
    let no_proofs = match proof.as_ref().map_or(0, |proof| proof.as_set().len()) {
        _ if is_envelope && is_challenged => Finding::invalid(Code::ChallengeMismatch),
        _ if is_envelope => Finding::not_applicable(Code::PresentationUnsigned),
        count if count > MAX_PROOFS => Finding::invalid(Code::TooManyProofs).with("proofs", &count.to_string()),
        _ => Finding::invalid(Code::ProofMissing),
    };

    let (status, no_status) = status(credential, policy);
    Ok(Examined {
        report,
        role,
        proofs,
        no_proofs,
        id: credential.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        issuer,
        #[cfg(feature = "any-credential")]
        names_issuer,
        validity,
        status,
        no_status,
        schemas: Schemas::of(credential, proof.as_ref()),
        // An endorsement is awarded to nobody.
        recipient: recipient::check(credential, policy.recipient.as_deref().filter(|_| role != Role::Endorsement)),
        nested: nested::credentials(document, role),
        endorsement: if role == Role::Endorsement { nested::endorsement(document) } else { Endorsement::default() },
        refresh: if role == Role::Badge { refresh_service(credential) } else { None },
        list,
    })
}

/// A report that ends with this check; the others were not reached.
pub(crate) fn ended(mut report: Report, name: CheckName, finding: Finding) -> Report {
    report.push(name, true, finding, Vec::new());
    not_reached(&mut report);
    report
}

/// Fills in the checks that are missing as not reached.
pub(crate) fn not_reached(report: &mut Report) {
    for name in CheckName::ALL {
        if report.check(name).is_none() {
            report.push(name, true, Finding::unknown(Code::NotReached), Vec::new());
        }
    }
}

/// VCDM 2.0 §4.13: a presentation need not name its holder; then it is the owner of the first key.
fn key_owner(proofs: &[Proof]) -> String {
    match proofs.first().map(|proof| &proof.state) {
        Some(ProofState::Open(Signed { key: KeyRef::Method(method), .. })) => method.controller.clone(),
        _ => String::new(),
    }
}

/// Where the caller has set a challenge or a domain, no proof counts but those of a presentation that are made for it.
/// `written` is what the proofs were read from: the proofs, or the claims of a JWS.
fn refuse_unanswered(proofs: &mut [Proof], written: &Value<'_>, is_jws: bool, role: Role, policy: &Policy) {
    let written = written.as_set();
    for (at, proof) in proofs.iter_mut().enumerate() {
        let is_presented = cfg!(feature = "nested") && role == Role::Presentation;
        if !(is_presented && written.get(at).is_some_and(|proof| answers(proof, is_jws, policy))) {
            proof.state = ProofState::Settled(Finding::invalid(Code::ChallengeMismatch));
        }
    }
}

/// Whether a proof is made for the caller: VC Data Integrity §2.1 `challenge` and `domain`, or the claims of a JWS by which
/// OpenID4VP 1.0 binds a presentation, `nonce` and `aud`.
fn answers(proof: &Value<'_>, is_jws: bool, policy: &Policy) -> bool {
    let says = |name, wanted: &Option<String>| {
        let stated = proof.get(name).map(Value::as_set).unwrap_or_default();
        wanted.as_deref().is_none_or(|wanted| stated.iter().any(|stated| stated.as_str() == Some(wanted)))
    };
    let (challenge, domain) = if is_jws { ("nonce", "aud") } else { ("challenge", "domain") };
    says(challenge, &policy.challenge) && says(domain, &policy.domain)
}

/// Whether the data model is VCDM 1.1, which the first context tells.
pub(crate) fn is_v1(credential: &Object<'_>) -> bool {
    let first = credential.get("@context").and_then(|contexts| contexts.as_set().first());
    first.and_then(Value::as_str) == Some(VC_V1_URL)
}

/// VCDM 2.0 §4.3: an ordered list whose first element is the base context. Beyond the standard: every element is pinned,
/// since a signature stays valid under contexts that are appended. With `may_define` contexts may stand in the document itself.
pub(crate) fn check_contexts(store: &ContextStore, credential: &Object<'_>, may_define: bool) -> Result<(), Finding> {
    let Some(Value::Array(contexts)) = credential.get("@context") else {
        return Err(Finding::invalid(Code::ContextMissing));
    };
    for (at, context) in contexts.iter().enumerate() {
        if may_define && at > 0 && context.as_object().is_some() {
            continue;
        }
        let Value::String(url) = context else { return Err(Finding::invalid(Code::ContextInline)) };
        let is_base = url == VC_V2_URL || url == VC_V1_URL;
        if is_base != (at == 0) {
            return Err(Finding::invalid(Code::ContextOrder).with("context", clip(url)));
        }
        if !store.is_pinned(url) {
            return Err(Finding::invalid(Code::ContextUnknown).with("context", clip(url)));
        }
    }
    if contexts.is_empty() { Err(Finding::invalid(Code::ContextMissing)) } else { Ok(()) }
}

/// Expands a document and hashes it, so that a poison graph is told before anything is signed over it.
fn expand<'a>(
    store: &'a ContextStore,
    document: &'a Value<'a>,
    policy: &Policy,
) -> Result<rdfc::Document<'a>, Finding> {
    let expanded = rdfc::Document::new(store, document, &Options::credential()).map_err(json_ld_finding)?;
    if expanded.statements() > policy.max_statements {
        return Err(Finding::invalid(Code::JsonLdLimit).with("limit", &policy.max_statements.to_string()));
    }
    expanded.hash(false).map_err(|_| Finding::invalid(Code::CanonicalizationLimit))?;
    Ok(expanded)
}

pub(crate) fn json_ld_finding(error: JsonLdError) -> Finding {
    let code = match error.code {
        ErrorCode::UndefinedTerm => Code::TermUndefined,
        ErrorCode::KeywordNotAllowed => Code::KeywordNotAllowed,
        ErrorCode::DroppedValue => Code::ValueDropped,
        ErrorCode::RelativeIri => Code::IriNotAbsolute,
        ErrorCode::InlineContext => Code::ContextInline,
        ErrorCode::TooMuchWork => Code::JsonLdLimit,
        _ => Code::JsonLdSyntax,
    };
    let finding = Finding::invalid(code).with("term", &error.subject);
    if code == Code::JsonLdSyntax { finding.with("reason", error.code.as_str()) } else { finding }
}

/// The id of something that is written as an object or as a bare identifier.
pub(crate) fn id_of<'v>(value: Option<&'v Value<'_>>) -> Option<&'v str> {
    let value = value?;
    value.get("id").unwrap_or(value).as_str()
}

/// OB 3.0 §8.2 step 3: where the credential's refreshed form is.
fn refresh_service(credential: &Object<'_>) -> Option<String> {
    let service = credential.get("refreshService")?;
    let is_known = has_type(service.get("type"), "1EdTechCredentialRefresh");
    if is_known { service.get("id")?.as_str().map(str::to_owned) } else { None }
}

/// VCDM 2.0 §4.9 and VCDM 1.1 §4.6; which of the two is told by the base context, never by which members are there.
///
/// `claimed` are the dates that a JWT states beside the credential.
fn validity(
    credential: &Object<'_>,
    is_v1: bool,
    [not_before, expires]: [Option<DateTime>; 2],
    role: Role,
    policy: &Policy,
    now: DateTime,
) -> Finding {
    let (from, until) = if is_v1 { ("issuanceDate", "expirationDate") } else { ("validFrom", "validUntil") };
    let date = |name: &'static str| match credential.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_str()
            .and_then(DateTime::parse)
            .map(Some)
            .ok_or_else(|| Finding::invalid(Code::DateMalformed).with("member", name)),
    };
    let skew = i64::from(policy.clock_skew_seconds);
    match (date(from).map(|date| date.or(not_before)), date(until).map(|date| date.or(expires))) {
        (Err(finding), _) | (_, Err(finding)) => finding,
        (Ok(Some(from)), _) if now.plus_seconds(skew) < from => {
            Finding::invalid(Code::NotYetValid).with("validFrom", &from.to_string())
        }
        (_, Ok(Some(until))) if now.plus_seconds(-skew) > until => {
            Finding::invalid(Code::Expired).with("validUntil", &until.to_string())
        }
        // OB 3.0 asks for the first date, VCDM does not.
        (Ok(None), _) if role.is_dated() => Finding::invalid(Code::DateMalformed).with("member", from),
        (_, Ok(Some(until))) => Finding::valid(Code::WithinValidity).with("validUntil", &until.to_string()),
        _ => Finding::valid(Code::WithinValidity),
    }
}

fn status(credential: &Object<'_>, policy: &Policy) -> (Vec<StatusEntry>, Finding) {
    match credential.get("credentialStatus") {
        None => (Vec::new(), Finding::not_applicable(Code::NoStatus)),
        Some(_) if policy.status == StatusPolicy::Ignore => (Vec::new(), Finding::not_applicable(Code::StatusNotAsked)),
        Some(entries) => (status::entries(entries), Finding::unknown(Code::StatusEntryMalformed)),
    }
}

/// Input that goes into a report is cut: a hostile value is not repeated at full length.
pub(crate) fn clip(text: &str) -> &str {
    clip_at(text, 300)
}

/// The first so many characters of a text.
pub(crate) fn clip_at(text: &str, characters: usize) -> &str {
    if text.len() <= characters {
        return text;
    }
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Whether a finding lets the checks below it be read.
pub(crate) fn is_bad(finding: &Finding) -> bool {
    finding.result == CheckResult::Invalid
}
