//! The one place where the time is read.

use ob3_core::DateTime;

/// The time of the platform, which stands still while a request computes.
pub(crate) fn now() -> DateTime {
    DateTime::from_unix_millis(i64::try_from(worker::Date::now().as_millis()).unwrap_or(i64::MAX))
}
