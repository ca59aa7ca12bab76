//! Rate limits: so many requests of a subject in a window that begins with the first of them.

use std::net::Ipv6Addr;

use ob3_core::DateTime;

use super::digest;

/// A limit on the requests of one kind of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Requests in a window.
    pub requests: i64,
    /// Length of the window.
    pub window_seconds: i64,
}

/// Requests of one API key.
const PER_KEY: Limit = Limit { requests: 60, window_seconds: 60 };
/// Requests of one network address.
const PER_ADDRESS: Limit = Limit { requests: 100, window_seconds: 60 };
/// Attempts to sign in from one network address.
const SIGN_IN: Limit = Limit { requests: 3, window_seconds: 15 * 60 };

/// Clients that register from one network address.
const REGISTRATION: Limit = Limit { requests: 20, window_seconds: 60 * 60 };

/// The limits of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests of one API key.
    pub per_key: Limit,
    /// Requests of one network address.
    pub per_address: Limit,
    /// Attempts at one route of signing in from one network address, and codes for one mail address.
    pub sign_in: Limit,
    /// Clients that register from one network address.
    pub registration: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_key: PER_KEY, per_address: PER_ADDRESS, sign_in: SIGN_IN, registration: REGISTRATION }
    }
}

/// What a subject has left of its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests in a window.
    pub limit: i64,
    /// Requests that are left in this one.
    pub remaining: i64,
    /// When the next window begins.
    pub reset: DateTime,
    /// Whether this request is within the limit.
    pub is_admitted: bool,
}

impl Limit {
    /// Reads `REQUESTS/SECONDS`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (requests, seconds) = text.split_once('/')?;
        let number = |text: &str, max| text.parse::<i64>().ok().filter(|number| (1..=max).contains(number));
        Some(Self { requests: number(requests, 1_000_000)?, window_seconds: number(seconds, 86_400)? })
    }

    /// When a window ends that begins `now`.
    #[must_use]
    pub const fn window_end(self, now: DateTime) -> DateTime {
        now.plus_seconds(self.window_seconds)
    }

    /// What a subject has left where nobody counts: all of it.
    #[must_use]
    pub const fn whole(self, now: DateTime) -> Allowance {
        self.allowance(0, self.window_end(now))
    }

    /// What is left after `requests` were counted, this one included, in the window that ends at `window_end`.
    #[must_use]
    pub const fn allowance(self, requests: i64, window_end: DateTime) -> Allowance {
        let left = self.requests - requests;
        let remaining = if left < 0 { 0 } else { left };
        Allowance { limit: self.requests, remaining, reset: window_end, is_admitted: left >= 0 }
    }
}

/// The name under which a network address is counted: a keyed hash, so that no address is stored. An IPv6 address counts
/// as its /64, which is what one customer has.
#[must_use]
pub fn address_subject(kind: &str, address: &str, secret: &str) -> String {
    let network = match address.parse::<Ipv6Addr>() {
        Ok(v6) => digest::hex(&v6.octets()).chars().take(16).collect(),
        Err(_) => address.to_owned(),
    };
    format!("{kind}:{}", digest::sha256_hex(format!("{secret} {network}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_admitted_request_leaves_nothing() {
        let reset = PER_KEY.window_end(DateTime::from_unix_millis(61_500));
        assert_eq!(reset, DateTime::from_unix_millis(121_500));
        for (counted, remaining, is_admitted) in [(1, 59, true), (60, 0, true), (61, 0, false), (600, 0, false)] {
            let allowance = PER_KEY.allowance(counted, reset);
            assert_eq!(allowance, Allowance { limit: 60, remaining, reset, is_admitted }, "{counted}");
        }
    }

    #[test]
    fn a_limit_is_written_as_requests_in_seconds() {
        assert_eq!(Limit::parse("60/60"), Some(PER_KEY));
        for text in ["", "60", "0/60", "60/0", "-1/60", "60/s", "60/60/60", "1e3/1"] {
            assert_eq!(Limit::parse(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let subject = |address| address_subject("address", address, "secret");
        assert_eq!(subject("2001:db8::1"), subject("2001:db8::ffff:1"));
        assert_ne!(subject("2001:db8::1"), subject("2001:db8:0:1::1"));
        assert_ne!(subject("192.0.2.1"), subject("192.0.2.2"));
        assert!(!subject("192.0.2.1").contains("192.0.2.1"));
    }
}
