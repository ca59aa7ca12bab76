//! People who sign in.

use ob3_core::DateTime;
use serde::Deserialize;

use super::Store;
use super::sql::{StoreError, flag, maybe_time, row, statement};
use crate::domain::email::Email;
use crate::domain::ids::UserId;

/// A person.
#[derive(Deserialize)]
pub(crate) struct User {
    /// Their id.
    pub id: UserId,
    /// Their address.
    pub email: Email,
    /// Whether they came in by the bootstrap secret.
    #[serde(deserialize_with = "flag")]
    pub is_bootstrap_owner: bool,
    /// Since when the address is known to be theirs.
    #[serde(deserialize_with = "maybe_time")]
    pub email_verified_at: Option<DateTime>,
}

impl Store {
    /// The bootstrap owner, who becomes one by this if there is none yet. Of two that come at the same time, the first
    /// is; the other gets the same answer as everybody after.
    pub(crate) async fn bootstrap_owner(&self, id: UserId, email: &Email, now: DateTime) -> Result<User, StoreError> {
        let insert = "INSERT INTO user (id, email, is_bootstrap_owner, created_at)
            SELECT ?1, ?2, 1, ?3 WHERE NOT EXISTS (SELECT 1 FROM user WHERE is_bootstrap_owner = 1)
            ON CONFLICT (email) DO UPDATE SET is_bootstrap_owner = 1";
        let select = "SELECT id, email, is_bootstrap_owner, email_verified_at FROM user WHERE is_bootstrap_owner = 1";
        let statements = vec![statement!(self.db, insert, id, email, now)?, statement!(self.db, select)?];
        let results = self.db.batch(statements).await?;
        row(results.get(1))?.ok_or_else(|| StoreError::Failed("the bootstrap owner was not stored".into()))
    }

    /// A person by id.
    pub(crate) async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let select = "SELECT id, email, is_bootstrap_owner, email_verified_at FROM user WHERE id = ?1";
        Ok(statement!(self.db, select, id)?.first(None).await?)
    }
}
