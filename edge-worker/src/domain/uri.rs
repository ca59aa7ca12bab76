//! URIs that callers give and that go into signed documents.

/// Longest URI that is taken: what browsers and servers agree to carry (RFC 9110 §4.1 asks for 8,000 octets at least;
/// credentials are read by people as well).
pub const MAX_LENGTH: usize = 2048;

/// Whether `text` is an `http:` or `https:` URL with a host.
#[must_use]
pub fn is_web_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // `user:password@host` is refused: a credential is no place for either.
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && is_authority(authority)
        && has_only_uri_characters(text)
}

/// The host of a web URL, with its port where one is written, in lower case; empty where it is no web URL.
#[must_use]
pub fn host(text: &str) -> String {
    let rest = text.split_once("://").filter(|_| is_web_url(text)).map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether `text` can name a recipient: a DID, a URL or a URN. `mailto:` can not; it would publish the address.
#[must_use]
pub fn is_subject(text: &str) -> bool {
    if is_web_url(text) {
        return true;
    }
    let mut parts = text.splitn(3, ':');
    let (Some(scheme), Some(kind), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let named = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match scheme {
        "did" | "urn" => named && !rest.is_empty() && !rest.contains('#') && has_only_uri_characters(text),
        _ => false,
    }
}

fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (text, ""),
    };
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'[' | b']' | b':');
    !host.is_empty() && host.bytes().all(is_host) && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_only_uri_characters(text: &str) -> bool {
    // RFC 3986 §2.2, §2.3 and the percent sign.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    text.len() <= MAX_LENGTH && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_urls_are_told_from_other_text() {
        for text in
            ["https://example.com", "http://localhost:8787/a?b#c", "https://[::1]:8/", "HTTPS://example.com/%20"]
        {
            assert!(is_web_url(text), "{text}");
        }
        for text in [
            "",
            "example.com",
            "https://",
            "https:///path",
            "ftp://example.com",
            "javascript:alert(1)",
            "javascript://example.com/%0aalert(1)",
            "https://user:secret@example.com",
            "https://example.com/a b",
            "https://example.com/\"><script>",
            "https://exämple.com",
        ] {
            assert!(!is_web_url(text), "{text}");
        }
    }

    #[test]
    fn a_subject_is_a_did_a_urn_or_a_url() {
        for text in ["did:key:z6MkjRZv", "did:web:example.com", "urn:uuid:550e8400", "https://example.com/jane"] {
            assert!(is_subject(text), "{text}");
        }
        for text in
            ["", "did:", "did:key:", "did:key:z#z", "mailto:jane@example.com", "data:text/html,x", "urn::x", "jane"]
        {
            assert!(!is_subject(text), "{text}");
        }
    }
}
