//! Credentials: what is asked for, what is signed, and in which state one is.

use ob3_core::{
    Achievement, AchievementCredential, AchievementResult, AchievementSubject, BitstringStatusListEntry, DateTime,
    Evidence, IdentityObject, Image, Profile,
};
use serde::Serialize;

use super::{
    achievement::class,
    claim,
    email::Email,
    fields::{Fields, Invalid, Problem},
    ids::{BadgeId, CredentialId},
    locale::Locale,
    organization::{MAX_DESCRIPTION, MAX_NAME, RecipientIdentifier},
    origin::Origin,
    recipient::Recipient,
    result::{self, GivenResult},
    time::DAY_SECONDS,
    uri,
};

const MAX_EVIDENCE: usize = 20;

/// Letters and digits of a code: those that people do not mistake for each other, 32 of them, so that a random byte
/// picks each with the same chance.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_PREFIX: &str = "CRD-";
const CODE_LENGTH: usize = 8;

/// The short name of a credential, `CRD-` and eight characters, for people to read out and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// A code out of random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; CODE_LENGTH]) -> Self {
        let letters = bytes.iter().filter_map(|byte| CODE_ALPHABET.get(usize::from(byte % 32)));
        Self(CODE_PREFIX.chars().chain(letters.map(|letter| char::from(*letter))).collect())
    }

    /// Reads a code; lower case is read as well.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_uppercase();
        let letters = text.strip_prefix(CODE_PREFIX)?.as_bytes();
        let fits = letters.len() == CODE_LENGTH && letters.iter().all(|letter| CODE_ALPHABET.contains(letter));
        fits.then_some(Self(text))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a public address names a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialName {
    /// By its id.
    Id(CredentialId),
    /// By its code.
    Code(Code),
}

impl CredentialName {
    /// Reads either.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        CredentialId::parse(text).map(Self::Id).or_else(|| Code::parse(text).map(Self::Code))
    }
}

/// In which state a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has claimed it yet.
    Pending,
    /// It is claimed.
    Valid,
    /// Its time is over.
    Expired,
    /// Its issuer has taken it back.
    Revoked,
    /// It does not hold for now.
    Suspended,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Valid, Self::Expired, Self::Revoked, Self::Suspended];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The times that a credential's state follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Until when it is valid.
    pub valid_until: Option<DateTime>,
    /// When it was claimed.
    pub claimed_at: Option<DateTime>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime>,
    /// Since when its entry among the suspended is set.
    pub suspended_at: Option<DateTime>,
    /// When it expired: by itself, once the clock has written that down, or because its issuer let it.
    pub expired_at: Option<DateTime>,
    /// When it was last made active again after it had expired.
    pub reactivated_at: Option<DateTime>,
}

impl Lifetime {
    /// Of one to which nothing has happened.
    #[cfg(test)]
    pub(crate) const OPEN: Self = Self {
        valid_until: None,
        claimed_at: None,
        revoked_at: None,
        suspended_at: None,
        expired_at: None,
        reactivated_at: None,
    };

    /// The state at a time.
    #[must_use]
    pub fn status(self, now: DateTime) -> Status {
        if self.revoked_at.is_some() {
            Status::Revoked
        } else if self.has_expired(now) {
            Status::Expired
        } else if self.suspended_at.is_some() {
            Status::Suspended
        } else if self.claimed_at.is_some() {
            Status::Valid
        } else {
            Status::Pending
        }
    }

    /// Whether its time is over, by what was signed or by its issuer's word. What was signed does not change, so no word makes
    /// a credential valid again after its `validUntil`.
    #[must_use]
    pub fn has_expired(self, now: DateTime) -> bool {
        self.expired_at.is_some() || self.valid_until.is_some_and(|until| until <= now)
    }
}

