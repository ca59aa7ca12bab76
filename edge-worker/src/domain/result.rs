//! What a recipient reached, as a request says it, held to what the badge says can be reached (OB 3.0 `Result`).

use ob3_core::{Achievement, AchievementResult, ResultDescription};
use serde_json::Value;

use super::achievement::{
    MAX_VALUE, alignments, check_value, class, level_position, name, number, result_description, uri, value_position,
};
use super::fields::{Fields, Invalid, Problem};

const MAX_RESULTS: usize = 20;

/// Values of the standard's `ResultStatusType`.
const STATUSES: [&str; 7] = ["Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"];

/// One result of a request, not yet held to the badge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenResult {
    description: Described,
    result: AchievementResult,
}

/// Where it is said what a result means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Described {
    /// Nowhere.
    Nowhere,
    /// By a description of the badge, which is named.
    Badge(String),
    /// By a description of its own, which goes into this one credential.
    Own(Box<ResultDescription>),
}

/// Takes the member `results`, a list; left out is empty.
///
/// # Errors
/// [`Invalid`], naming the field.
pub fn results(body: &mut Fields) -> Result<Vec<GivenResult>, Invalid> {
    let mut ids = Vec::new();
    body.objects("results", MAX_RESULTS)?.into_iter().map(|item| result(item, &mut ids)).collect()
}

fn result(mut item: Fields, ids: &mut Vec<String>) -> Result<GivenResult, Invalid> {
    class(&mut item, "Result")?;
    let description = match item.value("resultDescription") {
        None => Described::Nowhere,
        Some(Value::Object(members)) => {
            let own = result_description(item.nested("resultDescription", members), ids)?;
            Described::Own(Box::new(own))
        }
        Some(Value::String(id)) => Described::Badge(id),
        Some(_) => return Err(item.invalid("resultDescription", Problem::Not("an id or an object"))),
    };
    let status =
        item.read("status", "a status of the standard", |text| STATUSES.contains(&text).then(|| text.into()))?;
    let result = AchievementResult {
        achieved_level: uri(&mut item, "achievedLevel")?,
        alignment: alignments(&mut item)?,
        result_description: None,
        status,
        value: item.line("value", MAX_VALUE)?,
    };
    if result.value.is_none() && result.status.is_none() && result.achieved_level.is_none() {
        return Err(item.invalid("value", Problem::Missing));
    }
    item.finish()?;
    Ok(GivenResult { description, result })
}

/// Holds results to the achievement that they are of. Descriptions of their own join it; those without an id are named by
/// fragments of `address`.
///
/// # Errors
/// [`Invalid`], naming the field, when a result is none that its description allows, or is below what is required.
pub fn settle(
    given: &[GivenResult],
    achievement: &mut Achievement,
    address: &str,
) -> Result<Vec<AchievementResult>, Invalid> {
    let described = achievement.result_description.iter();
    let mut ids: Vec<String> = described
        .flat_map(|it| std::iter::once(&it.id).chain(it.rubric_criterion_level.iter().map(|level| &level.id)))
        .cloned()
        .collect();
    let mut settled = Vec::with_capacity(given.len());
    for (i, GivenResult { description, result }) in given.iter().enumerate() {
        let invalid = |name: &str, problem| Invalid { field: format!("results[{i}].{name}"), problem };
        let described = match description {
            Described::Nowhere => None,
            Described::Badge(id) => {
                let found = achievement.result_description.iter().find(|it| it.id == *id);
                let unknown =
                    || invalid("resultDescription", Problem::Not("the id of a result description of the badge"));
                Some(found.ok_or_else(unknown)?)
            }
            Described::Own(own) => {
                let levels = own.rubric_criterion_level.iter().map(|level| &level.id);
                let mut own_ids = std::iter::once(&own.id).chain(levels).filter(|id| !id.is_empty());
                if own_ids.any(|id| ids.contains(id)) {
                    return Err(invalid("resultDescription.id", Problem::Repeated));
                }
                let mut own = (**own).clone();
                name(std::slice::from_mut(&mut own), &mut ids, address);
                achievement.result_description.push(own);
                achievement.result_description.last()
            }
        };
        if let Some(described) = described {
            check(described, result).map_err(|(name, problem)| invalid(name, problem))?;
        }
        let result_description = described.map(|it| it.id.clone());
        settled.push(AchievementResult { result_description, ..result.clone() });
    }
    Ok(settled)
}

fn check(described: &ResultDescription, result: &AchievementResult) -> Result<(), (&'static str, Problem)> {
    if described.result_type == "Status" && result.status.is_none() {
        return Err(("status", Problem::Missing));
    }
    if let Some(value) = &result.value {
        check_value(described, value).map_err(|problem| ("value", problem))?;
        if described.required_value.as_deref().is_some_and(|required| is_below(described, value, required)) {
            return Err(("value", Problem::Not("at least the value that the badge requires")));
        }
    }
    if let Some(level) = &result.achieved_level {
        let achieved = level_position(described, level);
        let achieved =
            achieved.ok_or(("achievedLevel", Problem::Not("the id of a level of the result description")))?;
        let required = described.required_level.as_deref().and_then(|required| level_position(described, required));
        if required.is_some_and(|required| achieved < required) {
            return Err(("achievedLevel", Problem::Not("at least the level that the badge requires")));
        }
    }
    Ok(())
}

