//! Decentralized Identifiers: from the verification method that a proof names to a key, and to whose key it is.

mod key;
mod web;

use crate::json::{self, Object, Value};
use crate::key::PublicKey;
use crate::time::DateTime;

/// A DID URL of a verification method: a DID and a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MethodUrl {
    pub(crate) did: String,
    /// Without `#`.
    fragment: String,
}

/// Where the document of a DID comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The DID is the key (did:key).
    Own(PublicKey),
    /// The document stands at this URL (did:web).
    Url(String),
    /// The method is not resolved, or names a place that may not be asked.
    Unsupported,
}

/// What a DID document says of a verification method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// An Ed25519 key that is listed for assertions.
    Authorized(PublicKey),
    /// An Ed25519 key that is not listed for assertions, or no longer.
    NotAuthorized(PublicKey),
    /// The document has no such method, or its key is of another kind.
    NotFound,
}

/// The document can not be read, or is about somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DocumentInvalid;

impl MethodUrl {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (did, fragment) = text.split_once('#')?;
        let is_did = did.starts_with("did:") && !did.contains(['?', '/']) && !fragment.is_empty();
        is_did.then(|| Self { did: did.to_owned(), fragment: fragment.to_owned() })
    }

    pub(crate) fn source(&self) -> Source {
        match self.did.strip_prefix("did:").and_then(|rest| rest.split_once(':')) {
            // did:key §3.1: the only method of the document has the key itself as its fragment.
            Some(("key", id)) if id == self.fragment => key::parse(id).map_or(Source::Unsupported, Source::Own),
            Some(("web", id)) => web::document_url(id).map_or(Source::Unsupported, Source::Url),
            _ => Source::Unsupported,
        }
    }

    /// Looks the method up in the document of its DID.
    pub(crate) fn find(&self, document: &[u8], now: DateTime) -> Result<Method, DocumentInvalid> {
        let text = std::str::from_utf8(document).map_err(|_| DocumentInvalid)?;
        let Ok(Value::Object(document)) = json::parse(text) else { return Err(DocumentInvalid) };
        // did:web §3.2, and the rule that keeps one host from speaking for another: the document names its own DID.
        if document.get("id").and_then(Value::as_str) != Some(&self.did) {
            return Err(DocumentInvalid);
        }
        Ok(self.find_in(&document, now))
    }

    fn find_in(&self, document: &Object<'_>, now: DateTime) -> Method {
        let listed = |relation: &str| document.get(relation).map(Value::as_set).unwrap_or_default();
        let assertion = listed("assertionMethod").iter().find(|entry| match entry {
            Value::String(reference) => self.is_named(reference),
            embedded => self.is_id_of(embedded),
        });
        let embedded = assertion.filter(|entry| matches!(entry, Value::Object(_)));
        let method = embedded.or_else(|| listed("verificationMethod").iter().find(|entry| self.is_id_of(entry)));
        let Some(method) = method.and_then(Value::as_object) else { return Method::NotFound };
        let Some(key) = self.key(method) else { return Method::NotFound };
        let ended = ["revoked", "expires"].iter().any(|name| has_passed(method.get(name), now));
        if assertion.is_some() && !ended { Method::Authorized(key) } else { Method::NotAuthorized(key) }
    }

    fn is_id_of(&self, method: &Value<'_>) -> bool {
        method.get("id").and_then(Value::as_str).is_some_and(|id| self.is_named(id))
    }

    /// A reference may be relative: `#key-1`.
    fn is_named(&self, reference: &str) -> bool {
        match reference.split_once('#') {
            Some((did, fragment)) => (did.is_empty() || did == self.did) && fragment == self.fragment,
            None => false,
        }
    }

    /// The method's key, where the method is the DID's own and its type says what `publicKeyMultibase` holds.
    fn key(&self, method: &Object<'_>) -> Option<PublicKey> {
        let text = |name: &str| method.get(name).and_then(Value::as_str);
        let of_own = text("controller") == Some(&self.did);
        let known_type = matches!(text("type"), Some("Multikey" | "Ed25519VerificationKey2020"));
        if of_own && known_type { PublicKey::from_multibase(text("publicKeyMultibase")?) } else { None }
    }
}

/// A time that lies behind us; one that can not be read counts as passed.
fn has_passed(value: Option<&Value<'_>>, now: DateTime) -> bool {
    value.is_some_and(|value| value.as_str().and_then(DateTime::parse).is_none_or(|time| time <= now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DID: &str = "did:web:example.org:issuers:one";
    const KEY: &str = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi";

    fn find(document: &str) -> Result<Method, DocumentInvalid> {
        let method = MethodUrl::parse(&format!("{DID}#key-1")).unwrap();
        method.find(document.replace("DID", DID).replace("KEY", KEY).as_bytes(), DateTime::from_unix_millis(0))
    }

    fn key() -> PublicKey {
        PublicKey::from_multibase(KEY).unwrap()
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
            r##"{"id":"DID","assertionMethod":[{"id":"DID#key-1","type":"Multikey","controller":"DID","publicKeyMultibase":"zDnaekGZTbQBerwcehBSXLqAg6s55hVEBms1zFy89VHXtJSa9"}]}"##,
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
