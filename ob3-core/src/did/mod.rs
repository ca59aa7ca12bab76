//! Decentralized Identifiers: from the verification method that a proof names to a key, and to whose key it is.

mod jwk;
pub(crate) mod web;

use crate::key::{PublicKey, VerificationKey};
use crate::time::DateTime;
use ob3_rdf::json::{self, Object, Value};

/// The URL of a verification method: that of its controller's document, and a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MethodUrl {
    /// A DID or an https URL.
    pub(crate) controller: String,
    /// Without `#`; empty where the URL has none.
    fragment: String,
}

/// Where the document of a controller comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The DID is the key (did:key, did:jwk).
    Own(VerificationKey),
    /// The document stands at this URL (did:web, and controllers that are https URLs).
    Url(String),
    /// The method is not resolved, or names a place that may not be asked.
    Unsupported,
}

/// What a controller document says of a verification method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// A key that is listed for the purpose.
    Authorized(VerificationKey),
    /// A key that is not listed for the purpose, or no longer.
    NotAuthorized(VerificationKey),
    /// A key that stands at the URL by itself (a JWK or a JWK set): whose it is, only the URL tells.
    Published(VerificationKey),
    /// The document has no such method, or its key can not be read.
    NotFound,
}

/// The document can not be read, or is about somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DocumentInvalid;

impl MethodUrl {
    /// Reads a DID URL or an https URL.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (controller, fragment) = text.split_once('#').unwrap_or((text, ""));
        let is_did = controller.starts_with("did:") && !controller.contains(['?', '/']);
        let known = is_did || controller.starts_with("https://");
        known.then(|| Self { controller: controller.to_owned(), fragment: fragment.to_owned() })
    }

    pub(crate) fn source(&self) -> Source {
        if self.controller.starts_with("https://") {
            return if web::is_public_url(&self.controller) {
                Source::Url(self.controller.clone())
            } else {
                Source::Unsupported
            };
        }
        let own = |key: Option<VerificationKey>| key.map_or(Source::Unsupported, Source::Own);
        match self.controller.strip_prefix("did:").and_then(|rest| rest.split_once(':')) {
            // did:key §3.1: the only method has the key itself as its fragment; issuers write the bare DID as well.
            Some(("key", id)) if self.fragment == id || self.fragment.is_empty() => {
                own(VerificationKey::from_multibase(id))
            }
            // did:jwk: the only method is `#0`.
            Some(("jwk", id)) if self.fragment == "0" => own(jwk::parse(id)),
            Some(("web", id)) if !self.fragment.is_empty() => {
                web::document_url(id).map_or(Source::Unsupported, Source::Url)
            }
            _ => Source::Unsupported,
        }
    }

    /// Looks the method up in the document of its controller. `purpose` is the relation in which it must be listed.
    pub(crate) fn find(&self, document: &[u8], purpose: &str, now: DateTime) -> Result<Method, DocumentInvalid> {
        let text = std::str::from_utf8(document).map_err(|_| DocumentInvalid)?;
        let Ok(Value::Object(document)) = json::parse(text) else { return Err(DocumentInvalid) };
        // did:web §3.2 and CID 1.0 §3.3, the rule that keeps one host from speaking for another: the document names its
        // own controller.
        if document.get("id").and_then(Value::as_str) == Some(&self.controller) {
            return Ok(self.find_in(&document, purpose, now));
        }
        if !self.controller.starts_with("https://") {
            return Err(DocumentInvalid);
        }
        self.find_published(&document).ok_or(DocumentInvalid)
    }

    /// OB 3.0 §8.2.4.1: a `kid` may be the URL of a JWK; issuers publish JWK sets as well.
    fn find_published(&self, document: &Object<'_>) -> Option<Method> {
        let published = |jwk: &Value<'_>| VerificationKey::from_jwk(jwk).map_or(Method::NotFound, Method::Published);
        if let Some(keys) = document.get("keys") {
            let named = |key: &&Value<'_>| {
                let kid = key.get("kid").and_then(Value::as_str).unwrap_or_default();
                !kid.is_empty() && (kid == self.fragment || self.is_named(kid))
            };
            return Some(keys.as_set().iter().find(named).map_or(Method::NotFound, published));
        }
        let own_name = document.get("kid").and_then(Value::as_str);
        let is_it = self.fragment.is_empty() || own_name.is_some_and(|kid| kid == self.fragment || self.is_named(kid));
        let is_jwk = document.contains("kty");
        let jwk = Value::Object(document.clone());
        is_jwk.then(|| if is_it { published(&jwk) } else { Method::NotFound })
    }

    fn find_in(&self, document: &Object<'_>, purpose: &str, now: DateTime) -> Method {
        let listed = |relation: &str| document.get(relation).map(Value::as_set).unwrap_or_default();
        let related = listed(purpose).iter().find(|entry| match entry {
            Value::String(reference) => self.is_named(reference),
            embedded => self.is_id_of(embedded),
        });
        let embedded = related.filter(|entry| matches!(entry, Value::Object(_)));
        let method = embedded.or_else(|| listed("verificationMethod").iter().find(|entry| self.is_id_of(entry)));
        let Some(method) = method.and_then(Value::as_object) else { return Method::NotFound };
        let Some(key) = self.key(method) else { return Method::NotFound };
        let ended = ["revoked", "expires"].iter().any(|name| has_passed(method.get(name), now));
        if related.is_some() && !ended { Method::Authorized(key) } else { Method::NotAuthorized(key) }
    }

    fn is_id_of(&self, method: &Value<'_>) -> bool {
        method.get("id").and_then(Value::as_str).is_some_and(|id| self.is_named(id))
    }

    /// A reference may be relative: `#key-1`.
    fn is_named(&self, reference: &str) -> bool {
        match reference.split_once('#') {
            Some((base, fragment)) => (base.is_empty() || base == self.controller) && fragment == self.fragment,
            None => false,
        }
    }

    /// The method's key, where the method is the controller's own and its type says what the key is.
    fn key(&self, method: &Object<'_>) -> Option<VerificationKey> {
        let text = |name: &str| method.get(name).and_then(Value::as_str);
        if text("controller") != Some(&self.controller) {
            return None;
        }
        match text("type")? {
            "Multikey" => VerificationKey::from_multibase(text("publicKeyMultibase")?),
            "Ed25519VerificationKey2020" => {
                PublicKey::from_multibase(text("publicKeyMultibase")?).map(VerificationKey::Ed25519)
            }
            "JsonWebKey" | "JsonWebKey2020" => VerificationKey::from_jwk(method.get("publicKeyJwk")?),
            _ => None,
        }
    }
}

