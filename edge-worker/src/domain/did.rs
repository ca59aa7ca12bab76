//! Issuers' DIDs and DID documents.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ob3_core::PublicKey;
use serde_json::{Value, json};

use super::organization::DidMethod;
use super::origin::Origin;
use super::rsa_key;

/// A public key of an issuer.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// Ed25519, in its multibase form.
    Ed25519(&'a str),
    /// RSA.
    Rsa {
        /// By which it is named (RFC 7638).
        thumbprint: &'a str,
        /// Base64url.
        modulus: &'a str,
    },
}

impl<'a> Key<'a> {
    /// The DID URL of the key: the fragment is the key itself, or its thumbprint.
    #[must_use]
    pub fn method(self, did: &str) -> String {
        match self {
            Self::Ed25519(key) => verification_method(did, key),
            Self::Rsa { thumbprint, .. } => verification_method(did, thumbprint),
        }
    }

    /// The verification method that the key is under a DID (CID 1.0 §2.2).
    #[must_use]
    pub fn described(self, did: &str) -> Value {
        let (kind, member, key) = match self {
            Self::Ed25519(key) => ("Multikey", "publicKeyMultibase", json!(key)),
            Self::Rsa { modulus, .. } => ("JsonWebKey", "publicKeyJwk", rsa_key::jwk(modulus)),
        };
        json!({ "id": self.method(did), "type": kind, "controller": did, member: key })
    }
}

/// The public keys that stand in an issuer's documents.
#[derive(Debug, Default)]
pub struct IssuerKeys {
    /// Its signing keys, in their multibase form.
    pub ed25519: Vec<String>,
    /// Its RSA keys: thumbprint and modulus.
    pub rsa: Vec<(String, String)>,
}

impl IssuerKeys {
    fn iter(&self) -> impl Iterator<Item = Key<'_>> {
        self.ed25519
            .iter()
            .map(|key| Key::Ed25519(key))
            .chain(self.rsa.iter().map(|(thumbprint, modulus)| Key::Rsa { thumbprint, modulus }))
    }
}

/// The DID under which an organization's key signs.
///
/// `did:web:HOST:issuers:SLUG` where others can resolve the host, so that keys can be rotated under one name; else, or where
/// the organization chose so, the key's own `did:key`, which resolves anywhere.
#[must_use]
pub fn of_issuer(method: DidMethod, origin: &Origin, slug: &str, key: PublicKey) -> String {
    of_host(method, origin, slug).unwrap_or_else(|| key.to_did_key())
}

/// The `did:web` of an organization, which is known before it has a key; `None` on a local host, and for another method.
#[must_use]
pub fn of_host(method: DidMethod, origin: &Origin, slug: &str) -> Option<String> {
    // did:web §3.1: the colon of a port is percent-encoded.
    let is_web = origin.is_public() && method == DidMethod::Web;
    is_web.then(|| format!("did:web:{}:issuers:{slug}", origin.authority().replace(':', "%3A")))
}

/// Where the document of a `did:web` stands (did:web §3.2); `None` for other methods.
#[must_use]
pub fn document_url(did: &str) -> Option<String> {
    let name = did.strip_prefix("did:web:")?;
    let (host, path) = name.split_once(':').unwrap_or((name, ".well-known"));
    Some(format!("https://{}/{}/did.json", host.replace("%3A", ":"), path.replace(':', "/")))
}

/// The DID URL of a key: the fragment is the key itself, in both methods.
#[must_use]
pub fn verification_method(did: &str, public_key_multibase: &str) -> String {
    format!("{did}#{public_key_multibase}")
}

/// The document of another `did:web` of a deployment that stands for an issuer: `did:web:HOST` without a path, else
/// `did:web:HOST:PATH`. It has the issuer's keys, and says whose they are. On a local host there is but the issuer's own.
#[must_use]
pub fn alias_document(origin: &Origin, path: Option<&str>, did: &str, keys: &IssuerKeys) -> Value {
    if !origin.is_public() {
        return document(did, keys);
    }
    let host = origin.authority().replace(':', "%3A");
    let alias = path.map_or_else(|| format!("did:web:{host}"), |path| format!("did:web:{host}:{path}"));
    let mut document = document(&alias, keys);
    if let Some(members) = document.as_object_mut() {
        members.insert("alsoKnownAs".into(), json!([did]));
    }
    document
}

/// The keys of a DID as a JSON Web Key Set (RFC 7517, RFC 8037), each under the DID URL that proofs name it by. A key that
/// can not be read is left out.
#[must_use]
pub fn jwks(did: &str, keys: &IssuerKeys) -> Value {
    let keys = keys.iter().filter_map(|key| {
        let mut jwk = match key {
            Key::Ed25519(text) => {
                let x = URL_SAFE_NO_PAD.encode(PublicKey::from_multibase(text)?.as_bytes());
                json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "alg": "EdDSA" })
            }
            Key::Rsa { modulus, .. } => rsa_key::jwk(modulus),
        };
        if let Some(members) = jwk.as_object_mut() {
            members.insert("kid".into(), key.method(did).into());
            members.insert("use".into(), "sig".into());
        }
        Some(jwk)
    });
    json!({ "keys": keys.collect::<Vec<Value>>() })
}

