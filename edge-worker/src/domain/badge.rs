//! Badges: templates in versions.

use ob3_core::{Achievement, Alignment, Criteria, Image, ResultDescription};

use super::{
    achievement::{alignments, is_extension, is_language, result_descriptions},
    fields::{Fields, Invalid, Problem},
    image::Kind,
    organization::{MAX_DESCRIPTION, MAX_NAME},
    origin::Origin,
    slug,
};

const MAX_TAGS: usize = 20;
const MAX_TAG: usize = 60;
/// A hundred years: what is longer does not end.
const MAX_EXPIRES_IN_DAYS: i64 = 36_525;
/// Most credit hours of one achievement: more than a whole course of study has.
const MAX_CREDITS: u32 = 100_000;
/// Values of the standard's `AchievementType` (OB 3.0 §B); others begin with `ext:`.
const ACHIEVEMENT_TYPES: [&str; 31] = [
    "Achievement",
    "ApprenticeshipCertificate",
    "Assessment",
    "Assignment",
    "AssociateDegree",
    "Award",
    "Badge",
    "BachelorDegree",
    "Certificate",
    "CertificateOfCompletion",
    "Certification",
    "CommunityService",
    "Competency",
    "Course",
    "CoCurricular",
    "Degree",
    "Diploma",
    "DoctoralDegree",
    "Fieldwork",
    "GeneralEducationDevelopment",
    "JourneymanCertificate",
    "LearningProgram",
    "License",
    "Membership",
    "ProfessionalDoctorate",
    "QualityAssuranceCredential",
    "MasterCertificate",
    "MasterDegree",
    "MicroCredential",
    "ResearchDoctorate",
    "SecondarySchoolDiploma",
];

/// What one version of a badge says.
#[derive(Clone, Debug, PartialEq)]
pub struct BadgeContent {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub description: String,
    /// A page that tells the criteria.
    pub criteria_id: Option<String>,
    /// The criteria in words; one of the two is there.
    pub criteria_narrative: Option<String>,
    /// Its picture.
    pub image: Option<BadgeImage>,
    /// What kind of achievement it is.
    pub achievement_type: Option<String>,
    /// Key words.
    pub tags: Vec<String>,
    /// For how many days a credential of it is valid; `None` means without end.
    pub expires_in_days: Option<i64>,
    /// What it is aligned with.
    pub alignment: Vec<Alignment>,
    /// The results that it can have.
    pub result_description: Vec<ResultDescription>,
    /// Credit hours.
    pub credits_available: Option<f64>,
    /// A code that people use for it.
    pub human_code: Option<String>,
    /// Language of its texts (BCP 47).
    pub in_language: Option<String>,
}

/// A badge's picture, which credentials are baked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadgeImage {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// PNG or SVG.
    pub kind: Kind,
}

impl BadgeImage {
    /// An image as the database names it.
    #[must_use]
    pub fn stored(sha256: String, kind: &str) -> Self {
        Self { sha256, kind: Kind::parse(kind).unwrap_or(Kind::Png) }
    }
}

/// A request for a badge.
#[derive(Debug, PartialEq)]
pub struct NewBadge {
    /// Its name in addresses.
    pub slug: String,
    /// Its first version.
    pub content: BadgeContent,
}

impl NewBadge {
    /// Reads the request; `address` says the badge's address by its slug.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields, address: impl Fn(&str) -> String) -> Result<Self, Invalid> {
        let name = body.line("name", MAX_NAME)?;
        let name = body.required("name", name)?;
        let slug = body.read("slug", "lower-case letters, digits and single hyphens", |text| {
            slug::is_slug(text).then(|| text.to_owned())
        })?;
        // A name without Latin letters gives no slug; then the caller has to say one.
        let slug = body.required("slug", slug.or_else(|| slug::from_name(&name)))?;
        let description = body.paragraphs("description", MAX_DESCRIPTION)?;
        let description = body.required("description", description)?;
        let criteria = criteria(&mut body)?;
        let (criteria_id, criteria_narrative) = body.required("criteria", criteria)?;
        let achievement_type = achievement_type(&mut body)?;
        let tags = body.lines("tags", MAX_TAGS, MAX_TAG)?;
        let expires_in_days = body.integer("expiresInDays", 1, MAX_EXPIRES_IN_DAYS)?;
        let alignment = alignments(&mut body)?;
        let result_description = result_descriptions(&mut body, &address(&slug))?;
        let credits_available = body.number("creditsAvailable", MAX_CREDITS)?;
        let human_code = body.line("humanCode", MAX_NAME)?;
        let in_language = in_language(&mut body)?;
        body.finish()?;
        let content = BadgeContent {
            name,
            description,
            criteria_id,
            criteria_narrative,
            image: None,
            achievement_type,
            tags,
            expires_in_days,
            alignment,
            result_description,
            credits_available,
            human_code,
            in_language,
        };
        Ok(Self { slug, content })
    }
}

