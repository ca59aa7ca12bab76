//! The vector and the examples of the Open Badges 3.0 specification itself.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use accolade_tests::{Vectors, base58btc, context_loader, vectors};
use ob3_core::testing::eddsa_rdfc_2022_stages;
use ob3_core::{
    CheckName, CheckResult, Code, Contexts, DateTime, Outcome, Policy, ProofOptions, PublicKey, Report, SigningKey,
    Verifier, bake_png, extract_png, sign,
};
use serde_json::{Value, json};

/// The examples that the specification shows with an embedded proof.
const EXAMPLES: usize = 8;

#[test]
fn the_specifications_vector_comes_out_at_each_stage() {
    let Some(vectors) = vectors("ob3-spec-testvector") else { return };
    let expected = vectors.json("expected.json");
    let secured = vectors.text("signed-credential.json");
    let stages = eddsa_rdfc_2022_stages(&secured, context_loader(&vectors, &[])).expect("stages");
    assert_eq!(stages.canonical_document, vectors.text("obv3p0/document-canon.txt"));
    assert_eq!(stages.canonical_proof_config, vectors.text("obv3p0/proof-canon.txt"));
    assert_eq!(stages.document_hash_hex, expected["docHashHex"]);
    assert_eq!(stages.proof_hash_hex, expected["proofHashHex"]);
    assert_eq!(stages.hash_data_hex, format!("{}{}", stages.proof_hash_hex, stages.document_hash_hex));
}

#[test]
fn the_specifications_vector_is_signed_as_published() {
    let Some(vectors) = vectors("ob3-spec-testvector") else { return };
    let expected = vectors.json("expected.json");
    let key = key(&expected);
    assert_eq!(key.public_key().to_multibase(), expected["publicKeyMultibase"]);

    let published = vectors.json("signed-credential.json");
    let mut unsigned = published.clone();
    unsigned.as_object_mut().expect("an object").remove("proof");
    let proof = &published["proof"];
    let options = ProofOptions {
        verification_method: proof["verificationMethod"].as_str().expect("a method").to_owned(),
        created: DateTime::parse(proof["created"].as_str().expect("a date")).expect("a date"),
    };
    let signed = sign(&Contexts::new(), &unsigned.to_string(), &key, &options).expect("a signature");
    let signed: Value = serde_json::from_str(&signed).expect("JSON");
    assert_eq!(signed, published);
    assert_eq!(signed["proof"]["proofValue"], expected["proofValue"]);
}

#[test]
fn the_specifications_vector_is_verified_with_its_issuers_document() {
    let Some(vectors) = vectors("ob3-spec-testvector") else { return };
    let report = verify(&vectors.text("signed-credential.json"));
    assert_eq!(report.outcome(), Outcome::Verified, "{}", report.to_json());
}

#[test]
fn the_specifications_learner_record_is_verified_with_the_badge_in_it() {
    let Some(vectors) = vectors("ob3-spec-testvector") else { return };
    let record = vectors.text("clr-signed-credential.json");
    let single = with_single_proof(vectors.json("clr-signed-credential.json")).to_string();
    let stages = eddsa_rdfc_2022_stages(&single, context_loader(&vectors, &[])).expect("stages");
    assert_eq!(stages.canonical_document, vectors.text("clrv2p0/document-canon.txt"));
    let report = verify(&record);
    assert_eq!(report.outcome(), Outcome::Verified, "{}", report.to_json());
    assert_eq!(report.credentials().len(), 1);
    let altered = verify(&record.replace("Example University Degree", "Example University Doctorate"));
    assert_eq!((altered.outcome(), altered.code()), (Outcome::Rejected, Code::SignatureInvalid));
}

#[test]
fn the_specifications_vector_without_its_issuers_document_is_not_verified() {
    let Some(vectors) = vectors("ob3-spec-testvector") else { return };
    let secured = vectors.text("signed-credential.json");
    let report = Verifier::new().verify(secured.as_bytes(), &Policy::default(), now(), |_| None);
    assert_eq!(report.outcome(), Outcome::Indeterminate, "{}", report.to_json());
}

#[test]
fn an_altered_name_in_the_specifications_vector_is_rejected() {
    let Some(vectors) = vectors("ob3-spec-testvector") else { return };
    let report = verify(&vectors.text("signed-credential.json").replace("\"Teamwork\"", "\"Teamwork!\""));
    assert_eq!((report.outcome(), report.code()), (Outcome::Rejected, Code::SignatureInvalid), "{}", report.to_json());
}

