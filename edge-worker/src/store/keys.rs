//! API keys.

use ob3_core::DateTime;
use serde::Deserialize;

use super::Store;
use super::answers::NewAnswer;
use super::issuing::SealedKey;
use super::sql::{StoreError, list, list_text, maybe_time, rows, statement, time};
use crate::domain::api_key::{NewApiKey, Scope};
use crate::domain::ids::{ApiKeyId, CredentialId, OrganizationId, UserId};

/// An API key to be stored, by its hash.
pub(crate) struct ApiKeyRecord<'a> {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What its owner calls it.
    pub label: &'a str,
    /// The key.
    pub key: &'a NewApiKey,
    /// What it may do.
    pub scopes: &'a [Scope],
    /// Until when it is good.
    pub expires_at: Option<DateTime>,
}

/// An API key as it is named after it was shown.
#[derive(Deserialize)]
pub(crate) struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub label: String,
    /// How it begins.
    pub prefix: String,
    /// How it ends.
    pub last4: String,
    /// What it may do.
    #[serde(deserialize_with = "list")]
    pub scopes: Vec<String>,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
    /// Until when it is good.
    #[serde(deserialize_with = "maybe_time")]
    pub expires_at: Option<DateTime>,
    /// When it was used last, to some minutes.
    #[serde(deserialize_with = "maybe_time")]
    pub last_used_at: Option<DateTime>,
    /// When it was revoked.
    #[serde(deserialize_with = "maybe_time")]
    pub revoked_at: Option<DateTime>,
}

impl Store {
    /// The API keys of an organization, the newest first.
    pub(crate) async fn api_keys(&self, organization: OrganizationId) -> Result<Vec<ApiKey>, StoreError> {
        let select =
            "SELECT id, label, prefix, last4, scopes, created_by, created_at, expires_at, last_used_at, revoked_at
            FROM api_key WHERE organization_id = ?1 ORDER BY created_at DESC, id";
        rows(Some(&statement!(self.db, select, organization)?.all().await?))
    }

    /// The organization's active signing key, its private half sealed.
    pub(crate) async fn active_key(&self, organization: OrganizationId) -> Result<Option<SealedKey>, StoreError> {
        Ok(self.select_key(organization)?.first(None).await?)
    }

    /// The key that a credential was signed with, which may be retired by now.
    pub(crate) async fn key_of(&self, credential: CredentialId) -> Result<Option<SealedKey>, StoreError> {
        let select = "SELECT k.id, k.did, k.public_key_multibase, k.sealed_seed
            FROM credential c JOIN signing_key k ON k.id = c.signing_key_id WHERE c.id = ?1";
        Ok(statement!(self.db, select, credential)?.first(None).await?)
    }

    /// Revokes an API key at once; `false` when there is no such key. Its second revocation changes nothing.
    pub(crate) async fn revoke_api_key(
        &self,
        organization: OrganizationId,
        id: ApiKeyId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let revoke = "UPDATE api_key SET revoked_at = coalesce(revoked_at, ?3) WHERE organization_id = ?1 AND id = ?2
            RETURNING id";
        self.has_changed(statement!(self.db, revoke, organization, id, now)?).await
    }

    /// Writes down that a key was used.
    pub(crate) async fn touch_api_key(&self, id: ApiKeyId, now: DateTime) -> Result<(), StoreError> {
        statement!(self.db, "UPDATE api_key SET last_used_at = ?2 WHERE id = ?1", id, now)?.run().await?;
        Ok(())
    }

    /// Stores an API key under its hash.
    pub(crate) async fn create_api_key(
        &self,
        record: &ApiKeyRecord<'_>,
        by: UserId,
        answer: Option<&NewAnswer<'_>>,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let ApiKeyRecord { id, organization, label, key, scopes, expires_at } = record;
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let insert =
            "INSERT INTO api_key (id, organization_id, label, prefix, last4, sha256, scopes, created_by, created_at,
              expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let mut statements = vec![statement!(
            self.db,
            insert,
            id,
            organization,
            label,
            key.prefix,
            key.last4,
            key.sha256,
            list_text(&scopes),
            by,
            now,
            expires_at,
        )?];
        if let Some(answer) = answer {
            statements.push(self.insert_answer(*organization, answer, now)?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }
}
