//! IRIs: what counts as absolute, and how a relative one is resolved (RFC 3986 §5, RFC 3987).

/// Whether the text is an absolute IRI that N-Quads can hold: a scheme, a colon, at most one
/// fragment, and no character that is forbidden between `<` and `>`.
pub(crate) fn is_absolute(text: &str) -> bool {
    let mut fragments = 0;
    for byte in text.as_bytes() {
        match BYTES.get(usize::from(*byte)).copied() {
            Some(ALLOWED) => {}
            Some(FRAGMENT) => fragments += 1,
            _ => return false,
        }
    }
    fragments < 2 && scheme_end(text).is_some()
}

const FORBIDDEN: u8 = 0;
const ALLOWED: u8 = 1;
const FRAGMENT: u8 = 2;

/// What each byte is to an IRI. Every name of a credential is looked at, so this is a table.
#[expect(clippy::indexing_slicing, reason = "it is made when the crate is compiled")]
const BYTES: [u8; 256] = {
    let mut bytes = [ALLOWED; 256];
    let mut control = 0;
    while control <= 0x20 {
        bytes[control] = FORBIDDEN;
        control += 1;
    }
    let mut forbidden: &[u8] = b"<>\"{}|\\^`";
    while let [byte, rest @ ..] = forbidden {
        bytes[*byte as usize] = FORBIDDEN;
        forbidden = rest;
    }
    bytes[b'#' as usize] = FRAGMENT;
    bytes
};

/// One text after the other: a prefix and what it was taken from.
pub(crate) fn join(prefix: &str, suffix: &str) -> String {
    let mut text = String::with_capacity(prefix.len() + suffix.len());
    text.push_str(prefix);
    text.push_str(suffix);
    text
}

/// Where the colon of the scheme stands.
pub(crate) fn scheme_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if !bytes.first()?.is_ascii_alphabetic() {
        return None;
    }
    let end = bytes.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')))?;
    (bytes.get(end) == Some(&b':')).then_some(end)
}

/// The five components of RFC 3986 appendix B.
#[derive(Clone, Copy, Default)]
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

fn split(text: &str) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut rest = text;
    if let Some((scheme, after)) = scheme_end(rest).and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?))) {
        parts.scheme = Some(scheme);
        rest = after;
    }
    if let Some((before, fragment)) = rest.split_once('#') {
        parts.fragment = Some(fragment);
        rest = before;
    }
    if let Some((before, query)) = rest.split_once('?') {
        parts.query = Some(query);
        rest = before;
    }
    if let Some(after) = rest.strip_prefix("//") {
        let end = after.find('/').unwrap_or(after.len());
        parts.authority = after.get(..end);
        rest = after.get(end..).unwrap_or_default();
    }
    parts.path = rest;
    parts
}

/// Reference resolution, RFC 3986 §5.2.2.
pub(crate) fn resolve(base: &str, reference: &str) -> String {
    let base = split(base);
    let reference = split(reference);
    let mut target = reference;
    let path;
    if reference.scheme.is_some() {
        path = remove_dot_segments(reference.path);
    } else {
        target.scheme = base.scheme;
        if reference.authority.is_some() {
            path = remove_dot_segments(reference.path);
        } else {
            target.authority = base.authority;
            if reference.path.is_empty() {
                path = base.path.to_owned();
                target.query = reference.query.or(base.query);
            } else if reference.path.starts_with('/') {
                path = remove_dot_segments(reference.path);
            } else {
                path = remove_dot_segments(&merge(&base, reference.path));
            }
        }
    }
    let mut text = String::new();
    if let Some(scheme) = target.scheme {
        text.push_str(scheme);
        text.push(':');
    }
    if let Some(authority) = target.authority {
        text.push_str("//");
        text.push_str(authority);
    }
    text.push_str(&path);
    if let Some(query) = target.query {
        text.push('?');
        text.push_str(query);
    }
    if let Some(fragment) = target.fragment {
        text.push('#');
        text.push_str(fragment);
    }
    text
}

/// RFC 3986 §5.2.3.
fn merge(base: &Parts<'_>, path: &str) -> String {
    if base.authority.is_some() && base.path.is_empty() {
        return join("/", path);
    }
    let directory = base.path.rfind('/').and_then(|at| base.path.get(..=at)).unwrap_or_default();
    join(directory, path)
}

/// RFC 3986 §5.2.4.
fn remove_dot_segments(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    if absolute {
        segments.next();
    }
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    let joined = kept.join("/");
    if absolute { join("/", &joined) } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_as_the_rfc_says() {
        // RFC 3986 §5.4
        let base = "http://a/b/c/d;p?q";
        for (reference, target) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g;x?y#s", "http://a/b/c/g;x?y#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/../y", "http://a/b/c/y"),
        ] {
            assert_eq!(resolve(base, reference), target, "{reference}");
        }
    }

    #[test]
    fn only_iris_with_a_scheme_are_absolute() {
        for text in ["https://example.org/a b", "example", "/a", "1a:b", ":b", "", "urn:a<b", "a/b:c", "urn:a#b#c"] {
            assert!(!is_absolute(text), "{text}");
        }
        for text in ["https://example.org/é", "urn:uuid:1", "did:key:z6Mk", "ext:Thing", "a:"] {
            assert!(is_absolute(text), "{text}");
        }
    }
}
