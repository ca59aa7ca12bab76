//! Schemas that a credential names: they are asked for, and a credential that breaks one is rejected.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[cfg(feature = "schemas")]
use ob3_core::{CheckName, Need};
use ob3_core::{Contexts, DateTime, Policy, ProofOptions, Report, SigningKey, Step, Verifier, sign};

const NOW: &str = "2026-06-01T12:00:00Z";
const URL: &str = "https://college.example.edu/schemas/badge.json";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn badge(schemas: &str) -> String {
    let did = key().public_key().to_did_key();
    let unsigned = format!(
        r#"{{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json","https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"],"id":"urn:uuid:1","type":["VerifiableCredential","OpenBadgeCredential"],"name":"First aid","issuer":{{"id":"{did}","type":["Profile"],"name":"College"}},"validFrom":"2026-01-15T10:00:00Z","credentialSchema":{schemas},"credentialSubject":{{"id":"did:example:jane","type":["AchievementSubject"],"achievement":{{"id":"urn:uuid:2","type":["Achievement"],"name":"First aid","description":"Helps.","criteria":{{"narrative":"Passed."}}}}}}}}"#
    );
    let verification_method = format!("{did}#{}", key().public_key().to_multibase());
    let options = ProofOptions { verification_method, created: DateTime::parse(NOW).unwrap() };
    sign(&Contexts::new(), &unsigned, &key(), &options).unwrap()
}

fn named(url: &str) -> String {
    format!(r#"{{"id":"{url}","type":"1EdTechJsonSchemaValidator2019"}}"#)
}

fn verify(badge: &str, document: Option<&str>) -> Report {
    let now = DateTime::parse(NOW).unwrap();
    let find = |_: &str| document.map(|text| text.as_bytes().to_vec());
    Verifier::new().verify(badge.as_bytes(), &Policy::default(), now, find)
}

fn verdict(badge: &str, document: Option<&str>) -> (&'static str, &'static str) {
    let report = verify(badge, document);
    (report.outcome().as_str(), report.code().as_str())
}

#[cfg(feature = "schemas")]
#[test]
fn the_badge_is_held_against_the_schema_that_it_names() {
    let badge = badge(&named(URL));
    for (document, expected) in [
        (
            Some(r#"{"required":["name","proof"],"properties":{"name":{"const":"First aid"}}}"#),
            ("verified", "verified"),
        ),
        (Some(r#"{"required":["licence"]}"#), ("rejected", "json_schema_violated")),
        (Some(r#"{"unevaluatedProperties":false}"#), ("indeterminate", "json_schema_unsupported")),
        (Some("<html>"), ("indeterminate", "json_schema_malformed")),
        (None, ("indeterminate", "json_schema_unavailable")),
    ] {
        assert_eq!(verdict(&badge, document), expected, "{document:?}");
    }
    let report = verify(&badge, Some(r#"{"properties":{"credentialSubject":{"required":["result"]}}}"#));
    let check = report.check(CheckName::Schema).unwrap();
    let data = |name| check.finding.data.iter().find(|datum| datum.name == name).map(|datum| datum.value.as_str());
    assert_eq!(
        (data("member"), data("keyword"), data("schema")),
        (Some("credentialSubject"), Some("required"), Some(URL))
    );
    assert_eq!(check.items.len(), 1);
}

#[cfg(not(feature = "schemas"))]
#[test]
fn without_the_feature_a_schema_is_left_open_and_not_asked_for() {
    assert_eq!(verdict(&badge(&named(URL)), Some("true")), ("indeterminate", "json_schema_unsupported"));
}

#[test]
fn the_standard_s_own_schema_is_what_the_bundled_rules_say_and_others_are_not_taken_for_it() {
    let own = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";
    assert_eq!(verdict(&badge(&named(own)), None), ("verified", "verified"));
    for other in [
        "https://purl.imsglobal.org.evil.example/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json",
        "http://college.example.edu/schema.json",
    ] {
        assert_eq!(verdict(&badge(&named(other)), None).0, "indeterminate", "{other}");
    }
    // Kinds of schema that OB 3.0 does not speak of are its readers' own affair.
    let unknown = r#"{"id":"https://a.example/","type":"https://a.example/Schema"}"#;
    assert_eq!(verdict(&badge(unknown), None), ("verified", "verified"));
}

#[cfg(feature = "schemas")]
#[test]
fn every_schema_counts() {
    let two = format!("[{},{}]", named(URL), named("https://other.example/schema.json"));
    let verify = |second: &str| {
        let find = |url: &str| Some(if url == URL { "true" } else { second }.as_bytes().to_vec());
        let now = DateTime::parse(NOW).unwrap();
        Verifier::new().verify(badge(&two).as_bytes(), &Policy::default(), now, find).code().as_str()
    };
    assert_eq!(verify("true"), "verified");
    assert_eq!(verify("false"), "json_schema_violated");
    let many = (0..9).map(|n| named(&format!("https://a.example/{n}"))).collect::<Vec<_>>().join(",");
    assert_eq!(verdict(&badge(&format!("[{many}]")), Some("true")), ("indeterminate", "json_schema_unsupported"));
}

#[test]
fn a_forged_badge_does_not_choose_which_schemas_are_fetched() {
    let forged = badge(&named(URL)).replace("Helps.", "Heals.");
    let mut verification = Verifier::new().start(forged.as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap());
    assert!(matches!(verification.step(), Step::Done(report) if report.code().as_str() == "signature_invalid"));
}

#[cfg(feature = "schemas")]
#[test]
fn the_schema_is_asked_for_by_its_address() {
    let badge = badge(&named(URL));
    let mut verification = Verifier::new().start(badge.as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap());
    assert_eq!(verification.step(), Step::Need(vec![Need::Document { url: URL.into() }]));
    verification.supply_document(URL, Some(b"true"));
    assert!(matches!(verification.step(), Step::Done(report) if report.code().as_str() == "verified"));
}
