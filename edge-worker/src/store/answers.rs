//! First answers to requests that named an idempotency key, kept for those who ask again.

use ob3_core::DateTime;
use serde::Deserialize;
use worker::D1PreparedStatement;

use super::Store;
use super::sql::{StoreError, statement};
use crate::domain::ids::{OrganizationId, UserId};

/// The first answer to a request with an idempotency key.
#[derive(Deserialize)]
pub(crate) struct Answered {
    /// Hash of the request.
    pub request_sha256: String,
    /// The status of the answer.
    pub status: u16,
    /// The answer.
    pub response: String,
}

/// The answer to a request with an idempotency key, to be written in the batch that does what was asked for.
pub(crate) struct NewAnswer<'a> {
    /// The key.
    pub key: &'a str,
    /// Hash of the request.
    pub request_sha256: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// The answer.
    pub response: &'a str,
}

/// The answer to a request of an organization (`?1`) with a key, which is that parameter.
pub(super) fn select_answer(key: u8) -> String {
    format!("SELECT request_sha256, status, response FROM idempotency WHERE organization_id = ?1 AND key = ?{key}")
}

impl Store {
    /// The first answer to a request of an organization with an idempotency key.
    pub(crate) async fn answered(
        &self,
        organization: OrganizationId,
        key: &str,
    ) -> Result<Option<Answered>, StoreError> {
        Ok(self.select_answer(organization, Some(key))?.first(None).await?)
    }

    /// The first answer to a request of a person with an idempotency key, by which an organization was made.
    pub(crate) async fn answered_to_user(&self, user: UserId, key: &str) -> Result<Option<Answered>, StoreError> {
        let select = "SELECT i.request_sha256, i.status, i.response
            FROM member m JOIN idempotency i ON i.organization_id = m.organization_id AND i.key = ?2
            WHERE m.user_id = ?1 AND m.role = 'owner' LIMIT 1";
        Ok(statement!(self.db, select, user, key)?.first(None).await?)
    }

    fn select_answer(
        &self,
        organization: OrganizationId,
        key: Option<&str>,
    ) -> Result<D1PreparedStatement, StoreError> {
        statement!(self.db, &select_answer(2), organization, key)
    }

    pub(super) fn insert_answer(
        &self,
        organization: OrganizationId,
        answer: &NewAnswer<'_>,
        now: DateTime,
    ) -> Result<D1PreparedStatement, StoreError> {
        let insert = "INSERT INTO idempotency (organization_id, key, request_sha256, status, response, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let NewAnswer { key, request_sha256, status, response } = answer;
        statement!(self.db, insert, organization, key, request_sha256, i64::from(*status), response, now)
    }
}
