//! Trying again what another request was quicker at.

use std::time::Duration;

use worker::Delay;

use crate::entropy::random;
use crate::error::Result;

/// How often something is tried at most. Fifty requests that change one status list at once need about ten each.
pub(crate) const ATTEMPTS: u32 = 24;

/// The second attempt comes within so many milliseconds; each later one within twice as many as the one before.
const FIRST_WINDOW_MILLIS: u16 = 32;
/// How often the window doubles at most.
const MAX_DOUBLINGS: u32 = 5;

/// Waits before an attempt, counted from 0; a random time, so that those who met do not meet again.
pub(crate) async fn pause(attempt: u32) -> Result<()> {
    let Some(doublings) = attempt.checked_sub(1) else { return Ok(()) };
    let window = FIRST_WINDOW_MILLIS << doublings.min(MAX_DOUBLINGS);
    let millis = u16::from_be_bytes(random()?) % window;
    Delay::from(Duration::from_millis(millis.into())).await;
    Ok(())
}
