//! Badges to test with, signed here with fixed keys by every suite and algorithm that is verified but RSA.
//!
//! Hashing and the choice of what is signed are written apart from the core's; only canonical N-Quads are taken from it,
//! and those are held against the W3C's suite elsewhere.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is made of fixed parts either always works or never"
)]

use ob3_core::SigningKey;
use ob3_core::testing::{ToRdfOptions, canonicalize, to_nquads};
use p256::ecdsa::signature::Signer as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384};

use crate::{base58btc, base64url};

/// A time at which the badges are in force.
pub const NOW: &str = "2026-06-01T12:00:00Z";
/// The address of the status list that [`with_status`] names.
pub const LIST_URL: &str = "https://college.example.edu/status/1";
/// An issuer whose key stands in a document, [`did_web_document`] at [`DID_WEB_URL`].
pub const DID_WEB: &str = "did:web:college.example.edu:issuers:one";
/// Where the document of [`DID_WEB`] is.
pub const DID_WEB_URL: &str = "https://college.example.edu/issuers/one/did.json";

/// The context of VCDM 2.0.
pub const V2: &str = "https://www.w3.org/ns/credentials/v2";
/// The context of Open Badges 3.0.
pub const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const ED25519_2020: &str = "https://w3id.org/security/suites/ed25519-2020/v1";
const SEED: [u8; 48] = [7; 48];

/// A kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// Edwards 25519
    Ed25519,
    /// NIST P-256
    P256,
    /// NIST P-384
    P384,
}

impl Curve {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ed25519, Self::P256, Self::P384];

    /// The name of its signatures in JOSE.
    #[must_use]
    pub const fn algorithm(self) -> &'static str {
        match self {
            Self::Ed25519 => "EdDSA",
            Self::P256 => "ES256",
            Self::P384 => "ES384",
        }
    }

    fn multibase(self) -> String {
        let (prefix, point) = match self {
            Self::Ed25519 => ([0xed, 1], ed25519().public_key().as_bytes().to_vec()),
            Self::P256 => ([0x80, 0x24], p256_key().verifying_key().to_sec1_point(true).as_bytes().to_vec()),
            Self::P384 => ([0x81, 0x24], p384_key().verifying_key().to_sec1_point(true).as_bytes().to_vec()),
        };
        base58btc::encode(&[prefix.as_slice(), &point].concat())
    }

    /// The `did:key` of the one key of this kind.
    #[must_use]
    pub fn did(self) -> String {
        format!("did:key:{}", self.multibase())
    }

    /// The verification method of that key.
    #[must_use]
    pub fn method(self) -> String {
        format!("{}#{}", self.did(), self.multibase())
    }

    /// The signature of `message`: of ECDSA, r and s one after the other.
    #[must_use]
    pub fn sign(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519 => ed25519().sign(message).to_vec(),
            Self::P256 => {
                let signature: p256::ecdsa::Signature = p256_key().sign(message);
                signature.to_bytes().to_vec()
            }
            Self::P384 => {
                let signature: p384::ecdsa::Signature = p384_key().sign(message);
                signature.to_bytes().to_vec()
            }
        }
    }
}

fn ed25519() -> SigningKey {
    SigningKey::from_seed(SEED.first_chunk().expect("32 bytes"))
}

fn p256_key() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(SEED.get(..32).expect("32 bytes")).expect("a scalar")
}

fn p384_key() -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&SEED).expect("a scalar")
}

/// A kind of Data Integrity proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suite {
    /// The `cryptosuite`, or the `type` of the one that has none.
    pub name: &'static str,
    /// Whose signatures it holds.
    pub curve: Curve,
}

impl Suite {
    /// Every suite with every kind of key.
    pub const ALL: [Self; 7] = [
        Self { name: "eddsa-rdfc-2022", curve: Curve::Ed25519 },
        Self { name: "eddsa-jcs-2022", curve: Curve::Ed25519 },
        Self { name: "Ed25519Signature2020", curve: Curve::Ed25519 },
        Self { name: "ecdsa-rdfc-2019", curve: Curve::P256 },
        Self { name: "ecdsa-rdfc-2019", curve: Curve::P384 },
        Self { name: "ecdsa-jcs-2019", curve: Curve::P256 },
        Self { name: "ecdsa-jcs-2019", curve: Curve::P384 },
    ];

