//! Credentials as contract B lists them, with the last thing that happened to each; and the events of one.

use ob3_core::DateTime;
use serde::Deserialize;

use super::credentials::Credential;
use super::sql::{Bind, StoreError, maybe_time, prepare, row, rows, statement, time, total};
use super::{Listed, Store};
use crate::domain::assertion::{LastEvent, Standing};
use crate::domain::badge::BadgeImage;
use crate::domain::credential::Lifetime;
use crate::domain::email;
use crate::domain::ids::{CredentialId, EventId, OrganizationId, UserId};
use crate::domain::lifecycle::State;
use crate::domain::paging::{Page, Start};

/// Something that happened to a credential.
#[derive(Deserialize)]
pub(crate) struct LifecycleEvent {
    /// Its id.
    pub id: EventId,
    /// Where the credential stood.
    pub from_state: State,
    /// Where it stood then.
    pub to_state: State,
    /// Why, in one word.
    pub reason_code: String,
    /// Why, in words.
    pub reason: Option<String>,
    /// `manual` or `automation`.
    pub transition_source: String,
    /// The member who asked for it.
    pub actor_user_id: Option<UserId>,
    /// Since when it is so.
    #[serde(deserialize_with = "time")]
    pub transitioned_at: DateTime,
    /// When it was written down.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
}

/// A credential with everything that happened to it, the first thing first.
pub(crate) struct History {
    /// The credential.
    pub credential: Credential,
    /// Why it was revoked.
    pub revocation_reason: Option<String>,
    /// What happened.
    pub events: Vec<LifecycleEvent>,
}

impl History {
    /// Where the credential stands at a time.
    pub(crate) fn standing(&self, now: DateTime) -> Standing {
        let Self { credential, revocation_reason, events } = self;
        let last = events.last().map(|event| LastEvent {
            to_state: event.to_state,
            reason_code: event.reason_code.clone(),
            reason: event.reason.clone(),
            transitioned_at: event.transitioned_at,
        });
        Standing::new(credential.lifetime, credential.issued_at, revocation_reason.clone(), last, now)
    }
}

/// A credential in the ledger.
pub(crate) struct Assertion {
    /// Its id.
    pub id: CredentialId,
    /// Its code.
    pub code: String,
    /// The badge's name in addresses.
    pub badge_slug: String,
    /// The name of the badge in the version that was issued.
    pub badge_name: String,
    /// The badge's image in that version.
    pub image: Option<BadgeImage>,
    /// Name of the recipient.
    pub recipient_name: String,
    /// By what the recipient is known, unless that was erased.
    pub recipient_identity: Option<String>,
    /// Of which kind that is.
    pub recipient_identity_type: String,
    /// When it was issued.
    pub issued_at: DateTime,
    /// What its state follows from.
    pub lifetime: Lifetime,
    /// Where it stands.
    pub standing: Standing,
}

/// Which of them are asked for.
#[derive(Clone, Default)]
pub(crate) struct AssertionFilter {
    /// Of one badge, by its UUID or its slug.
    pub badge: Option<String>,
    /// In one state.
    pub state: Option<State>,
}

#[derive(Deserialize)]
struct AssertionRow {
    id: CredentialId,
    code: String,
    badge_slug: String,
    badge_name: String,
    image_sha256: Option<String>,
    image_type: String,
    recipient_name: String,
    identity: String,
    identity_type: String,
    #[serde(deserialize_with = "time")]
    issued_at: DateTime,
    #[serde(deserialize_with = "maybe_time")]
    valid_until: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    claimed_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    revoked_at: Option<DateTime>,
    revocation_reason: Option<String>,
    #[serde(deserialize_with = "maybe_time")]
    suspended_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    expired_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    reactivated_at: Option<DateTime>,
    to_state: Option<State>,
    reason_code: Option<String>,
    reason: Option<String>,
    #[serde(deserialize_with = "maybe_time")]
    transitioned_at: Option<DateTime>,
}

impl AssertionRow {
    fn into_assertion(self, now: DateTime) -> Assertion {
        let lifetime = Lifetime {
            valid_until: self.valid_until,
            claimed_at: self.claimed_at,
            revoked_at: self.revoked_at,
            suspended_at: self.suspended_at,
            expired_at: self.expired_at,
            reactivated_at: self.reactivated_at,
        };
        let last = match (self.to_state, self.reason_code, self.transitioned_at) {
            (Some(to_state), Some(reason_code), Some(transitioned_at)) => {
                Some(LastEvent { to_state, reason_code, reason: self.reason, transitioned_at })
            }
            _ => None,
        };
        Assertion {
            id: self.id,
            code: self.code,
            badge_slug: self.badge_slug,
            badge_name: self.badge_name,
            image: self.image_sha256.map(|sha256| BadgeImage::stored(sha256, &self.image_type)),
            recipient_name: self.recipient_name,
            recipient_identity: Some(self.identity).filter(|identity| !email::is_erased(identity)),
            recipient_identity_type: self.identity_type,
            issued_at: self.issued_at,
            lifetime,
            standing: Standing::new(lifetime, self.issued_at, self.revocation_reason, last, now),
        }
    }
}

