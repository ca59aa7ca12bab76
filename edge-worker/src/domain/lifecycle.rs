//! What can happen to a credential after it was issued.

use std::fmt;

use ob3_core::DateTime;
use serde::{Deserialize, Serialize};

use super::{
    credential::Lifetime,
    fields::{Fields, Invalid, Problem},
    status_list::Purpose,
    webhook::EventType,
};

/// Longest reason.
pub const MAX_REASON: usize = 512;
/// How far the clock of whoever asks may be ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 300;

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
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Active, Self::Suspended, Self::Revoked, Self::Expired];

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// What leads from this state to another; `None` where it is the same.
    ///
    /// # Errors
    /// [`Forbidden`] when there is no way.
    pub const fn way_to(self, to: Self) -> Result<Option<Action>, Forbidden> {
        Ok(Some(match (self, to) {
            (Self::Active, Self::Active)
            | (Self::Suspended, Self::Suspended)
            | (Self::Revoked, Self::Revoked)
            | (Self::Expired, Self::Expired) => return Ok(None),
            (Self::Active | Self::Suspended | Self::Expired, Self::Revoked) => Action::Revoke,
            (Self::Active, Self::Suspended) => Action::Suspend,
            (Self::Active | Self::Suspended, Self::Expired) => Action::Expire,
            (Self::Suspended, Self::Active) => Action::Reinstate,
            (Self::Expired, Self::Active) => Action::Reactivate,
            (Self::Revoked, Self::Active | Self::Suspended | Self::Expired) | (Self::Expired, Self::Suspended) => {
                return Err(Forbidden { from: self, to, is_superseded: false });
            }
        }))
    }

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

    /// The list whose entry tells of a move to this state, or is cleared by it.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Revoked => Purpose::Revocation,
            Self::Active | Self::Suspended | Self::Expired => Purpose::Suspension,
        }
    }
}

impl Lifetime {
    /// Whether it is neither revoked nor suspended.
    #[must_use]
    pub const fn is_unrevoked(self) -> bool {
        self.revoked_at.is_none() && self.suspended_at.is_none()
    }

    /// Where the credential stands at a time, by its issuer's word. Not the same as [`Lifetime::status`] where it was made
    /// active again after its time was over: what was signed stays over, and so does the status.
    #[must_use]
    pub fn state(self, now: DateTime) -> State {
        if self.revoked_at.is_some() {
            State::Revoked
        } else if self.expired_at.is_some() || self.expires_by_itself(now) {
            State::Expired
        } else if self.suspended_at.is_some() {
            State::Suspended
        } else {
            State::Active
        }
    }

    /// Whether its time is over and nobody has made it active again since.
    fn expires_by_itself(self, now: DateTime) -> bool {
        self.valid_until.is_some_and(|until| until <= now && self.reactivated_at.is_none_or(|at| at < until))
    }
}

/// What moves a credential from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Take it back for good.
    Revoke,
    /// Let it not hold for now.
    Suspend,
    /// Let a suspended one hold again.
    Reinstate,
    /// Let it be over, be it before its time.
    Expire,
    /// Make one active again that has expired.
    Reactivate,
}

impl Action {
    /// Where it leads.
    #[must_use]
    pub const fn to_state(self) -> State {
        match self {
            Self::Revoke => State::Revoked,
            Self::Suspend => State::Suspended,
            Self::Expire => State::Expired,
            Self::Reinstate | Self::Reactivate => State::Active,
        }
    }

    /// What webhooks are told.
    #[must_use]
    pub const fn event(self) -> EventType {
        match self {
            Self::Revoke => EventType::Revoked,
            Self::Suspend => EventType::Suspended,
            Self::Expire => EventType::Expired,
            Self::Reinstate | Self::Reactivate => EventType::Reinstated,
        }
    }

    /// Which list tells of it. No purpose of a list means "over", and what was signed may say that it is not: so whoever is
    /// made to expire has its entry among the suspended, the one that can be cleared again.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        self.to_state().purpose()
    }

    /// Whether the credential's entry in that list is set by it.
    #[must_use]
    pub const fn sets_entry(self) -> bool {
        match self {
            Self::Revoke | Self::Suspend | Self::Expire => true,
            Self::Reinstate | Self::Reactivate => false,
        }
    }
}

/// What somebody asks for: a certain move, or a state however it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// This move and no other.
    Action(Action),
    /// Whatever leads there.
    State(State),
}

impl Aim {
    /// Where it leads.
    #[must_use]
    pub const fn to_state(self) -> State {
        match self {
            Self::Action(action) => action.to_state(),
            Self::State(state) => state,
        }
    }

