//! The outbox of mails.

use ob3_core::DateTime;
use serde::Deserialize;
use worker::D1PreparedStatement;

use super::Store;
use super::sql::{StoreError, row, rows, statement};
use crate::domain::attempts;
use crate::domain::email::Email;
use crate::domain::ids::{CredentialId, MailId, OrganizationId};
use crate::domain::locale::Locale;

/// A mail to be put into the outbox.
pub(crate) struct NewMail {
    /// Its id.
    pub id: MailId,
    /// Whose mail it is.
    pub organization: Option<OrganizationId>,
    /// The credential that it tells of.
    pub credential: Option<CredentialId>,
    /// To whom.
    pub recipient: Email,
    /// Which template.
    pub template: &'static str,
    /// In which language.
    pub locale: Locale,
    /// What it says, sealed.
    pub sealed_content: String,
}

/// A mail that this attempt, and no other at the same time, is to send.
#[derive(Deserialize)]
pub(crate) struct LeasedMail {
    /// To whom.
    pub recipient: Email,
    /// In which language.
    pub locale: String,
    /// What it says, sealed.
    pub sealed_content: String,
    /// Which attempt this is, counted from 1.
    pub attempts: i64,
}

#[derive(Deserialize)]
struct Id {
    id: MailId,
}

impl Store {
    /// Puts a mail into the outbox; the clock takes it up if the queue does not.
    pub(super) fn insert_mail(&self, mail: &NewMail, now: DateTime) -> Result<D1PreparedStatement, StoreError> {
        let insert =
            "INSERT INTO mail (id, organization_id, credential_id, recipient, template, locale, sealed_content,
              next_attempt_at, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        statement!(
            self.db,
            insert,
            mail.id,
            mail.organization,
            mail.credential,
            mail.recipient,
            mail.template,
            mail.locale.as_str(),
            mail.sealed_content,
            now.plus_seconds(attempts::SWEEP_SECONDS),
            now,
        )
    }

    /// Puts another mail about a credential into the outbox; `false` when one is there that was written after `since` and has
    /// not failed. Of two requests at the same time one writes.
    pub(crate) async fn put_mail_again(
        &self,
        mail: &NewMail,
        credential: CredentialId,
        since: DateTime,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let insert =
            "INSERT INTO mail (id, organization_id, credential_id, recipient, template, locale, sealed_content,
              next_attempt_at, created_at)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE NOT EXISTS
              (SELECT 1 FROM mail WHERE credential_id = ?3 AND created_at > ?10 AND state <> 'failed')
            RETURNING id";
        let statement = statement!(
            self.db,
            insert,
            mail.id,
            mail.organization,
            credential,
            mail.recipient,
            mail.template,
            mail.locale.as_str(),
            mail.sealed_content,
            now.plus_seconds(attempts::SWEEP_SECONDS),
            now,
            since,
        )?;
        self.has_changed(statement).await
    }

    /// Takes a mail for one attempt; `None` when it has ended, or another attempt is under way.
    pub(crate) async fn lease_mail(&self, id: MailId, now: DateTime) -> Result<Option<LeasedMail>, StoreError> {
        let until = now.plus_seconds(attempts::LEASE_SECONDS);
        let lease = "UPDATE mail SET attempts = attempts + 1, leased_until = ?3, next_attempt_at = ?3
            WHERE id = ?1 AND state = 'waiting' AND leased_until <= ?2
            RETURNING recipient, locale, sealed_content, attempts";
        let results = self.db.batch(vec![statement!(self.db, lease, id, now, until)?]).await?;
        row(results.first())
    }

    /// Ends a mail: it was sent, or it has failed for good. What it said is wiped.
    pub(crate) async fn end_mail(&self, id: MailId, error: Option<&str>, now: DateTime) -> Result<(), StoreError> {
        let end = "UPDATE mail SET state = ?2, last_error = ?3, ended_at = ?4, sealed_content = NULL
            WHERE id = ?1 AND state = 'waiting'";
        let state = if error.is_some() { "failed" } else { "sent" };
        statement!(self.db, end, id, state, error, now)?.run().await?;
        Ok(())
    }

    /// Puts a mail back until its next attempt.
    pub(crate) async fn postpone_mail(&self, id: MailId, error: &str, next: DateTime) -> Result<(), StoreError> {
        let postpone = "UPDATE mail SET last_error = ?2, next_attempt_at = ?3, leased_until = 0
            WHERE id = ?1 AND state = 'waiting'";
        statement!(self.db, postpone, id, error, next)?.run().await?;
        Ok(())
    }

    /// Mails whose next attempt is due and which nobody has brought; they are due again later.
    pub(crate) async fn due_mails(&self, limit: i64, now: DateTime) -> Result<Vec<MailId>, StoreError> {
        let due = "UPDATE mail SET next_attempt_at = ?2 WHERE id IN
              (SELECT id FROM mail WHERE state = 'waiting' AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?3)
            RETURNING id";
        let later = now.plus_seconds(attempts::SWEEP_SECONDS);
        let results = self.db.batch(vec![statement!(self.db, due, now, later, limit)?]).await?;
        Ok(rows::<Id>(results.first())?.into_iter().map(|row| row.id).collect())
    }
}
