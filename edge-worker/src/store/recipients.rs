//! Recipients, and how they are forgotten.

use super::Store;
use super::sql::{StoreError, row, statement};
use crate::domain::email::{ERASED, Email};
use crate::domain::ids::OrganizationId;

impl Store {
    /// Erases what is known of a recipient: address and names, mails, rows of uploads, and kept answers. Their credentials
    /// stay, as records of what was signed, and are no longer shown to strangers. How many credentials there are; `None` when
    /// the address is not known.
    pub(crate) async fn erase_recipient(
        &self,
        organization: OrganizationId,
        email: &Email,
    ) -> Result<Option<i64>, StoreError> {
        #[derive(serde::Deserialize)]
        struct Erased {
            credentials: i64,
        }
        let recipient =
            "(SELECT id FROM recipient WHERE organization_id = ?1 AND identity_type = 'email' AND identity = ?2)";
        let count = "SELECT (SELECT count(*) FROM credential WHERE recipient_id = r.id) AS credentials FROM recipient r
            WHERE organization_id = ?1 AND identity_type = 'email' AND identity = ?2";
        let credentials =
            format!("UPDATE credential SET recipient_name = '', is_public = 0 WHERE recipient_id = {recipient}");
        let mails = "DELETE FROM mail WHERE organization_id = ?1 AND recipient = ?2";
        let rows =
            "UPDATE job_row SET name = NULL, email = NULL, reason = NULL WHERE lower(email) = ?2 AND state <> 'waiting'
            AND job_id IN (SELECT id FROM job WHERE organization_id = ?1)";
        let answers = "DELETE FROM idempotency WHERE organization_id = ?1 AND instr(response, ?2) > 0";
        let events = "UPDATE webhook_event SET data = json_set(data, '$.recipientEmail', NULL)
            WHERE organization_id = ?1 AND json_extract(data, '$.recipientEmail') = ?2";
        // What has not come to its end issues nothing to somebody who is forgotten.
        let queued = "UPDATE queue_job SET state = 'failed', ended_at = coalesce(ended_at, created_at),
              last_error = 'the recipient was erased', identity = NULL, identifiers = NULL
            WHERE organization_id = ?1 AND identity_type = 'email' AND identity = ?2";
        let identity = format!(
            "UPDATE recipient SET identity = '{ERASED}' || id
             WHERE organization_id = ?1 AND identity_type = 'email' AND identity = ?2"
        );
        let mut statements = vec![statement!(self.db, count, organization, email)?];
        for sql in [credentials.as_str(), mails, rows, answers, events, queued, &identity] {
            statements.push(statement!(self.db, sql, organization, email)?);
        }
        let results = self.db.batch(statements).await?;
        Ok(row::<Erased>(results.first())?.map(|erased| erased.credentials))
    }
}
