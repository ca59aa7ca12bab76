//! What a caller may ask of a verification: each wish changes the verdict that it is about, and no other.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use ob3_core::{
    BitstringStatusListCredential, CheckName, CheckResult, Contexts, DateTime, Policy, ProofOptions, Report,
    SigningKey, Verifier, canonicalize, sign,
};

const NOW: &str = "2026-06-01T12:00:00Z";
const LIST_URL: &str = "https://college.example.edu/status/1";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn did() -> String {
    key().public_key().to_did_key()
}

fn signed(unsigned: &str) -> String {
    let verification_method = format!("{}#{}", did(), key().public_key().to_multibase());
    let options = ProofOptions { verification_method, created: DateTime::parse(NOW).unwrap() };
    sign(&Contexts::new(), unsigned, &key(), &options).unwrap()
}

fn badge_with(more: &str) -> String {
    signed(&format!(
        r#"{{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],"id":"urn:uuid:1","type":["VerifiableCredential","OpenBadgeCredential"],"name":"First aid","issuer":{{"id":"{}","type":["Profile"],"name":"College"}},"validFrom":"2026-01-15T10:00:00Z","credentialSubject":{{"id":"did:example:jane","type":["AchievementSubject"],"achievement":{{"id":"urn:uuid:2","type":["Achievement"],"name":"First aid","description":"Helps.","criteria":{{"narrative":"Passed."}}}}}}{more}}}"#,
        did()
    ))
}

fn badge() -> String {
    badge_with("")
}

fn report(input: &str, policy: &str, document: Option<&str>) -> Report {
    let policy = Policy::from_json(policy).unwrap();
    let now = DateTime::parse(NOW).unwrap();
    Verifier::new().verify(input.as_bytes(), &policy, now, |_| document.map(|text| text.as_bytes().to_vec()))
}

fn verdict(input: &str, policy: &str) -> (&'static str, &'static str) {
    let report = report(input, policy, None);
    (report.outcome().as_str(), report.code().as_str())
}

#[test]
fn only_accepted_cryptosuites_prove_anything() {
    for (policy, expected) in [
        ("{}", ("verified", "verified")),
        (r#"{"cryptosuites":["ecdsa-rdfc-2019","eddsa-rdfc-2022"]}"#, ("verified", "verified")),
        (r#"{"cryptosuites":["eddsa-jcs-2022"]}"#, ("rejected", "cryptosuite_not_accepted")),
        (r#"{"cryptosuites":[]}"#, ("rejected", "cryptosuite_not_accepted")),
        // Algorithms are those of tokens.
        (r#"{"algorithms":[]}"#, ("verified", "verified")),
    ] {
        assert_eq!(verdict(&badge(), policy), expected, "{policy}");
    }
}

#[test]
fn inputs_beyond_the_caller_s_limits_are_refused() {
    let badge = badge();
    let bytes = badge.len();
    let (unsigned, _) = badge.split_once(r#","proof""#).unwrap();
    let statements = canonicalize(&Contexts::new(), &format!("{unsigned}}}")).unwrap().lines().count();
    for (policy, expected) in [
        (format!(r#"{{"maxBytes":{bytes}}}"#), ("verified", "verified")),
        (format!(r#"{{"maxBytes":{}}}"#, bytes - 1), ("rejected", "input_too_large")),
        (r#"{"maxDepth":4}"#.into(), ("verified", "verified")),
        (r#"{"maxDepth":3}"#.into(), ("rejected", "json_too_deep")),
        (format!(r#"{{"maxStatements":{statements}}}"#), ("verified", "verified")),
        (format!(r#"{{"maxStatements":{}}}"#, statements - 1), ("rejected", "json_ld_limit")),
    ] {
        assert_eq!(verdict(&badge, &policy), expected, "{policy}");
    }
}

#[test]
fn the_caller_says_how_short_a_status_list_may_be() {
    let entry = format!(
        r#","credentialStatus":{{"type":"BitstringStatusListEntry","statusPurpose":"revocation","statusListIndex":"9","statusListCredential":"{LIST_URL}"}}"#
    );
    let list = BitstringStatusListCredential {
        id: LIST_URL.into(),
        issuer: did(),
        valid_from: DateTime::parse("2026-01-01T00:00:00Z").unwrap(),
        valid_until: None,
        status_purpose: "revocation".into(),
        ttl_millis: None,
        bits: vec![0; 12_500],
    };
    let (badge, list) = (badge_with(&entry), signed(&list.to_json()));
    for (policy, expected) in [
        ("{}", "status_list_too_short"),
        (r#"{"minimumStatusListLength":100001}"#, "status_list_too_short"),
        (r#"{"minimumStatusListLength":100000}"#, "verified"),
        // The badge's own limits are not those of the list.
        (r#"{"minimumStatusListLength":0,"maxBytes":2000}"#, "verified"),
    ] {
        assert_eq!(report(&badge, policy, Some(&list)).code().as_str(), expected, "{policy}");
    }
}

#[test]
fn trust_informs_and_changes_no_verdict() {
    let trust = |badge: &str, policy: &str| {
        let report = report(badge, policy, None);
        let check = report.check(CheckName::Trust).unwrap();
        let data = check.finding.data.iter().map(|datum| datum.value.clone()).collect::<Vec<_>>();
        (report.outcome().as_str(), check.finding.result, check.finding.code.as_str(), data)
    };
    let own = did();
    let listed = format!(r#"{{"trust":[{{"name":"Members","issuers":[{{"id":"{own}","name":"The College"}}]}}]}}"#);
    let other =
        r#"{"trust":[{"name":"Members","issuers":["did:web:other.example"]}],"trustedIssuers":["did:key:z6Mk"]}"#;
    for (policy, result, code, data) in [
        ("{}", CheckResult::NotApplicable, "no_trust_registries", vec![]),
        (&listed, CheckResult::Valid, "issuer_listed", vec!["Members", "The College"]),
        (&format!(r#"{{"trustedIssuers":["{own}"]}}"#), CheckResult::Valid, "issuer_listed", vec![]),
        (other, CheckResult::Unknown, "issuer_not_listed", vec![]),
    ] {
        let data = data.into_iter().map(str::to_owned).collect();
        assert_eq!(trust(&badge(), policy), ("verified", result, code, data), "{policy}");
    }
    // Signed by another key, under the name of the listed issuer; and altered.
    let stranger =
        badge().replace(&format!(r#""issuer":{{"id":"{own}""#), r#""issuer":{"id":"did:web:listed.example""#);
    let listed = r#"{"trustedIssuers":["did:web:listed.example"]}"#;
    assert_eq!(trust(&stranger, listed), ("rejected", CheckResult::Unknown, "not_reached", vec![]));
    let stranger = {
        let unsigned = badge().replace(&own, "did:web:listed.example");
        let (unsigned, _) = unsigned.split_once(r#","proof""#).unwrap();
        signed(&format!("{unsigned}}}"))
    };
    assert_eq!(trust(&stranger, listed), ("indeterminate", CheckResult::Unknown, "not_reached", vec![]));
}
