//! Trying again what another request was quicker at, and what must be written down.

use std::time::Duration;

use worker::Delay;

use crate::entropy::random;
use crate::error::Result;
use crate::store::StoreError;

/// How often something is tried at most. Fifty requests that change one status list at once need about ten each.
pub(crate) const ATTEMPTS: u32 = 24;

/// The second attempt comes within so many milliseconds; each later one within twice as many as the one before.
const FIRST_WINDOW_MILLIS: u16 = 32;
/// How often the window doubles at most.
const MAX_DOUBLINGS: u32 = 5;
/// How often something is written down that has happened already.
const INSISTENCE: u32 = 5;

/// Waits before an attempt, counted from 0; a random time, so that those who met do not meet again.
pub(crate) async fn pause(attempt: u32) -> Result<()> {
    let Some(doublings) = attempt.checked_sub(1) else { return Ok(()) };
    let window = FIRST_WINDOW_MILLIS << doublings.min(MAX_DOUBLINGS);
    let millis = u16::from_be_bytes(random()?) % window;
    Delay::from(Duration::from_millis(millis.into())).await;
    Ok(())
}

/// Writes down what has happened already, and tries again where that fails: unwritten, it would happen once more.
pub(crate) async fn insist<F>(write: impl Fn() -> F) -> Result<()>
where
    F: Future<Output = std::result::Result<(), StoreError>>,
{
    for attempt in 1..INSISTENCE {
        if write().await.is_ok() {
            return Ok(());
        }
        pause(attempt).await?;
    }
    Ok(write().await?)
}
