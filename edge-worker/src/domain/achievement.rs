//! What a badge says in terms of the standard, beyond its words: alignments, and the results that it can have (OB 3.0 §B).

use ob3_core::{Alignment, ResultDescription, RubricCriterionLevel};
use serde_json::Value;

use super::fields::{Fields, Invalid, Problem};
use super::organization::{MAX_DESCRIPTION, MAX_NAME};
use super::uri;

const MAX_ALIGNMENTS: usize = 20;
const MAX_RESULT_DESCRIPTIONS: usize = 20;
const MAX_LEVELS: usize = 20;
const MAX_ALLOWED_VALUES: usize = 50;
/// Longest value of a result.
pub const MAX_VALUE: usize = 100;
/// Longest name that begins with `ext:`.
const MAX_EXTENSION: usize = 60;

/// Values of the standard's `AlignmentTargetType`; others begin with `ext:`.
const TARGET_TYPES: [&str; 7] = [
    "ceasn:Competency",
    "ceterms:Credential",
    "CFItem",
    "CFRubric",
    "CFRubricCriterion",
    "CFRubricCriterionLevel",
    "CTDL",
];

/// Values of the standard's `ResultType`; others begin with `ext:`.
const RESULT_TYPES: [&str; 12] = [
    "GradePointAverage",
    "LetterGrade",
    "Percent",
    "PerformanceLevel",
    "PredictedScore",
    "RawScore",
    "Result",
    "RubricCriterion",
    "RubricCriterionLevel",
    "RubricScore",
    "ScaledScore",
    "Status",
];

/// Takes the member `alignment`, a list; left out is empty.
///
/// # Errors
/// [`Invalid`], naming the field.
pub fn alignments(body: &mut Fields) -> Result<Vec<Alignment>, Invalid> {
    body.objects("alignment", MAX_ALIGNMENTS)?.into_iter().map(alignment).collect()
}

/// Takes the member `resultDescription`, a list; left out is empty. Descriptions and levels that come without an id are named
/// by fragments of `address`.
///
/// # Errors
/// [`Invalid`], naming the field.
pub fn result_descriptions(body: &mut Fields, address: &str) -> Result<Vec<ResultDescription>, Invalid> {
    let mut ids = Vec::new();
    let items = body.objects("resultDescription", MAX_RESULT_DESCRIPTIONS)?;
    let mut read = items.into_iter().map(|item| result_description(item, &mut ids)).collect::<Result<Vec<_>, _>>()?;
    name(&mut read, &mut ids, address);
    Ok(read)
}

/// A list as JSON text, each item written by `write`.
pub fn list<T>(items: &[T], write: fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(write).collect();
    format!("[{}]", items.join(","))
}

/// Reads alignments as [`list`] has written them.
///
/// # Errors
/// When they are none.
pub fn stored_alignments(text: &str) -> Result<Vec<Alignment>, Invalid> {
    alignments(&mut stored("alignment", text)?)
}

/// Reads result descriptions as [`list`] has written them.
///
/// # Errors
/// When they are none.
pub fn stored_result_descriptions(text: &str) -> Result<Vec<ResultDescription>, Invalid> {
    result_descriptions(&mut stored("resultDescription", text)?, "")
}

fn stored(name: &str, text: &str) -> Result<Fields, Invalid> {
    let unreadable =
        |error: serde_json::Error| Invalid { field: name.into(), problem: Problem::Unreadable(error.to_string()) };
    let value: Value = serde_json::from_str(text).map_err(unreadable)?;
    Fields::of_body([(name.to_owned(), value)].into_iter().collect())
}