/// A request to issue a badge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueRequest {
    /// Which badge.
    pub badge: BadgeId,
    /// By what the recipient is known.
    pub recipient: Recipient,
    /// Name of the recipient, for display.
    pub recipient_name: Option<String>,
    /// A DID or URI of the recipient, to be the subject's id.
    pub recipient_id: Option<String>,
    /// What else names the recipient, as it is published.
    pub identifiers: Vec<IdentityObject>,
    /// Whether strangers may see it; `None` leaves it to the organization.
    pub is_public: Option<bool>,
    /// Whether the recipient is written to, if the organization writes at all.
    pub notify: bool,
    /// In which language; else in the organization's.
    pub locale: Option<Locale>,
    /// What the recipient did.
    pub narrative: Option<String>,
    /// What supports it.
    pub evidence: Vec<Evidence>,
    /// What the recipient reached.
    pub results: Vec<GivenResult>,
    /// From when on it is valid; else from now on.
    pub valid_from: Option<DateTime>,
    /// Until when it is valid; else as the badge says.
    pub valid_until: Option<DateTime>,
}

impl IssueRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields) -> Result<Self, Invalid> {
        let badge = body.id("badgeId", BadgeId::parse)?;
        let badge = body.required("badgeId", badge)?;
        let recipient = body.object("recipient")?;
        let mut recipient = body.required("recipient", recipient)?;
        let name = recipient.line("name", MAX_NAME)?;
        let name = recipient.required("name", name)?;
        let email = recipient.email("email")?;
        let email = recipient.required("email", email)?;
        let recipient_id = recipient
            .read("id", "a DID, a URN or an http(s) URL", |text| uri::is_subject(text).then(|| text.to_owned()))?;
        recipient.finish()?;
        let is_public = body.flag("isPublic")?;
        let notify = body.flag("notify")?.unwrap_or(true);
        let locale = body.read("locale", "a language that mails are written in", Locale::parse)?;
        let narrative = body.paragraphs("narrative", MAX_DESCRIPTION)?;
        let evidence = body.objects("evidence", MAX_EVIDENCE)?.into_iter().map(evidence).collect::<Result<_, _>>()?;
        let results = result::results(&mut body)?;
        let valid_from = body.time("validFrom")?;
        let valid_until = body.time("validUntil")?;
        if let (Some(from), Some(until)) = (valid_from, valid_until)
            && until <= from
        {
            return Err(body.invalid("validUntil", Problem::NotLaterThan("`validFrom`")));
        }
        body.finish()?;
        Ok(Self {
            badge,
            recipient: Recipient::Email(email),
            recipient_name: Some(name),
            recipient_id,
            identifiers: Vec::new(),
            is_public,
            notify,
            locale,
            narrative,
            evidence,
            results,
            valid_from: valid_from.map(DateTime::truncated_to_seconds),
            valid_until: valid_until.map(DateTime::truncated_to_seconds),
        })
    }

    /// A request that says no more than which badge and for whom.
    #[must_use]
    pub const fn plain(badge: BadgeId, recipient: Recipient, identifiers: Vec<IdentityObject>) -> Self {
        Self {
            badge,
            recipient,
            recipient_name: None,
            recipient_id: None,
            identifiers,
            is_public: None,
            notify: true,
            locale: None,
            narrative: None,
            evidence: Vec::new(),
            results: Vec::new(),
            valid_from: None,
            valid_until: None,
        }
    }

    /// From when until when the credential is valid that is issued `now` of a badge that expires in so many days.
    ///
    /// # Errors
    /// [`Invalid`] when it would be over before it begins.
    pub fn validity(&self, expires_in_days: Option<i64>, now: DateTime) -> Result<Validity, Invalid> {
        let from = self.valid_from.unwrap_or(now).truncated_to_seconds();
        let by_badge = expires_in_days.map(|days| from.plus_seconds(days.saturating_mul(DAY_SECONDS)));
        let until = self.valid_until.or(by_badge);
        if until.is_some_and(|until| until <= from || until <= now) {
            return Err(Invalid { field: "validUntil".into(), problem: Problem::NotLaterThan("now") });
        }
        Ok(Validity { from, until })
    }
}

fn evidence(mut item: Fields) -> Result<Evidence, Invalid> {
    class(&mut item, "Evidence")?;
    let evidence = Evidence {
        id: item.web_url("id")?,
        name: item.line("name", MAX_NAME)?,
        description: item.paragraphs("description", MAX_DESCRIPTION)?,
        narrative: item.paragraphs("narrative", MAX_DESCRIPTION)?,
        genre: item.line("genre", MAX_NAME)?,
        audience: item.line("audience", MAX_NAME)?,
    };
    if evidence == Evidence::default() {
        return Err(item.invalid("id", Problem::Missing));
    }
    item.finish()?;
    Ok(evidence)
}

