//! Signing in: one-time codes that prove an address, and refresh tokens that carry a session on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::digest;
use super::email::Email;

/// Digits of a code: few enough to be typed from another screen.
const DIGITS: usize = 6;
/// How many codes there are.
const CODES: u64 = 1_000_000;
/// How long a code is good.
pub const CODE_LIFETIME_SECONDS: i64 = 600;
/// How often a code may be tried: of a million codes, five guesses.
pub const CODE_ATTEMPTS: i64 = 5;
/// How long a session can be carried on by refreshing it.
pub const SESSION_LIFETIME_SECONDS: i64 = 30 * super::time::DAY_SECONDS;
/// What every refresh token begins with.
const REFRESH_MARK: &str = "aclr_";

/// A code out of random bytes; their number makes every code as likely as every other, to one part in 2^44.
#[must_use]
pub fn code_from_random(bytes: [u8; 8]) -> String {
    format!("{:0DIGITS$}", u64::from_be_bytes(bytes) % CODES)
}

/// Reads a code as people type it: blanks and hyphens between the digits are passed over.
#[must_use]
pub fn parse_code(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
    let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(digits)
}

/// What is kept of a code: a keyed hash over the code and its address. A plain hash of six digits could be turned round.
#[must_use]
pub fn code_mac(secret: &str, email: &Email, code: &str) -> Option<String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    Some(digest::hex(&mac.chain_update(format!("sign-in code\n{email}\n{code}")).finalize().into_bytes()))
}

/// The name under which requests for codes to one address are counted; it does not tell the address.
#[must_use]
pub fn code_subject(secret: &str, email: &Email) -> String {
    format!("code:{}", digest::sha256_hex(format!("{secret} {email}").as_bytes()))
}

/// A refresh token out of random bytes.
#[must_use]
pub fn refresh_token(bytes: [u8; 32]) -> String {
    format!("{REFRESH_MARK}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a refresh token. One round is enough: it has 256 random bits.
#[must_use]
pub fn refresh_hash(token: &str) -> String {
    digest::sha256_hex(token.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits_and_may_be_typed_with_blanks() {
        assert_eq!(code_from_random([0; 8]), "000000");
        assert_eq!(code_from_random([255; 8]).len(), 6);
        for text in ["123456", "123 456", "123-456", "1 2 3 4 5 6"] {
            assert_eq!(parse_code(text).as_deref(), Some("123456"));
        }
        for text in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(parse_code(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_is_bound_to_its_address_and_to_the_secret() {
        let mac = |secret, email, code| code_mac(secret, &Email::parse(email).unwrap(), code).unwrap();
        let good = mac("secret", "a@example.com", "123456");
        assert_eq!(good, mac("secret", "A@example.com", "123456"));
        assert_ne!(good, mac("secret", "b@example.com", "123456"));
        assert_ne!(good, mac("secret", "a@example.com", "123457"));
        assert_ne!(good, mac("other", "a@example.com", "123456"));
        assert!(!code_subject("secret", &Email::parse("a@example.com").unwrap()).contains("a@"));
    }
}
