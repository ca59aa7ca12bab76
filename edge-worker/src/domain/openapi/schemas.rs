//! The schemas that operations name, in a short notation: `member: type` and `member?: type` for what may be left out.
//!
//! A type is `string`, `text` (never empty), `time`, `uuid`, `email`, `uri`, `integer`, `number`, `boolean` or `object`; the name of
//! another schema; `[type]` for a list; `=a/b` for one of some words; and `type|null`. No object has other members.

use serde_json::{Map, Value, json};

use super::super::webhook::EventType;
use super::operations::TABLES;

/// What is sent in several areas. A member that may be left out may be `null` as well, which is the same.
const REQUESTS: &[(&str, &str)] = &[];

/// What is answered in several areas.
const ANSWERS: &[(&str, &str)] = &[
    ("Error", "error: ErrorCode, message: text, details?: ErrorDetails"),
    // A member or parameter may have no name at all.
    ("ErrorDetails", "field: string"),
    ("Pagination", "limit: integer, offset: integer, total: integer"),
    ("CriteriaObject", "id?: uri, narrative?: text"),
];

/// Words of which one is taken.
const WORDS: &[(&str, &str)] = &[
    ("Status", "pending/valid/expired/revoked/suspended"),
    ("Outcome", "verified/rejected/indeterminate"),
    ("AssertionState", "active/suspended/revoked/expired"),
    ("StateSource", "default_active/lifecycle_event/assertion_revocation"),
    ("RowState", "waiting/issued/renewed/skipped/failed"),
    ("DeliveryState", "waiting/delivered/failed"),
    ("OrganizationStatus", "pending_review/approved/rejected/suspended"),
    ("Plan", "free/professional/enterprise"),
    ("Role", "owner/admin/issuer/viewer"),
    (
        "ReasonCode",
        "administrative_hold/policy_violation/appeal_pending/appeal_resolved/credential_expired/issuer_requested/other",
    ),
    (
        "Scope",
        "badges.read/badges.write/credentials.read/credentials.issue/credentials.revoke/queue.issue/queue.revoke/\
         webhooks.manage/*",
    ),
    (
        "ErrorCode",
        "VALIDATION_ERROR/UNAUTHORIZED/FORBIDDEN/EMAIL_MISMATCH/EMAIL_NOT_VERIFIED/NOT_FOUND/METHOD_NOT_ALLOWED/CONFLICT/\
         ALREADY_CLAIMED/UNVERIFIABLE/PAYLOAD_TOO_LARGE/UNSUPPORTED_MEDIA_TYPE/RATE_LIMITED/INTERNAL_ERROR/\
         UNAVAILABLE",
    ),
];

/// Every schema by its name.
pub(super) fn all() -> Value {
    let mut schemas = Map::new();
    for (name, members) in REQUESTS.iter().chain(TABLES.iter().flat_map(|table| table.requests)) {
        schemas.insert((*name).into(), object(members, true));
    }
    for (name, members) in ANSWERS.iter().chain(TABLES.iter().flat_map(|table| table.answers)) {
        schemas.insert((*name).into(), object(members, false));
    }
    for (name, words) in WORDS {
        schemas.insert((*name).into(), one_of(words));
    }
    let events: Vec<&str> = EventType::ALL.iter().map(|event| event.as_str()).collect();
    for (name, schema) in [
        ("EventType", json!({ "type": "string", "enum": events })),
        (
            "Locale",
            json!({ "type": "string", "pattern": "^([Ee][NnSs]|[Dd][Ee]|[Ff][Rr]|[Jj][Aa]|[Nn][Ll])(-[A-Za-z0-9-]{0,30})?$" }),
        ),
        ("PathPart", json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] })),
        // PEM, or a JWK.
        ("PrivateKey", json!({ "anyOf": [{ "type": "object" }, { "type": "string", "minLength": 1 }] })),
        ("VcApiSecured", json!({ "anyOf": [{ "type": "object" }, { "type": "string", "minLength": 1 }] })),
        ("Slug", json!({ "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" })),
        ("Language", json!({ "type": "string", "pattern": "^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$" })),
        (
            "ResultDescriptionOrId",
            json!({ "anyOf": [{ "type": "string", "minLength": 1 }, described("NewResultDescription")] }),
        ),
        ("Code", json!({ "type": "string", "pattern": "^CRD-[0-9A-Z]{8}$" })),
        ("Criteria", json!({ "anyOf": [{ "type": "string", "minLength": 1 }, described("CriteriaObject")] })),
        (
            "ImageForm",
            json!({
                "type": "object",
                "required": ["image"],
                "properties": { "image": { "type": "string", "format": "binary" } },
            }),
        ),
        (
            "IssueRequests",
            json!({
                "type": "array",
                "items": { "anyOf": [described("BulkRequest"), described("BulkRow")] },
                "minItems": 1,
                "maxItems": 10_000,
            }),
        ),
    ] {
        schemas.insert(name.into(), schema);
    }
    Value::Object(schemas)
}

fn object(members: &str, is_request: bool) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for member in members.split(", ").filter(|member| !member.is_empty()) {
        let Some((name, kind)) = member.split_once(": ") else { continue };
        let schema = match name.strip_suffix('?') {
            Some(_) if is_request => or_null(described(kind)),
            _ => described(kind),
        };
        let name = name.trim_end_matches('?');
        if !member.contains("?: ") {
            required.push(name);
        }
        properties.insert(name.into(), schema);
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn described(kind: &str) -> Value {
    if let Some(kind) = kind.strip_suffix("|null") {
        return or_null(described(kind));
    }
    if let Some(items) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        return json!({ "type": "array", "items": described(items) });
    }
    if let Some(words) = kind.strip_prefix('=') {
        return one_of(words);
    }
    match kind {
        "time" => json!({ "type": "string", "format": "date-time" }),
        "uuid" | "email" | "uri" => json!({ "type": "string", "format": kind }),
        "text" => json!({ "type": "string", "minLength": 1 }),
        "string" | "integer" | "number" | "boolean" | "object" => json!({ "type": kind }),
        name => json!({ "$ref": format!("#/components/schemas/{name}") }),
    }
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn one_of(words: &str) -> Value {
    json!({ "type": "string", "enum": words.split('/').collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::super::super::api_key::Scope;
    use super::super::super::lifecycle::{ReasonCode, State};
    use super::*;

    fn words(name: &str) -> Vec<&'static str> {
        WORDS.iter().find(|(known, _)| *known == name).unwrap().1.split('/').collect()
    }

    #[test]
    fn words_are_those_of_the_types() {
        assert_eq!(words("Scope"), Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>());
        assert_eq!(words("ReasonCode"), ReasonCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
        assert_eq!(words("AssertionState"), State::ALL.map(State::as_str));
        assert_eq!(words("Status"), super::super::super::credential::Status::ALL.map(|status| status.as_str()));
    }

    #[test]
    fn the_notation_is_read() {
        let schema = object("a: uuid, b?: [text]|null, c: =x/y, d: Badge", false);
        assert_eq!(schema["required"], json!(["a", "c", "d"]));
        assert_eq!(schema["properties"]["b"]["anyOf"][0]["items"]["minLength"], 1);
        assert_eq!(schema["properties"]["c"]["enum"], json!(["x", "y"]));
        assert_eq!(schema["properties"]["d"]["$ref"], "#/components/schemas/Badge");
        assert_eq!(object("a?: text", true)["properties"]["a"]["anyOf"][1]["type"], "null");
    }
}
