//! Everything that is sealed under a Worker secret, for when the secret changes.

use serde::Deserialize;

use super::Store;
use super::sql::{StoreError, row, rows, statement};
use crate::domain::vault::Vault;

/// Places where sealed values stand.
pub(crate) const PLACES: [Place; 6] = [
    Place {
        name: "signingKeys",
        table: "signing_key",
        column: "sealed_seed",
        owner: "'organization:' || organization_id || ' signing-key:' || id",
    },
    Place {
        name: "rsaKeys",
        table: "rsa_key",
        column: "sealed_key",
        owner: "'organization:' || organization_id || ' rsa-key:' || thumbprint",
    },
    Place { name: "webhookSecrets", table: "webhook", column: "sealed_secret", owner: "'webhook:' || id" },
    Place {
        name: "previousWebhookSecrets",
        table: "webhook",
        column: "sealed_previous_secret",
        owner: "'webhook:' || id",
    },
    Place { name: "waitingMails", table: "mail", column: "sealed_content", owner: "'mail:' || id" },
    Place {
        name: "answers",
        table: "idempotency",
        column: "response",
        owner: "'organization:' || organization_id || ' idempotency-key:' || key",
    },
];

/// A column of sealed values. Other values in it, which are JSON, are none of them.
pub(crate) struct Place {
    /// What it is called on the wire.
    pub name: &'static str,
    table: &'static str,
    column: &'static str,
    /// SQL for the owner that each value is sealed for.
    owner: &'static str,
}

/// How many values of a place are sealed under which secret.
#[derive(Deserialize)]
pub(crate) struct SealedCounts {
    /// Under the current one.
    pub current: i64,
    /// Under the one before, or in the form that does not say.
    pub previous: i64,
    /// Under another one: they open no more.
    pub unknown: i64,
}

/// A sealed value that is not of the current secret.
#[derive(Deserialize)]
pub(crate) struct SealedRow {
    /// The number of its row.
    pub number: i64,
    /// For whom it is sealed.
    pub owner: String,
    /// The value.
    pub sealed: String,
}

impl Store {
    /// Counts the values of each place, in its order.
    pub(crate) async fn sealed_counts(&self, vault: &Vault) -> Result<Vec<(&'static str, SealedCounts)>, StoreError> {
        let mut statements = Vec::with_capacity(PLACES.len());
        for Place { table, column, .. } in PLACES {
            let select = format!(
                "SELECT count(*) FILTER (WHERE of = 'current') AS current,
                   count(*) FILTER (WHERE of = 'previous') AS previous, count(*) FILTER (WHERE of = 'unknown') AS unknown
                 FROM (SELECT CASE WHEN substr({column}, 1, length(?1)) = ?1 THEN 'current'
                     WHEN substr({column}, 1, length(?2)) = ?2 OR {column} GLOB 'v1.*' THEN 'previous'
                     ELSE 'unknown' END AS of
                   FROM {table} WHERE {column} GLOB 'v[0-9]*.*')"
            );
            statements.push(statement!(self.db, &select, vault.mark(), vault.previous_mark())?);
        }
        let results = self.db.batch(statements).await?;
        let missing = || StoreError::Failed("D1 did not count".into());
        let counts = |(place, result)| Ok((place, row(Some(result))?.ok_or_else(missing)?));
        PLACES.iter().map(|place| place.name).zip(&results).map(counts).collect()
    }

    /// Values of a place that the current secret has not sealed and that one of both may open, after a row.
    pub(crate) async fn sealed_before(
        &self,
        place: &Place,
        vault: &Vault,
        after: i64,
        limit: i64,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let Place { table, column, owner, .. } = place;
        let select = format!(
            "SELECT rowid AS number, {owner} AS owner, {column} AS sealed FROM {table}
             WHERE rowid > ?1 AND ({column} GLOB 'v1.*' OR substr({column}, 1, length(?2)) = ?2)
             ORDER BY rowid LIMIT ?3"
        );
        rows(Some(&statement!(self.db, &select, after, vault.previous_mark(), limit)?.all().await?))
    }

    /// Puts values sealed anew for those of before, unless they were changed meanwhile.
    pub(crate) async fn put_resealed(&self, place: &Place, resealed: &[(SealedRow, String)]) -> Result<(), StoreError> {
        let Place { table, column, .. } = place;
        let update = format!("UPDATE {table} SET {column} = ?3 WHERE rowid = ?1 AND {column} = ?2");
        let mut statements = Vec::with_capacity(resealed.len());
        for (before, sealed) in resealed {
            statements.push(statement!(self.db, &update, before.number, before.sealed, sealed)?);
        }
        if !statements.is_empty() {
            self.db.batch(statements).await?;
        }
        Ok(())
    }
}
