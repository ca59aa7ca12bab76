//! What a caller asks of a verification. Every knob has a safe default.

use std::fmt;

use crate::json::{self, Value};

/// Most seconds that a clock may be said to be off.
const MAX_CLOCK_SKEW_SECONDS: u32 = 86_400;

/// The members of a policy's JSON.
const MEMBERS: [&str; 4] = ["`clockSkewSeconds`", "`recipient`", "`status`", "`unauthenticatedIssuer`"];

/// What a caller asks of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether the status must be known.
    pub status: StatusPolicy,
    /// By how much the issuer's clock and ours may differ, in seconds.
    pub clock_skew_seconds: u32,
    /// What a signature by a key that is not known to be the issuer's comes to.
    pub unauthenticated_issuer: UnauthenticatedIssuer,
    /// An identifier of the person who shows the badge, known from elsewhere: an e-mail address, a DID, a student number.
    /// The badge must have been awarded to it.
    pub recipient: Option<String>,
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

impl Default for Policy {
    fn default() -> Self {
        Self {
            status: StatusPolicy::Required,
            clock_skew_seconds: 60,
            unauthenticated_issuer: UnauthenticatedIssuer::Indeterminate,
            recipient: None,
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
            Self::NotAnObject => f.write_str("the policy is not a JSON object"),
            Self::UnknownMember(name) => {
                write!(f, "the policy has no `{name}`: it has {}", MEMBERS.join(", "))
            }
            Self::Value { member, expected } => write!(f, "the policy's `{member}` must be {expected}"),
        }
    }
}

impl std::error::Error for PolicyError {}

impl Policy {
    /// Reads `{"status": "required"|"ignore", "clockSkewSeconds": 60, "unauthenticatedIssuer":
    /// "indeterminate"|"rejected", "recipient": "jane@example.com"}`; a member that is left out keeps its default.
    ///
    /// # Errors
    /// A member that no policy has, or a value that it may not have: a misspelt wish must not become a default.
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        let Ok(Value::Object(members)) = json::parse(text) else { return Err(PolicyError::NotAnObject) };
        let mut policy = Self::default();
        for (name, value) in members.iter() {
            match name {
                "status" => {
                    policy.status = match value.as_str() {
                        Some("required") => StatusPolicy::Required,
                        Some("ignore") => StatusPolicy::Ignore,
                        _ => return Err(wrong("status", "`required` or `ignore`")),
                    };
                }
                "clockSkewSeconds" => {
                    policy.clock_skew_seconds = whole_seconds(value)
                        .ok_or_else(|| wrong("clockSkewSeconds", "a whole number from 0 to 86400"))?;
                }
                "unauthenticatedIssuer" => {
                    policy.unauthenticated_issuer = match value.as_str() {
                        Some("indeterminate") => UnauthenticatedIssuer::Indeterminate,
                        Some("rejected") => UnauthenticatedIssuer::Rejected,
                        _ => return Err(wrong("unauthenticatedIssuer", "`indeterminate` or `rejected`")),
                    };
                }
                "recipient" => {
                    let identifier = value.as_str().map(str::trim).filter(|identifier| !identifier.is_empty());
                    let identifier = identifier.ok_or_else(|| wrong("recipient", "an identifier, as text"))?;
                    policy.recipient = Some(identifier.to_owned());
                }
                other => return Err(PolicyError::UnknownMember(other.to_owned())),
            }
        }
        Ok(policy)
    }
}

const fn wrong(member: &'static str, expected: &'static str) -> PolicyError {
    PolicyError::Value { member, expected }
}

fn whole_seconds(value: &Value<'_>) -> Option<u32> {
    let Value::Number(number) = value else { return None };
    number.as_str().parse().ok().filter(|seconds| *seconds <= MAX_CLOCK_SKEW_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_keeps_its_default() {
        assert_eq!(Policy::from_json("{}"), Ok(Policy::default()));
        let policy = Policy::from_json(r#"{"status":"ignore","clockSkewSeconds":0}"#).unwrap();
        assert_eq!(policy, Policy { status: StatusPolicy::Ignore, clock_skew_seconds: 0, ..Policy::default() });
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
            r#"{"recipient":["jane@example.com"]}"#,
        ] {
            assert!(Policy::from_json(text).is_err(), "{text}");
        }
    }
}
