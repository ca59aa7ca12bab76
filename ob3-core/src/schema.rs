//! The shape of an Open Badges 3.0 credential (OB 3.0 §B), checked after the signature's own rules: JSON-LD lets one set
//! of claims be spelled in several ways, and readers of JSON understand one of them.

use crate::examine::Role;
use crate::nested::{self, has_type};
use crate::report::{Code, Finding};
use crate::time::DateTime;
use ob3_rdf::json::{Object, Value};
#[cfg(feature = "any-credential")]
use ob3_rdf::jsonld::is_directed_string;
use ob3_rdf::jsonld::is_language_string;

/// What a member's value must be.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Uri,
    DateTime,
    Boolean,
    Number,
    Class(&'static Class),
    /// Whatever it is, it is looked at elsewhere.
    Any,
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

/// What both versions of the data model ask of every credential.
static CREDENTIAL: Class = Class(&[
    Member("id", Uri, One),
    Member("type", Types(&["VerifiableCredential"]), AtLeastOne),
    Member("issuer", Kind::UriOr(&PROFILE), One),
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

static BADGE: Class = Class(&[Member("credentialSubject", Kind::Class(&SUBJECT), One)]);

/// OB 3.0 §B.1.7 and §B.1.8.
static ENDORSEMENT: Class = Class(&[
    Member("type", Types(&["EndorsementCredential"]), AtLeastOne),
    Member("name", Text, One),
    Member("credentialSubject", Kind::Class(&ENDORSEMENT_SUBJECT), One),
]);

static ENDORSEMENT_SUBJECT: Class = Class(&[
    Member("id", Uri, One),
    Member("type", Types(&["EndorsementSubject"]), AtLeastOne),
    Member("endorsementComment", Text, Optional),
]);

/// CLR 2.0 §B.1.1 and §B.1.2.
static RECORD: Class =
    Class(&[Member("name", Text, One), Member("credentialSubject", Kind::Class(&RECORD_SUBJECT), One)]);

static RECORD_SUBJECT: Class = Class(&[
    Member("type", Types(&["ClrSubject"]), AtLeastOne),
    Member("id", Uri, Optional),
    Member("identifier", Kind::Class(&IDENTITY), Many),
    Member("achievement", Kind::Class(&ACHIEVEMENT), Many),
    Member("verifiableCredential", Kind::Any, AtLeastOne),
]);

/// VCDM 2.0 §4.13.
static PRESENTATION: Class = Class(&[
    Member("id", Uri, Optional),
    Member("holder", Kind::UriOr(&TYPED), Optional),
    Member("verifiableCredential", Kind::Any, AtLeastOne),
]);

/// The shape of what is read as `role`. `is_v1`: its first context is that of VCDM 1.1.
pub(crate) fn check(credential: &Object<'_>, role: Role, is_v1: bool) -> Finding {
    if role == Role::Badge && !BADGE_TYPES.iter().any(|name| has_type(credential.get("type"), name)) {
        return Finding::invalid(Code::NotABadge);
    }
    let validity = if is_v1 { &VALIDITY_V1 } else { &VALIDITY_V2 };
    let classes: &[&Class] = match role {
        Role::Presentation => &[&PRESENTATION],
        Role::Record => &[&CREDENTIAL, validity, &RECORD],
        Role::Endorsement => &[&CREDENTIAL, validity, &ENDORSEMENT],
        #[cfg(feature = "any-credential")]
        Role::Credential => &[&ANY_CREDENTIAL],
        Role::Badge | Role::StatusList => &[&CREDENTIAL, validity, &BADGE],
    };
    let checked = classes.iter().try_for_each(|class| object(class, credential, None));
    match checked.and_then(|()| if role == Role::Badge { recipient(credential) } else { Ok(()) }) {
        Ok(()) if !nested::are_endorsed_only(credential) => Finding::invalid(Code::SchemaWrongValue)
            .with("member", "endorsement.credentialSubject.type")
            .with("expected", "EndorsementSubject"),
        Ok(()) => Finding::valid(Code::SchemaConforms),
        Err(fault) => fault,
    }
}

/// What VCDM 2.0 asks of every credential (§4).
#[cfg(feature = "any-credential")]
static ANY_CREDENTIAL: Class = Class(&[
    Member("id", Uri, Optional),
    Member("type", Types(&["VerifiableCredential"]), AtLeastOne),
    Member("name", Text, Many),
    Member("description", Text, Many),
    Member("issuer", Kind::UriOr(&ANY_ISSUER), One),
    Member("validFrom", Date, Optional),
    Member("validUntil", Date, Optional),
    Member("credentialSubject", Kind::Class(&ANY_SUBJECT), AtLeastOne),
    Member("credentialStatus", Kind::Class(&TYPED), Many),
    Member("credentialSchema", Kind::Class(&SERVICE), Many),
    Member("refreshService", Kind::Class(&TYPED), Many),
    Member("termsOfUse", Kind::Class(&TYPED), Many),
    Member("evidence", Kind::Class(&TYPED), Many),
    Member("relatedResource", Kind::Class(&RELATED_RESOURCE), Many),
]);

#[cfg(feature = "any-credential")]
static ANY_ISSUER: Class =
    Class(&[Member("id", Uri, One), Member("name", Text, Many), Member("description", Text, Many)]);

#[cfg(feature = "any-credential")]
static ANY_SUBJECT: Class =
    Class(&[Member("id", Uri, Optional), Member("name", Text, Many), Member("description", Text, Many)]);

/// §5.3
#[cfg(feature = "any-credential")]
static RELATED_RESOURCE: Class = Class(&[
    Member("id", Uri, One),
    Member("mediaType", Text, Optional),
    Member("digestSRI", Text, Many),
    Member("digestMultibase", Text, Many),
]);

/// §4.13
#[cfg(feature = "any-credential")]
static ANY_PRESENTATION: Class = Class(&[
    Member("id", Uri, Optional),
    Member("type", Types(&["VerifiablePresentation"]), AtLeastOne),
    Member("holder", Kind::UriOr(&HOLDER), Optional),
    Member("verifiableCredential", Kind::Class(&TYPED), Many),
    Member("termsOfUse", Kind::Class(&TYPED), Many),
]);

#[cfg(feature = "any-credential")]
static HOLDER: Class = Class(&[Member("id", Uri, One)]);

/// Whether a document says that it is an Open Badge.
#[cfg(feature = "any-credential")]
pub(crate) fn is_badge(document: &Value<'_>) -> bool {
    BADGE_TYPES.iter().any(|name| has_type(document.get("type"), name))
}

/// The shape of a credential of any type, which has its proofs in `proof` where they are embedded.
#[cfg(feature = "any-credential")]
pub(crate) fn check_any(credential: &Object<'_>, proof: Option<&Value<'_>>, is_v1: bool) -> Finding {
    let checked = object(&ANY_CREDENTIAL, credential, None)
        .and_then(|()| if is_v1 { object(&VALIDITY_V1, credential, None) } else { Ok(()) })
        .and_then(|()| any_further(credential, proof));
    checked.err().unwrap_or_else(|| Finding::valid(Code::SchemaConforms))
}

/// The shape of a presentation of credentials of any type.
#[cfg(feature = "any-credential")]
pub(crate) fn check_any_presentation(presentation: &Object<'_>) -> Finding {
    let checked = object(&ANY_PRESENTATION, presentation, None);
    checked.err().unwrap_or_else(|| Finding::valid(Code::SchemaConforms))
}

#[cfg(feature = "any-credential")]
fn any_further(credential: &Object<'_>, proof: Option<&Value<'_>>) -> Result<(), Finding> {
    let wrong = |member: &str, expected: &str| {
        Err(Finding::invalid(Code::SchemaWrongValue).with("member", member).with("expected", expected))
    };
    // §4.8: each subject is an object that says something.
    let subjects = credential.get("credentialSubject").map(Value::as_set).unwrap_or_default();
    if subjects.iter().filter_map(Value::as_object).any(Object::is_empty) {
        return wrong("credentialSubject", "an object with a member at least");
    }
    // §5.3
    let resources = credential.get("relatedResource").map(Value::as_set).unwrap_or_default();
    if !resources.iter().all(|it| it.get("digestSRI").is_some() || it.get("digestMultibase").is_some()) {
        return wrong("relatedResource.digestSRI", "a digest, here or as `digestMultibase`");
    }
    // §4.9
    let date = |name| credential.get(name).and_then(Value::as_str).and_then(DateTime::parse);
    if let (Some(from), Some(until)) = (date("validFrom"), date("validUntil"))
        && until < from
    {
        return wrong("validUntil", "a time that is not before `validFrom`");
    }
    let proofs = proof.map(Value::as_set).unwrap_or_default();
    if proofs.iter().all(|proof| has_type_name(proof.get("type"))) {
        Ok(())
    } else {
        wrong("proof", "objects with a `type`")
    }
}

#[cfg(feature = "any-credential")]
fn has_type_name(types: Option<&Value<'_>>) -> bool {
    types.is_some_and(|types| types.as_set().iter().any(|name| name.as_str().is_some_and(|name| !name.is_empty())))
}

/// OB 3.0 §B.1.4: at least one of `id` and `identifier` is there.
fn recipient(credential: &Object<'_>) -> Result<(), Finding> {
    let subject = credential.get("credentialSubject").and_then(Value::as_object);
    if subject.is_some_and(|subject| subject.contains("id") || subject.contains("identifier")) {
        return Ok(());
    }
    Err(Finding::invalid(Code::SchemaMissingMember).with("member", "credentialSubject.id"))
}

/// Where a member stands: its name, and what it is a member of.
struct Path<'p> {
    within: Option<&'p Path<'p>>,
    name: &'p str,
}

impl Path<'_> {
    fn finding(&self, code: Code) -> Finding {
        Finding::invalid(code).with("member", &self.text())
    }

    fn text(&self) -> String {
        self.within.map_or_else(String::new, |within| within.text() + ".") + self.name
    }
}

fn object(class: &Class, object: &Object<'_>, within: Option<&Path<'_>>) -> Result<(), Finding> {
    for Member(name, kind, count) in class.0 {
        let at = &Path { within, name };
        let stated = object.get(name).filter(|stated| *count != AtLeastOne || !stated.as_set().is_empty());
        let Some(member) = stated else {
            if matches!(count, One | AtLeastOne) {
                return Err(at.finding(Code::SchemaMissingMember));
            }
            continue;
        };
        if let Types(required) = kind {
            types(required, member, at)?;
            continue;
        }
        let is_prose = matches!(*name, "name" | "description" | "narrative" | "caption");
        if is_prose && member.as_object().is_some_and(is_language_string) {
            continue;
        }
        match (count, member) {
            (One | Optional, single) => value(*kind, single, at)?,
            (Many | AtLeastOne, several) => {
                for single in several.as_set() {
                    // VCDM 2.0 §11.1: a text in several languages, of which badges have none.
                    #[cfg(feature = "any-credential")]
                    if is_prose
                        && single.as_object().is_some_and(|text| is_language_string(text) || is_directed_string(text))
                    {
                        continue;
                    }
                    value(*kind, single, at)?;
                }
            }
        }
    }
    Ok(())
}

fn types(required: &[&str], member: &Value<'_>, at: &Path<'_>) -> Result<(), Finding> {
    let names = member.as_set();
    if !names.iter().all(|name| name.as_str().is_some_and(|name| !name.is_empty())) {
        return Err(at.finding(Code::SchemaWrongType).with("expected", "type names"));
    }
    let found = names.iter().filter_map(Value::as_str).any(|name| required.contains(&name));
    if found || required.is_empty() {
        return Ok(());
    }
    Err(at.finding(Code::SchemaWrongValue).with("expected", &required.join(" or ")))
}

fn value(kind: Kind, value: &Value<'_>, at: &Path<'_>) -> Result<(), Finding> {
    let wrong = |expected: &str| at.finding(Code::SchemaWrongType).with("expected", expected);
    let expected = match (kind, value) {
        (Kind::Class(class) | Kind::UriOr(class), Value::Object(inner)) => return object(class, inner, Some(at)),
        (Uri | Kind::UriOr(_), Value::String(text)) => {
            if text.contains(':') {
                return Ok(());
            }
            return Err(at.finding(Code::SchemaWrongValue).with("expected", "a URI"));
        }
        (Date, Value::String(text)) => {
            if DateTime::parse(text).is_some() {
                return Ok(());
            }
            return Err(at.finding(Code::SchemaWrongValue).with("expected", "a date and time with a time zone"));
        }
        (Kind::Any, _) | (Text, Value::String(_)) | (Boolean, Value::Bool(_)) | (Number, Value::Number(_)) => {
            return Ok(());
        }
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
