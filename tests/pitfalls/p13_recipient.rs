//! Pitfall 13: A hashed identifier is easily guessed and easily copied: it says who the recipient is only to those who know it.

use ob3_core::{CheckName, CheckResult};
use serde_json::{Value, json};

use super::{badge, code_of, report, report_with, signed_with, verdict_of};
use accolade_tests::badges;

fn known_as(recipient: &str) -> (&'static str, &'static str) {
    known_in(&badge().to_string(), recipient)
}

fn known_in(input: &str, recipient: &str) -> (&'static str, &'static str) {
    verdict_of(&report_with(input, &[], &json!({ "recipient": recipient }).to_string(), badges::NOW))
}

#[test]
fn without_a_known_identifier_nothing_is_said_of_the_recipient() {
    let report = report(badge().to_string());
    let finding = &report.check(CheckName::Recipient).unwrap().finding;
    assert_eq!((finding.result, finding.code.as_str()), (CheckResult::NotApplicable, "recipient_not_asked"));
    let wire: Value = serde_json::from_str(&report.to_json()).unwrap();
    let shown = &wire["claims"]["recipient"]["identifiers"][0];
    assert_eq!(shown["hashed"], true);
    assert!(shown["value"].as_str().unwrap().starts_with("sha256$"));
}

#[test]
fn the_published_hash_matches_its_address_and_no_other() {
    // The vector of the standard: this address with the salt `Kosher`.
    assert_eq!(known_as("a@example.com"), ("verified", "verified"));
    assert_eq!(known_as("did:example:jane"), ("verified", "verified"));
    for other in [
        "b@example.com",
        "a@example.comKosher",
        "example.com",
        "Kosher",
        "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",
    ] {
        assert_eq!(known_as(other), ("rejected", "recipient_differs"), "{other}");
    }
}

#[test]
fn a_hash_said_to_be_plain_or_by_an_unknown_algorithm_matches_nothing_by_itself() {
    let identity = |hashed: bool, hash: &str| {
        let identity =
            json!({ "type": "IdentityObject", "hashed": hashed, "identityHash": hash, "identityType": "emailAddress" });
        signed_with("/credentialSubject/identifier", json!([identity]))
    };
    for (input, known) in [
        (identity(true, "a@example.com"), "a@example.com"),
        (identity(true, "crc32$00000000"), "a@example.com"),
        (identity(true, "sha256$"), "a@example.com"),
        (identity(true, "$"), "a@example.com"),
        (identity(true, ""), "a@example.com"),
        (identity(false, "a@example.com.evil"), "a@example.com"),
    ] {
        assert_eq!(known_in(&input, known), ("rejected", "recipient_differs"), "{known}");
    }
    // MD5, which the standard allows, of the same address without salt.
    let md5 = identity(true, "md5$bb8a26e33c2ea7e3bbba9a8c1cbb8d2b");
    assert_eq!(known_in(&md5, "b@example.com"), ("rejected", "recipient_differs"));
    assert_eq!(known_in(&identity(false, "A@Example.com"), "a@example.com"), ("verified", "verified"));
}

#[test]
fn a_badge_with_a_bad_signature_is_nobodys() {
    let forged = super::altered("/name", "Surgery");
    let report = report_with(&forged, &[], r#"{"recipient":"a@example.com"}"#, badges::NOW);
    assert_eq!(verdict_of(&report), ("rejected", "signature_invalid"));
    assert_eq!(code_of(&report, CheckName::Recipient), "not_reached");
}