/// A request to change a badge.
#[derive(Debug, PartialEq)]
pub struct BadgeChange {
    /// What its next version says.
    pub content: BadgeContent,
    /// Whether it is to be issued; `None` leaves that as it is.
    pub is_active: Option<bool>,
}

impl BadgeChange {
    /// Reads the request: what it names is changed, and `null` takes away what may be missing. `address` is the badge's.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields, current: &BadgeContent, address: &str) -> Result<Self, Invalid> {
        let mut content = current.clone();
        for name in ["name", "description", "criteria", "isActive"] {
            if body.is_null(name) {
                return Err(body.invalid(name, Problem::Missing));
            }
        }
        if let Some(name) = body.line("name", MAX_NAME)? {
            content.name = name;
        }
        if let Some(description) = body.paragraphs("description", MAX_DESCRIPTION)? {
            content.description = description;
        }
        if let Some((id, narrative)) = criteria(&mut body)? {
            (content.criteria_id, content.criteria_narrative) = (id, narrative);
        }
        set(&mut content.achievement_type, body.is_null("achievementType"), achievement_type(&mut body)?);
        if body.has("tags") {
            content.tags = body.lines("tags", MAX_TAGS, MAX_TAG)?;
        }
        let is_endless = body.is_null("expiresInDays");
        set(&mut content.expires_in_days, is_endless, body.integer("expiresInDays", 1, MAX_EXPIRES_IN_DAYS)?);
        if body.has("alignment") {
            content.alignment = alignments(&mut body)?;
        }
        if body.has("resultDescription") {
            content.result_description = result_descriptions(&mut body, address)?;
        }
        let is_null = body.is_null("creditsAvailable");
        set(&mut content.credits_available, is_null, body.number("creditsAvailable", MAX_CREDITS)?);
        set(&mut content.human_code, body.is_null("humanCode"), body.line("humanCode", MAX_NAME)?);
        set(&mut content.in_language, body.is_null("inLanguage"), in_language(&mut body)?);
        let is_active = body.flag("isActive")?;
        body.finish()?;
        Ok(Self { content, is_active })
    }
}

/// Changes what may be missing: a value takes the place of what is there, and `null` takes it away.
fn set<T>(current: &mut Option<T>, is_null: bool, value: Option<T>) {
    if is_null || value.is_some() {
        *current = value;
    }
}

fn achievement_type(body: &mut Fields) -> Result<Option<String>, Invalid> {
    body.read("achievementType", "a type of the standard, or one that begins with `ext:`", |text| {
        is_achievement_type(text).then(|| text.to_owned())
    })
}

fn in_language(body: &mut Fields) -> Result<Option<String>, Invalid> {
    body.read("inLanguage", "a language code such as `en` or `pt-BR`", |text| {
        is_language(text).then(|| text.to_owned())
    })
}

/// An id and a narrative, of which one is there.
type Criterion = (Option<String>, Option<String>);

/// Criteria are `{id?, narrative?}`, or their narrative alone.
fn criteria(body: &mut Fields) -> Result<Option<Criterion>, Invalid> {
    let Some(value) = body.value("criteria") else { return Ok(None) };
    let mut whole = match value {
        text @ serde_json::Value::String(_) => {
            let mut whole = body.nested("criteria", [("narrative".into(), text)].into_iter().collect());
            let narrative = whole.paragraphs("narrative", MAX_DESCRIPTION)?;
            return Ok(Some((None, narrative)));
        }
        serde_json::Value::Object(members) => body.nested("criteria", members),
        _ => return Err(body.invalid("criteria", Problem::Not("text or an object"))),
    };
    let id = whole.web_url("id")?;
    let narrative = whole.paragraphs("narrative", MAX_DESCRIPTION)?;
    whole.finish()?;
    if id.is_none() && narrative.is_none() {
        return Err(body.invalid("criteria", Problem::Empty));
    }
    Ok(Some((id, narrative)))
}

fn is_achievement_type(text: &str) -> bool {
    ACHIEVEMENT_TYPES.contains(&text) || is_extension(text)
}

/// The address of an achievement, which is its id in credentials.
#[must_use]
pub fn achievement_url(origin: &Origin, organization_slug: &str, badge_slug: &str) -> String {
    origin.at(&format!("/achievements/{organization_slug}/{badge_slug}"))
}

/// The address of an image.
#[must_use]
pub fn image_url(origin: &Origin, image: &BadgeImage) -> String {
    origin.at(&format!("/images/{}.{}", image.sha256, image.kind.as_str()))
}