/// A time that lies behind us; one that can not be read counts as passed.
fn has_passed(value: Option<&Value<'_>>, now: DateTime) -> bool {
    value.is_some_and(|value| value.as_str().and_then(DateTime::parse).is_none_or(|time| time <= now))
}

/// Where the document of a `did:web` stands (did:web §3.2), which is a public host and nothing else; `None` for whatever may
/// not be asked.
#[cfg(feature = "any-credential")]
#[must_use]
pub fn did_web_url(did: &str) -> Option<String> {
    web::document_url(did.strip_prefix("did:web:")?)
}

/// The key that a verification method of `did:key` or `did:jwk` is, as a public JWK, JSON text; a point of a curve may stand in
/// the member `compressed` instead of `x` and `y`.
#[cfg(feature = "any-credential")]
#[must_use]
pub fn own_key_jwk(method: &str) -> Option<String> {
    match MethodUrl::parse(method)?.source() {
        Source::Own(key) => Some(key.to_jwk()),
        Source::Url(_) | Source::Unsupported => None,
    }
}

/// Whether a Multikey value is a public key that signatures are checked with: Ed25519, P-256 or P-384.
#[cfg(feature = "any-credential")]
#[must_use]
pub fn is_multikey(text: &str) -> bool {
    VerificationKey::from_multibase(text).is_some()
}

/// The document of an issuer, by its identifier: a DID or an https URL.
pub(crate) fn issuer_source(issuer: &str) -> Source {
    let (fragment, controller) = match issuer.strip_prefix("did:jwk:") {
        Some(_) => ("0", issuer),
        None if issuer.starts_with("did:key:") => ("", issuer),
        None => ("any", issuer),
    };
    MethodUrl { controller: controller.to_owned(), fragment: fragment.to_owned() }.source()
}

