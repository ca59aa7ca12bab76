//! Credentials and presentations as compact JWS (OB 3.0 §8.2.4, VC JOSE COSE §3): reading the envelope and what its claims must
//! say.

use crate::base64url;
use crate::did::MethodUrl;
use crate::examine::{Role, clip, id_of, is_v1};
use crate::key::VerificationKey;
use crate::nested::{PRESENTATION, has_type};
use crate::proof::Algorithm;
use crate::report::{Code, Finding};
use crate::time::DateTime;
use ob3_rdf::json::{Object, Value};

/// A compact JWS, taken apart and not believed.
pub(crate) struct Compact<'a> {
    /// Header and payload as they were signed.
    pub(crate) signing_input: &'a str,
    pub(crate) header: String,
    pub(crate) payload: String,
    pub(crate) signature: Vec<u8>,
}

/// Takes a compact JWS apart; `None` where the text is not one.
pub(crate) fn split(text: &str) -> Option<Compact<'_>> {
    let (signing_input, signature) = text.rsplit_once('.')?;
    let (header, payload) = signing_input.split_once('.')?;
    let utf8 = |part: &str| String::from_utf8(base64url::decode(part)?).ok();
    Some(Compact {
        signing_input,
        header: utf8(header)?,
        payload: utf8(payload)?,
        signature: base64url::decode(signature)?,
    })
}

/// Whether a text has the form of a compact JWS.
pub(crate) fn is_compact(text: &str) -> bool {
    let is_base64url = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    text.starts_with("ey") && text.split('.').count() == 3 && text.split('.').all(is_base64url)
}

/// What a header says of the key.
pub(crate) enum KeyHint {
    /// `kid`: where the key is.
    Method(MethodUrl),
    /// `jwk`: the key itself, which says nothing of whose it is.
    Embedded(VerificationKey),
}

/// Reads a protected header. `signer` completes a `kid` that is only a fragment.
///
/// OB 3.0 §8.2.4.1 allows `alg`, `kid`, `jwk` and `typ` and nothing else, which also keeps out `crit`, `jku` and `x5u`. VC JOSE
/// COSE §3.1.1 and §3.1.2 add that `cty` is `vc` or `vp`, which says nothing that the payload does not.
pub(crate) fn read_header(header: &Object<'_>, signer: &str, role: Role) -> Result<(Algorithm, KeyHint), Finding> {
    let malformed = |member: &str| Finding::invalid(Code::JwtHeader).with("member", clip(member));
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    if let Some((name, _)) = header.iter().find(|(name, _)| !matches!(*name, "alg" | "cty" | "kid" | "jwk" | "typ")) {
        return Err(malformed(name));
    }
    let kind = if role == Role::Presentation { "vp" } else { "vc" };
    let is_typed = |typ: &str| typ == "JWT" || matches!(typ.strip_prefix(kind), Some("+jwt" | "+ld+json+jwt"));
    if header.contains("typ") && !text("typ").is_some_and(is_typed) {
        return Err(malformed("typ"));
    }
    if header.contains("cty") && text("cty") != Some(kind) {
        return Err(malformed("cty"));
    }
    let name = text("alg").ok_or_else(|| malformed("alg"))?;
    let algorithm = Algorithm::parse(name).ok_or_else(|| {
        // Without a signature, or with a shared secret, there is nothing to verify; others might be sound.
        let is_refused = name.eq_ignore_ascii_case("none") || name.starts_with("HS");
        let finding =
            if is_refused { Finding::invalid(Code::JwtAlgorithm) } else { Finding::unknown(Code::JwtAlgorithm) };
        finding.with("alg", clip(name))
    })?;
    if let Some(kid) = header.get("kid") {
        let kid = kid.as_str().ok_or_else(|| malformed("kid"))?;
        let relative = || MethodUrl::parse(&format!("{signer}#{}", kid.trim_start_matches('#')));
        return match MethodUrl::parse(kid).or_else(relative) {
            Some(method) => Ok((algorithm, KeyHint::Method(method))),
            None => Err(Finding::unknown(Code::KeyUnavailable).with("kid", clip(kid))),
        };
    }
    let jwk = header.get("jwk").ok_or_else(|| malformed("kid"))?;
    let key = VerificationKey::from_jwk(jwk).ok_or_else(|| malformed("jwk"))?;
    Ok((algorithm, KeyHint::Embedded(key)))
}

