//! Organizations and their members.

use ob3_core::DateTime;
use serde::Deserialize;

use super::answers::NewAnswer;
use super::rsa_keys::{self, RsaKey};
use super::sql::{Columns, StoreError, flag, rows, statement, time, total};
use super::{Listed, Store};
use crate::domain::did::IssuerKeys;
use crate::domain::ids::{OrganizationId, UserId};
use crate::domain::locale::Locale;
use crate::domain::organization::{DidMethod, OrganizationContent, Plan, RecipientIdentifier, Role, Settings, Status};
use crate::domain::paging::Page;
use crate::domain::tenant::TenantName;

/// An organization.
#[derive(Clone)]
pub(crate) struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its home page.
    pub url: Option<String>,
    /// Where to write to.
    pub email: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// What it has subscribed to.
    pub plan: Plan,
    /// When it was made.
    pub created_at: DateTime,
    /// The DID of its active signing key.
    pub did: Option<String>,
    /// What it chooses.
    pub settings: Settings,
}

/// An organization as one of its members sees it.
pub(crate) struct Membership {
    /// The organization.
    pub organization: Organization,
    /// What the member may do.
    pub role: Role,
}

/// The columns of an [`OrganizationRow`], of a table that is called `o`.
pub(super) const COLUMNS: Columns = Columns(&[
    ("organization_id", "o.id"),
    ("organization_slug", "o.slug"),
    ("organization_name", "o.name"),
    ("organization_url", "o.url"),
    ("organization_email", "o.email"),
    ("organization_description", "o.description"),
    ("organization_status", "o.status"),
    ("organization_plan", "o.plan"),
    ("organization_created_at", "o.created_at"),
    ("organization_did", "(SELECT did FROM signing_key WHERE organization_id = o.id AND retired_at IS NULL)"),
    ("organization_notifications", "o.notifications"),
    ("organization_locale", "o.locale"),
    ("organization_default_is_public", "o.default_is_public"),
    ("organization_recipient_identifier", "o.recipient_identifier"),
    ("organization_did_method", "o.did_method"),
]);

#[derive(Deserialize)]
pub(super) struct OrganizationRow {
    organization_id: OrganizationId,
    organization_slug: String,
    organization_name: String,
    organization_url: Option<String>,
    organization_email: Option<String>,
    organization_description: Option<String>,
    organization_status: Status,
    organization_plan: Plan,
    #[serde(deserialize_with = "time")]
    organization_created_at: DateTime,
    organization_did: Option<String>,
    #[serde(deserialize_with = "flag")]
    organization_notifications: bool,
    organization_locale: String,
    #[serde(deserialize_with = "flag")]
    organization_default_is_public: bool,
    organization_recipient_identifier: RecipientIdentifier,
    organization_did_method: DidMethod,
}

#[derive(Deserialize)]
struct MembershipRow {
    role: Role,
    #[serde(flatten)]
    organization: OrganizationRow,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: row.organization_id,
            slug: row.organization_slug,
            name: row.organization_name,
            url: row.organization_url,
            email: row.organization_email,
            description: row.organization_description,
            status: row.organization_status,
            plan: row.organization_plan,
            created_at: row.organization_created_at,
            did: row.organization_did,
            settings: Settings {
                notifications: row.organization_notifications,
                locale: Locale::stored(&row.organization_locale),
                is_public_by_default: row.organization_default_is_public,
                recipient_identifier: row.organization_recipient_identifier,
                did_method: row.organization_did_method,
            },
        }
    }
}

impl From<MembershipRow> for Membership {
    fn from(row: MembershipRow) -> Self {
        Self { organization: row.organization.into(), role: row.role }
    }
}

