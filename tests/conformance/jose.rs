//! The W3C's vectors for credentials as JWTs (<https://www.w3.org/TR/vc-jose-cose/>), as far as their signatures and headers go:
//! none of them is a badge. Not read are COSE, SD-JWT and presentations as JWTs; the report says so of each.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use accolade_tests::{Vectors, vectors};
use ob3_core::{CheckName, DateTime, Outcome, Policy, Report, Verifier};
use serde_json::{Value, json};

const ISSUER: &str = "https://example.issuer/vc-jose-cose";

/// What each token comes to: the code of its proof, or of the report where it does not get that far.
const TOKENS: [(&str, &str); 6] = [
    ("credential-jose-minimal.txt", "signature_valid"),
    ("credential-issuer-match-signed.txt", "signature_valid"),
    ("credential-jose-bad-signature.txt", "signature_invalid"),
    ("credential-jose-bad-media-type.txt", "jwt_header"),
    // ES512 is not checked: it is left open, and not taken for good.
    ("credential-jose-unknown-extensions.txt", "jwt_algorithm"),
    // Its signature is good; VC JOSE COSE §3.1.1 forbids the claims `vc` and `vp`.
    ("credential-jose-vc-vp-claims.txt", "jwt_claim_mismatch"),
];

/// The issuer's document, with all keys of the suite.
fn controller(vectors: &Vectors) -> Value {
    let methods = ["vm-ed25519", "vm-p256", "vm-p384", "vm-p521"].map(|name| {
        let method = vectors.json(&format!("{name}.json"));
        let kid = method["publicKeyJwk"]["kid"].as_str().expect("a name").to_owned();
        json!({
            "id": format!("{ISSUER}#{kid}"),
            "type": "JsonWebKey",
            "controller": ISSUER,
            "publicKeyJwk": method["publicKeyJwk"],
        })
    });
    json!({ "id": ISSUER, "assertionMethod": methods })
}

fn report(vectors: &Vectors, token: &str) -> Report {
    let now = DateTime::parse("2026-11-22T00:00:00Z").expect("a time");
    let controller = controller(vectors).to_string().into_bytes();
    let verifier = Verifier::new();
    accolade_tests::add_example_context(&verifier);
    verifier.verify(token.trim().as_bytes(), &Policy::default(), now, |url| (url == ISSUER).then(|| controller.clone()))
}

#[test]
fn every_token_of_the_suite_comes_out_as_it_should() {
    let Some(vectors) = vectors("w3c-vc-jose-cose-test-suite/tests/input") else { return };
    for (file, expected) in TOKENS {
        let report = report(&vectors, &vectors.text(file));
        let proof = report.check(CheckName::Proof).expect("a proof").finding.code.as_str();
        let found = if proof == "not_reached" { report.code().as_str() } else { proof };
        assert_eq!(found, expected, "{file}: {}", report.to_json());
        assert_ne!(report.outcome(), Outcome::Verified, "{file}: it is no badge");
    }
}

#[test]
fn forms_that_are_not_read_are_rejected_and_not_taken_for_others() {
    let Some(vectors) = vectors("w3c-vc-jose-cose-test-suite/tests/input") else { return };
    let others =
        vectors.names_ending_in(".txt").into_iter().filter(|name| !TOKENS.iter().any(|(file, _)| file == name));
    let mut count = 0;
    for file in others {
        let report = report(&vectors, &vectors.text(&file));
        assert_ne!(report.outcome(), Outcome::Verified, "{file}");
        count += 1;
    }
    assert!(count >= 10, "{count} files");
}

#[test]
fn an_altered_token_of_the_suite_is_rejected() {
    let Some(vectors) = vectors("w3c-vc-jose-cose-test-suite/tests/input") else { return };
    let token = vectors.text("credential-jose-minimal.txt");
    let parts: Vec<&str> = token.trim().split('.').collect();
    let payload = String::from_utf8(accolade_tests::base64url::decode(parts[1]).expect("base64url")).expect("text");
    let forged = payload.replacen("Bachelor", "Doctor", 1);
    assert_ne!(forged, payload);
    let forged = format!("{}.{}.{}", parts[0], accolade_tests::base64url::encode(forged.as_bytes()), parts[2]);
    let report = report(&vectors, &forged);
    assert_eq!(report.check(CheckName::Proof).expect("a proof").finding.code.as_str(), "signature_invalid");
}
