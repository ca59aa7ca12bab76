//! Strict JSON: RFC 8259 text as I-JSON (RFC 7493) narrows it, and nothing that two readers could read differently.
//!
//! Duplicate member names, lone surrogates, numbers that overflow a double, unbounded nesting and unbounded numbers of
//! values are errors, each with its own code: what is displayed must be what was signed.

use std::borrow::Cow;
use std::fmt;

use crate::jsonld::number;
use crate::plain::plain_prefix;
use crate::sort::sorted;

/// Deepest nesting of objects and arrays that is read. A badge nests about twelve deep; a recursive reader of 96 levels
/// stays far inside the smallest stack that a browser gives to wasm.
pub const MAX_DEPTH: usize = 96;

/// Most values (members, elements and their containers) that are read from one text. The largest real badge that was
/// measured has some 400; a Comprehensive Learner Record some thousands.
pub const MAX_VALUES: usize = 100_000;

/// Objects of more members than this are searched for duplicates by sorting instead of pairwise.
const PAIRWISE_MEMBERS: usize = 12;

/// A JSON value that borrows from the text where the text has no escapes.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written.
    Number(Number<'a>),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

/// A number in the spelling of its text; known to be finite as a double, and read as one when it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number<'a>(Cow<'a, str>);

impl Number<'_> {
    /// The spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest double.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        number::parse(&self.0)
    }
}

/// The members of an object in their order; names are unique.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// The value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Whether there is a member of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Every member, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// The number of members.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no members.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value<'a>> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// A copy in which the members of another object stand over its own.
    #[must_use]
    pub fn overlaid_with(&self, other: &Object<'_>) -> Object<'static> {
        let kept = self.0.iter().filter(|(name, _)| !other.contains(name));
        let all = kept.map(|(name, value)| (name, value.to_static()));
        let members = all.chain(other.0.iter().map(|(name, value)| (name, value.to_static())));
        Object(members.map(|(name, value)| (Cow::Owned(String::from(&**name)), value)).collect())
    }

    /// Sets a member: in place where the name is there already, else at the end.
    pub fn set(&mut self, name: &'a str, value: Value<'a>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some(member) => member.1 = value,
            None => self.0.push((Cow::Borrowed(name), value)),
        }
    }
}

impl<'a> Value<'a> {
    /// A string value that borrows `text`.
    #[must_use]
    pub const fn text(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements of an array, or the value itself where it is not one: JSON-LD lets a set of one stand bare.
    #[must_use]
    pub fn as_set(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            single => std::slice::from_ref(single),
        }
    }

    /// A copy that borrows nothing.
    #[must_use]
    pub fn to_static(&self) -> Value<'static> {
        let owned = |text: &str| Cow::Owned(String::from(text));
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(Number(owned(&number.0))),
            Self::String(text) => Value::String(owned(text)),
            Self::Array(items) => Value::Array(items.iter().map(Value::to_static).collect()),
            Self::Object(object) => {
                Value::Object(Object(object.iter().map(|(name, value)| (owned(name), value.to_static())).collect()))
            }
        }
    }

    /// A member of an object; `None` for other values.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }
}

/// What is wrong with a text, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Offset of the first byte that is wrong.
    pub offset: usize,
}

/// The ways in which a text can fail to be strict JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// Not RFC 8259 JSON.
    Syntax,
    /// An object names a member twice.
    DuplicateKey,
    /// Nested deeper than `MAX_DEPTH`.
    TooDeep,
    /// More values than `MAX_VALUES`.
    TooManyValues,
    /// An escape that stands for half of a surrogate pair.
    LoneSurrogate,
    /// A number that overflows a double.
    NumberRange,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            JsonErrorKind::Syntax => "not JSON",
            JsonErrorKind::DuplicateKey => "a member is named twice",
            JsonErrorKind::TooDeep => "nested too deep",
            JsonErrorKind::TooManyValues => "too many values",
            JsonErrorKind::LoneSurrogate => "half of a surrogate pair",
            JsonErrorKind::NumberRange => "a number that a double cannot hold",
        };
        write!(f, "{what}, at byte {}", self.offset)
    }
}

impl std::error::Error for JsonError {}

/// Reads one JSON text.
///
/// # Errors
/// The first fault in the text; see [`JsonErrorKind`].
pub fn parse(text: &str) -> Result<Value<'_>, JsonError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, depth: 0, values: 0 };
    parser.skip_space();
    let value = parser.value()?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.error(JsonErrorKind::Syntax)),
    }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    values: usize,
}

