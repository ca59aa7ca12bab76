//! Uploads of many requests: split into rows while they come in, so that no upload is held in memory whole.

use serde_json::{Map, Value};

use super::fields::{Invalid, Problem};
use super::ids::BadgeId;
use super::json;

/// Most rows of an upload.
pub const MAX_ROWS: usize = 10_000;
/// Most bytes of an upload.
pub const MAX_BYTES: usize = 16 << 20;
/// Most bytes of one row.
const MAX_ROW_BYTES: usize = 64 * 1024;
/// Rows that are issued by one message of the queue: few enough that a batch of messages stays within the platform's limit
/// of 1,000 requests to databases and stores.
pub const ROWS_A_MESSAGE: usize = 10;
/// Rows that are kept in memory before they are written.
pub const ROWS_AT_ONCE: usize = 250;
/// Most bytes of rows that are written by one statement: the database takes values of 2,000,000 bytes at most.
pub const STATEMENT_BYTES: usize = 1_000_000;

/// The columns of a table, and where their values stand in a request.
const COLUMNS: [(&str, &str); 9] = [
    ("name", "/recipient/name"),
    ("email", "/recipient/email"),
    ("recipientId", "/recipient/id"),
    ("badgeId", "/badgeId"),
    ("narrative", "/narrative"),
    ("validFrom", "/validFrom"),
    ("validUntil", "/validUntil"),
    ("locale", "/locale"),
    ("isPublic", "/isPublic"),
];

/// Splits an upload.
pub enum Splitter {
    /// A JSON array of requests.
    Json(JsonArray),
    /// A table with a line of column names (RFC 4180).
    Csv(CsvTable),
}

impl Splitter {
    /// For a JSON array.
    #[must_use]
    pub fn json() -> Self {
        Self::Json(JsonArray::default())
    }

    /// For a table; unless the upload `has_badge`, one of its columns must name the badges.
    #[must_use]
    pub fn csv(has_badge: bool) -> Self {
        Self::Csv(CsvTable { has_badge, ..CsvTable::default() })
    }

    /// Takes the next bytes; gives the requests that are whole by then.
    ///
    /// # Errors
    /// [`Invalid`] when the upload can not be read on.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Value>, Invalid> {
        match self {
            Self::Json(array) => array.push(bytes),
            Self::Csv(table) => table.push(bytes),
        }
    }

    /// Ends the upload.
    ///
    /// # Errors
    /// [`Invalid`] when it breaks off.
    pub fn finish(&mut self) -> Result<Vec<Value>, Invalid> {
        match self {
            Self::Json(array) => array.finish().map(|()| Vec::new()),
            Self::Csv(table) => table.finish(),
        }
    }
}

fn unreadable(why: impl Into<String>) -> Invalid {
    Invalid { field: "body".into(), problem: Problem::Unreadable(why.into()) }
}

/// A JSON array that is cut at the commas between its items; each item is then parsed by itself, strictly.
#[derive(Default)]
pub struct JsonArray {
    item: Vec<u8>,
    depth: usize,
    is_in_text: bool,
    is_escaped: bool,
    has_items: bool,
    state: ArrayState,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum ArrayState {
    #[default]
    Before,
    Within,
    After,
}

impl JsonArray {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<Value>, Invalid> {
        let mut items = Vec::new();
        for byte in bytes {
            self.take(*byte, &mut items)?;
        }
        Ok(items)
    }

    fn take(&mut self, byte: u8, items: &mut Vec<Value>) -> Result<(), Invalid> {
        let is_blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        match self.state {
            ArrayState::Before if is_blank => return Ok(()),
            ArrayState::Before if byte == b'[' => {
                self.state = ArrayState::Within;
                return Ok(());
            }
            ArrayState::Before => {
                return Err(Invalid { field: "body".into(), problem: Problem::Not("a list of requests") });
            }
            ArrayState::After if is_blank => return Ok(()),
            ArrayState::After => return Err(unreadable("something follows the list")),
            ArrayState::Within => {}
        }
        if self.is_in_text {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_in_text = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => self.is_in_text = true,
                b'{' | b'[' => self.depth += 1,
                b']' if self.depth == 0 => {
                    if self.has_items || self.item.iter().any(|byte| !byte.is_ascii_whitespace()) {
                        items.push(self.cut()?);
                    }
                    self.state = ArrayState::After;
                    return Ok(());
                }
                b'}' | b']' => {
                    self.depth =
                        self.depth.checked_sub(1).ok_or_else(|| unreadable("a bracket is closed too often"))?;
                }
                b',' if self.depth == 0 => {
                    items.push(self.cut()?);
                    self.has_items = true;
                    return Ok(());
                }
                _ => {}
            }
        }
        if self.item.len() >= MAX_ROW_BYTES {
            return Err(unreadable(format!("an item is longer than {MAX_ROW_BYTES} bytes")));
        }
        self.item.push(byte);
        Ok(())
    }

    fn cut(&mut self) -> Result<Value, Invalid> {
        let item = std::mem::take(&mut self.item);
        json::parse(&item).map_err(|error| unreadable(error.to_string()))
    }

