//! Pitfall 11: Which dates count is told by the data model, and every date has a time zone.

use ob3_core::CheckName;
use serde_json::{Value, json};

use super::{code_of, report, report_with, signed_with, verdict, verdict_of};
use accolade_tests::badges::Suite;

const V1: &str = "https://www.w3.org/2018/credentials/v1";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// The badge in the data model 1.1, with these dates.
fn v1(dates: &Value) -> String {
    let mut badge = Suite::ISSUED.unsigned();
    let members = badge.as_object_mut().unwrap();
    members.retain(|name, _| !name.starts_with("valid"));
    members.insert("@context".to_owned(), json!([V1, OB, "https://w3id.org/security/data-integrity/v2"]));
    members.extend(dates.as_object().unwrap().clone());
    Suite::ISSUED.secure(&badge).unwrap().to_string()
}

#[test]
fn the_first_context_tells_which_dates_count() {
    let (past, future, now) = ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2026-05-01T00:00:00Z");
    for (dates, expected) in [
        (json!({ "issuanceDate": now }), ("verified", "verified")),
        (json!({ "issuanceDate": now, "expirationDate": past }), ("rejected", "expired")),
        (json!({ "issuanceDate": future }), ("rejected", "not_yet_valid")),
        // Dates of the other model beside those that count change nothing.
        (json!({ "issuanceDate": future, "validFrom": now }), ("rejected", "not_yet_valid")),
        (json!({ "issuanceDate": now, "validUntil": past }), ("verified", "verified")),
        (json!({ "issuanceDate": now, "expirationDate": past, "validUntil": future }), ("rejected", "expired")),
        (json!({ "validFrom": now }), ("rejected", "schema_missing_member")),
    ] {
        assert_eq!(verdict(v1(&dates)), expected, "{dates}");
    }
}

#[test]
fn the_dates_that_are_shown_are_those_that_count() {
    let dates = json!({ "issuanceDate": "2026-05-01T00:00:00Z", "expirationDate": "2027-01-01T00:00:00Z",
        "validFrom": "2019-01-01T00:00:00Z", "validUntil": "2099-01-01T00:00:00Z" });
    let report: Value = serde_json::from_str(&report(v1(&dates)).to_json()).unwrap();
    assert_eq!(report["claims"]["validFrom"], "2026-05-01T00:00:00Z");
    assert_eq!(report["claims"]["validUntil"], "2027-01-01T00:00:00Z");
}

#[test]
fn dates_of_version_1_are_no_terms_of_version_2() {
    for name in ["issuanceDate", "expirationDate"] {
        let forged = super::altered(&format!("/{name}"), "2020-01-01T00:00:00Z");
        assert_eq!(verdict(forged), ("rejected", "term_undefined"), "{name}");
    }
}

#[test]
fn a_date_without_a_time_zone_or_that_is_none_is_rejected() {
    for date in [
        "2026-01-15T10:00:00",
        "2026-01-15",
        "2026-02-30T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-01-15T25:00:00Z",
        "2026-01-15 10:00:00Z",
        "15 January 2026",
        "",
        "2026-01-15T10:00:00+25:00",
        "99999-01-15T10:00:00Z",
        "1768471200",
    ] {
        for name in ["validFrom", "validUntil"] {
            assert_eq!(verdict(signed_with(&format!("/{name}"), date)).0, "rejected", "{name} {date}");
        }
    }
    for date in ["2026-01-15T10:00:00+02:00", "2026-01-15T10:00:00.123456789Z", "2024-02-29T23:59:59-11:30"] {
        assert_eq!(verdict(signed_with("/validFrom", date)), ("verified", "verified"), "{date}");
    }
}

#[test]
fn an_offset_counts() {
    // Half past one in the afternoon, two hours east of Greenwich, is half an hour before noon there.
    for (until, expected) in [("2026-06-01T13:30:00+02:00", "expired"), ("2026-06-01T11:30:00-02:00", "verified")] {
        assert_eq!(verdict(signed_with("/validUntil", until)).1, expected, "{until}");
    }
}

#[test]
fn a_proof_may_leave_its_time_out_but_not_misstate_it() {
    let undated = Suite::ISSUED.secure_with(&Suite::ISSUED.unsigned(), &[("created", json!(null))]).unwrap();
    assert!(undated["proof"].get("created").is_none());
    assert_eq!(verdict(undated.to_string()), ("verified", "verified"));
    for created in ["yesterday", "2026-01-15", ""] {
        let signed = Suite::ISSUED.secure_with(&Suite::ISSUED.unsigned(), &[("created", json!(created))]);
        if let Ok(signed) = signed {
            assert_eq!(verdict(signed.to_string()), ("rejected", "proof_malformed"), "{created}");
        }
    }
    let old =
        Suite::ISSUED.secure_with(&Suite::ISSUED.unsigned(), &[("created", json!("2010-01-01T00:00:00Z"))]).unwrap();
    assert_eq!(verdict(old.to_string()), ("verified", "verified"));
}

#[test]
fn a_proof_that_has_expired_proves_nothing() {
    for (expires, expected) in [
        ("2026-05-31T00:00:00Z", ("rejected", "proof_expired")),
        ("2027-01-01T00:00:00Z", ("verified", "verified")),
        ("soon", ("rejected", "proof_malformed")),
    ] {
        let signed = Suite::ISSUED.secure_with(&Suite::ISSUED.unsigned(), &[("expires", json!(expires))]).unwrap();
        assert_eq!(verdict(signed.to_string()), expected, "{expires}");
    }
}

#[test]
fn the_time_is_the_callers_and_the_skew_is_small() {
    let input = Suite::ISSUED.badge().to_string();
    for (now, policy, expected) in [
        ("2026-01-15T09:58:59Z", "{}", "not_yet_valid"),
        ("2026-01-15T09:59:00Z", "{}", "verified"),
        ("2026-01-15T09:59:00Z", r#"{"clockSkewSeconds":0}"#, "not_yet_valid"),
        ("2028-01-15T10:01:00Z", "{}", "verified"),
        ("2028-01-15T10:01:01Z", "{}", "expired"),
    ] {
        assert_eq!(verdict_of(&report_with(&input, &[], policy, now)).1, expected, "{now} {policy}");
    }
    let report = report_with(&input, &[], "{}", "2030-01-01T00:00:00Z");
    assert_eq!(code_of(&report, CheckName::Validity), "expired");
}
