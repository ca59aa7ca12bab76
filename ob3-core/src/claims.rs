//! What a credential says of itself, for display: read along known paths only, and shown as claimed, never as fact.

use crate::examine::{Role, clip_at, is_v1};
use crate::nested::has_type;
use ob3_rdf::json::{Value, Writer};

/// Longest text that is repeated in a report; the credential itself has the rest.
const MAX_TEXT_CHARS: usize = 4096;

/// JSON text `{id?, type, name?, description?, image?, issuer, recipient, achievement, validFrom?, validUntil?}`.
///
/// A presentation claims nothing but its type: what else stands in it may be signed by nobody, and what is presented has
/// claims of its own.
pub(crate) fn to_json(document: &Value<'_>, role: Role) -> String {
    let mut out = Writer::with_capacity(1024);
    let nothing = Value::Null;
    let credential = if role == Role::Presentation { &nothing } else { document };
    let subject = credential.get("credentialSubject").map(|subject| first(subject));
    // The achievements of a learner record are those of its badges, not what the record is about.
    let is_record = has_type(credential.get("type"), "ClrCredential");
    let achievement = subject.and_then(|subject| subject.get("achievement")).filter(|_| !is_record).map(first);
    out.object(|out| {
        text(out, credential, "id");
        types(out, document);
        text(out, credential, "name");
        text(out, credential, "description");
        image(out, credential);
        out.member("issuer").object(|out| match credential.get("issuer") {
            Some(Value::String(id)) => out.member("id").string(clip(id)),
            Some(issuer) => {
                text(out, issuer, "id");
                text(out, issuer, "name");
                text(out, issuer, "url");
                image(out, issuer);
            }
            None => {}
        });
        out.member("recipient").object(|out| {
            let Some(subject) = subject else { return };
            text(out, subject, "id");
            out.member("identifiers").array(|out| {
                for identifier in subject.get("identifier").map(Value::as_set).unwrap_or_default() {
                    out.element().object(|out| {
                        renamed(out, identifier, "identityType", "type");
                        renamed(out, identifier, "identityHash", "value");
                        out.member("hashed").boolean(identifier.get("hashed") == Some(&Value::Bool(true)));
                    });
                }
            });
        });
        out.member("achievement").object(|out| {
            let Some(achievement) = achievement else { return };
            for name in ["id", "name", "description"] {
                text(out, achievement, name);
            }
            renamed(out, achievement, "achievementType", "type");
            image(out, achievement);
            out.member("criteria").object(|out| {
                let Some(criteria) = achievement.get("criteria") else { return };
                text(out, criteria, "id");
                text(out, criteria, "narrative");
            });
        });
        // Those that are checked: dates of the other data model may stand beside them.
        let is_v1 = credential.as_object().is_some_and(is_v1);
        for (name, of_v1) in [("validFrom", "issuanceDate"), ("validUntil", "expirationDate")] {
            renamed(out, credential, if is_v1 { of_v1 } else { name }, name);
        }
        text(out, credential, "awardedDate");
    });
    out.into_string()
}

fn first<'v, 'a>(value: &'v Value<'a>) -> &'v Value<'a> {
    value.as_set().first().unwrap_or(value)
}

fn text(out: &mut Writer, object: &Value<'_>, name: &str) {
    renamed(out, object, name, name);
}

fn renamed(out: &mut Writer, object: &Value<'_>, name: &str, shown_as: &str) {
    // A text may stand with its language (VCDM 2.0 §11.1).
    let stated = object.get(name).map(|stated| stated.get("@value").unwrap_or(stated));
    if let Some(text) = stated.and_then(Value::as_str) {
        out.member(shown_as).string(clip(text));
    }
}

fn types(out: &mut Writer, object: &Value<'_>) {
    out.member("type").array(|out| {
        for name in object.get("type").map(Value::as_set).unwrap_or_default().iter().filter_map(Value::as_str) {
            out.element().string(clip(name));
        }
    });
}

/// The URL of an image, which is an `Image` object or a bare URL.
fn image(out: &mut Writer, object: &Value<'_>) {
    let image = object.get("image").map(|image| first(image));
    let url = image.and_then(|image| image.get("id").unwrap_or(image).as_str());
    // A data: URL of an embedded picture may be long; a page that shows it takes it from the credential.
    if let Some(url) = url.filter(|url| url.len() <= MAX_TEXT_CHARS) {
        out.member("image").string(url);
    }
}

fn clip(text: &str) -> &str {
    clip_at(text, MAX_TEXT_CHARS)
}