/// The DID document (DID 1.0 §5) that lists these keys for assertions.
#[must_use]
pub fn document(did: &str, keys: &IssuerKeys) -> Value {
    let methods: Vec<Value> = keys.iter().map(|key| key.described(did)).collect();
    let ids: Vec<&Value> = methods.iter().filter_map(|method| method.get("id")).collect();
    let mut contexts = vec!["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"];
    if !keys.rsa.is_empty() {
        contexts.push("https://w3id.org/security/jwk/v1");
    }
    json!({
        "@context": contexts,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": ids,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ed25519: &[&str]) -> IssuerKeys {
        IssuerKeys { ed25519: ed25519.iter().map(|&key| key.into()).collect(), rsa: Vec::new() }
    }

    fn did(origin: &str) -> String {
        of_issuer(DidMethod::Web, &Origin::parse(origin).unwrap(), "demo", PublicKey::from_bytes([7; 32]))
    }

    #[test]
    fn a_public_host_gives_did_web_and_a_local_one_did_key() {
        assert_eq!(did("https://badges.example"), "did:web:badges.example:issuers:demo");
        assert_eq!(did("https://badges.example:8443"), "did:web:badges.example%3A8443:issuers:demo");
        assert!(did("http://localhost:8787").starts_with("did:key:z6Mk"));
        assert!(did("https://127.0.0.1").starts_with("did:key:z6Mk"));
        let origin = Origin::parse("https://badges.example").unwrap();
        let chosen = of_issuer(DidMethod::Key, &origin, "demo", PublicKey::from_bytes([7; 32]));
        assert!(chosen.starts_with("did:key:z6Mk") && of_host(DidMethod::Key, &origin, "demo").is_none());
    }

    #[test]
    fn the_document_of_an_issuer_stands_where_this_worker_serves_it() {
        for (origin, url) in [
            ("https://badges.example", Some("https://badges.example/issuers/demo/did.json")),
            ("https://badges.example:8443", Some("https://badges.example:8443/issuers/demo/did.json")),
            ("http://localhost:8787", None),
        ] {
            assert_eq!(document_url(&did(origin)).as_deref(), url);
        }
    }

    #[test]
    fn an_alias_resolves_by_its_own_name_and_says_whose_the_keys_are() {
        let origin = Origin::parse("https://badges.example:8443").unwrap();
        let own = "did:web:badges.example%3A8443:issuers:demo";
        let keys = keys(&["z6MkA"]);
        for (path, id) in
            [(None, "did:web:badges.example%3A8443"), (Some("demo"), "did:web:badges.example%3A8443:demo")]
        {
            let document = alias_document(&origin, path, own, &keys);
            assert_eq!((&document["id"], &document["alsoKnownAs"]), (&json!(id), &json!([own])));
            assert_eq!(document["assertionMethod"], json!([format!("{id}#z6MkA")]));
            assert_eq!(document["verificationMethod"][0]["controller"], id);
        }
        let local = Origin::parse("http://localhost:8787").unwrap();
        let document = alias_document(&local, None, "did:key:z6MkA", &keys);
        assert_eq!((&document["id"], document.get("alsoKnownAs")), (&json!("did:key:z6MkA"), None));
    }

    #[test]
    fn a_key_set_has_the_keys_of_the_did_as_jwk() {
        // RFC 8037 appendix A.2.
        let bytes = *b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
        let key = PublicKey::from_bytes(bytes).to_multibase();
        let set = jwks("did:web:badges.example", &keys(&[key.as_str(), "z6Mkbroken"]));
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let kid = format!("did:web:badges.example#{key}");
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA" });
        assert_eq!(set, json!({ "keys": [jwk] }));
    }

    #[test]
    fn every_key_is_listed_for_assertions() {
        let document = document("did:web:badges.example:issuers:demo", &keys(&["z6MkA", "z6MkB"]));
        let id = "did:web:badges.example:issuers:demo#z6MkB";
        assert_eq!(document["verificationMethod"][1]["id"], id);
        assert_eq!(document["verificationMethod"][1]["publicKeyMultibase"], "z6MkB");
        assert_eq!(document["assertionMethod"][1], id);
    }

    #[test]
    fn an_rsa_key_is_listed_by_its_thumbprint() {
        let did = "did:web:badges.example";
        let rsa = vec![("T".into(), "AQAB".into())];
        let keys = IssuerKeys { ed25519: vec!["z6MkA".into()], rsa };
        let document = document(did, &keys);
        let jwk = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RS256" });
        let method = json!({ "id": format!("{did}#T"), "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk });
        assert_eq!(document["verificationMethod"][1], method);
        assert_eq!(document["assertionMethod"], json!([format!("{did}#z6MkA"), format!("{did}#T")]));
        assert_eq!(document["@context"][2], "https://w3id.org/security/jwk/v1");
        assert_eq!(jwks(did, &keys)["keys"][0]["kid"], format!("{did}#T"));
    }
}
