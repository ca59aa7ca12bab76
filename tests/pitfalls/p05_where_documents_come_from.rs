//! Pitfall 5: Every URL in a credential is chosen by whoever wrote it. The core asks for documents of public hosts only; that hosts
//! follow no redirects, and which addresses they connect to, is tested with the npm package.

use ob3_core::{DateTime, Need, Policy, Step, Verifier};
use serde_json::json;

use super::{set, verdict, verdict_with};
use accolade_tests::badges::{self, Curve, DID_WEB, DID_WEB_URL, Suite};

/// The documents that are asked for first.
fn asked(input: &str) -> Vec<String> {
    let now = DateTime::parse(badges::NOW).unwrap();
    let Step::Need(needs) = Verifier::new().start(input.as_bytes(), &Policy::default(), now).step() else {
        return Vec::new();
    };
    needs
        .into_iter()
        .filter_map(|need| match need {
            Need::Document { url } => Some(url),
            Need::Signature(_) => None,
        })
        .collect()
}

fn by_method(issuer: &str, method: &str) -> String {
    Suite::ISSUED.secure_as(&badges::badge(issuer), method).unwrap().to_string()
}

const PLACES_NOT_TO_ASK: [&str; 14] = [
    "localhost",
    "localhost.",
    "sub.localhost",
    "printer.local",
    "db.internal",
    "router.lan",
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "single",
    "user@example.org",
];

#[test]
fn a_did_web_becomes_the_url_of_its_document() {
    for (did, url) in [
        ("did:web:example.org", "https://example.org/.well-known/did.json"),
        ("did:web:example.org:a:b", "https://example.org/a/b/did.json"),
        ("did:web:example.org%3A8443", "https://example.org:8443/.well-known/did.json"),
        ("did:web:example.org%3a8443:a", "https://example.org:8443/a/did.json"),
    ] {
        assert_eq!(asked(&by_method(did, &format!("{did}#key-1"))), [url], "{did}");
    }
}

#[test]
fn a_did_web_of_a_place_that_may_not_be_asked_is_not_asked() {
    let more =
        ["[::1]", "example.org%2Fevil", "example.org:..", "example.org:%2e%2e", "example.org%3A0", "example.org:a%00"];
    for id in PLACES_NOT_TO_ASK.iter().chain(&more) {
        let did = format!("did:web:{id}");
        let badge = by_method(&did, &format!("{did}#key-1"));
        assert_eq!(asked(&badge), [""; 0], "{did}");
        assert_eq!(verdict(badge), ("indeterminate", "key_unavailable"), "{did}");
    }
}

#[test]
fn a_key_at_a_place_that_may_not_be_asked_is_not_asked() {
    for host in PLACES_NOT_TO_ASK.iter().chain(&["[::1]", "example.org:0", "example.org:99999"]) {
        let kid = format!("https://{host}/key");
        let header = json!({ "alg": "EdDSA", "kid": kid });
        let token = badges::jws(Curve::Ed25519, &header, &badges::badge(&kid).to_string());
        assert_eq!(asked(&token), [""; 0], "{kid}");
        assert_eq!(asked(&by_method(&kid, &format!("{kid}#k"))), [""; 0], "{kid}");
    }
    for kid in [
        "http://example.org/key",
        "ftp://example.org/key",
        "file:///etc/passwd",
        "data:application/json,{}",
        "//example.org",
    ] {
        let header = json!({ "alg": "EdDSA", "kid": kid });
        let token = badges::jws(Curve::Ed25519, &header, &badges::badge(&Curve::Ed25519.did()).to_string());
        assert_eq!(asked(&token), [""; 0], "{kid}");
    }
}

#[test]
fn a_status_list_at_a_place_that_may_not_be_asked_is_not_asked() {
    // The very machine is the exception: a deployment that is tried out there. Hosts ask it only where they are told to.
    let is_this_machine = |host: &&str| ["localhost", "127.0.0.1"].contains(host);
    for host in PLACES_NOT_TO_ASK.into_iter().filter(|host| !is_this_machine(host)).chain(["example.org:0"]) {
        for entry in ["BitstringStatusListEntry", "1EdTechRevocationList"] {
            let url = format!("https://{host}/list");
            let mut badge = badges::with_status(Suite::ISSUED.unsigned(), &["revocation"]);
            let contexts = badge["@context"].as_array_mut().unwrap();
            contexts.push("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json".into());
            let badge = set(badge, "/credentialStatus/0/type", entry);
            let badge = set(badge, "/credentialStatus/0/id", url.as_str());
            let badge = set(badge, "/credentialStatus/0/statusListCredential", url.as_str());
            let Ok(signed) = Suite::ISSUED.secure(&badge) else { continue };
            assert_eq!(asked(&signed.to_string()), [""; 0], "{entry} {url}");
            assert_eq!(verdict(signed.to_string()), ("indeterminate", "status_entry_malformed"), "{entry} {url}");
        }
    }
}

#[test]
fn the_document_of_a_did_names_that_did() {
    let badge = by_method(DID_WEB, &format!("{DID_WEB}#key-1"));
    let document = badges::did_web_document();
    assert_eq!(verdict_with(&badge, &[(DID_WEB_URL, document.to_string())]), ("verified", "verified"));
    let other = set(document, "/id", "did:web:college.example.edu:issuers:two");
    assert_eq!(verdict_with(&badge, &[(DID_WEB_URL, other.to_string())]), ("indeterminate", "key_unavailable"));
}

#[test]
fn a_credential_whose_signature_does_not_hold_has_nothing_else_fetched() {
    let badge = badges::with_status(Suite::ISSUED.unsigned(), &["revocation"]);
    let signed = Suite::ISSUED.secure(&badge).unwrap();
    assert_eq!(asked(&signed.to_string()), [badges::LIST_URL]);
    assert_eq!(asked(&set(signed, "/name", "Surgery").to_string()), [""; 0]);
}
