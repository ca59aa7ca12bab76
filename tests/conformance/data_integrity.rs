//! The W3C's vectors for `eddsa-rdfc-2022` (<https://www.w3.org/TR/vc-di-eddsa/#test-vectors>), byte for byte at each stage.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use accolade_tests::{Vectors, base58btc, context_loader, vectors};
use ob3_core::testing::{Stages, eddsa_rdfc_2022_stages};
use ob3_core::{PublicKey, SigningKey};
use serde_json::Value;

/// The private key's multicodec prefix: `0x1300` as an unsigned varint.
const ED25519_PRIV: [u8; 2] = [0x80, 0x26];

/// Contexts of the vectors that no badge uses.
const CONTEXTS: [(&str, &str); 2] = [
    ("https://www.w3.org/ns/credentials/examples/v2", "contexts/ssi/w3c-ns-credentials-examples-v2.jsonld"),
    ("https://w3id.org/citizenship/v4rc1", "contexts/citizenship-v4rc1.jsonld"),
];

#[test]
fn the_alumni_credential_comes_out_as_published() {
    published_vector_comes_out("w3c-vc-di-eddsa/TestVectors/eddsa-rdfc-2022");
}

#[test]
fn the_employment_authorization_comes_out_as_published() {
    published_vector_comes_out("w3c-vc-di-eddsa/TestVectors/eddsa-rdfc-2022/employ");
}

fn published_vector_comes_out(folder: &str) {
    let Some(vectors) = vectors("") else { return };
    let text = |name: &str| vectors.text(&format!("{folder}/{name}DataInt.txt"));
    let line = |name: &str| text(name).trim_end().to_owned();
    let secured = vectors.text(&format!("{folder}/signedDataInt.json"));
    let stages = eddsa_rdfc_2022_stages(&secured, context_loader(&vectors, &CONTEXTS)).expect("stages");

    assert_eq!(stages.canonical_document, text("canonDoc"));
    assert_eq!(stages.canonical_proof_config, text("proofCanon"));
    assert_eq!(stages.document_hash_hex, line("docHash"));
    assert_eq!(stages.proof_hash_hex, line("proofHash"));
    assert_eq!(stages.hash_data_hex, line("combinedHash"));

    let signature = key(&vectors).sign(&unhex(&stages.hash_data_hex));
    assert_eq!(hex(&signature), line("sigHex"));
    assert_eq!(base58btc::encode(&signature), line("sigBTC58"));
    let secured: Value = serde_json::from_str(&secured).expect("JSON");
    assert_eq!(secured["proof"]["proofValue"], line("sigBTC58"));
    assert!(is_intact(&secured, &stages));
}

#[test]
fn one_altered_claim_changes_the_document_hash_alone_and_breaks_the_signature() {
    let Some(vectors) = vectors("") else { return };
    let original = vectors.text("w3c-vc-di-eddsa/TestVectors/eddsa-rdfc-2022/signedDataInt.json");
    let altered = original.replace("The School of Examples", "The School of Example");
    assert_ne!(original, altered);
    let stages = |text| eddsa_rdfc_2022_stages(text, context_loader(&vectors, &CONTEXTS)).expect("stages");
    let (before, after) = (stages(&original), stages(&altered));
    assert_ne!(before.document_hash_hex, after.document_hash_hex);
    assert_eq!(before.proof_hash_hex, after.proof_hash_hex);
    assert!(!is_intact(&serde_json::from_str(&altered).expect("JSON"), &after));
}

/// The vectors' key pair.
fn key(vectors: &Vectors) -> SigningKey {
    let pair = vectors.json("w3c-vc-di-eddsa/TestVectors/keyPair.json");
    let private = base58btc::decode(pair["privateKeyMultibase"].as_str().expect("a private key")).expect("multibase");
    let seed = private.strip_prefix(&ED25519_PRIV).expect("an Ed25519 key").try_into().expect("32 bytes");
    let key = SigningKey::from_seed(seed);
    assert_eq!(key.public_key().to_multibase(), pair["publicKeyMultibase"]);
    key
}

/// Whether the proof's value is the signature over the stages' hash data, by the key that its method names.
fn is_intact(secured: &Value, stages: &Stages) -> bool {
    let proof = &secured["proof"];
    let method = proof["verificationMethod"].as_str().expect("a method");
    let (_, multibase) = method.split_once('#').expect("a fragment");
    let key = PublicKey::from_multibase(multibase).expect("an Ed25519 key");
    let signature = base58btc::decode(proof["proofValue"].as_str().expect("a proof value")).expect("multibase");
    key.verifies(&unhex(&stages.hash_data_hex), &signature.try_into().expect("64 bytes"))
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
