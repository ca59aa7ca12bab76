//! The VC-API (W3C CCG): what is sent to it, and what a refusal looks like.

use ob3_core::{Accepted, Algorithm, Code, Finding, Policy, StatusPolicy};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::fields::{Fields, Invalid, Problem};
use super::status_list::Purpose;

/// Contexts that credentials of any type may use beside the bundled ones: URL, text and its SHA-256.
pub const CONTEXTS: [(&str, &str, [u8; 32]); 1] = [(
    // VCDM 2.0 §B.1 names it for examples and tests; the W3C suites are written with it.
    "https://www.w3.org/ns/credentials/examples/v2",
    r#"{"@context":{"@vocab":"https://www.w3.org/ns/credentials/examples#"}}"#,
    [
        0x8a, 0x67, 0x5b, 0xea, 0xd3, 0x91, 0xbe, 0x98, 0xe6, 0x05, 0x4c, 0x4e, 0x07, 0xc4, 0x1f, 0x73, 0x33, 0x75,
        0x08, 0xd3, 0x98, 0xe0, 0x70, 0x47, 0x34, 0x4c, 0x5d, 0x34, 0x9a, 0xa2, 0xdc, 0x58,
    ],
)];

/// By what JWS are signed here.
const JWS_ALGORITHMS: &[Algorithm] = &[Algorithm::EdDsa, Algorithm::Rs256];
/// Longest challenge or domain.
const MAX_NONCE: usize = 512;
/// Longest id of a credential whose status is kept.
const MAX_ID: usize = 2048;

/// How a credential is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// By a proof in it (`eddsa-rdfc-2022`). Proofs that it has stay beside it.
    Embedded,
    /// By a compact JWS around it.
    Jws,
}

/// A credential to be issued, as it was sent: its bytes are what is signed.
#[derive(Debug)]
pub struct IssueRequest<'a> {
    /// The credential, JSON text.
    pub credential: &'a str,
    /// How it is to be secured.
    pub envelope: Envelope,
    /// By which algorithm a JWS is signed; left to the keys that there are where it is not said.
    pub algorithm: Option<Algorithm>,
    /// Which entries it gets in this deployment's status lists, and under which id.
    pub status: Option<StatusRequest>,
}

/// A wish for entries in status lists.
#[derive(Debug, PartialEq, Eq)]
pub struct StatusRequest {
    /// The id under which its status is changed: the credential's own, or one that the coordinator gives it.
    pub credential: String,
    /// For what.
    pub purposes: Vec<Purpose>,
}

/// A change of status.
#[derive(Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// Of which credential.
    pub credential: String,
    /// In which list.
    pub purpose: Purpose,
    /// Whether the entry is set.
    pub is_set: bool,
}

impl StatusChange {
    /// Reads `{credentialId, credentialStatus: {type, statusPurpose}, status}`.
    ///
    /// # Errors
    /// [`Invalid`], naming the member.
    pub fn read(mut body: Fields) -> Result<Self, Invalid> {
        let credential = body.line("credentialId", MAX_ID)?;
        let credential = body.required("credentialId", credential)?;
        let entry = body.object("credentialStatus")?;
        let mut entry = body.required("credentialStatus", entry)?;
        let purpose = status_purpose(&mut entry)?;
        let purpose = entry.required("statusPurpose", purpose)?;
        entry.finish()?;
        let is_set = body.flag("status")?.unwrap_or(true);
        body.finish()?;
        Ok(Self { credential, purpose, is_set })
    }
}

/// The purpose in `{type: "BitstringStatusListEntry", statusPurpose?}`.
fn status_purpose(entry: &mut Fields) -> Result<Option<Purpose>, Invalid> {
    let only = "BitstringStatusListEntry";
    entry.read("type", only, |text| (text == only).then_some(()))?;
    entry.read("statusPurpose", "`revocation` or `suspension`", |text| {
        Purpose::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    })
}

/// Something to be verified.
#[derive(Debug)]
pub struct VerifyRequest {
    /// JSON text, or a compact JWS.
    pub input: Vec<u8>,
    /// What is asked of the verification.
    pub policy: Policy,
}

/// What is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A credential.
    Credential,
    /// A presentation, which is one only with a proof of its own.
    Presentation,
}

impl Subject {
    const fn member(self) -> &'static str {
        match self {
            Self::Credential => "verifiableCredential",
            Self::Presentation => "verifiablePresentation",
        }
    }

    /// For what its proof must have been made: nothing else is verified here.
    const fn proof_purpose(self) -> &'static str {
        match self {
            Self::Credential => "assertionMethod",
            Self::Presentation => "authentication",
        }
    }

    const fn type_name(self) -> &'static str {
        match self {
            Self::Credential => "VerifiableCredential",
            Self::Presentation => "VerifiablePresentation",
        }
    }
}

