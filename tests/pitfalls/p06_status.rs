//! Pitfall 6: What keeps a status list from being had, read or trusted leaves the status unknown: it is never taken for clear.

use serde_json::{Value, json};

use super::{report_with, set, verdict_of, verdict_with};
use accolade_tests::badges::{self, Curve, LIST_URL, Suite, packed_bits};
use accolade_tests::base64url;

fn badge(purposes: &[&str]) -> String {
    Suite::ISSUED.secure(&badges::with_status(Suite::ISSUED.unsigned(), purposes)).unwrap().to_string()
}

fn badge_with_entry(name: &str, value: impl Into<Value>) -> String {
    let unsigned = badges::with_status(Suite::ISSUED.unsigned(), &["revocation"]);
    Suite::ISSUED.secure(&set(unsigned, &format!("/credentialStatus/0/{name}"), value)).unwrap().to_string()
}

/// A list of these set bits for the purpose of revocation, not signed.
fn list(set: &[usize]) -> Value {
    badges::status_list(&Curve::Ed25519.did(), &"revocation".into(), &packed_bits(set))
}

fn signed(list: &Value) -> String {
    Suite::ISSUED.secure(list).unwrap().to_string()
}

fn with_list(badge: &str, list: &str) -> (&'static str, &'static str) {
    verdict_with(badge, &[(LIST_URL, list.to_owned())])
}

#[test]
fn the_first_bit_is_the_leftmost_one() {
    for (set, expected) in [(&[][..], "verified"), (&[8, 10], "verified"), (&[14], "verified"), (&[9], "revoked")] {
        assert_eq!(with_list(&badge(&["revocation"]), &signed(&list(set))).1, expected, "{set:?}");
    }
}

#[test]
fn a_list_of_another_purpose_says_nothing() {
    for (purpose, expected) in [
        (json!("suspension"), ("indeterminate", "status_purpose_mismatch")),
        (json!("Revocation"), ("indeterminate", "status_purpose_mismatch")),
        (json!(["suspension", "message"]), ("indeterminate", "status_purpose_mismatch")),
        (json!(["suspension", "revocation"]), ("verified", "verified")),
    ] {
        let list = set(list(&[]), "/credentialSubject/statusPurpose", purpose.clone());
        assert_eq!(with_list(&badge(&["revocation"]), &signed(&list)), expected, "{purpose}");
    }
}

#[test]
fn a_list_that_can_not_be_trusted_says_nothing() {
    let badge = badge(&["revocation"]);
    let clear = list(&[]);
    let stranger = Suite { name: "ecdsa-rdfc-2019", curve: Curve::P256 }.secure(&clear).unwrap();
    let future = set(clear.clone(), "/validFrom", "2027-01-01T00:00:00Z");
    let past = set(clear.clone(), "/validUntil", "2026-05-01T00:00:00Z");
    let other_type = set(clear.clone(), "/type", json!(["VerifiableCredential"]));
    let other_subject = set(clear.clone(), "/credentialSubject/type", "BitstringStatusListEntry");
    for (list, code) in [
        (clear.to_string(), "status_list_not_authentic"),
        (stranger.to_string(), "status_list_not_authentic"),
        (
            set(Suite::ISSUED.secure(&clear).unwrap(), "/validFrom", "2026-01-02T00:00:00Z").to_string(),
            "status_list_not_authentic",
        ),
        (signed(&future), "status_list_outdated"),
        (signed(&past), "status_list_outdated"),
        (signed(&other_type), "status_list_malformed"),
        (other_subject.to_string(), "status_list_malformed"),
        (badge.clone(), "status_list_malformed"),
        ("<html>down for maintenance</html>".to_owned(), "status_list_malformed"),
        (String::new(), "status_list_malformed"),
        ("{}".to_owned(), "status_list_malformed"),
    ] {
        assert_eq!(with_list(&badge, &list), ("indeterminate", code), "{list}");
    }
}

#[test]
fn a_list_that_can_not_be_had_is_not_a_clear_one() {
    assert_eq!(verdict_with(badge(&["revocation"]), &[]), ("indeterminate", "status_list_unavailable"));
}

