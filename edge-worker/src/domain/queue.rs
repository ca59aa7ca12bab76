//! Requests that are accepted at once and done by the queue.

use hmac::{Hmac, KeyInit, Mac};
use ob3_core::IdentityObject;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use super::{
    digest,
    fields::{Fields, Invalid},
    lifecycle::MAX_REASON,
    organization::MAX_NAME,
    recipient::{Identifier, Recipient},
    tenant::{AssertionName, TenantName},
};

/// Longest idempotency key.
const MAX_KEY: usize = 128;
/// Longest name of a badge: a UUID or a slug.
const MAX_BADGE: usize = 128;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobType {
    /// Issues a badge.
    IssueBadge,
    /// Revokes a credential.
    RevokeBadge,
}

impl JobType {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IssueBadge => "issue_badge",
            Self::RevokeBadge => "revoke_badge",
        }
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its first or next attempt.
    Queued,
    /// An attempt is under way.
    Processing,
    /// It is done.
    Completed,
    /// It was given up, and can be asked for again.
    Failed,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Processing, Self::Completed, Self::Failed];

    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A request to issue a badge.
#[derive(Debug, PartialEq, Eq)]
pub struct IssueBody {
    /// Whose badge.
    pub tenant: TenantName,
    /// Which: its UUID or its slug.
    pub badge: String,
    /// To whom.
    pub recipient: Recipient,
    /// What else names the recipient.
    pub identifiers: Vec<Identifier>,
    /// What tells a repeated request from a new one.
    pub idempotency_key: String,
}

impl IssueBody {
    /// Reads the request.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields) -> Result<Self, Invalid> {
        let tenant = tenant(&mut body)?;
        let badge = body.line("badgeTemplateId", MAX_BADGE)?;
        let badge = body.required("badgeTemplateId", badge)?.to_ascii_lowercase();
        let recipient = Recipient::read(&mut body)?;
        let identifiers = Identifier::read_all(&mut body)?;
        let idempotency_key = key(&mut body)?;
        body.finish()?;
        Ok(Self { tenant, badge, recipient, identifiers, idempotency_key })
    }
}

/// A request of a member to issue a badge at once.
#[derive(Debug, PartialEq, Eq)]
pub struct ManualIssueBody {
    /// Which badge: its UUID or its slug.
    pub badge: String,
    /// To whom.
    pub recipient: Recipient,
    /// The recipient's name, for display.
    pub recipient_name: Option<String>,
    /// What else names the recipient.
    pub identifiers: Vec<Identifier>,
    /// What tells a repeated request from a new one.
    pub idempotency_key: Option<String>,
}

impl ManualIssueBody {
    /// Reads the request.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields) -> Result<Self, Invalid> {
        let badge = body.line("badgeTemplateId", MAX_BADGE)?;
        let badge = body.required("badgeTemplateId", badge)?.to_ascii_lowercase();
        let recipient = Recipient::read(&mut body)?;
        let recipient_name = body.line("recipientDisplayName", MAX_NAME)?;
        let identifiers = Identifier::read_all(&mut body)?;
        let idempotency_key = body.line("idempotencyKey", MAX_KEY)?;
        body.finish()?;
        Ok(Self { badge, recipient, recipient_name, identifiers, idempotency_key })
    }
}

/// A request to revoke a credential.
#[derive(Debug, PartialEq, Eq)]
pub struct RevokeBody {
    /// Whose credential.
    pub tenant: TenantName,
    /// Which.
    pub assertion: AssertionName,
    /// Why.
    pub reason: String,
    /// What tells a repeated request from a new one.
    pub idempotency_key: String,
}

impl RevokeBody {
    /// Reads the request.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields) -> Result<Self, Invalid> {
        let tenant = tenant(&mut body)?;
        let assertion = body.read("assertionId", "`<tenantId>:<UUID>`", AssertionName::parse)?;
        let assertion = body.required("assertionId", assertion)?;
        let reason = body.paragraphs("reason", MAX_REASON)?;
        let reason = body.required("reason", reason)?;
        let idempotency_key = key(&mut body)?;
        body.finish()?;
        Ok(Self { tenant, assertion, reason, idempotency_key })
    }
}

fn tenant(body: &mut Fields) -> Result<TenantName, Invalid> {
    let tenant = body.read("tenantId", "a tenant's id", TenantName::parse)?;
    body.required("tenantId", tenant)
}

fn key(body: &mut Fields) -> Result<String, Invalid> {
    let key = body.line("idempotencyKey", MAX_KEY)?;
    body.required("idempotencyKey", key)
}

/// What is kept of a request, to know it again: a keyed hash, since it may hold numbers that could be guessed from a plain
/// one. The order of members and blanks between them make no other request.
#[must_use]
pub fn request_mac(secret: &str, kind: JobType, body: &Value) -> Option<String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    let text = format!("queued request\n{}\n{body}", kind.as_str());
    Some(digest::hex(&mac.chain_update(text).finalize().into_bytes()))
}

/// An `IdentityObject` as it waits in the database, hashed already unless it is to be published as it is.
#[derive(Serialize, Deserialize)]
struct Waiting {
    #[serde(rename = "t")]
    identity_type: String,
    #[serde(rename = "h")]
    identity_hash: String,
    #[serde(rename = "s")]
    salt: Option<String>,
}

