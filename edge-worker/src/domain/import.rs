//! Badges that people bring from elsewhere: in which form they come, what is kept of them, and which are the same.

use ob3_core::{CheckName, CheckResult, DateTime, Outcome, Report};
use serde::Deserialize;

use super::image;

/// Largest file that is taken: that of a badge's image.
pub const MAX_BYTES: usize = image::MAX_BYTES;
/// Most badges of one person.
pub const MAX_IMPORTS: i64 = 1000;
/// Most bytes of one person's badges together.
pub const MAX_TOTAL_BYTES: i64 = 100 << 20;
/// Longest id of a credential or of an issuer.
const MAX_ID: usize = 2048;
/// Longest name that is kept for lists.
const MAX_NAME: usize = 200;

/// The forms in which a badge comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON with an embedded proof.
    Json,
    /// A compact JWS.
    Jws,
    /// A PNG with a credential in it.
    Png,
    /// An SVG with a credential in it.
    Svg,
}

impl Form {
    /// The form that some bytes have, by what they begin with; whether it really is one, the core says.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"\x89PNG") {
            return Self::Png;
        }
        let trimmed = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        match trimmed.first() {
            Some(b'<') => Self::Svg,
            Some(b'{' | b'[') => Self::Json,
            _ => Self::Jws,
        }
    }

    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jws => "jws",
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }

    /// Reads the word of the database.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Json, Self::Jws, Self::Png, Self::Svg].into_iter().find(|form| form.as_str() == text)
    }

    /// The media type under which the file is handed out again.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/vc+ld+json",
            Self::Jws => "text/plain",
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }

    /// Whether the credential stands inside of a picture.
    #[must_use]
    pub const fn is_baked(self) -> bool {
        matches!(self, Self::Png | Self::Svg)
    }
}

/// What is kept of a badge beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Whose it is, in the spelling that is compared.
    pub issuer_id: String,
    /// Which it is, in the spelling that is compared.
    pub credential_id: String,
    /// The id as it is written.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What its issuer is called.
    pub issuer_name: String,
    /// Since when it is valid.
    pub valid_from: DateTime,
    /// What the verification came to.
    pub outcome: Outcome,
    /// Why.
    pub code: &'static str,
}

/// Why a badge is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is not known to be what its issuer signed; the code says why.
    NotAuthentic(&'static str),
    /// It is a credential, but no badge.
    NotABadge,
    /// It has no id, no issuer or no date that it could be told from others by.
    NoIdentity,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    claims: Option<Claims>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    id: Option<String>,
    #[serde(default, rename = "type")]
    types: Vec<String>,
    name: Option<String>,
    issuer: Party,
    #[serde(default)]
    achievement: Party,
    valid_from: Option<String>,
}

#[derive(Default, Deserialize)]
struct Party {
    id: Option<String>,
    name: Option<String>,
}

impl Summary {
    /// What a report says of a badge. It is kept when its signature holds and is its issuer's; that it has expired, was revoked,
    /// or that its status could not be learnt is told beside it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn of(report: &Report) -> Result<Self, Refused> {
        let holds = |name| report.check(name).is_some_and(|check| check.finding.result == CheckResult::Valid);
        let authentic = [CheckName::Format, CheckName::JsonLd, CheckName::Schema, CheckName::Proof, CheckName::Issuer];
        if !authentic.into_iter().all(holds) {
            return Err(Refused::NotAuthentic(report.code().as_str()));
        }
        let told: Told = serde_json::from_str(&report.to_json()).map_err(|_| Refused::NoIdentity)?;
        let claims = told.claims.ok_or(Refused::NoIdentity)?;
        if !claims.types.iter().any(|name| name == "OpenBadgeCredential" || name == "AchievementCredential") {
            return Err(Refused::NotABadge);
        }
        let identity = |id: Option<String>| id.filter(|id| !id.is_empty() && id.len() <= MAX_ID);
        let id = identity(claims.id).ok_or(Refused::NoIdentity)?;
        let issuer_id = identity(claims.issuer.id).ok_or(Refused::NoIdentity)?;
        let valid_from = claims.valid_from.as_deref().and_then(DateTime::parse).ok_or(Refused::NoIdentity)?;
        let clip = |text: String| text.chars().take(MAX_NAME).collect();
        Ok(Self {
            credential_id: compared(&id),
            issuer_name: clip(claims.issuer.name.unwrap_or_else(|| issuer_id.clone())),
            issuer_id: compared(&issuer_id),
            name: clip(claims.name.or(claims.achievement.name).unwrap_or_else(|| id.clone())),
            id,
            valid_from,
            outcome: report.outcome(),
            code: report.code().as_str(),
        })
    }
}

/// An id in the spelling in which ids are compared: percent-decoded, and without blanks around it (OB 3.0, credential equality
/// and comparison).
#[must_use]
pub fn compared(id: &str) -> String {
    let mut decoded = Vec::with_capacity(id.len());
    let mut rest = id.trim().as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        let byte = escaped.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match byte.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| id.trim().to_owned()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use ob3_core::{Policy, Verifier};

    use super::*;

    const SAMPLE: &str = include_str!("../../../verifier-wasm/packaging-tests/samples/did-key.json");

    fn report(text: &str) -> Report {
        Verifier::new().verify(
            text.as_bytes(),
            &Policy::default(),
            DateTime::parse("2026-11-22T12:00:00Z").unwrap(),
            |_| None,
        )
    }

    #[test]
    fn a_badge_is_told_by_what_the_core_read_in_it() {
        let summary = Summary::of(&report(SAMPLE)).unwrap();
        assert!(summary.issuer_id.starts_with("did:key:z6Mk"), "{summary:?}");
        assert_eq!(summary.name, "Field Mapping");
        assert!(SAMPLE.contains(&summary.id));
    }

    #[test]
    fn what_its_issuer_did_not_sign_is_not_kept() {
        let altered = SAMPLE.replace("Field Mapping", "Field Napping");
        assert_eq!(Summary::of(&report(&altered)), Err(Refused::NotAuthentic("signature_invalid")));
        for text in ["", "{}", "x", "<svg/>"] {
            assert!(matches!(Summary::of(&report(text)), Err(Refused::NotAuthentic(_))), "{text}");
        }
    }

    #[test]
    fn ids_are_compared_decoded_and_trimmed() {
        for (id, spelling) in [
            (" https://a.example/b%20c ", "https://a.example/b c"),
            ("https://a.example/%7Eb", "https://a.example/~b"),
            ("https://a.example/100%", "https://a.example/100%"),
            ("https://a.example/%zz%4", "https://a.example/%zz%4"),
            ("https://a.example/%ff", "https://a.example/%ff"),
            ("https://a.example/é", "https://a.example/é"),
        ] {
            assert_eq!(compared(id), spelling);
        }
    }

    #[test]
    fn the_form_is_told_by_the_bytes() {
        for (bytes, form) in [
            (&b"\x89PNG\r\n"[..], Form::Png),
            (b" <svg/>", Form::Svg),
            (b"\xef\xbb\xbf<?xml", Form::Svg),
            (b"\n{", Form::Json),
            (b"eyJ.a.b", Form::Jws),
            (b"", Form::Jws),
        ] {
            assert_eq!(Form::of(bytes), form);
            assert_eq!(Form::parse(form.as_str()), Some(form));
        }
    }
}
