//! RSA keys of organizations: brought, retired, and taken back.

use ob3_core::DateTime;
use serde::Deserialize;

use super::Store;
use super::sql::{StoreError, maybe_time, rows, statement, time};
use crate::domain::did::Key;
use crate::domain::ids::{CredentialId, OrganizationId, UserId};

/// An RSA key.
#[derive(Deserialize)]
pub(crate) struct RsaKey {
    /// By which it is named (RFC 7638).
    pub thumbprint: String,
    /// Under which DID it signs.
    pub did: String,
    /// Its public half.
    pub modulus: String,
    /// Its private half, as long as it signs.
    pub sealed_key: Option<String>,
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

impl RsaKey {
    /// Its public half, as it is published.
    pub(crate) fn public(&self) -> Key<'_> {
        Key::Rsa { thumbprint: &self.thumbprint, modulus: &self.modulus }
    }
}

/// The columns of a [`RsaKey`].
pub(super) const COLUMNS: &str =
    "r.thumbprint, r.did, r.modulus, r.sealed_key, r.created_at, r.retired_at, r.revoked_at";

impl Store {
    /// All RSA keys that an organization has ever had, the newest first.
    pub(crate) async fn rsa_keys(&self, organization: OrganizationId) -> Result<Vec<RsaKey>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM rsa_key r WHERE organization_id = ?1 ORDER BY created_at DESC");
        rows(Some(&statement!(self.db, &select, organization)?.all().await?))
    }

    /// The organization's active RSA key, if it signs under a DID. With a credential, it is none where the key that has signed
    /// that is taken back: no other key makes it good.
    pub(crate) async fn active_rsa_key(
        &self,
        organization: OrganizationId,
        did: &str,
        credential: Option<CredentialId>,
    ) -> Result<Option<RsaKey>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM rsa_key r WHERE organization_id = ?1 AND retired_at IS NULL AND did = ?2
               AND NOT EXISTS (SELECT 1 FROM credential c JOIN signing_key k ON k.id = c.signing_key_id
                 WHERE c.id = ?3 AND k.revoked_at IS NOT NULL)"
        );
        Ok(statement!(self.db, &select, organization, did, credential)?.first(None).await?)
    }

    /// Stores an RSA key as the organization's active one; the one before it is retired by that.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the key was brought before, when another one is brought at the same time, or when the
    /// organization does not sign under this DID any more.
    pub(crate) async fn create_rsa_key(
        &self,
        organization: OrganizationId,
        key: &RsaKey,
        by: UserId,
    ) -> Result<(), StoreError> {
        let retire = "UPDATE rsa_key SET retired_at = ?2, ended_by = ?3, sealed_key = NULL
            WHERE organization_id = ?1 AND retired_at IS NULL";
        let insert =
            "INSERT INTO rsa_key (thumbprint, organization_id, did, modulus, sealed_key, created_by, created_at)
            VALUES (?1, (SELECT organization_id FROM signing_key WHERE organization_id = ?2 AND retired_at IS NULL
              AND did = ?3), ?3, ?4, ?5, ?6, ?7)";
        let RsaKey { thumbprint, did, modulus, sealed_key, created_at, .. } = key;
        self.db
            .batch(vec![
                statement!(self.db, retire, organization, created_at, by)?,
                statement!(self.db, insert, thumbprint, organization, did, modulus, sealed_key, by, created_at)?,
            ])
            .await?;
        Ok(())
    }

    /// Retires an RSA key, so that it signs no more, and deletes its private half; what it has signed still verifies, unless the
    /// key has leaked and is taken back.
    pub(crate) async fn end_rsa_key(
        &self,
        organization: OrganizationId,
        thumbprint: &str,
        has_leaked: bool,
        by: UserId,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let end = "UPDATE rsa_key SET retired_at = coalesce(retired_at, ?3), sealed_key = NULL, ended_by = ?4,
              revoked_at = CASE WHEN ?5 THEN ?3 END
            WHERE organization_id = ?1 AND thumbprint = ?2 AND revoked_at IS NULL AND (?5 OR retired_at IS NULL)";
        statement!(self.db, end, organization, thumbprint, now, by, has_leaked)?.run().await?;
        Ok(())
    }
}
