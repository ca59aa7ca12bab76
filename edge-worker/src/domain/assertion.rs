//! What contract B says of a credential, which it calls an assertion: where it stands and since when, and its line in the
//! ledger.

use ob3_core::DateTime;

use super::credential::Lifetime;
use super::lifecycle::{ReasonCode, State};

/// What begins the id of an event on the wire.
const EVENT_MARK: &str = "ale_";

/// The id of an event as callers know it.
#[must_use]
pub fn event_id(id: impl std::fmt::Display) -> String {
    format!("{EVENT_MARK}{}", id.to_string().replace('-', ""))
}

/// The last event of a credential, as far as it decides anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastEvent {
    /// Where it led.
    pub to_state: State,
    /// Why, in one word.
    pub reason_code: String,
    /// Why, in words.
    pub reason: Option<String>,
    /// Since when it is so.
    pub transitioned_at: DateTime,
}

/// Where a credential stands, and what tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where.
    pub state: State,
    /// What tells of it: a word of the contract.
    pub source: &'static str,
    /// Why, in one word.
    pub reason_code: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Since when.
    pub transitioned_at: DateTime,
}

impl Standing {
    /// Where a credential stands at a time.
    ///
    /// Its last event tells of it, if that is where it led. Else it is as it was issued; or it was revoked before moves were
    /// kept as events; or its time is over and nobody has written that down yet.
    #[must_use]
    pub fn new(
        lifetime: Lifetime,
        issued_at: DateTime,
        revocation_reason: Option<String>,
        last: Option<LastEvent>,
        now: DateTime,
    ) -> Self {
        let state = lifetime.state(now);
        if let Some(event) = last.filter(|event| event.to_state == state) {
            return Self {
                state,
                source: "lifecycle_event",
                reason_code: Some(event.reason_code),
                reason: event.reason,
                transitioned_at: event.transitioned_at,
            };
        }
        let plain = |source, reason_code: Option<ReasonCode>, reason, transitioned_at| Self {
            state,
            source,
            reason_code: reason_code.map(|code| code.as_str().into()),
            reason,
            transitioned_at,
        };
        match state {
            State::Revoked => {
                plain("assertion_revocation", None, revocation_reason, lifetime.revoked_at.unwrap_or(issued_at))
            }
            State::Expired => {
                let since = lifetime.expired_at.or(lifetime.valid_until).unwrap_or(issued_at);
                plain("lifecycle_event", Some(ReasonCode::CredentialExpired), None, since)
            }
            State::Active | State::Suspended => {
                plain("default_active", None, None, lifetime.suspended_at.unwrap_or(issued_at))
            }
        }
    }
}

/// The columns of the ledger, in their order.
pub const LEDGER_COLUMNS: [&str; 17] = [
    "assertionId",
    "tenantId",
    "credentialId",
    "badgeTemplateId",
    "badgeTitle",
    "recipientName",
    "recipientIdentity",
    "recipientIdentityType",
    "issuedAt",
    "expiresAt",
    "claimedAt",
    "revokedAt",
    "state",
    "source",
    "reasonCode",
    "reason",
    "transitionedAt",
];

/// What a ledger begins with: the mark by which table programs know UTF-8, and the names of its columns.
#[must_use]
pub fn ledger_head() -> String {
    let mut text = String::from('\u{feff}');
    csv_line(&mut text, &LEDGER_COLUMNS);
    text
}

/// Appends a line of cells (RFC 4180). A cell that a table program would take for a formula begins with an apostrophe, which
/// makes it text: names and reasons are other people's words.
pub fn csv_line(text: &mut String, cells: &[&str; LEDGER_COLUMNS.len()]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        let guard = if is_formula(cell) { "'" } else { "" };
        if cell.contains(['"', ',', '\r', '\n']) {
            text.push('"');
            text.push_str(guard);
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(guard);
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

/// Whether a table program would read more than text in it. Full-width forms count as well, and so does what stands behind
/// white space, which is often dropped.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['\t', '\r', '\n'])
        || cell.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime = DateTime::from_unix_millis(1_768_471_200_000);
    const OPEN: Lifetime = Lifetime::OPEN;

    fn event(to_state: State) -> LastEvent {
        LastEvent { to_state, reason_code: "other".into(), reason: Some("why".into()), transitioned_at: NOW }
    }

    #[test]
    fn a_standing_says_what_tells_of_it() {
        let issued = NOW.plus_seconds(-60);
        let ago = Some(NOW.plus_seconds(-9));
        let told = "lifecycle_event";
        for (lifetime, last, state, source, since) in [
            (OPEN, None, State::Active, "default_active", issued),
            (OPEN, Some(event(State::Active)), State::Active, told, NOW),
            (Lifetime { suspended_at: ago, ..OPEN }, Some(event(State::Suspended)), State::Suspended, told, NOW),
            (Lifetime { revoked_at: ago, ..OPEN }, Some(event(State::Revoked)), State::Revoked, told, NOW),
            (Lifetime { revoked_at: ago, ..OPEN }, None, State::Revoked, "assertion_revocation", NOW.plus_seconds(-9)),
            (Lifetime { valid_until: ago, ..OPEN }, None, State::Expired, told, NOW.plus_seconds(-9)),
            // It was reinstated, and then its time came, which the clock has not written down yet.
            (
                Lifetime { valid_until: ago, ..OPEN },
                Some(event(State::Active)),
                State::Expired,
                told,
                NOW.plus_seconds(-9),
            ),
        ] {
            let standing = Standing::new(lifetime, issued, Some("old".into()), last, NOW);
            assert_eq!(
                (standing.state, standing.source, standing.transitioned_at),
                (state, source, since),
                "{lifetime:?}"
            );
        }
    }

    #[test]
    fn events_are_known_by_their_mark() {
        assert_eq!(event_id("550e8400-e29b-41d4-a716-446655440000"), "ale_550e8400e29b41d4a716446655440000");
    }

    #[test]
    fn a_cell_is_text_whatever_it_begins_with() {
        let line = |cell: &str| {
            let mut cells = [""; LEDGER_COLUMNS.len()];
            cells[0] = cell;
            let mut text = String::new();
            csv_line(&mut text, &cells);
            text.strip_suffix("\r\n").unwrap().strip_suffix(&",".repeat(16)).unwrap().to_owned()
        };
        for (cell, written) in [
            ("Ada", "Ada"),
            ("Lovelace, Ada", "\"Lovelace, Ada\""),
            ("the \"first\"", "\"the \"\"first\"\"\""),
            ("a\nb", "\"a\nb\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\t=1"),
            ("  =1", "'  =1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("a=b", "a=b"),
            ("岡本", "岡本"),
        ] {
            assert_eq!(line(cell), written);
        }
    }

    #[test]
    fn the_head_names_every_column() {
        let head = ledger_head();
        let names = head.strip_prefix('\u{feff}').unwrap().strip_suffix("\r\n").unwrap();
        assert_eq!(names.split(',').collect::<Vec<_>>(), LEDGER_COLUMNS);
    }
}