impl<'a> IssueRequest<'a> {
    /// Reads `{credential, options?: {type?, cryptosuite?, proofPurpose?, envelope?, alg?, credentialId?,
    /// credentialStatus?}}`. The first three may say only what is done anyway, and `alg` is of an envelope.
    ///
    /// # Errors
    /// [`Invalid`], naming the member.
    pub fn read(body: &'a [u8]) -> Result<Self, Invalid> {
        let (credential, options) = parts(body, "credential")?;
        let mut request = Self { credential, envelope: Envelope::Embedded, algorithm: None, status: None };
        let Some(mut options) = options else { return Ok(request) };
        for (name, only) in
            [("type", "DataIntegrityProof"), ("cryptosuite", "eddsa-rdfc-2022"), ("proofPurpose", "assertionMethod")]
        {
            options.read(name, only, |text| (text == only).then_some(()))?;
        }
        let envelope = options.read("envelope", "`application/vc+jwt`", |text| {
            matches!(text, "application/vc+jwt" | "vc+jwt").then_some(Envelope::Jws)
        })?;
        request.envelope = envelope.unwrap_or(Envelope::Embedded);
        let known = if request.envelope == Envelope::Jws { JWS_ALGORITHMS } else { &[] };
        request.algorithm = options.read("alg", "`EdDSA` or `RS256`, with `envelope`", |text| {
            known.iter().copied().find(|algorithm| algorithm.as_str() == text)
        })?;
        let given = options.line("credentialId", MAX_ID)?;
        if let Some(mut entry) = options.object("credentialStatus")? {
            let purpose = status_purpose(&mut entry)?;
            entry.finish()?;
            let value: Value = serde_json::from_str(credential).unwrap_or_default();
            let own = value.get("id").and_then(Value::as_str).filter(|id| id.len() <= MAX_ID).map(str::to_owned);
            let id = given.or(own).ok_or_else(|| options.invalid("credentialId", Problem::Missing))?;
            let purposes = purpose.map_or_else(|| Purpose::ALL.to_vec(), |purpose| vec![purpose]);
            request.status = Some(StatusRequest { credential: id, purposes });
        }
        options.finish()?;
        Ok(request)
    }
}

impl VerifyRequest {
    /// Reads `{verifiableCredential, options?}` or `{verifiablePresentation, options?}`. The options `challenge` and `domain`
    /// are what a presentation must be made for; `expectedProofPurpose` may be the one that is expected anyway; `checks` without
    /// `credentialStatus` leaves the status out; those that ask for more in the answer are known and change nothing, since the
    /// answer has all there is.
    ///
    /// # Errors
    /// [`Invalid`], naming the member.
    pub fn read(body: &[u8], subject: Subject) -> Result<Self, Invalid> {
        let (secured, options) = parts(body, subject.member())?;
        let mut policy = Policy { accepted: Accepted::AnyCredential, ..Policy::default() };
        if let Some(mut options) = options {
            policy.challenge = options.line("challenge", MAX_NONCE)?;
            policy.domain = options.line("domain", MAX_NONCE)?;
            let purpose = subject.proof_purpose();
            options.read("expectedProofPurpose", purpose, |text| (text == purpose).then_some(()))?;
            if options.has("checks") {
                let checks = options.lines("checks", 16, MAX_NONCE)?;
                if !checks.is_empty() && !checks.iter().any(|check| check.starts_with("credentialStatus")) {
                    policy.status = StatusPolicy::Ignore;
                }
            }
            for name in
                ["returnCredential", "returnPresentation", "returnResults", "returnProblemDetails", "returnController"]
            {
                options.flag(name)?;
            }
            options.finish()?;
        }
        let value: Value = serde_json::from_str(secured).unwrap_or_default();
        let input = input(&value, secured, subject).ok_or_else(|| Invalid {
            field: subject.member().into(),
            problem: Problem::Not(match subject {
                Subject::Credential => "a verifiable credential",
                Subject::Presentation => "a verifiable presentation with a proof",
            }),
        })?;
        Ok(Self { input, policy })
    }
}

/// What is verified: a JWS as it stands, the content of an `EnvelopedVerifiableCredential`, or the JSON as it was sent.
fn input(value: &Value, text: &str, subject: Subject) -> Option<Vec<u8>> {
    let types = value.get("type");
    let has = |name: &str| match types {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(all)) => all.iter().any(|one| one == name),
        _ => false,
    };
    let only = match types {
        Some(Value::Array(all)) if all.len() == 1 => all.first(),
        single => single,
    };
    match (subject, value) {
        (Subject::Credential, Value::String(jws)) => Some(jws.clone().into_bytes()),
        (Subject::Credential, Value::Object(_)) if only.is_some_and(|only| only == "EnvelopedVerifiableCredential") => {
            ob3_core::enveloped(text).map(String::into_bytes)
        }
        // Whatever else is wrong with it, the report says.
        (Subject::Credential, Value::Object(_)) => (!has("VerifiablePresentation")).then(|| text.as_bytes().to_vec()),
        (Subject::Presentation, Value::Object(_)) => {
            (has(subject.type_name()) && value.get("proof").is_some()).then(|| text.as_bytes().to_vec())
        }
        _ => None,
    }
}

