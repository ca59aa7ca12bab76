//! Clients, what people allowed them, and what was given out for it.

use ob3_core::DateTime;
use serde::Deserialize;
use worker::D1PreparedStatement;

use super::Store;
use super::sql::{StoreError, maybe_time, row, rows, statement, time};
use crate::domain::email::Email;
use crate::domain::ids::{ClientId, GrantId, UserId};
use crate::domain::oauth::authorization::Request;
use crate::domain::oauth::registration::Metadata;
use crate::domain::oauth::token::Given;
use crate::domain::oauth::{ACCESS_LIFETIME_SECONDS, CODE_LIFETIME_SECONDS, REFRESH_LIFETIME_SECONDS, Scopes, Secret};

/// A client that registered itself.
pub(crate) struct Client {
    /// Its id.
    pub id: ClientId,
    /// Hash of what it proves itself by.
    pub secret_sha256: String,
    /// What it said of itself.
    pub metadata: Metadata,
}

/// Whom an access token stands for.
pub(crate) struct Holder {
    /// What was allowed, of which it is a part.
    pub grant: GrantId,
    /// The person.
    pub user: UserId,
    /// Their address.
    pub email: Email,
    /// Since when it is known to be theirs.
    pub email_verified_at: Option<DateTime>,
    /// What may be done.
    pub scopes: Scopes,
}

/// What a person allowed a client, as they are shown it.
#[derive(Deserialize)]
pub(crate) struct Grant {
    /// Its id.
    pub id: GrantId,
    /// What the client said of itself.
    pub metadata: String,
    /// What was allowed.
    pub scope: String,
    /// When.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
}

/// New tokens; the refresh token is left out where the client takes none.
pub(crate) struct NewTokens<'a> {
    /// Opens the API.
    pub access: &'a Secret,
    /// Is given for the next ones.
    pub refresh: Option<&'a Secret>,
}

#[derive(Deserialize)]
struct ClientRow {
    id: ClientId,
    secret_sha256: String,
    metadata: String,
}

#[derive(Deserialize)]
struct HolderRow {
    grant_id: GrantId,
    user_id: UserId,
    email: Email,
    #[serde(deserialize_with = "maybe_time")]
    email_verified_at: Option<DateTime>,
    scope: String,
}

#[derive(Deserialize)]
struct ScopeRow {
    scope: String,
}

#[derive(Deserialize)]
struct OwnerRow {
    client_id: ClientId,
}

impl Store {
    /// Stores a client.
    pub(crate) async fn register_client(&self, client: &Client, now: DateTime) -> Result<(), StoreError> {
        let insert = "INSERT INTO oauth_client (id, secret_sha256, metadata, created_at) VALUES (?1, ?2, ?3, ?4)";
        let metadata =
            serde_json::to_string(&client.metadata).map_err(|error| StoreError::Failed(error.to_string()))?;
        statement!(self.db, insert, client.id, client.secret_sha256, metadata, now)?.run().await?;
        Ok(())
    }