    /// The move of a credential in a state; `None` when it stands there already.
    ///
    /// # Errors
    /// [`Forbidden`] when there is no way from that state, or it is another move than this one.
    pub fn action(self, from: State) -> Result<Option<Action>, Forbidden> {
        let way = from.way_to(self.to_state())?;
        match (self, way) {
            (Self::Action(wanted), Some(found)) if wanted != found => {
                Err(Forbidden { from, to: self.to_state(), is_superseded: false })
            }
            _ => Ok(way),
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
    /// Whether there were a way, had not another credential taken its place: a recipient holds a badge once.
    pub is_superseded: bool,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a credential that is {} can not become {}", self.from.as_str(), self.to.as_str())?;
        if self.is_superseded {
            f.write_str(": a newer one has taken its place")?;
        }
        Ok(())
    }
}

/// Who moves credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Somebody who asked for it.
    Manual,
    /// The worker itself: the clock, or a renewal.
    Automation,
}

impl Source {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Manual, Self::Automation];

    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Automation => "automation",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
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
    pub text: Option<String>,
}

impl Reason {
    /// Reads contract A's `{reason, reasonCode?}`.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields) -> Result<Self, Invalid> {
        let text = body.paragraphs("reason", MAX_REASON)?;
        let text = body.required("reason", text)?;
        let code = body.read("reasonCode", "a reason code", ReasonCode::parse)?.unwrap_or(ReasonCode::IssuerRequested);
        body.finish()?;
        Ok(Self { code, text: Some(text) })
    }
}

/// Contract B's request for a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitionRequest {
    /// Where to.
    pub to: State,
    /// Why.
    pub reason: Reason,
    /// Who claims to ask; over HTTP nobody but people does.
    pub source: Source,
    /// Since when it is so, in the issuer's own books; else from now on.
    pub transitioned_at: Option<DateTime>,
}

