//! Pitfall 1: JSON-LD drops terms that no context defines: they would be shown, and no signature covers them.

use serde_json::json;

use super::{altered, badge, set, verdict};
use accolade_tests::badges::Suite;

#[test]
fn a_term_that_no_context_defines_is_rejected_wherever_it_stands() {
    for pointer in [
        "/evilUnknown",
        "/issuer/level",
        "/credentialSubject/grade",
        "/credentialSubject/achievement/level",
        "/credentialSubject/achievement/criteria/level",
        "/credentialSubject/identifier/0/level",
        "/evidence/0/level",
    ] {
        for value in [json!("forged"), json!(1), json!(true), json!({ "name": "forged" }), json!(["forged"])] {
            assert_eq!(verdict(altered(pointer, value)), ("rejected", "term_undefined"), "{pointer}");
        }
    }
}

#[test]
fn a_type_that_no_context_defines_is_rejected() {
    assert_eq!(verdict(altered("/type/1", "Diploma")).0, "rejected");
    assert_eq!(verdict(altered("/evidence/0/type", json!(["Evidence", "Diploma"]))), ("rejected", "iri_not_absolute"));
}

#[test]
fn an_option_of_the_proof_that_no_context_defines_is_rejected() {
    for (pointer, value) in
        [("/proof/evilUnknown", json!("x")), ("/proof/level", json!({ "a": 1 })), ("/proof/name2", json!([1]))]
    {
        assert_eq!(verdict(altered(pointer, value)), ("rejected", "proof_malformed"), "{pointer}");
    }
}

#[test]
fn a_suite_that_signs_json_covers_them_and_they_are_rejected_all_the_same() {
    for suite in Suite::ALL.into_iter().filter(|suite| suite.name.contains("jcs")) {
        let document = set(suite.unsigned(), "/credentialSubject/achievement/level", "9");
        let signed = suite.secure(&document).unwrap().to_string();
        assert_eq!(verdict(signed), ("rejected", "term_undefined"), "{suite:?}");
        let forged = set(suite.badge(), "/proof/evilUnknown", "x").to_string();
        assert_eq!(verdict(forged), ("rejected", "signature_invalid"), "{suite:?}");
    }
}

#[test]
fn a_term_without_a_value_is_rejected_too() {
    // JSON-LD drops both, whatever the term.
    for value in [json!(null), json!([])] {
        assert_eq!(verdict(set(badge(), "/evilUnknown", value).to_string()).0, "rejected");
    }
}