/// The condition under which a credential `c` is in a state at the time `?2`, as [`Lifetime::state`].
fn in_state(state: State) -> String {
    const IS_EXPIRED: &str = "(c.expired_at IS NOT NULL OR c.valid_until IS NOT NULL AND c.valid_until <= ?2
        AND (c.reactivated_at IS NULL OR c.reactivated_at < c.valid_until))";
    match state {
        State::Revoked => "c.revoked_at IS NOT NULL".into(),
        State::Expired => format!("c.revoked_at IS NULL AND {IS_EXPIRED}"),
        State::Suspended => format!("c.revoked_at IS NULL AND NOT {IS_EXPIRED} AND c.suspended_at IS NOT NULL"),
        State::Active => format!("c.revoked_at IS NULL AND NOT {IS_EXPIRED} AND c.suspended_at IS NULL"),
    }
}

const COLUMNS: &str =
    "c.id, c.code, b.slug AS badge_slug, v.name AS badge_name, v.image_sha256, v.image_type, c.recipient_name, r.identity,
    r.identity_type, c.issued_at, c.valid_until, c.claimed_at, c.revoked_at, c.revocation_reason, c.suspended_at,
    c.expired_at, c.reactivated_at, e.to_state, e.reason_code, e.reason, e.transitioned_at";

/// A credential's number of moves is the number of its last event.
const TABLES: &str = "credential c
    JOIN recipient r ON r.id = c.recipient_id
    JOIN badge b ON b.id = c.badge_id
    JOIN badge_version v ON v.badge_id = c.badge_id AND v.number = c.badge_version
    LEFT JOIN credential_event e ON e.credential_id = c.id AND e.number = c.moves";

impl Store {
    /// What happened to a credential of an organization.
    pub(crate) async fn history(
        &self,
        organization: OrganizationId,
        id: CredentialId,
    ) -> Result<Option<History>, StoreError> {
        #[derive(Deserialize)]
        struct Why {
            revocation_reason: Option<String>,
        }
        let why = "SELECT revocation_reason FROM credential WHERE organization_id = ?1 AND id = ?2";
        let events = "SELECT id, from_state, to_state, reason_code, reason, transition_source, actor_user_id,
              transitioned_at, created_at
            FROM credential_event WHERE organization_id = ?1 AND credential_id = ?2 ORDER BY number";
        let statements = vec![
            self.select_credential(organization, id)?,
            statement!(self.db, why, organization, id)?,
            statement!(self.db, events, organization, id)?,
        ];
        let results = self.db.batch(statements).await?;
        let Some(credential) = Credential::read(results.first())? else { return Ok(None) };
        let revocation_reason = row::<Why>(results.get(1))?.and_then(|row| row.revocation_reason);
        Ok(Some(History { credential, revocation_reason, events: rows(results.get(2))? }))
    }

    /// The credentials of an organization, the newest first, and how many there are in all if that is asked.
    pub(crate) async fn assertions(
        &self,
        organization: OrganizationId,
        filter: &AssertionFilter,
        page: Page,
        start: Start,
        is_counted: bool,
        now: DateTime,
    ) -> Result<Listed<Assertion>, StoreError> {
        // Every statement takes the time; where it decides nothing, it is named all the same.
        let mut filtered = String::from("WHERE c.organization_id = ?1 AND ?2 > 0");
        let mut values = vec![organization.bind(), now.bind()];
        if let Some(state) = filter.state {
            filtered.push_str(&format!(" AND {}", in_state(state)));
        }
        if let Some(badge) = &filter.badge {
            values.push(badge.bind());
            filtered.push_str(
                " AND c.badge_id = (SELECT id FROM badge WHERE organization_id = ?1 AND (id = ?3 OR slug = ?3)
                   ORDER BY id = ?3 DESC LIMIT 1)",
            );
        }
        let mut statements = Vec::new();
        if is_counted {
            let count = format!("SELECT count(*) AS total FROM credential c {filtered}");
            statements.push(prepare(&self.db, &count, &values)?);
        }
        if let Start::After(cursor) = start {
            values.extend([cursor.millis.bind(), cursor.id.bind()]);
            let (millis, id) = (values.len() - 1, values.len());
            filtered.push_str(&format!(" AND c.issued_at <= ?{millis} AND (c.issued_at < ?{millis} OR c.id > ?{id})"));
        }
        values.extend([page.limit.bind(), page.offset.bind()]);
        let (limit, offset) = (values.len() - 1, values.len());
        let select = format!(
            "SELECT {COLUMNS} FROM {TABLES} {filtered} ORDER BY c.issued_at DESC, c.id LIMIT ?{limit} OFFSET ?{offset}"
        );
        statements.push(prepare(&self.db, &select, &values)?);
        let results = self.db.batch(statements).await?;
        let total = if is_counted { total(results.first())? } else { 0 };
        let items = rows::<AssertionRow>(results.last())?.into_iter().map(|row| row.into_assertion(now)).collect();
        Ok(Listed { items, total })
    }
}
