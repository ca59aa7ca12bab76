//! The status of credentials that were issued through the VC-API.

use ob3_core::DateTime;

use super::Store;
use super::issuing::{OpenBlock, SELECT_NEXT_BLOCK, candidate_list, select_block};
use super::lifecycle::{Entry, SignedList};
use super::sql::{StoreError, row, statement, total};
use crate::domain::ids::{OrganizationId, StatusBlockId};
use crate::domain::status_list::{Purpose, StatusIndex};

/// The entries that are set in a list `l`, of credentials of either kind: a text, which stays one where it is put into JSON.
pub(super) fn set_of_list(purpose: Purpose) -> String {
    let column = column(purpose);
    format!(
        "(SELECT json_group_array(status_index) FROM (
            SELECT status_index FROM credential WHERE status_block_id = l.block_id AND {column} IS NOT NULL
            UNION ALL
            SELECT status_index FROM vc_status_entry WHERE status_block_id = l.block_id AND {column} IS NOT NULL)) || ''"
    )
}

const fn column(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Revocation => "revoked_at",
        Purpose::Suspension => "suspended_at",
    }
}

impl Store {
    /// The block that entries are taken from, and the number of the one after all that there are.
    pub(crate) async fn open_block(
        &self,
        organization: OrganizationId,
        candidates: &[StatusIndex],
    ) -> Result<(Option<OpenBlock>, i64), StoreError> {
        let statements = vec![
            statement!(self.db, &select_block(2), organization, candidate_list(candidates))?,
            statement!(self.db, SELECT_NEXT_BLOCK, organization)?,
        ];
        let results = self.db.batch(statements).await?;
        Ok((row(results.first())?, total(results.get(1))?))
    }

    /// Gives an entry to a credential.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when another credential has the entry, the block is full, or the id has an entry already.
    pub(crate) async fn take_status_entry(
        &self,
        organization: OrganizationId,
        credential: &str,
        (block, index): (StatusBlockId, StatusIndex),
        now: DateTime,
    ) -> Result<(), StoreError> {
        let allocate = "UPDATE status_block SET allocated = allocated + 1 WHERE organization_id = ?1 AND id = ?2";
        let insert =
            "INSERT INTO vc_status_entry (organization_id, credential_id, status_block_id, status_index, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5)";
        let statements = vec![
            statement!(self.db, allocate, organization, block)?,
            statement!(self.db, insert, organization, credential, block, index, now)?,
        ];
        self.db.batch(statements).await?;
        Ok(())
    }

    /// A credential's entry in the list of a purpose.
    pub(crate) async fn vc_status_entry(
        &self,
        organization: OrganizationId,
        credential: &str,
        purpose: Purpose,
    ) -> Result<Option<Entry>, StoreError> {
        let select = format!(
            "SELECT l.id AS list_id, l.version, c.status_index, {} AS \"set\"
             FROM vc_status_entry c JOIN status_list l ON l.block_id = c.status_block_id AND l.purpose = ?3
             WHERE c.organization_id = ?1 AND c.credential_id = ?2",
            set_of_list(purpose)
        );
        Ok(statement!(self.db, &select, organization, credential, purpose.as_str())?.first(None).await?)
    }

    /// Sets or clears an entry, and publishes the list that tells of it.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when another request has replaced the list since it was read.
    pub(crate) async fn set_vc_status(
        &self,
        organization: OrganizationId,
        credential: &str,
        purpose: Purpose,
        is_set: bool,
        list: &SignedList,
    ) -> Result<(), StoreError> {
        let at = is_set.then_some(list.signed_at);
        let update = format!(
            "UPDATE vc_status_entry SET {} = ?3 WHERE organization_id = ?1 AND credential_id = ?2",
            column(purpose)
        );
        let statements = vec![statement!(self.db, &update, organization, credential, at)?, self.replace_list(list)?];
        self.db.batch(statements).await?;
        Ok(())
    }
}
