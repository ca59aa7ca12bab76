//! The W3C's vectors for derived `ecdsa-sd-2023` proofs (<https://www.w3.org/TR/vc-di-ecdsa/#test-vectors>): byte for byte at
//! each stage, and nothing of what they show can be altered.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use accolade_tests::{Vectors, base58btc, context_loader, vectors};
use ob3_core::testing::ecdsa_sd_2023_stages;
use ob3_core::{CheckName, CheckResult, DateTime, Policy, Report, Step, Verifier};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Contexts of the vectors that no badge uses.
const CONTEXTS: [(&str, &str); 2] = [
    ("https://www.w3.org/ns/credentials/examples/v2", "contexts/ssi/w3c-ns-credentials-examples-v2.jsonld"),
    ("https://w3id.org/citizenship/v4rc1", "contexts/citizenship-v4rc1.jsonld"),
];

const FOLDERS: [&str; 2] =
    ["w3c-vc-di-ecdsa/TestVectors/ecdsa-sd-2023/prc", "w3c-vc-di-ecdsa/TestVectors/ecdsa-sd-2023/employ"];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().expect("a list").iter().map(|text| text.as_str().expect("text").to_owned()).collect()
}

#[test]
fn derived_proofs_come_out_as_published_at_each_stage() {
    let Some(vectors) = vectors("") else { return };
    for folder in FOLDERS {
        let json = |name: &str| vectors.json(&format!("{folder}/{name}.json"));
        let secured = vectors.text(&format!("{folder}/derivedRevealDocument.json"));
        let stages = ecdsa_sd_2023_stages(&secured, context_loader(&vectors, &CONTEXTS)).expect("stages");

        let parsed = json("verifyDerivedProofValue");
        assert_eq!(stages.base_signature_hex, parsed["baseSignature"]);
        let key = base58btc::decode(parsed["publicKey"].as_str().expect("a key")).expect("base58");
        assert_eq!(stages.public_key_hex, hex(&key));
        assert_eq!(stages.signatures_hex, strings(&parsed["signatures"]));
        let labels = parsed["labelMap"].as_array().expect("a map");
        let labels: Vec<String> =
            labels.iter().map(|pair| format!("_:{}", pair[1].as_str().expect("a label"))).collect();
        assert_eq!(stages.labels, labels);
        let mandatory: Vec<Value> = stages.mandatory_indexes.iter().map(|index| (*index).into()).collect();
        assert_eq!(Value::from(mandatory), parsed["mandatoryIndexes"]);

        assert_eq!(stages.quads, strings(&json("verifyNQuads")));
        let data = json("verifyCreateVerifyData");
        assert_eq!(stages.proof_hash_hex, data["proofHash"]);
        let configuration = vectors.text(&format!("{folder}/addProofConfigCanon.txt"));
        assert_eq!(stages.proof_hash_hex, hex(&Sha256::digest(configuration)));
        assert_eq!(stages.mandatory_hash_hex, data["mandatoryHash"]);
        assert_eq!(stages.non_mandatory, strings(&data["nonMandatory"]));
    }
}

fn verifier(vectors: &Vectors) -> Verifier {
    let verifier = Verifier::new();
    for (url, file) in CONTEXTS {
        let text = vectors.text(file);
        verifier.contexts().add(url, &text, &Sha256::digest(text.as_bytes()).into()).expect("a context");
    }
    verifier
}

fn proof(report: &Report) -> (CheckResult, &'static str) {
    let finding = &report.check(CheckName::Proof).expect("the proof check").finding;
    (finding.result, finding.code.as_str())
}

fn verify(verifier: &Verifier, credential: &str, policy: &str) -> (CheckResult, &'static str) {
    let now = DateTime::parse("2025-06-01T00:00:00Z").expect("a time");
    let policy = Policy::from_json(policy).expect("a policy");
    proof(&verifier.verify(credential.as_bytes(), &policy, now, |_| None))
}