/// Whether the document of an issuer, or of a holder, lists a key for a purpose under any name.
pub(crate) fn lists_key(issuer: &str, document: &[u8], key: &VerificationKey, purpose: &str, now: DateTime) -> bool {
    /// Each costs a search; honest documents give a key one name, and list the method once by itself and once in a relation.
    const MAX_NAMES_OF_A_KEY: usize = 8;
    let Some(Value::Object(object)) = std::str::from_utf8(document).ok().and_then(|text| json::parse(text).ok()) else {
        return false;
    };
    if object.get("id").and_then(Value::as_str) != Some(issuer) {
        return false;
    }
    // From the key to its names and not the other way: a document may have thousands of names.
    let methods = [purpose, "verificationMethod"].into_iter().filter_map(|relation| object.get(relation));
    let named = methods.flat_map(Value::as_set).filter_map(Value::as_object).filter_map(|method| {
        let id = method.get("id").and_then(Value::as_str).unwrap_or_default();
        let fragment = id.split_once('#').map_or("", |(_, fragment)| fragment);
        let url = MethodUrl { controller: issuer.to_owned(), fragment: fragment.to_owned() };
        (url.key(method).as_ref() == Some(key)).then_some(url)
    });
    let mut named = named.take(MAX_NAMES_OF_A_KEY);
    named.any(|url| matches!(url.find_in(&object, purpose, now), Method::Authorized(listed) if listed == *key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DID: &str = "did:web:example.org:issuers:one";
    const KEY: &str = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi";

    fn find(document: &str) -> Result<Method, DocumentInvalid> {
        let method = MethodUrl::parse(&format!("{DID}#key-1")).unwrap();
        method.find(
            document.replace("DID", DID).replace("KEY", KEY).as_bytes(),
            "assertionMethod",
            DateTime::from_unix_millis(0),
        )
    }

    fn key() -> VerificationKey {
        VerificationKey::from_multibase(KEY).unwrap()
    }

    #[test]
    fn a_method_is_authorized_embedded_or_by_reference() {
        for document in [
            r##"{"id":"DID","verificationMethod":[{"id":"DID#key-1","type":"Multikey","controller":"DID","publicKeyMultibase":"KEY"}],"assertionMethod":["DID#key-1"]}"##,
            r##"{"id":"DID","verificationMethod":[{"id":"#key-1","type":"Multikey","controller":"DID","publicKeyMultibase":"KEY"}],"assertionMethod":"#key-1"}"##,
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-1","type":"Ed25519VerificationKey2020","controller":"DID","publicKeyMultibase":"KEY"}]}"##,
        ] {
            assert_eq!(find(document), Ok(Method::Authorized(key())), "{document}");
        }
    }

    #[test]
    fn a_method_that_is_not_for_assertions_or_has_ended_is_not_authorized() {
        for document in [
            r##"{"id":"DID","verificationMethod":[{"id":"DID#key-1","type":"Multikey","controller":"DID","publicKeyMultibase":"KEY"}],"authentication":["DID#key-1"]}"##,
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-1","type":"Multikey","controller":"DID","publicKeyMultibase":"KEY","revoked":"1969-01-01T00:00:00Z"}]}"##,
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-1","type":"Multikey","controller":"DID","publicKeyMultibase":"KEY","expires":"soon"}]}"##,
        ] {
            assert_eq!(find(document), Ok(Method::NotAuthorized(key())), "{document}");
        }
    }

    #[test]
    fn a_key_of_somebody_else_or_of_another_kind_is_not_found() {
        for document in [
            r##"{"id":"DID","assertionMethod":["DID#key-1"]}"##,
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-2","type":"Multikey","controller":"DID","publicKeyMultibase":"KEY"}]}"##,
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-1","type":"Multikey","controller":"did:web:evil.example","publicKeyMultibase":"KEY"}]}"##,
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-1","type":"JsonWebKey","controller":"DID","publicKeyMultibase":"KEY"}]}"##,
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-1","type":"Ed25519VerificationKey2020","controller":"DID","publicKeyMultibase":"zDnaekGZTbQBerwcehBSXLqAg6s55hVEBms1zFy89VHXtJSa9"}]}"##,
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-1","type":"Multikey","controller":"DID","publicKeyMultibase":"z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"}]}"##,
        ] {
            assert_eq!(find(document), Ok(Method::NotFound), "{document}");
        }
    }

    #[test]
    fn a_document_about_somebody_else_is_invalid() {
        for document in ["", "[]", "<html>", r#"{"id":"did:web:example.org"}"#, r#"{"id":"DID","id":"DID"}"#, "{}"] {
            assert_eq!(find(document), Err(DocumentInvalid), "{document}");
        }
    }
}
