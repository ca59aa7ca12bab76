//! What the input is, told by its content and never by a file name, and the credential's text in it.

use std::borrow::Cow;

use crate::bake::{self, BakeError};
use crate::jwt;
use crate::report::{Code, Finding};
use ob3_rdf::json::{self, JsonErrorKind, Value};

/// Largest credential that is read: beyond any badge, and read within a fraction of a second.
pub(crate) const MAX_CREDENTIAL_BYTES: usize = 2 << 20;

/// The forms in which a credential comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Jwt,
    Png,
    Svg,
}

impl Form {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jwt => "jwt",
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

/// The credential's text, JSON or a compact JWS, and the form it came in.
pub(crate) fn read(input: &[u8], max_bytes: usize) -> Result<(Form, Cow<'_, str>), Finding> {
    if input.len() > max_bytes {
        return Err(too_large(input.len(), max_bytes));
    }
    if bake::is_png(input) {
        let text = bake::extract_png(input).map_err(|error| bake_finding(&error))?;
        return credential_text(text).map(|text| (Form::Png, text));
    }
    let text = std::str::from_utf8(input)
        .map_err(|error| Finding::invalid(Code::TextNotUtf8).with("offset", &error.valid_up_to().to_string()))?;
    if text.trim_start().starts_with('<') {
        if !cfg!(feature = "svg") {
            return Err(unsupported(Form::Svg.as_str()));
        }
        let text = bake::extract_svg(text).map_err(|error| bake_finding(&error))?;
        return credential_text(Cow::Owned(text)).map(|text| (Form::Svg, text));
    }
    let text = credential_text(Cow::Borrowed(text))?;
    let form = if cfg!(feature = "jwt") && jwt::is_compact(text.trim()) { Form::Jwt } else { Form::Json };
    Ok((form, text))
}

fn bake_finding(error: &BakeError) -> Finding {
    Finding::invalid(error.code()).with("reason", &error.to_string())
}

fn too_large(bytes: usize, limit: usize) -> Finding {
    Finding::invalid(Code::InputTooLarge).with("bytes", &bytes.to_string()).with("limit", &limit.to_string())
}

/// Says of a form of credential that this build does not read it.
pub(crate) fn unsupported(form: &str) -> Finding {
    Finding::unknown(Code::FormatUnsupported).with("form", form)
}

fn credential_text(text: Cow<'_, str>) -> Result<Cow<'_, str>, Finding> {
    if text.len() > MAX_CREDENTIAL_BYTES {
        return Err(too_large(text.len(), MAX_CREDENTIAL_BYTES));
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Finding::invalid(Code::InputEmpty));
    }
    if trimmed.starts_with(['{', '[']) {
        return Ok(text);
    }
    if jwt::is_compact(trimmed) {
        return if cfg!(feature = "jwt") { Ok(text) } else { Err(unsupported(Form::Jwt.as_str())) };
    }
    Err(Finding::invalid(Code::FormatUnknown))
}

/// Reads a text as strict JSON.
pub(crate) fn parse(text: &str) -> Result<Value<'_>, Finding> {
    json::parse(text).map_err(|error| {
        let code = match error.kind {
            JsonErrorKind::Syntax => Code::JsonSyntax,
            JsonErrorKind::DuplicateKey => Code::JsonDuplicateKey,
            JsonErrorKind::TooDeep => Code::JsonTooDeep,
            JsonErrorKind::TooManyValues => Code::JsonTooManyValues,
            JsonErrorKind::LoneSurrogate => Code::JsonLoneSurrogate,
            JsonErrorKind::NumberRange => Code::JsonNumberRange,
        };
        Finding::invalid(code).with("offset", &error.offset.to_string())
    })
}

/// Whether a value is nested no deeper than the caller allows.
pub(crate) fn check_depth(value: &Value<'_>, limit: usize) -> Result<(), Finding> {
    fn is_within(value: &Value<'_>, left: usize) -> bool {
        match (value, left.checked_sub(1)) {
            (Value::Array(values), Some(left)) => values.iter().all(|value| is_within(value, left)),
            (Value::Object(object), Some(left)) => object.iter().all(|(_, value)| is_within(value, left)),
            (Value::Array(_) | Value::Object(_), None) => false,
            _ => true,
        }
    }
    if is_within(value, limit) {
        return Ok(());
    }
    Err(Finding::invalid(Code::JsonTooDeep).with("limit", &limit.to_string()))
}

/// Whether a value is one credential; what else it is, where that can be told.
pub(crate) fn check_is_credential(value: &Value<'_>) -> Result<(), Finding> {
    let types = value.get("type").map(Value::as_set).unwrap_or_default();
    if types.iter().any(|name| name.as_str() == Some("VerifiableCredential")) {
        return Ok(());
    }
    let contexts = value.get("@context").map(Value::as_set).unwrap_or_default();
    let is_open_badges_2 = |url: &str| url.starts_with("https://w3id.org/openbadges/v");
    if contexts.iter().filter_map(Value::as_str).any(is_open_badges_2) {
        return Err(Finding::invalid(Code::OpenBadges2));
    }
    Err(Finding::invalid(Code::NotACredential))
}
