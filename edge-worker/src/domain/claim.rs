//! Claiming: how a recipient makes a credential theirs, and takes it along.

use ob3_core::DateTime;

use super::{origin::Origin, time};

/// How long after a mail the next one about the same credential may be asked for.
pub const RESEND_COOL_DOWN_SECONDS: i64 = 7 * time::DAY_SECONDS;

/// The page that a mail leads to.
#[must_use]
pub fn claim_url(origin: &Origin, code: &str) -> String {
    origin.at(&format!("/claim/{code}"))
}

/// Where LinkedIn takes a certificate into a profile.
#[must_use]
pub fn linkedin_url(
    badge: &str,
    organization: &str,
    verification_url: &str,
    code: &str,
    issued: DateTime,
    until: Option<DateTime>,
) -> String {
    let mut url = format!(
        "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name={}&organizationName={}&certUrl={}&certId={}",
        encode(badge),
        encode(organization),
        encode(verification_url),
        encode(code),
    );
    for (prefix, at) in [("issue", Some(issued)), ("expiration", until)] {
        let Some(month) = at.map(time::month) else { continue };
        if let Some((year, month)) = month.split_once('-') {
            let month = month.trim_start_matches('0');
            url.push_str(&format!("&{prefix}Year={year}&{prefix}Month={month}"));
        }
    }
    url
}

/// Percent-encodes everything that is not unreserved (RFC 3986 §2.3).
#[must_use]
pub fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_named_to_linkedin_whole() {
        let issued = DateTime::parse("2026-01-15T10:00:00Z").unwrap();
        let url = linkedin_url("C & D", "Ö", "https://b.example/verify/CRD-1", "CRD-1", issued, Some(issued));
        assert_eq!(
            url,
            "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=C%20%26%20D&organizationName=%C3%96\
             &certUrl=https%3A%2F%2Fb.example%2Fverify%2FCRD-1&certId=CRD-1&issueYear=2026&issueMonth=1\
             &expirationYear=2026&expirationMonth=1"
        );
    }
}
