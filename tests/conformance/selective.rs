//! The W3C's vectors for derived `ecdsa-sd-2023` proofs (<https://www.w3.org/TR/vc-di-ecdsa/#test-vectors>): byte for byte at
//! each stage, and nothing of what they show can be altered.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use accolade_tests::badges::{self, Curve};
use accolade_tests::{Vectors, base58btc, base64url, context_loader, vectors};
use ob3_core::testing::ecdsa_sd_2023_stages;
use ob3_core::{CheckName, CheckResult, Contexts, DateTime, Policy, Report, Step, Verifier};
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

/// A badge whose issuer signed statement by statement, shown with all of them. Its blank nodes had other labels then.
fn shown(unsigned: &Value, is_mandatory: &dyn Fn(&str) -> bool) -> Value {
    let text = unsigned.to_string();
    let mut quads = ob3_core::canonicalize(&Contexts::new(), &text).expect("a safe badge");
    let blanks = (0..).take_while(|number| quads.contains(&format!("_:c14n{number} "))).count();
    let labels: Vec<Vec<u8>> = (0..blanks).map(|number| Sha256::digest(format!("label {number}")).to_vec()).collect();
    for (number, label) in labels.iter().enumerate() {
        quads = quads.replace(&format!("_:c14n{number} "), &format!("_:u{} ", base64url::encode(label)));
    }
    let mut quads: Vec<&str> = quads.split_inclusive('\n').collect();
    quads.sort_unstable();
    let mandatory: Vec<usize> = (0..quads.len()).filter(|place| is_mandatory(quads[*place])).collect();

    let key = Curve::P256;
    let public_key = base58btc::decode(key.did().trim_start_matches("did:key:")).expect("a key");
    let mut proof = serde_json::json!({
        "type": "DataIntegrityProof",
        "cryptosuite": "ecdsa-sd-2023",
        "created": "2026-01-15T10:00:00Z",
        "verificationMethod": key.method(),
        "proofPurpose": "assertionMethod",
    });
    let mut configuration = proof.clone();
    configuration["@context"] = unsigned["@context"].clone();
    let configuration = ob3_core::canonicalize(&Contexts::new(), &configuration.to_string()).expect("a proof");
    let stated: String = mandatory.iter().map(|place| quads[*place]).collect();
    let base = [&Sha256::digest(configuration)[..], &public_key, &Sha256::digest(stated)].concat();

    let others = (0..quads.len()).filter(|place| !mandatory.contains(place));
    let signatures: Vec<Vec<u8>> = others.map(|place| cbor(2, &key.sign(quads[place].as_bytes()))).collect();
    let labels: Vec<Vec<u8>> =
        labels.iter().enumerate().map(|(number, label)| [head(0, number), cbor(2, label)].concat()).collect();
    let mandatory: Vec<Vec<u8>> = mandatory.iter().map(|place| head(0, *place)).collect();
    let value = [
        vec![0xd9, 0x5d, 0x01, 0x85],
        cbor(2, &key.sign(&base)),
        cbor(2, &public_key),
        [head(4, signatures.len()), signatures.concat()].concat(),
        [head(5, labels.len()), labels.concat()].concat(),
        [head(4, mandatory.len()), mandatory.concat()].concat(),
    ];
    proof["proofValue"] = format!("u{}", base64url::encode(&value.concat())).into();
    let mut badge = unsigned.clone();
    badge["proof"] = proof;
    badge
}

/// The head of a CBOR item.
fn head(major: u8, number: usize) -> Vec<u8> {
    match u8::try_from(number).expect("small parts") {
        small @ 0..24 => vec![major << 5 | small],
        number => vec![major << 5 | 24, number],
    }
}

fn cbor(major: u8, bytes: &[u8]) -> Vec<u8> {
    [head(major, bytes.len()), bytes.to_vec()].concat()
}

#[test]
fn a_badge_that_is_shown_in_part_is_verified() {
    let unsigned = badges::badge(&Curve::P256.did());
    let now = DateTime::parse(badges::NOW).expect("a time");
    let report =
        |badge: &Value| Verifier::new().verify(badge.to_string().as_bytes(), &Policy::default(), now, |_| None);
    let verdict = |badge: &Value| {
        let report = report(badge);
        (report.outcome().as_str(), report.code().as_str())
    };
    let everything = |_: &str| true;
    let nothing = |_: &str| false;
    let dates = |quad: &str| quad.contains("#valid");
    for is_mandatory in [&everything as &dyn Fn(&str) -> bool, &nothing, &dates] {
        let badge = shown(&unsigned, is_mandatory);
        assert_eq!(verdict(&badge), ("verified", "verified"));
        for (pointer, value) in [
            ("/name", "Second aid"),
            ("/validUntil", "2038-01-15T10:00:00Z"),
            ("/issuer/name", "Another school"),
            ("/credentialSubject/achievement/criteria/narrative", "Was there."),
            ("/proof/created", "2026-01-16T10:00:00Z"),
        ] {
            let mut altered = badge.clone();
            *altered.pointer_mut(pointer).expect("a member") = value.into();
            assert_eq!(verdict(&altered), ("rejected", "signature_invalid"), "{pointer}");
        }
        // A statement that has no signature, or whose place is taken.
        let mut more = badge.clone();
        more["description"] = "Quite a lot.".into();
        assert_eq!(verdict(&more).0, "rejected");
    }
    // Somebody else's badge under the same issuer's name.
    let mut stranger = unsigned.clone();
    stranger["issuer"]["id"] = Curve::Ed25519.did().into();
    assert_eq!(verdict(&shown(&stranger, &dates)), ("indeterminate", "issuer_not_authenticated"));
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
