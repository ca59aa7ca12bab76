//! The deployment's settings: read once, all faults reported together.

use std::fmt;

use crate::domain::email::Email;
use crate::domain::origin::Origin;
use crate::domain::rate::{Limit, Limits};
use crate::domain::slug;
use crate::domain::uri;
use crate::domain::vault::Vault;

/// Fewest characters of a secret: 128 bits in hexadecimal.
const MIN_SECRET: usize = 32;

/// A public resolver that answers in JSON.
const DNS_RESOLVER_URL: &str = "https://cloudflare-dns.com/dns-query";

/// What the deployment sets.
pub struct Config {
    /// The origin of published addresses; `None` takes that of each request.
    pub public_origin: Option<Origin>,
    /// How many requests are taken; `None` counts and refuses none.
    pub rate_limits: Option<Limits>,
    /// How mail is sent; `None` sends none.
    pub mail: Option<Mail>,
    /// Where the terms of service stand.
    pub terms_url: Option<String>,
    /// Where the privacy policy stands.
    pub privacy_url: Option<String>,
    /// The slug of the organization that `did:web:HOST` stands for; `None` means the operator's first one.
    pub root_organization: Option<String>,
    /// The resolver that is asked for DNS records, over HTTPS and in JSON.
    pub dns_resolver: String,
    /// Makes the first owner.
    pub bootstrap_secret: String,
    /// Signs sessions.
    pub session_secret: String,
    /// Seals private signing keys, and whatever else must not be read in the database.
    pub vault: Vault,
}

/// How mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The sender's address.
    pub from: Email,
    /// Who carries it.
    pub carrier: Carrier,
}

/// Who carries mail.
#[derive(Clone, PartialEq, Eq)]
pub enum Carrier {
    /// The platform's own e-mail binding `MAIL`.
    Binding,
    /// A service that takes mails as JSON over HTTP.
    Http {
        /// Where they are posted to.
        url: String,
        /// What is sent as bearer token.
        token: String,
    },
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Binding => "Binding",
            Self::Http { .. } => "Http(..)",
        })
    }
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
    /// A limit that is not `REQUESTS/SECONDS`.
    Limit(&'static str),
    /// What should be a web address is none.
    Link(&'static str),
    /// `ROOT_ORGANIZATION` is no slug.
    RootOrganization,
    /// `MAIL_FROM` is no address.
    MailFrom,
    /// `DNS_RESOLVER_URL` is no URL.
    DnsResolver,
    /// `MAIL_HTTP_URL` is no URL, or stands without `MAIL_HTTP_TOKEN`.
    MailHttp,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(name) => write!(f, "the secret {name} must have {MIN_SECRET} characters or more"),
            Self::PublicOrigin => {
                f.write_str("PUBLIC_ORIGIN must be an origin such as https://badges.example, or empty")
            }
            Self::RateLimits => f.write_str("RATE_LIMITS must be `on`, `off` or empty"),
            Self::Limit(name) => write!(f, "{name} must be requests in seconds such as 60/60, or empty"),
            Self::Link(name) => write!(f, "{name} must be an http or https URL, or empty"),
            Self::RootOrganization => f.write_str("ROOT_ORGANIZATION must be the slug of an organization, or empty"),
            Self::MailFrom => f.write_str("MAIL_FROM must be an e-mail address, or empty"),
            Self::DnsResolver => f.write_str("DNS_RESOLVER_URL must be an http or https URL without a query, or empty"),
            Self::MailHttp => {
                f.write_str("MAIL_HTTP_URL must be an http or https URL and have MAIL_HTTP_TOKEN beside it")
            }
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
        let previous = "KEY_ENCRYPTION_SECRET_PREVIOUS";
        let previous = setting(previous).filter(|text| !text.is_empty()).map(|_| secret(previous));
        let public_origin = match setting("PUBLIC_ORIGIN").filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => Origin::parse(&text).or_else(|| {
                faults.push(Fault::PublicOrigin);
                None
            }),
        };
        let mut link = |name| {
            let url = setting(name).filter(|text| !text.is_empty());
            if url.as_deref().is_some_and(|url| !uri::is_web_url(url)) {
                faults.push(Fault::Link(name));
            }
            url
        };
        let (terms_url, privacy_url) = (link("TERMS_URL"), link("PRIVACY_URL"));
        let rate_limits = rate_limits(&setting, &mut faults);
        let mail = mail(&setting, &mut faults);
        let root_organization = setting("ROOT_ORGANIZATION").filter(|text| !text.is_empty());
        if root_organization.as_deref().is_some_and(|text| !slug::is_slug(text)) {
            faults.push(Fault::RootOrganization);
        }
        let dns_resolver = setting("DNS_RESOLVER_URL").filter(|text| !text.is_empty());
        let dns_resolver = dns_resolver.unwrap_or_else(|| DNS_RESOLVER_URL.into());
        if !uri::is_web_url(&dns_resolver) || dns_resolver.contains(['?', '#']) {
            faults.push(Fault::DnsResolver);
        }
        match Vault::new(&key_encryption_secret, previous.as_deref()) {
            Ok(vault) if faults.is_empty() => Ok(Self {
                public_origin,
                rate_limits,
                mail,
                terms_url,
                privacy_url,
                root_organization,
                dns_resolver,
                bootstrap_secret,
                session_secret,
                vault,
            }),
            _ => Err(faults),
        }
    }
}

