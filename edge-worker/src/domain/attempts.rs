//! How often work is tried that others can fail at, and how long to wait between.

/// How often something is tried; after the last time it has failed.
pub const ATTEMPTS: i64 = 8;
/// How long one attempt may take before another one may begin.
pub const LEASE_SECONDS: i64 = 120;
/// After how long the clock takes up what the queue should have brought.
pub const SWEEP_SECONDS: i64 = 120;
/// How long is remembered what came of it.
pub const KEPT_SECONDS: i64 = 30 * super::time::DAY_SECONDS;
/// Longest account of a failure that is kept.
pub const MAX_ERROR: usize = 300;
/// The first wait after a failure; every later one is twice as long, up to [`LONGEST_WAIT_SECONDS`].
const FIRST_WAIT_SECONDS: i64 = 30;
const LONGEST_WAIT_SECONDS: i64 = 6 * 3600;

/// How long to wait after so many attempts have failed; `None` when it was the last one.
#[must_use]
pub fn wait_seconds(attempts: i64) -> Option<i64> {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
    (attempts < ATTEMPTS).then(|| (FIRST_WAIT_SECONDS << doublings).min(LONGEST_WAIT_SECONDS))
}

/// An account of a failure, no longer than is kept.
#[must_use]
pub fn account(error: &str) -> String {
    error.chars().take(MAX_ERROR).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_until_the_last_attempt() {
        assert_eq!((wait_seconds(1), wait_seconds(2), wait_seconds(ATTEMPTS)), (Some(30), Some(60), None));
        assert!((1..ATTEMPTS).all(|attempt| wait_seconds(attempt).is_some_and(|wait| wait <= LONGEST_WAIT_SECONDS)));
    }
}
