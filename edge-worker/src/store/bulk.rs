//! Uploads of many requests, row by row.

use ob3_core::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::NewAnswer;
use super::sql::{StoreError, maybe_time, row, rows, statement, time, total};
use super::webhooks::NewEvent;
use super::{Listed, Store};
use crate::domain::attempts;
use crate::domain::bulk;
use crate::domain::ids::{ApiKeyId, CredentialId, DeliveryId, JobId, OrganizationId};
use crate::domain::paging::Page;

/// After how long a job is received no more, and is thrown away.
const RECEIVING_SECONDS: i64 = 3600;
/// After how long the clock looks at an open job again.
const JOB_SWEEP_SECONDS: i64 = 600;

/// A job.
#[derive(Deserialize)]
pub(crate) struct BulkJob {
    /// Its id.
    pub id: JobId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The API key that asked for it.
    pub api_key_id: ApiKeyId,
    /// The origin under which it was asked for, which is that of what it issues.
    pub origin: String,
    /// When it was made.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
    /// When its last row came to its end.
    #[serde(deserialize_with = "maybe_time")]
    pub completed_at: Option<DateTime>,
}

/// How many rows of a job are in which state.
#[derive(Deserialize)]
pub(crate) struct Counts {
    /// All of them.
    pub total: i64,
    /// Not yet looked at.
    pub waiting: i64,
    /// Issued.
    pub issued: i64,
    /// Issued in the place of an earlier credential.
    pub renewed: i64,
    /// Held already.
    pub skipped: i64,
    /// Refused.
    pub failed: i64,
}

/// A row, for who asks how the job goes.
#[derive(Deserialize)]
pub(crate) struct JobRow {
    /// Its number, counted from 1.
    pub number: i64,
    /// The recipient's name.
    pub name: Option<String>,
    /// The recipient's address.
    pub email: Option<String>,
    /// Its state.
    pub state: String,
    /// Why, where it was skipped or has failed.
    pub reason: Option<String>,
    /// What was issued.
    pub credential_id: Option<CredentialId>,
}

/// A row that is to be issued.
#[derive(Deserialize)]
pub(crate) struct WaitingRow {
    /// Its number.
    pub number: i64,
    /// The request, as JSON.
    pub request: String,
    /// Which attempt this is, counted from 1.
    pub attempts: i64,
}

/// What a row came to.
pub(crate) struct RowEnd<'a> {
    /// The state.
    pub state: &'static str,
    /// Why.
    pub reason: Option<&'a str>,
    /// What was issued.
    pub credential: Option<CredentialId>,
}

const JOB: &str = "id, organization_id, api_key_id, origin, created_at, completed_at";

