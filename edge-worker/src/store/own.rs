//! Credentials as their recipients have them.

use ob3_core::DateTime;
use serde::Deserialize;

use super::credentials::{COLUMNS, Credential, CredentialRow, TABLES};
use super::sql::{StoreError, row, rows, statement, total};
use super::webhooks::NewEvent;
use super::{Listed, Store};
use crate::domain::credential::CredentialName;
use crate::domain::email::Email;
use crate::domain::ids::{CredentialId, DeliveryId, OrganizationId, UserId};
use crate::domain::paging::Page;

/// A credential with its issuer's name.
pub(crate) struct OwnCredential {
    /// The credential.
    pub credential: Credential,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The issuer's name.
    pub organization_name: String,
}

#[derive(Deserialize)]
struct OwnRow {
    #[serde(flatten)]
    credential: CredentialRow,
    organization_id: OrganizationId,
    organization_name: String,
}

impl From<OwnRow> for OwnCredential {
    fn from(row: OwnRow) -> Self {
        Self {
            credential: row.credential.into(),
            organization: row.organization_id,
            organization_name: row.organization_name,
        }
    }
}

/// That a recipient `r` is who has the address `?1`, of which `?2` is the hash.
pub(super) const OWN: &str = "(r.identity_type = 'email' AND r.identity = ?1
    OR r.identity_type = 'email_sha256' AND r.identity = ?2)";

impl Store {
    /// The credentials of an address, of all issuers, the newest first: of those too that know its hash only.
    pub(crate) async fn own_credentials(
        &self,
        address: &Email,
        page: Page,
    ) -> Result<Listed<OwnCredential>, StoreError> {
        let hash = address.sha256();
        let count =
            format!("SELECT count(*) AS total FROM recipient r JOIN credential c ON c.recipient_id = r.id WHERE {OWN}");
        let select = format!(
            "SELECT {COLUMNS}, o.id AS organization_id, o.name AS organization_name
             FROM {TABLES} JOIN organization o ON o.id = c.organization_id
             WHERE {OWN} ORDER BY c.issued_at DESC, c.id LIMIT ?3 OFFSET ?4"
        );
        let statements = vec![
            statement!(self.db, &count, address, hash)?,
            statement!(self.db, &select, address, hash, page.limit, page.offset)?,
        ];
        let results = self.db.batch(statements).await?;
        let items = rows::<OwnRow>(results.get(1))?.into_iter().map(Into::into).collect();
        Ok(Listed { items, total: total(results.first())? })
    }

    /// A credential by its public name, whoever issued it.
    pub(crate) async fn any_credential(&self, name: &CredentialName) -> Result<Option<OwnCredential>, StoreError> {
        let (column, value) = match name {
            CredentialName::Id(id) => ("id", id.to_string()),
            CredentialName::Code(code) => ("code", code.as_str().to_owned()),
        };
        let select = format!(
            "SELECT {COLUMNS}, o.id AS organization_id, o.name AS organization_name
             FROM {TABLES} JOIN organization o ON o.id = c.organization_id WHERE c.{column} = ?1"
        );
        Ok(statement!(self.db, &select, value)?.first::<OwnRow>(None).await?.map(Into::into))
    }

    /// Marks a credential as claimed, and tells of it: the deliveries are what is left to do. `None` when it was claimed
    /// before, or does not hold.
    pub(crate) async fn claim(
        &self,
        id: CredentialId,
        by: UserId,
        told: &NewEvent,
        now: DateTime,
    ) -> Result<Option<Vec<DeliveryId>>, StoreError> {
        let claim = "UPDATE credential SET claimed_at = ?2, claimed_by = ?3 WHERE id = ?1 AND claimed_at IS NULL
            AND revoked_at IS NULL AND suspended_at IS NULL AND (valid_until IS NULL OR valid_until > ?2) RETURNING id";
        let is_claimed =
            format!("EXISTS (SELECT 1 FROM credential WHERE id = '{id}' AND claimed_at = {})", now.unix_millis());
        let mut statements = vec![statement!(self.db, claim, id, now, by)?];
        statements.extend(self.event_statements(told, &is_claimed, now)?);
        let results = self.db.batch(statements).await?;
        let is_changed = row::<serde_json::Value>(results.first())?.is_some();
        Ok(is_changed.then(|| Self::deliveries(results.get(2..).unwrap_or_default())))
    }

    /// Lets strangers see a credential, or not.
    pub(crate) async fn set_visibility(&self, id: CredentialId, is_public: bool) -> Result<(), StoreError> {
        statement!(self.db, "UPDATE credential SET is_public = ?2 WHERE id = ?1", id, is_public)?.run().await?;
        Ok(())
    }
}