/// From when until when a credential is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// From this time on.
    pub from: DateTime,
    /// Up to this time.
    pub until: Option<DateTime>,
}

/// The address under which a credential is read by machines, which is its id.
#[must_use]
pub fn credential_url(origin: &Origin, id: CredentialId) -> String {
    origin.at(&format!("/credentials/{id}"))
}

/// The address under which people look at a credential.
#[must_use]
pub fn verification_url(origin: &Origin, code: &str) -> String {
    origin.at(&format!("/verify/{code}"))
}

/// What is signed. A recipient of whom the address is known appears as a salted hash of it (and by the id that the caller
/// gave), never by name; `salt` must be random and new for each credential. An organization may choose that the address
/// itself is the subject's id, unless the caller gives another one.
#[must_use]
#[expect(clippy::too_many_arguments, reason = "each is one part of the document, and of a type of its own")]
pub fn unsigned(
    request: &IssueRequest,
    id: String,
    issuer: Profile,
    achievement: Achievement,
    result: Vec<AchievementResult>,
    validity: Validity,
    now: DateTime,
    salt: &str,
    recipient_identifier: RecipientIdentifier,
    credential_status: Vec<BitstringStatusListEntry>,
) -> AchievementCredential {
    AchievementCredential {
        id,
        name: achievement.name.clone(),
        description: None,
        image: achievement.image.as_ref().map(|image| Image { id: image.id.clone(), caption: image.caption.clone() }),
        issuer,
        valid_from: validity.from,
        valid_until: validity.until,
        awarded_date: Some(now.truncated_to_seconds()),
        credential_subject: AchievementSubject {
            id: request
                .recipient_id
                .clone()
                .or_else(|| request.recipient.subject_id().map(str::to_owned))
                .or_else(|| mailto(recipient_identifier, request.recipient.email()?)),
            identifier: request
                .recipient
                .identity_object(salt)
                .into_iter()
                .chain(request.identifiers.clone())
                .collect(),
            narrative: request.narrative.clone(),
            achievement,
            result,
        },
        evidence: request.evidence.clone(),
        credential_status,
    }
}

