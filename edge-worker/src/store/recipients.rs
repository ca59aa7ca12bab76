//! Recipients, and how they are forgotten.

use super::Store;
use super::sql::{StoreError, row, statement};
use crate::domain::email::{ERASED, Email};
use crate::domain::ids::OrganizationId;

impl Store {
    /// Erases what is known of a recipient: address, its hash and names, mails, rows of uploads, and kept answers. Their credentials
    /// stay, as records of what was signed, and are no longer shown to strangers. How many credentials there are; `None` when
    /// the address is not known.
    pub(crate) async fn erase_recipient(
        &self,
        organization: OrganizationId,
        email: &Email,
    ) -> Result<Option<i64>, StoreError> {
        #[derive(serde::Deserialize)]
        struct Erased {
            /// NULL where there is no such recipient.
            credentials: Option<i64>,
        }
        // By the address, and by its hash where that is all that is known: neither has the form of the other. SQLite uses the
        // whole index for this, and a part of it for an OR.
        const THEIRS: &str =
            "organization_id = ?1 AND identity_type IN ('email', 'email_sha256') AND identity IN (?2, ?3)";
        let count = format!(
            "SELECT sum((SELECT count(*) FROM credential WHERE recipient_id = r.id)) AS credentials
            FROM recipient r WHERE {THEIRS}"
        );
        let credentials = format!(
            "UPDATE credential SET recipient_name = '', is_public = 0
            WHERE recipient_id IN (SELECT id FROM recipient WHERE {THEIRS})"
        );
        let mails = "DELETE FROM mail WHERE organization_id = ?1 AND recipient = ?2";
        let rows =
            "UPDATE job_row SET name = NULL, email = NULL, reason = NULL WHERE lower(email) = ?2 AND state <> 'waiting'
            AND job_id IN (SELECT id FROM job WHERE organization_id = ?1)";
        let answers = "DELETE FROM idempotency
            WHERE organization_id = ?1 AND (instr(response, ?2) > 0 OR instr(response, ?3) > 0)";
        let events = "UPDATE webhook_event SET data = json_set(data, '$.recipientEmail', NULL)
            WHERE organization_id = ?1 AND json_extract(data, '$.recipientEmail') = ?2";
        // What has not come to its end issues nothing to somebody who is forgotten.
        let queued = format!(
            "UPDATE queue_job SET state = 'failed', ended_at = coalesce(ended_at, created_at),
              last_error = 'the recipient was erased', identity = NULL, identifiers = NULL WHERE {THEIRS}"
        );
        let identity = format!("UPDATE recipient SET identity = '{ERASED}' || id WHERE {THEIRS}");
        let hash = email.sha256();
        let mut statements = vec![statement!(self.db, &count, organization, email, hash)?];
        for sql in [credentials.as_str(), &queued, &identity, answers] {
            statements.push(statement!(self.db, sql, organization, email, hash)?);
        }
        for sql in [mails, rows, events] {
            statements.push(statement!(self.db, sql, organization, email)?);
        }
        let results = self.db.batch(statements).await?;
        Ok(row::<Erased>(results.first())?.and_then(|erased| erased.credentials))
    }
}
