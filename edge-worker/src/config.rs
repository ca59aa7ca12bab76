//! The deployment's settings: read once, all faults reported together.

use std::fmt;

use crate::domain::origin::Origin;

/// Fewest characters of a secret: 128 bits in hexadecimal.
const MIN_SECRET: usize = 32;

/// What the deployment sets.
pub struct Config {
    /// The origin of published addresses; `None` takes that of each request.
    pub public_origin: Option<Origin>,
    /// Whether requests are counted and refused when there are too many.
    pub rate_limits: bool,
    /// Makes the first owner.
    pub bootstrap_secret: String,
    /// Signs sessions.
    pub session_secret: String,
    /// Seals private signing keys.
    pub key_encryption_secret: String,
}

/// What is wrong with one setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A secret that is missing or too short.
    Secret(&'static str),
    /// `PUBLIC_ORIGIN` is no origin.
    PublicOrigin,
    /// `RATE_LIMITS` is neither `on` nor `off`.
    RateLimits,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(name) => write!(f, "the secret {name} must have {MIN_SECRET} characters or more"),
            Self::PublicOrigin => {
                f.write_str("PUBLIC_ORIGIN must be an origin such as https://badges.example, or empty")
            }
            Self::RateLimits => f.write_str("RATE_LIMITS must be `on`, `off` or empty"),
        }
    }
}

impl Config {
    /// Reads the settings, variables and secrets alike, by name.
    ///
    /// # Errors
    /// Every [`Fault`] that there is.
    pub fn read(setting: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut secret = |name| {
            let value = setting(name).unwrap_or_default();
            if value.len() < MIN_SECRET {
                faults.push(Fault::Secret(name));
            }
            value
        };
        let bootstrap_secret = secret("BOOTSTRAP_SECRET");
        let session_secret = secret("SESSION_SECRET");
        let key_encryption_secret = secret("KEY_ENCRYPTION_SECRET");
        let public_origin = match setting("PUBLIC_ORIGIN").filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => Origin::parse(&text).or_else(|| {
                faults.push(Fault::PublicOrigin);
                None
            }),
        };
        let rate_limits = match setting("RATE_LIMITS").as_deref() {
            None | Some("" | "on") => true,
            Some("off") => false,
            Some(_) => {
                faults.push(Fault::RateLimits);
                true
            }
        };
        if faults.is_empty() {
            Ok(Self { public_origin, rate_limits, bootstrap_secret, session_secret, key_encryption_secret })
        } else {
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changed: &str, value: &str) -> Result<Config, Vec<Fault>> {
        Config::read(|name| match name {
            _ if name == changed => Some(value.into()),
            "PUBLIC_ORIGIN" | "RATE_LIMITS" => None,
            _ => Some("x".repeat(MIN_SECRET)),
        })
    }

    #[test]
    fn variables_have_defaults_and_secrets_have_none() {
        let config = read("", "").ok().unwrap();
        assert!(config.public_origin.is_none() && config.rate_limits);
        let faults = Config::read(|_| None).err().unwrap();
        assert_eq!(faults, ["BOOTSTRAP_SECRET", "SESSION_SECRET", "KEY_ENCRYPTION_SECRET"].map(Fault::Secret));
    }

    #[test]
    fn rate_limits_are_off_only_when_somebody_says_so() {
        assert!(!read("RATE_LIMITS", "off").ok().unwrap().rate_limits);
        assert_eq!(read("RATE_LIMITS", "false").err().unwrap(), [Fault::RateLimits]);
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(read("PUBLIC_ORIGIN", "https://badges.example/x").err().unwrap(), [Fault::PublicOrigin]);
        let config = read("PUBLIC_ORIGIN", "https://badges.example").ok().unwrap();
        assert_eq!(config.public_origin.unwrap().to_string(), "https://badges.example");
    }

    #[test]
    fn short_secrets_are_refused() {
        assert_eq!(read("SESSION_SECRET", "short").err().unwrap(), [Fault::Secret("SESSION_SECRET")]);
    }
}
