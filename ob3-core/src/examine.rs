//! What can be said of an input without any other document: everything but whose key it is.

use crate::canonicalize;
use crate::claims;
use crate::contexts::{VC_V1_URL, VC_V2_URL};
use crate::did::MethodUrl;
use crate::input;
use crate::json::{Object, Value};
use crate::jsonld::{self, ContextStore, ErrorCode, JsonLdError, Options};
use crate::multibase;
use crate::policy::{Policy, StatusPolicy};
use crate::proof::eddsa_rdfc_2022::{self as suite, HashError};
use crate::report::{CheckName, CheckResult, Code, Finding, Report};
use crate::schema;
use crate::status::{self, StatusEntry, StatusList};
use crate::time::DateTime;

/// Most proofs that are looked at: a proof set has two or three, and each may cost a document and a signature check.
const MAX_PROOFS: usize = 8;

/// What a credential is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The badge that is to be verified.
    Badge,
    /// A status list that a badge names.
    StatusList,
}

/// A credential that was read, with what is left to decide.
pub(crate) struct Examined {
    /// The checks that are made: format, json_ld and schema.
    pub(crate) report: Report,
    pub(crate) proofs: Vec<Proof>,
    /// Said of the proof check where there is no proof to look at.
    pub(crate) no_proofs: Option<Finding>,
    pub(crate) issuer: String,
    pub(crate) validity: Finding,
    pub(crate) status: Vec<StatusEntry>,
    /// Said of the status check where there are no entries to look at.
    pub(crate) no_status: Finding,
    pub(crate) endorsements: Finding,
    /// The list, where the credential is read as one.
    pub(crate) list: Option<StatusList>,
}