/// The identifiers of a recipient, as they wait in the database.
#[must_use]
pub fn identifiers_text(identifiers: Vec<IdentityObject>) -> String {
    let waiting = identifiers.into_iter().map(|IdentityObject { identity_type, identity_hash, salt, hashed: _ }| {
        serde_json::json!(Waiting { identity_type, identity_hash, salt })
    });
    Value::from_iter(waiting).to_string()
}

/// The same, read.
///
/// # Errors
/// When the text is not of this module.
pub fn parse_identifiers(text: &str) -> serde_json::Result<Vec<IdentityObject>> {
    let waiting: Vec<Waiting> = serde_json::from_str(text)?;
    let object = |Waiting { identity_type, identity_hash, salt }| IdentityObject {
        identity_type,
        identity_hash,
        // What is hashed here is salted, always.
        hashed: salt.is_some(),
        salt,
    };
    Ok(waiting.into_iter().map(object).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::organization::RecipientIdentifier;
    use super::*;

    fn issue() -> Value {
        json!({
            "tenantId": "tenant-example",
            "badgeTemplateId": "badge-template-sakai-commits",
            "recipientIdentity": "learner@example.edu",
            "recipientIdentityType": "email",
            "recipientIdentifiers": [{ "identifierType": "studentId", "identifier": "12345678" }],
            "idempotencyKey": "sis-issue-12345678",
        })
    }

    fn revoke() -> Value {
        json!({
            "tenantId": "tenant-example",
            "assertionId": "tenant-example:7df18c9c-1d19-42d7-9aa7-bd17e6d3cf74",
            "reason": "after review",
            "idempotencyKey": "sis-revoke-12345678",
        })
    }

    fn fields(body: Value) -> Fields {
        Fields::of_body(body).unwrap()
    }

    #[test]
    fn the_seeds_examples_are_read() {
        let read = IssueBody::read(fields(issue())).unwrap();
        assert_eq!((read.tenant.as_str(), read.badge.as_str()), ("tenant-example", "badge-template-sakai-commits"));
        assert_eq!((read.recipient.identity(), read.identifiers.len()), ("learner@example.edu", 1));
        let read = RevokeBody::read(fields(revoke())).unwrap();
        assert_eq!((read.assertion.tenant.as_str(), read.reason.as_str()), ("tenant-example", "after review"));
    }

    #[test]
    fn faults_name_their_field() {
        let long = "x".repeat(129);
        for (is_issue, name, value) in [
            (true, "tenantId", json!(null)),
            (true, "tenantId", json!("a b")),
            (true, "badgeTemplateId", json!(null)),
            (true, "badgeTemplateId", json!(long)),
            (true, "recipientIdentity", json!(null)),
            (true, "recipientIdentity", json!("learner")),
            (true, "recipientIdentityType", json!("phone")),
            (true, "recipientIdentifiers", json!({})),
            (true, "idempotencyKey", json!(null)),
            (true, "idempotencyKey", json!("")),
            (true, "idempotencyKey", json!(long)),
            (true, "idempotencyKey", json!(7)),
            (true, "colour", json!("red")),
            (false, "tenantId", json!(null)),
            (false, "assertionId", json!("7df18c9c-1d19-42d7-9aa7-bd17e6d3cf74")),
            (false, "assertionId", json!(null)),
            (false, "reason", json!(null)),
            (false, "reason", json!(" ")),
            (false, "reason", json!("x".repeat(513))),
            (false, "idempotencyKey", json!(null)),
            (false, "reasonCode", json!("other")),
        ] {
            let mut body = if is_issue { issue() } else { revoke() };
            body[name] = value;
            let refused = match is_issue {
                true => IssueBody::read(fields(body.clone())).unwrap_err(),
                false => RevokeBody::read(fields(body.clone())).unwrap_err(),
            };
            assert_eq!(refused.field, name, "{body}");
        }
    }

    #[test]
    fn a_request_is_known_by_what_it_says() {
        let mac = |kind, text: &str| request_mac("secret", kind, &serde_json::from_str(text).unwrap()).unwrap();
        let first = mac(JobType::IssueBadge, r#"{"a": 1, "b": "x"}"#);
        assert_eq!(first, mac(JobType::IssueBadge, r#"{"b":"x","a":1}"#));
        assert_ne!(first, mac(JobType::IssueBadge, r#"{"b":"y","a":1}"#));
        assert_ne!(first, mac(JobType::RevokeBadge, r#"{"b":"x","a":1}"#));
        assert!(digest::is_sha256_hex(&first));
    }

    #[test]
    fn identifiers_wait_as_they_are_published() {
        let body = IssueBody::read(fields(issue())).unwrap();
        for mode in [RecipientIdentifier::Hashed, RecipientIdentifier::Mailto] {
            let objects: Vec<_> = body.identifiers.iter().map(|it| it.identity_object(mode, "salt")).collect();
            let text = identifiers_text(objects.clone());
            assert_eq!(text.contains("12345678"), mode == RecipientIdentifier::Mailto, "{text}");
            assert_eq!(parse_identifiers(&text).unwrap(), objects);
        }
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for state in JobState::ALL {
            assert_eq!(JobState::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        for kind in [JobType::IssueBadge, JobType::RevokeBadge] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