impl BadgeContent {
    /// The version as the standard's `Achievement`.
    #[must_use]
    pub fn to_achievement(&self, origin: &Origin, organization_slug: &str, badge_slug: &str) -> Achievement {
        Achievement {
            id: achievement_url(origin, organization_slug, badge_slug),
            name: self.name.clone(),
            description: self.description.clone(),
            criteria: Criteria { id: self.criteria_id.clone(), narrative: self.criteria_narrative.clone() },
            image: self.image.as_ref().map(|image| Image { id: image_url(origin, image), caption: None }),
            achievement_type: self.achievement_type.clone(),
            tag: self.tags.clone(),
            human_code: self.human_code.clone(),
            in_language: self.in_language.clone(),
            alignment: self.alignment.clone(),
            credits_available: self.credits_available,
            result_description: self.result_description.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ADDRESS: &str = "https://badges.example/achievements/demo/";

    fn read(body: Value) -> Result<NewBadge, Invalid> {
        NewBadge::read(Fields::of_body(body).unwrap(), |slug| format!("{ADDRESS}{slug}"))
    }

    fn with(name: &str, value: Value) -> Value {
        let mut body = json!({ "name": "Rust", "description": "Knows Rust", "criteria": "Passed the exam" });
        body[name] = value;
        body
    }

    #[test]
    fn criteria_are_text_or_an_object() {
        for (criteria, id, narrative) in [
            (json!("Passed"), None, Some("Passed")),
            (json!({ "narrative": "Passed" }), None, Some("Passed")),
            (json!({ "id": "https://example.com/exam" }), Some("https://example.com/exam"), None),
        ] {
            let content = read(with("criteria", criteria)).unwrap().content;
            assert_eq!((content.criteria_id.as_deref(), content.criteria_narrative.as_deref()), (id, narrative));
        }
    }

    #[test]
    fn faults_name_their_field() {
        for (body, field) in [
            (with("name", json!(null)), "name"),
            (with("name", json!("日本")), "slug"),
            (with("slug", json!("a b")), "slug"),
            (with("criteria", json!({})), "criteria"),
            (with("criteria", json!(7)), "criteria"),
            (with("criteria", json!("")), "criteria.narrative"),
            (with("criteria", json!({ "id": "exam" })), "criteria.id"),
            (with("criteria", json!({ "narrative": "x", "text": "y" })), "criteria.text"),
            (with("expiresInDays", json!(0)), "expiresInDays"),
            (with("achievementType", json!("Trophy")), "achievementType"),
            (with("tags", json!(["", "a"])), "tags[0]"),
            (with("alignment", json!([{ "targetName": "N", "targetUrl": "n" }])), "alignment[0].targetUrl"),
            (with("resultDescription", json!([{ "name": "Grade" }])), "resultDescription[0].resultType"),
            (with("creditsAvailable", json!(-1)), "creditsAvailable"),
            (with("creditsAvailable", json!("3")), "creditsAvailable"),
            (with("humanCode", json!("a\nb")), "humanCode"),
            (with("inLanguage", json!("English")), "inLanguage"),
            (with("isActive", json!(true)), "isActive"),
        ] {
            assert_eq!(read(body.clone()).unwrap_err().field, field, "{body}");
        }
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let current = read(with("tags", json!(["rust"]))).unwrap().content;
        let change = |body| BadgeChange::read(Fields::of_body(body).unwrap(), &current, ADDRESS);
        let changed = change(json!({ "description": "Other", "isActive": false })).unwrap();
        let content = BadgeContent { description: "Other".into(), ..current.clone() };
        assert_eq!(changed, BadgeChange { content, is_active: Some(false) });
        assert_eq!(change(json!({})).unwrap(), BadgeChange { content: current.clone(), is_active: None });
        assert_eq!(change(json!({ "tags": [] })).unwrap().content.tags, Vec::<String>::new());
        assert_eq!(change(json!({ "tags": null })).unwrap().content.tags, Vec::<String>::new());
        let full = change(json!({ "creditsAvailable": 2.5, "humanCode": "R1", "inLanguage": "en" })).unwrap().content;
        assert_eq!((full.credits_available, full.human_code.as_deref()), (Some(2.5), Some("R1")));
        for (body, field) in [
            (json!({ "name": null }), "name"),
            (json!({ "criteria": {} }), "criteria"),
            (json!({ "slug": "other" }), "slug"),
            (json!({ "expiresInDays": 0 }), "expiresInDays"),
        ] {
            assert_eq!(change(body).unwrap_err().field, field);
        }
    }

    #[test]
    fn a_slug_is_made_of_the_name() {
        assert_eq!(read(with("name", json!("Rust at the Edge"))).unwrap().slug, "rust-at-the-edge");
    }

    #[test]
    fn an_achievement_has_addresses_of_this_deployment() {
        let mut content = read(with("tags", json!(["rust"]))).unwrap().content;
        content.image = Some(BadgeImage { sha256: "ab".into(), kind: Kind::Png });
        let achievement = content.to_achievement(&Origin::parse("https://badges.example").unwrap(), "demo", "rust");
        assert_eq!(achievement.id, "https://badges.example/achievements/demo/rust");
        assert_eq!(achievement.image.unwrap().id, "https://badges.example/images/ab.png");
    }
}
