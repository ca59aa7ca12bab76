//! Binding values, reading rows, and what can go wrong.

use std::fmt;

use ob3_core::DateTime;
use serde::{Deserialize, Deserializer};
use worker::js_sys::JSON;
use worker::kv::KvError;
use worker::wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, D1Result};

use crate::domain::email::Email;
use crate::domain::ids::{
    ApiKeyId, BadgeId, ClientId, CredentialId, DeliveryId, DomainId, EventId, GrantId, ImportId, InvitationId, JobId,
    MailId, OrganizationId, QueueJobId, RecipientId, SessionId, SigningKeyId, StatusBlockId, StatusListId, UserId,
    WalletOfferId, WebhookId,
};
use crate::domain::status_list::StatusIndex;
use crate::fault::Rule;

/// The time of the database in milliseconds, when the statement runs.
pub(super) const DATABASE_NOW: &str = "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)";

/// Why a read or a write failed.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// It would break a rule of the database.
    Broken(Rule),
    /// The platform failed, or a row is not as it should be.
    Failed(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(rule) => write!(f, "a rule of the database is broken: {rule:?}"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl From<worker::Error> for StoreError {
    fn from(error: worker::Error) -> Self {
        let text = match &error {
            // Its cause is one line; printed whole it would bring a stack trace.
            worker::Error::D1(error) => error.cause(),
            other => other.to_string(),
        };
        Rule::broken(&text).map_or_else(|| Self::Failed(first_line(&text)), Self::Broken)
    }
}

impl From<KvError> for StoreError {
    fn from(error: KvError) -> Self {
        Self::Failed(format!("KV: {}", first_line(&error.to_string())))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}

/// A value that a statement takes.
pub(super) trait Bind {
    fn bind(&self) -> JsValue;
}

impl Bind for str {
    fn bind(&self) -> JsValue {
        JsValue::from_str(self)
    }
}

impl Bind for String {
    fn bind(&self) -> JsValue {
        JsValue::from_str(self)
    }
}

impl Bind for i64 {
    /// D1 knows doubles only: exact up to 2^53, which milliseconds and counts stay far below.
    fn bind(&self) -> JsValue {
        #[expect(clippy::cast_precision_loss, reason = "there is no other conversion, and see above")]
        JsValue::from_f64(*self as f64)
    }
}

impl Bind for f64 {
    fn bind(&self) -> JsValue {
        JsValue::from_f64(*self)
    }
}

impl Bind for bool {
    fn bind(&self) -> JsValue {
        JsValue::from_f64(if *self { 1.0 } else { 0.0 })
    }
}

impl Bind for DateTime {
    fn bind(&self) -> JsValue {
        self.unix_millis().bind()
    }
}

impl Bind for Email {
    fn bind(&self) -> JsValue {
        self.as_str().bind()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bind(&self) -> JsValue {
        self.as_ref().map_or(JsValue::NULL, Bind::bind)
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn bind(&self) -> JsValue {
        (**self).bind()
    }
}

macro_rules! bind_ids {
    ($($id:ty),+) => {$(
        impl Bind for $id {
            fn bind(&self) -> JsValue {
                JsValue::from_str(&self.to_string())
            }
        }
    )+};
}
bind_ids!(
    ApiKeyId,
    BadgeId,
    ClientId,
    CredentialId,
    DeliveryId,
    DomainId,
    EventId,
    GrantId,
    ImportId,
    InvitationId,
    JobId,
    MailId,
    OrganizationId,
    QueueJobId,
    RecipientId,
    SessionId,
    SigningKeyId,
    StatusBlockId,
    StatusListId,
    UserId,
    WalletOfferId,
    WebhookId
);

impl Bind for StatusIndex {
    fn bind(&self) -> JsValue {
        JsValue::from_f64(self.number().into())
    }
}

/// A statement with its values: `statement!(db, "SELECT ?1", value)`.
macro_rules! statement {
    ($db:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::store::sql::prepare(&$db, $sql, &[$($crate::store::sql::Bind::bind(&$value)),*])
    };
}
pub(super) use statement;

pub(super) fn prepare(db: &D1Database, sql: &str, values: &[JsValue]) -> Result<D1PreparedStatement, StoreError> {
    Ok(db.prepare(sql).bind(values)?)
}

/// Columns of a row: what each is called, and what it is.
pub(super) struct Columns(pub &'static [(&'static str, &'static str)]);

/// As a statement selects them.
impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{value} AS {name}")?;
        }
        Ok(())
    }
}

impl Columns {
    /// As the members of a JSON object, without its braces: so that it may have more than the 16 for which `json_object` takes
    /// arguments on D1.
    pub(super) fn json(&self) -> String {
        const PAIRS: usize = 16;
        let pair = |(name, value): &(&str, &str)| format!("'{name}', {value}");
        // No value is an object, so a brace at the end is the object's own.
        let members = |columns: &[(&str, &str)]| {
            format!("trim(json_object({}), '{{}}')", Vec::from_iter(columns.iter().map(pair)).join(", "))
        };
        Vec::from_iter(self.0.chunks(PAIRS).map(members)).join(" || ',' || ")
    }
}

/// The first row of a query as a JSON object, NULL without one: for statements that answer with several of them, since each statement
/// and each column costs the worker more than the text does. The columns are those that the query itself names.
pub(super) fn json_of(select: &str, columns: &[&str]) -> String {
    let pair = |name: &&str| format!("'{name}', \"{name}\"");
    format!("(SELECT json_object({}) FROM ({select}))", Vec::from_iter(columns.iter().map(pair)).join(", "))
}

/// The row in a JSON text. By way of JavaScript, as all rows come: to read each type of row in another way too would take 20 KB of the
/// compressed worker.
pub(super) fn read_json<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, StoreError> {
    let row = JSON::parse(text).map_err(|_| StoreError::Failed("D1 gave a row that is not JSON".into()))?;
    serde_wasm_bindgen::from_value(row).map_err(|error| StoreError::Failed(format!("D1 gave no such row: {error}")))
}

/// The rows of a statement.
pub(super) fn rows<T: for<'a> Deserialize<'a>>(result: Option<&D1Result>) -> Result<Vec<T>, StoreError> {
    let result = result.ok_or_else(|| StoreError::Failed("D1 left out a result".into()))?;
    Ok(result.results()?)
}

/// The first row of a statement.
pub(super) fn row<T: for<'a> Deserialize<'a>>(result: Option<&D1Result>) -> Result<Option<T>, StoreError> {
    Ok(rows(result)?.into_iter().next())
}

/// The number that `SELECT count(*) AS total` gives.
pub(super) fn total(result: Option<&D1Result>) -> Result<i64, StoreError> {
    #[derive(Deserialize)]
    struct Count {
        total: i64,
    }
    row::<Count>(result)?.map(|row| row.total).ok_or_else(|| StoreError::Failed("D1 did not count".into()))
}

/// Reads milliseconds as a time.
pub(super) fn time<'de, D: Deserializer<'de>>(input: D) -> Result<DateTime, D::Error> {
    i64::deserialize(input).map(DateTime::from_unix_millis)
}

/// Reads milliseconds or NULL as a time.
pub(super) fn maybe_time<'de, D: Deserializer<'de>>(input: D) -> Result<Option<DateTime>, D::Error> {
    Ok(Option::<i64>::deserialize(input)?.map(DateTime::from_unix_millis))
}

/// Reads 0 or 1.
pub(super) fn flag<'de, D: Deserializer<'de>>(input: D) -> Result<bool, D::Error> {
    Ok(i64::deserialize(input)? != 0)
}

/// Reads a list that is stored as a JSON array of strings.
pub(super) fn list<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    serde_json::from_str(&String::deserialize(input)?).map_err(serde::de::Error::custom)
}

/// A list of strings as a JSON array.
pub(super) fn list_text<T: AsRef<str>>(items: &[T]) -> String {
    serde_json::Value::from_iter(items.iter().map(AsRef::as_ref)).to_string()
}
