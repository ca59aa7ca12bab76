//! Credentials of any type (VCDM 2.0): held to the rules of the data model, completed, and signed.

use crate::credential::BitstringStatusListEntry;
use crate::examine::{check_contexts, json_ld_finding};
use crate::key::SigningKey;
use crate::nested::{self, has_type};
use crate::proof::{Algorithm, rdfc};
use crate::report::{Code, Finding};
use crate::sign::{Contexts, ProofOptions, SignError, sign};
use crate::time::DateTime;
use crate::{base64url, input, schema};
use ob3_rdf::canonicalize::MAX_WORK;
use ob3_rdf::contexts::VC_V2_URL;
use ob3_rdf::json::{self, Object, Value, Writer};
use ob3_rdf::jsonld::Options;

/// What an issuer adds to a credential.
#[derive(Clone, Copy, Debug)]
pub struct Issuing<'a> {
    /// Who issues: the credential names nobody else.
    pub issuer: &'a str,
    /// Where its status is published, beside what the credential says of that itself.
    pub status: &'a [BitstringStatusListEntry],
}

/// Issues a credential of any type with an embedded proof: JSON text. Proofs that it has stay beside the new one.
///
/// A credential without an issuer, or with one that has no `id`, is completed.
///
/// # Errors
/// The finding says which rule of VCDM 2.0 it breaks, or what of it would not be signed.
pub fn issue(
    contexts: &Contexts,
    credential: &str,
    issuing: Issuing<'_>,
    key: &SigningKey,
    options: &ProofOptions,
) -> Result<String, Finding> {
    let (unsigned, proof) = completed(contexts, credential, issuing)?;
    let signed = sign(contexts, &unsigned, key, options).map_err(|_| Finding::invalid(Code::JsonLdSyntax))?;
    Ok(match proof {
        None => signed,
        Some(stated) => with_proofs(&signed, &stated),
    })
}

/// Issues a credential of any type as a compact JWS, which is yet to be signed by the key that `kid` names.
///
/// # Errors
/// As [`issue`]. An envelope has the credential's bytes, and no proofs of others beside them.
pub fn issue_jws(
    contexts: &Contexts,
    credential: &str,
    issuing: Issuing<'_>,
    algorithm: Algorithm,
    kid: &str,
) -> Result<SigningInput, Finding> {
    let (unsigned, proof) = completed(contexts, credential, issuing)?;
    if proof.is_some() {
        return Err(Finding::invalid(Code::SchemaWrongValue).with("member", "proof"));
    }
    SigningInput::new(&unsigned, algorithm, kid).map_err(|_| Finding::invalid(Code::JsonLdSyntax))
}

/// A credential that keeps all rules, completed and not secured yet, and the proofs that it had.
fn completed(
    contexts: &Contexts,
    credential: &str,
    issuing: Issuing<'_>,
) -> Result<(String, Option<Value<'static>>), Finding> {
    let status = entries(issuing.status);
    let status = json::parse(&status).map_err(|_| Finding::invalid(Code::JsonSyntax))?;
    let Value::Object(mut object) = input::parse(credential)? else {
        return Err(Finding::invalid(Code::NotACredential));
    };
    let proof = object.remove("proof");
    complete_issuer(&mut object, issuing.issuer);
    check(contexts, &object, proof.as_ref(), issuing.issuer)?;
    let added = status.as_set();
    if !added.is_empty() {
        let stated = object.get("credentialStatus").map(Value::as_set).unwrap_or_default();
        let all = stated.iter().chain(added).cloned().collect();
        object.set("credentialStatus", Value::Array(all));
    }
    let document = Value::Object(object);
    contexts.0.work().set(MAX_WORK);
    let expanded = rdfc::Document::new(&contexts.0, &document, &Options::credential()).map_err(json_ld_finding)?;
    expanded.hash(false).map_err(|_| Finding::invalid(Code::CanonicalizationLimit))?;

    Ok((written(&document), proof.map(|proof| proof.to_static())))
}

/// Header and payload of a credential as a compact JWS, which is what its signature covers (RFC 7515 §5.1).
#[derive(Debug)]
pub struct SigningInput(String);

impl SigningInput {
    /// A credential with the claims that repeat what it says (OB 3.0 §8.2.4), under the key that `kid` names. Proofs that it has
    /// are left out.
    ///
    /// `typ` is `JWT` for an Open Badge, as OB 3.0 §8.2.4.1 has it, and `vc+jwt` for any other credential (VC JOSE COSE §3.1.1).
    ///
    /// # Errors
    /// The text is no credential.
    pub fn new(credential: &str, algorithm: Algorithm, kid: &str) -> Result<Self, SignError> {
        let document = json::parse(credential).map_err(SignError::Json)?;
        let credential = document.as_object().ok_or(SignError::NotACredential)?;
        let is_badge = schema::is_badge(&document);
        let mut header = Writer::with_capacity(160);
        header.object(|out| {
            out.member("alg").string(algorithm.as_str());
            out.member("kid").string(kid);
            out.member("typ").string(if is_badge { "JWT" } else { "vc+jwt" });
        });
        let mut payload = Writer::with_capacity(2048);
        payload.object(|out| write_payload(out, credential));
        Ok(Self([header, payload].map(|part| base64url::encode(part.into_string().as_bytes())).join(".")))
    }

