//! The shape of an Open Badges 3.0 credential (OB 3.0 §B), checked after the signature's own rules: JSON-LD lets one set
//! of claims be spelled in several ways, and readers of JSON understand one of them.

use crate::json::{Object, Value};
use crate::report::{Code, Finding};
use crate::time::DateTime;

/// What a member's value must be.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Uri,
    DateTime,
    Boolean,
    Number,
    Class(&'static Class),
    /// A URI, or an object of the class.
    UriOr(&'static Class),
    /// Names of types, which must contain one of these; none listed means any.
    Types(&'static [&'static str]),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    One,
    Optional,
    /// Any number: an array, or one bare value, as the standard's compact form has it.
    Many,
    /// As `Many`, but at least one.
    Some,
}

struct Member(&'static str, Kind, Count);

struct Class(&'static [Member]);

use Count::{Many, One, Optional, Some as AtLeastOne};
use Kind::{Boolean, DateTime as Date, Number, Text, Types, Uri};

const ANY: Kind = Types(&[]);

static IMAGE: Class =
    Class(&[Member("id", Uri, One), Member("type", ANY, AtLeastOne), Member("caption", Text, Optional)]);

static CRITERIA: Class = Class(&[Member("id", Uri, Optional), Member("narrative", Text, Optional)]);

static ALIGNMENT: Class = Class(&[
    Member("type", Types(&["Alignment"]), AtLeastOne),
    Member("targetName", Text, One),
    Member("targetUrl", Uri, One),
    Member("targetCode", Text, Optional),
    Member("targetDescription", Text, Optional),
    Member("targetFramework", Text, Optional),
    Member("targetType", Text, Optional),
]);

static IDENTITY: Class = Class(&[
    Member("type", ANY, AtLeastOne),
    Member("hashed", Boolean, One),
    Member("identityHash", Text, One),
    Member("identityType", Text, One),
    Member("salt", Text, Optional),
]);

static EVIDENCE: Class = Class(&[
    Member("type", Types(&["Evidence"]), AtLeastOne),
    Member("id", Uri, Optional),
    Member("narrative", Text, Optional),
    Member("name", Text, Optional),
    Member("description", Text, Optional),
    Member("genre", Text, Optional),
    Member("audience", Text, Optional),
]);

static PROFILE: Class = Class(&[
    Member("id", Uri, One),
    Member("type", Types(&["Profile"]), AtLeastOne),
    Member("name", Text, Optional),
    Member("url", Uri, Optional),
    Member("phone", Text, Optional),
    Member("description", Text, Optional),
    Member("image", Kind::Class(&IMAGE), Optional),
    Member("email", Text, Optional),
    Member("official", Text, Optional),
]);

static RESULT: Class = Class(&[
    Member("type", Types(&["Result"]), AtLeastOne),
    Member("achievedLevel", Uri, Optional),
    Member("alignment", Kind::Class(&ALIGNMENT), Many),
    Member("resultDescription", Uri, Optional),
    Member("status", Text, Optional),
    Member("value", Text, Optional),
]);

static RUBRIC_LEVEL: Class = Class(&[
    Member("id", Uri, One),
    Member("type", Types(&["RubricCriterionLevel"]), AtLeastOne),
    Member("name", Text, One),
    Member("alignment", Kind::Class(&ALIGNMENT), Many),
    Member("description", Text, Optional),
    Member("level", Text, Optional),
    Member("points", Text, Optional),
]);

static RESULT_DESCRIPTION: Class = Class(&[
    Member("id", Uri, One),
    Member("type", Types(&["ResultDescription"]), AtLeastOne),
    Member("name", Text, One),
    Member("resultType", Text, One),
    Member("alignment", Kind::Class(&ALIGNMENT), Many),
    Member("allowedValue", Text, Many),
    Member("requiredLevel", Uri, Optional),
    Member("requiredValue", Text, Optional),
    Member("rubricCriterionLevel", Kind::Class(&RUBRIC_LEVEL), Many),
    Member("valueMax", Text, Optional),
    Member("valueMin", Text, Optional),
]);

static ACHIEVEMENT: Class = Class(&[
    Member("id", Uri, One),
    Member("type", Types(&["Achievement"]), AtLeastOne),
    Member("name", Text, One),
    Member("description", Text, One),
    Member("criteria", Kind::Class(&CRITERIA), One),
    Member("achievementType", Text, Optional),
    Member("alignment", Kind::Class(&ALIGNMENT), Many),
    Member("creator", Kind::UriOr(&PROFILE), Optional),
    Member("creditsAvailable", Number, Optional),
    Member("fieldOfStudy", Text, Optional),
    Member("humanCode", Text, Optional),
    Member("image", Kind::Class(&IMAGE), Optional),
    Member("inLanguage", Text, Optional),
    Member("resultDescription", Kind::Class(&RESULT_DESCRIPTION), Many),
    Member("specialization", Text, Optional),
    Member("tag", Text, Many),
    Member("version", Text, Optional),
]);

static SUBJECT: Class = Class(&[
    Member("type", Types(&["AchievementSubject"]), AtLeastOne),
    Member("id", Uri, Optional),
    Member("achievement", Kind::Class(&ACHIEVEMENT), One),
    Member("identifier", Kind::Class(&IDENTITY), Many),
    Member("activityStartDate", Date, Optional),
    Member("activityEndDate", Date, Optional),
    Member("creditsEarned", Number, Optional),
    Member("image", Kind::Class(&IMAGE), Optional),
    Member("licenseNumber", Text, Optional),
    Member("narrative", Text, Optional),
    Member("result", Kind::Class(&RESULT), Many),
    Member("role", Text, Optional),
    Member("source", Kind::UriOr(&PROFILE), Optional),
    Member("term", Text, Optional),
]);

static TYPED: Class = Class(&[Member("id", Uri, Optional), Member("type", ANY, AtLeastOne)]);
static SERVICE: Class = Class(&[Member("id", Uri, One), Member("type", ANY, AtLeastOne)]);

const BADGE_TYPES: [&str; 2] = ["OpenBadgeCredential", "AchievementCredential"];

/// What both versions of the data model ask.
static CREDENTIAL: Class = Class(&[
    Member("id", Uri, One),
    Member("type", Types(&["VerifiableCredential"]), AtLeastOne),
    Member("issuer", Kind::UriOr(&PROFILE), One),
    Member("credentialSubject", Kind::Class(&SUBJECT), One),
    Member("name", Text, Optional),
    Member("description", Text, Optional),
    Member("image", Kind::Class(&IMAGE), Optional),
    Member("awardedDate", Date, Optional),
    Member("evidence", Kind::Class(&EVIDENCE), Many),
    Member("credentialSchema", Kind::Class(&SERVICE), Many),
    Member("credentialStatus", Kind::Class(&TYPED), Many),
    Member("refreshService", Kind::Class(&SERVICE), Optional),
    Member("termsOfUse", Kind::Class(&TYPED), Many),
]);

static VALIDITY_V2: Class = Class(&[Member("validFrom", Date, One), Member("validUntil", Date, Optional)]);
static VALIDITY_V1: Class = Class(&[Member("issuanceDate", Date, One), Member("expirationDate", Date, Optional)]);

/// The shape of a badge. `is_v1`: its first context is that of VCDM 1.1.
pub(crate) fn check(credential: &Object<'_>, is_v1: bool) -> Finding {
    let types = credential.get("type").map(Value::as_set).unwrap_or_default();
    if !types.iter().any(|name| name.as_str().is_some_and(|name| BADGE_TYPES.contains(&name))) {
        return Finding::invalid(Code::NotABadge);
    }
    let validity = if is_v1 { &VALIDITY_V1 } else { &VALIDITY_V2 };
    let checked = object(&CREDENTIAL, credential, "").and_then(|()| object(validity, credential, ""));
    match checked.and_then(|()| recipient(credential)) {
        Ok(()) => Finding::valid(Code::SchemaConforms),
        Err(fault) => fault,
    }
}

/// OB 3.0 §B.1.4: at least one of `id` and `identifier` is there.
fn recipient(credential: &Object<'_>) -> Result<(), Finding> {
    let subject = credential.get("credentialSubject").and_then(Value::as_object);
    if subject.is_some_and(|subject| subject.contains("id") || subject.contains("identifier")) {
        return Ok(());
    }
    Err(Finding::invalid(Code::SchemaMissingMember).with("member", "credentialSubject.id"))
}

fn object(class: &Class, object: &Object<'_>, path: &str) -> Result<(), Finding> {
    for Member(name, kind, count) in class.0 {
        let at = || if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
        let Some(member) = object.get(name) else {
            if matches!(count, One | AtLeastOne) {
                return Err(Finding::invalid(Code::SchemaMissingMember).with("member", &at()));
            }
            continue;
        };
        if let Types(required) = kind {
            types(required, member, at)?;
            continue;
        }
        match (count, member) {
            (One | Optional, single) => value(*kind, single, at)?,
            (Many | AtLeastOne, several) => {
                for single in several.as_set() {
                    value(*kind, single, at)?;
                }
            }
        }
    }
    Ok(())
}

fn types(required: &[&str], member: &Value<'_>, at: impl Fn() -> String) -> Result<(), Finding> {
    let names = member.as_set();
    if !names.iter().all(|name| name.as_str().is_some_and(|name| !name.is_empty())) {
        return Err(Finding::invalid(Code::SchemaWrongType).with("member", &at()).with("expected", "type names"));
    }
    let found = names.iter().filter_map(Value::as_str).any(|name| required.contains(&name));
    if found || required.is_empty() {
        return Ok(());
    }
    Err(Finding::invalid(Code::SchemaWrongValue).with("member", &at()).with("expected", &required.join(" or ")))
}

fn value(kind: Kind, value: &Value<'_>, at: impl Fn() -> String) -> Result<(), Finding> {
    let wrong =
        |expected: &str| Finding::invalid(Code::SchemaWrongType).with("member", &at()).with("expected", expected);
    let expected = match (kind, value) {
        (Kind::Class(class) | Kind::UriOr(class), Value::Object(inner)) => return object(class, inner, &at()),
        (Uri | Kind::UriOr(_), Value::String(text)) => {
            if text.contains(':') {
                return Ok(());
            }
            return Err(Finding::invalid(Code::SchemaWrongValue).with("member", &at()).with("expected", "a URI"));
        }
        (Date, Value::String(text)) => {
            if DateTime::parse(text).is_some() {
                return Ok(());
            }
            return Err(Finding::invalid(Code::SchemaWrongValue)
                .with("member", &at())
                .with("expected", "a date and time with a time zone"));
        }
        (Text, Value::String(_)) | (Boolean, Value::Bool(_)) | (Number, Value::Number(_)) => return Ok(()),
        (Text | Types(_), _) => "text",
        (Boolean, _) => "true or false",
        (Number, _) => "a number",
        (Uri, _) => "a URI",
        (Date, _) => "a date and time",
        (Kind::Class(_), _) => "an object",
        (Kind::UriOr(_), _) => "a URI or an object",
    };
    Err(wrong(expected))
}
