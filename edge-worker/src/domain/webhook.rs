//! Webhooks: what is told, to whom it may be told, and how the one who is told knows that it was us.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ob3_core::DateTime;
use serde_json::{Value, json};
use sha2::Sha256;

use super::fields::{Fields, Invalid, Problem};
use super::{digest, time, uri};

/// Most webhooks of one organization.
pub const MAX_WEBHOOKS: i64 = 20;
/// How long the secret before still signs after a rotation.
pub const ROTATION_SECONDS: i64 = time::DAY_SECONDS;
/// How long an address may take to answer.
pub const TIMEOUT_MILLIS: u32 = 10_000;
/// What every secret begins with.
const SECRET_MARK: &str = "whsec_";

macro_rules! event_types {
    ($($(#[doc = $doc:literal])+ $name:ident = $wire:literal,)+) => {
        /// What can be told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum EventType {
            $($(#[doc = $doc])+ $name,)+
        }

        impl EventType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The type on the wire and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)+
                }
            }
        }
    };
}

event_types! {
    /// A credential was issued, be it the first or a renewal.
    Issued = "credential.issued",
    /// A credential has taken the place of an earlier one.
    Renewed = "credential.renewed",
    /// A credential was claimed.
    Claimed = "credential.claimed",
    /// A credential was revoked, by somebody or by its renewal.
    Revoked = "credential.revoked",
    /// A credential was suspended.
    Suspended = "credential.suspended",
    /// A suspended credential holds again.
    Reinstated = "credential.reinstated",
    /// A credential's time is over.
    Expired = "credential.expired",
    /// Every row of an upload has come to its end.
    BulkCompleted = "bulk_issuance.completed",
}

impl EventType {
    /// Reads a type.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.as_str() == text)
    }
}

/// What an organization wants to be told, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookContent {
    /// The address.
    pub url: String,
    /// Which types; none means all.
    pub events: Vec<String>,
    /// Whether anything is told.
    pub is_active: bool,
}

impl WebhookContent {
    /// Reads a request for a webhook, or a change of what is there. `is_local` lets addresses of this very machine pass.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields, current: Option<Self>, is_local: bool) -> Result<Self, Invalid> {
        let url = body
            .read("url", "an https URL of a public host", |text| is_target(text, is_local).then(|| text.to_owned()))?;
        let names_events = body.has("events");
        let events = body.lines("events", EventType::ALL.len(), 60)?;
        for (i, event) in events.iter().enumerate() {
            if EventType::parse(event).is_none() {
                return Err(body.invalid(&format!("events[{i}]"), Problem::Not("a type of event")));
            }
        }
        let is_active = body.flag("isActive")?;
        let content = match current {
            None => Self { url: body.required("url", url)?, events, is_active: is_active.unwrap_or(true) },
            Some(current) => Self {
                url: url.unwrap_or(current.url),
                events: if names_events { events } else { current.events },
                is_active: is_active.unwrap_or(current.is_active),
            },
        };
        body.finish()?;
        Ok(content)
    }
}

/// Whether an address may be told anything: https, and a public name. Where the worker runs on somebody's own machine
/// (`is_local`), that machine's own addresses as well.
#[must_use]
pub fn is_target(url: &str, is_local: bool) -> bool {
    if !uri::is_web_url(url) {
        return false;
    }
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_loopback = host == "localhost" || host == "127.0.0.1" || host == "::1";
    if is_loopback {
        return is_local;
    }
    // A number is an address in one of the ways in which addresses can be written, and no name.
    let is_address = host.parse::<Ipv4Addr>().is_ok()
        || host.parse::<Ipv6Addr>().is_ok()
        || host.rsplit('.').next().is_some_and(|top| top.starts_with(|c: char| c.is_ascii_digit()));
    let is_private = ["localhost", "local", "internal", "home", "lan", "arpa", "test", "invalid"]
        .iter()
        .any(|top| host.rsplit('.').next() == Some(top));
    scheme.eq_ignore_ascii_case("https") && host.contains('.') && !is_address && !is_private
}

/// A secret out of random bytes.
#[must_use]
pub fn secret(bytes: [u8; 32]) -> String {
    format!("{SECRET_MARK}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The id of an event.
#[must_use]
pub fn event_id(bytes: [u8; 16]) -> String {
    format!("evt_{}", digest::hex(&bytes))
}

/// The body that is sent: the same bytes at every attempt.
#[must_use]
pub fn body(id: &str, event: &str, created_at: DateTime, data: &Value) -> String {
    json!({ "id": id, "type": event, "createdAt": time::wire(created_at), "data": data }).to_string()
}

/// The signature of a body at a time: HMAC-SHA-256 over `<seconds>.<body>`, in hexadecimal.
#[must_use]
pub fn signature(secret: &str, seconds: i64, body: &str) -> Option<String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    let mac = mac.chain_update(format!("{seconds}.")).chain_update(body);
    Some(format!("sha256={}", digest::hex(&mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_names_over_https_are_told() {
        for url in ["https://hooks.example.com", "https://a.example.org:8443/x?y=1", "HTTPS://Example.COM/"] {
            assert!(is_target(url, false), "{url}");
        }
        for url in [
            "http://hooks.example.com",
            "https://localhost/x",
            "https://127.0.0.1",
            "https://10.0.0.1",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[fd00::1]/",
            "https://2130706433",
            "https://0x7f.1",
            "https://127.1",
            "https://intranet",
            "https://db.internal",
            "https://printer.local.",
            "https://user:pass@example.com",
            "ftp://example.com",
        ] {
            assert!(!is_target(url, false), "{url}");
        }
        assert!(is_target("http://127.0.0.1:8080/hook", true) && is_target("http://localhost:1/", true));
        assert!(!is_target("http://10.0.0.1/", true));
    }

    #[test]
    fn a_signature_covers_time_and_body() {
        // RFC 4231 §4.3 (test case 2): the data are `what do ya want for nothing?`.
        let mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap().chain_update("what do ya want for nothing?");
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(digest::hex(&mac.finalize().into_bytes()), known);
        let signed = signature("secret", 1, "{}").unwrap();
        assert!(signed.starts_with("sha256=") && signed.len() == 71);
        assert_ne!(signature("secret", 2, "{}").unwrap(), signed);
        assert_ne!(signature("secret", 1, "{ }").unwrap(), signed);
        assert_ne!(signature("other", 1, "{}").unwrap(), signed);
    }

    #[test]
    fn faults_name_their_field() {
        let read = |body| WebhookContent::read(Fields::of_body(body).unwrap(), None, false);
        let given = read(json!({ "url": "https://a.example.com", "events": ["credential.issued"] })).unwrap();
        assert_eq!((given.events.len(), given.is_active), (1, true));
        for (body, field) in [
            (json!({}), "url"),
            (json!({ "url": "https://10.0.0.1" }), "url"),
            (json!({ "url": "https://a.example.com", "events": ["credential.eaten"] }), "events[0]"),
            (json!({ "url": "https://a.example.com", "isActive": 1 }), "isActive"),
            (json!({ "url": "https://a.example.com", "secret": "x" }), "secret"),
        ] {
            assert_eq!(read(body).unwrap_err().field, field);
        }
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let current = WebhookContent {
            url: "https://a.example.com".into(),
            events: vec!["credential.issued".into()],
            is_active: true,
        };
        let change = |body| WebhookContent::read(Fields::of_body(body).unwrap(), Some(current.clone()), false).unwrap();
        assert_eq!(change(json!({})), current);
        assert_eq!(change(json!({ "events": [] })).events, Vec::<String>::new());
        assert!(!change(json!({ "isActive": false })).is_active);
    }
}
