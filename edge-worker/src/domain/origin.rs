//! The deployment's own origin: what every published address begins with.

use std::fmt;
use std::net::Ipv4Addr;

/// `https://host[:port]`, or `http://` for a local host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin; a single slash at the end is taken off. `None` when there is a path, a query or no host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let (_, authority) = text.split_once("://")?;
        let bare = !authority.contains(['/', '?', '#']);
        (bare && super::uri::is_web_url(&text)).then_some(Self(text))
    }

    /// `host[:port]`.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether others can resolve it: https on a domain name that is neither an IP address nor local to this machine.
    #[must_use]
    pub fn is_public(&self) -> bool {
        let authority = self.authority();
        let host = authority.split(':').next().unwrap_or_default();
        let local = host.ends_with(".localhost") || host.ends_with(".local") || !host.contains('.');
        self.0.starts_with("https://") && !authority.starts_with('[') && !local && host.parse::<Ipv4Addr>().is_err()
    }

    /// The origin followed by an absolute path.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bare_origin_is_one() {
        assert_eq!(
            Origin::parse("https://Badges.example/").map(|o| o.to_string()).as_deref(),
            Some("https://badges.example")
        );
        for text in
            ["", "badges.example", "https://badges.example/path", "https://badges.example?x", "ftp://badges.example"]
        {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn local_hosts_are_not_public() {
        for (text, public) in [
            ("https://badges.example", true),
            ("https://badges.example:8443", true),
            ("http://badges.example", false),
            ("https://localhost:8787", false),
            ("https://app.localhost", false),
            ("https://127.0.0.1:8787", false),
            ("https://[::1]", false),
            ("https://intranet", false),
        ] {
            assert_eq!(Origin::parse(text).unwrap().is_public(), public, "{text}");
        }
    }
}