impl Store {
    /// Begins to receive a job.
    pub(crate) async fn begin_job(
        &self,
        id: JobId,
        organization: OrganizationId,
        key: ApiKeyId,
        origin: &str,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO job (id, organization_id, api_key_id, origin, next_sweep_at, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let until = now.plus_seconds(RECEIVING_SECONDS);
        statement!(self.db, insert, id, organization, key, origin, until, now)?.run().await?;
        Ok(())
    }

    /// Adds rows to a job that is being received, the first of them under `first`.
    pub(crate) async fn add_rows(&self, id: JobId, first: usize, requests: &[Value]) -> Result<(), StoreError> {
        let insert = "INSERT INTO job_row (job_id, number, name, email, request)
            SELECT ?1, json_extract(value, '$.n'), json_extract(value, '$.name'), json_extract(value, '$.email'),
              json_extract(value, '$.request') FROM json_each(?2)";
        let mut statements = Vec::new();
        let mut rows: Vec<String> = Vec::new();
        let mut length = 0_usize;
        for (number, request) in (first..).zip(requests) {
            let (name, email) = bulk::known_by(request);
            let row = json!({ "n": number, "name": name, "email": email, "request": request.to_string() }).to_string();
            if length.saturating_add(row.len()) > bulk::STATEMENT_BYTES && !rows.is_empty() {
                statements.push(statement!(self.db, insert, id, format!("[{}]", rows.join(",")))?);
                rows.clear();
                length = 0;
            }
            length = length.saturating_add(row.len());
            rows.push(row);
        }
        if !rows.is_empty() {
            statements.push(statement!(self.db, insert, id, format!("[{}]", rows.join(",")))?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }

    /// Ends the receiving of a job: from here on it is shown and worked on.
    pub(crate) async fn open_job(
        &self,
        id: JobId,
        organization: OrganizationId,
        rows: i64,
        answer: Option<&NewAnswer<'_>>,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let update = "UPDATE job SET total = ?2, next_sweep_at = ?3 WHERE id = ?1";
        let sweep = now.plus_seconds(JOB_SWEEP_SECONDS);
        let mut statements = vec![statement!(self.db, update, id, rows, sweep)?];
        if let Some(answer) = answer {
            statements.push(self.insert_answer(organization, answer, now)?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }

    /// Throws away a job of which nothing was issued, with its rows.
    pub(crate) async fn drop_job(&self, id: JobId) -> Result<(), StoreError> {
        statement!(self.db, "DELETE FROM job WHERE id = ?1 AND total IS NULL", id)?.run().await?;
        Ok(())
    }

    /// A job that was received whole.
    pub(crate) async fn job(&self, id: JobId) -> Result<Option<BulkJob>, StoreError> {
        let select = format!("SELECT {JOB} FROM job WHERE id = ?1 AND total IS NOT NULL");
        Ok(statement!(self.db, &select, id)?.first(None).await?)
    }

    /// How a job goes: its counts, and one page of its rows.
    pub(crate) async fn job_progress(
        &self,
        id: JobId,
        state: Option<&str>,
        page: Page,
    ) -> Result<(Counts, Listed<JobRow>), StoreError> {
        let counts = "SELECT count(*) AS total,
              coalesce(sum(state = 'waiting'), 0) AS waiting, coalesce(sum(state = 'issued'), 0) AS issued,
              coalesce(sum(state = 'renewed'), 0) AS renewed, coalesce(sum(state = 'skipped'), 0) AS skipped,
              coalesce(sum(state = 'failed'), 0) AS failed
            FROM job_row WHERE job_id = ?1";
        let count = "SELECT count(*) AS total FROM job_row WHERE job_id = ?1 AND (?2 IS NULL OR state = ?2)";
        let select = "SELECT number, name, email, state, reason, credential_id FROM job_row
            WHERE job_id = ?1 AND (?2 IS NULL OR state = ?2) ORDER BY number LIMIT ?3 OFFSET ?4";
        let statements = vec![
            statement!(self.db, counts, id)?,
            statement!(self.db, count, id, state)?,
            statement!(self.db, select, id, state, page.limit, page.offset)?,
        ];
        let results = self.db.batch(statements).await?;
        let counts = row(results.first())?.ok_or_else(|| StoreError::Failed("D1 did not count".into()))?;
        Ok((counts, Listed { items: rows(results.get(2))?, total: total(results.get(1))? }))
    }

    /// The rows from `first` on, of one message, that still wait; each counts an attempt by this.
    pub(crate) async fn take_rows(&self, id: JobId, first: i64) -> Result<Vec<WaitingRow>, StoreError> {
        let take = "UPDATE job_row SET attempts = attempts + 1
            WHERE job_id = ?1 AND number >= ?2 AND number < ?3 AND state = 'waiting'
            RETURNING number, request, attempts";
        let end = first.saturating_add(i64::try_from(bulk::ROWS_A_MESSAGE).unwrap_or(i64::MAX));
        rows(self.db.batch(vec![statement!(self.db, take, id, first, end)?]).await?.first())
    }

    /// Ends a row; one that has ended stays as it is.
    pub(crate) async fn end_row(&self, id: JobId, number: i64, end: &RowEnd<'_>) -> Result<(), StoreError> {
        let update = "UPDATE job_row SET state = ?3, reason = ?4, credential_id = ?5, request = NULL
            WHERE job_id = ?1 AND number = ?2 AND state = 'waiting'";
        let reason = end.reason.map(attempts::account);
        statement!(self.db, update, id, number, end.state, reason, end.credential)?.run().await?;
        Ok(())
    }

    /// Completes a job of which no row waits, and tells of it; nothing when one does, or it is complete already.
    pub(crate) async fn complete_job(
        &self,
        id: JobId,
        event: &NewEvent,
        now: DateTime,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let complete = "UPDATE job SET completed_at = ?2 WHERE id = ?1 AND completed_at IS NULL AND total IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM job_row WHERE job_id = ?1 AND state = 'waiting')";
        // The event's id follows from the job's, so that it is told once.
        let is_complete = format!("EXISTS (SELECT 1 FROM job WHERE id = '{id}' AND completed_at IS NOT NULL)");
        let mut statements = vec![statement!(self.db, complete, id, now)?];
        statements.extend(self.event_statements(event, &is_complete, now)?);
        let results = self.db.batch(statements).await?;
        Ok(Self::deliveries(results.get(2..).unwrap_or_default()))
    }

    /// Open jobs that are due to be looked at, each with the first numbers of the messages that its waiting rows need, or with 1.
    /// Jobs that were never received whole are thrown away.
    pub(crate) async fn due_jobs(&self, limit: i64, now: DateTime) -> Result<Vec<(JobId, i64)>, StoreError> {
        #[derive(Deserialize)]
        struct Due {
            job_id: JobId,
            first: i64,
        }
        let size = i64::try_from(bulk::ROWS_A_MESSAGE).unwrap_or(1);
        let abandoned = "DELETE FROM job WHERE total IS NULL AND completed_at IS NULL AND next_sweep_at <= ?1";
        // One of which all rows have ended has not been completed, whoever was about to.
        let select = "SELECT DISTINCT j.id AS job_id, ((coalesce(r.number, 1) - 1) / ?2) * ?2 + 1 AS first
            FROM job j LEFT JOIN job_row r ON r.job_id = j.id AND r.state = 'waiting'
            WHERE j.completed_at IS NULL AND j.total IS NOT NULL AND j.next_sweep_at <= ?1 LIMIT ?3";
        let later = "UPDATE job SET next_sweep_at = ?2 WHERE completed_at IS NULL AND total IS NOT NULL
            AND next_sweep_at <= ?1";
        let statements = vec![
            statement!(self.db, abandoned, now)?,
            statement!(self.db, select, now, size, limit)?,
            statement!(self.db, later, now, now.plus_seconds(JOB_SWEEP_SECONDS))?,
        ];
        let results = self.db.batch(statements).await?;
        Ok(rows::<Due>(results.get(1))?.into_iter().map(|due| (due.job_id, due.first)).collect())
    }
}