/// The two members of a request: the document as text, and the options.
fn parts<'a>(body: &'a [u8], member: &str) -> Result<(&'a str, Option<Fields>), Invalid> {
    let unreadable =
        |error: serde_json::Error| Invalid { field: "body".into(), problem: Problem::Unreadable(error.to_string()) };
    let mut members: Members<'a> = serde_json::from_slice(body).map_err(unreadable)?;
    let missing = || Invalid { field: member.into(), problem: Problem::Missing };
    let document = members.take(member).ok_or_else(missing)?;
    let options = members.take("options").filter(|options| options.get() != "null");
    let options = match options {
        None => None,
        Some(text) => {
            let value = super::json::parse(text.get().as_bytes()).map_err(unreadable)?;
            let mut whole = Map::new();
            whole.insert("options".into(), value);
            Fields::of_body(Value::Object(whole))?.object("options")?
        }
    };
    match members.0.first() {
        Some((name, _)) => Err(Invalid { field: name.clone(), problem: Problem::Unknown }),
        None => Ok((document.get(), options)),
    }
}

/// The members of an object, their values as text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Self::Value = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        return Err(serde::de::Error::custom(format_args!("`{name}` is given twice")));
                    }
                    members.push((name, value));
                }
                Ok(members)
            }
        }
        input.deserialize_map(Visitor).map(Self)
    }
}

/// A refusal as RFC 9457 has it, with the type that VCDM 2.0 §7.2 or VC Data Integrity §4.7 gives to it.
#[must_use]
pub fn problem(finding: &Finding) -> Value {
    let mut about: Vec<String> = finding.data.iter().map(|datum| format!("{} `{}`", datum.name, datum.value)).collect();
    about.insert(0, finding.code.as_str().replace('_', " "));
    let mut problem = json!({
        "type": problem_type(finding),
        "title": finding.code.as_str().replace('_', " "),
        "status": 400,
        "detail": about.join(", "),
        "code": finding.code.as_str(),
    });
    let member = finding.data.iter().find(|datum| datum.name == "member");
    if let (Some(members), Some(member)) = (problem.as_object_mut(), member) {
        members.insert("member".into(), member.value.clone().into());
    }
    problem
}

/// A refusal of a request that is not as the VC-API has it.
#[must_use]
pub fn request_problem(invalid: &Invalid) -> Value {
    let name =
        if matches!(invalid.problem, Problem::Unreadable(_)) { "PARSING_ERROR" } else { "MALFORMED_VALUE_ERROR" };
    json!({
        "type": format!("{VCDM}{name}"),
        "title": "the request is not as it should be",
        "status": 400,
        "detail": invalid.to_string(),
        "code": "request_invalid",
        "member": invalid.field,
    })
}

const VCDM: &str = "https://www.w3.org/TR/vc-data-model#";
const DATA_INTEGRITY: &str = "https://w3id.org/security#";

fn problem_type(finding: &Finding) -> String {
    match finding.code {
        Code::JsonSyntax
        | Code::JsonDuplicateKey
        | Code::JsonLoneSurrogate
        | Code::TextNotUtf8
        | Code::InputEmpty
        | Code::FormatUnknown
        | Code::JwtMalformed => format!("{VCDM}PARSING_ERROR"),
        Code::JsonNumberRange
        | Code::JsonTooDeep
        | Code::JsonTooManyValues
        | Code::InputTooLarge
        | Code::NotYetValid
        | Code::Expired => format!("{VCDM}RANGE_ERROR"),
        Code::SignatureInvalid | Code::KeyNotFound | Code::IssuerNotAuthenticated | Code::IssuerKeyNotAuthorized => {
            format!("{VCDM}CRYPTOGRAPHIC_SECURITY_ERROR")
        }
        Code::TermUndefined | Code::ValueDropped => format!("{DATA_INTEGRITY}DATA_LOSS_DETECTION_ERROR"),
        Code::ProofMissing
        | Code::ProofMalformed
        | Code::ProofPurpose
        | Code::ProofUnsupported
        | Code::ProofExpired => {
            format!("{DATA_INTEGRITY}PROOF_VERIFICATION_ERROR")
        }
        _ => format!("{VCDM}MALFORMED_VALUE_ERROR"),
    }
}
