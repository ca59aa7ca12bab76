//! Whether a badge was awarded to a person whose identifier the caller knows (OB 3.0 §8.2 step 5, "verify identifier").

use md5::Md5;
use sha2::{Digest, Sha256};

use crate::report::{Code, Finding};
use ob3_rdf::hex;
use ob3_rdf::json::{Object, Value};

/// Compares an identifier with those of the credential's subject: its `id`, plain or as a `mailto:` or `tel:` URI, and
/// each `identifier`, plain or hashed.
pub(crate) fn check(credential: &Object<'_>, known: Option<&str>) -> Finding {
    let Some(known) = known else { return Finding::not_applicable(Code::RecipientNotAsked) };
    let subject = credential.get("credentialSubject");
    let id = subject.and_then(|subject| subject.get("id")).and_then(Value::as_str);
    let identifiers = subject.and_then(|subject| subject.get("identifier")).map(Value::as_set).unwrap_or_default();
    // Issuers hash an address as they were given it, or in lower case.
    let lower = known.to_ascii_lowercase();
    let spellings = [known, lower.as_str()];
    let is_id = |id: &str| {
        let bare = id.strip_prefix("mailto:").or_else(|| id.strip_prefix("tel:")).unwrap_or(id);
        id == known || bare == known || (bare.contains('@') && bare.eq_ignore_ascii_case(known))
    };
    if id.is_some_and(is_id) || identifiers.iter().any(|identity| matches(identity, &spellings)) {
        return Finding::valid(Code::RecipientMatches);
    }
    if id.is_none() && identifiers.is_empty() {
        return Finding::unknown(Code::RecipientNotStated);
    }
    Finding::invalid(Code::RecipientDiffers)
}

/// Whether an `IdentityObject` is of one of these spellings.
fn matches(identity: &Value<'_>, spellings: &[&str]) -> bool {
    let text = |name: &str| identity.get(name).and_then(Value::as_str);
    let Some(stated) = text("identityHash") else { return false };
    if identity.get("hashed") == Some(&Value::Bool(false)) {
        return spellings
            .iter()
            .any(|spelling| stated == *spelling || (stated.contains('@') && stated.eq_ignore_ascii_case(spelling)));
    }
    let Some((algorithm, expected)) = stated.split_once('$') else { return false };
    let salt = text("salt").unwrap_or_default();
    spellings.iter().any(|spelling| {
        let digest = match algorithm {
            "sha256" => hex::encode(&Sha256::new().chain_update(spelling).chain_update(salt).finalize()),
            "md5" => hex::encode(&Md5::new().chain_update(spelling).chain_update(salt).finalize()),
            _ => return false,
        };
        digest.eq_ignore_ascii_case(expected)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ob3_rdf::json;

    fn code(subject: &str, known: Option<&str>) -> Code {
        let text = format!(r#"{{"credentialSubject":{subject}}}"#);
        let Value::Object(credential) = json::parse(&text).unwrap() else { panic!("an object") };
        check(&credential, known).code
    }

    #[test]
    fn a_recipient_is_known_by_any_of_the_identifiers() {
        // The hash is the standard's own example; the other is md5 of the same.
        let sha256 = r#"{"identifier":[{"hashed":true,"identityHash":"sha256$B5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399","salt":"Kosher"}]}"#;
        let md5 = r#"{"identifier":{"hashed":true,"identityHash":"md5$f4ef66c1fca4ba5e3ae41c8ef4a1d5c5","salt":""}}"#;
        let plain = r#"{"identifier":[{"hashed":false,"identityHash":"12345"},{"hashed":false,"identityHash":"Jane@example.com"}]}"#;
        for (subject, known, expected) in [
            (sha256, "a@example.com", Code::RecipientMatches),
            (sha256, "A@Example.com", Code::RecipientMatches),
            (sha256, "b@example.com", Code::RecipientDiffers),
            (md5, "somebody@example.com", Code::RecipientDiffers),
            (plain, "12345", Code::RecipientMatches),
            (plain, "jane@example.com", Code::RecipientMatches),
            (plain, "1234", Code::RecipientDiffers),
            (r#"{"id":"mailto:Jane@example.com"}"#, "jane@example.com", Code::RecipientMatches),
            (r#"{"id":"did:example:jane"}"#, "did:example:jane", Code::RecipientMatches),
            (r#"{"id":"did:example:jane"}"#, "DID:example:jane", Code::RecipientDiffers),
            (
                r#"{"identifier":[{"hashed":true,"identityHash":"crc32$00000000","salt":""}]}"#,
                "x",
                Code::RecipientDiffers,
            ),
            ("{}", "x", Code::RecipientNotStated),
        ] {
            assert_eq!(code(subject, Some(known)), expected, "{subject} {known}");
        }
        assert_eq!(code(sha256, None), Code::RecipientNotAsked);
    }

    #[test]
    fn a_recipient_is_known_by_an_md5_hash() {
        // md5("abc"), RFC 1321 appendix A.5
        let subject =
            r#"{"identifier":[{"hashed":true,"identityHash":"md5$900150983cd24fb0d6963f7d28e17f72","salt":"bc"}]}"#;
        assert_eq!(code(subject, Some("a")), Code::RecipientMatches);
    }
}
