//! DID resolution (<https://www.w3.org/TR/did-resolution/>) of `did:key` and `did:web`.

use ob3_core::{did_web_url, is_multikey};
use serde_json::{Value, json};

/// Media type of a resolution result.
pub const RESULT: &str = "application/ld+json;profile=\"https://w3id.org/did-resolution\"";
/// Media types under which the document alone is asked for.
pub const DOCUMENTS: [&str; 3] = ["application/did+ld+json", "application/did+json", "application/did"];
const OTHERS: [&str; 5] =
    ["application/ld+json", "application/json", "application/did-resolution", "application/*", "*/*"];

/// How a DID is resolved.
#[derive(Debug, PartialEq, Eq)]
pub enum Method {
    /// The DID says it all.
    Document(Value),
    /// The document stands at this URL of a public host.
    Url(String),
}

/// Why a DID is not resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is no DID, or none that its method allows.
    InvalidDid,
    /// There is no document, or it is about somebody else.
    NotFound,
    /// The method is another one.
    MethodNotSupported,
    /// The key is of a kind that is not read here (did:key §3).
    UnsupportedPublicKeyType,
    /// The document is asked for in a form that there is not.
    RepresentationNotSupported,
}

impl Error {
    /// The word in `didResolutionMetadata.error`, and the status (DID Resolution, HTTP(S) binding).
    #[must_use]
    pub const fn wire(self) -> (&'static str, u16) {
        match self {
            Self::InvalidDid => ("invalidDid", 400),
            Self::NotFound => ("notFound", 404),
            Self::RepresentationNotSupported => ("representationNotSupported", 406),
            Self::MethodNotSupported => ("methodNotSupported", 501),
            Self::UnsupportedPublicKeyType => ("unsupportedPublicKeyType", 501),
        }
    }

    /// The result that has no document.
    #[must_use]
    pub fn result(self) -> Value {
        json!({
            "@context": "https://w3id.org/did-resolution/v1",
            "didDocument": null,
            "didResolutionMetadata": { "error": self.wire().0 },
            "didDocumentMetadata": {},
        })
    }
}

/// The DID in the last segment of a path: as it stands, or percent-encoded as a whole.
#[must_use]
pub fn in_path(segment: &str) -> String {
    if segment.starts_with("did:") { segment.to_owned() } else { decoded(segment).unwrap_or_default() }
}

/// How a DID is resolved.
///
/// # Errors
/// [`Error`], without asking anybody.
pub fn method(did: &str) -> Result<Method, Error> {
    let (name, id) = did.strip_prefix("did:").and_then(|rest| rest.split_once(':')).ok_or(Error::InvalidDid)?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'%');
    // DID 1.0 §3.1
    if !is_name || id.is_empty() || id.ends_with(':') || !id.bytes().all(is_id) {
        return Err(Error::InvalidDid);
    }
    match name {
        "key" if is_multikey(id) => Ok(Method::Document(key_document(did, id))),
        "key" if id.starts_with('z') && id.len() > 40 => Err(Error::UnsupportedPublicKeyType),
        "key" => Err(Error::InvalidDid),
        "web" => did_web_url(did).map(Method::Url).ok_or(Error::InvalidDid),
        _ => Err(Error::MethodNotSupported),
    }
}

/// did:key §3.1, with the key as Multikey (CID 1.0 §2.2.2).
fn key_document(did: &str, key: &str) -> Value {
    let id = format!("{did}#{key}");
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [{ "id": id, "type": "Multikey", "controller": did, "publicKeyMultibase": key }],
        "authentication": [id],
        "assertionMethod": [id],
        "capabilityInvocation": [id],
        "capabilityDelegation": [id],
    })
}