/// Takes one result description, whose ids must differ from `ids` and join them; what comes without one has an empty one.
///
/// # Errors
/// [`Invalid`], naming the field.
pub fn result_description(mut item: Fields, ids: &mut Vec<String>) -> Result<ResultDescription, Invalid> {
    class(&mut item, "ResultDescription")?;
    let id = own_id(&mut item, ids)?;
    let name = item.line("name", MAX_NAME)?;
    let name = item.required("name", name)?;
    let result_type = word(&mut item, "resultType", &RESULT_TYPES)?;
    let result_type = item.required("resultType", result_type)?;
    let described = ResultDescription {
        id,
        name,
        result_type,
        alignment: alignments(&mut item)?,
        allowed_value: item.lines("allowedValue", MAX_ALLOWED_VALUES, MAX_VALUE)?,
        required_level: uri(&mut item, "requiredLevel")?,
        required_value: item.line("requiredValue", MAX_VALUE)?,
        rubric_criterion_level: item
            .objects("rubricCriterionLevel", MAX_LEVELS)?
            .into_iter()
            .map(|level| rubric_criterion_level(level, ids))
            .collect::<Result<_, _>>()?,
        value_min: decimal(&mut item, "valueMin")?,
        value_max: decimal(&mut item, "valueMax")?,
    };
    if let (Some(min), Some(max)) = (bound(described.value_min.as_deref()), bound(described.value_max.as_deref()))
        && max < min
    {
        return Err(item.invalid("valueMax", Problem::Not("at least `valueMin`")));
    }
    if let Some(value) = &described.required_value {
        check_value(&described, value).map_err(|problem| item.invalid("requiredValue", problem))?;
    }
    if let Some(level) = &described.required_level
        && level_position(&described, level).is_none()
    {
        return Err(item.invalid("requiredLevel", Problem::Not("the id of one of its levels")));
    }
    item.finish()?;
    Ok(described)
}

/// Gives ids to the descriptions and levels that have none: the first free ones below `address`.
pub fn name(descriptions: &mut [ResultDescription], ids: &mut Vec<String>, address: &str) {
    let mut free = |stem: &str| {
        let id = (1..).map(|number| format!("{stem}-{number}")).find(|id| !ids.contains(id)).unwrap_or_default();
        ids.push(id.clone());
        id
    };
    for described in descriptions {
        if described.id.is_empty() {
            described.id = free(&format!("{address}#result"));
        }
        for level in &mut described.rubric_criterion_level {
            if level.id.is_empty() {
                level.id = free(&format!("{address}#level"));
            }
        }
    }
}

/// Whether a result can have a value: one of those that are allowed, and within the bounds.
///
/// # Errors
/// What is wrong with it.
pub fn check_value(described: &ResultDescription, value: &str) -> Result<(), Problem> {
    if !described.allowed_value.is_empty() && value_position(described, value).is_none() {
        return Err(Problem::Not("one of the allowed values"));
    }
    let (min, max) = (bound(described.value_min.as_deref()), bound(described.value_max.as_deref()));
    if min.is_none() && max.is_none() {
        return Ok(());
    }
    let number = number(value).ok_or(Problem::Not(DECIMAL))?;
    if min.is_some_and(|min| number < min) {
        return Err(Problem::Not("at least the result's `valueMin`"));
    }
    if max.is_some_and(|max| number > max) {
        return Err(Problem::Not("at most the result's `valueMax`"));
    }
    Ok(())
}

/// Which of the allowed values it is; they stand from low to high.
#[must_use]
pub fn value_position(described: &ResultDescription, value: &str) -> Option<usize> {
    described.allowed_value.iter().position(|allowed| allowed == value)
}

/// Which of the levels it is; they stand from low to high.
#[must_use]
pub fn level_position(described: &ResultDescription, id: &str) -> Option<usize> {
    described.rubric_criterion_level.iter().position(|level| level.id == id)
}

const DECIMAL: &str = "a decimal number";

/// The number that a value is.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then(|| text.parse().ok()).flatten()
}

fn bound(text: Option<&str>) -> Option<f64> {
    text.and_then(number)
}

fn alignment(mut item: Fields) -> Result<Alignment, Invalid> {
    class(&mut item, "Alignment")?;
    let target_name = item.line("targetName", MAX_NAME)?;
    let target_name = item.required("targetName", target_name)?;
    let target_url = item.web_url("targetUrl")?;
    let target_url = item.required("targetUrl", target_url)?;
    let alignment = Alignment {
        target_name,
        target_url,
        target_code: item.line("targetCode", MAX_NAME)?,
        target_description: item.paragraphs("targetDescription", MAX_DESCRIPTION)?,
        target_framework: item.line("targetFramework", MAX_NAME)?,
        target_type: word(&mut item, "targetType", &TARGET_TYPES)?,
    };
    item.finish()?;
    Ok(alignment)
}