    /// The suite that badges are issued with.
    pub const ISSUED: Self = Self { name: "eddsa-rdfc-2022", curve: Curve::Ed25519 };

    fn is_jcs(self) -> bool {
        self.name.contains("jcs")
    }

    fn hash(self, text: &str) -> Vec<u8> {
        match self.curve {
            Curve::P384 => Sha384::digest(text).to_vec(),
            Curve::Ed25519 | Curve::P256 => Sha256::digest(text).to_vec(),
        }
    }

    fn canonical(self, document: &Value) -> Result<String, String> {
        if self.is_jcs() {
            return Ok(jcs(document));
        }
        let quads = to_nquads(&document.to_string(), ToRdfOptions::safe())?;
        Ok(canonicalize(&quads, self.curve == Curve::P384)?.0)
    }

    /// The document with a proof of its issuer's key, which is the key of the suite's curve.
    ///
    /// # Errors
    /// The document is not safe JSON-LD.
    pub fn secure(self, document: &Value) -> Result<Value, String> {
        self.secure_with(document, &[])
    }

    /// The document with a proof that names another method.
    ///
    /// # Errors
    /// The document is not safe JSON-LD.
    pub fn secure_as(self, document: &Value, method: &str) -> Result<Value, String> {
        self.secure_with(document, &[("verificationMethod", method.into())])
    }

    /// The document with a proof that has these members over its own; `null` leaves one out. Proofs that the document has
    /// already are signed over, as those of a chain are.
    ///
    /// # Errors
    /// The document is not safe JSON-LD.
    pub fn secure_with(self, document: &Value, members: &[(&str, Value)]) -> Result<Value, String> {
        let contexts = document.get("@context").unwrap_or(&Value::Null);
        let mut proof = json!({
            "type": "DataIntegrityProof",
            "cryptosuite": self.name,
            "created": "2026-01-15T10:00:00Z",
            "verificationMethod": self.curve.method(),
            "proofPurpose": "assertionMethod",
        });
        if self.name == "Ed25519Signature2020" {
            proof["type"] = self.name.into();
            proof.as_object_mut().expect("an object").remove("cryptosuite");
        }
        for (name, value) in members {
            proof[*name] = value.clone();
        }
        proof.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        let mut configuration = proof.clone();
        configuration["@context"] = contexts.clone();
        if self.is_jcs() {
            proof["@context"] = contexts.clone();
        }
        self.seal(document, proof, &self.canonical(&configuration)?, &self.canonical(document)?)
    }

    /// The document with a proof by an issuer whose JSON-LD processor keeps the case of this language tag, where others bring
    /// it into lower case.
    ///
    /// # Errors
    /// The document is not safe JSON-LD.
    pub fn secure_keeping(self, document: &Value, tag: &str) -> Result<Value, String> {
        let mut proof = self.secure(document)?["proof"].clone();
        proof.as_object_mut().expect("an object").remove("proofValue");
        let mut configuration = proof.clone();
        configuration["@context"] = document["@context"].clone();
        let lower = self.canonical(document)?;
        let kept = lower.replace(&format!("\"@{} ", tag.to_ascii_lowercase()), &format!("\"@{tag} "));
        self.seal(document, proof, &self.canonical(&configuration)?, &kept)
    }

    fn seal(self, document: &Value, mut proof: Value, configuration: &str, canonical: &str) -> Result<Value, String> {
        let hashes = [self.hash(configuration), self.hash(canonical)].concat();
        proof["proofValue"] = base58btc::encode(&self.curve.sign(&hashes)).into();
        let mut secured = document.clone();
        secured.as_object_mut().ok_or("not an object")?.insert("proof".to_owned(), proof);
        Ok(secured)
    }

    /// [`badge`], secured.
    #[must_use]
    pub fn badge(self) -> Value {
        self.secure(&self.unsigned()).expect("a badge of fixed parts")
    }

    /// [`badge`] by the suite's key, with the context that the suite needs.
    #[must_use]
    pub fn unsigned(self) -> Value {
        let mut badge = badge(&self.curve.did());
        if self.name == "Ed25519Signature2020" {
            badge["@context"] = json!([V2, OB, ED25519_2020]);
        }
        badge
    }
}

