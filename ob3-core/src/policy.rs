//! What a caller asks of a verification. Every knob has a safe default.

use std::fmt;
use std::sync::Arc;

use crate::bake::MAX_PNG_BYTES;
use crate::proof::{Algorithm, Suite};
use crate::status::{MAX_ENTRIES_OF_A_LIST, MIN_ENTRIES, parse_index};
use crate::trust::Registry;
use ob3_rdf::json::{self, MAX_DEPTH, Value};
use ob3_rdf::jsonld::MAX_QUADS;

/// Most seconds that a clock may be said to be off.
const MAX_CLOCK_SKEW_SECONDS: usize = 86_400;

/// A member of a policy's JSON.
#[derive(Clone, Copy)]
enum Member {
    Algorithms,
    Challenge,
    ClockSkewSeconds,
    Cryptosuites,
    Domain,
    MaxBytes,
    MaxDepth,
    MaxStatements,
    MinimumStatusListLength,
    Recipient,
    Status,
    Trust,
    TrustedIssuers,
    UnauthenticatedIssuer,
}

/// Each member, its name, and what it may be.
const MEMBERS: [(Member, &str, &str); 14] = [
    (Member::Algorithms, "algorithms", "a list of some of `EdDSA`, `ES256`, `ES384` and `RS256`"),
    (Member::Challenge, "challenge", "a text that is not empty"),
    (Member::ClockSkewSeconds, "clockSkewSeconds", "a whole number from 0 to 86400"),
    (Member::Cryptosuites, "cryptosuites", "a list of cryptosuites that are checked, such as `eddsa-rdfc-2022`"),
    (Member::Domain, "domain", "a text that is not empty"),
    (Member::MaxBytes, "maxBytes", "a whole number from 1 to 33554432"),
    (Member::MaxDepth, "maxDepth", "a whole number from 1 to 96"),
    (Member::MaxStatements, "maxStatements", "a whole number from 1 to 20000"),
    (Member::MinimumStatusListLength, "minimumStatusListLength", "a whole number from 0 to 33554432"),
    (Member::Recipient, "recipient", "an identifier, as text"),
    (Member::Status, "status", "`required` or `ignore`"),
    (Member::Trust, "trust", "a list of registries, each with a `name` and either `issuers` or `registry`"),
    (Member::TrustedIssuers, "trustedIssuers", "a list of identifiers"),
    (Member::UnauthenticatedIssuer, "unauthenticatedIssuer", "`indeterminate` or `rejected`"),
];

/// What a caller asks of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Which credentials are verified. Not a member of the JSON form: it is for the program to say, and not for its users.
    pub accepted: Accepted,
    /// Whether the status must be known.
    pub status: StatusPolicy,
    /// By how much the issuer's clock and ours may differ, in seconds.
    pub clock_skew_seconds: u32,
    /// What a signature by a key that is not known to be the issuer's comes to.
    pub unauthenticated_issuer: UnauthenticatedIssuer,
    /// An identifier of the person who shows the badge, known from elsewhere: an e-mail address, a DID, a student number.
    /// The badge must have been awarded to it.
    pub recipient: Option<String>,
    /// What the caller asked the holder to sign: the input must then be a presentation, signed over this `challenge`; a JWS
    /// over this `nonce`.
    pub challenge: Option<String>,
    /// Whom the presentation must be made for: its `domain`, or the `aud` of a JWS.
    pub domain: Option<String>,
    /// The cryptosuites that an embedded proof may be of. By default all that are checked.
    pub cryptosuites: Vec<Suite>,
    /// The algorithms that a JWS may be signed by. By default all that are checked.
    pub algorithms: Vec<Algorithm>,
    /// Fewest entries of a status list that is believed; the standard's minimum by default.
    pub minimum_status_list_length: usize,
    /// Registries of issuers that the caller trusts, the most authoritative first. Shared, since they may be large.
    pub trust: Arc<[Registry]>,
    /// Largest input that is read, in bytes. The limits for each kind of input hold beside it.
    pub max_bytes: usize,
    /// Deepest nesting of the credential's JSON.
    pub max_depth: usize,
    /// Most statements (quads) that the credential may make.
    pub max_statements: usize,
}

/// Which credentials are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Open Badges, learner records, and presentations of them.
    Badges,
    /// Every credential and presentation of VCDM 2.0 and 1.1. Contexts may stand in the document itself: what is then verified
    /// are statements, and not the words in which the document has them. Badges are held to all their rules.
    #[cfg(feature = "any-credential")]
    AnyCredential,
}

/// Whether the status of a credential must be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusPolicy {
    /// A credential whose status can not be learnt is not verified.
    Required,
    /// The status is not looked at.
    Ignore,
}

