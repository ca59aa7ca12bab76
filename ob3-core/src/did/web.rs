//! did:web (<https://w3c-ccg.github.io/did-method-web/>): the document stands on a web server.
//!
//! The credential's author chose the host, so it must be a public name: no IP address, no local name, no other scheme.

/// Longest host name, RFC 1035 §2.3.4.
const MAX_HOST_CHARS: usize = 253;

/// Names that are local by RFC 6761, RFC 6762 and RFC 8375, or that no public server has.
const LOCAL_SUFFIXES: [&str; 8] =
    ["localhost", "local", "internal", "home.arpa", "lan", "localdomain", "test", "invalid"];

/// The URL of the DID document for `did:web:` and this identifier; `None` where the identifier is malformed or names a
/// place that may not be asked.
pub(super) fn document_url(id: &str) -> Option<String> {
    let mut segments = id.split(':');
    let host = segments.next()?;
    let (name, port) = match host.split_once("%3A").or_else(|| host.split_once("%3a")) {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    if !is_public_name(name) || !port.is_none_or(is_port) {
        return None;
    }
    let mut url = format!("https://{}", name.to_ascii_lowercase());
    if let Some(port) = port {
        url.push(':');
        url.push_str(port);
    }
    let mut has_path = false;
    for segment in segments {
        if !is_path_segment(segment) {
            return None;
        }
        has_path = true;
        url.push('/');
        url.push_str(segment);
    }
    url.push_str(if has_path { "/did.json" } else { "/.well-known/did.json" });
    Some(url)
}

/// Whether an https URL names a public host, without user and password, and is spelled as it is asked: readers of URLs drop
/// tabs and line ends, take a backslash for a slash, and resolve dot segments, encoded or not, so that a URL that begins as
/// the issuer's could lead elsewhere.
pub(crate) fn is_public_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    if url.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
        return false;
    }
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if path.split('/').any(is_dot_segment) {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.split_once(':') {
        Some((name, port)) => is_public_name(name) && is_port(port),
        None => is_public_name(authority),
    }
}

fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.replace("%2e", ".").replace("%2E", ".").as_str(), "." | "..")
}

/// A dotted name whose last label is not a number (which would be an IPv4 address in one of its spellings) and that is
/// not local.
fn is_public_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit('.').next().unwrap_or_default();
    let is_local = LOCAL_SUFFIXES
        .iter()
        .any(|suffix| lower.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    name.len() <= MAX_HOST_CHARS
        && name.contains('.')
        && name.split('.').all(is_label)
        && !last.starts_with(|c: char| c.is_ascii_digit())
        && !is_local
}

fn is_port(port: &str) -> bool {
    !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

/// The characters that RFC 3986 lets stand unencoded in a segment, and whole percent-encodings that hide neither a slash
/// nor a dot segment.
fn is_path_segment(segment: &str) -> bool {
    if segment.is_empty() || is_dot_segment(segment) {
        return false;
    }
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let pair = [bytes.next(), bytes.next()];
                let digits: String = pair.iter().flatten().map(|b| char::from(*b)).collect();
                match u8::from_str_radix(&digits, 16) {
                    Ok(b'/' | b'\\' | 0..=0x1f) | Err(_) => return false,
                    Ok(_) => {}
                }
            }
            b if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'~') => {}
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_become_urls() {
        for (id, url) in [
            ("example.org", "https://example.org/.well-known/did.json"),
            ("Example.org:issuers:one", "https://example.org/issuers/one/did.json"),
            ("example.org%3A8443:one", "https://example.org:8443/one/did.json"),
            ("example.org:a%20b", "https://example.org/a%20b/did.json"),
        ] {
            assert_eq!(document_url(id).as_deref(), Some(url), "{id}");
        }
    }

    #[test]
    fn urls_are_asked_at_public_hosts_only() {
        for url in [
            "https://example.org/é",
            "https://example.org/a?x=/../b",
            "https://example.org",
            "https://example.org/issuers/1?x=y",
            "https://example.org:8443/a",
        ] {
            assert!(is_public_url(url), "{url}");
        }
        for url in [
            "http://example.org",
            "https://localhost/a",
            "https://127.0.0.1/a",
            "https://[::1]/a",
            "https://user@example.org/a",
            "https://user:x@example.org/a",
            "https://example.org:x/a",
            "https://",
            "https://example.org\\@localhost/",
            "https://example.org/a/../b",
            "https://example.org/a/..",
            "https://example.org/a/./b",
            "https://example.org/a/.%2E/b",
            "https://example.org/a/%2e%2e?x",
            "https://example.org/a/.\t./b",
            "https://example.org/a\\..\\b",
            "https://example.org/a b",
        ] {
            assert!(!is_public_url(url), "{url}");
        }
    }

    #[test]
    fn places_that_may_not_be_asked_have_no_url() {
        for id in [
            "",
            "localhost",
            "localhost%3A8787:issuers:demo",
            "a.localhost",
            "printer.local",
            "db.internal",
            "127.0.0.1",
            "10.0.0.1:x",
            "2130706433",
            "0x7f.1",
            "127.1",
            "[::1]",
            "example.org%2Fevil",
            "user@example.org",
            "example",
            "example.org:..",
            "example.org:%2e%2E",
            "example.org::a",
            "example.org:a/b",
            "example.org:a%2Fb",
            "example.org:a%",
            "example.org%3A",
            "example.org%3A0",
            "example.org%3A99999",
            "example.org%3A80a",
            "-a.org",
            "a..org",
            "exämple.org",
            "example.org:a?b",
            "example.org:a#b",
        ] {
            assert_eq!(document_url(id), None, "{id}");
        }
    }
}
