//! The W3C's vectors for every cryptosuite that is checked: what was signed elsewhere holds here, and nothing of it can be
//! altered (<https://www.w3.org/TR/vc-di-eddsa/>, <https://www.w3.org/TR/vc-di-ecdsa/>).

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use accolade_tests::{Vectors, badges, vectors};
use ob3_core::{CheckName, CheckResult, DateTime, Finding, Policy, Verifier};
use sha2::{Digest, Sha256};

/// Contexts of the vectors that no badge uses; pinned as a caller pins them.
const CONTEXTS: [(&str, &str); 2] = [
    ("https://www.w3.org/ns/credentials/examples/v2", "contexts/ssi/w3c-ns-credentials-examples-v2.jsonld"),
    ("https://w3id.org/citizenship/v4rc1", "contexts/citizenship-v4rc1.jsonld"),
];

const EDDSA: &str = "w3c-vc-di-eddsa/TestVectors";
const ECDSA: &str = "w3c-vc-di-ecdsa/TestVectors";

fn verifier(vectors: &Vectors) -> Verifier {
    let verifier = Verifier::new();
    for (url, file) in CONTEXTS {
        let text = vectors.text(file);
        let hash = Sha256::digest(text.as_bytes()).into();
        verifier.contexts().add(url, &text, &hash).expect("a context");
    }
    verifier
}

/// The proof check and its items.
fn proof(verifier: &Verifier, credential: &str) -> (Finding, Vec<Finding>) {
    let now = DateTime::parse("2026-11-22T00:00:00Z").expect("a time");
    let report = verifier.verify(credential.as_bytes(), &Policy::default(), now, |_| None);
    let check = report.check(CheckName::Proof).expect("the proof check");
    (check.finding.clone(), check.items.clone())
}

fn published_credential_holds(file: &str) {
    let Some(vectors) = vectors("") else { return };
    let verifier = verifier(&vectors);
    let text = vectors.text(file);
    let (finding, items) = proof(&verifier, &text);
    assert_eq!(finding.result, CheckResult::Valid, "{file}: {finding:?} {items:?}");
    let mut altered = 0;
    for (from, to) in [
        ("Alumni Credential", "Alumnus Credential"),
        ("The School of Examples", "The School of Example"),
        ("2023-01-01T00:00:00Z", "2023-01-01T00:00:01Z"),
        ("EmploymentAuthorizationDocument", "Employment"),
        ("SMITH", "SMYTH"),
        ("\"created\": \"2023", "\"created\": \"2024"),
    ] {
        let forged = text.replacen(from, to, 1);
        if forged != text {
            altered += 1;
            let (finding, _) = proof(&verifier, &forged);
            assert_ne!(finding.result, CheckResult::Valid, "{file}: {from} -> {to}");
        }
    }
    assert!(altered >= 2, "{file}: too little to alter");
}

#[test]
fn eddsa_rdfc_2022_credentials_hold() {
    published_credential_holds(&format!("{EDDSA}/eddsa-rdfc-2022/signedDataInt.json"));
    published_credential_holds(&format!("{EDDSA}/eddsa-rdfc-2022/employ/signedDataInt.json"));
}

#[test]
fn eddsa_jcs_2022_credentials_hold() {
    published_credential_holds(&format!("{EDDSA}/eddsa-jcs-2022/signedJCS.json"));
}

#[test]
fn ed25519_signature_2020_credentials_hold() {
    published_credential_holds(&format!("{EDDSA}/Ed25519Signature2020/signedEdSig.json"));
}

#[test]
fn ecdsa_rdfc_2019_credentials_hold() {
    for (curve, name) in [("p256", "signedECDSAP256"), ("p384", "signedECDSAP384")] {
        published_credential_holds(&format!("{ECDSA}/ecdsa-rdfc-2019-{curve}/{name}.json"));
        published_credential_holds(&format!("{ECDSA}/ecdsa-rdfc-2019-{curve}/employ/{name}.json"));
    }
}

#[test]
fn ecdsa_jcs_2019_credentials_hold() {
    for (curve, name) in [("p256", "signedJCSECDSAP256"), ("p384", "signedJCSECDSAP384")] {
        published_credential_holds(&format!("{ECDSA}/ecdsa-jcs-2019-{curve}/{name}.json"));
    }
}

