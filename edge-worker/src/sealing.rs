//! Seals everything anew under the current Worker secret, after the operator has changed it.

use serde_json::{Value, json};

use crate::app::App;
use crate::entropy::random;
use crate::error::Result;
use crate::store::{PLACES, SealedRow};

/// Rows that are read at once.
const PAGE: i64 = 100;

/// What one run came to.
pub(crate) struct Resealed {
    /// Values that are sealed anew.
    pub values: usize,
    /// Values that neither secret opens, among those that were looked at.
    pub unreadable: usize,
}

/// Seals up to `most` values anew, place by place. A value that is changed meanwhile is left as it is: whoever changed it has
/// sealed it anew. What does not open is passed over, so that it keeps nothing else back.
pub(crate) async fn reseal(app: &App, most: usize) -> Result<Resealed> {
    let vault = &app.config.vault;
    let mut done = Resealed { values: 0, unreadable: 0 };
    for place in &PLACES {
        let mut after = 0;
        while done.values < most {
            let page = app.store.sealed_before(place, vault, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.number;
            let mut resealed: Vec<(SealedRow, String)> = Vec::with_capacity(page.len());
            for row in page {
                match vault.reseal(&row.sealed, random()?, &row.owner) {
                    Ok(sealed) => resealed.push((row, sealed)),
                    Err(_) => done.unreadable += 1,
                }
            }
            app.store.put_resealed(place, &resealed).await?;
            done.values += resealed.len();
        }
    }
    Ok(done)
}

/// How far it is: of every place, how many values are sealed under which secret.
pub(crate) async fn progress(app: &App) -> Result<Value> {
    let counts = app.store.sealed_counts(&app.config.vault).await?;
    let remaining: i64 = counts.iter().map(|(_, counts)| counts.previous).sum();
    let place = |(name, counts): &(&str, crate::store::SealedCounts)| json!({ "name": name, "current": counts.current, "previous": counts.previous, "unknown": counts.unknown });
    Ok(json!({ "remaining": remaining, "places": counts.iter().map(place).collect::<Vec<_>>() }))
}
