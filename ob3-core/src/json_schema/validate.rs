//! JSON Schema 2019-09 (<https://json-schema.org/draft/2019-09>), as far as schemas of credentials use it.
//!
//! A keyword that is not implemented leaves the answer open, since it may say anything; so does a reference that leads out of
//! the document, and a schema that takes too much work. An answer that does not hang on them is given all the same.

use std::cell::Cell;

use super::pattern::Pattern;
use crate::examine::clip;
use crate::report::{Code, Finding};
use ob3_rdf::json::{self, Object, Value};

/// Most steps of all schemas of one verification together: applications of a schema to a value, its keywords and what they
/// hold, comparisons and matching by their size. A large badge takes some ten thousand against the standard's own schema.
pub(crate) const MAX_WORK: usize = 2_000_000;

/// Longest path that is kept: it is told in the report, which cuts it.
const MAX_PATH: usize = 400;

/// Deepest nesting of schemas, references followed. A schema that refers to itself for ever ends here.
const MAX_DEPTH: usize = 128;

/// What a schema, or one keyword of it, says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Holds,
    Fails,
    Open,
}

use Verdict::{Fails, Holds, Open};

impl Verdict {
    const fn not(self) -> Self {
        match self {
            Holds => Fails,
            Fails => Holds,
            Open => Open,
        }
    }
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Holds } else { Fails }
    }
}

/// What a schema that was had from a URL says of a credential.
pub(crate) fn check(document: &[u8], url: &str, credential: &Value<'_>, work: &Cell<usize>) -> Finding {
    let parsed = std::str::from_utf8(document).ok().and_then(|text| json::parse(text).ok());
    let Some(schema @ (Value::Object(_) | Value::Bool(_))) = &parsed else {
        return Finding::unknown(Code::JsonSchemaMalformed);
    };
    spend(work, document.len() / 16);
    let mut validation = Validation { schema, url, work, path: String::new(), fault: None, open: None };
    match validation.apply(Scope { schema, resource: schema, depth: 0 }, credential) {
        Holds => Finding::valid(Code::JsonSchemaConforms),
        Fails => {
            let (path, keyword) = validation.fault.unwrap_or_default();
            Finding::invalid(Code::JsonSchemaViolated).with("member", clip(&path)).with("keyword", clip(&keyword))
        }
        Open => {
            let keyword = validation.open.unwrap_or_default();
            Finding::unknown(Code::JsonSchemaUnsupported).with("keyword", clip(&keyword))
        }
    }
}

/// Takes steps from those that are left; `false` once there are too few.
fn spend(work: &Cell<usize>, steps: usize) -> bool {
    let left = work.get().checked_sub(steps);
    work.set(left.unwrap_or_default());
    left.is_some_and(|left| left > 0)
}

/// How many steps it takes to walk through what a keyword holds.
fn size(operand: &Value<'_>) -> usize {
    match operand {
        Value::Array(items) => items.len(),
        Value::Object(object) => object.len(),
        Value::String(text) => text.len() / 16,
        _ => 0,
    }
}

struct Validation<'s> {
    schema: &'s Value<'s>,
    url: &'s str,
    /// The steps that are left.
    work: &'s Cell<usize>,
    /// Where in the credential the value stands.
    path: String,
    /// The first keyword that does not hold, and where.
    fault: Option<(String, String)>,
    /// The first keyword that is open.
    open: Option<String>,
}

/// A schema to apply, and the schema resource that its references are read in (JSON Schema Core §8.2.1).
#[derive(Clone, Copy)]
struct Scope<'s> {
    schema: &'s Value<'s>,
    resource: &'s Value<'s>,
    depth: usize,
}

impl<'s> Scope<'s> {
    const fn to(self, schema: &'s Value<'s>) -> Self {
        Self { schema, ..self }
    }
}

impl<'s> Validation<'s> {
    fn is_spent(&self, work: usize) -> bool {
        !spend(self.work, work)
    }