/// The registered claims that stand beside a document's own members.
const CLAIMS: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// The credential or the presentation in a payload: the payload itself without the registered claims (VCDM 2.0), or its claim
/// `vc` or `vp`, completed by them (VCDM 1.1 §6.3.1). A presentation need not repeat who signs it.
pub(crate) fn document<'a>(payload: &'a Object<'a>, dates: &'a Dates) -> Value<'a> {
    let wrapped = ["vc", "vp"].into_iter().find_map(|claim| payload.get(claim)?.as_object());
    let mut document = wrapped.unwrap_or(payload).clone();
    if wrapped.is_none() {
        for claim in CLAIMS {
            document.remove(claim);
        }
    }
    let is_presentation = has_type(document.get("type"), PRESENTATION);
    let completed: &[_] = match wrapped {
        _ if is_presentation => &[("iss", "holder")],
        Some(_) => &[("jti", "id"), ("iss", "issuer")],
        None => &[],
    };
    for (claim, member) in completed {
        if let (Some(value), false) = (payload.get(claim), document.contains(member)) {
            document.set(member, value.clone());
        }
    }
    if wrapped.is_some() && !is_presentation {
        for (date, member) in [(&dates.not_before, "issuanceDate"), (&dates.expires, "expirationDate")] {
            if let (Some(date), false) = (date, has_date(&document, member)) {
                document.set(member, Value::text(date));
            }
        }
    }
    Value::Object(document)
}

fn has_date(credential: &Object<'_>, member: &str) -> bool {
    let of_v2 = if member == "issuanceDate" { "validFrom" } else { "validUntil" };
    credential.contains(member) || credential.contains(of_v2)
}

/// The dates among the claims, as a credential writes them.
#[derive(Default)]
pub(crate) struct Dates {
    not_before: Option<String>,
    expires: Option<String>,
}

impl Dates {
    pub(crate) fn of(payload: &Object<'_>) -> Self {
        let date = |claim| numeric_date(payload.get(claim)?).map(|date| date.to_string());
        Self { not_before: date("nbf"), expires: date("exp") }
    }
}

/// A NumericDate (RFC 7519 §2): seconds, perhaps with a fraction.
fn numeric_date(value: &Value<'_>) -> Option<DateTime> {
    let Value::Number(number) = value else { return None };
    let seconds = number.to_f64();
    // The year 9999 is the last that RFC 3339 can write.
    let known = (0.0..=253_402_300_799.0).contains(&seconds);
    known.then(|| DateTime::from_unix_millis((seconds * 1000.0) as i64))
}

/// OB 3.0 §8.2.4.2: what the claims say is what the credential says, or the presentation. A claim that is left out says nothing;
/// one that differs makes the badge say two things.
pub(crate) fn check_claims(payload: &Object<'_>, document: &Value<'_>, role: Role) -> Result<(), Finding> {
    let mismatch = |claim: &str| Finding::invalid(Code::JwtClaimMismatch).with("claim", claim);
    let is_presentation = role == Role::Presentation;
    let (signer, own, other) = if is_presentation { ("holder", "vp", "vc") } else { ("issuer", "vc", "vp") };
    // VC JOSE COSE §3.1.1: what is the payload has no other beside it.
    for (claim, may_be) in [(own, !payload.contains("@context")), (other, false)] {
        if payload.contains(claim) && !may_be {
            return Err(mismatch(claim));
        }
    }
    let member = |name: &str| document.get(name);
    let signer = id_of(member(signer));
    let subject = member("credentialSubject").and_then(|subject| subject.as_set().first()?.get("id")?.as_str());
    for (claim, stated) in [
        ("iss", signer),
        ("jti", member("id").and_then(Value::as_str)),
        // Who presents says so of themselves.
        ("sub", if is_presentation { signer } else { subject }),
    ] {
        match (payload.get(claim), stated) {
            (None, _) => {}
            (Some(Value::String(value)), Some(stated)) if *value == stated => {}
            // A subject without an id may be named by the claim alone, and so may a presentation.
            (Some(Value::String(_)), None) if claim == "sub" || is_presentation => {}
            _ => return Err(mismatch(claim)),
        }
    }
    let is_v1 = document.as_object().is_some_and(is_v1);
    for (claim, of_v1, of_v2) in [("nbf", "issuanceDate", "validFrom"), ("exp", "expirationDate", "validUntil")] {
        let Some(value) = payload.get(claim) else { continue };
        let date = numeric_date(value).ok_or_else(|| mismatch(claim))?;
        let stated = member(if is_v1 { of_v1 } else { of_v2 }).and_then(Value::as_str).and_then(DateTime::parse);
        // Claims count in seconds, credentials may count in milliseconds.
        if stated.is_some_and(|stated| stated.truncated_to_seconds() != date.truncated_to_seconds()) {
            return Err(mismatch(claim));
        }
    }
    Ok(())
}

/// A date that only the claims state, to be held against the time as `validFrom` and `validUntil` are.
pub(crate) fn date(payload: &Object<'_>, claim: &str) -> Option<DateTime> {
    numeric_date(payload.get(claim)?)
}
