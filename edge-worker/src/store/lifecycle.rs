//! Moves of credentials between states, and the status lists that tell of them.

use ob3_core::DateTime;
use serde::{Deserialize, Deserializer};
use worker::D1PreparedStatement;

use super::Store;
use super::credentials::Credential;
use super::issuing::SealedKey;
use super::sql::{Bind, DATABASE_NOW, StoreError, prepare, row, rows, statement};
use super::vc_status::set_of_list;
use super::webhooks::NewEvent;
use crate::domain::digest;
use crate::domain::ids::{
    ApiKeyId, CredentialId, DeliveryId, EventId, OrganizationId, SigningKeyId, StatusBlockId, StatusListId, UserId,
};
use crate::domain::lifecycle::{Action, Reason, Source, State};
use crate::domain::status_list::{Purpose, StatusIndex};
use crate::domain::tenant::TenantName;

/// A credential's entry in one list, and the list as it is now.
#[derive(Deserialize)]
pub(crate) struct Entry {
    /// The list.
    pub list_id: StatusListId,
    /// Which version of it this is.
    pub version: i64,
    /// The credential's entry.
    pub status_index: StatusIndex,
    /// Every entry that is set.
    #[serde(deserialize_with = "indexes")]
    pub set: Vec<StatusIndex>,
}

impl Entry {
    /// Whether it is set in the list.
    pub(crate) fn is_set(&self) -> bool {
        self.set.contains(&self.status_index)
    }
}

/// A list that is signed, and which version it replaces.
pub(crate) struct SignedList {
    /// The list.
    pub id: StatusListId,
    /// The version that it was made from.
    pub replaces: i64,
    /// The signed list.
    pub document: String,
    /// Signed with which key.
    pub signing_key: SigningKeyId,
    /// When it was signed.
    pub signed_at: DateTime,
}

/// The first version of a list of a new block.
pub(crate) struct NewList {
    /// The list.
    pub id: StatusListId,
    /// What it tells.
    pub purpose: Purpose,
    /// The signed list.
    pub document: String,
}

/// The newest version of a list; its text is [`Store::status_text`].
#[derive(Deserialize)]
pub(crate) struct StatusDocument {
    /// The list.
    pub id: StatusListId,
    /// Hash of the signed list.
    pub document_sha256: String,
    /// The signed list; `None` where it was signed before lists stood in the database, and still is in KV.
    document: Option<String>,
}

/// A list of an organization.
#[derive(Deserialize)]
pub(crate) struct NumberedList {
    /// The list.
    #[serde(flatten)]
    pub list: StatusDocument,
    /// The number of its block.
    pub number: i64,
}

/// Who moves a credential.
#[derive(Clone, Copy)]
pub(crate) enum Actor {
    /// A member of the organization.
    Member(UserId),
    /// The holder of an API key.
    Key(ApiKeyId),
}

/// Everything that decides about a move.
pub(crate) struct MoveContext {
    /// The credential.
    pub credential: Credential,
    /// Its entry in the list that tells of the move; `None` if it was issued without one.
    pub entry: Option<Entry>,
    /// The key to sign the list with.
    pub key: Option<SealedKey>,
}

/// One move of a credential.
pub(crate) struct Move<'a> {
    /// The id of what is kept of it.
    pub event: EventId,
    /// Whose credential.
    pub organization: OrganizationId,
    /// Which.
    pub credential: CredentialId,
    /// How many moves it had made when this one was decided.
    pub moves: i64,
    /// What moves it.
    pub action: Action,
    /// Where it stood.
    pub from: State,
    /// Why.
    pub reason: &'a Reason,
    /// Whether somebody asked for it, or it follows from something else.
    pub source: Source,
    /// Who asked.
    pub actor: Actor,
    /// Since when it is so.
    pub at: DateTime,
    /// When it is written down.
    pub now: DateTime,
    /// The list that tells of it.
    pub list: Option<SignedList>,
    /// What webhooks are told of it.
    pub told: NewEvent,
}

/// The credential's entry in the list of a purpose, for a credential `c`.
pub(super) fn select_entry(purpose: Purpose, condition: &str) -> String {
    format!(
        "SELECT l.id AS list_id, l.version, c.status_index, {} AS \"set\"
         FROM credential c JOIN status_list l ON l.block_id = c.status_block_id AND l.purpose = '{}'
         WHERE {condition}",
        set_of_list(purpose),
        purpose.as_str()
    )
}

