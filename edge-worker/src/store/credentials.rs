//! Credentials as they are listed, read and shown.

use std::collections::HashMap;

use ob3_core::DateTime;
use serde::Deserialize;
use worker::wasm_bindgen::JsValue;
use worker::{D1PreparedStatement, D1Result};

use super::badges::{self, Badge, BadgeRow};
use super::organizations::{self, Organization, OrganizationRow};
use super::rates::{Counted, allowance};
use super::sql::{Bind, StoreError, flag, list, maybe_time, prepare, row, rows, statement, time, total};
use super::{Listed, Store};
use crate::domain::credential::{CredentialName, Lifetime, Status};
use crate::domain::email::{self, Email};
use crate::domain::ids::{BadgeId, CredentialId, OrganizationId, StatusListId};
use crate::domain::paging::{Page, Start};
use crate::domain::rate::Allowance;

/// A credential.
pub(crate) struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Its code.
    pub code: String,
    /// Which badge.
    pub badge: BadgeId,
    /// Name of the badge in the version that was issued.
    pub badge_name: String,
    /// Name of the recipient.
    pub recipient_name: String,
    /// Address of the recipient; `None` where it is not known, or was erased.
    pub recipient_email: Option<String>,
    /// The SHA-256 of the recipient's address, where that is all that the issuer knows of it.
    pub recipient_email_sha256: Option<String>,
    /// When it was issued.
    pub issued_at: DateTime,
    /// What its state follows from.
    pub lifetime: Lifetime,
    /// Whether strangers may see it.
    pub is_public: bool,
    /// Hash of the signed document.
    pub document_sha256: String,
    /// The one before it.
    pub supersedes: Option<CredentialId>,
    /// The one after it.
    pub superseded_by: Option<CredentialId>,
    /// How often it was moved from one state to another.
    pub moves: i64,
}

/// A credential with what a public page of it shows.
pub(crate) struct PublicCredential {
    /// The credential.
    pub credential: Credential,
    /// Who issued it.
    pub organization: Organization,
    /// The badge in the version that was issued.
    pub badge: Badge,
    /// The DID that the credential was signed under.
    pub did: String,
    /// The keys of that DID.
    pub public_keys_multibase: Vec<String>,
    /// The domains that its issuer has proved.
    pub domains: Vec<String>,
    /// The status lists that tell of it, and the hashes of their newest versions.
    pub status_lists: HashMap<StatusListId, String>,
}

/// Which credentials of a list are asked for.
pub(crate) struct CredentialFilter {
    /// Of one badge.
    pub badge: Option<BadgeId>,
    /// In one state.
    pub status: Option<Status>,
    /// With this in the recipient's name or address, or in the code; in lower case.
    pub text: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CredentialRow {
    id: CredentialId,
    code: String,
    credential_badge_id: BadgeId,
    badge_name: String,
    recipient_name: String,
    recipient_email: Option<String>,
    recipient_email_sha256: Option<String>,
    #[serde(deserialize_with = "time")]
    issued_at: DateTime,
    #[serde(deserialize_with = "maybe_time")]
    valid_until: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    claimed_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    revoked_at: Option<DateTime>,
    #[serde(deserialize_with = "flag")]
    is_public: bool,
    document_sha256: String,
    supersedes_id: Option<CredentialId>,
    superseded_by_id: Option<CredentialId>,
    #[serde(deserialize_with = "maybe_time")]
    suspended_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    expired_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    reactivated_at: Option<DateTime>,
    moves: i64,
}

#[derive(Deserialize)]
struct PublicRow {
    did: String,
    /// A JSON array.
    public_keys: String,
    #[serde(deserialize_with = "list")]
    domains: Vec<String>,
    /// A JSON object.
    status_lists: String,
    #[serde(flatten)]
    credential: CredentialRow,
    #[serde(flatten)]
    organization: OrganizationRow,
    #[serde(flatten)]
    badge: BadgeRow,
}

impl From<CredentialRow> for Credential {
    fn from(row: CredentialRow) -> Self {
        Self {
            id: row.id,
            code: row.code,
            badge: row.credential_badge_id,
            badge_name: row.badge_name,
            recipient_name: row.recipient_name,
            recipient_email: row.recipient_email.filter(|stored| !email::is_erased(stored)),
            recipient_email_sha256: row.recipient_email_sha256,
            issued_at: row.issued_at,
            lifetime: Lifetime {
                valid_until: row.valid_until,
                claimed_at: row.claimed_at,
                revoked_at: row.revoked_at,
                suspended_at: row.suspended_at,
                expired_at: row.expired_at,
                reactivated_at: row.reactivated_at,
            },
            is_public: row.is_public,
            document_sha256: row.document_sha256,
            supersedes: row.supersedes_id,
            superseded_by: row.superseded_by_id,
            moves: row.moves,
        }
    }
}

impl Credential {
    /// Whether it was issued to who has this address.
    pub(crate) fn is_of(&self, address: &Email) -> bool {
        match (&self.recipient_email, &self.recipient_email_sha256) {
            (Some(email), _) => email == address.as_str(),
            (None, Some(hash)) => *hash == address.sha256(),
            (None, None) => false,
        }
    }

