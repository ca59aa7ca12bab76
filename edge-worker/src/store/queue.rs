//! Jobs of contract B: accepted, taken for an attempt, ended.

use ob3_core::DateTime;
use serde::Deserialize;
use worker::D1PreparedStatement;

use super::organizations::{self, Organization, OrganizationRow};
use super::sql::{StoreError, flag, maybe_time, row, rows, statement, time, total};
use super::{Listed, Store};
use crate::domain::attempts;
use crate::domain::ids::{ApiKeyId, BadgeId, CredentialId, OrganizationId, QueueJobId};
use crate::domain::paging::Page;
use crate::domain::queue::{JobState, JobType};
use crate::domain::recipient::Recipient;

/// A request to be accepted.
pub(crate) struct NewQueueJob<'a> {
    /// What it is to make.
    pub id: QueueJobId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Who asks.
    pub api_key: ApiKeyId,
    /// What tells a repeated request from a new one.
    pub idempotency_key: &'a str,
    /// What the request is known by.
    pub request_mac: &'a str,
    /// Under which origin it was asked for.
    pub origin: &'a str,
    /// When.
    pub now: DateTime,
}

/// A job, for who asks how it goes.
#[derive(Deserialize)]
pub(crate) struct QueueJob {
    /// What it makes.
    pub id: QueueJobId,
    /// What it does.
    #[serde(rename = "type")]
    pub kind: JobType,
    /// The credential that it is about.
    pub credential_id: CredentialId,
    /// What tells a repeated request from a new one.
    pub idempotency_key: String,
    /// What the request is known by.
    pub request_mac: String,
    /// How far it is.
    pub state: JobState,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it is tried next, if nothing brings it sooner.
    #[serde(deserialize_with = "time")]
    pub next_attempt_at: DateTime,
    /// When it was accepted.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
    /// When it was completed or given up.
    #[serde(deserialize_with = "maybe_time")]
    pub ended_at: Option<DateTime>,
}

/// What became of a request to issue.
pub(crate) struct AcceptedIssue {
    /// Whether the badge is active; `None` when there is no such badge.
    pub badge_is_active: Option<bool>,
    /// The job under the idempotency key, this one or an earlier one.
    pub job: Option<QueueJob>,
}

/// A job that this attempt, and no other at the same time, is to do.
pub(crate) struct LeasedQueueJob {
    /// What there is to do.
    pub order: Order,
    /// Whose it is.
    pub organization: Organization,
}

/// What there is to do.
#[derive(Deserialize)]
pub(crate) struct Order {
    /// What it does.
    #[serde(rename = "type")]
    pub kind: JobType,
    /// The credential that it is about.
    pub credential_id: CredentialId,
    /// Which badge is issued.
    pub badge_id: Option<BadgeId>,
    /// To whom: the kind of the identity.
    pub identity_type: Option<String>,
    /// The identity.
    pub identity: Option<String>,
    /// Further identifiers, as a JSON array.
    pub identifiers: Option<String>,
    /// Why it is revoked.
    pub reason: Option<String>,
    /// Who asked.
    pub api_key_id: ApiKeyId,
    /// Under which origin.
    pub origin: String,
    /// Which attempt this is, counted from 1.
    pub attempts: i64,
}

const JOB: &str = "id, type, credential_id, idempotency_key, request_mac, state, attempts, last_error, next_attempt_at,
    created_at, ended_at";
const OPEN: &str = "state IN ('queued', 'processing')";

