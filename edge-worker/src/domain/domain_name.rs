//! Domains of organizations, and the DNS record by which one proves that a domain is its own.

use serde::Deserialize;

use super::webhook;

/// Most domains of one organization.
pub const MAX_DOMAINS: i64 = 20;
/// Where the record stands under a domain.
const LABEL: &str = "_accolade";
/// What the record's text begins with; the token follows.
const MARK: &str = "accolade-domain-verification=";
/// Longest domain name (RFC 1035 §2.3.4) with the label in front.
const MAX_NAME: usize = 253 - LABEL.len() - 1;
const MAX_LABEL: usize = 63;
/// The number of the type TXT (RFC 1035 §3.2.2).
const TXT: u16 = 16;
/// Response codes (RFC 1035 §4.1.1).
const NO_ERROR: u16 = 0;
const NAME_ERROR: u16 = 3;

/// The name of a public domain, in lower case; what is outside of ASCII stands in it as A-labels (RFC 5890).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainName(String);

impl DomainName {
    /// Reads a name; `None` for what is none, for addresses, and for names that lead nowhere public.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.to_ascii_lowercase();
        let is_label = |label: &str| {
            (1..=MAX_LABEL).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let is_name = name.len() <= MAX_NAME && name.split('.').all(is_label);
        (is_name && webhook::is_target(&format!("https://{name}"), false)).then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of the record that proves a domain.
#[must_use]
pub fn record_name(domain: &str) -> String {
    format!("{LABEL}.{domain}")
}

/// The text of the record that proves a domain.
#[must_use]
pub fn record_text(token: &str) -> String {
    format!("{MARK}{token}")
}

/// A resolver that gave no usable answer: nothing is known.
#[derive(Debug, PartialEq, Eq)]
pub struct NoAnswer;

#[derive(Deserialize)]
struct Answers {
    #[serde(rename = "Status")]
    status: u16,
    #[serde(rename = "Answer", default)]
    answer: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "type")]
    kind: u16,
    data: String,
}

/// Whether a resolver's answer, in the JSON form of DNS over HTTPS, holds a TXT record with this text. A name that does not
/// exist holds none.
///
/// # Errors
/// [`NoAnswer`] when it can not be read, or says that the question could not be answered.
pub fn holds_record(answer: &[u8], text: &str) -> Result<bool, NoAnswer> {
    let answers: Answers = serde_json::from_slice(answer).map_err(|_| NoAnswer)?;
    match answers.status {
        NO_ERROR => Ok(answers.answer.iter().any(|record| record.kind == TXT && joined(&record.data) == text)),
        NAME_ERROR => Ok(false),
        _ => Err(NoAnswer),
    }
}

/// A record's text: its strings, each in quotation marks, one after the other without anything between (RFC 7208 §3.3 has the
/// same rule). Some resolvers leave the marks out.
fn joined(data: &str) -> String {
    let data = data.trim();
    match data.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(strings) => strings.split('"').step_by(2).collect(),
        None => data.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_public_domains_are_taken() {
        for name in ["meridian.example", "a.b-c.example", "xn--bcher-kva.example", "1.example"] {
            assert_eq!(DomainName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(DomainName::parse("Meridian.EXAMPLE").unwrap().as_str(), "meridian.example");
        let long = format!("{}.example", ["a"; 130].join("."));
        for name in [
            "",
            "example",
            ".example",
            "a..example",
            "a.example.",
            "-a.example",
            "a-.example",
            "a_b.example",
            "a b.example",
            "b\u{fc}cher.example",
            "localhost",
            "a.localhost",
            "printer.local",
            "db.internal",
            "1.home.arpa",
            "a.test",
            "127.0.0.1",
            "10.0.0.1",
            "[::1]",
            "0x7f.1",
            "a.example:443",
            "a.example/x",
            "https://a.example",
            "u@a.example",
            &long,
            &format!("{}.example", "a".repeat(64)),
        ] {
            assert_eq!(DomainName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_record_is_found_among_others() {
        let text = record_text("abc");
        let answer = |data: &str| {
            serde_json::json!({ "Status": 0, "Answer": [
                { "name": "x", "type": 5, "TTL": 1, "data": text },
                { "name": "x", "type": 16, "TTL": 1, "data": "\"v=spf1 -all\"" },
                { "name": "x", "type": 16, "TTL": 1, "data": data },
            ] })
            .to_string()
        };
        let holds = |data: &str| holds_record(answer(data).as_bytes(), &text).unwrap();
        assert!(holds(&text) && holds(&format!("\"{text}\"")));
        assert!(holds("\"accolade-domain-\" \"verification=abc\""));
        for other in ["\"accolade-domain-verification=abd\"", "\"accolade-domain-verification=abcd\"", "\"abc\"", ""] {
            assert!(!holds(other), "{other}");
        }
    }

    #[test]
    fn a_name_that_does_not_exist_is_an_answer_and_a_resolver_that_failed_is_none() {
        assert_eq!(holds_record(br#"{"Status":3}"#, "x"), Ok(false));
        assert_eq!(holds_record(br#"{"Status":0}"#, "x"), Ok(false));
        for answer in [&br#"{"Status":2}"#[..], br#"{"Status":5,"Answer":[]}"#, b"", b"<html>", b"{}"] {
            assert_eq!(holds_record(answer, "x"), Err(NoAnswer));
        }
    }
}
