//! Ed25519 keys as Data Integrity writes them: Multikey (CID 1.0 §2.2.2) and `did:key`.

use std::fmt;

use ed25519_dalek::{Signature, Signer, VerifyingKey};

use crate::base64url;
use crate::multibase;
use ob3_rdf::json::{Value, Writer};

/// The multicodec prefix of an Ed25519 public key: `0xed` as an unsigned varint.
const ED25519_PUB: [u8; 2] = [0xed, 0x01];

/// An Ed25519 private key. Enters by [`SigningKey::from_seed`] only, is never printed, and is wiped when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key whose private seed (RFC 8032 §5.1.5) is given. The core has no randomness: callers bring the 32 bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The 64-byte signature over `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// An Ed25519 public key: 32 bytes that are not known to be a point of the curve until a signature is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads a `publicKeyMultibase` value such as `z6Mk…`; `None` for other kinds of key and for malformed text.
    #[must_use]
    pub fn from_multibase(text: &str) -> Option<Self> {
        let bytes = multibase::decode_base58btc(text)?;
        let key = bytes.strip_prefix(&ED25519_PUB)?;
        Some(Self(key.try_into().ok()?))
    }

    /// The `publicKeyMultibase` form, `z6Mk…`.
    #[must_use]
    pub fn to_multibase(&self) -> String {
        let mut bytes = ED25519_PUB.to_vec();
        bytes.extend_from_slice(&self.0);
        multibase::encode_base58btc(&bytes)
    }

    /// The `did:key` of this key.
    #[must_use]
    pub fn to_did_key(&self) -> String {
        format!("did:key:{}", self.to_multibase())
    }

    /// Whether `signature` over `message` is this key's. Keys and signatures of small order are refused, so that no
    /// signature stands for more than one message and no key for more than one owner.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

/// A public key of any kind that a proof may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VerificationKey {
    /// Checked by the core itself.
    Ed25519(PublicKey),
    /// A point of P-256 or P-384, checked by the host.
    Ec { curve: Curve, point: EcPoint },
    /// Modulus and exponent, odd and without leading zeros, as a JWK writes them; checked by the host.
    Rsa { n: String, e: String },
}

/// The curves of ECDSA keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl Curve {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    /// Bytes of a coordinate.
    const fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }
}

/// A point as it came: Multikey carries one coordinate and a sign, a JWK both coordinates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EcPoint {
    Compressed(Vec<u8>),
    Affine { x: Vec<u8>, y: Vec<u8> },
}

/// Fewest bytes of an RSA modulus (2048 bits, RFC 7518 §3.3), and most that are worth a host's time.
const RSA_MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// Most bytes of an RSA exponent: hosts draw the line at different places above this one, and all the same at 65,537 or 3.
const RSA_EXPONENT_BYTES: usize = 4;

/// A number without leading zeros, as RFC 7518 §2 wants it. Some issuers write one, which some hosts do not read.
fn unsigned(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    number
}

impl VerificationKey {
    /// Reads a Multikey value (CID 1.0 §2.2.2): Ed25519, P-256 or P-384.
    pub(crate) fn from_multibase(text: &str) -> Option<Self> {
        if let Some(key) = PublicKey::from_multibase(text) {
            return Some(Self::Ed25519(key));
        }
        let bytes = multibase::decode_base58btc(text)?;
        let (curve, point) = match bytes.as_slice() {
            [0x80, 0x24, point @ ..] => (Curve::P256, point),
            [0x81, 0x24, point @ ..] => (Curve::P384, point),
            _ => return None,
        };
        let is_compressed = matches!(point.first(), Some(2 | 3)) && point.len() == curve.size() + 1;
        is_compressed.then(|| Self::Ec { curve, point: EcPoint::Compressed(point.to_vec()) })
    }

    /// Reads the bytes of a Multikey value, of P-256.
    #[cfg(feature = "selective-disclosure")]
    pub(crate) fn from_multikey(bytes: &[u8]) -> Option<Self> {
        let [0x80, 0x24, point @ ..] = bytes else { return None };
        let is_compressed = matches!(point.first(), Some(2 | 3)) && point.len() == Curve::P256.size() + 1;
        is_compressed.then(|| Self::Ec { curve: Curve::P256, point: EcPoint::Compressed(point.to_vec()) })
    }

