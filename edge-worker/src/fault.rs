//! Which rule of the database a write broke.
//!
//! D1 reports a broken rule as text and as nothing else; this is the one place that reads it. The names are those of
//! `migrations/`.

/// A rule that two concurrent requests can break between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// There is one bootstrap owner.
    OneBootstrapOwner,
    /// A user has one address.
    UserEmail,
    /// A slug names one organization.
    OrganizationSlug,
    /// An organization has one active signing key.
    OneActiveSigningKey,
    /// A slug names one badge of an organization.
    BadgeSlug,
    /// An address has one open invitation into an organization.
    InvitationOpen,
    /// A version of a badge is written once.
    BadgeVersion,
    /// An id names one credential.
    CredentialId,
    /// A code names one credential.
    CredentialCode,
    /// The credentials of one badge for one recipient are a list.
    CredentialChain,
    /// A month's quota is not exceeded.
    Quota,
    /// An idempotency key has one answer.
    IdempotencyKey,
    /// A block of status entries is given out to its half.
    StatusBlockFull,
    /// The blocks of an organization are numbered.
    StatusBlockNumber,
    /// An entry belongs to one credential.
    StatusEntry,
    /// A credential of the VC-API has one entry.
    StatusOfCredential,
    /// A status list is replaced in the version that it was made from.
    StatusListUnchanged,
    /// A credential is moved from where it stood when that was decided.
    CredentialUnchanged,
    /// Only the active signing key signs.
    SigningKeyActive,
    /// A signing key with which a published status list is signed is not revoked.
    SigningKeyNotInUse,
    /// An organization has one active RSA key, and each is brought once.
    RsaKey,
    /// An organization has a domain once.
    OrganizationDomain,
    /// A key is made for the DID method that the organization has chosen.
    DidMethodUnchanged,
}

/// The texts by which SQLite names a broken rule: the columns of an index, or a constraint's name.
const TEXTS: &[(&str, Rule)] = &[
    ("UNIQUE constraint failed: user.is_bootstrap_owner", Rule::OneBootstrapOwner),
    ("UNIQUE constraint failed: user.email", Rule::UserEmail),
    ("UNIQUE constraint failed: organization.slug", Rule::OrganizationSlug),
    ("UNIQUE constraint failed: signing_key.organization_id", Rule::OneActiveSigningKey),
    ("UNIQUE constraint failed: invitation.organization_id, invitation.email", Rule::InvitationOpen),
    ("UNIQUE constraint failed: badge.organization_id, badge.slug", Rule::BadgeSlug),
    ("UNIQUE constraint failed: badge_version.badge_id, badge_version.number", Rule::BadgeVersion),
    ("UNIQUE constraint failed: credential.id", Rule::CredentialId),
    ("UNIQUE constraint failed: credential.code", Rule::CredentialCode),
    ("UNIQUE constraint failed: credential.badge_id, credential.recipient_id", Rule::CredentialChain),
    ("UNIQUE constraint failed: credential.supersedes_id", Rule::CredentialChain),
    ("CHECK constraint failed: quota_not_exceeded", Rule::Quota),
    ("UNIQUE constraint failed: idempotency.organization_id, idempotency.key", Rule::IdempotencyKey),
    ("CHECK constraint failed: status_block_not_full", Rule::StatusBlockFull),
    ("UNIQUE constraint failed: status_block.organization_id, status_block.number", Rule::StatusBlockNumber),
    ("UNIQUE constraint failed: credential.status_block_id, credential.status_index", Rule::StatusEntry),
    ("UNIQUE constraint failed: vc_status_entry.status_block_id, vc_status_entry.status_index", Rule::StatusEntry),
    ("UNIQUE constraint failed: vc_status_entry.organization_id", Rule::StatusOfCredential),
    ("CHECK constraint failed: status_list_unchanged", Rule::StatusListUnchanged),
    ("CHECK constraint failed: credential_unchanged", Rule::CredentialUnchanged),
    ("NOT NULL constraint failed: credential.signing_key_id", Rule::SigningKeyActive),
    ("NOT NULL constraint failed: status_list.signing_key_id", Rule::SigningKeyActive),
    ("CHECK constraint failed: signing_key_not_in_use", Rule::SigningKeyNotInUse),
    (
        "UNIQUE constraint failed: organization_domain.organization_id, organization_domain.domain",
        Rule::OrganizationDomain,
    ),
    ("NOT NULL constraint failed: signing_key.organization_id", Rule::DidMethodUnchanged),
    ("NOT NULL constraint failed: rsa_key.organization_id", Rule::DidMethodUnchanged),
    ("UNIQUE constraint failed: rsa_key.", Rule::RsaKey),
];

impl Rule {
    /// Whether a request that reads again and decides anew may succeed: another one was quicker, and nothing more.
    #[must_use]
    pub const fn is_lost_race(self) -> bool {
        match self {
            Self::CredentialCode
            | Self::StatusBlockFull
            | Self::StatusBlockNumber
            | Self::StatusEntry
            | Self::StatusListUnchanged
            | Self::CredentialUnchanged
            | Self::SigningKeyActive
            | Self::SigningKeyNotInUse => true,
            Self::OneBootstrapOwner
            | Self::UserEmail
            | Self::OrganizationSlug
            | Self::OneActiveSigningKey
            | Self::InvitationOpen
            | Self::BadgeSlug
            | Self::BadgeVersion
            | Self::CredentialId
            | Self::CredentialChain
            | Self::Quota
            | Self::IdempotencyKey
            | Self::RsaKey
            | Self::OrganizationDomain
            | Self::StatusOfCredential
            | Self::DidMethodUnchanged => false,
        }
    }

    /// The rule that D1's text names; `None` for every other failure.
    #[must_use]
    pub fn broken(text: &str) -> Option<Self> {
        TEXTS.iter().find(|(part, _)| text.contains(part)).map(|(_, rule)| *rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_from_other_failures() {
        let text = "D1_ERROR: UNIQUE constraint failed: credential.supersedes_id: SQLITE_CONSTRAINT";
        assert_eq!(Rule::broken(text), Some(Rule::CredentialChain));
        for text in ["", "D1_ERROR: no such table: credential", "FOREIGN KEY constraint failed"] {
            assert_eq!(Rule::broken(text), None, "{text}");
        }
    }

    #[test]
    fn every_text_names_its_own_rule() {
        for (text, rule) in TEXTS {
            assert_eq!(Rule::broken(text), Some(*rule));
        }
    }
}
