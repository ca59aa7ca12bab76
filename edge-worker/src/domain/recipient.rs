//! Recipients: how one is known here, and what a signed credential says of them.

use ob3_core::IdentityObject;

use super::{
    digest,
    email::Email,
    fields::{Fields, Invalid, Problem},
    organization::RecipientIdentifier,
    uri,
};

/// Most further identifiers of a recipient.
pub const MAX_IDENTIFIERS: usize = 10;
/// Longest identifier.
const MAX_IDENTIFIER: usize = 512;
/// What stands before the hexadecimal digits of an `IdentityHash` (OB 3.0 §5.4.3).
const SHA256: &str = "sha256$";

/// By what an organization knows a recipient; the same identity is the same recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// An e-mail address.
    Email(Email),
    /// The SHA-256 of an e-mail address in lower case, in hexadecimal. Nobody here knows the address.
    EmailSha256(String),
    /// A DID.
    Did(String),
    /// An `http(s):` URL.
    Url(String),
}

impl Recipient {
    /// Reads `recipientIdentity` and `recipientIdentityType`.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(body: &mut Fields) -> Result<Self, Invalid> {
        const KINDS: &str = "email, email_sha256, did or url";
        let kind = body.read("recipientIdentityType", KINDS, |kind| {
            ["email", "email_sha256", "did", "url"].into_iter().find(|known| *known == kind)
        })?;
        let kind = body.required("recipientIdentityType", kind)?;
        let expected = match kind {
            "email" => "an e-mail address",
            "email_sha256" => "the SHA-256 of an e-mail address in hexadecimal",
            "did" => "a DID",
            _ => "an http or https URL",
        };
        let recipient = body.read("recipientIdentity", expected, |text| Self::of(kind, text.trim()))?;
        body.required("recipientIdentity", recipient)
    }

    /// The recipient of an identity in the form in which it is stored, or as a caller writes it.
    #[must_use]
    pub fn of(kind: &str, identity: &str) -> Option<Self> {
        match kind {
            "email" => Email::parse(identity).map(Self::Email),
            "email_sha256" => {
                let hash = identity.to_ascii_lowercase();
                let hash = hash.strip_prefix(SHA256).unwrap_or(&hash);
                digest::is_sha256_hex(hash).then(|| Self::EmailSha256(hash.into()))
            }
            "did" => (identity.starts_with("did:") && uri::is_subject(identity)).then(|| Self::Did(identity.into())),
            "url" => uri::is_web_url(identity).then(|| Self::Url(identity.into())),
            _ => None,
        }
    }

    /// Of which kind the identity is: the word on the wire and in the database.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::EmailSha256(_) => "email_sha256",
            Self::Did(_) => "did",
            Self::Url(_) => "url",
        }
    }

    /// The identity.
    #[must_use]
    pub fn identity(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::EmailSha256(text) | Self::Did(text) | Self::Url(text) => text,
        }
    }

    /// Where the recipient is written to.
    #[must_use]
    pub const fn email(&self) -> Option<&Email> {
        match self {
            Self::Email(email) => Some(email),
            Self::EmailSha256(_) | Self::Did(_) | Self::Url(_) => None,
        }
    }

    /// What can be the `id` of a credential's subject as it is.
    #[must_use]
    pub fn subject_id(&self) -> Option<&str> {
        match self {
            Self::Did(text) | Self::Url(text) => Some(text),
            Self::Email(_) | Self::EmailSha256(_) => None,
        }
    }

    /// The identity as a hashed `IdentityObject`. A hash that the caller made has no salt: nobody here could salt it.
    #[must_use]
    pub fn identity_object(&self, salt: &str) -> Option<IdentityObject> {
        match self {
            Self::Email(email) => Some(IdentityObject::hashed("emailAddress", email.as_str(), salt)),
            Self::EmailSha256(hash) => Some(IdentityObject {
                identity_type: "emailAddress".into(),
                identity_hash: format!("{SHA256}{hash}"),
                hashed: true,
                salt: None,
            }),
            Self::Did(_) | Self::Url(_) => None,
        }
    }
}

/// A further identifier of a recipient, as a caller gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// A value of the standard's `IdentifierTypeEnum`, or an extension of it.
    identity_type: &'static str,
    value: String,
}

impl Identifier {
    /// Reads `recipientIdentifiers`.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read_all(body: &mut Fields) -> Result<Vec<Self>, Invalid> {
        body.objects("recipientIdentifiers", MAX_IDENTIFIERS)?.into_iter().map(Self::read).collect()
    }

    fn read(mut item: Fields) -> Result<Self, Invalid> {
        const KINDS: &str = "emailAddress, sourcedId, did, nationalIdentityNumber or studentId";
        let identity_type = item.read("identifierType", KINDS, identity_type)?;
        let identity_type = item.required("identifierType", identity_type)?;
        let value = item.line("identifier", MAX_IDENTIFIER)?;
        let value = item.required("identifier", value)?;
        let value = match identity_type {
            // In the one spelling in which addresses are compared.
            "emailAddress" => Email::parse(&value).map(|email| email.as_str().to_owned()).ok_or("an e-mail address"),
            "ext:did" => Some(value).filter(|did| did.starts_with("did:") && uri::is_subject(did)).ok_or("a DID"),
            _ => Ok(value),
        };
        let value = value.map_err(|expected| item.invalid("identifier", Problem::Not(expected)))?;
        item.finish()?;
        Ok(Self { identity_type, value })
    }

    /// What a credential says of it: its salted hash, or itself where the organization publishes identifiers. A national
    /// identity number is always hashed.
    #[must_use]
    pub fn identity_object(&self, mode: RecipientIdentifier, salt: &str) -> IdentityObject {
        match mode {
            RecipientIdentifier::Mailto if self.identity_type != "nationalIdentityNumber" => IdentityObject {
                identity_type: self.identity_type.into(),
                identity_hash: self.value.clone(),
                hashed: false,
                salt: None,
            },
            RecipientIdentifier::Hashed | RecipientIdentifier::Mailto => {
                IdentityObject::hashed(self.identity_type, &self.value, salt)
            }
        }
    }
}

