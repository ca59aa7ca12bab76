//! What happens when a recipient gets a badge again.

use std::fmt;

use ob3_core::DateTime;

use super::credential::Lifetime;
use super::ids::CredentialId;
use super::lifecycle::State;

/// Why the old credential is revoked when a new one takes its place.
pub const RENEWAL_REASON: &str = "superseded by renewal";

/// The newest credential of a recipient for a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Which one.
    pub id: CredentialId,
    /// What its state follows from; a suspended one is held all the same.
    pub lifetime: Lifetime,
    /// When the database took it in.
    pub recorded_at: DateTime,
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

/// Why nothing is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The recipient holds a credential that is valid without end.
    AlreadyHeld,
    /// Another request has issued to the recipient since this one came in.
    Overtaken,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyHeld => {
                "the recipient holds an active credential of this badge that does not expire; revoke it first"
            }
            Self::Overtaken => "another request has issued this badge to this recipient at the same time",
        })
    }
}

impl Supersession {
    /// What a credential does to the newest one, when the request for it came in `arrived_at`.
    ///
    /// # Errors
    /// [`Refused`] when the newest is active and does not expire. And of requests that run at the same time one wins: the
    /// others do not renew what it has just issued, which they would if they had come a moment later.
    pub fn decide(newest: Option<Newest>, arrived_at: DateTime) -> Result<Self, Refused> {
        let Some(newest) = newest else { return Ok(Self::First) };
        match (newest.lifetime.state(arrived_at), newest.lifetime.valid_until) {
            (State::Revoked | State::Expired, _) => Ok(Self::Supersedes(newest.id)),
            (State::Active | State::Suspended, Some(_)) if newest.recorded_at > arrived_at => Err(Refused::Overtaken),
            (State::Active | State::Suspended, Some(_)) => Ok(Self::RevokesAndSupersedes(newest.id)),
            (State::Active | State::Suspended, None) => Err(Refused::AlreadyHeld),
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

    const OPEN: Lifetime = Lifetime::OPEN;

    fn newest(lifetime: Lifetime) -> Newest {
        Newest { id: id(), lifetime, recorded_at: NOW.plus_seconds(-60) }
    }

    fn id() -> CredentialId {
        CredentialId::from_random([1; 16])
    }

    #[test]
    fn supersession_follows_the_state_of_the_newest() {
        let (ago, soon) = (Some(NOW.plus_seconds(-9)), Some(NOW.plus_seconds(1)));
        let timed = Lifetime { valid_until: soon, ..OPEN };
        let over = Lifetime { valid_until: Some(NOW), ..OPEN };
        assert_eq!(Supersession::decide(None, NOW), Ok(Supersession::First));
        for (lifetime, result) in [
            (OPEN, Err(Refused::AlreadyHeld)),
            (Lifetime { suspended_at: ago, ..OPEN }, Err(Refused::AlreadyHeld)),
            (Lifetime { revoked_at: ago, ..OPEN }, Ok(Supersession::Supersedes(id()))),
            (Lifetime { expired_at: ago, suspended_at: ago, ..OPEN }, Ok(Supersession::Supersedes(id()))),
            (timed, Ok(Supersession::RevokesAndSupersedes(id()))),
            (Lifetime { suspended_at: ago, ..timed }, Ok(Supersession::RevokesAndSupersedes(id()))),
            (Lifetime { revoked_at: ago, ..timed }, Ok(Supersession::Supersedes(id()))),
            (Lifetime { expired_at: ago, ..timed }, Ok(Supersession::Supersedes(id()))),
            (over, Ok(Supersession::Supersedes(id()))),
            (Lifetime { revoked_at: ago, ..over }, Ok(Supersession::Supersedes(id()))),
            // Over by what was signed, and active again by its issuer's word: only one can be.
            (Lifetime { reactivated_at: Some(NOW), ..over }, Ok(Supersession::RevokesAndSupersedes(id()))),
        ] {
            assert_eq!(Supersession::decide(Some(newest(lifetime)), NOW), result, "{lifetime:?}");
        }
    }

    #[test]
    fn a_renewal_does_not_renew_what_was_issued_while_it_ran() {
        let held = newest(Lifetime { valid_until: Some(NOW.plus_seconds(3600)), ..OPEN });
        for (recorded_at, result) in [
            (NOW, Ok(Supersession::RevokesAndSupersedes(id()))),
            (DateTime::from_unix_millis(NOW.unix_millis() + 1), Err(Refused::Overtaken)),
        ] {
            assert_eq!(Supersession::decide(Some(Newest { recorded_at, ..held }), NOW), result);
        }
    }
}
