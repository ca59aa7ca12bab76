//! Pitfall 9: Naming blank nodes can take factorial time; the work has a bound that honest graphs stay far below.
//! The W3C's own poison graph (074) and the hard ones that must pass (044 to 046) run in `tests/conformance/rdf_canon.rs`.

use serde_json::{Value, json};

use super::{set, verdict};
use accolade_tests::badges::Suite;

fn with_results(results: &Value) -> Value {
    set(Suite::ISSUED.badge(), "/credentialSubject/result", results.clone())
}

#[test]
fn a_poison_graph_is_rejected_before_anything_is_signed_or_asked() {
    // Twins, and ten children each that nothing tells apart: 10! ways to name them.
    let twin = json!({ "type": ["Result"], "alignment": vec![json!({ "type": ["Alignment"] }); 10] });
    assert_eq!(verdict(with_results(&json!([twin, twin])).to_string()), ("rejected", "canonicalization_limit"));
}

#[test]
fn many_twins_are_rejected_or_named_within_the_bound() {
    for count in [2, 20, 200, 2000] {
        let results = json!(vec![json!({ "type": ["Result"], "value": "A" }); count]);
        // Not signed so: whichever it is, it is not verified, and it comes at once.
        assert_eq!(verdict(with_results(&results).to_string()).0, "rejected", "{count}");
    }
}

#[test]
fn honest_nodes_that_look_alike_are_verified() {
    let results = json!(vec![json!({ "type": ["Result"], "value": "A" }); 5]);
    let unsigned = set(Suite::ISSUED.unsigned(), "/credentialSubject/result", results);
    let signed = Suite::ISSUED.secure(&unsigned).unwrap();
    assert_eq!(verdict(signed.to_string()), ("verified", "verified"));
}

#[test]
fn a_poison_graph_in_the_proof_is_rejected() {
    let twin = json!({ "type": ["Result"], "alignment": vec![json!({ "type": ["Alignment"] }); 10] });
    let forged = set(Suite::ISSUED.badge(), "/proof/result", json!([twin, twin]));
    assert_eq!(verdict(forged.to_string()).0, "rejected");
}
