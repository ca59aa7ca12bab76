//! Pitfall 3: A signature is intact under any key: it says nothing until the issuer's own document lists the key for assertions.

use ob3_core::CheckName;
use serde_json::{Value, json};

use super::{code_of, report, report_with, set, verdict, verdict_of, verdict_with};
use accolade_tests::badges::{self, Curve, DID_WEB, DID_WEB_URL, Suite};

fn by_method(issuer: &str, method: &str) -> String {
    Suite::ISSUED.secure_as(&badges::badge(issuer), method).unwrap().to_string()
}

fn multibase() -> String {
    Curve::Ed25519.did().split_off("did:key:".len())
}

fn web_badge() -> String {
    by_method(DID_WEB, &format!("{DID_WEB}#key-1"))
}

fn with_document(document: &Value) -> (&'static str, &'static str) {
    verdict_with(web_badge(), &[(DID_WEB_URL, document.to_string())])
}

#[test]
fn a_key_in_the_fragment_of_a_url_is_not_taken_from_there() {
    // Some verifiers take `https://anything#z6Mk…` for the key itself.
    let issuer = "https://college.example.edu/issuers/1";
    let badge = by_method(issuer, &format!("{issuer}#{}", multibase()));
    assert_eq!(verdict(&badge), ("indeterminate", "key_unavailable"));
    let other = json!({ "id": issuer, "assertionMethod": [{
        "id": format!("{issuer}#other"), "type": "Multikey", "controller": issuer, "publicKeyMultibase": multibase(),
    }] });
    assert_eq!(verdict_with(&badge, &[(issuer, other.to_string())]), ("rejected", "key_not_found"));
    let own = json!({ "id": issuer, "assertionMethod": [{
        "id": format!("{issuer}#{}", multibase()), "type": "Multikey", "controller": issuer, "publicKeyMultibase": multibase(),
    }] });
    assert_eq!(verdict_with(&badge, &[(issuer, own.to_string())]), ("verified", "verified"));
}

#[test]
fn a_did_key_signs_for_itself_alone() {
    for issuer in
        [DID_WEB, "urn:uuid:4d5cbf6f-0b2f-4a6e-9d0c-0b4dd7a3a001", "https://college.example.edu", "did:example:x"]
    {
        let report = report(by_method(issuer, &Curve::Ed25519.method()));
        assert_eq!(verdict_of(&report), ("indeterminate", "issuer_not_authenticated"), "{issuer}");
        assert_eq!(code_of(&report, CheckName::Proof), "signature_valid");
        let strict = report_with(
            by_method(issuer, &Curve::Ed25519.method()),
            &[],
            r#"{"unauthenticatedIssuer":"rejected"}"#,
            badges::NOW,
        );
        assert_eq!(verdict_of(&strict), ("rejected", "issuer_not_authenticated"), "{issuer}");
    }
}

#[test]
fn a_did_key_with_the_fragment_of_another_is_no_key() {
    let other = Curve::P256.did().split_off("did:key:".len());
    let badge = by_method(&Curve::Ed25519.did(), &format!("{}#{other}", Curve::Ed25519.did()));
    assert_eq!(verdict(badge), ("indeterminate", "key_unavailable"));
}

#[test]
fn a_document_about_somebody_else_says_nothing() {
    for id in
        [json!("did:web:college.example.edu:issuers:two"), json!(format!("{DID_WEB}/")), json!(null), json!([DID_WEB])]
    {
        let document = set(badges::did_web_document(), "/id", id);
        assert_eq!(with_document(&document), ("indeterminate", "key_unavailable"));
    }
    let document = set(badges::did_web_document(), "/verificationMethod/0/controller", "did:web:evil.example");
    assert_eq!(with_document(&document), ("rejected", "key_not_found"));
}

#[test]
fn the_method_is_listed_for_assertions_by_reference_or_embedded() {
    let document = badges::did_web_document();
    assert_eq!(with_document(&document), ("verified", "verified"));
    let relative = set(document.clone(), "/assertionMethod", json!(["#key-1"]));
    assert_eq!(with_document(&relative), ("verified", "verified"));
    // No array `verificationMethod` at all: some verifiers fall over this one.
    let embedded = json!({ "id": DID_WEB, "assertionMethod": [document["verificationMethod"][0]] });
    assert_eq!(with_document(&embedded), ("verified", "verified"));
}

#[test]
fn a_method_for_another_purpose_may_not_assert() {
    for purpose in ["authentication", "keyAgreement", "capabilityInvocation", "capabilityDelegation"] {
        let mut document = badges::did_web_document();
        let methods = document.as_object_mut().unwrap().remove("assertionMethod").unwrap();
        document[purpose] = methods;
        assert_eq!(with_document(&document), ("rejected", "issuer_key_not_authorized"), "{purpose}");
    }
    let empty = set(badges::did_web_document(), "/assertionMethod", json!([]));
    assert_eq!(with_document(&empty), ("rejected", "issuer_key_not_authorized"));
}

#[test]
fn a_method_that_was_revoked_or_has_expired_may_not_assert() {
    for (name, time, expected) in [
        ("revoked", "2026-05-31T00:00:00Z", ("rejected", "issuer_key_not_authorized")),
        ("expires", "2026-05-31T00:00:00Z", ("rejected", "issuer_key_not_authorized")),
        ("revoked", "some day", ("rejected", "issuer_key_not_authorized")),
        ("revoked", "2027-01-01T00:00:00Z", ("verified", "verified")),
        ("expires", "2027-01-01T00:00:00Z", ("verified", "verified")),
    ] {
        let document = set(badges::did_web_document(), &format!("/verificationMethod/0/{name}"), time);
        assert_eq!(with_document(&document), expected, "{name} {time}");
    }
}

#[test]
fn a_proof_for_another_purpose_asserts_nothing() {
    for suite in Suite::ALL {
        let forged = set(suite.badge(), "/proof/proofPurpose", "authentication").to_string();
        assert_eq!(verdict(forged), ("rejected", "proof_purpose"), "{suite:?}");
    }
}

#[test]
fn a_proof_by_a_stranger_beside_the_issuers_does_not_speak_for_the_issuer() {
    let stranger = Curve::P256;
    let unsigned = badges::badge(&Curve::Ed25519.did());
    let forged = Suite { name: "ecdsa-rdfc-2019", curve: stranger }.secure(&unsigned).unwrap();
    assert_eq!(verdict(forged.to_string()), ("indeterminate", "issuer_not_authenticated"));
}
