//! Times on the wire.

use ob3_core::DateTime;

/// Seconds of a day.
pub const DAY_SECONDS: i64 = 86_400;

/// RFC 3339 in UTC, always with milliseconds: `2026-01-15T10:00:00.000Z`.
#[must_use]
pub fn wire(time: DateTime) -> String {
    let text = time.to_string();
    match text.strip_suffix('Z') {
        Some(seconds) if !seconds.contains('.') => format!("{seconds}.000Z"),
        _ => text,
    }
}

/// The calendar month of a time (UTC), `2026-01`.
#[must_use]
pub fn month(time: DateTime) -> String {
    time.to_string().chars().take("2026-01".len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_always_has_milliseconds() {
        for (millis, text) in [(0, "1970-01-01T00:00:00.000Z"), (1_500, "1970-01-01T00:00:01.500Z")] {
            assert_eq!(wire(DateTime::from_unix_millis(millis)), text);
        }
    }

    #[test]
    fn months_begin_at_midnight_utc() {
        let begins = DateTime::parse("2026-02-01T00:00:00Z").unwrap();
        assert_eq!(month(begins), "2026-02");
        assert_eq!(month(begins.plus_seconds(-1)), "2026-01");
    }
}