    /// The credential that a statement found.
    pub(super) fn read(result: Option<&D1Result>) -> Result<Option<Self>, StoreError> {
        Ok(row::<CredentialRow>(result)?.map(Into::into))
    }
}

/// The columns of a [`CredentialRow`].
pub(super) const COLUMNS: &str =
    "c.id, c.code, c.badge_id AS credential_badge_id, v.name AS badge_name, c.recipient_name,
    CASE r.identity_type WHEN 'email' THEN r.identity END AS recipient_email,
    CASE r.identity_type WHEN 'email_sha256' THEN r.identity END AS recipient_email_sha256, c.issued_at, c.valid_until, c.claimed_at,
    c.revoked_at, c.is_public, c.document_sha256, c.supersedes_id, s.id AS superseded_by_id, c.suspended_at, c.expired_at,
    c.reactivated_at, c.moves";

/// The tables that [`COLUMNS`] come from.
pub(super) const TABLES: &str = "credential c
    JOIN recipient r ON r.id = c.recipient_id
    JOIN badge_version v ON v.badge_id = c.badge_id AND v.number = c.badge_version
    LEFT JOIN credential s ON s.supersedes_id = c.id";

/// The condition under which a credential `c` is in a state at the time `?2`, as [`Lifetime::status`].
fn in_state(status: Option<Status>) -> String {
    const IS_OVER: &str = "(c.expired_at IS NOT NULL OR c.valid_until IS NOT NULL AND c.valid_until <= ?2)";
    let state = match status {
        None => return "?2 > 0".into(),
        Some(Status::Revoked) => "c.revoked_at IS NOT NULL".into(),
        Some(Status::Expired) => format!("c.revoked_at IS NULL AND {IS_OVER}"),
        Some(Status::Suspended) => format!("c.revoked_at IS NULL AND NOT {IS_OVER} AND c.suspended_at IS NOT NULL"),
        Some(status) => {
            let claimed = if status == Status::Valid { "IS NOT NULL" } else { "IS NULL" };
            format!("c.revoked_at IS NULL AND NOT {IS_OVER} AND c.suspended_at IS NULL AND c.claimed_at {claimed}")
        }
    };
    // Every statement takes the time; where it decides nothing, it is named all the same.
    format!("?2 > 0 AND {state}")
}

impl Store {
    /// The credentials of an organization, the newest first.
    pub(crate) async fn credentials(
        &self,
        organization: OrganizationId,
        filter: &CredentialFilter,
        page: Page,
        start: Start,
        now: DateTime,
    ) -> Result<Listed<Credential>, StoreError> {
        let mut filtered = format!("WHERE c.organization_id = ?1 AND {}", in_state(filter.status));
        let mut values: Vec<JsValue> = vec![organization.bind(), now.bind()];
        if let Some(badge) = filter.badge {
            filtered.push_str(" AND c.badge_id = ?3");
            values.push(badge.bind());
        }
        if let Some(text) = &filter.text {
            values.push(text.bind());
            // Not LIKE: whatever is looked for stands for itself.
            let at = values.len();
            filtered.push_str(&format!(
                " AND (instr(lower(c.recipient_name), ?{at}) > 0 OR instr(lower(c.code), ?{at}) > 0 OR EXISTS
                   (SELECT 1 FROM recipient WHERE id = c.recipient_id AND instr(identity, ?{at}) > 0))"
            ));
        }
        let count = format!("SELECT count(*) AS total FROM credential c {filtered}");
        // The count is that of the whole list, wherever the page begins.
        let count = prepare(&self.db, &count, &values)?;
        if let Start::After(cursor) = start {
            values.extend([cursor.millis.bind(), cursor.id.bind()]);
            let at = values.len();
            filtered.push_str(&format!(
                " AND c.issued_at <= ?{} AND (c.issued_at < ?{} OR c.id > ?{at})",
                at - 1,
                at - 1
            ));
        }
        let at = values.len() + 1;
        let select = format!(
            "SELECT {COLUMNS} FROM {TABLES} {filtered} ORDER BY c.issued_at DESC, c.id LIMIT ?{at} OFFSET ?{}",
            at + 1
        );
        values.extend([page.limit.bind(), page.offset.bind()]);
        let results = self.db.batch(vec![count, prepare(&self.db, &select, &values)?]).await?;
        let items = rows::<CredentialRow>(results.get(1))?.into_iter().map(Into::into).collect();
        Ok(Listed { items, total: total(results.first())? })
    }

