//! The Open Badges 3.0 data model, as far as issuing needs it: what an issuer states becomes an unsigned credential.
//!
//! Every struct is the class of the same name in OB 3.0 §B; members that are `None` or empty are left out, as the
//! standard's JSON rules ask (§C.1: no nulls, no empty arrays).

use sha2::{Digest, Sha256};

use crate::results::{AchievementResult, Alignment, ResultDescription};
use crate::status::encode_status_list;
use crate::time::DateTime;
use ob3_rdf::contexts::{OPEN_BADGES_3_0_3_URL, VC_V2_URL};
use ob3_rdf::json::Writer;

/// A badge before it is signed: class `AchievementCredential`, in the shape that VCDM 2.0 gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct AchievementCredential {
    /// IRI of this credential.
    pub id: String,
    /// Name of the credential, for display.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Picture of the credential.
    pub image: Option<Image>,
    /// Who issues it; `id` is the DID that the proof's key belongs to.
    pub issuer: Profile,
    /// From when on it is valid.
    pub valid_from: DateTime,
    /// Until when it is valid; `None` means without end.
    pub valid_until: Option<DateTime>,
    /// When the achievement was awarded.
    pub awarded_date: Option<DateTime>,
    /// Who achieved what.
    pub credential_subject: AchievementSubject,
    /// What supports the claim.
    pub evidence: Vec<Evidence>,
    /// Where its status is published.
    pub credential_status: Vec<BitstringStatusListEntry>,
}

/// An entry of a status list (Bitstring Status List §2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitstringStatusListEntry {
    /// `revocation` or `suspension`.
    pub status_purpose: String,
    /// Which bit of the list, from 0.
    pub status_list_index: u32,
    /// URL of the list.
    pub status_list_credential: String,
}

/// A status list (Bitstring Status List §2.2) before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitstringStatusListCredential {
    /// URL of the list.
    pub id: String,
    /// DID of the issuer.
    pub issuer: String,
    /// From when on it is valid.
    pub valid_from: DateTime,
    /// Until when it may be relied on.
    pub valid_until: Option<DateTime>,
    /// `revocation` or `suspension`.
    pub status_purpose: String,
    /// How long it may be cached, in milliseconds.
    pub ttl_millis: Option<u32>,
    /// The bits, eight a byte, the first entry leftmost; 131,072 of them at least.
    pub bits: Vec<u8>,
}

impl BitstringStatusListCredential {
    /// The unsigned list as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Writer::with_capacity(1024);
        out.object(|out| {
            strings(out, "@context", &[VC_V2_URL]);
            out.member("id").string(&self.id);
            strings(out, "type", &["VerifiableCredential", "BitstringStatusListCredential"]);
            out.member("issuer").string(&self.issuer);
            out.member("validFrom").string(&self.valid_from.to_string());
            date(out, "validUntil", self.valid_until);
            out.member("credentialSubject").object(|out| {
                out.member("id").string(&format!("{}#list", self.id));
                out.member("type").string("BitstringStatusList");
                out.member("statusPurpose").string(&self.status_purpose);
                out.member("encodedList").string(&encode_status_list(&self.bits));
                if let Some(ttl) = self.ttl_millis {
                    out.member("ttl").raw(&ttl.to_string());
                }
            });
        });
        out.into_string()
    }
}

impl BitstringStatusListEntry {
    pub(crate) fn write(&self, out: &mut Writer) {
        let id = format!("{}#{}", self.status_list_credential, self.status_list_index);
        out.member("id").string(&id);
        out.member("type").string("BitstringStatusListEntry");
        out.member("statusPurpose").string(&self.status_purpose);
        out.member("statusListIndex").string(&self.status_list_index.to_string());
        out.member("statusListCredential").string(&self.status_list_credential);
    }
}

/// Class `Profile`: an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// IRI, for issuers a DID.
    pub id: String,
    /// Name for display.
    pub name: String,
    /// Home page.
    pub url: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// A short description.
    pub description: Option<String>,
    /// Logo.
    pub image: Option<Image>,
}

/// Class `Image`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// URL, or a `data:` URL.
    pub id: String,
    /// What the picture shows.
    pub caption: Option<String>,
}