fn rubric_criterion_level(mut item: Fields, ids: &mut Vec<String>) -> Result<RubricCriterionLevel, Invalid> {
    class(&mut item, "RubricCriterionLevel")?;
    let id = own_id(&mut item, ids)?;
    let name = item.line("name", MAX_NAME)?;
    let name = item.required("name", name)?;
    let level = RubricCriterionLevel {
        id,
        name,
        alignment: alignments(&mut item)?,
        description: item.paragraphs("description", MAX_DESCRIPTION)?,
        level: item.line("level", MAX_NAME)?,
        points: item.line("points", MAX_VALUE)?,
    };
    item.finish()?;
    Ok(level)
}

/// Takes the member `type`, which says what is known anyway and may be left out.
///
/// # Errors
/// When it says anything else.
pub fn class(item: &mut Fields, class: &'static str) -> Result<(), Invalid> {
    match item.value("type") {
        None => Ok(()),
        Some(Value::String(name)) if name == class => Ok(()),
        Some(Value::Array(names)) if names.iter().all(|name| name.as_str() == Some(class)) => Ok(()),
        Some(_) => Err(item.invalid("type", Problem::Not(class))),
    }
}

/// Takes the id of an object; empty when there is none.
fn own_id(item: &mut Fields, ids: &mut Vec<String>) -> Result<String, Invalid> {
    let Some(id) = uri(item, "id")? else { return Ok(String::new()) };
    if ids.contains(&id) {
        return Err(item.invalid("id", Problem::Repeated));
    }
    ids.push(id.clone());
    Ok(id)
}

/// A member that names something by a URI.
///
/// # Errors
/// When it is none.
pub fn uri(item: &mut Fields, name: &str) -> Result<Option<String>, Invalid> {
    item.read(name, "a DID, a URN or an http(s) URL", |text| uri::is_subject(text).then(|| text.to_owned()))
}

fn word(item: &mut Fields, name: &str, words: &[&str]) -> Result<Option<String>, Invalid> {
    item.read(name, "a value of the standard, or one that begins with `ext:`", |text| {
        (words.contains(&text) || is_extension(text)).then(|| text.to_owned())
    })
}

fn decimal(item: &mut Fields, name: &str) -> Result<Option<String>, Invalid> {
    let text = item.line(name, MAX_VALUE)?;
    match text {
        Some(text) if number(&text).is_none() => Err(item.invalid(name, Problem::Not(DECIMAL))),
        text => Ok(text),
    }
}

/// Whether a word extends one of the standard's vocabularies: `ext:` and a name.
#[must_use]
pub fn is_extension(text: &str) -> bool {
    let is_name = |rest: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !rest.is_empty() && rest.len() <= MAX_EXTENSION && rest.bytes().all(allowed)
    };
    text.strip_prefix("ext:").is_some_and(is_name)
}

