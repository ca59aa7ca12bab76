//! What an achievement is aligned with, and how well it can be and was achieved (OB 3.0 §B): what an issuer may state
//! besides the achievement itself.

use crate::credential::{objects, optional, strings};
use ob3_rdf::json::Writer;

/// Class `Alignment`: a node of an educational framework.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// Name of the node.
    pub target_name: String,
    /// URL of its official description.
    pub target_url: String,
    /// What identifies it within its framework.
    pub target_code: Option<String>,
    /// What it is about.
    pub target_description: Option<String>,
    /// Name of the framework.
    pub target_framework: Option<String>,
    /// A value of the standard's `AlignmentTargetType` or an `ext:` one.
    pub target_type: Option<String>,
}

/// Class `ResultDescription`: a result that an achievement can have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResultDescription {
    /// IRI, by which results name it.
    pub id: String,
    /// Name.
    pub name: String,
    /// A value of the standard's `ResultType` or an `ext:` one.
    pub result_type: String,
    /// What it is aligned with.
    pub alignment: Vec<Alignment>,
    /// The values that a result may have, from low to high.
    pub allowed_value: Vec<String>,
    /// IRI of the rubric criterion level that is needed to pass.
    pub required_level: Option<String>,
    /// The value that is needed to pass.
    pub required_value: Option<String>,
    /// The levels that a result may have, from low to high.
    pub rubric_criterion_level: Vec<RubricCriterionLevel>,
    /// The least value.
    pub value_min: Option<String>,
    /// The greatest value.
    pub value_max: Option<String>,
}

/// Class `RubricCriterionLevel`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RubricCriterionLevel {
    /// IRI, by which results name it.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is aligned with.
    pub alignment: Vec<Alignment>,
    /// What it takes.
    pub description: Option<String>,
    /// How successful it is.
    pub level: Option<String>,
    /// Points that go with it.
    pub points: Option<String>,
}

/// Class `Result`: what one recipient reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AchievementResult {
    /// IRI of a rubric criterion level of the result description.
    pub achieved_level: Option<String>,
    /// What it is aligned with.
    pub alignment: Vec<Alignment>,
    /// IRI of a result description of the same achievement.
    pub result_description: Option<String>,
    /// A value of the standard's `ResultStatusType`.
    pub status: Option<String>,
    /// The result in words or figures.
    pub value: Option<String>,
}

impl Alignment {
    /// The alignment as a JSON object, without contexts.
    #[must_use]
    pub fn to_json(&self) -> String {
        fragment(|out| self.write(out))
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        strings(out, "type", &["Alignment"]);
        out.member("targetName").string(&self.target_name);
        out.member("targetUrl").string(&self.target_url);
        optional(out, "targetCode", self.target_code.as_deref());
        optional(out, "targetDescription", self.target_description.as_deref());
        optional(out, "targetFramework", self.target_framework.as_deref());
        optional(out, "targetType", self.target_type.as_deref());
    }
}

impl ResultDescription {
    /// The description as a JSON object, without contexts.
    #[must_use]
    pub fn to_json(&self) -> String {
        fragment(|out| self.write(out))
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.member("id").string(&self.id);
        strings(out, "type", &["ResultDescription"]);
        out.member("name").string(&self.name);
        out.member("resultType").string(&self.result_type);
        objects(out, "alignment", &self.alignment, Alignment::write);
        if !self.allowed_value.is_empty() {
            strings(out, "allowedValue", &self.allowed_value);
        }
        optional(out, "requiredLevel", self.required_level.as_deref());
        optional(out, "requiredValue", self.required_value.as_deref());
        objects(out, "rubricCriterionLevel", &self.rubric_criterion_level, RubricCriterionLevel::write);
        optional(out, "valueMin", self.value_min.as_deref());
        optional(out, "valueMax", self.value_max.as_deref());
    }
}

impl RubricCriterionLevel {
    fn write(&self, out: &mut Writer) {
        out.member("id").string(&self.id);
        strings(out, "type", &["RubricCriterionLevel"]);
        out.member("name").string(&self.name);
        objects(out, "alignment", &self.alignment, Alignment::write);
        optional(out, "description", self.description.as_deref());
        optional(out, "level", self.level.as_deref());
        optional(out, "points", self.points.as_deref());
    }
}

impl AchievementResult {
    pub(crate) fn write(&self, out: &mut Writer) {
        strings(out, "type", &["Result"]);
        optional(out, "resultDescription", self.result_description.as_deref());
        optional(out, "value", self.value.as_deref());
        optional(out, "status", self.status.as_deref());
        optional(out, "achievedLevel", self.achieved_level.as_deref());
        objects(out, "alignment", &self.alignment, Alignment::write);
    }
}

fn fragment(write: impl FnOnce(&mut Writer)) -> String {
    let mut out = Writer::with_capacity(512);
    out.object(write);
    out.into_string()
}