#[test]
fn an_index_that_is_no_index_is_not_looked_up() {
    let list = signed(&list(&[]));
    for (index, expected) in [
        (json!("-1"), ("indeterminate", "status_entry_malformed")),
        (json!(-1), ("indeterminate", "status_entry_malformed")),
        (json!("9.0"), ("indeterminate", "status_entry_malformed")),
        (json!("0x9"), ("indeterminate", "status_entry_malformed")),
        (json!("+9"), ("indeterminate", "status_entry_malformed")),
        (json!("9 "), ("indeterminate", "status_entry_malformed")),
        (json!(""), ("indeterminate", "status_entry_malformed")),
        (json!("9".repeat(400)), ("indeterminate", "status_entry_malformed")),
        (json!("18446744073709551625"), ("indeterminate", "status_entry_malformed")),
        (json!("4294967305"), ("indeterminate", "status_index_out_of_range")),
        (json!("131072"), ("indeterminate", "status_index_out_of_range")),
        (json!("131071"), ("verified", "verified")),
        (json!(9), ("verified", "verified")),
    ] {
        assert_eq!(with_list(&badge_with_entry("statusListIndex", index.clone()), &list), expected, "{index}");
    }
}

#[test]
fn an_entry_of_a_kind_or_purpose_that_is_not_known_is_not_passed_over() {
    let list = signed(&list(&[]));
    for (name, value, code) in [
        ("statusPurpose", json!("message"), "status_unsupported"),
        ("statusPurpose", json!("refresh"), "status_unsupported"),
        ("statusSize", json!(2), "status_unsupported"),
    ] {
        assert_eq!(with_list(&badge_with_entry(name, value), &list), ("indeterminate", code), "{name}");
    }
}

#[test]
fn a_short_list_has_a_code_of_its_own() {
    // As others publish them: 100,000 entries.
    let short = format!("u{}", base64url::encode(&badges::stored_gzip(&[0; 12_500])));
    let list = set(list(&[]), "/credentialSubject/encodedList", short);
    assert_eq!(with_list(&badge(&["revocation"]), &signed(&list)), ("indeterminate", "status_list_too_short"));
}

#[test]
fn a_list_that_inflates_without_end_is_given_up() {
    // One stored block, and then a run of a single byte over and over: a kilobyte of it for a bit or two of input.
    let bomb = ob3_core::testing::gzip(&vec![0; (4 << 20) + 1]);
    assert!(bomb.len() < 8192, "{} bytes", bomb.len());
    let list = set(list(&[]), "/credentialSubject/encodedList", format!("u{}", base64url::encode(&bomb)));
    assert_eq!(with_list(&badge(&["revocation"]), &signed(&list)), ("indeterminate", "status_list_malformed"));
}

#[test]
fn every_entry_counts_and_revoked_beats_everything() {
    let both = badge(&["suspension", "revocation"]);
    let purposes = json!(["revocation", "suspension"]);
    let clear = set(list(&[]), "/credentialSubject/statusPurpose", purposes);
    assert_eq!(with_list(&both, &signed(&clear)), ("verified", "verified"));
    // The one entry is revoked, the other can not be told.
    assert_eq!(with_list(&both, &signed(&list(&[9]))), ("rejected", "revoked"));
    // The one entry is clear, the other can not be told.
    assert_eq!(with_list(&both, &signed(&list(&[]))), ("indeterminate", "status_purpose_mismatch"));
    // Nobody knows who signed, but the list is had, and says revoked.
    let unsigned = badges::with_status(badges::badge("did:example:unknown"), &["revocation"]);
    let unauthenticated = Suite::ISSUED.secure(&unsigned).unwrap().to_string();
    assert_eq!(with_list(&unauthenticated, &signed(&list(&[9]))), ("rejected", "revoked"));
}

#[test]
fn a_list_of_another_issuer_is_told_as_one() {
    let by = |list: &str| {
        let report = report_with(badge(&["revocation"]), &[(LIST_URL, list.to_owned())], "{}", badges::NOW);
        let item = &report.check(ob3_core::CheckName::Status).unwrap().items[0];
        let of = item.data.iter().find(|datum| datum.name == "listIssuer").map(|datum| datum.value.clone());
        (item.code.as_str(), of)
    };
    assert_eq!(by(&signed(&list(&[]))), ("not_revoked", None));
    let curve = Curve::P256;
    let other = Suite::ALL.into_iter().find(|suite| suite.curve == curve && suite.name.contains("rdfc")).unwrap();
    let others = other.secure(&set(list(&[]), "/issuer", curve.did())).unwrap().to_string();
    assert_eq!(by(&others), ("not_revoked", Some(curve.did())));
}

#[test]
fn only_a_caller_who_says_so_leaves_the_status_unread() {
    let report = report_with(badge(&["revocation"]), &[], r#"{"status":"ignore"}"#, badges::NOW);
    assert_eq!(verdict_of(&report), ("verified", "verified"));
    assert_eq!(super::code_of(&report, ob3_core::CheckName::Status), "status_not_asked");
}
