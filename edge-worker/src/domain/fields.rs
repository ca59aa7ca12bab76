//! Reads JSON objects member by member: every fault names its field, and what was not asked for is refused.

use std::fmt;

use ob3_core::DateTime;
use serde_json::{Map, Value};

use super::{email::Email, uri};

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The field, as a path: `recipient.email`, `evidence[0].id`.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// The ways in which a field can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It must be there.
    Missing,
    /// Nobody asked for it.
    Unknown,
    /// It is given more than once.
    Repeated,
    /// It is of another type.
    Not(&'static str),
    /// It is text without a letter.
    Empty,
    /// It is longer than so many characters, or a list of more than so many items.
    TooLong(usize),
    /// It holds control characters.
    ControlCharacters,
    /// It lies outside of these bounds.
    OutOfRange {
        /// The least that is taken.
        min: i64,
        /// The most that is taken.
        max: i64,
    },
    /// It must be later than another field.
    NotLaterThan(&'static str),
    /// It is not valid JSON, or not valid UTF-8.
    Unreadable(String),
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.problem {
            Problem::Missing => write!(f, "`{field}` is required"),
            Problem::Unknown => write!(f, "`{field}` is not known here"),
            Problem::Repeated => write!(f, "`{field}` is given more than once"),
            Problem::Not(expected) => write!(f, "`{field}` must be {expected}"),
            Problem::Empty => write!(f, "`{field}` must not be empty"),
            Problem::TooLong(max) => write!(f, "`{field}` must not be longer than {max}"),
            Problem::ControlCharacters => write!(f, "`{field}` must not hold control characters"),
            Problem::OutOfRange { min, max } => write!(f, "`{field}` must lie between {min} and {max}"),
            Problem::NotLaterThan(other) => write!(f, "`{field}` must be later than {other}"),
            Problem::Unreadable(why) => write!(f, "`{field}` can not be read: {why}"),
        }
    }
}

/// The members of an object that were not taken yet.
#[derive(Debug)]
pub struct Fields {
    path: String,
    members: Map<String, Value>,
}

impl Fields {
    /// The members of a request's body.
    ///
    /// # Errors
    /// When it is no object.
    pub fn of_body(body: Value) -> Result<Self, Invalid> {
        Self::of(body, String::new())
    }

    fn of(value: Value, path: String) -> Result<Self, Invalid> {
        match value {
            Value::Object(members) => Ok(Self { path, members }),
            _ if path.is_empty() => Err(Invalid { field: "body".into(), problem: Problem::Not("an object") }),
            _ => Err(Invalid { field: path, problem: Problem::Not("an object") }),
        }
    }

