//! Points in time as the standards write them: RFC 3339, the profile that XML Schema calls `dateTimeStamp`.

use std::fmt;

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// The time zone is mandatory when parsing (VCDM 2.0 §4.9, OB 3.0 `DateTimeZ`), and is always `Z` when printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(i64);

const MILLIS_PER_DAY: i64 = 86_400_000;

impl DateTime {
    /// The point that lies `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Reads `2026-01-15T10:00:00Z`, with an optional fraction of a second and with `Z` or `±hh:mm`.
    ///
    /// `None` for anything else: no time zone, a day that the month does not have, a lower-case `t`. A fraction is cut
    /// to milliseconds; the leap second `:60` is read as the first moment of the next minute.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.as_bytes();
        let (year, rest) = digits(rest, 4)?;
        let (month, rest) = digits(after(rest, b'-')?, 2)?;
        let (day, rest) = digits(after(rest, b'-')?, 2)?;
        let (hour, rest) = digits(after(rest, b'T')?, 2)?;
        let (minute, rest) = digits(after(rest, b':')?, 2)?;
        let (second, rest) = digits(after(rest, b':')?, 2)?;
        let (millis, rest) = fraction(rest)?;
        let offset_minutes = zone(rest)?;
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let seconds = (hour * 60 + minute - offset_minutes) * 60 + second;
        Some(Self(days_from_civil(year, month, day) * MILLIS_PER_DAY + seconds * 1000 + millis))
    }

    /// This point moved by so many seconds, stopping at the ends of the representable range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// The same point without its fraction of a second, as proofs and credentials carry it.
    #[must_use]
    pub const fn truncated_to_seconds(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }
}

impl fmt::Display for DateTime {
    /// `2026-01-15T10:00:00Z`, or with three digits of a second where there is a fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(MILLIS_PER_DAY));
        let millis = self.0.rem_euclid(MILLIS_PER_DAY);
        let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match millis % 1000 {
            0 => f.write_str("Z"),
            fraction => write!(f, ".{fraction:03}Z"),
        }
    }
}

fn after(bytes: &[u8], expected: u8) -> Option<&[u8]> {
    let (first, rest) = bytes.split_first()?;
    (*first == expected).then_some(rest)
}

fn digits(bytes: &[u8], count: usize) -> Option<(i64, &[u8])> {
    let (head, rest) = bytes.split_at_checked(count)?;
    let mut number = 0;
    for byte in head {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some((number, rest))
}

fn fraction(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = after(bytes, b'.') else { return Some((0, bytes)) };
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let mut millis = 0;
    for place in 0..3 {
        millis = millis * 10 + rest.get(place).filter(|b| b.is_ascii_digit()).map_or(0, |b| i64::from(b - b'0'));
    }
    Some((millis, rest.get(count..)?))
}

/// Minutes east of Greenwich.
fn zone(bytes: &[u8]) -> Option<i64> {
    let (sign, rest) = match bytes.split_first()? {
        (b'Z', []) => return Some(0),
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = digits(rest, 2)?;
    let (minutes, rest) = digits(after(rest, b':')?, 2)?;
    (rest.is_empty() && hours <= 14 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// The proleptic Gregorian calendar counted in 400-year eras that begin on the first of March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_printed_in_utc() {
        for (text, printed) in [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("2026-01-15T10:00:00.000Z", "2026-01-15T10:00:00Z"),
            ("2026-01-15T10:00:00.5Z", "2026-01-15T10:00:00.500Z"),
            ("2026-01-15T10:00:00.123456Z", "2026-01-15T10:00:00.123Z"),
            ("2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00Z"),
            ("2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z"),
            ("2000-12-31T20:00:00-05:30", "2001-01-01T01:30:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(DateTime::parse(text).map(|t| t.to_string()).as_deref(), Some(printed), "{text}");
        }
    }

    #[test]
    fn malformed_dates_are_refused() {
        for text in [
            "",
            "2026-01-15",
            "2026-01-15T10:00:00",
            "2026-01-15t10:00:00Z",
            "2026-01-15 10:00:00Z",
            "2026-02-29T10:00:00Z",
            "2026-13-01T10:00:00Z",
            "2026-00-01T10:00:00Z",
            "2026-01-15T24:00:00Z",
            "2026-01-15T10:00:00.Z",
            "2026-01-15T10:00:00+0100",
            "2026-01-15T10:00:00+15:00",
            "2026-01-15T10:00:00Zx",
            "+2026-01-15T10:00:00Z",
            "2026-01-15T1é:00:00Z",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
    }
}