/// Class `AchievementSubject`. One of `id` and `identifier` must be there.
#[derive(Clone, Debug, PartialEq)]
pub struct AchievementSubject {
    /// IRI of the recipient, for instance a DID.
    pub id: Option<String>,
    /// Other identifiers of the recipient.
    pub identifier: Vec<IdentityObject>,
    /// What the recipient did.
    pub narrative: Option<String>,
    /// What was achieved.
    pub achievement: Achievement,
    /// How well.
    pub result: Vec<AchievementResult>,
}

/// Class `Achievement`: what a badge stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Achievement {
    /// IRI.
    pub id: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// What had to be done for it.
    pub criteria: Criteria,
    /// Picture of the badge.
    pub image: Option<Image>,
    /// A value of the standard's `AchievementType` or an `ext:` one.
    pub achievement_type: Option<String>,
    /// Key words.
    pub tag: Vec<String>,
    /// A code that people use, such as a course number.
    pub human_code: Option<String>,
    /// Language of the texts (BCP 47).
    pub in_language: Option<String>,
    /// What it is aligned with.
    pub alignment: Vec<Alignment>,
    /// Credit hours; a finite number.
    pub credits_available: Option<f64>,
    /// The results that it can have.
    pub result_description: Vec<ResultDescription>,
}

/// Class `Criteria`. It should have one of its members at least.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// URL of a page that tells the criteria.
    pub id: Option<String>,
    /// The criteria in words (Markdown).
    pub narrative: Option<String>,
}

/// Class `Evidence`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// URL of the evidence.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// What it shows.
    pub narrative: Option<String>,
    /// What kind of evidence it is.
    pub genre: Option<String>,
    /// Whom it is meant for.
    pub audience: Option<String>,
}

/// Class `IdentityObject`: an identifier of the recipient, hashed or in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityObject {
    /// A value of the standard's `IdentifierTypeEnum`, such as `emailAddress`.
    pub identity_type: String,
    /// The identifier, or `sha256$` and the hexadecimal hash of it followed by the salt.
    pub identity_hash: String,
    /// Whether `identity_hash` is a hash.
    pub hashed: bool,
    /// The salt.
    pub salt: Option<String>,
}

impl IdentityObject {
    /// A salted SHA-256 `IdentityHash` over the UTF-8 bytes of the identifier followed by those of the salt.
    #[must_use]
    pub fn hashed(identity_type: &str, identifier: &str, salt: &str) -> Self {
        let digest = Sha256::new().chain_update(identifier).chain_update(salt).finalize();
        let mut identity_hash = String::from("sha256$");
        ob3_rdf::hex::push(&mut identity_hash, &digest);
        Self { identity_type: identity_type.into(), identity_hash, hashed: true, salt: Some(salt.into()) }
    }
}

impl AchievementCredential {
    /// The unsigned credential as JSON text, with the contexts that define every member of it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Writer::with_capacity(4096);
        out.object(|out| {
            strings(out, "@context", &[VC_V2_URL, OPEN_BADGES_3_0_3_URL]);
            out.member("id").string(&self.id);
            strings(out, "type", &["VerifiableCredential", "OpenBadgeCredential"]);
            out.member("name").string(&self.name);
            optional(out, "description", self.description.as_deref());
            image(out, self.image.as_ref());
            out.member("issuer").object(|out| self.issuer.write(out));
            out.member("validFrom").string(&self.valid_from.to_string());
            date(out, "validUntil", self.valid_until);
            date(out, "awardedDate", self.awarded_date);
            out.member("credentialSubject").object(|out| self.credential_subject.write(out));
            objects(out, "evidence", &self.evidence, Evidence::write);
            objects(out, "credentialStatus", &self.credential_status, BitstringStatusListEntry::write);
        });
        out.into_string()
    }
}

impl Profile {
    /// The profile as a JSON-LD document of its own, with contexts: what its URL answers.
    #[must_use]
    pub fn to_json(&self) -> String {
        document(|out| self.write(out))
    }

    fn write(&self, out: &mut Writer) {
        out.member("id").string(&self.id);
        strings(out, "type", &["Profile"]);
        out.member("name").string(&self.name);
        optional(out, "url", self.url.as_deref());
        optional(out, "email", self.email.as_deref());
        optional(out, "description", self.description.as_deref());
        image(out, self.image.as_ref());
    }
}