    fn apply(&mut self, mut scope: Scope<'s>, value: &Value<'_>) -> Verdict {
        scope.depth += 1;
        if self.is_spent(1) || scope.depth > MAX_DEPTH {
            return Open;
        }
        let object = match scope.schema {
            Value::Bool(holds) => return (*holds).into(),
            Value::Object(object) => object,
            _ => return Open,
        };
        if identifier(object).is_some() {
            scope.resource = scope.schema;
        }
        let mut verdict = Holds;
        for (keyword, operand) in object.iter() {
            match self.keyword(keyword, operand, object, scope, value) {
                Holds => {}
                Open => {
                    verdict = Open;
                    self.open.get_or_insert_with(|| keyword.to_owned());
                }
                Fails => {
                    let path = &self.path;
                    self.fault.get_or_insert_with(|| (path.clone(), keyword.to_owned()));
                    return Fails;
                }
            }
        }
        verdict
    }

    /// As `apply`, for a part of the value.
    fn apply_at(&mut self, name: &str, scope: Scope<'s>, value: &Value<'_>) -> Verdict {
        let end = self.path.len();
        if end < MAX_PATH {
            if end > 0 {
                self.path.push('.');
            }
            self.path.push_str(clip(name));
        }
        let verdict = self.apply(scope, value);
        self.path.truncate(end);
        verdict
    }

    /// As `apply`, where it is no fault that the schema does not hold.
    fn try_apply(&mut self, scope: Scope<'s>, value: &Value<'_>) -> Verdict {
        let (fault, path) = (self.fault.take(), self.path.len());
        let verdict = self.apply(scope, value);
        self.path.truncate(path);
        self.fault = fault;
        verdict
    }

    /// What one keyword of `schema` says.
    fn keyword(
        &mut self,
        keyword: &str,
        operand: &'s Value<'s>,
        schema: &'s Object<'s>,
        scope: Scope<'s>,
        value: &Value<'_>,
    ) -> Verdict {
        if self.is_spent(1 + size(operand)) {
            return Open;
        }
        match keyword {
            "$schema" => {
                let dialect = operand.as_str().map(|url| url.trim_end_matches('#'));
                if dialect == Some("https://json-schema.org/draft/2019-09/schema") { Holds } else { Open }
            }
            "$ref" => match operand.as_str().and_then(|reference| self.resolve(reference, scope)) {
                Some(target) => self.apply(target, value),
                None => Open,
            },
            "allOf" => self.all_of(operand, scope, value),
            "anyOf" => {
                let Value::Array(schemas) = operand else { return Open };
                all(&mut schemas.iter().map(|schema| self.try_apply(scope.to(schema), value).not())).not()
            }
            "oneOf" => self.one_of(operand, scope, value),
            "not" => self.try_apply(scope.to(operand), value).not(),
            "if" => {
                let branch = match self.try_apply(scope.to(operand), value) {
                    Holds => "then",
                    Fails => "else",
                    Open => return Open,
                };
                schema.get(branch).map_or(Holds, |branch| self.apply(scope.to(branch), value))
            }
            "type" => {
                let names = operand.as_set().iter().map(|name| is_type(name, value).not());
                all(&mut { names }).not()
            }
            "const" => self.equal(operand, value),
            "enum" => {
                let Value::Array(values) = operand else { return Open };
                all(&mut values.iter().map(|one| self.equal(one, value).not())).not()
            }
            _ => match (kind_of(keyword), value) {
                (Some(Kind::Object), Value::Object(object)) => {
                    self.object_keyword(keyword, operand, schema, scope, object, value)
                }
                (Some(Kind::Array), Value::Array(items)) => self.array_keyword(keyword, operand, schema, scope, items),
                (Some(Kind::String), Value::String(text)) => self.string_keyword(keyword, operand, text),
                (Some(Kind::Number), Value::Number(number)) => number_keyword(keyword, operand, number.to_f64()),
                (Some(_), _) => Holds,
                (None, _) => Open,
            },
        }
    }

    fn all_of(&mut self, operand: &'s Value<'s>, scope: Scope<'s>, value: &Value<'_>) -> Verdict {
        let Value::Array(schemas) = operand else { return Open };
        all(&mut schemas.iter().map(|schema| self.apply(scope.to(schema), value)))
    }

