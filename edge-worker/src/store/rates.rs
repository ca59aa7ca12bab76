//! Counting requests.

use ob3_core::DateTime;
use serde::Deserialize;
use worker::wasm_bindgen::JsValue;
use worker::{D1PreparedStatement, D1Result};

use super::Store;
use super::organizations::{self, Organization, OrganizationRow};
use super::sql::{Bind, Columns, StoreError, list, maybe_time, prepare, read_json, row, statement, time};
use crate::domain::ids::ApiKeyId;
use crate::domain::rate::{Allowance, Limit};

/// A subject to count, and against which limit.
pub(crate) struct Counted<'a> {
    /// Its name.
    pub subject: &'a str,
    /// Its limit.
    pub limit: Limit,
}

/// What one look at an API key tells.
pub(crate) struct KeyCheck {
    /// What the network address has left; `None` when nothing is counted.
    pub address: Option<Allowance>,
    /// What the key has left; `None` when there is no such key, or nothing is counted.
    pub key: Option<Allowance>,
    /// The key; `None` when it is unknown, expired or revoked.
    pub found: Option<FoundKey>,
}

/// An API key that may be used.
pub(crate) struct FoundKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it may do, in the words of the wire.
    pub scopes: Vec<String>,
    /// When it was used last, to some minutes.
    pub last_used_at: Option<DateTime>,
    /// Whose it is.
    pub organization: Organization,
}

/// What was counted in a window.
#[derive(Deserialize)]
pub(super) struct Requests {
    requests: i64,
    #[serde(deserialize_with = "time")]
    window_end: DateTime,
}

/// A row of which D1 makes one text, a JSON object.
#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) found: Option<String>,
}

impl Requests {
    pub(super) fn allowance(&self, limit: Limit) -> Allowance {
        limit.allowance(self.requests, self.window_end)
    }
}

#[derive(Deserialize)]
struct KeyRow {
    api_key_id: ApiKeyId,
    #[serde(deserialize_with = "list")]
    scopes: Vec<String>,
    #[serde(deserialize_with = "maybe_time")]
    last_used_at: Option<DateTime>,
    #[serde(flatten)]
    organization: OrganizationRow,
}

/// The columns of a [`KeyRow`] of a table that is called `k`, beside those of its organization.
const KEY: Columns = Columns(&[("api_key_id", "k.id"), ("scopes", "k.scopes"), ("last_used_at", "k.last_used_at")]);

/// Counts in the window that is open, or opens a new one; `?2` is the time, `?3` when a new window would end.
const COUNT: &str = "ON CONFLICT (subject) DO UPDATE SET
    requests = CASE WHEN window_end > ?2 THEN requests + 1 ELSE 1 END,
    window_end = CASE WHEN window_end > ?2 THEN window_end ELSE ?3 END
  RETURNING requests, window_end";

impl Store {
    /// Counts a request of a subject in its window.
    pub(super) fn count(&self, counted: &Counted<'_>, now: DateTime) -> Result<D1PreparedStatement, StoreError> {
        let sql = format!("INSERT INTO rate_window (subject, window_end, requests) VALUES (?1, ?3, 1) {COUNT}");
        statement!(self.db, &sql, counted.subject, now, counted.limit.window_end(now))
    }

    /// The same, answering with `found` too: an expression of a value `?4`, which reads other tables than this one.
    pub(super) fn count_and_select(
        &self,
        counted: &Counted<'_>,
        now: DateTime,
        found: &str,
        value: JsValue,
    ) -> Result<D1PreparedStatement, StoreError> {
        let sql = format!(
            "INSERT INTO rate_window (subject, window_end, requests) VALUES (?1, ?3, 1) {COUNT}, {found} AS found"
        );
        prepare(&self.db, &sql, &[counted.subject.bind(), now.bind(), counted.limit.window_end(now).bind(), value])
    }

    /// Counts a request of a subject and says what it has left.
    pub(crate) async fn admit(&self, counted: &Counted<'_>, now: DateTime) -> Result<Allowance, StoreError> {
        let results = self.db.batch(vec![self.count(counted, now)?]).await?;
        allowance(results.first(), counted.limit)?.ok_or_else(not_counted)
    }

    /// Counts a request of a network address and of an API key, and looks the key up, in one batch. `limits` is `None`
    /// when nothing is to be counted.
    pub(crate) async fn check_key(
        &self,
        sha256: &str,
        limits: Option<(&Counted<'_>, Limit)>,
        now: DateTime,
    ) -> Result<KeyCheck, StoreError> {
        let select = format!(
            "(SELECT '{{' || {} || ',' || {} || '}}'
              FROM api_key k JOIN organization o ON o.id = k.organization_id
              WHERE k.sha256 = ?1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?2)) AS found",
            KEY.json(),
            organizations::COLUMNS.json()
        );
        let statements = match limits {
            Some((address, per_key)) => {
                // Only keys that exist are counted, so that invented ones can not fill the table.
                let sql = format!(
                    "INSERT INTO rate_window (subject, window_end, requests) SELECT 'key:' || id, ?3, 1 FROM api_key
                     WHERE sha256 = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2) {COUNT}, {select}"
                );
                vec![statement!(self.db, &sql, sha256, now, per_key.window_end(now))?, self.count(address, now)?]
            }
            None => vec![statement!(self.db, &format!("SELECT {select}"), sha256, now)?],
        };
        let results = self.db.batch(statements).await?;
        let found = row::<Found>(results.first())?.and_then(|row| row.found);
        let found = found.map(|found| read_json::<KeyRow>(&found)).transpose()?.map(|row| FoundKey {
            id: row.api_key_id,
            scopes: row.scopes,
            last_used_at: row.last_used_at,
            organization: row.organization.into(),
        });
        let (key, address) = match limits {
            Some((address, per_key)) => {
                (allowance(results.first(), per_key)?, allowance(results.get(1), address.limit)?)
            }
            None => (None, None),
        };
        Ok(KeyCheck { address, key, found })
    }

    /// Forgets whose time is over: windows, codes and sessions, answers, tokens, and what mails and webhooks came to.
    pub(crate) async fn forget_before(
        &self,
        windows: DateTime,
        answers: DateTime,
        ended: DateTime,
    ) -> Result<(), StoreError> {
        let told = "DELETE FROM webhook_event WHERE created_at < ?1
            AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE event_id = webhook_event.id)";
        let mut statements = vec![
            statement!(self.db, "DELETE FROM rate_window WHERE window_end < ?1", windows)?,
            statement!(self.db, "DELETE FROM idempotency WHERE created_at < ?1", answers)?,
            statement!(self.db, "DELETE FROM sign_in_code WHERE expires_at < ?1", windows)?,
            statement!(self.db, "DELETE FROM session WHERE expires_at < ?1", windows)?,
            statement!(self.db, "DELETE FROM mail WHERE state <> 'waiting' AND ended_at < ?1", ended)?,
            statement!(self.db, "DELETE FROM webhook_delivery WHERE state <> 'waiting' AND ended_at < ?1", ended)?,
            statement!(self.db, told, ended)?,
            self.forget_queue_jobs(ended)?,
        ];
        statements.extend(self.forget_tokens(ended)?);
        self.db.batch(statements).await?;
        Ok(())
    }
}

pub(super) fn allowance(result: Option<&D1Result>, limit: Limit) -> Result<Option<Allowance>, StoreError> {
    Ok(row::<Requests>(result)?.map(|row| row.allowance(limit)))
}

pub(super) fn not_counted() -> StoreError {
    StoreError::Failed("D1 did not count".into())
}
