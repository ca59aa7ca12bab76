//! What can happen to a credential after it was issued.

use std::fmt;

use ob3_core::DateTime;
use serde::{Deserialize, Serialize};

use super::{
    credential::{Lifetime, Status},
    fields::{Fields, Invalid},
    status_list::Purpose,
    webhook::EventType,
};

/// Longest reason.
const MAX_REASON: usize = 512;

/// Where a credential stands, whether it was claimed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds.
    Active,
    /// It does not hold for now.
    Suspended,
    /// Its issuer has taken it back for good.
    Revoked,
    /// Its time is over.
    Expired,
}

impl State {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl Lifetime {
    /// Whether it is neither revoked nor suspended.
    #[must_use]
    pub const fn is_unrevoked(self) -> bool {
        self.revoked_at.is_none() && self.suspended_at.is_none()
    }

    /// Where the credential stands at a time.
    #[must_use]
    pub fn state(self, now: DateTime) -> State {
        match self.status(now) {
            Status::Pending | Status::Valid => State::Active,
            Status::Suspended => State::Suspended,
            Status::Expired => State::Expired,
            Status::Revoked => State::Revoked,
        }
    }
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Take it back for good.
    Revoke,
    /// Let it not hold for now.
    Suspend,
    /// Let it hold again.
    Reinstate,
}

impl Action {
    /// Where it leads.
    #[must_use]
    pub const fn to_state(self) -> State {
        match self {
            Self::Revoke => State::Revoked,
            Self::Suspend => State::Suspended,
            Self::Reinstate => State::Active,
        }
    }

    /// What webhooks are told.
    #[must_use]
    pub const fn event(self) -> EventType {
        match self {
            Self::Revoke => EventType::Revoked,
            Self::Suspend => EventType::Suspended,
            Self::Reinstate => EventType::Reinstated,
        }
    }

    /// Which list tells of it.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Revoke => Purpose::Revocation,
            Self::Suspend | Self::Reinstate => Purpose::Suspension,
        }
    }

    /// Whether the credential's entry in that list is set by it.
    #[must_use]
    pub const fn sets_entry(self) -> bool {
        match self {
            Self::Revoke | Self::Suspend => true,
            Self::Reinstate => false,
        }
    }

    /// Whether a credential in a state makes the move; `false` when it stands there already.
    ///
    /// # Errors
    /// [`Forbidden`] when there is no way from that state.
    pub fn moves(self, from: State) -> Result<bool, Forbidden> {
        let to = self.to_state();
        match (from, to) {
            _ if from == to => Ok(false),
            (State::Active, State::Suspended)
            | (State::Suspended, State::Active)
            | (State::Active | State::Suspended | State::Expired, State::Revoked) => Ok(true),
            _ => Err(Forbidden { from, to }),
        }
    }
}

/// There is no way from one state to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forbidden {
    /// Where the credential stands.
    pub from: State,
    /// Where it should have gone.
    pub to: State,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a credential that is {} can not become {}", self.from.as_str(), self.to.as_str())
    }
}

macro_rules! reason_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $wire:literal,)+) => {
        /// Why, in one of the words of the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ReasonCode {
            $($(#[doc = $doc])+ $name,)+
        }

        impl ReasonCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word on the wire and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)+
                }
            }
        }
    };
}

reason_codes! {
    /// It is looked into.
    AdministrativeHold = "administrative_hold",
    /// A rule was broken.
    PolicyViolation = "policy_violation",
    /// An appeal is under way.
    AppealPending = "appeal_pending",
    /// An appeal was decided.
    AppealResolved = "appeal_resolved",
    /// Its time is over.
    CredentialExpired = "credential_expired",
    /// Its issuer wants it.
    IssuerRequested = "issuer_requested",
    /// Something else.
    Other = "other",
}

impl ReasonCode {
    /// Reads a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

/// Why a credential is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// In one word.
    pub code: ReasonCode,
    /// In the words of whoever asked.
    pub text: String,
}

impl Reason {
    /// Reads `{reason, reasonCode?}`.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields) -> Result<Self, Invalid> {
        let text = body.paragraphs("reason", MAX_REASON)?;
        let text = body.required("reason", text)?;
        let code = body.read("reasonCode", "a reason code", ReasonCode::parse)?.unwrap_or(ReasonCode::IssuerRequested);
        body.finish()?;
        Ok(Self { code, text })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn revoked_is_the_end_and_every_other_state_can_be_revoked() {
        use Action::{Reinstate, Revoke, Suspend};
        use State::{Active, Expired, Revoked, Suspended};
        for (action, from, result) in [
            (Revoke, Active, Some(true)),
            (Revoke, Suspended, Some(true)),
            (Revoke, Expired, Some(true)),
            (Revoke, Revoked, Some(false)),
            (Suspend, Active, Some(true)),
            (Suspend, Suspended, Some(false)),
            (Suspend, Expired, None),
            (Suspend, Revoked, None),
            (Reinstate, Suspended, Some(true)),
            (Reinstate, Active, Some(false)),
            (Reinstate, Expired, None),
            (Reinstate, Revoked, None),
        ] {
            assert_eq!(action.moves(from).ok(), result, "{action:?} {from:?}");
        }
    }

    #[test]
    fn a_reason_is_given_in_words() {
        let read = |body| Reason::read(Fields::of_body(body).unwrap());
        let given = read(json!({ "reason": "a mistake", "reasonCode": "other" })).unwrap();
        assert_eq!(given, Reason { code: ReasonCode::Other, text: "a mistake".into() });
        assert_eq!(read(json!({ "reason": "x" })).unwrap().code, ReasonCode::IssuerRequested);
        for (body, field) in [
            (json!({}), "reason"),
            (json!({ "reason": " " }), "reason"),
            (json!({ "reason": "x".repeat(513) }), "reason"),
            (json!({ "reason": "x", "reasonCode": "whim" }), "reasonCode"),
            (json!({ "reason": "x", "why": "y" }), "why"),
        ] {
            assert_eq!(read(body).unwrap_err().field, field);
        }
    }
}
