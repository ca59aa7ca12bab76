//! Credentials within a credential: where they stand, and as what they are read.
//!
//! Each is taken out as the text that it is, and verified as an input of its own: whatever holds it can neither help nor
//! change it.

use std::rc::Rc;

use crate::examine::{Role, clip, id_of};
use ob3_rdf::contexts::VC_V2_URL;
use ob3_rdf::json::{Object, Value, Writer};

/// The type of a presentation (VCDM 2.0 §4.13).
pub(crate) const PRESENTATION: &str = "VerifiablePresentation";

/// Most credentials that are looked at in one verification, at all depths together: a learner record has some dozens, and
/// each may cost documents and signature checks.
pub(crate) const MAX_NESTED: usize = 100;

/// How deep endorsements of endorsements are followed: that of a badge, and that of its endorser.
pub(crate) const MAX_ENDORSEMENT_DEPTH: u8 = 2;

/// A credential within another.
pub(crate) struct Nested {
    /// JSON or a compact JWS.
    pub(crate) text: String,
    /// What it is read as.
    pub(crate) role: Role,
    /// Of an endorsement: the ids of what it may be about, a line each. Shared: an id may be as long as the document.
    about: Rc<str>,
}

impl Nested {
    /// Whether an endorsement that stands there may be about this.
    pub(crate) fn may_be_about(&self, id: &str) -> bool {
        self.about.lines().any(|about| about == id)
    }
}

/// What an endorsement says, beside who says it.
#[derive(Default)]
pub(crate) struct Endorsement {
    /// Its name and comment, to be repeated in the report.
    pub(crate) data: Vec<(&'static str, String)>,
    /// The id of what it endorses.
    pub(crate) subject: String,
}

/// What a credential may itself be endorsed for (OB 3.0 §B.1.1: "the credential, and the achievement and profiles in it").
const ENDORSED: [&[&str]; 6] = [
    &[],
    &["issuer"],
    &["credentialSubject"],
    &["credentialSubject", "source"],
    &["credentialSubject", "achievement"],
    &["credentialSubject", "achievement", "creator"],
];

/// The credentials in a document that is read as `role`. Of those that it holds, and of its endorsements, at most one more
/// than may be looked at is taken out.
pub(crate) fn credentials(document: &Value<'_>, role: Role) -> Vec<Nested> {
    let mut found = Vec::new();
    let held = match role {
        // VCDM 2.0 §4.13
        Role::Presentation => Some((document.get("verifiableCredential"), Role::Record)),
        // CLR 2.0 §B.1.2: a record holds credentials, not records.
        Role::Record => Some((at(document, &["credentialSubject", "verifiableCredential"]), Role::Badge)),
        Role::StatusList => return found,
        Role::Badge | Role::Endorsement => None,
        #[cfg(feature = "any-credential")]
        Role::Credential => None,
    };
    if let Some((Some(held), role)) = held {
        add(&mut found, held, role, "");
    }
    if role != Role::Presentation
        && let Value::Object(credential) = document
    {
        let endorsed = ENDORSED.iter().filter_map(|path| id_of(at(document, path)));
        let mut endorsing = Vec::new();
        let about = endorsed.collect::<Vec<_>>().join("\n");
        endorsements(credential, &about, &mut |about, member| add(&mut endorsing, member, Role::Endorsement, about));
        found.append(&mut endorsing);
    }
    found
}

/// Whether the subjects of a credential's endorsements are that and nothing else. A subject has the id of what it endorses,
/// and a signature over RDF does not tell at which of two places a statement of it was written: one that had the terms of
/// an achievement's subject as well could take in what was said at the other.
pub(crate) fn are_endorsed_only(credential: &Object<'_>) -> bool {
    let mut holds = true;
    endorsements(credential, "", &mut |_, member| {
        let types = member.as_set().iter().filter_map(|endorsement| at(endorsement, &["credentialSubject", "type"]));
        holds &= types.flat_map(Value::as_set).all(|name| name.as_str() == Some("EndorsementSubject"));
    });
    holds
}

/// OB 3.0 §B.1: wherever `endorsement` and `endorsementJwt` stand, but not inside of other credentials; with the id of what
/// they stand at, which at the top is `about`.
fn endorsements(holder: &Object<'_>, about: &str, found: &mut dyn FnMut(&str, &Value<'_>)) {
    for (name, member) in holder.iter() {
        match name {
            "endorsement" | "endorsementJwt" => found(about, member),
            "verifiableCredential" => {}
            _ => {
                for object in member.as_set().iter().filter_map(Value::as_object) {
                    let id = object.get("id").and_then(Value::as_str);
                    endorsements(object, id.unwrap_or_default(), found);
                }
            }
        }
    }
}

fn add(found: &mut Vec<Nested>, held: &Value<'_>, role: Role, about: &str) {
    let about: Rc<str> = about.into();
    for item in held.as_set() {
        if found.len() <= MAX_NESTED {
            found.push(Nested { text: text(item), role, about: Rc::clone(&about) });
        }
    }
}

/// The content of the `data:` URL of an envelope (VCDM 2.0 §4.13.1 `EnvelopedVerifiableCredential`), which has the context that
/// defines it. It has no other type and no other members: nobody would have signed them, and a reader might take them for signed.
pub(crate) fn enveloped<'v>(item: &'v Value<'_>) -> Option<&'v str> {
    let is_envelope = matches!(item.get("type")?.as_set(), [only] if only.as_str() == Some("EnvelopedVerifiableCredential"))
        && item.as_object()?.len() == 3
        && has_type(item.get("@context"), VC_V2_URL);
    let url = item.get("id").and_then(Value::as_str).filter(|_| is_envelope)?;
    Some(url.strip_prefix("data:")?.split_once(',')?.1)
}

/// The text of a credential: a JWS as it stands, what stands in an envelope, or JSON. What it really is, its content tells.
fn text(item: &Value<'_>) -> String {
    if let Value::String(text) = item {
        return text.to_string();
    }
    if let Some(content) = enveloped(item) {
        return content.to_owned();
    }
    let mut out = Writer::with_capacity(1024);
    out.value(item);
    out.into_string()
}

/// What an endorsement says.
pub(crate) fn endorsement(credential: &Value<'_>) -> Endorsement {
    let mut said = Endorsement::default();
    let comment = at(credential, &["credentialSubject", "endorsementComment"]);
    for (name, value) in [("name", credential.get("name")), ("endorsementComment", comment)] {
        if let Some(text) = value.and_then(Value::as_str) {
            said.data.push((name, clip(text).to_owned()));
        }
    }
    said.subject = id_of(credential.get("credentialSubject")).unwrap_or_default().to_owned();
    said
}

/// Whether a name is among the types.
pub(crate) fn has_type(types: Option<&Value<'_>>, name: &str) -> bool {
    types.is_some_and(|types| types.as_set().iter().any(|found| found.as_str() == Some(name)))
}

fn at<'v, 'a>(value: &'v Value<'a>, path: &[&str]) -> Option<&'v Value<'a>> {
    path.iter().try_fold(value, |value, name| value.get(name))
}