    /// A credential of an organization.
    pub(crate) async fn credential(
        &self,
        organization: OrganizationId,
        id: CredentialId,
    ) -> Result<Option<Credential>, StoreError> {
        Ok(self.select_credential(organization, id)?.first::<CredentialRow>(None).await?.map(Into::into))
    }

    pub(super) fn select_credential(
        &self,
        organization: OrganizationId,
        id: CredentialId,
    ) -> Result<D1PreparedStatement, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE c.organization_id = ?1 AND c.id = ?2");
        statement!(self.db, &sql, organization, id)
    }

    /// A credential by its public name, with everything that is shown of it; counts a request of `counted` in the same
    /// batch.
    pub(crate) async fn public_credential(
        &self,
        name: &CredentialName,
        counted: Option<&Counted<'_>>,
        now: DateTime,
    ) -> Result<(Option<PublicCredential>, Option<Allowance>), StoreError> {
        let (column, value) = match name {
            CredentialName::Id(id) => ("id", id.bind()),
            CredentialName::Code(code) => ("code", code.as_str().bind()),
        };
        let sql = format!(
            "SELECT {COLUMNS}, k.did,
               (SELECT json_group_array(public_key_multibase) FROM signing_key
                WHERE organization_id = c.organization_id AND did = k.did AND revoked_at IS NULL) AS public_keys,
               (SELECT json_group_array(domain) FROM organization_domain
                WHERE organization_id = c.organization_id AND verified_at IS NOT NULL) AS domains,
               (SELECT json_group_object(id, document_sha256) FROM status_list
                WHERE block_id = c.status_block_id) AS status_lists,
               {}, {}
             FROM {TABLES}
               JOIN badge b ON b.id = c.badge_id
               JOIN organization o ON o.id = c.organization_id
               JOIN signing_key k ON k.id = c.signing_key_id
             WHERE c.{column} = ?1",
            organizations::COLUMNS,
            badges::COLUMNS
        );
        let mut statements = vec![prepare(&self.db, &sql, &[value])?];
        if let Some(counted) = counted {
            statements.push(self.count(counted, now)?);
        }
        let results = self.db.batch(statements).await?;
        let left = match counted {
            Some(counted) => allowance(results.get(1), counted.limit)?,
            None => None,
        };
        let Some(row) = row::<PublicRow>(results.first())? else { return Ok((None, left)) };
        let keys = serde_json::from_str(&row.public_keys);
        let status_lists = serde_json::from_str(&row.status_lists);
        let public_keys_multibase = keys.map_err(|_| StoreError::Failed("D1 gave no list of keys".into()))?;
        let found = PublicCredential {
            credential: row.credential.into(),
            organization: row.organization.into(),
            badge: row.badge.into(),
            did: row.did,
            public_keys_multibase,
            domains: row.domains,
            status_lists: status_lists.map_err(|_| StoreError::Failed("D1 gave no status lists".into()))?,
        };
        Ok((Some(found), left))
    }
}