impl<'a> Parser<'a> {
    const fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { kind, offset: self.at }
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Value<'a>, JsonError> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(self.error(JsonErrorKind::TooManyValues));
        }
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value<'a>, JsonError>) -> Result<Value<'a>, JsonError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, JsonError> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.error(JsonErrorKind::Syntax))
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.error(JsonErrorKind::Syntax))
    }

    fn array(&mut self) -> Result<Value<'a>, JsonError> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                self.skip_space();
                continue;
            }
            self.expect(b']')?;
            return Ok(Value::Array(items));
        }
    }

    fn object(&mut self) -> Result<Value<'a>, JsonError> {
        let mut members: Vec<(Cow<'a, str>, Value<'a>)> = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(Object(members)));
        }
        loop {
            let key_at = self.at;
            let key = self.string()?;
            if members.len() < PAIRWISE_MEMBERS && members.iter().any(|(other, _)| *other == key) {
                return Err(JsonError { kind: JsonErrorKind::DuplicateKey, offset: key_at });
            }
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            let value = self.value()?;
            if members.is_empty() {
                members.reserve(8);
            }
            members.push((key, value));
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                self.skip_space();
                continue;
            }
            self.expect(b'}')?;
            if members.len() > PAIRWISE_MEMBERS && has_duplicate(&members) {
                return Err(self.error(JsonErrorKind::DuplicateKey));
            }
            return Ok(Value::Object(Object(members)));
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            self.skip_plain();
            match self.peek() {
                Some(b'"') => {
                    let text = self.slice(start)?;
                    self.at += 1;
                    return Ok(Cow::Borrowed(text));
                }
                Some(b'\\') => return self.escaped_string(start).map(Cow::Owned),
                Some(byte) if byte >= 0x20 => self.at += 1,
                _ => return Err(self.error(JsonErrorKind::Syntax)),
            }
        }
    }

    fn skip_plain(&mut self) {
        self.at += plain_prefix(self.bytes.get(self.at..).unwrap_or_default());
    }

    fn slice(&self, start: usize) -> Result<&'a str, JsonError> {
        self.text.get(start..self.at).ok_or_else(|| self.error(JsonErrorKind::Syntax))
    }

    fn escaped_string(&mut self, start: usize) -> Result<String, JsonError> {
        let mut text = String::from(self.slice(start)?);
        let mut run = self.at;
        loop {
            self.skip_plain();
            match self.peek() {
                Some(b'"') => {
                    text.push_str(self.slice(run)?);
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    text.push_str(self.slice(run)?);
                    self.at += 1;
                    text.push(self.escape()?);
                    run = self.at;
                }
                Some(byte) if byte >= 0x20 => self.at += 1,
                _ => return Err(self.error(JsonErrorKind::Syntax)),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.peek();
        let plain = match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.error(JsonErrorKind::Syntax)),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let offset = self.at;
        let lone = JsonError { kind: JsonErrorKind::LoneSurrogate, offset };
        self.at += 1;
        let unit = self.hex4()?;
        if !(0xd800..0xe000).contains(&unit) {
            return char::from_u32(unit).ok_or(lone);
        }
        if unit >= 0xdc00 || self.peek() != Some(b'\\') {
            return Err(lone);
        }
        self.at += 1;
        if self.peek() != Some(b'u') {
            return Err(lone);
        }
        self.at += 1;
        let low = self.hex4()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).ok_or(lone)
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            unit = unit * 16 + digit.ok_or_else(|| self.error(JsonErrorKind::Syntax))?;
            self.at += 1;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Result<Value<'a>, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.skip_digits()?,
            _ => return Err(self.error(JsonErrorKind::Syntax)),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.skip_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.skip_digits()?;
        }
        let text = self.slice(start)?;
        if !number::overflows(text) {
            return Ok(Value::Number(Number(Cow::Borrowed(text))));
        }
        Err(JsonError { kind: JsonErrorKind::NumberRange, offset: start })
    }

    /// One digit or more.
    fn skip_digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.error(JsonErrorKind::Syntax)) } else { Ok(()) }
    }
}

