//! Webhooks, what they are told, and what came of it.

use ob3_core::DateTime;
use serde::Deserialize;
use serde_json::Value;
use worker::{D1PreparedStatement, D1Result};

use super::answers::NewAnswer;
use super::sql::{StoreError, flag, list, list_text, maybe_time, row, rows, statement, time, total};
use super::{Listed, Store};
use crate::domain::attempts;
use crate::domain::ids::{BadgeId, CredentialId, DeliveryId, OrganizationId, WebhookId};
use crate::domain::paging::Page;
use crate::domain::webhook::{EventType, MAX_WEBHOOKS, WebhookContent};

/// A webhook.
pub(crate) struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// What is told, and where.
    pub content: WebhookContent,
    /// When it was made.
    pub created_at: DateTime,
    /// Until when the secret before the last rotation signs as well.
    pub previous_until: Option<DateTime>,
}

#[derive(Deserialize)]
struct WebhookRow {
    id: WebhookId,
    url: String,
    #[serde(deserialize_with = "list")]
    events: Vec<String>,
    #[serde(deserialize_with = "flag")]
    is_active: bool,
    #[serde(deserialize_with = "time")]
    created_at: DateTime,
    #[serde(deserialize_with = "maybe_time")]
    previous_until: Option<DateTime>,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        Self {
            id: row.id,
            content: WebhookContent { url: row.url, events: row.events, is_active: row.is_active },
            created_at: row.created_at,
            previous_until: row.previous_until,
        }
    }
}

/// Something to be told, for the batch by which it happens.
pub(crate) struct NewEvent {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What it is.
    pub kind: EventType,
    /// What is said of it.
    pub data: Value,
}

/// What is said of a credential.
pub(crate) fn credential_data(id: CredentialId, code: &str, badge: BadgeId, recipient_email: Option<&str>) -> Value {
    serde_json::json!({
        "credentialId": code,
        "credentialUuid": id,
        "badgeId": badge,
        "recipientEmail": recipient_email,
    })
}

/// A delivery that this attempt, and no other at the same time, is to make.
#[derive(Deserialize)]
pub(crate) struct LeasedDelivery {
    /// Which attempt this is, counted from 1.
    pub attempts: i64,
    /// Which webhook.
    pub webhook_id: WebhookId,
    /// Whether it is still told anything.
    #[serde(deserialize_with = "flag")]
    pub is_active: bool,
    /// Its address.
    pub url: String,
    /// Its secret, sealed.
    pub sealed_secret: String,
    /// The one before.
    pub sealed_previous_secret: Option<String>,
    /// Until when that one signs as well.
    #[serde(deserialize_with = "maybe_time")]
    pub previous_until: Option<DateTime>,
    /// Which event.
    pub event_id: String,
    /// Its type.
    pub event_type: String,
    /// What is said of it, as JSON.
    pub data: String,
    /// When it happened.
    #[serde(deserialize_with = "time")]
    pub event_created_at: DateTime,
}

/// A delivery, for the log.
#[derive(Deserialize)]
pub(crate) struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Which event.
    pub event_id: String,
    /// Its type.
    pub event_type: String,
    /// `waiting`, `delivered` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What the address answered last.
    pub last_status: Option<i64>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it is tried next, while it waits.
    #[serde(deserialize_with = "time")]
    pub next_attempt_at: DateTime,
    /// Since when.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
    /// When it came to its end.
    #[serde(deserialize_with = "maybe_time")]
    pub ended_at: Option<DateTime>,
}

#[derive(Deserialize)]
struct Id {
    id: DeliveryId,
}

/// Whether a webhook `w` is told of events of a type, which stands in the statement as `?3` or in a column.
pub(super) fn wants(kind: &str) -> String {
    format!(
        "w.is_active = 1 AND (json_array_length(w.events) = 0
           OR EXISTS (SELECT 1 FROM json_each(w.events) WHERE value = {kind}))"
    )
}

/// A version 4 UUID of the database's own randomness.
pub(super) const NEW_ID: &str =
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
    substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

impl Store {
    /// The statements that tell of something, unless nobody wants to know; for the end of the batch by which it happens. The
    /// last of them answers with the deliveries. With a `condition` it happens only where that holds.
    pub(super) fn event_statements(
        &self,
        event: &NewEvent,
        condition: &str,
        now: DateTime,
    ) -> Result<Vec<D1PreparedStatement>, StoreError> {
        let wants = wants("?3");
        let insert = format!(
            "INSERT INTO webhook_event (id, organization_id, type, data, created_at) SELECT ?1, ?2, ?3, ?4, ?5
             WHERE ({condition}) AND EXISTS (SELECT 1 FROM webhook w WHERE w.organization_id = ?2 AND {wants})
             ON CONFLICT DO NOTHING"
        );
        let deliver = format!(
            "INSERT INTO webhook_delivery (id, organization_id, webhook_id, event_id, next_attempt_at, created_at)
             SELECT {NEW_ID}, w.organization_id, w.id, e.id, ?4, ?5
             FROM webhook_event e JOIN webhook w ON w.organization_id = e.organization_id
             WHERE e.id = ?1 AND w.organization_id = ?2 AND {wants} ON CONFLICT DO NOTHING RETURNING id"
        );
        let (id, kind, sweep) = (&event.id, event.kind.as_str(), now.plus_seconds(attempts::SWEEP_SECONDS));
        Ok(vec![
            statement!(self.db, &insert, id, event.organization, kind, event.data.to_string(), now)?,
            statement!(self.db, &deliver, id, event.organization, kind, sweep, now)?,
        ])
    }