/// What a signature by a key that is not known to be the issuer's comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnauthenticatedIssuer {
    /// It can not be decided who signed.
    Indeterminate,
    /// It is refused.
    Rejected,
}

impl Accepted {
    /// Whether credentials are taken that are no badges.
    pub(crate) const fn is_any(self) -> bool {
        match self {
            Self::Badges => false,
            #[cfg(feature = "any-credential")]
            Self::AnyCredential => true,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            accepted: Accepted::Badges,
            status: StatusPolicy::Required,
            clock_skew_seconds: 60,
            unauthenticated_issuer: UnauthenticatedIssuer::Indeterminate,
            recipient: None,
            challenge: None,
            domain: None,
            cryptosuites: Suite::ALL.to_vec(),
            algorithms: Algorithm::ALL.to_vec(),
            minimum_status_list_length: MIN_ENTRIES,
            trust: Arc::new([]),
            max_bytes: MAX_PNG_BYTES,
            max_depth: MAX_DEPTH,
            max_statements: MAX_QUADS,
        }
    }
}

/// What is wrong with the JSON of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// It is not an object in strict JSON.
    NotAnObject,
    /// It has a member that no policy has.
    UnknownMember(String),
    /// A member has a value that it may not have.
    Value {
        /// The member.
        member: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("the policy is not a JSON object, or has more than 100000 values"),
            Self::UnknownMember(name) => {
                write!(f, "the policy has no `{name}`: it has")?;
                MEMBERS.iter().try_for_each(|(_, known, _)| write!(f, " `{known}`"))
            }
            Self::Value { member, expected } => write!(f, "the policy's `{member}` must be {expected}"),
        }
    }
}

impl std::error::Error for PolicyError {}

impl Policy {
    /// Reads a policy such as `{"status": "ignore", "algorithms": ["EdDSA", "ES256"]}`; a member that is left out keeps
    /// its default. The members are those of [`Policy`], in camel case.
    ///
    /// # Errors
    /// A member that no policy has, or a value that it may not have: a misspelt wish must not become a default.
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        let Ok(Value::Object(members)) = json::parse(text) else { return Err(PolicyError::NotAnObject) };
        let mut policy = Self::default();
        let mut trust = Vec::new();
        for (name, value) in members.iter() {
            let known = MEMBERS.iter().find(|(_, known, _)| *known == name);
            let Some((member, name, expected)) = known else { return Err(PolicyError::UnknownMember(name.to_owned())) };
            if policy.set(*member, value, &mut trust).is_none() {
                return Err(PolicyError::Value { member: name, expected });
            }
        }
        policy.trust = trust.into();
        Ok(policy)
    }

    fn set(&mut self, member: Member, value: &Value<'_>, trust: &mut Vec<Registry>) -> Option<()> {
        match member {
            Member::Algorithms => {
                self.algorithms.clear();
                each(value, &mut |name| Algorithm::parse(name.as_str()?).map(|known| self.algorithms.push(known)))?;
            }
            Member::Challenge => self.challenge = Some(identifier(value)?),
            Member::Domain => self.domain = Some(identifier(value)?),
            Member::ClockSkewSeconds => {
                self.clock_skew_seconds = u32::try_from(whole_number(value, 0, MAX_CLOCK_SKEW_SECONDS)?).ok()?;
            }
            Member::Cryptosuites => {
                self.cryptosuites.clear();
                each(value, &mut |name| Suite::parse(name.as_str()?).map(|known| self.cryptosuites.push(known)))?;
            }
            Member::MaxBytes => self.max_bytes = whole_number(value, 1, MAX_PNG_BYTES)?,
            Member::MaxDepth => self.max_depth = whole_number(value, 1, MAX_DEPTH)?,
            Member::MaxStatements => self.max_statements = whole_number(value, 1, MAX_QUADS)?,
            Member::MinimumStatusListLength => {
                self.minimum_status_list_length = whole_number(value, 0, MAX_ENTRIES_OF_A_LIST)?;
            }
            Member::Recipient => self.recipient = Some(identifier(value)?),
            Member::Status => {
                self.status = match value.as_str()? {
                    "required" => StatusPolicy::Required,
                    "ignore" => StatusPolicy::Ignore,
                    _ => return None,
                };
            }
            Member::Trust => each(value, &mut |value| Registry::read(value).map(|registry| trust.push(registry)))?,
            Member::TrustedIssuers => trust.push(Registry::nameless(value)?),
            Member::UnauthenticatedIssuer => {
                self.unauthenticated_issuer = match value.as_str()? {
                    "indeterminate" => UnauthenticatedIssuer::Indeterminate,
                    "rejected" => UnauthenticatedIssuer::Rejected,
                    _ => return None,
                };
            }
        }
        Some(())
    }
}

