//! E-mail addresses.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest;

/// Longest address (RFC 5321 §4.5.3.1.3: a path of 256 octets, less its angle brackets).
const MAX_LENGTH: usize = 254;
/// Longest part before the `@` (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_LENGTH: usize = 64;
/// Longest label of a domain name (RFC 1035 §2.3.4).
const MAX_LABEL_LENGTH: usize = 63;

/// An e-mail address in the one spelling in which it is stored, compared and hashed: ASCII, lower case, a `dot-atom`
/// before the `@` (RFC 5322 §3.2.3) and a domain name of two labels or more after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Reads an address; `None` when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        let fits = text.len() <= MAX_LENGTH && local.len() <= MAX_LOCAL_LENGTH;
        (fits && local.split('.').all(is_atom) && is_domain(domain)).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its SHA-256 in hexadecimal, by which an organization may know it instead (`email_sha256`).
    #[must_use]
    pub fn sha256(&self) -> String {
        digest::sha256_hex(self.0.as_bytes())
    }
}

/// What stands in the place of an address that was erased: `erased:` and the recipient's own id. It is no address.
pub const ERASED: &str = "erased:";

/// Whether what is stored stands in the place of an address.
#[must_use]
pub fn is_erased(stored: &str) -> bool {
    stored.starts_with(ERASED)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
}

fn is_domain(text: &str) -> bool {
    let mut labels = text.split('.').rev();
    // A last label of digits would be an IP address without its brackets.
    let Some(top) = labels.next().filter(|top| is_label(top) && !top.bytes().all(|byte| byte.is_ascii_digit())) else {
        return false;
    };
    text.len() > top.len() && labels.all(is_label)
}

fn is_label(text: &str) -> bool {
    (1..=MAX_LABEL_LENGTH).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_lower_case() {
        for (text, stored) in [
            ("jane@example.com", "jane@example.com"),
            ("Jane.Doe+Badges@Mail.Example.ORG", "jane.doe+badges@mail.example.org"),
            ("o'neil@example.co.uk", "o'neil@example.co.uk"),
        ] {
            assert_eq!(Email::parse(text).as_ref().map(Email::as_str), Some(stored), "{text}");
        }
    }

    #[test]
    fn the_hash_is_that_of_the_stored_spelling() {
        let hash = |text: &str| Email::parse(text).map(|email| email.sha256());
        // `printf jane@example.com | sha256sum`
        let expected = "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d";
        assert_eq!(hash("Jane@Example.com").as_deref(), Some(expected));
    }

    #[test]
    fn an_erased_address_is_none() {
        assert!(!is_erased("a@b.example"));
        assert!(is_erased("erased:550e8400-e29b-41d4-a716-446655440000"));
        assert_eq!(Email::parse("erased:550e8400-e29b-41d4-a716-446655440000"), None);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "jane",
            "@example.com",
            "jane@",
            "jane@localhost",
            "jane@example..com",
            "jane@.example.com",
            "jane@-example.com",
            "jane@127.0.0.1",
            ".jane@example.com",
            "jane.@example.com",
            "ja ne@example.com",
            "jane@example.com\r\nBcc: x@example.com",
            "jane@exa mple.com",
            "jané@example.com",
            "a@b@example.com",
            &long,
        ] {
            assert_eq!(Email::parse(text), None, "{text}");
        }
    }
}
