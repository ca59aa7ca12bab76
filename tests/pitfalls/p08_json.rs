//! Pitfall 8: Two readers of one JSON text must not read two things.

use serde_json::json;

use super::{badge, verdict, verdict_with};
use accolade_tests::badges::{self, DID_WEB, DID_WEB_URL, Suite};
use ob3_core::Policy;

#[test]
fn a_member_that_stands_twice_is_rejected_however_it_is_spelled() {
    let badge = badge().to_string();
    for (from, to) in [
        ("{\"@context\"", "{\"name\":\"Surgery\",\"@context\""),
        ("{\"@context\"", "{\"n\\u0061me\":\"Surgery\",\"@context\""),
        ("\"issuer\":{", "\"issuer\":{\"id\":\"did:example:mallory\","),
        ("\"proof\":{", "\"proof\":{\"proofValue\":\"z1\","),
    ] {
        let forged = badge.replacen(from, to, 1);
        assert_ne!(forged, badge, "{from}");
        assert_eq!(verdict(forged), ("rejected", "json_duplicate_key"), "{to}");
    }
}

#[test]
fn documents_and_policies_are_read_as_strictly() {
    let badge = Suite::ISSUED.secure_as(&badges::badge(DID_WEB), &format!("{DID_WEB}#key-1")).unwrap().to_string();
    let document = badges::did_web_document().to_string();
    assert_eq!(verdict_with(&badge, &[(DID_WEB_URL, document.clone())]), ("verified", "verified"));
    let twice = document.replacen('{', r#"{"assertionMethod":[],"#, 1);
    assert_eq!(verdict_with(&badge, &[(DID_WEB_URL, twice)]), ("indeterminate", "key_unavailable"));
    assert!(Policy::from_json(r#"{"status":"required","status":"ignore"}"#).is_err());
}

#[test]
fn half_of_a_surrogate_pair_is_rejected() {
    for half in ["\\ud800", "\\udc00", "\\ud800\\ud800", "\\udc00\\ud800", "\\ud83d x", "\\uD83D\\n"] {
        let forged = badge().to_string().replacen("First aid", half, 1);
        assert_eq!(verdict(forged), ("rejected", "json_lone_surrogate"), "{half}");
    }
}

#[test]
fn a_number_that_a_double_can_not_hold_is_rejected() {
    for number in ["1e400", "-1e400", &format!("1{}", "0".repeat(400))] {
        let forged = badge().to_string().replacen("\"creditsEarned\":3", &format!("\"creditsEarned\":{number}"), 1);
        assert_eq!(verdict(forged), ("rejected", "json_number_range"), "{number}");
    }
    for number in ["NaN", "Infinity", "+3", "03", "3.", ".3", "0x3", "3e", "--3"] {
        let forged = badge().to_string().replacen("\"creditsEarned\":3", &format!("\"creditsEarned\":{number}"), 1);
        assert_eq!(verdict(forged), ("rejected", "json_syntax"), "{number}");
    }
}

#[test]
fn a_number_is_its_value_and_not_its_digits() {
    for suite in Suite::ALL {
        let badge = suite.badge().to_string();
        for number in ["3.0", "3e0", "0.3e1", "30E-1", "3.0000000000000000000001"] {
            let same = badge.replacen("\"creditsEarned\":3", &format!("\"creditsEarned\":{number}"), 1);
            assert_eq!(verdict(&same), ("verified", "verified"), "{suite:?} {number}");
        }
        for number in ["3.0000000000000004", "-3", "4", "3e1", "\"3\"", "true"] {
            let other = badge.replacen("\"creditsEarned\":3", &format!("\"creditsEarned\":{number}"), 1);
            assert_eq!(verdict(&other).0, "rejected", "{suite:?} {number}");
        }
    }
}

#[test]
fn depth_size_and_count_are_bounded() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(2000), "]".repeat(2000));
    assert_eq!(verdict(deep), ("rejected", "json_too_deep"));
    let objects = format!("{}1{}", "{\"a\":".repeat(2000), "}".repeat(2000));
    assert_eq!(verdict(objects), ("rejected", "json_too_deep"));
    let many = json!({ "type": ["VerifiableCredential"], "a": vec![0; 100_001] });
    assert_eq!(verdict(many.to_string()), ("rejected", "json_too_many_values"));
    let long = json!({ "type": ["VerifiableCredential"], "a": "x".repeat(2 << 20) });
    assert_eq!(verdict(long.to_string()), ("rejected", "input_too_large"));
}

#[test]
fn what_only_resembles_json_is_rejected() {
    let badge = badge().to_string();
    for forged in [
        format!("\u{feff}{badge}"),
        format!("{badge}{badge}"),
        format!("{badge},"),
        badge.replacen("\"name\"", "'name'", 1),
        badge.replacen("\"name\":", "/* */\"name\":", 1),
        badge.replacen("First aid", "First\naid", 1),
        badge.replacen("First aid", "First\\xaid", 1),
        badge.replacen(",\"validFrom\"", ",,\"validFrom\"", 1),
        badge.replacen("]", ",]", 1),
    ] {
        assert_eq!(verdict(&forged).0, "rejected", "{}", forged.chars().take(40).collect::<String>());
    }
}