/// The active signing key of an organization (`?1`).
pub(super) const SELECT_KEY: &str = "SELECT id, did, public_key_multibase, sealed_seed FROM signing_key
    WHERE organization_id = ?1 AND retired_at IS NULL";

impl Store {
    /// Reads everything that decides about a move, in one batch.
    pub(crate) async fn move_context(
        &self,
        organization: OrganizationId,
        credential: CredentialId,
        purpose: Purpose,
    ) -> Result<Option<MoveContext>, StoreError> {
        let select_entry = select_entry(purpose, "c.organization_id = ?1 AND c.id = ?2");
        let statements = vec![
            self.select_credential(organization, credential)?,
            statement!(self.db, &select_entry, organization, credential)?,
            self.select_key(organization)?,
        ];
        let results = self.db.batch(statements).await?;
        let Some(credential) = Credential::read(results.first())? else { return Ok(None) };
        Ok(Some(MoveContext { credential, entry: row(results.get(1))?, key: row(results.get(2))? }))
    }

    /// Writes a move: what happened, where the credential stands now, the list that tells of it, and what webhooks are told of
    /// it, all or nothing. The deliveries are what is left to do.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when another request has moved the credential or replaced the list since they were read.
    pub(crate) async fn record_move(&self, movement: &Move<'_>) -> Result<Vec<DeliveryId>, StoreError> {
        let mut statements = self.move_statements(movement)?;
        let moving = statements.len();
        statements.extend(self.event_statements(&movement.told, "true", movement.now)?);
        let results = self.db.batch(statements).await?;
        Ok(Self::deliveries(results.get(moving..).unwrap_or_default()))
    }