    fn finish(&self) -> Result<(), Invalid> {
        if self.state == ArrayState::After { Ok(()) } else { Err(unreadable("the list is not closed")) }
    }
}

/// A table of comma-separated values.
#[derive(Default)]
pub struct CsvTable {
    has_badge: bool,
    columns: Option<Vec<usize>>,
    record: Vec<Vec<u8>>,
    field: Vec<u8>,
    record_bytes: usize,
    quote: Quote,
    after_return: bool,
    line: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Quote {
    /// A field that has not begun, or has begun without a quotation mark.
    #[default]
    Outside,
    Inside,
    /// A quotation mark within quotation marks: it ends the field, or another one follows.
    Closing,
}

impl CsvTable {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<Value>, Invalid> {
        let mut rows = Vec::new();
        for byte in bytes {
            // One line end may be two characters.
            let is_second = std::mem::take(&mut self.after_return) && *byte == b'\n';
            if is_second {
                continue;
            }
            self.take(*byte, &mut rows)?;
        }
        Ok(rows)
    }

    fn take(&mut self, byte: u8, rows: &mut Vec<Value>) -> Result<(), Invalid> {
        match (self.quote, byte) {
            (Quote::Inside, b'"') => self.quote = Quote::Closing,
            (Quote::Inside, byte) => self.keep(byte)?,
            (Quote::Closing, b'"') => {
                self.quote = Quote::Inside;
                self.keep(byte)?;
            }
            (_, b',') => self.end_field(),
            (_, b'\r' | b'\n') => {
                self.after_return = byte == b'\r';
                rows.extend(self.end_record()?);
            }
            (Quote::Outside, b'"') if self.field.is_empty() => self.quote = Quote::Inside,
            (Quote::Outside, b'"') | (Quote::Closing, _) => {
                return Err(unreadable(format!(
                    "line {}: a quotation mark stands in the middle of a value",
                    self.line + 1
                )));
            }
            (Quote::Outside, byte) => self.keep(byte)?,
        }
        Ok(())
    }

    fn keep(&mut self, byte: u8) -> Result<(), Invalid> {
        self.record_bytes += 1;
        if self.record_bytes > MAX_ROW_BYTES {
            return Err(unreadable(format!("line {} is longer than {MAX_ROW_BYTES} bytes", self.line + 1)));
        }
        self.field.push(byte);
        Ok(())
    }

    fn end_field(&mut self) {
        self.quote = Quote::Outside;
        self.record.push(std::mem::take(&mut self.field));
    }

    fn end_record(&mut self) -> Result<Option<Value>, Invalid> {
        self.end_field();
        self.record_bytes = 0;
        self.line += 1;
        let record = std::mem::take(&mut self.record);
        if record.iter().all(Vec::is_empty) {
            return Ok(None);
        }
        let line = self.line;
        let text =
            |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| unreadable(format!("line {line} is not UTF-8")));
        let values: Vec<String> = record.into_iter().map(text).collect::<Result<_, _>>()?;
        let Some(columns) = &self.columns else {
            self.columns = Some(columns(&values, self.has_badge)?);
            return Ok(None);
        };
        if values.len() != columns.len() {
            let expected = columns.len();
            return Err(unreadable(format!("line {line} has {} values and not {expected}", values.len())));
        }
        Ok(Some(request(columns, &values)))
    }

    fn finish(&mut self) -> Result<Vec<Value>, Invalid> {
        if self.quote == Quote::Inside {
            return Err(unreadable("a quotation mark is not closed"));
        }
        let last = if self.field.is_empty() && self.record.is_empty() { None } else { self.end_record()? };
        if self.columns.is_none() {
            return Err(Invalid { field: "body".into(), problem: Problem::Empty });
        }
        Ok(last.into_iter().collect())
    }
}

fn columns(names: &[String], has_badge: bool) -> Result<Vec<usize>, Invalid> {
    let mut columns = Vec::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        // Spreadsheets put a byte order mark before the first name.
        let name = if i == 0 { name.trim_start_matches('\u{feff}') } else { name }.trim();
        let known = COLUMNS.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let column = known.ok_or_else(|| Invalid { field: name.into(), problem: Problem::Unknown })?;
        if columns.contains(&column) {
            return Err(Invalid { field: name.into(), problem: Problem::Repeated });
        }
        columns.push(column);
    }
    for wanted in ["name", "email", "badgeId"] {
        let is_needed = wanted != "badgeId" || !has_badge;
        if is_needed && !columns.iter().any(|column| COLUMNS.get(*column).is_some_and(|(name, _)| *name == wanted)) {
            return Err(Invalid { field: wanted.into(), problem: Problem::Missing });
        }
    }
    Ok(columns)
}