    /// That a member is wrong.
    #[must_use]
    pub fn invalid(&self, name: &str, problem: Problem) -> Invalid {
        let field = if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) };
        Invalid { field, problem }
    }

    /// A member that may be left out; `null` is the same as leaving it out.
    pub fn value(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    /// Whether a member is given as `null`, by which a change takes away what is there.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(Value::is_null)
    }

    /// Whether a member is given, be it as `null`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// One line of text, trimmed.
    ///
    /// # Errors
    /// When it is no text, empty, too long or holds control characters.
    pub fn line(&mut self, name: &str, max: usize) -> Result<Option<String>, Invalid> {
        self.text(name, max, char::is_control)
    }

    /// Text of any number of lines, trimmed.
    ///
    /// # Errors
    /// As [`Fields::line`].
    pub fn paragraphs(&mut self, name: &str, max: usize) -> Result<Option<String>, Invalid> {
        self.text(name, max, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    }

    /// An e-mail address.
    ///
    /// # Errors
    /// When it is none.
    pub fn email(&mut self, name: &str) -> Result<Option<Email>, Invalid> {
        self.read(name, "an e-mail address", Email::parse)
    }

    /// A UUID.
    ///
    /// # Errors
    /// When it is none.
    pub fn id<T>(&mut self, name: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Invalid> {
        self.read(name, "a UUID", parse)
    }

    /// An `http(s):` URL.
    ///
    /// # Errors
    /// When it is none.
    pub fn web_url(&mut self, name: &str) -> Result<Option<String>, Invalid> {
        self.read(name, "an http or https URL", |text| uri::is_web_url(text).then(|| text.into()))
    }

    /// An RFC 3339 time with a time zone.
    ///
    /// # Errors
    /// When it is none.
    pub fn time(&mut self, name: &str) -> Result<Option<DateTime>, Invalid> {
        self.read(name, "an RFC 3339 time with a time zone", DateTime::parse)
    }

    /// Text of a form that `parse` knows.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn read<T>(
        &mut self,
        name: &str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Invalid> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let read = value.as_str().and_then(parse);
        read.map(Some).ok_or_else(|| self.invalid(name, Problem::Not(expected)))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>, Invalid> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.invalid(name, Problem::Not("true or false")))
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// When it is no whole number or lies outside of them.
    pub fn integer(&mut self, name: &str, min: i64, max: i64) -> Result<Option<i64>, Invalid> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = value.as_i64().ok_or_else(|| self.invalid(name, Problem::Not("a whole number")))?;
        let within = (min..=max).contains(&number);
        within.then_some(Some(number)).ok_or_else(|| self.invalid(name, Problem::OutOfRange { min, max }))
    }

    /// A number from nought up to a bound.
    ///
    /// # Errors
    /// When it is no number or lies outside of them.
    pub fn number(&mut self, name: &str, max: u32) -> Result<Option<f64>, Invalid> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = value.as_f64().ok_or_else(|| self.invalid(name, Problem::Not("a number")))?;
        let within = (0.0..=f64::from(max)).contains(&number);
        within
            .then_some(Some(number))
            .ok_or_else(|| self.invalid(name, Problem::OutOfRange { min: 0, max: max.into() }))
    }

    /// An object.
    ///
    /// # Errors
    /// When it is none.
    pub fn object(&mut self, name: &str) -> Result<Option<Self>, Invalid> {
        let path = self.invalid(name, Problem::Missing).field;
        self.value(name).map(|value| Self::of(value, path)).transpose()
    }

    /// An object whose members were taken already.
    #[must_use]
    pub fn nested(&self, name: &str, members: Map<String, Value>) -> Self {
        Self { path: self.invalid(name, Problem::Missing).field, members }
    }

    /// A list of objects; left out is empty.
    ///
    /// # Errors
    /// When it is no list, too long, or one of its items is no object.
    pub fn objects(&mut self, name: &str, max: usize) -> Result<Vec<Self>, Invalid> {
        self.items(name, max)?.into_iter().map(|(path, item)| Self::of(item, path)).collect()
    }

    /// A list of lines; left out is empty.
    ///
    /// # Errors
    /// When it is no list, too long, or one of its items is no line of text.
    pub fn lines(&mut self, name: &str, max: usize, max_line: usize) -> Result<Vec<String>, Invalid> {
        let read = |(field, item): (String, Value)| match item {
            Value::String(text) => {
                check(&text, max_line, char::is_control).map_err(|problem| Invalid { field, problem })
            }
            _ => Err(Invalid { field, problem: Problem::Not("text") }),
        };
        self.items(name, max)?.into_iter().map(read).collect()
    }

    fn items(&mut self, name: &str, max: usize) -> Result<Vec<(String, Value)>, Invalid> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        let Value::Array(items) = value else { return Err(self.invalid(name, Problem::Not("a list"))) };
        if items.len() > max {
            return Err(self.invalid(name, Problem::TooLong(max)));
        }
        let path = self.invalid(name, Problem::Missing).field;
        Ok(items.into_iter().enumerate().map(|(i, item)| (format!("{path}[{i}]"), item)).collect())
    }

    fn text(&mut self, name: &str, max: usize, refused: fn(char) -> bool) -> Result<Option<String>, Invalid> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => {
                check(&text, max, refused).map(Some).map_err(|problem| self.invalid(name, problem))
            }
            Some(_) => Err(self.invalid(name, Problem::Not("text"))),
        }
    }

    /// Makes a member that was read a required one.
    ///
    /// # Errors
    /// When it was left out.
    pub fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, Invalid> {
        value.ok_or_else(|| self.invalid(name, Problem::Missing))
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When a member is left that nobody asked for.
    pub fn finish(self) -> Result<(), Invalid> {
        match self.members.keys().next() {
            Some(name) => Err(self.invalid(name, Problem::Unknown)),
            None => Ok(()),
        }
    }
}

fn check(text: &str, max: usize, refused: fn(char) -> bool) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    if text.chars().count() > max {
        return Err(Problem::TooLong(max));
    }
    if text.contains(refused) {
        return Err(Problem::ControlCharacters);
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(body: Value) -> Fields {
        Fields::of_body(body).unwrap()
    }

    #[test]
    fn a_fault_names_the_path_of_its_field() {
        let mut body = fields(json!({ "recipient": { "email": 7 }, "evidence": [{}, { "id": "x" }] }));
        let mut recipient = body.object("recipient").unwrap().unwrap();
        assert_eq!(recipient.email("email").unwrap_err().field, "recipient.email");
        let mut evidence = body.objects("evidence", 5).unwrap();
        assert_eq!(evidence[1].web_url("id").unwrap_err().field, "evidence[1].id");
    }

    #[test]
    fn members_that_nobody_asked_for_are_refused() {
        let mut body = fields(json!({ "name": " Jane ", "extra": 1 }));
        assert_eq!(body.line("name", 10), Ok(Some("Jane".into())));
        assert_eq!(body.finish(), Err(Invalid { field: "extra".into(), problem: Problem::Unknown }));
    }

    #[test]
    fn wrong_types_and_bounds_are_refused() {
        let body =
            || fields(json!({ "a": "", "b": "x\ny", "c": "long", "d": 1.5, "e": 7, "f": "yes", "g": {}, "h": [1] }));
        assert_eq!(body().line("a", 9).unwrap_err().problem, Problem::Empty);
        assert_eq!(body().line("b", 9).unwrap_err().problem, Problem::ControlCharacters);
        assert_eq!(body().paragraphs("b", 9), Ok(Some("x\ny".into())));
        assert_eq!(body().line("c", 3).unwrap_err().problem, Problem::TooLong(3));
        assert_eq!(body().integer("d", 0, 9).unwrap_err().problem, Problem::Not("a whole number"));
        assert_eq!(body().integer("e", 0, 6).unwrap_err().problem, Problem::OutOfRange { min: 0, max: 6 });
        assert_eq!(body().flag("f").unwrap_err().problem, Problem::Not("true or false"));
        assert_eq!(body().line("g", 9).unwrap_err().problem, Problem::Not("text"));
        assert_eq!(body().lines("h", 9, 9).unwrap_err().field, "h[0]");
        assert_eq!(body().objects("h", 0).unwrap_err().problem, Problem::TooLong(0));
    }

    #[test]
    fn only_an_object_has_fields() {
        assert_eq!(Fields::of_body(json!([])).unwrap_err().field, "body");
    }
}
