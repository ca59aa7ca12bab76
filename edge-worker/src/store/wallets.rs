//! Offers to wallets, and the nonces that wallets sign over.

use ob3_core::DateTime;
use serde::Deserialize;

use super::Store;
use super::sql::{StoreError, row, statement};
use crate::domain::ids::{CredentialId, WalletOfferId};
use crate::domain::oid4vci::{LIFETIME_SECONDS, MAX_ATTEMPTS, NONCE_LIFETIME_SECONDS};

/// An offer to be stored.
pub(crate) struct NewOffer<'a> {
    /// Its id.
    pub id: WalletOfferId,
    /// What is offered.
    pub credential: CredentialId,
    /// Hash of its code.
    pub code_sha256: &'a str,
    /// Keyed hash of the code for people.
    pub tx_code_mac: Option<&'a str>,
}

/// An offer whose code was presented.
#[derive(Deserialize)]
pub(crate) struct TriedOffer {
    /// Its id.
    pub id: WalletOfferId,
    /// Keyed hash of the code for people.
    pub tx_code_mac: Option<String>,
}

/// What became of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redeemed {
    /// It is used up by this.
    Now,
    /// It was used before, or is too old.
    NoToken,
    /// Nobody was given that nonce, or it was used before, or is too old.
    NoNonce,
}

#[derive(Deserialize)]
struct Offered {
    credential_id: CredentialId,
}

impl Store {
    /// Stores an offer.
    pub(crate) async fn create_wallet_offer(&self, offer: &NewOffer<'_>, now: DateTime) -> Result<(), StoreError> {
        let insert = "INSERT INTO wallet_offer (id, credential_id, code_sha256, tx_code_mac, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5)";
        let expires_at = now.plus_seconds(LIFETIME_SECONDS);
        let NewOffer { id, credential, code_sha256, tx_code_mac } = offer;
        statement!(self.db, insert, id, credential, code_sha256, tx_code_mac, expires_at)?.run().await?;
        Ok(())
    }

    /// Counts an attempt at a code. `None` when it is not good: then a token that it has given is good no more, since
    /// somebody else may have it.
    pub(crate) async fn try_wallet_code(&self, sha256: &str, now: DateTime) -> Result<Option<TriedOffer>, StoreError> {
        let count = "UPDATE wallet_offer SET attempts = attempts + 1
            WHERE code_sha256 = ?1 AND used_at IS NULL AND expires_at > ?2 AND attempts < ?3 RETURNING id, tx_code_mac";
        let revoke = "UPDATE wallet_offer SET token_expires_at = 0 WHERE code_sha256 = ?1 AND used_at IS NOT NULL";
        let statements =
            vec![statement!(self.db, count, sha256, now, MAX_ATTEMPTS)?, statement!(self.db, revoke, sha256)?];
        let results = self.db.batch(statements).await?;
        row(results.first())
    }

    /// Uses a code up and gives a token for it; `false` when another request was quicker.
    pub(crate) async fn begin_wallet_token(
        &self,
        offer: WalletOfferId,
        token_sha256: &str,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let give = "UPDATE wallet_offer SET used_at = ?3, token_sha256 = ?2, token_expires_at = ?4
            WHERE id = ?1 AND used_at IS NULL RETURNING id";
        let expires_at = now.plus_seconds(LIFETIME_SECONDS);
        self.has_changed(statement!(self.db, give, offer, token_sha256, now, expires_at)?).await
    }

    /// What a token is for.
    pub(crate) async fn wallet_token(&self, sha256: &str, now: DateTime) -> Result<Option<CredentialId>, StoreError> {
        let select = "SELECT credential_id FROM wallet_offer
            WHERE token_sha256 = ?1 AND redeemed_at IS NULL AND token_expires_at > ?2";
        let offered: Option<Offered> = statement!(self.db, select, sha256, now)?.first(None).await?;
        Ok(offered.map(|offered| offered.credential_id))
    }

    /// Uses a token and a nonce up, both or neither of them to any avail.
    pub(crate) async fn redeem_wallet_token(
        &self,
        token_sha256: &str,
        nonce_sha256: &str,
        now: DateTime,
    ) -> Result<Redeemed, StoreError> {
        let redeem = "UPDATE wallet_offer SET redeemed_at = ?3
            WHERE token_sha256 = ?1 AND redeemed_at IS NULL AND token_expires_at > ?3
              AND EXISTS (SELECT 1 FROM wallet_nonce WHERE sha256 = ?2 AND expires_at > ?3) RETURNING id";
        let take = "DELETE FROM wallet_nonce WHERE sha256 = ?1 AND expires_at > ?2 RETURNING sha256";
        let statements = vec![
            statement!(self.db, redeem, token_sha256, nonce_sha256, now)?,
            statement!(self.db, take, nonce_sha256, now)?,
        ];
        let results = self.db.batch(statements).await?;
        let is_there = |at: usize| row::<serde_json::Value>(results.get(at)).map(|row| row.is_some());
        Ok(match (is_there(0)?, is_there(1)?) {
            (true, _) => Redeemed::Now,
            (false, true) => Redeemed::NoToken,
            (false, false) => Redeemed::NoNonce,
        })
    }

    /// Stores a nonce that was given out.
    pub(crate) async fn create_wallet_nonce(&self, sha256: &str, now: DateTime) -> Result<(), StoreError> {
        let insert = "INSERT INTO wallet_nonce (sha256, expires_at) VALUES (?1, ?2)";
        statement!(self.db, insert, sha256, now.plus_seconds(NONCE_LIFETIME_SECONDS))?.run().await?;
        Ok(())
    }

    /// Forgets offers and nonces whose time is over.
    pub(crate) async fn forget_wallets_before(&self, time: DateTime) -> Result<(), StoreError> {
        let statements = vec![
            statement!(self.db, "DELETE FROM wallet_offer WHERE expires_at < ?1", time)?,
            statement!(self.db, "DELETE FROM wallet_nonce WHERE expires_at < ?1", time)?,
        ];
        self.db.batch(statements).await?;
        Ok(())
    }
}