/// JSON-LD 1.1 leaves it to the processor whether a language tag is brought into lower case. Digital Bazaar's does so, others
/// do not, and each signs what its own makes.
#[test]
fn a_language_tag_may_be_signed_in_either_case() {
    let verifier = Verifier::new();
    let outcome = |badge: &serde_json::Value| {
        let now = DateTime::parse(badges::NOW).expect("a time");
        let report = verifier.verify(badge.to_string().as_bytes(), &Policy::default(), now, |_| None);
        (report.outcome().as_str(), report.code().as_str())
    };
    for suite in badges::Suite::ALL.into_iter().filter(|suite| !suite.name.contains("jcs")) {
        let mut badge = suite.unsigned();
        badge["name"] = serde_json::json!({ "@value": "First aid", "@language": "en-US" });
        badge["issuer"]["name"] = serde_json::json!({ "@value": "Erste Hilfe", "@language": "de" });
        let lower = suite.secure(&badge).expect("a badge");
        let kept = suite.secure_keeping(&badge, "en-US").expect("a badge");
        assert_ne!(lower["proof"]["proofValue"], kept["proof"]["proofValue"]);
        for signed in [lower, kept] {
            assert_eq!(outcome(&signed), ("verified", "verified"), "{}", suite.name);
            for (pointer, value) in
                [("/name/@value", "Second aid"), ("/name/@language", "en-GB"), ("/issuer/name/@language", "fr-CH")]
            {
                let mut altered = signed.clone();
                *altered.pointer_mut(pointer).expect("a member") = value.into();
                assert_eq!(outcome(&altered), ("rejected", "signature_invalid"), "{} {pointer}", suite.name);
            }
        }
    }
}

/// A text with its language stands where people read it, and in no other form.
#[test]
fn a_language_is_no_way_around_the_shape_of_a_badge() {
    let suite = badges::Suite::ISSUED;
    let mut signed_by_others = 0;
    for (pointer, value) in [
        ("/name", serde_json::json!({ "@value": "First aid" })),
        ("/name", serde_json::json!({ "@value": 7, "@language": "en" })),
        ("/name", serde_json::json!({ "@value": "First aid", "@language": "en", "@direction": "ltr" })),
        ("/name", serde_json::json!([{ "@value": "First aid", "@language": "en" }])),
        (
            "/credentialSubject/achievement/achievementType",
            serde_json::json!({ "@value": "Certificate", "@language": "en" }),
        ),
        (
            "/credentialSubject/identifier/0/identityHash",
            serde_json::json!({ "@value": "jane@example.com", "@language": "en" }),
        ),
    ] {
        let mut badge = suite.unsigned();
        *badge.pointer_mut(pointer).expect("a member") = value.clone();
        // What not even a lax issuer signs needs no refusal.
        let Ok(signed) = suite.secure(&badge) else { continue };
        signed_by_others += 1;
        let now = DateTime::parse(badges::NOW).expect("a time");
        let report = Verifier::new().verify(signed.to_string().as_bytes(), &Policy::default(), now, |_| None);
        assert_eq!(report.outcome().as_str(), "rejected", "{pointer} {value}");
    }
    assert_eq!(signed_by_others, 4);
}

#[test]
fn proof_sets_and_chains_hold_and_every_proof_of_them_does() {
    let Some(vectors) = vectors(EDDSA) else { return };
    let verifier = verifier(&accolade_tests::vectors("").expect("the vectors"));
    for name in ["signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"] {
        let text = vectors.text(&format!("proof-set-chain/{name}.json"));
        let (finding, items) = proof(&verifier, &text);
        assert_eq!(finding.result, CheckResult::Valid, "{name}: {finding:?}");
        assert!(items.iter().all(|item| item.result == CheckResult::Valid), "{name}: {items:?}");
    }
}

#[test]
fn a_chain_breaks_with_the_proof_that_it_builds_on() {
    let Some(vectors) = vectors(EDDSA) else { return };
    let verifier = verifier(&accolade_tests::vectors("").expect("the vectors"));
    let mut credential = vectors.json("proof-set-chain/signedProofChain2.json");
    let proofs = credential["proof"].as_array().cloned().expect("proofs");
    let places = 0..proofs.len();
    let builds_on = |proof: &serde_json::Value| proof.get("previousProof").is_some();
    let first = places
        .clone()
        .find(|place| proofs.get(*place).is_some_and(|proof| proof.get("id").is_some()))
        .expect("a first proof");
    credential["proof"][first]["created"] = "2001-01-01T00:00:00Z".into();
    let (_, items) = proof(&verifier, &credential.to_string());
    for place in places {
        let item = items.get(place).expect("an item");
        if place == first || proofs.get(place).is_some_and(builds_on) {
            assert_ne!(item.result, CheckResult::Valid, "proof {place}");
        }
    }
    let removed = credential["proof"].as_array_mut().expect("proofs").remove(first);
    let (_, items) = proof(&verifier, &credential.to_string());
    let left = credential["proof"].as_array().expect("proofs");
    let names_it = |proof: &serde_json::Value| match &proof["previousProof"] {
        serde_json::Value::Array(names) => names.contains(&removed["id"]),
        name => *name == removed["id"],
    };
    assert!(left.iter().any(names_it), "a proof builds on the first");
    for (proof, item) in left.iter().zip(&items) {
        assert!(!names_it(proof) || item.result != CheckResult::Valid, "a chain without its first proof");
    }
}