    /// A client by its id.
    pub(crate) async fn client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        let select = "SELECT id, secret_sha256, metadata FROM oauth_client WHERE id = ?1";
        let Some(row) = statement!(self.db, select, id)?.first::<ClientRow>(None).await? else { return Ok(None) };
        let metadata =
            serde_json::from_str(&row.metadata).map_err(|error| StoreError::Failed(format!("a client: {error}")))?;
        Ok(Some(Client { id: row.id, secret_sha256: row.secret_sha256, metadata }))
    }

    /// Stores what a person allows a client, and the code that hands it over.
    pub(crate) async fn authorize(
        &self,
        id: GrantId,
        client: ClientId,
        user: UserId,
        request: &Request,
        code: &Secret,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let grant = "INSERT INTO oauth_grant (id, client_id, user_id, scope, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let single_use =
            "INSERT INTO oauth_single_use (sha256, grant_id, kind, redirect_uri, code_challenge, expires_at)
            VALUES (?1, ?2, 'code', ?3, ?4, ?5)";
        let expires_at = now.plus_seconds(CODE_LIFETIME_SECONDS);
        let statements = vec![
            statement!(self.db, grant, id, client, user, request.scopes.to_string(), now)?,
            statement!(self.db, single_use, code.sha256, id, request.redirect_uri, request.code_challenge, expires_at)?,
        ];
        self.db.batch(statements).await?;
        Ok(())
    }

    /// What was allowed by the grant of a code or of a refresh token.
    pub(crate) async fn allowed_scope(&self, sha256: &str) -> Result<Option<Scopes>, StoreError> {
        let select =
            "SELECT g.scope FROM oauth_single_use s JOIN oauth_grant g ON g.id = s.grant_id WHERE s.sha256 = ?1";
        let row = statement!(self.db, select, sha256)?.first::<ScopeRow>(None).await?;
        Ok(row.and_then(|row| Scopes::parse(&row.scope)))
    }

    /// Gives tokens for a code or a refresh token, which is good no more by this; says what they are for. `None` when it is
    /// not good, or not this client's. One that was taken before ends the grant, and with it everything that came of it:
    /// two have it, and one of them is not its owner (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
    pub(crate) async fn give_tokens(
        &self,
        given: &Given,
        client: ClientId,
        tokens: &NewTokens<'_>,
        now: DateTime,
    ) -> Result<Option<Scopes>, StoreError> {
        let none = || None::<String>;
        let (sha256, kind, redirect_uri, code_challenge, scopes) = match given {
            Given::Code { sha256, redirect_uri, code_challenge } => {
                (sha256, "code", Some(redirect_uri.clone()), Some(code_challenge.clone()), none())
            }
            Given::Refresh { sha256, scopes } => {
                (sha256, "refresh_token", none(), none(), scopes.as_ref().map(Scopes::to_string))
            }
        };
        let end = "UPDATE oauth_grant SET revoked_at = ?2 WHERE revoked_at IS NULL
            AND id = (SELECT grant_id FROM oauth_single_use WHERE sha256 = ?1 AND taken_at IS NOT NULL)";
        let give = "INSERT INTO oauth_access_token (sha256, grant_id, given_for, scope, expires_at)
            SELECT ?2, g.id, s.sha256, coalesce(?3, g.scope), ?4
            FROM oauth_single_use s JOIN oauth_grant g ON g.id = s.grant_id
            WHERE s.sha256 = ?1 AND s.taken_at IS NULL AND s.expires_at > ?5 AND s.kind = ?6
            AND s.redirect_uri IS ?7 AND s.code_challenge IS ?8 AND g.client_id = ?9 AND g.revoked_at IS NULL
            RETURNING scope";
        // Everything that follows hangs on the access token being there.
        let take = "UPDATE oauth_single_use SET taken_at = ?3 WHERE sha256 = ?1
            AND EXISTS (SELECT 1 FROM oauth_access_token WHERE sha256 = ?2)";
        let access = &tokens.access.sha256;
        let mut statements = vec![
            statement!(self.db, end, sha256, now)?,
            statement!(
                self.db,
                give,
                sha256,
                access,
                scopes,
                now.plus_seconds(ACCESS_LIFETIME_SECONDS),
                now,
                kind,
                redirect_uri,
                code_challenge,
                client
            )?,
            statement!(self.db, take, sha256, access, now)?,
        ];
        if let Some(refresh) = tokens.refresh {
            let next = "INSERT INTO oauth_single_use (sha256, grant_id, kind, expires_at)
                SELECT ?2, grant_id, 'refresh_token', ?3 FROM oauth_access_token WHERE sha256 = ?1";
            let expires_at = now.plus_seconds(REFRESH_LIFETIME_SECONDS);
            statements.push(statement!(self.db, next, access, refresh.sha256, expires_at)?);
        }
        let results = self.db.batch(statements).await?;
        Ok(row::<ScopeRow>(results.get(1))?.and_then(|row| Scopes::parse(&row.scope)))
    }

    /// Ends an access token, or by a refresh token the whole grant, if it is this client's. Says whether it is somebody
    /// else's.
    pub(crate) async fn revoke_token(&self, sha256: &str, client: ClientId, now: DateTime) -> Result<bool, StoreError> {
        let owner = "SELECT g.client_id FROM oauth_grant g WHERE g.id IN (
            SELECT grant_id FROM oauth_access_token WHERE sha256 = ?1
            UNION ALL SELECT grant_id FROM oauth_single_use WHERE sha256 = ?1)";
        let access = "UPDATE oauth_access_token SET revoked_at = ?2 WHERE sha256 = ?1 AND revoked_at IS NULL
            AND grant_id IN (SELECT id FROM oauth_grant WHERE client_id = ?3)";
        let grant = "UPDATE oauth_grant SET revoked_at = ?2 WHERE client_id = ?3 AND revoked_at IS NULL
            AND id = (SELECT grant_id FROM oauth_single_use WHERE sha256 = ?1)";
        let statements = vec![
            statement!(self.db, owner, sha256)?,
            statement!(self.db, access, sha256, now, client)?,
            statement!(self.db, grant, sha256, now, client)?,
        ];
        let results = self.db.batch(statements).await?;
        Ok(row::<OwnerRow>(results.first())?.is_some_and(|owner| owner.client_id != client))
    }

    /// Whom an access token stands for; `None` when it is not good.
    pub(crate) async fn token_holder(&self, sha256: &str, now: DateTime) -> Result<Option<Holder>, StoreError> {
        let select = "SELECT t.grant_id, t.scope, g.user_id, u.email, u.email_verified_at FROM oauth_access_token t
            JOIN oauth_grant g ON g.id = t.grant_id JOIN user u ON u.id = g.user_id
            WHERE t.sha256 = ?1 AND t.expires_at > ?2 AND t.revoked_at IS NULL AND g.revoked_at IS NULL";
        let row = statement!(self.db, select, sha256, now)?.first::<HolderRow>(None).await?;
        Ok(row.and_then(|row| {
            Some(Holder {
                grant: row.grant_id,
                user: row.user_id,
                email: row.email,
                email_verified_at: row.email_verified_at,
                scopes: Scopes::parse(&row.scope)?,
            })
        }))
    }

    /// What a person allows clients at this moment, the newest first. What came to nothing, or whose time is over, is not shown.
    pub(crate) async fn grants(&self, user: UserId, now: DateTime) -> Result<Vec<Grant>, StoreError> {
        let select = "SELECT g.id, c.metadata, g.scope, g.created_at
            FROM oauth_grant g JOIN oauth_client c ON c.id = g.client_id
            WHERE g.user_id = ?1 AND g.revoked_at IS NULL AND (
              EXISTS (SELECT 1 FROM oauth_access_token WHERE grant_id = g.id AND expires_at > ?2 AND revoked_at IS NULL)
              OR EXISTS (SELECT 1 FROM oauth_single_use WHERE grant_id = g.id AND expires_at > ?2 AND taken_at IS NULL))
            ORDER BY g.created_at DESC, g.id LIMIT 100";
        let results = self.db.batch(vec![statement!(self.db, select, user, now)?]).await?;
        rows(results.first())
    }

    /// Ends what a person allowed. Says whether there was anything to end.
    pub(crate) async fn revoke_grant(&self, id: GrantId, user: UserId, now: DateTime) -> Result<bool, StoreError> {
        let end = "UPDATE oauth_grant SET revoked_at = ?3 WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL
            RETURNING client_id";
        let results = self.db.batch(vec![statement!(self.db, end, id, user, now)?]).await?;
        Ok(row::<OwnerRow>(results.first())?.is_some())
    }

    /// Forgets tokens whose time is over, and grants of which nothing is left.
    pub(super) fn forget_tokens(&self, ended: DateTime) -> Result<Vec<D1PreparedStatement>, StoreError> {
        let left = "DELETE FROM oauth_grant WHERE created_at < ?1
            AND NOT EXISTS (SELECT 1 FROM oauth_access_token WHERE grant_id = oauth_grant.id)
            AND NOT EXISTS (SELECT 1 FROM oauth_single_use WHERE grant_id = oauth_grant.id)";
        Ok(vec![
            statement!(self.db, "DELETE FROM oauth_access_token WHERE expires_at < ?1", ended)?,
            statement!(self.db, "DELETE FROM oauth_single_use WHERE expires_at < ?1", ended)?,
            statement!(self.db, left, ended)?,
        ])
    }
}