fn request(columns: &[usize], values: &[String]) -> Value {
    let (mut request, mut recipient) = (Map::new(), Map::new());
    for (column, value) in columns.iter().zip(values) {
        let Some((_, pointer)) = COLUMNS.get(*column) else { continue };
        if value.trim().is_empty() {
            continue;
        }
        let value = match (*pointer, value.trim()) {
            ("/isPublic", "true") => Value::Bool(true),
            ("/isPublic", "false") => Value::Bool(false),
            (_, text) => Value::from(text),
        };
        match pointer.strip_prefix("/recipient/") {
            Some(member) => recipient.insert(member.into(), value),
            None => request.insert(pointer.trim_start_matches('/').into(), value),
        };
    }
    request.insert("recipient".into(), Value::Object(recipient));
    Value::Object(request)
}

/// The request of a row: of the upload's own badge unless it names one, and with a recipient of the row's `name` and `email` where
/// it is written like a row of a table.
#[must_use]
pub fn completed(mut row: Value, badge: Option<BadgeId>) -> Value {
    let Some(members) = row.as_object_mut() else { return row };
    if let Some(badge) = badge {
        members.entry("badgeId").or_insert_with(|| Value::from(badge.to_string()));
    }
    if !members.contains_key("recipient") {
        let recipient: Map<String, Value> =
            ["name", "email"].into_iter().filter_map(|name| members.remove_entry(name)).collect();
        if !recipient.is_empty() {
            members.insert("recipient".into(), Value::Object(recipient));
        }
    }
    row
}

/// A row as it is stored: the request, and what people know it by.
#[must_use]
pub fn known_by(request: &Value) -> (Option<&str>, Option<&str>) {
    let text = |pointer| request.pointer(pointer).and_then(Value::as_str);
    (text("/recipient/name"), text("/recipient/email"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Splits a text that comes in whole, and byte by byte: both must give the same.
    fn split(make: impl Fn() -> Splitter, text: &str) -> Result<Vec<Value>, Invalid> {
        let all = |chunks: Vec<&[u8]>| {
            let mut splitter = make();
            let mut rows = Vec::new();
            for chunk in chunks {
                rows.extend(splitter.push(chunk)?);
            }
            rows.extend(splitter.finish()?);
            Ok(rows)
        };
        let whole = all(vec![text.as_bytes()]);
        assert_eq!(whole, all(text.as_bytes().chunks(1).collect()));
        whole
    }

    #[test]
    fn a_list_is_cut_between_its_items_and_nowhere_else() {
        let text = r#" [ {"a": "],[\"{"}, {"b": [1, {"c": 2}]} ] "#;
        assert_eq!(split(Splitter::json, text).unwrap(), [json!({ "a": "],[\"{" }), json!({ "b": [1, { "c": 2 }] })]);
        assert_eq!(split(Splitter::json, "[]").unwrap(), Vec::<Value>::new());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in ["", "{}", "[", "[{}", "[{},]", "[{}]x", "[{}}]", "[,{}]", "[{\"a\":1,\"a\":2}]", "nul"] {
            assert_eq!(split(Splitter::json, text).unwrap_err().field, "body", "{text}");
        }
        let long = format!("[\"{}\"]", "x".repeat(MAX_ROW_BYTES));
        assert!(split(Splitter::json, &long).is_err());
    }

    #[test]
    fn a_table_is_read_as_spreadsheets_write_it() {
        let text = "\u{feff}Email,name,isPublic,narrative\r\na@b.example,\"Doe, \"\"Jane\"\"\",false,\"two\nlines\"\r\n\r\nc@d.example,Li,,";
        let rows = split(|| Splitter::csv(true), text).unwrap();
        assert_eq!(
            rows,
            [
                json!({ "recipient": { "email": "a@b.example", "name": "Doe, \"Jane\"" }, "isPublic": false, "narrative": "two\nlines" }),
                json!({ "recipient": { "email": "c@d.example", "name": "Li" } }),
            ]
        );
        assert_eq!(known_by(&rows[0]), (Some("Doe, \"Jane\""), Some("a@b.example")));
    }

    #[test]
    fn a_row_is_completed_to_a_request() {
        let badge = BadgeId::parse("550e8400-e29b-41d4-a716-446655440000");
        let whole =
            json!({ "badgeId": badge.map(|id| id.to_string()), "recipient": { "name": "Li", "email": "c@d.example" } });
        for row in [
            json!({ "name": "Li", "email": "c@d.example" }),
            json!({ "recipient": { "name": "Li", "email": "c@d.example" } }),
            whole.clone(),
        ] {
            assert_eq!(completed(row, badge), whole);
        }
        for row in [json!({ "recipient": {}, "name": "Li" }), json!({}), json!("Li")] {
            assert_eq!(completed(row.clone(), None), row);
        }
    }

    #[test]
    fn a_table_that_is_none_is_refused() {
        for (text, field) in [
            ("", "body"),
            ("name\nx", "email"),
            ("name,email\nx,y", "badgeId"),
            ("name,email,colour\n", "colour"),
            ("name,email,name\n", "name"),
            ("name,email\nx\n", "body"),
            ("name,email\n\"x,y\n", "body"),
            ("name,email\nx\"y,z\n", "body"),
            ("name,email\n\"x\"y,z\n", "body"),
        ] {
            assert_eq!(split(|| Splitter::csv(field != "badgeId"), text).unwrap_err().field, field, "{text}");
        }
    }
}