/// Whether a value is below another one, by the order of the allowed ones or else as a number; what has no order is not.
fn is_below(described: &ResultDescription, value: &str, required: &str) -> bool {
    match (value_position(described, value), value_position(described, required)) {
        (Some(value), Some(required)) => value < required,
        _ => matches!((number(value), number(required)), (Some(value), Some(required)) if value < required),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ADDRESS: &str = "https://badges.example/credentials/1";

    fn badge() -> Achievement {
        let list = json!({ "resultDescription": [
            { "id": "urn:x:grade", "name": "Grade", "resultType": "LetterGrade", "allowedValue": ["C", "B", "A"], "requiredValue": "B" },
            { "id": "urn:x:score", "name": "Score", "resultType": "Percent", "valueMin": "0", "valueMax": "100", "requiredValue": "50" },
            { "id": "urn:x:state", "name": "State", "resultType": "Status" },
            {
                "id": "urn:x:skill", "name": "Skill", "resultType": "RubricCriterionLevel", "requiredLevel": "urn:x:good",
                "rubricCriterionLevel": [{ "id": "urn:x:fair", "name": "Fair" }, { "id": "urn:x:good", "name": "Good" }],
            },
        ] });
        let mut fields = Fields::of_body(list).unwrap();
        let result_description = super::super::achievement::result_descriptions(&mut fields, ADDRESS).unwrap();
        Achievement { result_description, ..Achievement::default() }
    }

    fn settled(list: Value) -> Result<(Vec<AchievementResult>, Achievement), Invalid> {
        let given = results(&mut Fields::of_body(json!({ "results": list })).unwrap())?;
        let mut achievement = badge();
        Ok((settle(&given, &mut achievement, ADDRESS)?, achievement))
    }

    #[test]
    fn a_result_that_its_description_allows_is_taken() {
        for one in [
            json!({ "resultDescription": "urn:x:grade", "value": "A" }),
            json!({ "resultDescription": "urn:x:score", "value": "50" }),
            json!({ "resultDescription": "urn:x:score", "value": "99.5", "status": "Completed" }),
            json!({ "resultDescription": "urn:x:state", "status": "Failed" }),
            json!({ "resultDescription": "urn:x:skill", "achievedLevel": "urn:x:good" }),
        ] {
            let (results, achievement) = settled(json!([one])).unwrap();
            assert_eq!(results[0].result_description.as_deref(), one["resultDescription"].as_str());
            assert_eq!(results[0].value.as_deref(), one["value"].as_str());
            assert_eq!(achievement, badge());
        }
        assert_eq!(settled(json!([{ "value": "best of year" }])).unwrap().0[0].result_description, None);
    }

    #[test]
    fn a_description_of_its_own_goes_into_the_credential() {
        let own = json!({ "name": "Speed", "resultType": "RawScore", "valueMin": "1" });
        let (results, achievement) = settled(json!([{ "resultDescription": own, "value": "7" }])).unwrap();
        let id = format!("{ADDRESS}#result-1");
        assert_eq!(results[0].result_description.as_deref(), Some(id.as_str()));
        assert_eq!(achievement.result_description.last().unwrap().id, id);
        assert_eq!(achievement.result_description.len(), badge().result_description.len() + 1);
    }

    #[test]
    fn faults_name_their_field() {
        let own = |value: &str| json!({ "resultDescription": { "name": "Speed", "resultType": "RawScore", "valueMin": "1" }, "value": value });
        for (list, field) in [
            (json!([{}]), "results[0].value"),
            (json!([{ "value": "" }]), "results[0].value"),
            (json!([{ "value": 7 }]), "results[0].value"),
            (json!([{ "value": "x", "score": 1 }]), "results[0].score"),
            (json!([{ "value": "x" }, { "status": "Done" }]), "results[1].status"),
            (json!([{ "value": "x", "achievedLevel": "good" }]), "results[0].achievedLevel"),
            (json!([{ "value": "A", "resultDescription": "urn:x:other" }]), "results[0].resultDescription"),
            (json!([{ "value": "A", "resultDescription": 1 }]), "results[0].resultDescription"),
            (json!([{ "value": "A", "resultDescription": {} }]), "results[0].resultDescription.name"),
            (json!([{ "value": "D", "resultDescription": "urn:x:grade" }]), "results[0].value"),
            (json!([{ "value": "C", "resultDescription": "urn:x:grade" }]), "results[0].value"),
            (json!([{ "value": "101", "resultDescription": "urn:x:score" }]), "results[0].value"),
            (json!([{ "value": "49.9", "resultDescription": "urn:x:score" }]), "results[0].value"),
            (json!([{ "value": "half", "resultDescription": "urn:x:score" }]), "results[0].value"),
            (json!([{ "value": "yes", "resultDescription": "urn:x:state" }]), "results[0].status"),
            (
                json!([{ "achievedLevel": "urn:x:fair", "resultDescription": "urn:x:skill" }]),
                "results[0].achievedLevel",
            ),
            (
                json!([{ "achievedLevel": "urn:x:best", "resultDescription": "urn:x:skill" }]),
                "results[0].achievedLevel",
            ),
            (json!([own("0")]), "results[0].value"),
        ] {
            assert_eq!(settled(list.clone()).unwrap_err().field, field, "{list}");
        }
        let taken =
            json!([{ "resultDescription": { "id": "urn:x:fair", "name": "N", "resultType": "Result" }, "value": "x" }]);
        assert_eq!(settled(taken).unwrap_err().field, "results[0].resultDescription.id");
    }
}
