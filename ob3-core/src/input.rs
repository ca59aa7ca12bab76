//! What the input is, told by its content and never by a file name, and the credential's text in it.

use std::borrow::Cow;

use crate::bake::{self, BakeError};
use crate::json::JsonErrorKind;
use crate::json::{self, Value};
use crate::report::{Code, Finding};

/// Largest JSON text that is read: beyond any badge, and read within a fraction of a second.
pub(crate) const MAX_JSON_BYTES: usize = 2 << 20;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The forms in which a credential comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Png,
}

impl Form {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Png => "png",
        }
    }
}

/// The credential's JSON text, and the form it came in.
pub(crate) fn read(input: &[u8]) -> Result<(Form, Cow<'_, str>), Finding> {
    if input.starts_with(PNG_SIGNATURE) {
        let text = bake::extract_png(input).map_err(|error| bake_finding(&error))?;
        return json_text(Cow::from(text)).map(|text| (Form::Png, text));
    }
    if input.is_empty() {
        return Err(Finding::invalid(Code::InputEmpty));
    }
    if input.len() > MAX_JSON_BYTES {
        return Err(Finding::invalid(Code::InputTooLarge)
            .with("bytes", input.len().to_string())
            .with("limit", MAX_JSON_BYTES.to_string()));
    }
    let text = std::str::from_utf8(input)
        .map_err(|error| Finding::invalid(Code::TextNotUtf8).with("offset", error.valid_up_to().to_string()))?;
    json_text(Cow::Borrowed(text)).map(|text| (Form::Json, text))
}

fn bake_finding(error: &BakeError) -> Finding {
    Finding::invalid(error.code()).with("reason", error.to_string())
}

fn json_text(text: Cow<'_, str>) -> Result<Cow<'_, str>, Finding> {
    let unsupported = |form: &str| Err(Finding::unknown(Code::FormatUnsupported).with("form", form));
    let trimmed = text.trim_start();
    match trimmed.chars().next() {
        Some('{' | '[') => Ok(text),
        Some('<') => unsupported("svg"),
        Some(_) if is_compact_jws(trimmed.trim_end()) => unsupported("jwt"),
        Some(_) => Err(Finding::invalid(Code::FormatUnknown)),
        None => Err(Finding::invalid(Code::InputEmpty)),
    }
}

fn is_compact_jws(text: &str) -> bool {
    let is_base64url = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    text.starts_with("ey") && text.split('.').count() == 3 && text.split('.').all(is_base64url)
}

/// Reads the text as strict JSON that holds one credential.
pub(crate) fn parse(text: &str) -> Result<Value<'_>, Finding> {
    let value = json::parse(text).map_err(|error| {
        let code = match error.kind {
            JsonErrorKind::Syntax => Code::JsonSyntax,
            JsonErrorKind::DuplicateKey => Code::JsonDuplicateKey,
            JsonErrorKind::TooDeep => Code::JsonTooDeep,
            JsonErrorKind::TooManyValues => Code::JsonTooManyValues,
            JsonErrorKind::LoneSurrogate => Code::JsonLoneSurrogate,
            JsonErrorKind::NumberRange => Code::JsonNumberRange,
        };
        Finding::invalid(code).with("offset", error.offset.to_string())
    })?;
    let has_type =
        |name: &str| value.get("type").is_some_and(|types| types.as_set().iter().any(|t| t.as_str() == Some(name)));
    if has_type("VerifiableCredential") {
        return Ok(value);
    }
    let contexts = value.get("@context").map(Value::as_set).unwrap_or_default();
    let is_open_badges_2 = |url: &str| url.starts_with("https://w3id.org/openbadges/v");
    if contexts.iter().filter_map(Value::as_str).any(is_open_badges_2) {
        return Err(Finding::invalid(Code::OpenBadges2));
    }
    Err(Finding::invalid(Code::NotACredential))
}