/// RFC 8785, for documents without numbers that are no integers and without members outside ASCII.
fn jcs(value: &Value) -> String {
    match value {
        Value::Array(elements) => format!("[{}]", elements.iter().map(jcs).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let mut members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), jcs(value))).collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// A badge with a little of everything, unsigned.
#[must_use]
pub fn badge(issuer: &str) -> Value {
    json!({
        "@context": [V2, OB],
        "id": "urn:uuid:0b6f1c2e-6b0a-4f62-9d4e-0f3a3b1c9a01",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "First aid \u{1f691}",
        "issuer": { "id": issuer, "type": ["Profile"], "name": "Hochschule für \"Erste Hilfe\"", "url": "https://college.example.edu" },
        "validFrom": "2026-01-15T10:00:00Z",
        "validUntil": "2028-01-15T10:00:00Z",
        "credentialSubject": {
            "id": "did:example:jane",
            "type": ["AchievementSubject"],
            "identifier": [{
                "type": "IdentityObject",
                "hashed": true,
                "identityHash": "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",
                "identityType": "emailAddress",
                "salt": "Kosher",
            }],
            "creditsEarned": 3,
            "achievement": {
                "id": "https://college.example.edu/achievements/first-aid",
                "type": ["Achievement"],
                "name": "First aid",
                "description": "Can give first aid,\n and \\ knows why.",
                "criteria": { "narrative": "Passed the exercise." },
                "achievementType": "Certificate",
                "alignment": [
                    { "type": ["Alignment"], "targetName": "Health", "targetUrl": "https://skills.example/health" },
                    { "type": ["Alignment"], "targetName": "Safety", "targetUrl": "https://skills.example/safety" },
                ],
                "tag": ["health", "safety"],
            },
        },
        "evidence": [{ "type": ["Evidence"], "narrative": "Bandaged a mannequin.", "name": "Exercise" }],
    })
}

/// An endorsement by the issuer of [`Suite::ISSUED`], unsigned.
#[must_use]
pub fn endorsement(of: &str) -> Value {
    json!({
        "@context": [V2, OB],
        "id": "urn:uuid:0b6f1c2e-6b0a-4f62-9d4e-0f3a3b1c9a02",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "In good standing",
        "issuer": { "id": Curve::Ed25519.did(), "type": ["Profile"], "name": "Agency" },
        "validFrom": "2026-01-15T10:00:00Z",
        "credentialSubject": { "id": of, "type": ["EndorsementSubject"], "endorsementComment": "Well \u{1f44d} taught." },
    })
}

/// A learner record of badges by the issuer of [`Suite::ISSUED`], unsigned.
#[must_use]
pub fn record(held: Value) -> Value {
    json!({
        "@context": [V2, "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", OB],
        "id": "urn:uuid:0b6f1c2e-6b0a-4f62-9d4e-0f3a3b1c9a03",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Transcript",
        "issuer": { "id": Curve::Ed25519.did(), "type": ["Profile"], "name": "Hochschule" },
        "validFrom": "2026-01-15T10:00:00Z",
        "credentialSubject": { "id": "did:example:jane", "type": ["ClrSubject"], "verifiableCredential": held },
    })
}

/// The badge with an entry of a bitstring status list for each purpose.
#[must_use]
pub fn with_status(mut badge: Value, purposes: &[&str]) -> Value {
    let entry = |purpose: &&str| {
        json!({
            "id": format!("{LIST_URL}#{purpose}-9"),
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": "9",
            "statusListCredential": LIST_URL,
        })
    };
    badge["credentialStatus"] = purposes.iter().map(entry).collect();
    badge
}

/// A status list of one purpose or several, unsigned, with its bits already packed.
#[must_use]
pub fn status_list(issuer: &str, purpose: &Value, encoded_list: &str) -> Value {
    json!({
        "@context": [V2],
        "id": LIST_URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": format!("{LIST_URL}#list"),
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded_list,
        },
    })
}

/// The least list that the standard allows, with these bits set, packed.
#[must_use]
pub fn packed_bits(set: &[usize]) -> String {
    let mut bits = vec![0; 131_072 / 8];
    for index in set {
        if let Some(byte) = bits.get_mut(index / 8) {
            *byte |= 0b1000_0000_u8 >> (index % 8);
        }
    }
    format!("u{}", base64url::encode(&stored_gzip(&bits)))
}

