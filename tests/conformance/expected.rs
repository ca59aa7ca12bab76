//! Every signed item of the third-party vectors, held against what an independent implementation and the item's own authors
//! say of it (`EXPECTED.json`). Where the verdict here differs on purpose, the reason stands among the exceptions.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use accolade_tests::{Suite, document, vectors};
use ob3_core::{CheckName, DateTime, Outcome, Policy, Report, Verifier};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// When EXPECTED.json was made.
const NOW: &str = "2026-11-22T00:00:00Z";

/// Contexts of the vectors that no badge uses; pinned as a caller pins them.
const CONTEXTS: [(&str, &str); 2] = [
    ("https://www.w3.org/ns/credentials/examples/v2", "contexts/ssi/w3c-ns-credentials-examples-v2.jsonld"),
    ("https://w3id.org/citizenship/v4rc1", "contexts/citizenship-v4rc1.jsonld"),
];

#[test]
fn every_item_gets_the_expected_outcome() {
    let Some(vectors) = vectors("") else { return };
    let verifier = Verifier::new();
    for (url, file) in CONTEXTS {
        let text = vectors.text(file);
        verifier.contexts().add(url, &text, &Sha256::digest(text.as_bytes()).into()).expect("a context");
    }
    let rows = vectors.json("EXPECTED.json");
    let rows = rows.as_array().expect("a list");
    let mut suite = Suite::new("expected");
    for row in rows {
        let file = row["file"].as_str().expect("a file");
        let bytes = vectors.read(file).expect("the item");
        let now = DateTime::parse(NOW).expect("a time");
        let report = verifier.verify(&bytes, &Policy::default(), now, |url| document(&vectors, row, url));
        suite.record(file, compare(row, &bytes, &report));
    }
    suite.finish(rows.len());
}

fn compare(row: &Value, bytes: &[u8], report: &Report) -> Result<(), String> {
    // What is neither a badge nor a record of badges is refused, however good its signature; the proofs below are held
    // against the row all the same.
    let expected = if holds_badges(bytes) { expected(row) } else { Outcome::Rejected };
    let found = report.outcome();
    if found != expected {
        return Err(format!("{found:?} ({}), not {expected:?}", report.code().as_str()));
    }
    // Each proof by itself, where the other implementation got as far as its signature.
    let proofs = row["proofs"].as_array().map(Vec::as_slice).unwrap_or_default();
    let items = report.check(CheckName::Proof).map(|check| check.items.as_slice()).unwrap_or_default();
    for (proof, item) in proofs.iter().zip(items) {
        let proof = proof.as_str().unwrap_or_default();
        let holds = item.code.as_str() == "signature_valid";
        if (proof.ends_with("=true") && !holds) || (proof.ends_with("=false") && holds) {
            return Err(format!("{proof}, but here {}", item.code.as_str()));
        }
    }
    Ok(())
}

/// Whether an item is a badge or a learner record, as far as its JSON can tell; a token is told by its own row.
fn holds_badges(bytes: &[u8]) -> bool {
    let Ok(item) = serde_json::from_slice::<Value>(bytes) else { return true };
    let types = item["type"].as_array().cloned().unwrap_or_default();
    let known = ["OpenBadgeCredential", "AchievementCredential", "ClrCredential"];
    types.iter().any(|name| known.iter().any(|known| name == known))
}

/// What follows from the facts in the row.
fn expected(row: &Value) -> Outcome {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    if row["kind"] == "vc-jwt" {
        // A key that only stands beside the signature, or that can not be had, leaves open who signed.
        return if row["signature"] == false { Outcome::Rejected } else { Outcome::Indeterminate };
    }
    let proofs: Vec<String> = row["proofs"]
        .as_array()
        .expect("proofs")
        .iter()
        .filter_map(|proof| proof.as_str().map(str::to_owned))
        .collect();
    let has = |part: &str| proofs.iter().any(|proof| proof.contains(part));
    let upstream = text("upstreamExpectation");
    let is_over = row["expiredAt2026_11_22"] == true || row["notYetValid"] == true || row["status"]["bitSet"] == true;
    if has("=ERR Dropping") || has("=ERR Relative") || !(has("=true") || has("=ERR") || has("=skip")) || is_over {
        return Outcome::Rejected;
    }
    if upstream.starts_with("invalid(") || upstream.starts_with("fatal") {
        return Outcome::Rejected;
    }
    let issuer = text("issuer");
    let is_issuers = |method: &Value| {
        let method = method.as_str().unwrap_or_default();
        method == issuer || method.split_once('#').is_some_and(|(controller, _)| controller == issuer)
    };
    let methods = row["verificationMethods"].as_array().map(Vec::as_slice).unwrap_or_default();
    if has("=true") && methods.iter().any(is_issuers) { Outcome::Verified } else { Outcome::Indeterminate }
}
