//! RSA keys that organizations bring, for compact JWS by RS256 (OB 3.0 §8.2.4: "RS256 as a minimum").

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::ids::OrganizationId;

/// Fewest bits of a modulus (RFC 7518 §3.3), and most: what each signature by more would cost buys nothing.
pub const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// The one public exponent that is taken, 65,537: FIPS 186-5 §5.1 allows no smaller one, and verifiers differ about larger ones.
pub const EXPONENT: &str = "AQAB";

/// Most characters of a key in PEM: one of 4096 bits has some 3,300.
const MAX_PEM: usize = 8192;
/// The members that an RSA private JWK of two primes has (RFC 7518 §6.3.2).
const PRIVATE_MEMBERS: [&str; 8] = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

/// A private key as it was brought, which the platform is yet to read.
#[derive(PartialEq, Eq)]
pub enum Brought {
    /// PKCS#8, DER (RFC 5208).
    Pkcs8(Zeroizing<Vec<u8>>),
    /// JWK, JSON text, of the members that a signature needs.
    Jwk(Zeroizing<String>),
}

impl fmt::Debug for Brought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Brought(..)")
    }
}

/// Why a key is not taken: what it should be.
pub type Refused = &'static str;

/// What a key must be that the platform can not read.
pub const UNREADABLE: Refused = "an RSA private key: PKCS#8 as PEM, not encrypted, or a JWK";

impl Brought {
    /// Reads a private key: text is PEM, an object is a JWK. Only the envelope is looked at.
    ///
    /// # Errors
    /// What it must be.
    pub fn read(value: &Value) -> Result<Self, Refused> {
        match value {
            Value::String(pem) => Self::from_pem(pem),
            Value::Object(jwk) => Self::from_jwk(jwk),
            _ => Err(UNREADABLE),
        }
    }

    /// RFC 7468 §10. PKCS#1 and encrypted keys have other labels.
    fn from_pem(pem: &str) -> Result<Self, Refused> {
        let body = pem.trim().strip_prefix("-----BEGIN PRIVATE KEY-----");
        let body = body.and_then(|rest| rest.strip_suffix("-----END PRIVATE KEY-----")).ok_or(UNREADABLE)?;
        if pem.len() > MAX_PEM {
            return Err(UNREADABLE);
        }
        let body: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
        STANDARD.decode(body.as_bytes()).map(|der| Self::Pkcs8(Zeroizing::new(der))).map_err(|_| UNREADABLE)
    }

    fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, Refused> {
        let says = |name: &str, only: &str| jwk.get(name).is_none_or(|value| value.as_str() == Some(only));
        if jwk.get("kty").and_then(Value::as_str) != Some("RSA") {
            return Err(UNREADABLE);
        }
        if !says("alg", "RS256") || !says("use", "sig") {
            return Err("a key for signatures by RS256");
        }
        if jwk.contains_key("oth") {
            return Err("an RSA key of two primes");
        }
        let mut needed = Map::new();
        needed.insert("kty".into(), "RSA".into());
        for name in PRIVATE_MEMBERS {
            let member = jwk.get(name).filter(|value| value.is_string()).ok_or(UNREADABLE)?;
            needed.insert(name.into(), member.clone());
        }
        Ok(Self::Jwk(Zeroizing::new(Value::Object(needed).to_string())))
    }
}

/// The public half of a key.
#[derive(Debug, PartialEq, Eq)]
pub struct Public {
    /// The modulus, base64url without leading zeros.
    pub modulus: String,
    /// RFC 7638, with SHA-256: by it the key is named.
    pub thumbprint: String,
}

impl Public {
    /// The public half of a private JWK as the platform has written it.
    ///
    /// # Errors
    /// What the key must be.
    pub fn of_private(jwk: &str) -> Result<Self, Refused> {
        let jwk: Value = serde_json::from_str(jwk).map_err(|_| UNREADABLE)?;
        let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        let (n, e) = (text("n"), text("e"));
        let modulus = URL_SAFE_NO_PAD.decode(n).map_err(|_| UNREADABLE)?;
        let zeros = modulus.first().map_or(8, |first| first.leading_zeros());
        let bits = (modulus.len() * 8).saturating_sub(zeros as usize);
        if !MODULUS_BITS.contains(&bits) || zeros == 8 {
            return Err("an RSA key of 2048 to 4096 bits");
        }
        if e != EXPONENT {
            return Err("an RSA key with the public exponent 65537");
        }
        // RFC 7638 §3.3: the required members in the order of their names.
        let canonical = format!(r#"{{"e":"{EXPONENT}","kty":"RSA","n":"{n}"}}"#);
        Ok(Self { thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)), modulus: n.into() })
    }
}