    /// What is to be signed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The compact JWS with a signature over [`SigningInput::as_bytes`].
    #[must_use]
    pub fn signed(self, signature: &[u8]) -> String {
        [self.0, base64url::encode(signature)].join(".")
    }
}

fn write_payload(out: &mut Writer, credential: &Object<'_>) {
    for (name, value) in credential.iter().filter(|(name, _)| *name != "proof") {
        out.member(name).value(value);
    }
    let id_of = |value: Option<&Value<'_>>| {
        let value = value?;
        value.get("id").unwrap_or(value).as_str().map(str::to_owned)
    };
    let subject = credential.get("credentialSubject").map(Value::as_set).unwrap_or_default();
    let subject = match subject {
        [subject] => subject.get("id").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    for (claim, stated) in
        [("iss", id_of(credential.get("issuer"))), ("sub", subject), ("jti", id_of(credential.get("id")))]
    {
        if let Some(stated) = stated {
            out.member(claim).string(&stated);
        }
    }
    for (claim, member) in [("nbf", "validFrom"), ("exp", "validUntil")] {
        if let Some(date) = credential.get(member).and_then(Value::as_str).and_then(DateTime::parse) {
            out.member(claim).raw(&date.unix_millis().div_euclid(1000).to_string());
        }
    }
}

/// What stands in an envelope (VCDM 2.0 §4.13.1 `EnvelopedVerifiableCredential`), JSON text; `None` where the text is none, or has
/// anything beside it. The media type of the `data:` URL is not asked, as drafts of VC JOSE COSE had others.
#[must_use]
pub fn enveloped(text: &str) -> Option<String> {
    nested::enveloped(&json::parse(text).ok()?).map(str::to_owned)
}

/// A credential without its proofs, about another subject where one is named.
///
/// # Errors
/// The text is no credential, or has several subjects.
pub fn unsigned(credential: &str, subject: Option<&str>) -> Result<String, SignError> {
    let Value::Object(mut object) = json::parse(credential).map_err(SignError::Json)? else {
        return Err(SignError::NotACredential);
    };
    object.remove("proof");
    if let Some(id) = subject {
        let Some(Value::Object(mut about)) = object.remove("credentialSubject") else {
            return Err(SignError::NotACredential);
        };
        about.set("id", Value::text(id));
        object.set("credentialSubject", Value::Object(about));
    }
    Ok(written(&Value::Object(object)))
}

fn complete_issuer<'a>(credential: &mut Object<'a>, issuer: &'a str) {
    match credential.get("issuer") {
        None => credential.set("issuer", Value::text(issuer)),
        Some(Value::Object(stated)) if !stated.contains("id") => {
            let mut completed = stated.clone();
            completed.set("id", Value::text(issuer));
            credential.set("issuer", Value::Object(completed));
        }
        Some(_) => {}
    }
}

/// VCDM 2.0 §4: contexts, shape, and who issues.
fn check(contexts: &Contexts, credential: &Object<'_>, proof: Option<&Value<'_>>, issuer: &str) -> Result<(), Finding> {
    check_contexts(&contexts.0, credential, true)?;
    let first = credential.get("@context").and_then(|contexts| contexts.as_set().first()).and_then(Value::as_str);
    if first != Some(VC_V2_URL) {
        return Err(Finding::invalid(Code::ContextOrder).with("context", first.unwrap_or_default()));
    }
    if !has_type(credential.get("type"), "VerifiableCredential") {
        return Err(Finding::invalid(Code::NotACredential).with("member", "type"));
    }
    let shape = schema::check_any(credential, proof, false);
    if shape.code != Code::SchemaConforms {
        return Err(shape);
    }
    let stated = credential.get("issuer").and_then(|issuer| issuer.get("id").unwrap_or(issuer).as_str());
    if stated != Some(issuer) {
        return Err(Finding::invalid(Code::SchemaWrongValue).with("member", "issuer").with("expected", issuer));
    }
    Ok(())
}

fn entries(status: &[BitstringStatusListEntry]) -> String {
    let mut out = Writer::with_capacity(256);
    out.array(|out| {
        for entry in status {
            out.element().object(|out| entry.write(out));
        }
    });
    out.into_string()
}

fn written(value: &Value<'_>) -> String {
    let mut out = Writer::with_capacity(2048);
    out.value(value);
    out.into_string()
}

/// The signed credential, with the proofs that stood there before its own (VC Data Integrity §2.1.1).
fn with_proofs(signed: &str, stated: &Value<'_>) -> String {
    let Ok(Value::Object(mut object)) = json::parse(signed) else { return signed.to_owned() };
    let own = object.remove("proof");
    let mut all: Vec<Value<'_>> = stated.as_set().iter().map(Value::to_static).collect();
    all.extend(own);
    object.set("proof", Value::Array(all));
    written(&Value::Object(object))
}
