//! What no verification can take less than: two hashes and one signature, in the same module as the verification.
//!
//! `make bench` compares the two. It is no part of the package's interface.

use ob3_core::PublicKey;
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

/// Hashes both canonical documents of an `eddsa-rdfc-2022` proof and checks the signature over the hashes.
#[wasm_bindgen(js_name = "__floor")]
#[must_use]
pub fn floor(proof_configuration: &[u8], document: &[u8], key: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (key.try_into(), signature.try_into()) else { return false };
    let hash_data = [Sha256::digest(proof_configuration), Sha256::digest(document)].concat();
    PublicKey::from_bytes(key).verifies(&hash_data, signature)
}