fn rate_limits(setting: &impl Fn(&str) -> Option<String>, faults: &mut Vec<Fault>) -> Option<Limits> {
    let mut limit = |name, default| match setting(name).filter(|text| !text.is_empty()) {
        None => default,
        Some(text) => Limit::parse(&text).unwrap_or_else(|| {
            faults.push(Fault::Limit(name));
            default
        }),
    };
    let defaults = Limits::default();
    let limits = Limits {
        per_key: limit("RATE_LIMIT_KEY", defaults.per_key),
        per_address: limit("RATE_LIMIT_ADDRESS", defaults.per_address),
        sign_in: limit("RATE_LIMIT_SIGN_IN", defaults.sign_in),
        registration: limit("RATE_LIMIT_REGISTRATION", defaults.registration),
    };
    match setting("RATE_LIMITS").as_deref() {
        None | Some("" | "on") => Some(limits),
        Some("off") => None,
        Some(_) => {
            faults.push(Fault::RateLimits);
            Some(limits)
        }
    }
}

fn mail(setting: &impl Fn(&str) -> Option<String>, faults: &mut Vec<Fault>) -> Option<Mail> {
    let from = setting("MAIL_FROM").filter(|text| !text.is_empty())?;
    let Some(from) = Email::parse(&from) else {
        faults.push(Fault::MailFrom);
        return None;
    };
    let given = |name| setting(name).filter(|text| !text.is_empty());
    let carrier = match (given("MAIL_HTTP_URL"), given("MAIL_HTTP_TOKEN")) {
        (None, _) => Carrier::Binding,
        (Some(url), Some(token)) if uri::is_web_url(&url) => Carrier::Http { url, token },
        (Some(_), _) => {
            faults.push(Fault::MailHttp);
            return None;
        }
    };
    Some(Mail { from, carrier })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changed: &str, value: &str) -> Result<Config, Vec<Fault>> {
        Config::read(|name| match name {
            _ if name == changed => Some(value.into()),
            "BOOTSTRAP_SECRET" | "SESSION_SECRET" | "KEY_ENCRYPTION_SECRET" => Some("x".repeat(MIN_SECRET)),
            _ => None,
        })
    }

    #[test]
    fn variables_have_defaults_and_secrets_have_none() {
        let config = read("", "").ok().unwrap();
        assert!(config.public_origin.is_none() && config.mail.is_none());
        assert_eq!(config.rate_limits, Some(Limits::default()));
        let faults = Config::read(|_| None).err().unwrap();
        assert_eq!(faults, ["BOOTSTRAP_SECRET", "SESSION_SECRET", "KEY_ENCRYPTION_SECRET"].map(Fault::Secret));
    }

    #[test]
    fn rate_limits_are_off_only_when_somebody_says_so() {
        assert_eq!(read("RATE_LIMITS", "off").ok().unwrap().rate_limits, None);
        assert_eq!(read("RATE_LIMITS", "false").err().unwrap(), [Fault::RateLimits]);
    }

    #[test]
    fn limits_are_requests_in_seconds() {
        let limits = read("RATE_LIMIT_SIGN_IN", "30/60").ok().unwrap().rate_limits.unwrap();
        assert_eq!(limits.sign_in, Limit { requests: 30, window_seconds: 60 });
        assert_eq!(limits.per_key, Limits::default().per_key);
        assert_eq!(read("RATE_LIMIT_KEY", "many").err().unwrap(), [Fault::Limit("RATE_LIMIT_KEY")]);
    }

    #[test]
    fn a_resolver_is_a_url_without_a_query() {
        assert_eq!(read("", "").ok().unwrap().dns_resolver, DNS_RESOLVER_URL);
        for url in ["dns.example", "https://dns.example/q?x=1"] {
            assert_eq!(read("DNS_RESOLVER_URL", url).err().unwrap(), [Fault::DnsResolver]);
        }
    }

    fn all(names: &[(&str, &str)]) -> Result<Config, Vec<Fault>> {
        let named = |name: &str| names.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        Config::read(|name| named(name).or_else(|| name.ends_with("SECRET").then(|| "x".repeat(MIN_SECRET))))
    }

    #[test]
    fn mail_goes_by_the_binding_unless_a_service_is_named() {
        let from = ("MAIL_FROM", "badges@example.com");
        let url = ("MAIL_HTTP_URL", "https://mail.example/send");
        let carrier = |config: Result<Config, Vec<Fault>>| config.ok().unwrap().mail.unwrap().carrier;
        assert_eq!(carrier(all(&[from])), Carrier::Binding);
        let http = Carrier::Http { url: url.1.into(), token: "t".into() };
        assert_eq!(carrier(all(&[from, url, ("MAIL_HTTP_TOKEN", "t")])), http);
        assert_eq!(all(&[from, url]).err().unwrap(), [Fault::MailHttp]);
        assert_eq!(read("MAIL_FROM", "badges").err().unwrap(), [Fault::MailFrom]);
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(read("PUBLIC_ORIGIN", "https://badges.example/x").err().unwrap(), [Fault::PublicOrigin]);
        let config = read("PUBLIC_ORIGIN", "https://badges.example").ok().unwrap();
        assert_eq!(config.public_origin.unwrap().to_string(), "https://badges.example");
    }

    #[test]
    fn terms_and_privacy_are_web_addresses() {
        assert_eq!(read("TERMS_URL", "terms").err().unwrap(), [Fault::Link("TERMS_URL")]);
        let config = read("PRIVACY_URL", "https://badges.example/privacy").ok().unwrap();
        assert_eq!(config.privacy_url.as_deref(), Some("https://badges.example/privacy"));
        assert_eq!(config.terms_url, None);
    }

    #[test]
    fn short_secrets_are_refused() {
        for name in ["SESSION_SECRET", "KEY_ENCRYPTION_SECRET_PREVIOUS"] {
            assert_eq!(read(name, "short").err().unwrap(), [Fault::Secret(name)]);
        }
    }
}