    fn one_of(&mut self, operand: &'s Value<'s>, scope: Scope<'s>, value: &Value<'_>) -> Verdict {
        let Value::Array(schemas) = operand else { return Open };
        let (mut holding, mut open) = (0, 0);
        for schema in schemas {
            match self.try_apply(scope.to(schema), value) {
                Holds => holding += 1,
                Open => open += 1,
                Fails => {}
            }
        }
        match (holding, open) {
            (2.., _) | (0, 0) => Fails,
            (1, 0) => Holds,
            _ => Open,
        }
    }

    fn object_keyword(
        &mut self,
        keyword: &str,
        operand: &'s Value<'s>,
        schema: &'s Object<'s>,
        scope: Scope<'s>,
        object: &Object<'_>,
        value: &Value<'_>,
    ) -> Verdict {
        // Members are looked for one by one; a pattern is read anew for each.
        let patterns = schema.get("patternProperties").map_or(0, size);
        let named = size(operand)
            + if keyword == "additionalProperties" { schema.get("properties").map_or(0, size) } else { 0 };
        let of_patterns = if matches!(keyword, "patternProperties" | "additionalProperties") { patterns } else { 0 };
        if self.is_spent(object.len().saturating_mul(1 + named / 16 + of_patterns)) {
            return Open;
        }
        match (keyword, operand) {
            ("properties", Value::Object(schemas)) => all(&mut schemas.iter().map(|(name, schema)| {
                object.get(name).map_or(Holds, |member| self.apply_at(name, scope.to(schema), member))
            })),
            ("patternProperties", Value::Object(schemas)) => all(&mut schemas.iter().map(|(pattern, schema)| {
                all(&mut object.iter().map(|(name, member)| match self.matches(pattern, name) {
                    Holds => self.apply_at(name, scope.to(schema), member),
                    Fails => Holds,
                    Open => Open,
                }))
            })),
            ("additionalProperties", additional) => {
                all(&mut object.iter().map(|(name, member)| match self.is_covered(name, schema) {
                    Holds => Holds,
                    Fails => self.apply_at(name, scope.to(additional), member),
                    Open => Open,
                }))
            }
            ("propertyNames", names) => {
                all(&mut object.iter().map(|(name, _)| self.apply_at(name, scope.to(names), &Value::text(name))))
            }
            ("required", Value::Array(names)) => self.has_all(object, names),
            ("dependentRequired", Value::Object(dependent)) => {
                all(&mut dependent.iter().map(|(name, names)| match names {
                    Value::Array(names) if object.contains(name) => self.has_all(object, names),
                    Value::Array(_) => Holds,
                    _ => Open,
                }))
            }
            ("dependentSchemas", Value::Object(dependent)) => all(&mut dependent
                .iter()
                .map(|(name, schema)| if object.contains(name) { self.apply(scope.to(schema), value) } else { Holds })),
            ("minProperties" | "maxProperties", limit) => within(keyword, limit, object.len()),
            _ => Open,
        }
    }

