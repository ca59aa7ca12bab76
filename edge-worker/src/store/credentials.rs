//! Credentials as they are listed, read and shown.

use ob3_core::DateTime;
use serde::Deserialize;
use worker::wasm_bindgen::JsValue;
use worker::{D1PreparedStatement, D1Result};

use super::badges::{self, Badge, BadgeRow};
use super::issuing::SealedKey;
use super::lifecycle::StatusDocument;
use super::organizations::{self, Organization, OrganizationRow};
use super::rates::{Counted, Found, Requests, not_counted};
use super::rsa_keys::RsaKey;
use super::sql::{Bind, Columns, StoreError, flag, maybe_time, prepare, read_json, row, rows, statement, time, total};
use super::{Listed, Store};
use crate::domain::credential::{CredentialName, Lifetime, Status};
use crate::domain::email::{self, Email};
use crate::domain::ids::{BadgeId, CredentialId, OrganizationId};
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
    /// The status lists that tell of it, where [`Wanted::Verification`] asks for them.
    pub status_lists: Vec<StatusDocument>,
    /// The key that it was signed with, where [`Wanted::Jws`] asks for it.
    pub key: Option<SealedKey>,
    /// The issuer's RSA key, where [`Wanted::Jws`] asks for it and there is one. It is none where the key that has signed the
    /// credential is taken back: no other key makes it good.
    pub rsa_key: Option<RsaKey>,
}

/// What a credential is read for.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    /// To be shown.
    Document,
    /// To be signed in its other form, for which the keys of that are read with it.
    Jws,
    /// To be verified, for which its status lists are read with it.
    Verification,
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
    public_keys: Vec<String>,
    domains: Vec<String>,
    status_lists: Vec<StatusDocument>,
    key: Option<SealedKey>,
    rsa_key: Option<RsaKey>,
    #[serde(flatten)]
    credential: CredentialRow,
    #[serde(flatten)]
    organization: OrganizationRow,
    #[serde(flatten)]
    badge: BadgeRow,
}

#[derive(Deserialize)]
struct CountedRow {
    #[serde(flatten)]
    found: Found,
    #[serde(flatten)]
    requests: Requests,
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
pub(super) const COLUMNS: Columns = Columns(&[
    ("id", "c.id"),
    ("code", "c.code"),
    ("credential_badge_id", "c.badge_id"),
    ("badge_name", "v.name"),
    ("recipient_name", "c.recipient_name"),
    ("recipient_email", "CASE r.identity_type WHEN 'email' THEN r.identity END"),
    ("recipient_email_sha256", "CASE r.identity_type WHEN 'email_sha256' THEN r.identity END"),
    ("issued_at", "c.issued_at"),
    ("valid_until", "c.valid_until"),
    ("claimed_at", "c.claimed_at"),
    ("revoked_at", "c.revoked_at"),
    ("is_public", "c.is_public"),
    ("document_sha256", "c.document_sha256"),
    ("supersedes_id", "c.supersedes_id"),
    ("superseded_by_id", "s.id"),
    ("suspended_at", "c.suspended_at"),
    ("expired_at", "c.expired_at"),
    ("reactivated_at", "c.reactivated_at"),
    ("moves", "c.moves"),
]);

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

    /// A credential by its public name, with everything that is shown of it, and a request of `counted` counted: one statement
    /// for both.
    pub(crate) async fn public_credential(
        &self,
        name: &CredentialName,
        wanted: Wanted,
        counted: Option<&Counted<'_>>,
        now: DateTime,
    ) -> Result<(Option<PublicCredential>, Option<Allowance>), StoreError> {
        let (column, value) = match name {
            CredentialName::Id(id) => ("id", id.bind()),
            CredentialName::Code(code) => ("code", code.as_str().bind()),
        };
        let status_lists = match wanted {
            Wanted::Document | Wanted::Jws => "'[]'",
            Wanted::Verification => {
                "(SELECT json_group_array(json_object('id', id, 'document_sha256', document_sha256, 'document', document))
                  FROM status_list WHERE block_id = c.status_block_id)"
            }
        };
        let (key, rsa_key) = match wanted {
            Wanted::Jws => (
                "json_object('id', k.id, 'did', k.did, 'public_key_multibase', k.public_key_multibase,
                   'sealed_seed', k.sealed_seed)",
                "(SELECT json_object('thumbprint', thumbprint, 'did', did, 'modulus', modulus, 'sealed_key', sealed_key,
                   'created_at', created_at, 'retired_at', retired_at, 'revoked_at', revoked_at) FROM rsa_key
                  WHERE organization_id = c.organization_id AND retired_at IS NULL AND did = k.did AND k.revoked_at IS NULL)",
            ),
            Wanted::Document | Wanted::Verification => ("'null'", "'null'"),
        };
        let select = format!(
            "SELECT '{{' || {} || ',' || {} || ',' || {} || ',' || trim(json_object(
               'public_keys', json((SELECT json_group_array(public_key_multibase) FROM signing_key
                WHERE organization_id = c.organization_id AND did = k.did AND revoked_at IS NULL)),
               'domains', json((SELECT json_group_array(domain) FROM organization_domain
                WHERE organization_id = c.organization_id AND verified_at IS NOT NULL)),
               'status_lists', json({status_lists}), 'key', json({key}), 'rsa_key', json({rsa_key}),
               'did', k.did), '{{}}') || '}}'
             FROM {TABLES}
               JOIN badge b ON b.id = c.badge_id
               JOIN organization o ON o.id = c.organization_id
               JOIN signing_key k ON k.id = c.signing_key_id
             WHERE c.{column} = ",
            COLUMNS.json(),
            organizations::COLUMNS.json(),
            badges::COLUMNS.json()
        );
        let (found, left) = match counted {
            Some(counted) => {
                // What a statement has written it may also answer with, and with what else there is.
                let statement = self.count_and_select(counted, now, &format!("({select}?4)"), value)?;
                let row: CountedRow = statement.first(None).await?.ok_or_else(not_counted)?;
                (row.found.found, Some(row.requests.allowance(counted.limit)))
            }
            None => {
                let sql = format!("SELECT ({select}?1) AS found");
                let row: Option<Found> = prepare(&self.db, &sql, &[value])?.first(None).await?;
                (row.and_then(|row| row.found), None)
            }
        };
        let Some(found) = found else { return Ok((None, left)) };
        let row: PublicRow = read_json(&found)?;
        let found = PublicCredential {
            credential: row.credential.into(),
            organization: row.organization.into(),
            badge: row.badge.into(),
            did: row.did,
            public_keys_multibase: row.public_keys,
            domains: row.domains,
            status_lists: row.status_lists,
            key: row.key,
            rsa_key: row.rsa_key,
        };
        Ok((Some(found), left))
    }
}
