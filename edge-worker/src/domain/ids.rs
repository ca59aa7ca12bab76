//! One type an id, so that no two can be swapped.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A version 4 UUID out of random bytes.
            #[must_use]
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Reads the hyphenated form, the only one on the wire.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                (text.len() == HYPHENATED_LENGTH).then(|| Uuid::try_parse(text).ok().map(Self)).flatten()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )+};
}

const HYPHENATED_LENGTH: usize = 36;

impl From<QueueJobId> for CredentialId {
    /// The credential that a job makes.
    fn from(id: QueueJobId) -> Self {
        Self(id.0)
    }
}

ids! {
    /// A person who signs in.
    UserId,
    /// An organization.
    OrganizationId,
    /// An API key.
    ApiKeyId,
    /// A signing key.
    SigningKeyId,
    /// A domain of an organization.
    DomainId,
    /// A badge, in all its versions.
    BadgeId,
    /// A recipient of one organization.
    RecipientId,
    /// A credential.
    CredentialId,
    /// Something that happened to a credential.
    EventId,
    /// A block of entries in status lists.
    StatusBlockId,
    /// A status list.
    StatusListId,
    /// A session of a person.
    SessionId,
    /// An invitation into an organization.
    InvitationId,
    /// A mail.
    MailId,
    /// A webhook.
    WebhookId,
    /// One event for one webhook.
    DeliveryId,
    /// An upload of many requests.
    JobId,
    /// An offer of a credential to a wallet.
    WalletOfferId,
    /// A request that the queue does; the id of what it makes.
    QueueJobId,
    /// A program that registered itself.
    ClientId,
    /// What a person allowed a program.
    GrantId,
    /// A badge that a person brought from elsewhere.
    ImportId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let text = "550e8400-e29b-41d4-a716-446655440000";
        assert_eq!(CredentialId::parse(text).map(|id| id.to_string()).as_deref(), Some(text));
        for text in [
            "",
            "550e8400e29b41d4a716446655440000",
            "{550e8400-e29b-41d4-a716-446655440000}",
            "550e8400-e29b-41d4-a716-44665544000g",
            "urn:uuid:550e8400-e29b-41d4-a716-446655440000",
        ] {
            assert_eq!(CredentialId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn random_ids_are_version_4() {
        assert_eq!(BadgeId::from_random([0; 16]).to_string(), "00000000-0000-4000-8000-000000000000");
    }
}