#[test]
fn every_published_example_has_an_intact_signature_by_its_issuers_key() {
    let Some(vectors) = vectors("ob3-spec-examples") else { return };
    for (name, example) in examples(&vectors) {
        let secured = with_single_proof(example);
        let stages = eddsa_rdfc_2022_stages(&secured.to_string(), context_loader(&vectors, &[])).expect("stages");
        let proof = &secured["proof"];
        let method = proof["verificationMethod"].as_str().expect("a method");
        let (_, multibase) = method.split_once('#').expect("a fragment");
        let key = PublicKey::from_multibase(multibase).expect("an Ed25519 key");
        let signature = base58btc::decode(proof["proofValue"].as_str().expect("a value")).expect("multibase");
        assert!(key.verifies(&unhex(&stages.hash_data_hex), &signature.try_into().expect("64 bytes")), "{name}");
    }
}

#[test]
fn every_published_badge_passes_what_its_signature_and_issuer_ask_for() {
    let Some(vectors) = vectors("ob3-spec-examples") else { return };
    for (name, example) in examples(&vectors) {
        let is_badge = example["type"].as_array().expect("types").iter().any(|kind| kind == "OpenBadgeCredential");
        let report = verify(&example.to_string());
        let result = |check| report.check(check).expect("ten checks").finding.result;
        if is_badge {
            for check in [CheckName::Format, CheckName::JsonLd, CheckName::Schema, CheckName::Proof, CheckName::Issuer]
            {
                assert_eq!(result(check), CheckResult::Valid, "{name}: {}", report.to_json());
            }
        } else {
            assert_eq!((report.outcome(), report.code()), (Outcome::Rejected, Code::NotABadge), "{name}");
        }
    }
}

#[test]
fn published_images_hold_what_is_extracted_and_take_another_credential() {
    let Some(vectors) = vectors("1edtech-public-validator/ob30") else { return };
    for (name, begins) in [("simple-json.png", "{"), ("simple-jwt.png", "eyJ"), ("simple-jwt_v1.png", "eyJ")] {
        let image = vectors.read(name).expect("an image");
        let credential = extract_png(&image).expect("a credential");
        assert!(credential.starts_with(begins), "{name}: {credential}");
        let baked = bake_png(&image, "{}").expect("a baked image");
        assert_eq!(extract_png(&baked).as_deref(), Ok("{}"), "{name}");
    }
}

#[test]
fn open_badges_2_images_are_said_to_be_that() {
    let Some(vectors) = vectors("ob2-baked") else { return };
    let images = ["concentricsky-baked_heart.png", "sphereon-assertion-VsIC6xV3Qd-7_0Bq-F2FUA.png"];
    for name in images {
        let image = vectors.read(name).expect("an image");
        assert_eq!(extract_png(&image).map_err(|error| error.code()), Err(Code::OpenBadges2), "{name}");
    }
    let plain = vectors.read("mozilla-unbaked.png").expect("an image");
    assert_eq!(extract_png(&plain).map_err(|error| error.code()), Err(Code::ImageNoCredential));
}

fn now() -> DateTime {
    DateTime::parse("2024-06-01T00:00:00Z").expect("a date")
}

/// The report over a credential whose keys are listed where their methods say: the specification's issuers publish nothing,
/// but name each method by its key.
fn verify(secured: &str) -> Report {
    let credential: Value = serde_json::from_str(secured).expect("JSON");
    let proofs = match &credential["proof"] {
        Value::Array(proofs) => proofs.clone(),
        proof => vec![proof.clone()],
    };
    let methods: Vec<String> =
        proofs.iter().filter_map(|proof| proof["verificationMethod"].as_str().map(str::to_owned)).collect();
    Verifier::new().verify(secured.as_bytes(), &Policy::default(), now(), |url| {
        let own =
            methods.iter().filter_map(|method| method.split_once('#')).filter(|(controller, _)| *controller == url);
        let listed: Vec<Value> = own
            .map(|(controller, key)| {
                let id = format!("{controller}#{key}");
                json!({ "id": id, "type": "Multikey", "controller": controller, "publicKeyMultibase": key })
            })
            .collect();
        (!listed.is_empty()).then(|| json!({ "id": url, "assertionMethod": listed }).to_string().into_bytes())
    })
}

fn examples(vectors: &Vectors) -> Vec<(String, Value)> {
    let names = vectors.names_ending_in(".json");
    assert_eq!(names.len(), EXAMPLES, "{names:?}");
    names.into_iter().map(|name| (name.clone(), vectors.json(&name))).collect()
}

/// The examples have lists of one proof.
fn with_single_proof(mut secured: Value) -> Value {
    if let Value::Array(proofs) = secured["proof"].take() {
        assert_eq!(proofs.len(), 1);
        secured["proof"] = proofs[0].clone();
    }
    secured
}

/// The vector's key: the seed is the first half of what it calls the private key.
fn key(expected: &Value) -> SigningKey {
    let private = unhex(expected["privateKeyHex"].as_str().expect("a private key"));
    SigningKey::from_seed(private[..32].try_into().expect("32 bytes"))
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}