/// Text that names somebody or something.
pub(crate) fn identifier(value: &Value<'_>) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Reads every element of a list; `None` where one can not be read, or there is no list.
pub(crate) fn each(list: &Value<'_>, read: &mut dyn FnMut(&Value<'_>) -> Option<()>) -> Option<()> {
    let Value::Array(values) = list else { return None };
    values.iter().try_for_each(read)
}

fn whole_number(value: &Value<'_>, least: usize, most: usize) -> Option<usize> {
    let Value::Number(number) = value else { return None };
    parse_index(number.as_str()).filter(|number| (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::ListedIssuer;

    #[test]
    fn what_is_left_out_keeps_its_default() {
        assert_eq!(Policy::from_json("{}"), Ok(Policy::default()));
        let policy = Policy::from_json(r#"{"status":"ignore","clockSkewSeconds":0}"#).unwrap();
        assert_eq!(policy, Policy { status: StatusPolicy::Ignore, clock_skew_seconds: 0, ..Policy::default() });
    }

    #[test]
    fn every_member_is_read() {
        let text = r#"{"algorithms":["ES256"],"challenge":"n-17","clockSkewSeconds":5,
            "cryptosuites":["Ed25519Signature2020"],"domain":"hr.example","maxBytes":1000,
            "maxDepth":9,"maxStatements":8,"minimumStatusListLength":100000,"recipient":"jane@example.com","status":"ignore",
            "trust":[{"name":"A","url":"https://a.example","issuers":["did:x",{"id":"did:y","name":"Y"}]},
                {"name":"B","meta":{},"registry":{"did:z":{"name":"Z","location":"there"},"did:w":{}}}],
            "trustedIssuers":["did:v"],"unauthenticatedIssuer":"rejected"}"#;
        for (_, name, _) in MEMBERS {
            assert!(text.contains(&format!("{name:?}:")), "{name}");
        }
        let issuer = |id: &str, name: Option<&str>| ListedIssuer { id: id.into(), name: name.map(Into::into) };
        let registry =
            |name: &str, url: Option<&str>, issuers| Registry { name: name.into(), url: url.map(Into::into), issuers };
        let expected = Policy {
            accepted: Accepted::Badges,
            status: StatusPolicy::Ignore,
            clock_skew_seconds: 5,
            unauthenticated_issuer: UnauthenticatedIssuer::Rejected,
            recipient: Some("jane@example.com".into()),
            challenge: Some("n-17".into()),
            domain: Some("hr.example".into()),
            cryptosuites: vec![Suite::Ed25519Signature2020],
            algorithms: vec![Algorithm::Es256],
            minimum_status_list_length: 100_000,
            trust: Arc::new([
                registry("A", Some("https://a.example"), vec![issuer("did:x", None), issuer("did:y", Some("Y"))]),
                registry("B", None, vec![issuer("did:z", Some("Z")), issuer("did:w", None)]),
                registry("", None, vec![issuer("did:v", None)]),
            ]),
            max_bytes: 1000,
            max_depth: 9,
            max_statements: 8,
        };
        assert_eq!(Policy::from_json(text), Ok(expected));
    }

    #[test]
    fn misspelt_wishes_are_errors() {
        for text in [
            "",
            "[]",
            r#"{"Status":"ignore"}"#,
            r#"{"status":"off"}"#,
            r#"{"clockSkewSeconds":-1}"#,
            r#"{"clockSkewSeconds":1.5}"#,
            r#"{"clockSkewSeconds":86401}"#,
            r#"{"clockSkewSeconds":"60"}"#,
            r#"{"unauthenticatedIssuer":true}"#,
            r#"{"recipient":" "}"#,
            r#"{"challenge":" "}"#,
            r#"{"domain":1}"#,
            r#"{"recipient":["jane@example.com"]}"#,
            r#"{"algorithms":"EdDSA"}"#,
            r#"{"algorithms":["none"]}"#,
            r#"{"algorithms":["HS256"]}"#,
            r#"{"cryptosuites":["eddsa-2022"]}"#,
            r#"{"maxBytes":0}"#,
            r#"{"maxBytes":33554433}"#,
            r#"{"maxDepth":97}"#,
            r#"{"maxStatements":0}"#,
            r#"{"minimumStatusListLength":-1}"#,
            r#"{"trustedIssuers":"did:web:example.org"}"#,
            r#"{"trustedIssuers":[7]}"#,
            r#"{"trust":{"name":"A","issuers":[]}}"#,
            r#"{"trust":[{"issuers":[]}]}"#,
            r#"{"trust":[{"name":"A"}]}"#,
            r#"{"trust":[{"name":"A","issuers":[{"name":"B"}]}]}"#,
            r#"{"trust":[{"name":"A","issuers":[],"registry":{}}]}"#,
        ] {
            assert!(Policy::from_json(text).is_err(), "{text}");
        }
    }
}