#[test]
fn what_a_derived_proof_shows_holds_and_can_not_be_altered() {
    let Some(vectors) = vectors("") else { return };
    let verifier = verifier(&vectors);
    for folder in FOLDERS {
        let text = vectors.text(&format!("{folder}/derivedRevealDocument.json"));
        assert_eq!(verify(&verifier, &text, "{}"), (CheckResult::Valid, "signature_valid"), "{folder}");

        let credential: Value = serde_json::from_str(&text).expect("JSON");
        let mut altered = Vec::new();
        // Mandatory and shown statements alike: changed, taken away.
        for (parent, name) in
            [("", "validFrom"), ("", "validUntil"), ("/issuer", "image"), ("/credentialSubject", "birthCountry")]
        {
            let mut changed = credential.clone();
            let Some(member) = changed.pointer_mut(parent).and_then(|object| object.get_mut(name)) else { continue };
            *member = if name.starts_with("valid") { "2024-12-16T00:00:01Z" } else { "data:,Ruritania" }.into();
            let mut removed = credential.clone();
            removed.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").remove(name);
            altered.extend([changed, removed]);
        }
        for (name, value) in [
            ("created", "2023-08-15T23:36:39Z"),
            (
                "verificationMethod",
                "did:key:zDnaeTHfhmSaQKBc7CmdL3K7oYg3D6SC7yowe2eBeVd2DH32r#zDnaeTHfhmSaQKBc7CmdL3K7oYg3D6SC7yowe2eBeVd2DH32r",
            ),
        ] {
            let mut changed = credential.clone();
            changed["proof"][name] = value.into();
            altered.push(changed);
        }
        assert!(altered.len() >= 6, "{folder}: too little to alter");
        for altered in altered {
            assert_eq!(verify(&verifier, &altered.to_string(), "{}").0, CheckResult::Invalid, "{altered}");
        }
        // Each character of the proof value.
        let value = credential["proof"]["proofValue"].as_str().expect("a proof value");
        for (place, digit) in value.char_indices().skip(1).step_by(7) {
            let mut changed = credential.clone();
            let other = if digit == 'A' { "B" } else { "A" };
            changed["proof"]["proofValue"] = format!("{}{other}{}", &value[..place], &value[place + 1..]).into();
            assert_eq!(verify(&verifier, &changed.to_string(), "{}").0, CheckResult::Invalid, "character {place}");
        }
    }
}

#[test]
fn the_issuers_own_proof_is_not_shown_to_anybody() {
    let Some(vectors) = vectors("") else { return };
    let verifier = verifier(&vectors);
    for folder in FOLDERS {
        let text = vectors.text(&format!("{folder}/addSignedSDBase.json"));
        assert_eq!(verify(&verifier, &text, "{}"), (CheckResult::Invalid, "proof_not_derived"));
    }
}

#[test]
fn a_caller_may_refuse_derived_proofs() {
    let Some(vectors) = vectors("") else { return };
    let text = vectors.text(&format!("{}/derivedRevealDocument.json", FOLDERS[0]));
    let policy = r#"{"cryptosuites":["eddsa-rdfc-2022"]}"#;
    assert_eq!(verify(&verifier(&vectors), &text, policy), (CheckResult::Invalid, "cryptosuite_not_accepted"));
}

#[test]
fn every_signature_is_asked_for_at_once_and_every_one_counts() {
    let Some(vectors) = vectors("") else { return };
    let verifier = verifier(&vectors);
    let text = vectors.text(&format!("{}/derivedRevealDocument.json", FOLDERS[0]));
    let now = DateTime::parse("2025-06-01T00:00:00Z").expect("a time");
    for bad in 0..7 {
        for (answer, expected) in [
            (Some(false), (CheckResult::Invalid, "signature_invalid")),
            (None, (CheckResult::Unknown, "signature_not_checked")),
        ] {
            let mut verification = verifier.start(text.as_bytes(), &Policy::default(), now);
            let Step::Need(needs) = verification.step() else { unreachable!("signatures are needed") };
            assert_eq!(needs.len(), 7);
            for (place, need) in needs.iter().enumerate() {
                let ob3_core::Need::Signature(check) = need else { unreachable!("a signature is needed") };
                verification.supply_signature(&check.id, if place == bad { answer } else { Some(true) });
            }
            let Step::Done(report) = verification.step() else { unreachable!("nothing more is needed") };
            assert_eq!(proof(&report), expected);
        }
    }
}