impl Achievement {
    /// The achievement as a JSON-LD document of its own, with contexts: what its URL answers.
    #[must_use]
    pub fn to_json(&self) -> String {
        document(|out| self.write(out))
    }

    fn write(&self, out: &mut Writer) {
        out.member("id").string(&self.id);
        strings(out, "type", &["Achievement"]);
        optional(out, "achievementType", self.achievement_type.as_deref());
        out.member("name").string(&self.name);
        out.member("description").string(&self.description);
        out.member("criteria").object(|out| {
            optional(out, "id", self.criteria.id.as_deref());
            optional(out, "narrative", self.criteria.narrative.as_deref());
        });
        image(out, self.image.as_ref());
        optional(out, "humanCode", self.human_code.as_deref());
        optional(out, "inLanguage", self.in_language.as_deref());
        if !self.tag.is_empty() {
            strings(out, "tag", &self.tag);
        }
        objects(out, "alignment", &self.alignment, Alignment::write);
        if let Some(credits) = self.credits_available.filter(|credits| credits.is_finite()) {
            out.member("creditsAvailable").raw(&credits.to_string());
        }
        objects(out, "resultDescription", &self.result_description, ResultDescription::write);
    }
}

impl AchievementSubject {
    fn write(&self, out: &mut Writer) {
        optional(out, "id", self.id.as_deref());
        strings(out, "type", &["AchievementSubject"]);
        objects(out, "identifier", &self.identifier, IdentityObject::write);
        optional(out, "narrative", self.narrative.as_deref());
        out.member("achievement").object(|out| self.achievement.write(out));
        objects(out, "result", &self.result, AchievementResult::write);
    }
}

impl IdentityObject {
    fn write(&self, out: &mut Writer) {
        out.member("type").string("IdentityObject");
        out.member("hashed").boolean(self.hashed);
        out.member("identityHash").string(&self.identity_hash);
        out.member("identityType").string(&self.identity_type);
        optional(out, "salt", self.salt.as_deref());
    }
}

impl Evidence {
    fn write(&self, out: &mut Writer) {
        optional(out, "id", self.id.as_deref());
        strings(out, "type", &["Evidence"]);
        optional(out, "name", self.name.as_deref());
        optional(out, "description", self.description.as_deref());
        optional(out, "narrative", self.narrative.as_deref());
        optional(out, "genre", self.genre.as_deref());
        optional(out, "audience", self.audience.as_deref());
    }
}

fn document(write: impl FnOnce(&mut Writer)) -> String {
    let mut out = Writer::with_capacity(1024);
    out.object(|out| {
        strings(out, "@context", &[VC_V2_URL, OPEN_BADGES_3_0_3_URL]);
        write(out);
    });
    out.into_string()
}

pub(crate) fn strings(out: &mut Writer, name: &str, values: &[impl AsRef<str>]) {
    out.member(name).array(|out| {
        for value in values {
            out.element().string(value.as_ref());
        }
    });
}

pub(crate) fn optional(out: &mut Writer, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.member(name).string(value);
    }
}

fn date(out: &mut Writer, name: &str, value: Option<DateTime>) {
    if let Some(value) = value {
        out.member(name).string(&value.to_string());
    }
}

fn image(out: &mut Writer, image: Option<&Image>) {
    let Some(image) = image else { return };
    out.member("image").object(|out| {
        out.member("id").string(&image.id);
        out.member("type").string("Image");
        optional(out, "caption", image.caption.as_deref());
    });
}

pub(crate) fn objects<T>(out: &mut Writer, name: &str, items: &[T], write: fn(&T, &mut Writer)) {
    if items.is_empty() {
        return;
    }
    out.member(name).array(|out| {
        for item in items {
            out.element().object(|out| write(item, out));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_hash_is_the_published_one() {
        // OB 3.0 §B.1.9, the example of IdentityHash: `a@example.com` with the salt `Kosher`.
        let identity = IdentityObject::hashed("emailAddress", "a@example.com", "Kosher");
        assert_eq!(identity.identity_hash, "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399");
    }
}