    fn has_all(&self, object: &Object<'_>, names: &[Value<'_>]) -> Verdict {
        if self.is_spent(1 + names.len().saturating_mul(object.len()) / 16) {
            return Open;
        }
        all(&mut names.iter().map(|name| name.as_str().map_or(Open, |name| object.contains(name).into())))
    }

    /// Whether `properties` or `patternProperties` say something of a member.
    fn is_covered(&mut self, name: &str, schema: &'s Object<'s>) -> Verdict {
        if schema.get("properties").is_some_and(|schemas| schemas.get(name).is_some()) {
            return Holds;
        }
        match schema.get("patternProperties") {
            None => Fails,
            Some(Value::Object(schemas)) => {
                all(&mut schemas.iter().map(|(pattern, _)| self.matches(pattern, name).not())).not()
            }
            Some(_) => Open,
        }
    }

    fn array_keyword(
        &mut self,
        keyword: &str,
        operand: &'s Value<'s>,
        schema: &'s Object<'s>,
        scope: Scope<'s>,
        items: &[Value<'_>],
    ) -> Verdict {
        match (keyword, operand) {
            // One schema for each place, and one for the places behind them.
            ("items", Value::Array(schemas)) => {
                let behind = schema.get("additionalItems");
                let schemas = schemas.iter().map(Some).chain(std::iter::repeat(behind));
                all(&mut items.iter().zip(schemas).enumerate().map(|(at, (item, schema))| {
                    schema.map_or(Holds, |schema| self.apply_at(&at.to_string(), scope.to(schema), item))
                }))
            }
            ("items", schema) => all(&mut items
                .iter()
                .enumerate()
                .map(|(at, item)| self.apply_at(&at.to_string(), scope.to(schema), item))),
            ("contains", wanted) => self.contains(wanted, schema, scope, items),
            ("uniqueItems", Value::Bool(true)) => {
                if self.is_spent(items.len() * items.len() / 2) {
                    return Open;
                }
                let mut pairs = items
                    .iter()
                    .enumerate()
                    .flat_map(|(at, one)| items.iter().skip(at + 1).map(move |other| (one, other)));
                all(&mut pairs.by_ref().map(|(one, other)| self.equal(one, other).not()))
            }
            ("uniqueItems", Value::Bool(false)) => Holds,
            ("minItems" | "maxItems", limit) => within(keyword, limit, items.len()),
            _ => Open,
        }
    }

    /// `contains`, with `minContains` and `maxContains`.
    fn contains(
        &mut self,
        wanted: &'s Value<'s>,
        schema: &'s Object<'s>,
        scope: Scope<'s>,
        items: &[Value<'_>],
    ) -> Verdict {
        let (mut holding, mut open) = (0_usize, 0);
        for item in items {
            match self.try_apply(scope.to(wanted), item) {
                Holds => holding += 1,
                Open => open += 1,
                Fails => {}
            }
        }
        if open > 0 {
            return Open;
        }
        let least = schema.get("minContains").map_or((holding >= 1).into(), |limit| within("min", limit, holding));
        let most = schema.get("maxContains").map_or(Holds, |limit| within("max", limit, holding));
        all(&mut [least, most].into_iter())
    }

    fn string_keyword(&mut self, keyword: &str, operand: &Value<'_>, text: &str) -> Verdict {
        if self.is_spent(text.len() / 16) {
            return Open;
        }
        match (keyword, operand) {
            ("pattern", Value::String(pattern)) => self.matches(pattern, text),
            ("minLength" | "maxLength", limit) => within(keyword, limit, text.chars().count()),
            _ => Open,
        }
    }

    fn matches(&mut self, pattern: &str, text: &str) -> Verdict {
        if self.is_spent(pattern.len()) {
            return Open;
        }
        match Pattern::parse(pattern) {
            Some(parsed) if !self.is_spent(parsed.work(text) / 16) => parsed.is_match(text).into(),
            _ => Open,
        }
    }

    /// Whether two values are the same (Core §4.2.2): numbers by value, objects whatever the order of their members.
    fn equal(&mut self, one: &Value<'_>, other: &Value<'_>) -> Verdict {
        let steps = match one {
            // Members are looked for one by one.
            Value::Object(object) => object.len().saturating_mul(object.len()) / 16,
            one => size(one),
        };
        if self.is_spent(1 + steps) {
            return Open;
        }
        match (one, other) {
            (Value::Number(one), Value::Number(other)) => (one.to_f64() == other.to_f64()).into(),
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                all(&mut one.iter().zip(other).map(|(one, other)| self.equal(one, other)))
            }
            (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
                all(&mut one.iter().map(|(name, one)| other.get(name).map_or(Fails, |other| self.equal(one, other))))
            }
            (one, other) => (one == other).into(),
        }
    }

    /// What a `$ref` leads to: within the resource, to the document's own URL, or to an `$id` in the document.
    fn resolve(&mut self, reference: &str, scope: Scope<'s>) -> Option<Scope<'s>> {
        let (url, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let resource = if url.is_empty() {
            scope.resource
        } else if url == self.url {
            self.schema
        } else {
            self.find("$id", url, self.schema)?
        };
        let schema = if fragment.is_empty() {
            resource
        } else if let Some(pointer) = fragment.strip_prefix('/') {
            // RFC 6901 §4 and §6
            pointer.split('/').try_fold(resource, |value, name| {
                let name = name.replace("~1", "/").replace("~0", "~");
                match value {
                    _ if name.contains('%') => None,
                    Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                    value => value.get(&name),
                }
            })?
        } else {
            self.find("$anchor", fragment, resource)?
        };
        Some(Scope { schema, resource, depth: scope.depth })
    }

    /// The schema below `value` whose `$id` or `$anchor` is `wanted`.
    fn find(&mut self, keyword: &str, wanted: &str, value: &'s Value<'s>) -> Option<&'s Value<'s>> {
        if self.is_spent(1 + size(value)) {
            return None;
        }
        match value {
            Value::Object(object) => {
                let own = object.get(keyword).and_then(Value::as_str);
                if own.is_some_and(|own| own.trim_end_matches('#') == wanted) {
                    return Some(value);
                }
                object.iter().find_map(|(_, inner)| self.find(keyword, wanted, inner))
            }
            Value::Array(items) => items.iter().find_map(|inner| self.find(keyword, wanted, inner)),
            _ => None,
        }
    }
}

/// The `$id` of a schema that is a resource of its own.
fn identifier<'v>(schema: &'v Object<'_>) -> Option<&'v str> {
    schema.get("$id").and_then(Value::as_str).filter(|id| !id.starts_with('#'))
}

/// Whether all verdicts hold. The first that fails decides; one that is open matters where none fails.
fn all(verdicts: &mut dyn Iterator<Item = Verdict>) -> Verdict {
    let mut verdict = Holds;
    for one in verdicts {
        match one {
            Holds => {}
            Open => verdict = Open,
            Fails => return Fails,
        }
    }
    verdict
}

fn is_type(name: &Value<'_>, value: &Value<'_>) -> Verdict {
    match (name.as_str(), value) {
        (Some("null"), value) => matches!(value, Value::Null).into(),
        (Some("boolean"), value) => matches!(value, Value::Bool(_)).into(),
        (Some("number"), value) => matches!(value, Value::Number(_)).into(),
        (Some("integer"), Value::Number(number)) => (number.to_f64().fract() == 0.0).into(),
        (Some("integer"), _) => Fails,
        (Some("string"), value) => matches!(value, Value::String(_)).into(),
        (Some("array"), value) => matches!(value, Value::Array(_)).into(),
        (Some("object"), value) => matches!(value, Value::Object(_)).into(),
        _ => Open,
    }
}

/// Whether a count keeps to a limit, which is a least or a most as the keyword says.
fn within(keyword: &str, limit: &Value<'_>, count: usize) -> Verdict {
    let Value::Number(limit) = limit else { return Open };
    let (limit, count) = (limit.to_f64(), count as f64);
    (if keyword.starts_with("min") { count >= limit } else { count <= limit }).into()
}

fn number_keyword(keyword: &str, operand: &Value<'_>, number: f64) -> Verdict {
    let Value::Number(limit) = operand else { return Open };
    let limit = limit.to_f64();
    match keyword {
        "minimum" => (number >= limit).into(),
        "maximum" => (number <= limit).into(),
        "exclusiveMinimum" => (number > limit).into(),
        "exclusiveMaximum" => (number < limit).into(),
        "multipleOf" if limit > 0.0 => {
            // Tenths are no doubles, and 0.3 is three of them all the same.
            let quotient = number / limit;
            ((quotient - quotient.round()).abs() <= quotient.abs() * 2.0 * f64::EPSILON).into()
        }
        _ => Open,
    }
}

/// The kind of value that a keyword speaks of; it says nothing of others.
#[derive(Clone, Copy)]
enum Kind {
    Object,
    Array,
    String,
    Number,
    /// An annotation (Validation §7, §8 and §9: formats and contents are not asserted), what stands to be found, or what is
    /// read with the keyword that it belongs to.
    Nothing,
}

static KEYWORDS: [(Kind, &[&str]); 5] = [
    (
        Kind::Object,
        &[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
            "minProperties",
            "maxProperties",
        ],
    ),
    (Kind::Array, &["items", "contains", "uniqueItems", "minItems", "maxItems"]),
    (Kind::String, &["pattern", "minLength", "maxLength"]),
    (Kind::Number, &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    (
        Kind::Nothing,
        &[
            "$comment",
            "$id",
            "$anchor",
            "$defs",
            "definitions",
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "format",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "then",
            "else",
            "minContains",
            "maxContains",
            "additionalItems",
        ],
    ),
];

fn kind_of(keyword: &str) -> Option<Kind> {
    KEYWORDS.iter().find(|(_, names)| names.contains(&keyword)).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(schema: &str, value: &str) -> Code {
        check(schema.as_bytes(), "https://a.example/root.json", &json::parse(value).unwrap(), &Cell::new(MAX_WORK)).code
    }

    /// Each schema with values that conform and values that do not.
    const TABLE: &[(&str, &[&str], &[&str])] = &[
        ("true", &["1"], &[]),
        ("false", &[], &["1"]),
        (r#"{"type":"integer"}"#, &["1", "1.0", "-1e3"], &["1.5", r#""1""#]),
        (r#"{"type":["null","array"]}"#, &["null", "[]"], &["{}"]),
        (r#"{"const":{"a":[1,2.0],"b":null}}"#, &[r#"{"b":null,"a":[1.0,2]}"#], &[r#"{"a":[2,1],"b":null}"#, "1"]),
        (r#"{"enum":[1,"a",[]]}"#, &["1.0", r#""a""#, "[]"], &["2", "[1]"]),
        (r#"{"minimum":1,"exclusiveMaximum":3}"#, &["1", "2.9", r#""x""#], &["0.9", "3"]),
        (r#"{"maximum":1,"exclusiveMinimum":-1}"#, &["1", "0"], &["-1", "2"]),
        (r#"{"multipleOf":0.01}"#, &["4.02", "0"], &["0.0075", "4.025"]),
        (r#"{"multipleOf":1}"#, &["123456789012345"], &["123456789012345.5"]),
        (r#"{"minLength":2,"maxLength":3}"#, &[r#""🏅é""#, "7"], &[r#""🏅""#, r#""abcd""#]),
        (r#"{"pattern":"^a+$"}"#, &[r#""aa""#, "7"], &[r#""ab""#]),
        (
            r#"{"items":{"type":"string"},"minItems":1,"maxItems":2}"#,
            &[r#"["a"]"#, "{}"],
            &["[]", "[1]", r#"["a","b","c"]"#],
        ),
        (r#"{"items":[{"type":"string"}],"additionalItems":false}"#, &["[]", r#"["a"]"#], &[r#"["a",1]"#, "[1]"]),
        (r#"{"additionalItems":false}"#, &["[1]"], &[]),
        (r#"{"uniqueItems":true}"#, &["[1,true,[1],[2]]"], &["[1,2,1.0]", r#"[{"a":1,"b":2},{"b":2,"a":1}]"#]),
        (r#"{"contains":{"type":"number"}}"#, &[r#"["a",1]"#], &[r#"["a"]"#, "[]"]),
        (r#"{"contains":{"const":1},"minContains":2,"maxContains":3}"#, &["[1,1]", "[1,1,1]"], &["[1]", "[1,1,1,1]"]),
        (r#"{"contains":{"const":1},"minContains":0}"#, &["[]"], &[]),
        (r#"{"required":["a","b"]}"#, &[r#"{"a":1,"b":null}"#, "[]"], &[r#"{"a":1}"#]),
        (
            r#"{"properties":{"a":{"type":"null"}},"additionalProperties":false}"#,
            &[r#"{"a":null}"#, "{}"],
            &[r#"{"a":1}"#, r#"{"b":1}"#],
        ),
        (
            r#"{"properties":{"x":true},"patternProperties":{"^f":{"type":"integer"}},"additionalProperties":{"type":"string"}}"#,
            &[r#"{"foo":1,"x":[],"y":"a"}"#],
            &[r#"{"foo":"a"}"#, r#"{"y":1}"#],
        ),
        (
            r#"{"propertyNames":{"maxLength":1},"minProperties":1,"maxProperties":2}"#,
            &[r#"{"a":1}"#],
            &[r#"{"ab":1}"#, "{}", r#"{"a":1,"b":1,"c":1}"#],
        ),
        (
            r#"{"dependentRequired":{"a":["b"]},"dependentSchemas":{"c":{"required":["d"]}}}"#,
            &[r#"{"b":1}"#, r#"{"a":1,"b":1}"#],
            &[r#"{"a":1}"#, r#"{"c":1}"#],
        ),
        (r#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, &["1"], &["0", "3"]),
        (r#"{"anyOf":[{"type":"string"},{"minimum":2}]}"#, &[r#""a""#, "2"], &["1"]),
        (r#"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, &["1", "2.5"], &["3", "1.5"]),
        (r#"{"not":{"not":{"type":"string"}}}"#, &[r#""a""#], &["1"]),
        (
            r#"{"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":3}}"#,
            &[r#""ab""#, "3", "[]"],
            &[r#""a""#, "2"],
        ),
        (r##"{"$defs":{"x~/":{"type":"integer"}},"$ref":"#/$defs/x~0~1","minimum":2}"##, &["2"], &["1", r#""a""#]),
        (
            r##"{"definitions":{"x":{"$anchor":"here","type":"integer"}},"items":{"$ref":"#here"}}"##,
            &["[1]"],
            &[r#"["a"]"#],
        ),
        (
            r##"{"properties":{"c":{"$ref":"#"}},"additionalProperties":false}"##,
            &[r#"{"c":{"c":{}}}"#],
            &[r#"{"c":{"d":1}}"#],
        ),
        (r#"{"items":{"$ref":"https://a.example/root.json"},"type":"array"}"#, &["[[]]"], &["[1]"]),
        (
            r##"{"$id":"https://b.example/root","$defs":{"x":{"$id":"https://b.example/x","$defs":{"y":{"type":"integer"}},"$ref":"#/$defs/y"}},"items":{"$ref":"https://b.example/x"}}"##,
            &["[1]"],
            &[r#"["a"]"#],
        ),
        (
            r#"{"$schema":"https://json-schema.org/draft/2019-09/schema#","title":"t","format":"date","default":1}"#,
            &[r#""x""#],
            &[],
        ),
        // What is not known does not matter where the answer does not hang on it.
        (r#"{"unevaluatedItems":false,"type":"string"}"#, &[], &["1"]),
        (r#"{"anyOf":[{"unevaluatedItems":false},{"type":"string"}]}"#, &[r#""a""#], &[]),
    ];

    #[test]
    fn values_conform_to_schemas_or_do_not() {
        for (schema, conforming, others) in TABLE {
            for value in *conforming {
                assert_eq!(code(schema, value), Code::JsonSchemaConforms, "{schema} {value}");
            }
            for value in *others {
                assert_eq!(code(schema, value), Code::JsonSchemaViolated, "{schema} {value}");
            }
        }
    }

    #[test]
    fn what_is_not_implemented_or_not_in_order_leaves_the_answer_open() {
        for schema in [
            r#"{"unevaluatedProperties":false}"#,
            r#"{"dependencies":{"a":["b"]}}"#,
            r##"{"$recursiveRef":"#"}"##,
            r#"{"prefixItems":[]}"#,
            r#"{"requierd":["a"]}"#,
            r#"{"required":"a"}"#,
            r#"{"properties":[]}"#,
            r#"{"properties":{"a":7}}"#,
            r#"{"type":"strnig"}"#,
            r#"{"maxProperties":"9"}"#,
            r#"{"not":{"unevaluatedProperties":false}}"#,
            r#"{"patternProperties":{"(?=a)":false}}"#,
            r#"{"propertyNames":{"pattern":"\\b"}}"#,
            r#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#,
            r##"{"$ref":"#/$defs/x"}"##,
            r#"{"$ref":"https://elsewhere.example/schema.json"}"#,
            r##"{"$ref":"#"}"##,
            r##"{"allOf":[{"$ref":"#"},{"$ref":"#"}]}"##,
        ] {
            assert_eq!(code(schema, r#"{"a":"b"}"#), Code::JsonSchemaUnsupported, "{schema}");
        }
        for schema in ["", "7", "[]", "{", r#"{"type":"object","type":"array"}"#] {
            assert_eq!(code(schema, "{}"), Code::JsonSchemaMalformed, "{schema}");
        }
    }

    #[test]
    fn work_is_bounded() {
        let doubled = (0..40)
            .map(|n| format!(r##""{n}":{{"anyOf":[{{"$ref":"#/$defs/{0}"}},{{"$ref":"#/$defs/{0}"}}]}}"##, n + 1));
        let doubled = doubled.collect::<Vec<_>>().join(",");
        let schema = format!(r##"{{"$ref":"#/$defs/0","$defs":{{{doubled},"40":false}}}}"##);
        assert_eq!(code(&schema, "1"), Code::JsonSchemaUnsupported);
        let long = format!("[{}1]", "1,".repeat(50_000));
        assert_eq!(code(r#"{"uniqueItems":true}"#, &long), Code::JsonSchemaUnsupported);
        let text = format!(r#""{}""#, "a".repeat(200_000));
        assert_eq!(code(r#"{"pattern":"^((a|b)(c|d)){500}$"}"#, &text), Code::JsonSchemaUnsupported);
    }

    /// Each would take minutes, had it no bound: what is applied a hundred thousand times is large itself.
    #[test]
    fn large_keywords_and_values_are_counted_by_their_size() {
        let often = |applied: &str| {
            let refs =
                |to: &str, count| vec![format!(r##"{{"anyOf":[{{"$ref":"#/$defs/{to}"}},true]}}"##); count].join(",");
            format!(
                r#"{{"$defs":{{"a":{applied},"b":{{"allOf":[{}]}}}},"allOf":[{}]}}"#,
                refs("a", 300),
                refs("b", 300)
            )
        };
        let many = |item: &dyn Fn(usize) -> String, count| (0..count).map(item).collect::<Vec<_>>().join(",");
        let members = |value: &str, count| many(&|n| format!(r#""m{n}":{value}"#), count);
        let text = format!(r#""{}""#, "a".repeat(1 << 20));
        let object = format!("{{{}}}", members("1", 30_000));
        let ranges = "b-c".repeat(30_000);
        for (schema, value) in [
            (often(&format!(r##"{{"$ref":"#/{}"}}"##, "a".repeat(1 << 20))), "1"),
            (often(&format!("{{{}}}", members("1", 30_000))), "1"),
            (often(&format!(r#"{{"type":[{}"null"]}}"#, "\"array\",".repeat(30_000))), "1"),
            (often(&format!(r#"{{"properties":{{{}}}}}"#, members("true", 30_000))), r#"{"a":1}"#),
            (often(r#"{"minLength":2000000}"#), text.as_str()),
            (often(&format!(r#"{{"const":{text}}}"#)), text.as_str()),
            (often(&format!(r#"{{"pattern":"{}"}}"#, "a|".repeat(400_000))), r#""b""#),
            (format!(r#"{{"pattern":"^[{ranges}]"}}"#), text.as_str()),
            (format!(r#"{{"required":[{}]}}"#, vec![r#""m29999""#; 30_000].join(",")), object.as_str()),
        ] {
            assert_eq!(code(&schema, value), Code::JsonSchemaUnsupported, "{}", clip(&schema));
        }
    }

    #[test]
    fn a_fault_is_named_by_its_place_and_keyword() {
        let schema = r#"{"properties":{"a":{"items":{"anyOf":[{"type":"string"}],"maximum":3}}}}"#;
        let finding = check(schema.as_bytes(), "", &json::parse(r#"{"a":["x",4]}"#).unwrap(), &Cell::new(MAX_WORK));
        let data: Vec<_> = finding.data.iter().map(|datum| datum.value.as_str()).collect();
        assert_eq!(data, ["a.1", "anyOf"]);
    }
}