impl TransitionRequest {
    /// Reads `{toState, reasonCode, reason?, transitionSource?, transitionedAt?}`.
    ///
    /// # Errors
    /// [`Invalid`], naming the field: a time that is yet to come, too.
    pub fn read(mut body: Fields, now: DateTime) -> Result<Self, Invalid> {
        let to = body.read("toState", "active, suspended, revoked or expired", State::parse)?;
        let to = body.required("toState", to)?;
        let code = body.read("reasonCode", "a reason code", ReasonCode::parse)?;
        let code = body.required("reasonCode", code)?;
        let text = body.paragraphs("reason", MAX_REASON)?;
        let source = body.read("transitionSource", "manual or automation", Source::parse)?.unwrap_or(Source::Manual);
        let transitioned_at = body.time("transitionedAt")?;
        if transitioned_at.is_some_and(|at| at > now.plus_seconds(CLOCK_SKEW_SECONDS)) {
            return Err(body.invalid("transitionedAt", Problem::Not("a time that is yet to come")));
        }
        body.finish()?;
        // A clock that is a little fast means now.
        let transitioned_at = transitioned_at.map(|at| if at > now { now } else { at });
        Ok(Self { to, reason: Reason { code, text }, source, transitioned_at })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The contract's table, written out: from each state, to each state.
    const TABLE: [(State, [Option<Option<Action>>; 4]); 4] = {
        use Action::{Expire, Reactivate, Reinstate, Revoke, Suspend};
        use State::{Active, Expired, Revoked, Suspended};
        // to:        active             suspended           revoked             expired
        [
            (Active, [Some(None), Some(Some(Suspend)), Some(Some(Revoke)), Some(Some(Expire))]),
            (Suspended, [Some(Some(Reinstate)), Some(None), Some(Some(Revoke)), Some(Some(Expire))]),
            (Revoked, [None, None, Some(None), None]),
            (Expired, [Some(Some(Reactivate)), None, Some(Some(Revoke)), Some(None)]),
        ]
    };

    #[test]
    fn every_state_leads_where_the_contract_says_and_nowhere_else() {
        let targets = [State::Active, State::Suspended, State::Revoked, State::Expired];
        let mut pairs = 0;
        for (from, row) in TABLE {
            for (to, way) in targets.into_iter().zip(row) {
                let found = from.way_to(to);
                assert_eq!(found.ok(), way, "{from:?} {to:?}");
                assert_eq!(Aim::State(to).action(from), found);
                if let Err(forbidden) = found {
                    assert_eq!(forbidden, Forbidden { from, to, is_superseded: false });
                }
                if let Ok(Some(action)) = found {
                    assert_eq!(action.to_state(), to);
                }
                pairs += 1;
            }
        }
        assert_eq!(pairs, State::ALL.len() * State::ALL.len());
    }

    #[test]
    fn who_asks_for_a_certain_move_gets_no_other_one() {
        for (action, from, result) in [
            (Action::Reinstate, State::Suspended, Some(Some(Action::Reinstate))),
            (Action::Reinstate, State::Active, Some(None)),
            (Action::Reinstate, State::Expired, None),
            (Action::Reinstate, State::Revoked, None),
            (Action::Suspend, State::Expired, None),
            (Action::Revoke, State::Expired, Some(Some(Action::Revoke))),
            (Action::Revoke, State::Revoked, Some(None)),
        ] {
            assert_eq!(Aim::Action(action).action(from).ok(), result, "{action:?} {from:?}");
        }
    }

    #[test]
    fn the_entry_is_set_while_the_credential_does_not_hold_by_decision() {
        for (action, purpose, is_set) in [
            (Action::Revoke, Purpose::Revocation, true),
            (Action::Suspend, Purpose::Suspension, true),
            (Action::Expire, Purpose::Suspension, true),
            (Action::Reinstate, Purpose::Suspension, false),
            (Action::Reactivate, Purpose::Suspension, false),
        ] {
            assert_eq!((action.purpose(), action.sets_entry()), (purpose, is_set), "{action:?}");
        }
    }

    #[test]
    fn the_state_follows_from_the_times() {
        let now = DateTime::from_unix_millis(1_768_471_200_000);
        let at = |seconds| Some(now.plus_seconds(seconds));
        let none = Lifetime::OPEN;
        let over = Lifetime { valid_until: at(-10), ..none };
        for (lifetime, state, status) in [
            (none, State::Active, "pending"),
            (Lifetime { valid_until: at(1), ..none }, State::Active, "pending"),
            (Lifetime { valid_until: at(0), ..none }, State::Expired, "expired"),
            (Lifetime { suspended_at: at(-1), ..none }, State::Suspended, "suspended"),
            (Lifetime { suspended_at: at(-20), ..over }, State::Expired, "expired"),
            (Lifetime { revoked_at: at(-1), ..over }, State::Revoked, "revoked"),
            (Lifetime { expired_at: at(-1), suspended_at: at(-1), ..none }, State::Expired, "expired"),
            (Lifetime { expired_at: at(-1), valid_until: at(9), ..none }, State::Expired, "expired"),
            // Its issuer has made it active again; what was signed is over all the same.
            (Lifetime { reactivated_at: at(-1), ..over }, State::Active, "expired"),
            (Lifetime { reactivated_at: at(-1), suspended_at: at(0), ..over }, State::Suspended, "expired"),
            (Lifetime { reactivated_at: at(-1), expired_at: at(0), ..over }, State::Expired, "expired"),
            // It was active again before its time, which has come since.
            (Lifetime { reactivated_at: at(-11), ..over }, State::Expired, "expired"),
        ] {
            assert_eq!((lifetime.state(now), lifetime.status(now).as_str()), (state, status), "{lifetime:?}");
        }
    }

    #[test]
    fn a_transition_names_its_target_and_its_reason() {
        let now = DateTime::from_unix_millis(1_768_471_200_000);
        let read = |body| TransitionRequest::read(Fields::of_body(body).unwrap(), now);
        let given = json!({ "toState": "revoked", "reasonCode": "issuer_requested" });
        let least = read(given.clone()).unwrap();
        assert_eq!((least.to, least.source, least.transitioned_at), (State::Revoked, Source::Manual, None));
        assert_eq!(least.reason, Reason { code: ReasonCode::IssuerRequested, text: None });
        let with = |name: &str, value: serde_json::Value| {
            let mut body = given.clone();
            body[name] = value;
            read(body)
        };
        assert_eq!(with("transitionSource", json!("automation")).unwrap().source, Source::Automation);
        assert_eq!(with("transitionedAt", json!("2026-01-15T10:01:00Z")).unwrap().transitioned_at, Some(now));
        let past = with("transitionedAt", json!("2025-01-01T00:00:00Z")).unwrap().transitioned_at;
        assert_eq!(past, DateTime::parse("2025-01-01T00:00:00Z"));
        for (name, value) in [
            ("toState", json!("deleted")),
            ("toState", json!(null)),
            ("reasonCode", json!("whim")),
            ("reasonCode", json!(null)),
            ("reason", json!("")),
            ("reason", json!("x".repeat(513))),
            ("transitionSource", json!("magic")),
            ("transitionedAt", json!("2026-01-15T11:00:00Z")),
            ("transitionedAt", json!("yesterday")),
            ("assertionId", json!("x")),
        ] {
            assert_eq!(with(name, value.clone()).unwrap_err().field, name, "{value}");
        }
    }

    #[test]
    fn a_reason_is_given_in_words() {
        let read = |body| Reason::read(Fields::of_body(body).unwrap());
        let given = read(json!({ "reason": "a mistake", "reasonCode": "other" })).unwrap();
        assert_eq!(given, Reason { code: ReasonCode::Other, text: Some("a mistake".into()) });
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