/// Whether a text is a language code in the standard's shape (OB 3.0 `LanguageCode`): `en`, `pt-BR`, `zh-Hant-TW`.
#[must_use]
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-').peekable();
    let is_all = |part: &str, test: fn(&u8) -> bool| part.bytes().all(|byte| test(&byte));
    let language = parts.next().unwrap_or_default();
    if !(2..=4).contains(&language.len()) || !is_all(language, u8::is_ascii_lowercase) {
        return false;
    }
    let is_script = |part: &&str| {
        let (first, rest) = part.split_at_checked(1).unwrap_or_default();
        part.len() == 4 && is_all(first, u8::is_ascii_uppercase) && is_all(rest, u8::is_ascii_lowercase)
    };
    parts.next_if(is_script);
    let is_region = |part: &&str| {
        part.len() == 2 && is_all(part, u8::is_ascii_uppercase) || part.len() == 3 && is_all(part, u8::is_ascii_digit)
    };
    parts.next_if(is_region);
    parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ADDRESS: &str = "https://badges.example/achievements/demo/rust";

    fn described(list: Value) -> Result<Vec<ResultDescription>, Invalid> {
        result_descriptions(&mut Fields::of_body(json!({ "resultDescription": list })).unwrap(), ADDRESS)
    }

    #[test]
    fn what_has_no_id_is_named_below_the_badge() {
        let levels = json!([{ "name": "Low" }, { "name": "High" }]);
        let read = described(json!([
            { "name": "A", "resultType": "Result", "rubricCriterionLevel": levels },
            { "name": "B", "resultType": "ext:own", "id": format!("{ADDRESS}#result-1") },
        ]))
        .unwrap();
        let ids: Vec<&str> = read.iter().map(|described| described.id.as_str()).collect();
        assert_eq!(ids, [format!("{ADDRESS}#result-2"), format!("{ADDRESS}#result-1")]);
        assert_eq!(read[0].rubric_criterion_level[1].id, format!("{ADDRESS}#level-2"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = r#"[{"id":"urn:x:1","type":["ResultDescription"],"name":"Grade","resultType":"LetterGrade","alignment":[{"type":["Alignment"],"targetName":"N","targetUrl":"https://example.com/n","targetType":"CTDL"}],"allowedValue":["B","A"],"requiredValue":"B","rubricCriterionLevel":[{"id":"urn:x:2","type":["RubricCriterionLevel"],"name":"L","points":"3"}]}]"#;
        let read = stored_result_descriptions(text).unwrap();
        assert_eq!(list(&read, ResultDescription::to_json), text);
        let alignments = stored_alignments("[]").unwrap();
        assert_eq!(list(&alignments, Alignment::to_json), "[]");
    }

    #[test]
    fn faults_name_their_field() {
        let with = |member: &str, value: Value| {
            let mut one = json!({ "name": "Grade", "resultType": "LetterGrade" });
            one[member] = value;
            json!([one])
        };
        for (list, field) in [
            (json!([{}]), "resultDescription[0].name"),
            (with("resultType", json!("Grade")), "resultDescription[0].resultType"),
            (with("resultType", json!("ext:")), "resultDescription[0].resultType"),
            (with("id", json!("grade")), "resultDescription[0].id"),
            (with("type", json!(["Result"])), "resultDescription[0].type"),
            (with("allowedValue", json!(["A", ""])), "resultDescription[0].allowedValue[1]"),
            (with("valueMin", json!("low")), "resultDescription[0].valueMin"),
            (with("valueMin", json!(1)), "resultDescription[0].valueMin"),
            (with("requiredLevel", json!("urn:x:y")), "resultDescription[0].requiredLevel"),
            (with("rubricCriterionLevel", json!([{ "name": 1 }])), "resultDescription[0].rubricCriterionLevel[0].name"),
            (with("alignment", json!([{ "targetName": "N" }])), "resultDescription[0].alignment[0].targetUrl"),
            (with("grade", json!("A")), "resultDescription[0].grade"),
            (
                json!([{ "name": "A", "resultType": "Result", "valueMin": "2", "valueMax": "1" }]),
                "resultDescription[0].valueMax",
            ),
            (
                json!([{ "name": "A", "resultType": "Result", "allowedValue": ["x"], "requiredValue": "y" }]),
                "resultDescription[0].requiredValue",
            ),
            (
                json!([{ "name": "A", "resultType": "Result", "id": "urn:x:y" }, { "name": "A", "resultType": "Result", "id": "urn:x:y" }]),
                "resultDescription[1].id",
            ),
        ] {
            assert_eq!(described(list.clone()).unwrap_err().field, field, "{list}");
        }
    }

    #[test]
    fn a_value_is_allowed_and_within_its_bounds() {
        let one = |text: &str| described(serde_json::from_str(text).unwrap()).unwrap().remove(0);
        let grades = one(r#"[{"name":"G","resultType":"LetterGrade","allowedValue":["C","B","A"]}]"#);
        let percent = one(r#"[{"name":"P","resultType":"Percent","valueMin":"0","valueMax":"100"}]"#);
        let free = one(r#"[{"name":"F","resultType":"Result"}]"#);
        for (description, value, is_taken) in [
            (&grades, "B", true),
            (&grades, "b", false),
            (&percent, "0", true),
            (&percent, "99.5", true),
            (&percent, "100.01", false),
            (&percent, "-1", false),
            (&percent, "1e1", false),
            (&percent, "NaN", false),
            (&percent, ".5", false),
            (&free, "anything", true),
        ] {
            assert_eq!(check_value(description, value).is_ok(), is_taken, "{value}");
        }
    }

    #[test]
    fn languages_have_the_shape_of_the_standard() {
        for text in ["en", "de-AT", "zh-Hant", "zh-Hant-TW", "es-419", "tlh"] {
            assert!(is_language(text), "{text}");
        }
        for text in ["", "e", "EN", "en-us", "en_US", "english", "en-Latn-US-x", "en-", "en-US-Latn", "é"] {
            assert!(!is_language(text), "{text}");
        }
    }
}