/// The document that was found for a DID, if it is its own.
///
/// # Errors
/// [`Error::NotFound`] where it is none, or about somebody else: whoever answers for a host must not speak for another.
pub fn found(did: &str, bytes: &[u8]) -> Result<Value, Error> {
    let document = super::json::parse(bytes).map_err(|_| Error::NotFound)?;
    if document.get("id").and_then(Value::as_str) == Some(did) { Ok(document) } else { Err(Error::NotFound) }
}

/// The result of a resolution.
#[must_use]
pub fn result(document: &Value) -> Value {
    json!({
        "@context": "https://w3id.org/did-resolution/v1",
        "didDocument": document,
        "didResolutionMetadata": { "contentType": DOCUMENTS[0] },
        "didDocumentMetadata": {},
    })
}

/// In which form an `Accept` header wants the answer.
///
/// # Errors
/// [`Error::RepresentationNotSupported`] where it names other forms only.
pub fn representation(accept: &str) -> Result<&'static str, Error> {
    let mut wanted =
        accept.split(',').filter_map(|range| range.split(';').next()).map(str::trim).filter(|it| !it.is_empty());
    let mut is_empty = true;
    for name in &mut wanted {
        is_empty = false;
        if OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return Ok(RESULT);
        }
        if let Some(document) = DOCUMENTS.iter().find(|document| document.eq_ignore_ascii_case(name)) {
            return Ok(document);
        }
    }
    if is_empty { Ok(RESULT) } else { Err(Error::RepresentationNotSupported) }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi";

    #[test]
    fn a_did_is_read_from_a_path_in_either_spelling() {
        for text in ["did:web:a.example%3A8443:b", "did%3Aweb%3Aa.example%253A8443%3Ab"] {
            assert_eq!(in_path(text), "did:web:a.example%3A8443:b");
        }
        assert_eq!(in_path("%"), "");
    }

    #[test]
    fn each_fault_has_its_word() {
        for (did, error) in [
            ("", Error::InvalidDid),
            ("did:", Error::InvalidDid),
            ("did:key", Error::InvalidDid),
            ("did:key:", Error::InvalidDid),
            ("did:KEY:z6Mk", Error::InvalidDid),
            ("did:key:z6Mk", Error::InvalidDid),
            ("did:key:z6Mk#key", Error::InvalidDid),
            ("did:web:localhost", Error::InvalidDid),
            ("did:web:127.0.0.1", Error::InvalidDid),
            ("did:web:a.example:..", Error::InvalidDid),
            ("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", Error::UnsupportedPublicKeyType),
            ("did:ion:abc", Error::MethodNotSupported),
        ] {
            assert_eq!(method(did), Err(error), "{did}");
        }
    }

    #[test]
    fn a_key_is_its_own_document_and_a_web_did_stands_on_its_host() {
        let did = format!("did:key:{KEY}");
        let Ok(Method::Document(document)) = method(&did) else { panic!("a document") };
        assert_eq!(document["assertionMethod"][0], format!("{did}#{KEY}"));
        assert_eq!(method("did:web:a.example:b"), Ok(Method::Url("https://a.example/b/did.json".into())));
    }

    #[test]
    fn a_document_about_somebody_else_is_not_found() {
        assert!(found("did:web:a.example", br#"{"id":"did:web:a.example"}"#).is_ok());
        for text in
            [&b"{}"[..], b"", b"[]", br#"{"id":"did:web:b.example"}"#, br#"{"id":"did:web:a.example","id":"x"}"#]
        {
            assert_eq!(found("did:web:a.example", text), Err(Error::NotFound));
        }
    }

    #[test]
    fn the_form_is_negotiated() {
        for (accept, form) in [
            ("", Ok(RESULT)),
            ("*/*", Ok(RESULT)),
            ("application/json", Ok(RESULT)),
            ("text/html, */*;q=0.1", Ok(RESULT)),
            ("application/did+json", Ok("application/did+json")),
            ("application/did+cbor", Err(Error::RepresentationNotSupported)),
        ] {
            assert_eq!(representation(accept), form, "{accept}");
        }
    }
}
