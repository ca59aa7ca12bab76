//! The examples of Bitstring Status List (<https://www.w3.org/TR/vc-bitstring-status-list/>). They are not signed, so they are
//! signed here: what is looked at is how their entries are read, and how their list unpacks.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use accolade_tests::badges::{self, Curve, Suite};
use accolade_tests::vectors;
use ob3_core::{CheckName, DateTime, Policy, Report, Verifier};
use serde_json::Value;

const LIST: &str = "https://example.com/credentials/status/3";

/// A badge with these entries, verified with this list.
fn report(entries: &Value, list: &Value) -> Report {
    let mut badge = Suite::ISSUED.unsigned();
    badge["credentialStatus"] = entries.clone();
    let badge = Suite::ISSUED.secure(&badge).expect("a badge");
    let mut list = list.clone();
    list["issuer"] = Curve::Ed25519.did().into();
    list["@context"] = serde_json::json!(["https://www.w3.org/ns/credentials/v2"]);
    let list = Suite::ISSUED.secure(&list).expect("a list").to_string().into_bytes();
    let now = DateTime::parse(badges::NOW).expect("a time");
    let find = |url: &str| (url == LIST).then(|| list.clone());
    Verifier::new().verify(badge.to_string().as_bytes(), &Policy::default(), now, find)
}

fn items(report: &Report) -> Vec<&'static str> {
    report.check(CheckName::Status).expect("the status").items.iter().map(|item| item.code.as_str()).collect()
}

#[test]
fn the_published_lists_unpack_and_their_entries_are_clear() {
    let Some(vectors) = vectors("w3c-bitstring-status-list") else { return };
    for (entry, list) in [("example-03.json", "example-02.json"), ("example-03.json", "example-04.json")] {
        let report = report(&vectors.json(entry)["credentialStatus"], &vectors.json(list));
        assert_eq!(items(&report), ["not_revoked"], "{entry} {list}");
        assert_eq!(report.outcome().as_str(), "verified", "{entry} {list}: {}", report.to_json());
    }
}

#[test]
fn of_several_published_entries_each_is_looked_up() {
    let Some(vectors) = vectors("w3c-bitstring-status-list") else { return };
    let list = vectors.json("example-02.json");
    for entries in ["example-01.json", "example-05.json"] {
        let report = report(&vectors.json(entries)["credentialStatus"], &list);
        assert_eq!(items(&report), ["not_revoked", "status_list_unavailable"], "{entries}");
        assert_eq!(report.code().as_str(), "status_list_unavailable", "{entries}");
    }
}

#[test]
fn a_bit_that_is_set_in_a_published_list_is_found_where_the_standard_puts_it() {
    let Some(vectors) = vectors("w3c-bitstring-status-list") else { return };
    let entries = vectors.json("example-03.json")["credentialStatus"].clone();
    let index: usize = entries["statusListIndex"].as_str().and_then(|text| text.parse().ok()).expect("an index");
    let mut list = vectors.json("example-02.json");
    for (set, expected) in [(index, "revoked"), (index - 1, "not_revoked"), (index + 1, "not_revoked")] {
        list["credentialSubject"]["encodedList"] = badges::packed_bits(&[set]).into();
        assert_eq!(items(&report(&entries, &list)), [expected], "{set}");
    }
}