/// One proof.
pub(crate) struct Proof {
    /// What it says of itself, to be repeated in the report.
    pub(crate) data: Vec<(&'static str, String)>,
    pub(crate) state: ProofState,
}

pub(crate) enum ProofState {
    /// Its answer needs no key.
    Settled(Finding),
    /// The signature waits for its key.
    Open { method: MethodUrl, signature: [u8; 64], hash_data: [u8; 64] },
}

/// Reads and examines an input; `Err` is the whole report where it can not be read or its claims are not covered.
pub(crate) fn examine(
    store: &ContextStore,
    bytes: &[u8],
    role: Role,
    policy: &Policy,
    now: DateTime,
) -> Result<Examined, Report> {
    let mut report = Report::new(now);

    // 1. The format.
    let read = input::read(bytes);
    let (form, text) = match &read {
        Ok((form, text)) => (form, text),
        Err(finding) => return Err(ended(report, CheckName::Format, finding.clone())),
    };
    let mut document = match input::parse(text) {
        Ok(document) => document,
        Err(finding) => return Err(ended(report, CheckName::Format, finding)),
    };
    let finding =
        Finding::valid(Code::CredentialRead).with("form", form.as_str()).with("bytes", bytes.len().to_string());
    report.push(CheckName::Format, true, finding, Vec::new());
    report.set_claims(claims::to_json(&document));

    // 2. The claims are what the signature covers.
    let proof = match &mut document {
        Value::Object(object) => object.remove("proof"),
        _ => None,
    };
    let Value::Object(credential) = &document else {
        return Err(ended(report, CheckName::JsonLd, Finding::invalid(Code::ContextMissing)));
    };
    let document_hash = match check_contexts(credential).and_then(|()| hash_document(store, &document)) {
        Ok(hash) => hash,
        Err(finding) => return Err(ended(report, CheckName::JsonLd, finding)),
    };
    report.push(CheckName::JsonLd, true, Finding::valid(Code::ClaimsCovered), Vec::new());

    // 3. The shape.
    let is_v1 = is_v1(credential);
    let (shape, list) = match role {
        Role::Badge => (schema::check(credential, is_v1), None),
        Role::StatusList => match StatusList::read(credential) {
            Ok(list) => (Finding::valid(Code::SchemaConforms), Some(list)),
            Err(finding) => (finding, None),
        },
    };
    report.push(CheckName::Schema, true, shape, Vec::new());

    // 4. The proofs, as far as they can be read without a key.
    let proofs = proof.as_ref().map(Value::as_set).unwrap_or_default();
    let no_proofs = match proofs.len() {
        0 => Some(Finding::invalid(Code::ProofMissing)),
        1..=MAX_PROOFS => None,
        count => Some(Finding::invalid(Code::TooManyProofs).with("proofs", count.to_string())),
    };
    let context = credential.get("@context").unwrap_or(&Value::Null);
    let read_proof = |proof| examine_proof(store, proof, context, document_hash, now);
    let proofs = if no_proofs.is_none() { proofs.iter().map(read_proof).collect() } else { Vec::new() };

    let (status, no_status) = status(credential, policy);
    Ok(Examined {
        report,
        proofs,
        no_proofs,
        issuer: issuer(credential),
        validity: validity(credential, is_v1, role, policy, now),
        status,
        no_status,
        endorsements: endorsements(credential),
        list,
    })
}

/// A report that ends with this check; the others were not reached.
fn ended(mut report: Report, name: CheckName, finding: Finding) -> Report {
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

fn is_v1(credential: &Object<'_>) -> bool {
    let first = credential.get("@context").and_then(|contexts| contexts.as_set().first());
    first.and_then(Value::as_str) == Some(VC_V1_URL)
}

/// VCDM 2.0 §4.3: an ordered list whose first element is the base context. Beyond the standard: every element is pinned,
/// since a signature stays valid under contexts that are appended.
fn check_contexts(credential: &Object<'_>) -> Result<(), Finding> {
    let Some(Value::Array(contexts)) = credential.get("@context") else {
        return Err(Finding::invalid(Code::ContextMissing));
    };
    for (at, context) in contexts.iter().enumerate() {
        let Value::String(url) = context else { return Err(Finding::invalid(Code::ContextInline)) };
        let is_base = url == VC_V2_URL || url == VC_V1_URL;
        if is_base != (at == 0) {
            return Err(Finding::invalid(Code::ContextOrder).with("context", clip(url)));
        }
        if !ContextStore::is_pinned(url) {
            return Err(Finding::invalid(Code::ContextUnknown).with("context", clip(url)));
        }
    }
    if contexts.is_empty() { Err(Finding::invalid(Code::ContextMissing)) } else { Ok(()) }
}

fn hash_document(store: &ContextStore, document: &Value<'_>) -> Result<[u8; 32], Finding> {
    let dataset = jsonld::to_dataset(store, document, &Options::credential()).map_err(json_ld_finding)?;
    let canonical = canonicalize::canonicalize(&dataset).map_err(|_| Finding::invalid(Code::CanonicalizationLimit))?;
    Ok(suite::hash(&canonical))
}

fn json_ld_finding(error: JsonLdError) -> Finding {
    let code = match error.code {
        ErrorCode::UndefinedTerm => Code::TermUndefined,
        ErrorCode::KeywordNotAllowed => Code::KeywordNotAllowed,
        ErrorCode::DroppedValue => Code::ValueDropped,
        ErrorCode::RelativeIri => Code::IriNotAbsolute,
        ErrorCode::InlineContext => Code::ContextInline,
        ErrorCode::TooMuchWork => Code::JsonLdLimit,
        _ => Code::JsonLdSyntax,
    };
    let finding = Finding::invalid(code).with("term", error.subject);
    if code == Code::JsonLdSyntax { finding.with("reason", error.code.as_str()) } else { finding }
}

/// VC Data Integrity §4.3 "Verify Proof" and vc-di-eddsa §3.2.2, up to the signature itself.
fn examine_proof(
    store: &ContextStore,
    proof: &Value<'_>,
    context: &Value<'_>,
    document_hash: [u8; 32],
    now: DateTime,
) -> Proof {
    let Value::Object(proof) = proof else {
        return Proof { data: Vec::new(), state: ProofState::Settled(Finding::invalid(Code::ProofMalformed)) };
    };
    let members = ["type", "cryptosuite", "verificationMethod", "proofPurpose", "created"];
    let shown = |name| Some((name, clip(proof.get(name)?.as_str()?).to_owned()));
    let data = members.into_iter().filter_map(shown).collect();
    let state = open_proof(store, proof, context, document_hash, now).unwrap_or_else(ProofState::Settled);
    Proof { data, state }
}

fn open_proof(
    store: &ContextStore,
    proof: &Object<'_>,
    context: &Value<'_>,
    document_hash: [u8; 32],
    now: DateTime,
) -> Result<ProofState, Finding> {
    let text = |name: &str| proof.get(name).and_then(Value::as_str);
    let malformed = |member: &str| Finding::invalid(Code::ProofMalformed).with("member", member);
    if text("type") != Some("DataIntegrityProof") || text("cryptosuite") != Some(suite::CRYPTOSUITE) {
        return Err(Finding::unknown(Code::ProofUnsupported));
    }
    // A chained proof signs the one before it as well, which this suite's plain form does not.
    if proof.contains("previousProof") {
        return Err(Finding::unknown(Code::ProofUnsupported).with("member", "previousProof"));
    }
    if proof.contains("@context") {
        return Err(malformed("@context"));
    }
    let purpose = text("proofPurpose").ok_or_else(|| malformed("proofPurpose"))?;
    if purpose != "assertionMethod" {
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
        return Err(Finding::invalid(Code::ProofExpired).with("expires", expires.to_string()));
    }
    let method = text("verificationMethod").ok_or_else(|| malformed("verificationMethod"))?;
    let signature = text("proofValue").and_then(multibase::decode_base58btc);
    let signature = signature.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| malformed("proofValue"))?;

    let configuration = suite::proof_configuration(proof, context);
    let proof_hash = match suite::transform(store, &configuration, &Options::credential()) {
        Ok(canonical) => suite::hash(&canonical),
        Err(HashError::JsonLd(error)) => return Err(malformed(&error.subject)),
        Err(HashError::WorkLimit) => return Err(Finding::invalid(Code::CanonicalizationLimit)),
    };
    // Last, so that what is wrong with a proof is told even where its key can not be had.
    let Some(method) = MethodUrl::parse(method) else {
        return Err(Finding::unknown(Code::KeyUnavailable));
    };
    Ok(ProofState::Open { method, signature, hash_data: suite::hash_data(proof_hash, document_hash) })
}

fn issuer(credential: &Object<'_>) -> String {
    let issuer = credential.get("issuer");
    let id = issuer.and_then(|issuer| issuer.get("id").unwrap_or(issuer).as_str());
    id.unwrap_or_default().to_owned()
}

/// VCDM 2.0 §4.9 and VCDM 1.1 §4.6; which of the two is told by the base context, never by which members are there.
fn validity(credential: &Object<'_>, is_v1: bool, role: Role, policy: &Policy, now: DateTime) -> Finding {
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
    match (date(from), date(until)) {
        (Err(finding), _) | (_, Err(finding)) => finding,
        (Ok(Some(from)), _) if now.plus_seconds(skew) < from => {
            Finding::invalid(Code::NotYetValid).with("validFrom", from.to_string())
        }
        (_, Ok(Some(until))) if now.plus_seconds(-skew) > until => {
            Finding::invalid(Code::Expired).with("validUntil", until.to_string())
        }
        // OB 3.0 asks for the first date, VCDM does not.
        (Ok(None), _) if role == Role::Badge => Finding::invalid(Code::DateMalformed).with("member", from),
        (_, Ok(Some(until))) => Finding::valid(Code::WithinValidity).with("validUntil", until.to_string()),
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

fn endorsements(credential: &Object<'_>) -> Finding {
    let has = |value: Option<&Value<'_>>| {
        value.is_some_and(|value| {
            value
                .as_set()
                .iter()
                .any(|value| value.get("endorsement").or_else(|| value.get("endorsementJwt")).is_some())
        })
    };
    let subject = credential.get("credentialSubject");
    let achievement = subject.and_then(|subject| subject.get("achievement"));
    let own = credential.contains("endorsement") || credential.contains("endorsementJwt");
    if own || has(credential.get("issuer")) || has(achievement) {
        return Finding::unknown(Code::EndorsementsNotChecked);
    }
    Finding::not_applicable(Code::NoEndorsements)
}

/// Input that goes into a report is cut: a hostile value is not repeated at full length.
pub(crate) fn clip(text: &str) -> &str {
    const MAX_CHARS: usize = 300;
    text.char_indices().nth(MAX_CHARS).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Whether a finding lets the checks below it be read.
pub(crate) fn is_bad(finding: &Finding) -> bool {
    finding.result == CheckResult::Invalid
}