    /// The deliveries that a batch has made: those of its statements that answer with any.
    pub(super) fn deliveries(results: &[D1Result]) -> Vec<DeliveryId> {
        let read = |result| rows::<Id>(Some(result)).unwrap_or_default();
        results.iter().flat_map(read).map(|row| row.id).collect()
    }

    /// Makes a webhook; `false` when there are too many.
    pub(crate) async fn create_webhook(
        &self,
        id: WebhookId,
        organization: OrganizationId,
        content: &WebhookContent,
        sealed_secret: &str,
        answer: Option<&NewAnswer<'_>>,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let insert = "INSERT INTO webhook (id, organization_id, url, events, sealed_secret, is_active, created_at)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE (SELECT count(*) FROM webhook WHERE organization_id = ?2) < ?8
            RETURNING id";
        let events = list_text(&content.events);
        let (url, is_active) = (&content.url, content.is_active);
        let mut statements = vec![statement!(
            self.db,
            insert,
            id,
            organization,
            url,
            events,
            sealed_secret,
            is_active,
            now,
            MAX_WEBHOOKS
        )?];
        if let Some(answer) = answer {
            statements.push(self.insert_answer(organization, answer, now)?);
        }
        let results = self.db.batch(statements).await?;
        Ok(row::<Value>(results.first())?.is_some())
    }

    /// The webhooks of an organization, the first ones first.
    pub(crate) async fn webhooks(&self, organization: OrganizationId) -> Result<Vec<Webhook>, StoreError> {
        let select = "SELECT id, url, events, is_active, created_at, previous_until FROM webhook
            WHERE organization_id = ?1 ORDER BY created_at, id";
        let result = statement!(self.db, select, organization)?.all().await?;
        Ok(rows::<WebhookRow>(Some(&result))?.into_iter().map(Into::into).collect())
    }

    /// One of them.
    pub(crate) async fn webhook(
        &self,
        organization: OrganizationId,
        id: WebhookId,
    ) -> Result<Option<Webhook>, StoreError> {
        let select = "SELECT id, url, events, is_active, created_at, previous_until FROM webhook
            WHERE organization_id = ?1 AND id = ?2";
        Ok(statement!(self.db, select, organization, id)?.first::<WebhookRow>(None).await?.map(Into::into))
    }

    /// Writes what a webhook is told, and where.
    pub(crate) async fn change_webhook(
        &self,
        organization: OrganizationId,
        id: WebhookId,
        content: &WebhookContent,
    ) -> Result<(), StoreError> {
        let update = "UPDATE webhook SET url = ?3, events = ?4, is_active = ?5 WHERE organization_id = ?1 AND id = ?2";
        let events = list_text(&content.events);
        statement!(self.db, update, organization, id, content.url, events, content.is_active)?.run().await?;
        Ok(())
    }

    /// Deletes a webhook with its log; `false` when there is none.
    pub(crate) async fn delete_webhook(&self, organization: OrganizationId, id: WebhookId) -> Result<bool, StoreError> {
        let delete = "DELETE FROM webhook WHERE organization_id = ?1 AND id = ?2 RETURNING id";
        self.has_changed(statement!(self.db, delete, organization, id)?).await
    }

    /// A webhook's secret, sealed.
    pub(crate) async fn sealed_webhook_secret(
        &self,
        organization: OrganizationId,
        id: WebhookId,
    ) -> Result<Option<String>, StoreError> {
        let select = "SELECT sealed_secret FROM webhook WHERE organization_id = ?1 AND id = ?2";
        Ok(statement!(self.db, select, organization, id)?.first(Some("sealed_secret")).await?)
    }

    /// Puts a new secret for a webhook's; the one before signs beside it until then, or no more where that is `None`. `false`
    /// when there is no webhook.
    pub(crate) async fn rotate_webhook_secret(
        &self,
        organization: OrganizationId,
        id: WebhookId,
        sealed_secret: &str,
        until: Option<DateTime>,
    ) -> Result<bool, StoreError> {
        let update = "UPDATE webhook SET sealed_previous_secret = CASE WHEN ?4 IS NOT NULL THEN sealed_secret END,
              sealed_secret = ?3, previous_until = ?4
            WHERE organization_id = ?1 AND id = ?2 RETURNING id";
        self.has_changed(statement!(self.db, update, organization, id, sealed_secret, until)?).await
    }