/// The public key of a modulus as a JWK.
#[must_use]
pub fn jwk(modulus: &str) -> Value {
    json!({ "kty": "RSA", "n": modulus, "e": EXPONENT, "alg": "RS256" })
}

/// For whom a private key is sealed. `store::sealed` writes the same text in SQL.
#[must_use]
pub fn owner(organization: OrganizationId, thumbprint: &str) -> String {
    format!("organization:{organization} rsa-key:{thumbprint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private(n: &str, e: &str) -> String {
        json!({ "kty": "RSA", "n": n, "e": e, "d": "AQ" }).to_string()
    }

    fn modulus(bits: usize) -> String {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        if !bits.is_multiple_of(8) {
            bytes[0] = 0xff >> (8 - bits % 8);
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        // RFC 7638 §3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = Public::of_private(&private(n, "AQAB")).unwrap();
        assert_eq!(key.thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(jwk(&key.modulus), json!({ "kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256" }));
    }

    #[test]
    fn a_key_has_2048_to_4096_bits_and_the_usual_exponent() {
        for bits in [2048, 2049, 3072, 4096] {
            assert!(Public::of_private(&private(&modulus(bits), "AQAB")).is_ok(), "{bits}");
        }
        for bits in [1024, 2047, 4097, 8192] {
            let refused = Public::of_private(&private(&modulus(bits), "AQAB"));
            assert_eq!(refused, Err("an RSA key of 2048 to 4096 bits"), "{bits}");
        }
        for e in ["Aw", "AQ", "AQAC", "AAEAAQ", "AQAAAAE", ""] {
            let refused = Public::of_private(&private(&modulus(2048), e));
            assert_eq!(refused, Err("an RSA key with the public exponent 65537"), "{e}");
        }
    }

    #[test]
    fn a_private_key_comes_as_pem_or_as_a_jwk() {
        let pem = "-----BEGIN PRIVATE KEY-----\nAQID\r\nBA==\n-----END PRIVATE KEY-----\n";
        assert_eq!(Brought::read(&pem.into()), Ok(Brought::Pkcs8(Zeroizing::new(vec![1, 2, 3, 4]))));
        for pem in [
            "",
            "AQID",
            "-----BEGIN RSA PRIVATE KEY-----\nAQID\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAQID\n-----END ENCRYPTED PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nAQ*D\n-----END PRIVATE KEY-----",
            &format!("-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----", "AAAA".repeat(2048)),
        ] {
            assert_eq!(Brought::read(&pem.into()), Err(UNREADABLE), "{pem}");
        }
        assert_eq!(Brought::read(&json!(1)), Err(UNREADABLE));
    }

    #[test]
    fn of_a_jwk_only_what_signs_is_kept() {
        let mut jwk = json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": "mine", "ext": false, "key_ops": [] });
        for name in PRIVATE_MEMBERS {
            jwk[name] = "AQ".into();
        }
        let Ok(Brought::Jwk(kept)) = Brought::read(&jwk) else { panic!("a JWK") };
        let kept: Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(kept.as_object().unwrap().len(), 1 + PRIVATE_MEMBERS.len());
        for (name, value, why) in [
            ("kty", json!("EC"), UNREADABLE),
            ("d", json!(1), UNREADABLE),
            ("alg", json!("PS256"), "a key for signatures by RS256"),
            ("use", json!("enc"), "a key for signatures by RS256"),
            ("oth", json!([]), "an RSA key of two primes"),
        ] {
            let mut other = jwk.clone();
            other[name] = value;
            assert_eq!(Brought::read(&other), Err(why), "{name}");
        }
    }
}