impl Store {
    /// Makes an organization with its owner.
    pub(crate) async fn create_organization(
        &self,
        new: &Organization,
        owner: UserId,
        answer: Option<&NewAnswer<'_>>,
    ) -> Result<(), StoreError> {
        let organization =
            "INSERT INTO organization (id, slug, name, url, email, description, status, plan, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let member = "INSERT INTO member (organization_id, user_id, role, created_at) VALUES (?1, ?2, ?3, ?4)";
        let mut statements = vec![
            statement!(
                self.db,
                organization,
                new.id,
                new.slug,
                new.name,
                new.url,
                new.email,
                new.description,
                new.status.as_str(),
                new.plan.as_str(),
                new.created_at,
            )?,
            statement!(self.db, member, new.id, owner, Role::Owner.as_str(), new.created_at)?,
        ];
        if let Some(answer) = answer {
            statements.push(self.insert_answer(new.id, answer, new.created_at)?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }

    /// Writes what an organization is called and what it chooses. What was issued stays as it was signed; the DID method stays once
    /// there is a key.
    pub(crate) async fn change_organization(
        &self,
        id: OrganizationId,
        content: &OrganizationContent,
    ) -> Result<(), StoreError> {
        let update = "UPDATE organization SET name = ?2, url = ?3, email = ?4, description = ?5, notifications = ?6,
              locale = ?7, default_is_public = ?8, recipient_identifier = ?9,
              did_method = CASE WHEN EXISTS (SELECT 1 FROM signing_key WHERE organization_id = ?1) THEN did_method
                ELSE ?10 END
            WHERE id = ?1";
        let settings = &content.settings;
        statement!(
            self.db,
            update,
            id,
            content.name,
            content.url,
            content.email,
            content.description,
            settings.notifications,
            settings.locale.as_str(),
            settings.is_public_by_default,
            settings.recipient_identifier.as_str(),
            settings.did_method.as_str(),
        )?
        .run()
        .await?;
        Ok(())
    }

    /// Writes where an organization stands with the operator, and its plan; what is `None` stays as it is.
    pub(crate) async fn review_organization(
        &self,
        id: OrganizationId,
        status: Option<Status>,
        plan: Option<Plan>,
    ) -> Result<(), StoreError> {
        let update = "UPDATE organization SET status = coalesce(?2, status), plan = coalesce(?3, plan) WHERE id = ?1";
        statement!(self.db, update, id, status.map(Status::as_str), plan.map(Plan::as_str))?.run().await?;
        Ok(())
    }

    /// An organization, for the operator.
    pub(crate) async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM organization o WHERE o.id = ?1");
        Ok(statement!(self.db, &select, id)?.first::<OrganizationRow>(None).await?.map(Into::into))
    }

    /// All organizations, the newest first, for the operator.
    pub(crate) async fn organizations(
        &self,
        status: Option<Status>,
        page: Page,
    ) -> Result<Listed<Organization>, StoreError> {
        let filtered = "WHERE (?1 IS NULL OR o.status = ?1)";
        let status = status.map(Status::as_str);
        let count = format!("SELECT count(*) AS total FROM organization o {filtered}");
        let select = format!(
            "SELECT {COLUMNS} FROM organization o {filtered} ORDER BY o.created_at DESC, o.id LIMIT ?2 OFFSET ?3"
        );
        let statements =
            vec![statement!(self.db, &count, status)?, statement!(self.db, &select, status, page.limit, page.offset)?];
        let results = self.db.batch(statements).await?;
        let items = rows::<OrganizationRow>(results.get(1))?.into_iter().map(Into::into).collect();
        Ok(Listed { items, total: total(results.first())? })
    }

    /// The organizations of a person, by name.
    pub(crate) async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError> {
        let sql = format!(
            "SELECT m.role, {COLUMNS} FROM member m JOIN organization o ON o.id = m.organization_id
             WHERE m.user_id = ?1 ORDER BY o.name, o.id"
        );
        let result = statement!(self.db, &sql, user)?.all().await?;
        Ok(rows::<MembershipRow>(Some(&result))?.into_iter().map(Into::into).collect())
    }

    /// One organization of a person.
    pub(crate) async fn membership(&self, user: UserId, id: OrganizationId) -> Result<Option<Membership>, StoreError> {
        let sql = format!(
            "SELECT m.role, {COLUMNS} FROM member m JOIN organization o ON o.id = m.organization_id
             WHERE m.user_id = ?1 AND m.organization_id = ?2"
        );
        Ok(statement!(self.db, &sql, user, id)?.first::<MembershipRow>(None).await?.map(Into::into))
    }

    /// One organization of a person, as contract B names it.
    pub(crate) async fn membership_of_tenant(
        &self,
        user: UserId,
        tenant: &TenantName,
    ) -> Result<Option<Membership>, StoreError> {
        let sql = format!(
            "SELECT m.role, {COLUMNS} FROM organization o JOIN member m ON m.organization_id = o.id AND m.user_id = ?1
             WHERE o.id = ?2 OR o.slug = ?2 AND NOT EXISTS (SELECT 1 FROM organization WHERE id = ?2)"
        );
        Ok(statement!(self.db, &sql, user, tenant.as_str())?.first::<MembershipRow>(None).await?.map(Into::into))
    }

    /// The slug of the operator's organization: the first one with a signing key of which the bootstrap owner is an owner.
    pub(crate) async fn operator_organization(&self) -> Result<Option<String>, StoreError> {
        let select = "SELECT o.slug FROM user u JOIN member m ON m.user_id = u.id AND m.role = 'owner'
              JOIN organization o ON o.id = m.organization_id
            WHERE u.is_bootstrap_owner = 1
              AND EXISTS (SELECT 1 FROM signing_key WHERE organization_id = o.id AND retired_at IS NULL)
            ORDER BY o.created_at, o.id LIMIT 1";
        Ok(statement!(self.db, select)?.first(Some("slug")).await?)
    }

    /// The organization that an address names, and the public keys of its DID, the newest first.
    pub(crate) async fn issuer(&self, slug: &str) -> Result<Option<(Organization, IssuerKeys)>, StoreError> {
        #[derive(Deserialize)]
        struct Key {
            public_key_multibase: String,
        }
        let organization = format!("SELECT {COLUMNS} FROM organization o WHERE o.slug = ?1");
        let keys = "SELECT k.public_key_multibase FROM signing_key k JOIN organization o ON o.id = k.organization_id
            WHERE o.slug = ?1 AND k.revoked_at IS NULL AND k.did = (SELECT did FROM signing_key WHERE organization_id = o.id AND retired_at IS NULL)
            ORDER BY k.created_at DESC, k.id";
        let rsa_keys = format!(
            "SELECT {} FROM rsa_key r JOIN organization o ON o.id = r.organization_id
            WHERE o.slug = ?1 AND r.revoked_at IS NULL AND r.did = (SELECT did FROM signing_key WHERE organization_id = o.id AND retired_at IS NULL)
            ORDER BY r.created_at DESC",
            rsa_keys::COLUMNS
        );
        let statements = vec![
            statement!(self.db, &organization, slug)?,
            statement!(self.db, keys, slug)?,
            statement!(self.db, &rsa_keys, slug)?,
        ];
        let results = self.db.batch(statements).await?;
        let organization = super::sql::row::<OrganizationRow>(results.first())?;
        let ed25519 = rows::<Key>(results.get(1))?.into_iter().map(|key| key.public_key_multibase).collect();
        let rsa = rows::<RsaKey>(results.get(2))?.into_iter().map(|key| (key.thumbprint, key.modulus)).collect();
        let keys = IssuerKeys { ed25519, rsa };
        Ok(organization.map(|row| (row.into(), keys)))
    }
}