/// A gzip member (RFC 1952) of blocks that are stored, not compressed: no other implementation's compression is needed.
#[must_use]
pub fn stored_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        gzip.push(u8::from(blocks.peek().is_none()));
        gzip.extend(length.to_le_bytes());
        gzip.extend((!length).to_le_bytes());
        gzip.extend(block);
    }
    gzip.extend(crc32(bytes).to_le_bytes());
    gzip.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    gzip
}

/// The checksum of gzip and PNG.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    let of_byte = |byte: u32| (0..8).fold(byte, |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 });
    let table: [u32; 256] = std::array::from_fn(|byte| of_byte(byte as u32));
    !bytes.iter().fold(u32::MAX, |crc, byte| table[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ crc >> 8)
}

/// The document of [`DID_WEB`], which lists the Ed25519 key for assertions.
#[must_use]
pub fn did_web_document() -> Value {
    json!({
        "id": DID_WEB,
        "verificationMethod": [{
            "id": format!("{DID_WEB}#key-1"),
            "type": "Multikey",
            "controller": DID_WEB,
            "publicKeyMultibase": Curve::Ed25519.multibase(),
        }],
        "assertionMethod": [format!("{DID_WEB}#key-1")],
    })
}

/// A compact JWS over a payload, by the key of a curve.
#[must_use]
pub fn jws(curve: Curve, header: &Value, payload: &str) -> String {
    let input =
        format!("{}.{}", base64url::encode(header.to_string().as_bytes()), base64url::encode(payload.as_bytes()));
    let signature = curve.sign(input.as_bytes());
    format!("{input}.{}", base64url::encode(&signature))
}

/// The header of a JWS by the key of a curve.
#[must_use]
pub fn header(curve: Curve) -> Value {
    json!({ "alg": curve.algorithm(), "typ": "JWT", "kid": curve.method() })
}

/// [`badge`] as a JWS with every claim that OB 3.0 asks for.
#[must_use]
pub fn token(curve: Curve) -> String {
    let mut payload = badge(&curve.did());
    payload["iss"] = curve.did().into();
    payload["jti"] = payload["id"].clone();
    payload["sub"] = payload["credentialSubject"]["id"].clone();
    payload["nbf"] = 1_768_471_200.into();
    payload["exp"] = 1_831_543_200.into();
    jws(curve, &header(curve), &payload.to_string())
}

/// The smallest picture: one black pixel.
pub const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0,
    0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf,
    0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// A small drawing.
pub const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>A &amp; B</title><!-- c --><path d="M0 0h9v9z"/></svg>"#;

#[cfg(test)]
mod tests {
    use super::*;
    use ob3_core::{DateTime, Outcome, Policy, Verifier};

    fn outcome(input: &str) -> Outcome {
        let now = DateTime::parse(NOW).unwrap();
        let list =
            Suite::ISSUED.secure(&status_list(&Curve::Ed25519.did(), &"revocation".into(), &packed_bits(&[8, 10])));
        let find = |url: &str| match url {
            LIST_URL => Some(list.clone().unwrap().to_string().into_bytes()),
            DID_WEB_URL => Some(did_web_document().to_string().into_bytes()),
            _ => None,
        };
        Verifier::new().verify(input.as_bytes(), &Policy::default(), now, find).outcome()
    }

    #[test]
    fn every_badge_to_start_from_is_verified() {
        for suite in Suite::ALL {
            assert_eq!(outcome(&suite.badge().to_string()), Outcome::Verified, "{suite:?}");
        }
        for curve in Curve::ALL {
            assert_eq!(outcome(&token(curve)), Outcome::Verified, "{curve:?}");
        }
        let web = Suite::ISSUED.secure_as(&badge(DID_WEB), &format!("{DID_WEB}#key-1")).unwrap();
        assert_eq!(outcome(&web.to_string()), Outcome::Verified);
        let revocable = Suite::ISSUED.secure(&with_status(Suite::ISSUED.unsigned(), &["revocation"])).unwrap();
        assert_eq!(outcome(&revocable.to_string()), Outcome::Verified);
    }
}