fn has_duplicate(members: &[(Cow<'_, str>, Value<'_>)]) -> bool {
    let names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
    sorted(names, &|a, b| a > b).windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

/// Writes compact JSON.
pub struct Writer {
    text: String,
}

impl Writer {
    /// A writer with room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes) }
    }

    /// What was written.
    #[must_use]
    pub fn into_string(self) -> String {
        self.text
    }

    /// An object, whose members `write` adds.
    pub fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.text.push('{');
        write(self);
        self.text.push('}');
    }

    /// An array, whose elements `write` adds.
    pub fn array(&mut self, write: impl FnOnce(&mut Self)) {
        self.text.push('[');
        write(self);
        self.text.push(']');
    }

    /// The name of a member, to be followed by its value.
    pub fn member(&mut self, name: &str) -> &mut Self {
        self.element().string(name);
        self.text.push(':');
        self
    }

    /// The place of an element, to be followed by its value.
    pub fn element(&mut self) -> &mut Self {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[')) {
            self.text.push(',');
        }
        self
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        while let Some((plain, after)) = rest.split_at_checked(plain_prefix(rest.as_bytes())) {
            self.text.push_str(plain);
            let Some(byte) = after.bytes().next() else { break };
            self.escape(byte);
            rest = after.get(1..).unwrap_or_default();
        }
        self.text.push('"');
    }

    fn escape(&mut self, byte: u8) {
        match byte {
            b'"' => self.text.push_str("\\\""),
            b'\\' => self.text.push_str("\\\\"),
            0x08 => self.text.push_str("\\b"),
            0x0c => self.text.push_str("\\f"),
            b'\n' => self.text.push_str("\\n"),
            b'\r' => self.text.push_str("\\r"),
            b'\t' => self.text.push_str("\\t"),
            0x7f => self.text.push('\u{7f}'),
            _ => {
                self.text.push_str("\\u00");
                for digit in [byte >> 4, byte & 15] {
                    self.text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
                }
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// JSON text that is known to be well formed.
    pub fn raw(&mut self, json: &str) {
        self.text.push_str(json);
    }

    /// Any value, numbers in the spelling that they were read in.
    pub fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Null => self.raw("null"),
            Value::Bool(value) => self.boolean(*value),
            Value::Number(number) => self.raw(number.as_str()),
            Value::String(text) => self.string(text),
            Value::Array(items) => self.array(|out| {
                for item in items {
                    out.element().value(item);
                }
            }),
            Value::Object(object) => self.object(|out| {
                for (name, value) in object.iter() {
                    out.member(name).value(value);
                }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<JsonErrorKind> {
        parse(text).err().map(|error| error.kind)
    }

    fn rewritten(text: &str) -> String {
        let mut out = Writer::with_capacity(0);
        out.value(&parse(text).unwrap());
        out.into_string()
    }

    #[test]
    fn json_is_read_and_written() {
        for (text, written) in [
            (
                r#" { "a" : [ 1 , -0.5e+3, true , false , null ] , "b" : {} } "#,
                r#"{"a":[1,-0.5e+3,true,false,null],"b":{}}"#,
            ),
            (r#""\u00e9\ud83d\ude00\/\n\u0001""#, "\"é😀/\\n\\u0001\""),
            ("[]", "[]"),
            ("\"\u{7f}é\"", "\"\u{7f}é\""),
            ("[[],[{}],\"\"]", "[[],[{}],\"\"]"),
        ] {
            assert_eq!(rewritten(text), written);
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "tru",
            "nulll",
            "\"",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "1 2",
            "{} {}",
            "'a'",
            "\u{feff}{}",
            "NaN",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
        ] {
            assert_eq!(kind(text), Some(JsonErrorKind::Syntax), "{text}");
        }
    }

    #[test]
    fn duplicate_members_are_refused_however_they_are_spelled() {
        assert_eq!(kind(r#"{"a":1,"\u0061":2}"#), Some(JsonErrorKind::DuplicateKey));
        let many: Vec<String> = (0..40).map(|n| format!("\"k{}\":0", n % 39)).collect();
        assert_eq!(kind(&format!("{{{}}}", many.join(","))), Some(JsonErrorKind::DuplicateKey));
        let thirteenth: Vec<String> = (0..13).map(|n| format!("\"k{}\":0", n % 12)).collect();
        assert_eq!(kind(&format!("{{{}}}", thirteenth.join(","))), Some(JsonErrorKind::DuplicateKey));
    }

    #[test]
    fn lone_surrogates_are_refused() {
        for text in [r#""\ud800""#, r#""\udc00""#, r#""\ud800\u0041""#, r#""\ud800x""#, r#""\ud800\n""#] {
            assert_eq!(kind(text), Some(JsonErrorKind::LoneSurrogate), "{text}");
        }
    }

    #[test]
    fn numbers_that_overflow_are_refused() {
        assert_eq!(kind("1e400"), Some(JsonErrorKind::NumberRange));
        assert_eq!(kind(&"9".repeat(400)), Some(JsonErrorKind::NumberRange));
        assert_eq!(kind("1e-400"), None);
    }

    #[test]
    fn nesting_and_size_are_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(kind(&nested(MAX_DEPTH)), None);
        assert_eq!(kind(&nested(MAX_DEPTH + 1)), Some(JsonErrorKind::TooDeep));
        let long = |values: usize| format!("[{}0]", "0,".repeat(values - 2));
        assert_eq!(kind(&long(MAX_VALUES)), None);
        assert_eq!(kind(&long(MAX_VALUES + 1)), Some(JsonErrorKind::TooManyValues));
    }
}
