//! A person's `Profile` (OB 3.0 §B.1.25), as clients of the Open Badges API read and replace it.

use serde_json::{Map, Value, json};

use super::email::Email;
use super::fields::{Invalid, Problem};
use super::ids::UserId;
use super::uri;

const CONTEXT: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
/// Longest text of a profile.
const MAX_TEXT: usize = 4096;
/// Members that are text.
const TEXTS: [&str; 14] = [
    "name",
    "phone",
    "description",
    "email",
    "familyName",
    "familyNamePrefix",
    "givenName",
    "additionalName",
    "patronymicName",
    "honorificPrefix",
    "honorificSuffix",
    "official",
    "dateOfBirth",
    "url",
];
/// Members that are objects, and those that are lists.
const OBJECTS: [&str; 3] = ["image", "address", "parentOrg"];
const LISTS: [&str; 3] = ["otherIdentifier", "endorsement", "endorsementJwt"];

/// What is said of somebody who has said nothing yet.
#[must_use]
pub fn default(user: UserId, email: &Email) -> Value {
    json!({ "@context": [CONTEXT], "id": format!("urn:uuid:{user}"), "type": ["Profile"], "email": email })
}

/// Checks a whole profile. Members that the standard does not know may stand in it; nothing here believes any of them.
///
/// # Errors
/// [`Invalid`], naming the member.
pub fn check(profile: &Value) -> Result<(), Invalid> {
    let wrong = |field: &str, problem| Invalid { field: field.into(), problem };
    let members = profile.as_object().ok_or(wrong("body", Problem::Not("an object")))?;
    let id = members.get("id").ok_or(wrong("id", Problem::Missing))?;
    if !id.as_str().is_some_and(|id| id.len() <= uri::MAX_LENGTH && is_uri(id)) {
        return Err(wrong("id", Problem::Not("a URI")));
    }
    let types = members.get("type").ok_or(wrong("type", Problem::Missing))?;
    let is_profile = match types {
        Value::String(name) => name == "Profile",
        Value::Array(names) => names.iter().all(Value::is_string) && names.iter().any(|name| name == "Profile"),
        _ => false,
    };
    if !is_profile {
        return Err(wrong("type", Problem::Not("`Profile`, alone or among others")));
    }
    check_members(members)
}

fn check_members(members: &Map<String, Value>) -> Result<(), Invalid> {
    for (name, value) in members {
        let wrong = |problem| Err(Invalid { field: name.clone(), problem });
        // OB 3.0 §C.1: what is not there is left out.
        if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
            return wrong(Problem::Empty);
        }
        if TEXTS.contains(&name.as_str()) {
            match value.as_str() {
                None => return wrong(Problem::Not("text")),
                Some(text) if text.chars().count() > MAX_TEXT => return wrong(Problem::TooLong(MAX_TEXT)),
                Some(text) if name == "email" && Email::parse(text).is_none() => {
                    return wrong(Problem::Not("an e-mail address"));
                }
                Some(text) if name == "url" && !uri::is_web_url(text) => {
                    return wrong(Problem::Not("an http or https URL"));
                }
                Some(_) => {}
            }
        }
        let is_reference = name == "image" && value.as_str().is_some_and(is_uri);
        if OBJECTS.contains(&name.as_str()) && !value.is_object() && !is_reference {
            return wrong(Problem::Not("an object"));
        }
        if LISTS.contains(&name.as_str()) && !value.is_array() {
            return wrong(Problem::Not("a list"));
        }
    }
    Ok(())
}

/// Whether `text` has the form of an absolute URI (RFC 3986 §3).
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    is_scheme && !rest.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_an_id_and_is_one() {
        let profile = default(UserId::from_random([1; 16]), &Email::parse("ada@example.com").unwrap());
        assert_eq!(check(&profile), Ok(()));
        let certified =
            json!({ "id": "https://1edtech.org/issuers/cert", "type": "Profile", "name": "C", "ext": { "a": 1 } });
        assert_eq!(check(&certified), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = json!({ "id": "urn:x:1", "type": ["Profile"] });
        assert_eq!(check(&json!([])).unwrap_err().field, "body");
        for (name, value) in [
            ("id", json!("no uri")),
            ("id", json!(7)),
            ("id", json!("javascript:\"")),
            ("type", json!("Person")),
            ("type", json!([])),
            ("name", json!(7)),
            ("name", json!(null)),
            ("email", json!("nobody")),
            ("url", json!("javascript:alert(1)")),
            ("image", json!(7)),
            ("address", json!("a street")),
            ("otherIdentifier", json!({})),
            ("otherIdentifier", json!([])),
            ("description", json!("x".repeat(5000))),
        ] {
            let mut profile = good.clone();
            profile[name] = value.clone();
            assert_eq!(check(&profile).unwrap_err().field, name, "{value}");
        }
        assert_eq!(check(&json!({ "type": "Profile" })).unwrap_err().field, "id");
        assert_eq!(check(&json!({ "id": "urn:x:1" })).unwrap_err().field, "type");
    }
}
