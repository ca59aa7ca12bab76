//! Signing keys: made, retired, and taken back.

use ob3_core::DateTime;
use serde::Deserialize;

use super::Store;
use super::answers::NewAnswer;
use super::issuing::SealedKey;
use super::lifecycle::{SignedList, indexes};
use super::sql::{StoreError, maybe_time, row, rows, statement, time};
use super::vc_status::set_of_list;
use crate::domain::ids::{OrganizationId, SigningKeyId, StatusListId, UserId};
use crate::domain::organization::DidMethod;
use crate::domain::status_list::{Purpose, StatusIndex};

/// A signing key to be stored, its private half sealed.
pub(crate) struct SigningKeyRecord<'a> {
    /// Its id.
    pub id: SigningKeyId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The DID method that the organization has chosen.
    pub did_method: DidMethod,
    /// Under which DID it signs.
    pub did: &'a str,
    /// Its public half.
    pub public_key_multibase: &'a str,
    /// Its private half.
    pub sealed_seed: &'a str,
}

/// A signing key as everybody may know it.
#[derive(Deserialize)]
pub(crate) struct PublicKey {
    /// Its id.
    pub id: SigningKeyId,
    /// Under which DID it signs.
    pub did: String,
    /// Its public half.
    pub public_key_multibase: String,
    /// Since when it is there.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
    /// Since when it signs no more.
    #[serde(deserialize_with = "maybe_time")]
    pub retired_at: Option<DateTime>,
    /// Since when nothing that it has signed holds.
    #[serde(deserialize_with = "maybe_time")]
    pub revoked_at: Option<DateTime>,
}

/// A published status list, to be signed anew as it is.
#[derive(Deserialize)]
pub(crate) struct PublishedList {
    /// The list.
    pub id: StatusListId,
    /// What it tells.
    pub purpose: Purpose,
    /// Which version of it this is.
    pub version: i64,
    /// Every entry that is set.
    #[serde(deserialize_with = "indexes")]
    pub set: Vec<StatusIndex>,
}

const COLUMNS: &str = "k.id, k.did, k.public_key_multibase, k.created_at, k.retired_at, k.revoked_at";

impl Store {
    /// All signing keys that an organization has ever had, the newest first.
    pub(crate) async fn signing_keys(&self, organization: OrganizationId) -> Result<Vec<PublicKey>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM signing_key k WHERE k.organization_id = ?1 ORDER BY k.created_at DESC, k.id"
        );
        rows(Some(&statement!(self.db, &select, organization)?.all().await?))
    }

    /// What decides about taking a key back: the key, the active one, and the status lists that are signed with it.
    pub(crate) async fn revocation_context(
        &self,
        organization: OrganizationId,
        id: SigningKeyId,
    ) -> Result<Option<(PublicKey, Option<SealedKey>, Vec<PublishedList>)>, StoreError> {
        let key = format!("SELECT {COLUMNS} FROM signing_key k WHERE k.organization_id = ?1 AND k.id = ?2");
        let lists = format!(
            "SELECT l.id, l.purpose, l.version, CASE l.purpose WHEN 'revocation' THEN {} ELSE {} END AS \"set\"
             FROM status_list l WHERE l.organization_id = ?1 AND l.signing_key_id = ?2",
            set_of_list(Purpose::Revocation),
            set_of_list(Purpose::Suspension)
        );
        let statements = vec![
            statement!(self.db, &key, organization, id)?,
            self.select_key(organization)?,
            statement!(self.db, &lists, organization, id)?,
        ];
        let results = self.db.batch(statements).await?;
        let Some(key) = row(results.first())? else { return Ok(None) };
        Ok(Some((key, row(results.get(1))?, rows(results.get(2))?)))
    }

    /// Takes a retired key back, and publishes the lists that were signed with it as the active key has signed them.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when another request has replaced one of the lists since they were read.
    pub(crate) async fn revoke_signing_key(
        &self,
        organization: OrganizationId,
        id: SigningKeyId,
        lists: &[SignedList],
        by: UserId,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let mut statements = Vec::with_capacity(lists.len() + 1);
        for list in lists {
            statements.push(self.replace_list(list)?);
        }
        let revoke = "UPDATE signing_key SET revoked_by = ?4, revoked_at =
              CASE WHEN EXISTS (SELECT 1 FROM status_list WHERE signing_key_id = ?2) THEN -1 ELSE ?3 END
            WHERE organization_id = ?1 AND id = ?2 AND revoked_at IS NULL";
        statements.push(statement!(self.db, revoke, organization, id, now, by)?);
        self.db.batch(statements).await?;
        Ok(())
    }

    /// Stores a signing key as the organization's active one. With `retire` the one before it is retired by that: it stays
    /// in the DID document, so that what it has signed still verifies.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when there is an active key already, or another DID method was chosen meanwhile.
    pub(crate) async fn create_signing_key(
        &self,
        key: &SigningKeyRecord<'_>,
        retire: bool,
        answer: Option<&NewAnswer<'_>>,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO signing_key (id, organization_id, did, public_key_multibase, sealed_seed, created_at)
            VALUES (?1, (SELECT id FROM organization WHERE id = ?2 AND did_method = ?7), ?3, ?4, ?5, ?6)";
        let mut statements = Vec::with_capacity(3);
        if retire {
            let retire = "UPDATE signing_key SET retired_at = ?2 WHERE organization_id = ?1 AND retired_at IS NULL";
            statements.push(statement!(self.db, retire, key.organization, now)?);
        }
        statements.push(statement!(
            self.db,
            insert,
            key.id,
            key.organization,
            key.did,
            key.public_key_multibase,
            key.sealed_seed,
            now,
            key.did_method.as_str(),
        )?);
        if let Some(answer) = answer {
            statements.push(self.insert_answer(key.organization, answer, now)?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }
}
