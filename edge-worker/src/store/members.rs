//! Members of organizations, and how they come in.

use ob3_core::DateTime;
use serde::Deserialize;
use worker::D1PreparedStatement;

use super::Store;
use super::answers::NewAnswer;
use super::mail::NewMail;
use super::organizations::{COLUMNS, Organization, OrganizationRow};
use super::sql::{StoreError, maybe_time, row, rows, statement, time};
use crate::domain::email::Email;
use crate::domain::ids::{InvitationId, OrganizationId, UserId};
use crate::domain::organization::Role;

/// A member of an organization.
#[derive(Deserialize)]
pub(crate) struct Member {
    /// Who it is.
    pub user_id: UserId,
    /// Their address.
    pub email: Email,
    /// What they may do.
    pub role: Role,
    /// Since when.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
}

/// An invitation into an organization.
#[derive(Clone, Deserialize)]
pub(crate) struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: Email,
    /// What they are to be.
    pub role: Role,
    /// Since when.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
    /// Until when.
    #[serde(deserialize_with = "time")]
    pub expires_at: DateTime,
    /// When it was accepted.
    #[serde(deserialize_with = "maybe_time")]
    pub accepted_at: Option<DateTime>,
    /// When it was withdrawn.
    #[serde(deserialize_with = "maybe_time")]
    pub withdrawn_at: Option<DateTime>,
}

impl Invitation {
    /// Whether it can be accepted.
    pub(crate) fn is_open(&self, now: DateTime) -> bool {
        self.accepted_at.is_none() && self.withdrawn_at.is_none() && now < self.expires_at
    }
}

#[derive(Deserialize)]
struct InvitationRow {
    #[serde(flatten)]
    invitation: Invitation,
    #[serde(flatten)]
    organization: OrganizationRow,
}

const INVITATION: &str = "i.id, i.email, i.role, i.created_at, i.expires_at, i.accepted_at, i.withdrawn_at";

/// The condition that leaves an organization (`?1`) its last owner.
const NOT_THE_LAST_OWNER: &str =
    "(role <> 'owner' OR (SELECT count(*) FROM member WHERE organization_id = ?1 AND role = 'owner') > 1)";

impl Store {
    /// The members of an organization, the first ones first.
    pub(crate) async fn members(&self, organization: OrganizationId) -> Result<Vec<Member>, StoreError> {
        let select = "SELECT m.user_id, u.email, m.role, m.created_at FROM member m JOIN user u ON u.id = m.user_id
            WHERE m.organization_id = ?1 ORDER BY m.created_at, m.user_id";
        rows(Some(&statement!(self.db, select, organization)?.all().await?))
    }

    /// Gives a member another role; `false` when they have not `from` any more, or are the last owner.
    pub(crate) async fn change_member(
        &self,
        organization: OrganizationId,
        user: UserId,
        from: Role,
        to: Role,
    ) -> Result<bool, StoreError> {
        let update = format!(
            "UPDATE member SET role = ?4 WHERE organization_id = ?1 AND user_id = ?2 AND role = ?3
               AND (?4 = 'owner' OR {NOT_THE_LAST_OWNER}) RETURNING user_id"
        );
        let update = statement!(self.db, &update, organization, user, from.as_str(), to.as_str())?;
        self.has_changed(update).await
    }

    /// Takes a member out; `false` as in [`Store::change_member`].
    pub(crate) async fn remove_member(
        &self,
        organization: OrganizationId,
        user: UserId,
        from: Role,
    ) -> Result<bool, StoreError> {
        let delete = format!(
            "DELETE FROM member WHERE organization_id = ?1 AND user_id = ?2 AND role = ?3 AND {NOT_THE_LAST_OWNER}
             RETURNING user_id"
        );
        let delete = statement!(self.db, &delete, organization, user, from.as_str())?;
        self.has_changed(delete).await
    }

    /// Stores an invitation with its mail; one of the same address whose time is over makes room for it.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the address has an open one.
    pub(crate) async fn invite(
        &self,
        organization: OrganizationId,
        invitation: &Invitation,
        by: UserId,
        mail: Option<&NewMail>,
        answer: Option<&NewAnswer<'_>>,
    ) -> Result<(), StoreError> {
        let now = invitation.created_at;
        let make_room = "UPDATE invitation SET withdrawn_at = ?3 WHERE organization_id = ?1 AND email = ?2
            AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at <= ?3";
        let insert = "INSERT INTO invitation (id, organization_id, email, role, invited_by, created_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Invitation { id, email, role, expires_at, .. } = invitation;
        let mut statements = vec![
            statement!(self.db, make_room, organization, email, now)?,
            statement!(self.db, insert, id, organization, email, role.as_str(), by, now, expires_at)?,
        ];
        if let Some(mail) = mail {
            statements.push(self.insert_mail(mail, now)?);
        }
        if let Some(answer) = answer {
            statements.push(self.insert_answer(organization, answer, now)?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }

    /// The open invitations of an organization.
    pub(crate) async fn invitations(
        &self,
        organization: OrganizationId,
        now: DateTime,
    ) -> Result<Vec<Invitation>, StoreError> {
        let select = format!(
            "SELECT {INVITATION} FROM invitation i WHERE i.organization_id = ?1 AND i.accepted_at IS NULL
               AND i.withdrawn_at IS NULL AND i.expires_at > ?2 ORDER BY i.created_at, i.id"
        );
        rows(Some(&statement!(self.db, &select, organization, now)?.all().await?))
    }

    /// Withdraws an open invitation; `false` when there is none.
    pub(crate) async fn withdraw_invitation(
        &self,
        organization: OrganizationId,
        id: InvitationId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let update = "UPDATE invitation SET withdrawn_at = ?3 WHERE organization_id = ?1 AND id = ?2
            AND accepted_at IS NULL AND withdrawn_at IS NULL RETURNING id";
        let update = statement!(self.db, update, organization, id, now)?;
        self.has_changed(update).await
    }

    /// An invitation, and whose.
    pub(crate) async fn invitation(&self, id: InvitationId) -> Result<Option<(Invitation, Organization)>, StoreError> {
        let select = format!(
            "SELECT {INVITATION}, {COLUMNS} FROM invitation i JOIN organization o ON o.id = i.organization_id
             WHERE i.id = ?1"
        );
        let results = self.db.batch(vec![statement!(self.db, &select, id)?]).await?;
        Ok(row::<InvitationRow>(results.first())?.map(|row| (row.invitation, row.organization.into())))
    }

    /// Accepts an open invitation: its person is a member then. `false` when it is open no more.
    pub(crate) async fn accept_invitation(
        &self,
        id: InvitationId,
        user: UserId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let is_open = "id = ?1 AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?2";
        let member = format!(
            "INSERT INTO member (organization_id, user_id, role, created_at)
             SELECT organization_id, ?3, role, ?2 FROM invitation WHERE {is_open} ON CONFLICT DO NOTHING"
        );
        let accept = format!("UPDATE invitation SET accepted_at = ?2 WHERE {is_open} RETURNING id");
        let statements = vec![statement!(self.db, &member, id, now, user)?, statement!(self.db, &accept, id, now)?];
        let results = self.db.batch(statements).await?;
        Ok(row::<serde_json::Value>(results.get(1))?.is_some())
    }

    /// Runs a statement that returns the row that it changed; whether there was one.
    pub(super) async fn has_changed(&self, statement: D1PreparedStatement) -> Result<bool, StoreError> {
        let results = self.db.batch(vec![statement]).await?;
        Ok(row::<serde_json::Value>(results.first())?.is_some())
    }
}