    /// Reads a public JWK (RFC 7517, RFC 7518 §6, RFC 8037). A JWK with a private part is refused, and so is one that is said to
    /// be for encryption, or an RSA key for another algorithm: it signs nothing that is checked here.
    pub(crate) fn from_jwk(jwk: &Value<'_>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| base64url::decode(text(name)?);
        let says_else = |name: &str, wanted: &str| jwk.get(name).is_some_and(|said| said.as_str() != Some(wanted));
        if jwk.get("d").is_some() || says_else("use", "sig") {
            return None;
        }
        match (text("kty")?, text("crv")) {
            ("OKP", Some("Ed25519")) => Some(Self::Ed25519(PublicKey::from_bytes(bytes("x")?.try_into().ok()?))),
            ("EC", Some(name)) => {
                let curve = [Curve::P256, Curve::P384].into_iter().find(|curve| curve.as_str() == name)?;
                let (x, y) = (bytes("x")?, bytes("y")?);
                let is_sized = x.len() == curve.size() && y.len() == curve.size();
                is_sized.then_some(Self::Ec { curve, point: EcPoint::Affine { x, y } })
            }
            ("RSA", None) if !says_else("alg", "RS256") => {
                let (n, e) = (unsigned(bytes("n")?), unsigned(bytes("e")?));
                let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
                let is_key = RSA_MODULUS_BYTES.contains(&n.len()) && is_odd(&n);
                let is_exponent = (1..=RSA_EXPONENT_BYTES).contains(&e.len()) && is_odd(&e) && e != [1];
                (is_key && is_exponent).then(|| Self::Rsa { n: base64url::encode(&n), e: base64url::encode(&e) })
            }
            _ => None,
        }
    }

    /// The key as a JWK for the host; a compressed point stands in the member `compressed`, SEC 1 form, base64url.
    pub(crate) fn to_jwk(&self) -> String {
        let mut out = Writer::with_capacity(256);
        out.object(|out| match self {
            Self::Ed25519(key) => {
                out.member("kty").string("OKP");
                out.member("crv").string("Ed25519");
                out.member("x").string(&base64url::encode(key.as_bytes()));
            }
            Self::Ec { curve, point } => {
                out.member("kty").string("EC");
                out.member("crv").string(curve.as_str());
                match point {
                    EcPoint::Compressed(point) => out.member("compressed").string(&base64url::encode(point)),
                    EcPoint::Affine { x, y } => {
                        out.member("x").string(&base64url::encode(x));
                        out.member("y").string(&base64url::encode(y));
                    }
                }
            }
            Self::Rsa { n, e } => {
                out.member("kty").string("RSA");
                out.member("n").string(n);
                out.member("e").string(e);
            }
        });
        out.into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_multibase_form() {
        let key = SigningKey::from_seed(&[7; 32]).public_key();
        let text = key.to_multibase();
        assert!(text.starts_with("z6Mk"), "{text}");
        assert_eq!(PublicKey::from_multibase(&text), Some(key));
    }

    #[test]
    fn other_keys_are_not_read_as_ed25519() {
        // A P-256 key, a truncated key, a missing multibase prefix, nothing at all.
        for text in [
            "zDnaekGZTbQBerwcehBSXLqAg6s55hVEBms1zFy89VHXtJSa9",
            "z6Mk",
            "6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
            "",
        ] {
            assert_eq!(PublicKey::from_multibase(text), None, "{text}");
        }
    }

    #[test]
    fn a_small_order_key_verifies_nothing() {
        // The identity point as key and as R with S = 0 satisfies the cofactored equation for every message.
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!PublicKey::from_bytes(identity).verifies(b"any message", &signature));
    }

    #[test]
    fn a_private_key_is_never_printed() {
        assert_eq!(format!("{:?}", SigningKey::from_seed(&[7; 32])), "SigningKey(..)");
    }
}