/// The standard's word for a type of identifier. It has none for DIDs and students' numbers, and allows `ext:` ones (OB 3.0,
/// `IdentifierTypeEnum`).
fn identity_type(text: &str) -> Option<&'static str> {
    Some(match text {
        "emailAddress" => "emailAddress",
        "sourcedId" => "sourcedId",
        "nationalIdentityNumber" => "nationalIdentityNumber",
        "did" => "ext:did",
        "studentId" => "ext:studentId",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const HASH: &str = "b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399";

    fn recipient(kind: &str, identity: &str) -> Result<Recipient, Invalid> {
        let body = json!({ "recipientIdentity": identity, "recipientIdentityType": kind });
        Recipient::read(&mut Fields::of_body(body).unwrap())
    }

    fn identifiers(list: Value) -> Result<Vec<Identifier>, Invalid> {
        Identifier::read_all(&mut Fields::of_body(json!({ "recipientIdentifiers": list })).unwrap())
    }

    #[test]
    fn a_recipient_is_known_by_one_spelling() {
        for (kind, given, stored) in [
            ("email", "Jane@Example.com", "jane@example.com"),
            ("email_sha256", &HASH.to_uppercase(), HASH),
            ("email_sha256", &format!("sha256${HASH}"), HASH),
            ("did", "did:key:z6MkjRZv", "did:key:z6MkjRZv"),
            ("url", "https://people.example/jane", "https://people.example/jane"),
        ] {
            let recipient = recipient(kind, given).unwrap();
            assert_eq!((recipient.kind(), recipient.identity()), (kind, stored));
            assert_eq!(Recipient::of(kind, stored), Some(recipient));
        }
        for (kind, given) in [
            ("email", "jane"),
            ("email_sha256", "jane@example.com"),
            ("email_sha256", "md5$900150983cd24fb0d6963f7d28e17f72"),
            ("did", "https://people.example/jane"),
            ("did", "did:key:z#key"),
            ("url", "did:key:z6MkjRZv"),
            ("url", "urn:uuid:550e8400"),
        ] {
            assert_eq!(recipient(kind, given).unwrap_err().field, "recipientIdentity", "{kind} {given}");
        }
        assert_eq!(recipient("phone", "1").unwrap_err().field, "recipientIdentityType");
    }

    #[test]
    fn what_a_caller_has_hashed_is_published_as_it_is() {
        let object = recipient("email_sha256", HASH).unwrap().identity_object("salt").unwrap();
        assert_eq!((object.identity_hash, object.salt, object.hashed), (format!("sha256${HASH}"), None, true));
    }

    #[test]
    fn identifiers_have_the_words_of_the_standard() {
        for (given, value, word) in [
            ("emailAddress", "a@example.com", "emailAddress"),
            ("sourcedId", "x", "sourcedId"),
            ("did", "did:example:1", "ext:did"),
            ("nationalIdentityNumber", "1", "nationalIdentityNumber"),
            ("studentId", "12345678", "ext:studentId"),
        ] {
            let read = identifiers(json!([{ "identifierType": given, "identifier": value }])).unwrap();
            let hashed = read[0].identity_object(RecipientIdentifier::Hashed, "s");
            assert_eq!(hashed, IdentityObject::hashed(word, value, "s"));
            let published = read[0].identity_object(RecipientIdentifier::Mailto, "s");
            let is_clear = (published.hashed, published.identity_hash.as_str()) == (false, value);
            assert_eq!(is_clear, given != "nationalIdentityNumber", "{published:?}");
        }
    }

    #[test]
    fn faults_in_identifiers_name_their_field() {
        let eleven: Vec<Value> =
            (0..11).map(|n| json!({ "identifierType": "studentId", "identifier": n.to_string() })).collect();
        for (list, field) in [
            (json!(eleven), "recipientIdentifiers"),
            (json!("x"), "recipientIdentifiers"),
            (json!([{ "identifier": "x" }]), "recipientIdentifiers[0].identifierType"),
            (json!([{ "identifierType": "phone", "identifier": "x" }]), "recipientIdentifiers[0].identifierType"),
            (json!([{ "identifierType": "studentId" }]), "recipientIdentifiers[0].identifier"),
            (
                json!([{ "identifierType": "studentId", "identifier": "x".repeat(513) }]),
                "recipientIdentifiers[0].identifier",
            ),
            (json!([{ "identifierType": "emailAddress", "identifier": "x" }]), "recipientIdentifiers[0].identifier"),
            (json!([{ "identifierType": "did", "identifier": "x" }]), "recipientIdentifiers[0].identifier"),
            (
                json!([{ "identifierType": "studentId", "identifier": "x", "hashed": true }]),
                "recipientIdentifiers[0].hashed",
            ),
        ] {
            assert_eq!(identifiers(list.clone()).unwrap_err().field, field, "{list}");
        }
    }
}