/// The address as a URI (RFC 6068 §2), where the organization chooses that.
fn mailto(recipient_identifier: RecipientIdentifier, email: &Email) -> Option<String> {
    match recipient_identifier {
        RecipientIdentifier::Hashed => None,
        RecipientIdentifier::Mailto => {
            let (local, domain) = email.as_str().rsplit_once('@')?;
            Some(format!("mailto:{}@{domain}", claim::encode(local)))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: DateTime = DateTime::from_unix_millis(1_768_471_200_500);

    fn body() -> Value {
        json!({
            "badgeId": "550e8400-e29b-41d4-a716-446655440000",
            "recipient": { "name": "Jane Doe", "email": "Jane@Example.com" },
        })
    }

    fn read(body: Value) -> Result<IssueRequest, Invalid> {
        IssueRequest::read(Fields::of_body(body).unwrap())
    }

    #[test]
    fn the_smallest_request_begins_now_and_leaves_the_rest_to_the_organization() {
        let request = read(body()).unwrap();
        assert_eq!((request.recipient.identity(), request.is_public), ("jane@example.com", None));
        assert_eq!((request.notify, request.locale), (true, None));
        let validity = request.validity(None, NOW).unwrap();
        assert_eq!(validity, Validity { from: NOW.truncated_to_seconds(), until: None });
    }

    #[test]
    fn faults_name_their_field() {
        for (pointer, name, value, field) in [
            ("", "badgeId", json!("550e8400"), "badgeId"),
            ("", "badgeId", json!(7), "badgeId"),
            ("", "badgeId", json!(null), "badgeId"),
            ("", "recipient", json!("Jane"), "recipient"),
            ("", "recipient", json!(null), "recipient"),
            ("/recipient", "name", json!(""), "recipient.name"),
            ("/recipient", "name", json!("a\u{0}b"), "recipient.name"),
            ("/recipient", "name", json!("x".repeat(201)), "recipient.name"),
            ("/recipient", "email", json!("jane"), "recipient.email"),
            ("/recipient", "id", json!("mailto:jane@example.com"), "recipient.id"),
            ("/recipient", "phone", json!("1"), "recipient.phone"),
            ("", "isPublic", json!("yes"), "isPublic"),
            ("", "evidence", json!([{}]), "evidence[0].id"),
            ("", "evidence", json!([{ "id": "https://example.com", "size": 1 }]), "evidence[0].size"),
            ("", "validFrom", json!("2026-01-15"), "validFrom"),
            ("", "notify", json!("no"), "notify"),
            ("", "locale", json!("tlh"), "locale"),
            ("", "colour", json!("red"), "colour"),
        ] {
            let mut body = body();
            body.pointer_mut(pointer).unwrap()[name] = value;
            assert_eq!(read(body.clone()).unwrap_err().field, field, "{body}");
        }
    }

    #[test]
    fn the_badge_says_how_long_unless_the_request_does() {
        let mut given = body();
        given["validUntil"] = json!("2027-01-01T00:00:00Z");
        let until = |body: Value| read(body).unwrap().validity(Some(1), NOW).unwrap().until;
        assert_eq!(until(body()), Some(NOW.truncated_to_seconds().plus_seconds(DAY_SECONDS)));
        assert_eq!(until(given), DateTime::parse("2027-01-01T00:00:00Z"));
    }

    #[test]
    fn a_credential_is_not_over_before_it_begins() {
        let mut past = body();
        past["validUntil"] = json!("2020-01-01T00:00:00Z");
        assert_eq!(read(past).unwrap().validity(None, NOW).unwrap_err().field, "validUntil");
        let mut reversed = body();
        reversed["validFrom"] = json!("2030-01-01T00:00:00Z");
        reversed["validUntil"] = json!("2029-01-01T00:00:00Z");
        assert_eq!(read(reversed).unwrap_err().field, "validUntil");
    }

    #[test]
    fn the_state_follows_from_the_times() {
        let at = |seconds| Some(NOW.plus_seconds(seconds));
        for (valid_until, claimed_at, revoked_at, suspended_at, status) in [
            (None, None, None, None, Status::Pending),
            (at(1), None, None, None, Status::Pending),
            (at(1), at(-1), None, None, Status::Valid),
            (at(0), at(-1), None, None, Status::Expired),
            (at(-1), at(-2), at(-1), None, Status::Revoked),
            (None, None, at(-1), None, Status::Revoked),
            (at(1), at(-1), None, at(-1), Status::Suspended),
            (at(-1), at(-2), None, at(-2), Status::Expired),
            (None, None, at(-1), at(-2), Status::Revoked),
        ] {
            let (expired_at, reactivated_at) = (None, None);
            let lifetime = Lifetime { valid_until, claimed_at, revoked_at, suspended_at, expired_at, reactivated_at };
            assert_eq!(lifetime.status(NOW), status);
        }
    }

    #[test]
    fn codes_are_eight_unambiguous_characters() {
        let code = Code::from_random([0, 1, 31, 32, 100, 200, 254, 255]);
        assert_eq!(code.as_str(), "CRD-23Z26AYZ");
        assert_eq!(Code::parse("crd-23z26ayz"), Some(code));
        for text in ["", "CRD-", "CRD-1234567O", "CRD-2345678", "CRD-234567899", "23456789", "CRD-é23456"] {
            assert_eq!(Code::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_signed_text_holds_neither_name_nor_address() {
        let achievement = Achievement {
            id: "https://badges.example/achievements/demo/rust".into(),
            name: "Rust".into(),
            description: "Knows Rust".into(),
            ..Achievement::default()
        };
        let issuer = Profile {
            id: "did:web:badges.example".into(),
            name: "Demo".into(),
            url: None,
            email: None,
            description: None,
            image: None,
        };
        let request = read(body()).unwrap();
        let validity = request.validity(None, NOW).unwrap();
        let json = unsigned(
            &request,
            "urn:x:y".into(),
            issuer,
            achievement,
            Vec::new(),
            validity,
            NOW,
            "salt",
            RecipientIdentifier::Hashed,
            Vec::new(),
        )
        .to_json();
        assert!(!json.contains("Jane") && !json.to_lowercase().contains("jane@"), "{json}");
        assert!(
            json.contains(&IdentityObject::hashed("emailAddress", "jane@example.com", "salt").identity_hash),
            "{json}"
        );
    }
}
