//! The context documents that are bundled, by URL. Their sources and hashes stand in `contexts/SOURCES.md`.

/// Verifiable Credentials Data Model 2.0.
pub const VC_V2_URL: &str = "https://www.w3.org/ns/credentials/v2";
/// Verifiable Credentials Data Model 1.1.
pub const VC_V1_URL: &str = "https://www.w3.org/2018/credentials/v1";
/// Open Badges 3.0, the context that is issued with.
pub const OPEN_BADGES_3_0_3_URL: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// Every bundled context: its URL and its text.
pub const TEXTS: [(&str, &str); 16] = [
    (VC_V2_URL, include_str!("../../contexts/credentials-v2.json")),
    (OPEN_BADGES_3_0_3_URL, include_str!("../../contexts/ob-v3p0-3.0.3.json")),
    (VC_V1_URL, include_str!("../../contexts/credentials-v1.json")),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context.json", include_str!("../../contexts/ob-v3p0.json")),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json", include_str!("../../contexts/ob-v3p0-3.0.1.json")),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json", include_str!("../../contexts/ob-v3p0-3.0.2.json")),
    ("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json", include_str!("../../contexts/ob-v3p0-extensions.json")),
    ("https://purl.imsglobal.org/spec/clr/v2p0/context.json", include_str!("../../contexts/clr-v2p0.json")),
    ("https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", include_str!("../../contexts/clr-v2p0-2.0.1.json")),
    ("https://w3id.org/security/data-integrity/v2", include_str!("../../contexts/data-integrity-v2.json")),
    ("https://w3id.org/security/data-integrity/v1", include_str!("../../contexts/data-integrity-v1.json")),
    ("https://w3id.org/security/suites/ed25519-2020/v1", include_str!("../../contexts/ed25519-2020-v1.json")),
    ("https://w3id.org/security/multikey/v1", include_str!("../../contexts/multikey-v1.json")),
    ("https://www.w3.org/ns/did/v1", include_str!("../../contexts/did-v1.json")),
    ("https://www.w3.org/ns/credentials/status/v1", include_str!("../../contexts/status-v1.json")),
    ("https://w3id.org/vc/status-list/2021/v1", include_str!("../../contexts/status-list-2021-v1.json")),
];

/// The text of a bundled context.
pub fn text(url: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(known, _)| *known == url).map(|(_, text)| *text)
}
