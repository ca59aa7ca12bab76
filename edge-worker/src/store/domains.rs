//! Domains of organizations.

use ob3_core::DateTime;
use serde::Deserialize;
use serde_json::Value;

use super::Store;
use super::answers::NewAnswer;
use super::sql::{StoreError, maybe_time, row, rows, statement, time};
use crate::domain::domain_name::MAX_DOMAINS;
use crate::domain::ids::{DomainId, OrganizationId};

/// A domain that an organization says is its own.
#[derive(Deserialize)]
pub(crate) struct Domain {
    /// Its id.
    pub id: DomainId,
    /// Its name.
    pub domain: String,
    /// What proves it.
    pub token: String,
    /// Since when it is there.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
    /// When the record was looked for last, and an answer was had.
    #[serde(deserialize_with = "maybe_time")]
    pub checked_at: Option<DateTime>,
    /// Since when it is proved.
    #[serde(deserialize_with = "maybe_time")]
    pub verified_at: Option<DateTime>,
}

const COLUMNS: &str = "id, domain, token, created_at, checked_at, verified_at";

impl Store {
    /// The domains of an organization, by name.
    pub(crate) async fn domains(&self, organization: OrganizationId) -> Result<Vec<Domain>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM organization_domain WHERE organization_id = ?1 ORDER BY domain");
        rows(Some(&statement!(self.db, &select, organization)?.all().await?))
    }

    /// One of them.
    pub(crate) async fn domain(
        &self,
        organization: OrganizationId,
        id: DomainId,
    ) -> Result<Option<Domain>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM organization_domain WHERE organization_id = ?1 AND id = ?2");
        Ok(statement!(self.db, &select, organization, id)?.first(None).await?)
    }

    /// Adds a domain; `false` when there are too many.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the organization has it already.
    pub(crate) async fn add_domain(
        &self,
        organization: OrganizationId,
        domain: &Domain,
        answer: Option<&NewAnswer<'_>>,
    ) -> Result<bool, StoreError> {
        let insert = "INSERT INTO organization_domain (id, organization_id, domain, token, created_at)
            SELECT ?1, ?2, ?3, ?4, ?5
            WHERE (SELECT count(*) FROM organization_domain WHERE organization_id = ?2) < ?6 RETURNING id";
        let Domain { id, domain, token, created_at, .. } = domain;
        let mut statements =
            vec![statement!(self.db, insert, id, organization, domain, token, created_at, MAX_DOMAINS)?];
        if let Some(answer) = answer {
            statements.push(self.insert_answer(organization, answer, *created_at)?);
        }
        let results = self.db.batch(statements).await?;
        Ok(row::<Value>(results.first())?.is_some())
    }

    /// Keeps what a look at the record came to, if it was for this token. What was proved before stays proved since then.
    pub(crate) async fn settle_domain(
        &self,
        organization: OrganizationId,
        checked: &Domain,
        is_proved: bool,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let update = "UPDATE organization_domain SET checked_at = ?4,
              verified_at = CASE WHEN ?5 = 1 THEN coalesce(verified_at, ?4) END
            WHERE organization_id = ?1 AND id = ?2 AND token = ?3 RETURNING id";
        self.has_changed(statement!(self.db, update, organization, checked.id, checked.token, now, is_proved)?).await
    }

    /// Deletes a domain; `false` when there is none.
    pub(crate) async fn delete_domain(&self, organization: OrganizationId, id: DomainId) -> Result<bool, StoreError> {
        let delete = "DELETE FROM organization_domain WHERE organization_id = ?1 AND id = ?2 RETURNING id";
        self.has_changed(statement!(self.db, delete, organization, id)?).await
    }
}
