//! What happens when a recipient gets a badge again.

use ob3_core::DateTime;

use super::ids::CredentialId;

/// Why the old credential is revoked when a new one takes its place.
pub const RENEWAL_REASON: &str = "superseded by renewal";

/// The newest credential of a recipient for a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Which one.
    pub id: CredentialId,
    /// Until when it is valid.
    pub valid_until: Option<DateTime>,
    /// Whether it was revoked.
    pub is_revoked: bool,
}

/// What a new credential does to the newest one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supersession {
    /// There is none before it.
    First,
    /// It takes the place of one that was revoked or has expired.
    Supersedes(CredentialId),
    /// It takes the place of one that is still valid for a time, which is revoked by that.
    RevokesAndSupersedes(CredentialId),
}

/// The recipient holds a credential that is valid without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyHeld(pub CredentialId);

impl Supersession {
    /// What a credential that is issued `now` does to the newest one.
    ///
    /// # Errors
    /// [`AlreadyHeld`] when the newest is active and does not expire.
    pub fn decide(newest: Option<Newest>, now: DateTime) -> Result<Self, AlreadyHeld> {
        let Some(newest) = newest else { return Ok(Self::First) };
        match newest.valid_until {
            _ if newest.is_revoked => Ok(Self::Supersedes(newest.id)),
            Some(until) if until <= now => Ok(Self::Supersedes(newest.id)),
            Some(_) => Ok(Self::RevokesAndSupersedes(newest.id)),
            None => Err(AlreadyHeld(newest.id)),
        }
    }

    /// The credential whose place is taken.
    #[must_use]
    pub const fn superseded(self) -> Option<CredentialId> {
        match self {
            Self::First => None,
            Self::Supersedes(id) | Self::RevokesAndSupersedes(id) => Some(id),
        }
    }

    /// The credential that is revoked by it.
    #[must_use]
    pub const fn revoked(self) -> Option<CredentialId> {
        match self {
            Self::RevokesAndSupersedes(id) => Some(id),
            Self::First | Self::Supersedes(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime = DateTime::from_unix_millis(1_768_471_200_000);

    #[test]
    fn supersession_follows_the_state_of_the_newest() {
        let id = CredentialId::from_random([1; 16]);
        let newest = |valid_until, is_revoked| Some(Newest { id, valid_until, is_revoked });
        for (newest, result) in [
            (None, Ok(Supersession::First)),
            (newest(None, false), Err(AlreadyHeld(id))),
            (newest(None, true), Ok(Supersession::Supersedes(id))),
            (newest(Some(NOW), false), Ok(Supersession::Supersedes(id))),
            (newest(Some(NOW.plus_seconds(1)), false), Ok(Supersession::RevokesAndSupersedes(id))),
            (newest(Some(NOW.plus_seconds(1)), true), Ok(Supersession::Supersedes(id))),
            (newest(Some(NOW.plus_seconds(-1)), true), Ok(Supersession::Supersedes(id))),
        ] {
            assert_eq!(Supersession::decide(newest, NOW), result, "{newest:?}");
        }
    }
}
