//! Credentials whose time is over: each move is written down once, by the clock or by who comes before it.

use ob3_core::DateTime;

use super::Store;
use super::sql::{Bind, DATABASE_NOW, StoreError, prepare};
use super::webhooks::{NEW_ID, wants};
use crate::domain::attempts;
use crate::domain::email::ERASED;
use crate::domain::ids::{CredentialId, DeliveryId};
use crate::domain::webhook::EventType;

impl Store {
    /// Writes down that credentials have expired, the longest over first.
    pub(crate) async fn expire_due(&self, limit: i64, now: DateTime) -> Result<Vec<DeliveryId>, StoreError> {
        self.expire("?2 > 0 ORDER BY valid_until, id LIMIT ?2", limit.bind(), now).await
    }

    /// The same of one credential, if its time is over.
    pub(crate) async fn expire_one(&self, id: CredentialId, now: DateTime) -> Result<Vec<DeliveryId>, StoreError> {
        self.expire("id = ?2", id.bind(), now).await
    }

    /// Event, state and what webhooks are told, in one batch. No list is part of it: what was signed says when it is over.
    async fn expire(
        &self,
        which: &str,
        value: worker::wasm_bindgen::JsValue,
        now: DateTime,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        // As `Lifetime::state`: who was made active again after that time, stays so.
        let due = format!(
            "SELECT id FROM credential WHERE valid_until IS NOT NULL AND expired_at IS NULL AND revoked_at IS NULL
             AND valid_until <= ?1 AND (reactivated_at IS NULL OR reactivated_at < valid_until) AND {which}"
        );
        let event = format!(
            "INSERT INTO credential_event (id, organization_id, credential_id, from_state, to_state, reason_code,
               transition_source, transitioned_at, number, created_at)
             SELECT {NEW_ID}, organization_id, id, CASE WHEN suspended_at IS NULL THEN 'active' ELSE 'suspended' END,
               'expired', 'credential_expired', 'automation', valid_until, moves + 1, {DATABASE_NOW}
             FROM credential WHERE id IN ({due})"
        );
        let (kind, wants) = (EventType::Expired.as_str(), wants("?3"));
        // Its id follows from the move, so that it is told once. Before expiry was a move, `expiry_told_at` said that it was.
        let told = "'evt_x' || replace(c.id, '-', '') || '_' || c.moves";
        let tell = format!(
            "INSERT INTO webhook_event (id, organization_id, type, data, created_at)
             SELECT {told}, c.organization_id, ?3, json_object('credentialId', c.code, 'credentialUuid', c.id,
                 'badgeId', c.badge_id, 'recipientEmail', CASE WHEN r.identity_type = 'email' AND r.identity NOT LIKE '{ERASED}%' THEN r.identity END),
               c.valid_until
             FROM credential c JOIN recipient r ON r.id = c.recipient_id
             WHERE c.id IN ({due}) AND c.expiry_told_at IS NULL
               AND EXISTS (SELECT 1 FROM webhook w WHERE w.organization_id = c.organization_id AND {wants})
             ON CONFLICT DO NOTHING"
        );
        let deliver = format!(
            "INSERT INTO webhook_delivery (id, organization_id, webhook_id, event_id, next_attempt_at, created_at)
             SELECT {NEW_ID}, w.organization_id, w.id, e.id, ?4, ?1
             FROM credential c JOIN webhook_event e ON e.id = {told} JOIN webhook w ON w.organization_id = c.organization_id
             WHERE c.id IN ({due}) AND {wants} ON CONFLICT DO NOTHING RETURNING id"
        );
        let update = format!("UPDATE credential SET expired_at = valid_until, moves = moves + 1 WHERE id IN ({due})");
        let sweep = now.plus_seconds(attempts::SWEEP_SECONDS);
        let values = [now.bind(), value, kind.bind(), sweep.bind()];
        let first = |count| values.get(..count).unwrap_or_default();
        let statements = vec![
            prepare(&self.db, &event, first(2))?,
            prepare(&self.db, &tell, first(3))?,
            prepare(&self.db, &deliver, first(4))?,
            prepare(&self.db, &update, first(2))?,
        ];
        Ok(Self::deliveries(&self.db.batch(statements).await?))
    }
}
