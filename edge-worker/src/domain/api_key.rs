//! API keys: how they look, and what they may do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::digest;

/// What every key begins with, so that one is known when it is found where it should not be.
const MARK: &str = "acl_";
/// Characters of a key by which it is named afterwards.
const PREFIX_LENGTH: usize = 12;
const LAST_LENGTH: usize = 4;

/// A new key: the text that is shown once, and what is kept of it.
pub struct NewApiKey {
    /// The key itself.
    pub text: String,
    /// How it begins.
    pub prefix: String,
    /// How it ends.
    pub last4: String,
    /// Under which hash it is found.
    pub sha256: String,
}

impl NewApiKey {
    /// The key of 32 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        let text = format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bytes));
        let prefix = text.chars().take(PREFIX_LENGTH).collect();
        let last4 = text.chars().skip(text.len() - LAST_LENGTH).collect();
        Self { sha256: hash(&text), text, prefix, last4 }
    }
}

/// Whether text can be told from a session's token by how it begins.
#[must_use]
pub fn is_like_a_key(text: &str) -> bool {
    text.starts_with(MARK)
}

/// The hash under which a key is stored. One round is enough: a key has 256 random bits and can not be guessed.
#[must_use]
pub fn hash(text: &str) -> String {
    digest::sha256_hex(text.as_bytes())
}

macro_rules! scopes {
    ($($(#[doc = $doc:literal])+ $name:ident = $wire:literal,)+) => {
        /// What a key may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Scope {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The scope on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)+
                }
            }
        }
    };
}

scopes! {
    /// Read badges.
    BadgesRead = "badges.read",
    /// Create and change badges.
    BadgesWrite = "badges.write",
    /// Read credentials.
    CredentialsRead = "credentials.read",
    /// Issue credentials.
    CredentialsIssue = "credentials.issue",
    /// Revoke, suspend and reinstate credentials.
    CredentialsRevoke = "credentials.revoke",
    /// Issue through the queue.
    QueueIssue = "queue.issue",
    /// Revoke through the queue.
    QueueRevoke = "queue.revoke",
    /// Manage webhooks.
    WebhooksManage = "webhooks.manage",
    /// Everything.
    Everything = "*",
}

impl Scope {
    /// What a key may do for which nobody said it.
    pub const DEFAULT: [Self; 3] = [Self::BadgesRead, Self::CredentialsRead, Self::CredentialsIssue];

    /// Reads a scope.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
    }

    /// Whether a key with these scopes may do what `self` allows.
    #[must_use]
    pub fn is_granted_by(self, granted: &[Self]) -> bool {
        granted.iter().any(|scope| *scope == self || *scope == Self::Everything)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_hash_and_named_by_its_ends() {
        let key = NewApiKey::from_random([7; 32]);
        assert_eq!(key.sha256, hash(&key.text));
        assert!(key.text.starts_with(&key.prefix) && key.text.ends_with(&key.last4));
        assert_eq!((key.text.len(), key.prefix.len(), key.last4.len()), (47, 12, 4));
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
        assert_eq!(Scope::parse("credentials.*"), None);
    }

    #[test]
    fn a_scope_grants_itself_only_and_the_star_grants_all() {
        assert!(Scope::CredentialsIssue.is_granted_by(&[Scope::BadgesRead, Scope::CredentialsIssue]));
        assert!(!Scope::CredentialsIssue.is_granted_by(
            &Scope::ALL[..4].iter().copied().filter(|s| *s != Scope::CredentialsIssue).collect::<Vec<_>>()
        ));
        assert!(!Scope::CredentialsIssue.is_granted_by(&[Scope::CredentialsRead]));
        assert!(Scope::ALL.iter().all(|scope| scope.is_granted_by(&[Scope::Everything])));
        assert!(!Scope::BadgesRead.is_granted_by(&[]));
    }
}