impl Store {
    /// Accepts a request to issue, unless its key was used before or the badge is not there to be issued: in one batch, so
    /// that of requests at the same time one is accepted and all see that one.
    pub(crate) async fn accept_issue(
        &self,
        new: &NewQueueJob<'_>,
        badge: &str,
        recipient: &Recipient,
        identifiers: &str,
    ) -> Result<AcceptedIssue, StoreError> {
        #[derive(Deserialize)]
        struct Active {
            #[serde(deserialize_with = "flag")]
            is_active: bool,
        }
        // A UUID has the form of a slug: whose id it is goes before whose slug it is.
        let named = "organization_id = ?1 AND (id = ?2 OR slug = ?2) ORDER BY id = ?2 DESC LIMIT 1";
        let select = format!("SELECT is_active FROM badge WHERE {named}");
        let insert = format!(
            "INSERT INTO queue_job (id, organization_id, idempotency_key, request_mac, type, credential_id, badge_id,
               identity_type, identity, identifiers, api_key_id, origin, next_attempt_at, created_at)
             SELECT ?3, ?1, ?4, ?5, 'issue_badge', ?3, b.id, ?6, ?7, ?8, ?9, ?10, ?11, ?12
             FROM (SELECT id, is_active FROM badge WHERE {named}) b WHERE b.is_active = 1
             ON CONFLICT (organization_id, idempotency_key) DO NOTHING"
        );
        let statements = vec![
            statement!(self.db, &select, new.organization, badge)?,
            statement!(
                self.db,
                &insert,
                new.organization,
                badge,
                new.id,
                new.idempotency_key,
                new.request_mac,
                recipient.kind(),
                recipient.identity(),
                identifiers,
                new.api_key,
                new.origin,
                new.now.plus_seconds(attempts::SWEEP_SECONDS),
                new.now,
            )?,
            self.select_queue_job(new.organization, new.idempotency_key)?,
        ];
        let results = self.db.batch(statements).await?;
        let badge_is_active = row::<Active>(results.first())?.map(|badge| badge.is_active);
        Ok(AcceptedIssue { badge_is_active, job: row(results.get(2))? })
    }

    /// Accepts a request to revoke what was issued or is about to be; `None` without such a credential. Otherwise as
    /// [`Store::accept_issue`].
    pub(crate) async fn accept_revoke(
        &self,
        new: &NewQueueJob<'_>,
        credential: CredentialId,
        reason: &str,
    ) -> Result<Option<QueueJob>, StoreError> {
        let insert = format!(
            "INSERT INTO queue_job (id, organization_id, idempotency_key, request_mac, type, credential_id, reason,
               api_key_id, origin, next_attempt_at, created_at)
             SELECT ?2, ?1, ?3, ?4, 'revoke_badge', ?5, ?6, ?7, ?8, ?9, ?10
             WHERE EXISTS (SELECT 1 FROM credential WHERE organization_id = ?1 AND id = ?5)
               OR EXISTS (SELECT 1 FROM queue_job WHERE organization_id = ?1 AND id = ?5 AND type = 'issue_badge' AND {OPEN})
             ON CONFLICT (organization_id, idempotency_key) DO NOTHING"
        );
        let statements = vec![
            statement!(
                self.db,
                &insert,
                new.organization,
                new.id,
                new.idempotency_key,
                new.request_mac,
                credential,
                reason,
                new.api_key,
                new.origin,
                new.now.plus_seconds(attempts::SWEEP_SECONDS),
                new.now,
            )?,
            self.select_queue_job(new.organization, new.idempotency_key)?,
        ];
        row(self.db.batch(statements).await?.get(1))
    }

    /// The job of an organization under an idempotency key.
    pub(crate) async fn queue_job(
        &self,
        organization: OrganizationId,
        key: &str,
    ) -> Result<Option<QueueJob>, StoreError> {
        Ok(self.select_queue_job(organization, key)?.first(None).await?)
    }

    fn select_queue_job(&self, organization: OrganizationId, key: &str) -> Result<D1PreparedStatement, StoreError> {
        let select = format!("SELECT {JOB} FROM queue_job WHERE organization_id = ?1 AND idempotency_key = ?2");
        statement!(self.db, &select, organization, key)
    }

    /// The jobs of an organization in one state, the newest first.
    pub(crate) async fn queue_jobs(
        &self,
        organization: OrganizationId,
        state: JobState,
        page: Page,
    ) -> Result<Listed<QueueJob>, StoreError> {
        let state = state.as_str();
        // The state stands in the text, so that the index of failed jobs is used for them.
        let filtered = format!("FROM queue_job WHERE organization_id = ?1 AND state = '{state}'");
        let count = format!("SELECT count(*) AS total {filtered}");
        let select = format!("SELECT {JOB} {filtered} ORDER BY ended_at DESC, created_at DESC, id LIMIT ?2 OFFSET ?3");
        let statements = vec![
            statement!(self.db, &count, organization)?,
            statement!(self.db, &select, organization, page.limit, page.offset)?,
        ];
        let results = self.db.batch(statements).await?;
        Ok(Listed { items: rows(results.get(1))?, total: total(results.first())? })
    }

    /// Takes a job for one attempt; `None` when it has ended, or another attempt is under way.
    pub(crate) async fn lease_queue_job(
        &self,
        id: QueueJobId,
        now: DateTime,
    ) -> Result<Option<LeasedQueueJob>, StoreError> {
        let until = now.plus_seconds(attempts::LEASE_SECONDS);
        let lease = format!(
            "UPDATE queue_job SET state = 'processing', attempts = attempts + 1, leased_until = ?3, next_attempt_at = ?3
             WHERE id = ?1 AND {OPEN} AND leased_until <= ?2
             RETURNING type, credential_id, badge_id, identity_type, identity, identifiers, reason, api_key_id, origin,
               attempts"
        );
        let organization = format!(
            "SELECT {} FROM organization o WHERE o.id = (SELECT organization_id FROM queue_job WHERE id = ?1)",
            organizations::COLUMNS
        );
        let statements = vec![statement!(self.db, &lease, id, now, until)?, statement!(self.db, &organization, id)?];
        let results = self.db.batch(statements).await?;
        let order = row::<Order>(results.first())?;
        let organization = row::<OrganizationRow>(results.get(1))?.map(Into::into);
        Ok(order.zip(organization).map(|(order, organization)| LeasedQueueJob { order, organization }))
    }

    /// Completes a job, even one that another attempt has given up meanwhile: what it was to make is there.
    pub(super) fn completion(&self, id: QueueJobId, now: DateTime) -> Result<D1PreparedStatement, StoreError> {
        let complete =
            "UPDATE queue_job SET state = 'completed', ended_at = ?2, last_error = NULL, identity_type = NULL,
            identity = NULL, identifiers = NULL, reason = NULL WHERE id = ?1 AND state <> 'completed'";
        statement!(self.db, complete, id, now)
    }

    /// Completes a job that makes nothing of its own.
    pub(crate) async fn complete_queue_job(&self, id: QueueJobId, now: DateTime) -> Result<(), StoreError> {
        self.completion(id, now)?.run().await?;
        Ok(())
    }

    /// Gives a job up, unless it has ended.
    pub(crate) async fn fail_queue_job(&self, id: QueueJobId, error: &str, now: DateTime) -> Result<(), StoreError> {
        let fail =
            format!("UPDATE queue_job SET state = 'failed', ended_at = ?3, last_error = ?2 WHERE id = ?1 AND {OPEN}");
        statement!(self.db, &fail, id, attempts::account(error), now)?.run().await?;
        Ok(())
    }

    /// Puts a job back until its next attempt; one that only had to wait for something has made none.
    pub(crate) async fn postpone_queue_job(
        &self,
        id: QueueJobId,
        error: &str,
        counts: bool,
        next: DateTime,
    ) -> Result<(), StoreError> {
        let postpone = format!(
            "UPDATE queue_job SET state = 'queued', last_error = ?2, attempts = max(attempts - ?3, 0),
               next_attempt_at = ?4, leased_until = 0 WHERE id = ?1 AND {OPEN}"
        );
        statement!(self.db, &postpone, id, attempts::account(error), !counts, next)?.run().await?;
        Ok(())
    }

    /// Whether a credential is still to be issued by a job.
    pub(crate) async fn is_to_be_issued(&self, credential: CredentialId) -> Result<bool, StoreError> {
        let select = format!("SELECT 1 AS found FROM queue_job WHERE id = ?1 AND type = 'issue_badge' AND {OPEN}");
        Ok(statement!(self.db, &select, credential)?.first::<i64>(Some("found")).await?.is_some())
    }

    /// Lets a failed job be tried anew; `false` when it has not failed, or what it was to do is forgotten.
    pub(crate) async fn retry_queue_job(&self, id: QueueJobId, now: DateTime) -> Result<bool, StoreError> {
        let retry = "UPDATE queue_job SET state = 'queued', attempts = 0, leased_until = 0, ended_at = NULL,
              next_attempt_at = ?2
            WHERE id = ?1 AND state = 'failed' AND (identity IS NOT NULL OR reason IS NOT NULL) RETURNING id";
        self.has_changed(statement!(self.db, retry, id, now.plus_seconds(attempts::SWEEP_SECONDS))?).await
    }

    /// Jobs that the queue should have brought to their end by now; the clock looks at them again later.
    pub(crate) async fn due_queue_jobs(&self, limit: i64, now: DateTime) -> Result<Vec<QueueJobId>, StoreError> {
        #[derive(Deserialize)]
        struct Due {
            id: QueueJobId,
        }
        let due = format!(
            "UPDATE queue_job SET next_attempt_at = ?2 WHERE id IN
               (SELECT id FROM queue_job WHERE {OPEN} AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?3)
             RETURNING id"
        );
        let later = now.plus_seconds(attempts::SWEEP_SECONDS);
        let result = self.db.batch(vec![statement!(self.db, &due, now, later, limit)?]).await?;
        Ok(rows::<Due>(result.first())?.into_iter().map(|due| due.id).collect())
    }

    /// Forgets whom jobs were for that were given up before a time: they can not be tried again.
    pub(super) fn forget_queue_jobs(&self, before: DateTime) -> Result<D1PreparedStatement, StoreError> {
        let forget = "UPDATE queue_job SET identity = NULL, identifiers = NULL, reason = NULL
            WHERE state = 'failed' AND ended_at < ?1 AND (identity IS NOT NULL OR reason IS NOT NULL)";
        statement!(self.db, forget, before)
    }
}
