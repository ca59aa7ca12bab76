//! Signing in: codes, sessions and who they belong to.

use ob3_core::DateTime;
use serde::Deserialize;

use super::Store;
use super::mail::NewMail;
use super::sql::{StoreError, maybe_time, row, statement};
use crate::domain::email::Email;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::Bearer;
use crate::domain::sign_in::{CODE_ATTEMPTS, CODE_LIFETIME_SECONDS, SESSION_LIFETIME_SECONDS};

/// The person of a session that has not ended.
#[derive(Clone, Deserialize)]
pub(crate) struct Person {
    /// Their id.
    pub id: UserId,
    /// Their address.
    pub email: Email,
    /// Since when it is known to be theirs.
    #[serde(deserialize_with = "maybe_time")]
    pub email_verified_at: Option<DateTime>,
}

/// A session to be stored.
pub(crate) struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Hash of its refresh token.
    pub refresh_sha256: &'a str,
}

/// A session that was carried on.
#[derive(Deserialize)]
pub(crate) struct Refreshed {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
}

#[derive(Deserialize)]
struct Mac {
    mac: String,
}

const PERSON: &str = "u.id, u.email, u.email_verified_at";

impl Store {
    /// Makes a code the one that is good for an address, and puts the mail with it into the outbox.
    pub(crate) async fn set_code(
        &self,
        email: &Email,
        mac: &str,
        mail: &NewMail,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let set = "INSERT INTO sign_in_code (email, mac, expires_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (email) DO UPDATE SET mac = excluded.mac, expires_at = excluded.expires_at, attempts = 0";
        let expires_at = now.plus_seconds(CODE_LIFETIME_SECONDS);
        let statements = vec![statement!(self.db, set, email, mac, expires_at)?, self.insert_mail(mail, now)?];
        self.db.batch(statements).await?;
        Ok(())
    }

    /// Counts an attempt at an address's code and gives its keyed hash; `None` when there is none that may be tried.
    pub(crate) async fn try_code(&self, email: &Email, now: DateTime) -> Result<Option<String>, StoreError> {
        let count = "UPDATE sign_in_code SET attempts = attempts + 1
            WHERE email = ?1 AND expires_at > ?2 AND attempts < ?3 RETURNING mac";
        let results = self.db.batch(vec![statement!(self.db, count, email, now, CODE_ATTEMPTS)?]).await?;
        Ok(row::<Mac>(results.first())?.map(|row| row.mac))
    }

    /// Uses a code up and begins a session of its address's person, who becomes one by this if nobody has the address yet.
    /// `None` when the code was used up in the meantime.
    pub(crate) async fn sign_in(
        &self,
        new_user: UserId,
        email: &Email,
        mac: &str,
        session: &NewSession<'_>,
        now: DateTime,
    ) -> Result<Option<Person>, StoreError> {
        // Everything hangs on the code being there, which the last statement takes away: of two that come with it, one
        // finds it.
        let has_code = "EXISTS (SELECT 1 FROM sign_in_code WHERE email = ?1 AND mac = ?2)";
        let user = format!(
            "INSERT INTO user (id, email, email_verified_at, created_at) SELECT ?3, ?1, ?4, ?4 WHERE {has_code}
             ON CONFLICT (email) DO UPDATE SET email_verified_at = coalesce(email_verified_at, excluded.email_verified_at)"
        );
        let begin = format!(
            "INSERT INTO session (id, user_id, refresh_sha256, created_at, expires_at)
             SELECT ?3, id, ?4, ?5, ?6 FROM user WHERE email = ?1 AND {has_code}"
        );
        let select = format!("SELECT {PERSON} FROM session s JOIN user u ON u.id = s.user_id WHERE s.id = ?1");
        let expires_at = now.plus_seconds(SESSION_LIFETIME_SECONDS);
        let statements = vec![
            statement!(self.db, &user, email, mac, new_user, now)?,
            statement!(self.db, &begin, email, mac, session.id, session.refresh_sha256, now, expires_at)?,
            statement!(self.db, &select, session.id)?,
            statement!(self.db, "DELETE FROM sign_in_code WHERE email = ?1 AND mac = ?2", email, mac)?,
        ];
        let results = self.db.batch(statements).await?;
        row(results.get(2))
    }

    /// Begins a session of somebody who came in without a code.
    pub(crate) async fn begin_session(
        &self,
        user: UserId,
        session: &NewSession<'_>,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let begin = "INSERT INTO session (id, user_id, refresh_sha256, created_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5)";
        let expires_at = now.plus_seconds(SESSION_LIFETIME_SECONDS);
        statement!(self.db, begin, session.id, user, session.refresh_sha256, now, expires_at)?.run().await?;
        Ok(())
    }

    /// The person of a session; `None` when it has ended.
    pub(crate) async fn person(&self, bearer: Bearer, now: DateTime) -> Result<Option<Person>, StoreError> {
        let select = format!(
            "SELECT {PERSON} FROM session s JOIN user u ON u.id = s.user_id
             WHERE s.id = ?1 AND s.user_id = ?2 AND s.ended_at IS NULL AND s.expires_at > ?3"
        );
        Ok(statement!(self.db, &select, bearer.session, bearer.user, now)?.first(None).await?)
    }

    /// Puts another refresh token for a session's good one. A token that was replaced before ends the session: two have
    /// it, and one of them is not its owner (RFC 9700 §4.14.2).
    pub(crate) async fn refresh(
        &self,
        sha256: &str,
        next_sha256: &str,
        now: DateTime,
    ) -> Result<Option<Refreshed>, StoreError> {
        let end = "UPDATE session SET ended_at = ?2 WHERE previous_sha256 = ?1 AND ended_at IS NULL";
        let replace = "UPDATE session SET refresh_sha256 = ?2, previous_sha256 = ?1
            WHERE refresh_sha256 = ?1 AND ended_at IS NULL AND expires_at > ?3 RETURNING id, user_id";
        let statements =
            vec![statement!(self.db, end, sha256, now)?, statement!(self.db, replace, sha256, next_sha256, now)?];
        let results = self.db.batch(statements).await?;
        row(results.get(1))
    }

    /// Ends a session.
    pub(crate) async fn end_session(&self, id: SessionId, now: DateTime) -> Result<(), StoreError> {
        let end = "UPDATE session SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
        statement!(self.db, end, id, now)?.run().await?;
        Ok(())
    }
}
