//! A host's signature checks for native programs: ECDSA and RSA by the RustCrypto crates. Feature `native-crypto`.

use p256::ecdsa::signature::Verifier as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest, Sha256};

use crate::base64url;
use crate::proof::Algorithm;
use crate::verify::SignatureCheck;
use ob3_rdf::json::{self, Value};

/// RFC 8017 §9.2, note 1: the DER that goes before a SHA-256 hash.
const SHA256_PREFIX: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Whether a signature is its key's: the answer for [`crate::Verification::supply_signature`].
///
/// A key that is none (a point that is not of its curve, a modulus of zero) has made no signature. `None` for Ed25519,
/// which the core checks by itself.
#[must_use]
pub fn check_signature(check: &SignatureCheck) -> Option<bool> {
    let jwk = json::parse(&check.key).ok()?;
    let is_valid = match check.algorithm {
        Algorithm::EdDsa => return None,
        Algorithm::Es256 => es256(&jwk, check),
        Algorithm::Es384 => es384(&jwk, check),
        Algorithm::Rs256 => rs256(&jwk, check),
    };
    Some(is_valid.unwrap_or(false))
}

fn es256(jwk: &Value<'_>, check: &SignatureCheck) -> Option<bool> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&sec1_point(jwk)?).ok()?;
    let signature = p256::ecdsa::Signature::from_slice(&check.signature).ok()?;
    Some(key.verify(&check.message, &signature).is_ok())
}

fn es384(jwk: &Value<'_>, check: &SignatureCheck) -> Option<bool> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&sec1_point(jwk)?).ok()?;
    let signature = p384::ecdsa::Signature::from_slice(&check.signature).ok()?;
    Some(key.verify(&check.message, &signature).is_ok())
}

fn rs256(jwk: &Value<'_>, check: &SignatureCheck) -> Option<bool> {
    let number = |name| Some(BigUint::from_bytes_be(&member(jwk, name)?));
    let key = RsaPublicKey::new_with_max_size(number("n")?, number("e")?, 8192).ok()?;
    if key.size() != check.signature.len() {
        return Some(false);
    }
    let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: Box::new(SHA256_PREFIX) };
    Some(key.verify(scheme, &Sha256::digest(&check.message), &check.signature).is_ok())
}

fn sec1_point(jwk: &Value<'_>) -> Option<Vec<u8>> {
    match member(jwk, "compressed") {
        Some(point) => Some(point),
        None => Some([vec![4], member(jwk, "x")?, member(jwk, "y")?].concat()),
    }
}

fn member(jwk: &Value<'_>, name: &str) -> Option<Vec<u8>> {
    base64url::decode(jwk.get(name)?.as_str()?)
}