    pub(super) fn move_statements(&self, movement: &Move<'_>) -> Result<Vec<D1PreparedStatement>, StoreError> {
        let (changed, condition) = match movement.action {
            Action::Revoke => ("revoked_at = ?4, revocation_reason = ?5", ""),
            Action::Suspend => ("suspended_at = ?4", ""),
            Action::Expire => ("expired_at = ?4, suspended_at = coalesce(suspended_at, ?4)", ""),
            Action::Reinstate => ("suspended_at = NULL", ""),
            // A recipient holds a badge once: what another one has taken the place of does not come back.
            Action::Reactivate => (
                "expired_at = NULL, suspended_at = NULL, reactivated_at = ?4, expiry_told_at = NULL",
                "AND NOT EXISTS (SELECT 1 FROM credential s WHERE s.supersedes_id = credential.id)",
            ),
        };
        let update = format!(
            "UPDATE credential SET {changed}, moves = CASE WHEN moves = ?3 {condition} THEN moves + 1 ELSE -1 END
             WHERE organization_id = ?1 AND id = ?2"
        );
        let mut values = vec![movement.organization.bind(), movement.credential.bind(), movement.moves.bind()];
        let Reason { code, text } = movement.reason;
        match movement.action {
            Action::Revoke => values.extend([movement.at.bind(), text.as_deref().unwrap_or(code.as_str()).bind()]),
            Action::Suspend | Action::Expire | Action::Reactivate => values.push(movement.now.bind()),
            Action::Reinstate => {}
        }
        let event = format!(
            "INSERT INTO credential_event (id, organization_id, credential_id, from_state, to_state, reason_code,
              reason, transition_source, actor_user_id, actor_api_key_id, transitioned_at, number, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, {DATABASE_NOW})"
        );
        let (user, key) = match movement.actor {
            Actor::Member(user) => (Some(user), None),
            Actor::Key(key) => (None, Some(key)),
        };
        let mut statements = vec![
            prepare(&self.db, &update, &values)?,
            statement!(
                self.db,
                &event,
                movement.event,
                movement.organization,
                movement.credential,
                movement.from.as_str(),
                movement.action.to_state().as_str(),
                code.as_str(),
                text,
                movement.source.as_str(),
                user,
                key,
                movement.at,
                movement.moves + 1,
            )?,
        ];
        if let Some(list) = &movement.list {
            statements.push(self.replace_list(list)?);
        }
        Ok(statements)
    }

    /// Puts a newly signed list for the version that it was made from; only the active key's.
    pub(super) fn replace_list(&self, list: &SignedList) -> Result<D1PreparedStatement, StoreError> {
        let replace = "UPDATE status_list SET version = CASE WHEN version = ?2 THEN version + 1 ELSE 0 END,
              document_sha256 = ?3, signing_key_id = (SELECT id FROM signing_key WHERE id = ?4 AND retired_at IS NULL),
              signed_at = ?5, document = ?6
            WHERE id = ?1";
        let SignedList { id, replaces, document, signing_key, signed_at } = list;
        let sha256 = digest::sha256_hex(document.as_bytes());
        statement!(self.db, replace, id, replaces, sha256, signing_key, signed_at, document)
    }

    /// Stores a new block with its lists.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when another request has stored a block of that number, or the key was retired meanwhile.
    pub(crate) async fn create_status_block(
        &self,
        id: StatusBlockId,
        organization: OrganizationId,
        number: i64,
        lists: &[NewList],
        signing_key: SigningKeyId,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let block = "INSERT INTO status_block (id, organization_id, number, created_at) VALUES (?1, ?2, ?3, ?4)";
        let insert = "INSERT INTO status_list (id, organization_id, block_id, purpose, document_sha256, signing_key_id,
              signed_at, document)
            VALUES (?1, ?2, ?3, ?4, ?5, (SELECT id FROM signing_key WHERE id = ?6 AND retired_at IS NULL), ?7, ?8)";
        let mut statements = vec![statement!(self.db, block, id, organization, number, now)?];
        for NewList { id: list, purpose, document } in lists {
            let (purpose, sha256) = (purpose.as_str(), digest::sha256_hex(document.as_bytes()));
            statements.push(statement!(
                self.db,
                insert,
                list,
                organization,
                id,
                purpose,
                sha256,
                signing_key,
                now,
                document,
            )?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }

    /// The newest version of a list.
    pub(crate) async fn status_list(&self, id: StatusListId) -> Result<Option<StatusDocument>, StoreError> {
        let select = "SELECT id, document_sha256, document FROM status_list WHERE id = ?1";
        Ok(statement!(self.db, select, id)?.first(None).await?)
    }

    /// A signed list, byte for byte.
    pub(crate) async fn status_text(&self, list: StatusDocument) -> Result<Option<String>, StoreError> {
        match list.document {
            Some(document) => Ok(Some(document)),
            None => self.document(&list.document_sha256).await,
        }
    }

    /// Takes lists that were signed before they stood in the database out of KV, so many at most.
    pub(crate) async fn take_status_lists(&self, limit: i64) -> Result<(), StoreError> {
        let select = "SELECT id, document_sha256, document FROM status_list WHERE document IS NULL AND id > '' ORDER BY id LIMIT ?1";
        let lists = rows::<StatusDocument>(Some(&statement!(self.db, select, limit)?.all().await?))?;
        for StatusDocument { id, document_sha256, .. } in lists {
            let Some(document) = self.document(&document_sha256).await? else { continue };
            // Unless it was signed anew meanwhile.
            let take =
                "UPDATE status_list SET document = ?3 WHERE id = ?1 AND document_sha256 = ?2 AND document IS NULL";
            statement!(self.db, take, id, document_sha256, document)?.run().await?;
        }
        Ok(())
    }

    /// A list of an organization, by the number of its block: the newest one without.
    pub(crate) async fn tenant_status_list(
        &self,
        tenant: &TenantName,
        purpose: Purpose,
        block: Option<i64>,
    ) -> Result<Option<NumberedList>, StoreError> {
        let select = "SELECT l.id, l.document_sha256, l.document, b.number
            FROM organization o JOIN status_block b ON b.organization_id = o.id JOIN status_list l ON l.block_id = b.id
            WHERE (o.id = ?1 OR o.slug = ?1 AND NOT EXISTS (SELECT 1 FROM organization WHERE id = ?1))
              AND l.purpose = ?2 AND (?3 IS NULL OR b.number = ?3)
            ORDER BY b.number DESC LIMIT 1";
        Ok(statement!(self.db, select, tenant.as_str(), purpose.as_str(), block)?.first(None).await?)
    }

    /// The organization's active signing key.
    pub(super) fn select_key(&self, organization: OrganizationId) -> Result<D1PreparedStatement, StoreError> {
        statement!(self.db, SELECT_KEY, organization)
    }
}

/// The list of entries that a JSON array holds.
pub(super) fn indexes<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<StatusIndex>, D::Error> {
    serde_json::from_str(&String::deserialize(input)?).map_err(serde::de::Error::custom)
}
