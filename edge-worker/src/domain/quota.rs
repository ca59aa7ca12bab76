//! The monthly quota: each distinct recipient of an organization counts once a calendar month.

use std::fmt;

/// How much of a month's quota is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Recipients counted so far.
    pub used: i64,
    /// Whether the recipient at hand is among them.
    pub includes_recipient: bool,
}

/// The month's quota is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Recipients that the plan allows.
    pub allowed: i64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the monthly quota of {} recipients is used up; it begins anew on the first of the month (UTC)",
            self.allowed
        )
    }
}

impl Usage {
    /// Whether the recipient at hand may be issued to.
    ///
    /// # Errors
    /// [`Exceeded`] when the recipient would be one too many. The database refuses it once more, for requests that run at
    /// the same time.
    pub const fn admits_recipient(self, allowed: i64) -> Result<(), Exceeded> {
        if self.includes_recipient || self.used < allowed { Ok(()) } else { Err(Exceeded { allowed }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_place_can_be_taken_and_none_after_it() {
        for (used, includes_recipient, admitted) in
            [(0, false, true), (999, false, true), (1000, false, false), (1000, true, true), (1200, false, false)]
        {
            assert_eq!(Usage { used, includes_recipient }.admits_recipient(1000).is_ok(), admitted, "{used}");
        }
        assert!(Exceeded { allowed: 1000 }.to_string().contains("1000"));
    }
}