    /// The log of a webhook, the newest first.
    pub(crate) async fn delivery_log(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        state: Option<&str>,
        page: Page,
    ) -> Result<Listed<Delivery>, StoreError> {
        let filtered = "d.organization_id = ?1 AND d.webhook_id = ?2 AND (?3 IS NULL OR d.state = ?3)";
        let count = format!("SELECT count(*) AS total FROM webhook_delivery d WHERE {filtered}");
        let select = format!(
            "SELECT d.id, d.event_id, e.type AS event_type, d.state, d.attempts, d.last_status, d.last_error,
               d.next_attempt_at, d.created_at, d.ended_at
             FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id
             WHERE {filtered} ORDER BY d.created_at DESC, d.id LIMIT ?4 OFFSET ?5"
        );
        let statements = vec![
            statement!(self.db, &count, organization, webhook, state)?,
            statement!(self.db, &select, organization, webhook, state, page.limit, page.offset)?,
        ];
        let results = self.db.batch(statements).await?;
        Ok(Listed { items: rows(results.get(1))?, total: total(results.first())? })
    }

    /// Lets a delivery that has ended be made once more; `false` when there is none, or it still waits.
    pub(crate) async fn redeliver(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        id: DeliveryId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let update = "UPDATE webhook_delivery SET state = 'waiting', ended_at = NULL, attempts = 0, leased_until = 0,
              next_attempt_at = ?4
            WHERE organization_id = ?1 AND webhook_id = ?2 AND id = ?3 AND state <> 'waiting' RETURNING id";
        let sweep = now.plus_seconds(attempts::SWEEP_SECONDS);
        self.has_changed(statement!(self.db, update, organization, webhook, id, sweep)?).await
    }

    /// Takes a delivery for one attempt; `None` when it has ended, or another attempt is under way.
    pub(crate) async fn lease_delivery(
        &self,
        id: DeliveryId,
        now: DateTime,
    ) -> Result<Option<LeasedDelivery>, StoreError> {
        let lease = "UPDATE webhook_delivery SET attempts = attempts + 1, leased_until = ?3, next_attempt_at = ?3
            WHERE id = ?1 AND state = 'waiting' AND leased_until <= ?2 RETURNING id";
        let select = "SELECT d.attempts, d.webhook_id, w.is_active, w.url, w.sealed_secret, w.sealed_previous_secret,
              w.previous_until, e.id AS event_id, e.type AS event_type, e.data, e.created_at AS event_created_at
            FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id JOIN webhook_event e ON e.id = d.event_id
            WHERE d.id = ?1";
        let until = now.plus_seconds(attempts::LEASE_SECONDS);
        let statements = vec![statement!(self.db, lease, id, now, until)?, statement!(self.db, select, id)?];
        let results = self.db.batch(statements).await?;
        if row::<Value>(results.first())?.is_none() {
            return Ok(None);
        }
        row(results.get(1))
    }

    /// Ends a delivery: it was made, or it has failed for good.
    pub(crate) async fn end_delivery(
        &self,
        id: DeliveryId,
        status: Option<u16>,
        error: Option<&str>,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let end = "UPDATE webhook_delivery SET state = ?2, last_status = ?3, last_error = ?4, ended_at = ?5
            WHERE id = ?1 AND state = 'waiting'";
        let state = if error.is_some() { "failed" } else { "delivered" };
        statement!(self.db, end, id, state, status.map(i64::from), error, now)?.run().await?;
        Ok(())
    }

    /// Puts a delivery back until its next attempt.
    pub(crate) async fn postpone_delivery(
        &self,
        id: DeliveryId,
        status: Option<u16>,
        error: &str,
        next: DateTime,
    ) -> Result<(), StoreError> {
        let postpone = "UPDATE webhook_delivery SET last_status = ?2, last_error = ?3, next_attempt_at = ?4,
              leased_until = 0
            WHERE id = ?1 AND state = 'waiting'";
        statement!(self.db, postpone, id, status.map(i64::from), error, next)?.run().await?;
        Ok(())
    }

    /// Deliveries whose next attempt is due and which nobody has brought; they are due again later.
    pub(crate) async fn due_deliveries(&self, limit: i64, now: DateTime) -> Result<Vec<DeliveryId>, StoreError> {
        let due = "UPDATE webhook_delivery SET next_attempt_at = ?2 WHERE id IN
              (SELECT id FROM webhook_delivery WHERE state = 'waiting' AND next_attempt_at <= ?1
               ORDER BY next_attempt_at LIMIT ?3)
            RETURNING id";
        let later = now.plus_seconds(attempts::SWEEP_SECONDS);
        Ok(Self::deliveries(&self.db.batch(vec![statement!(self.db, due, now, later, limit)?]).await?))
    }
}
