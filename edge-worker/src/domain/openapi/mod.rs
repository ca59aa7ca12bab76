//! The OpenAPI 3.1 document: tables of operations, and the schemas that they name. A test holds the tables to the router,
//! and the tests against the built worker hold what it answers to the schemas.

mod operations;
mod schemas;

use serde_json::{Map, Value, json};

pub use operations::{Access, Answer, Operation, TABLES, Table};

use super::origin::Origin;

const HTML: &str = "text/html";

/// The whole document, for a deployment.
#[must_use]
pub fn document(origin: &Origin) -> Value {
    let mut paths = Map::new();
    for table in TABLES {
        for operation in table.operations {
            let path = paths.entry(operation.path).or_insert_with(|| Value::Object(Map::new()));
            if let Some(methods) = path.as_object_mut() {
                methods.insert(operation.method.into(), described(operation, table.refusal));
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Accolade",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Issues, publishes and verifies Open Badges 3.0 credentials.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": origin.to_string() }],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "apiKey": { "type": "http", "scheme": "bearer", "description": "An API key; `x-api-key` is accepted as well." },
                "accessToken": { "type": "http", "scheme": "bearer", "description": "An OAuth 2.0 access token; see `/ims/ob/v3p0/discovery`." },
                "client": { "type": "http", "scheme": "basic", "description": "An OAuth 2.0 client\u{2019}s id and secret." },
                "session": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A session token." },
            },
        },
    })
}

fn described(operation: &Operation, refusal: &str) -> Value {
    let mut whole = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "responses": responses(operation, refusal),
    });
    let Some(members) = whole.as_object_mut() else { return whole };
    let security = match operation.access {
        Access::Nobody => None,
        Access::Key(scope) => {
            members.insert("description".into(), json!(format!("Scope `{scope}`.")));
            Some("apiKey")
        }
        Access::Session => Some("session"),
        Access::Token(scope) => {
            members.insert("description".into(), json!(format!("Scope `{scope}`.")));
            Some("accessToken")
        }
        Access::Client => Some("client"),
    };
    if let Some(scheme) = security {
        members.insert("security".into(), json!([{ scheme: [] }]));
    }
    let parameters = parameters(operation);
    if !parameters.is_empty() {
        members.insert("parameters".into(), parameters.into());
    }
    if !operation.body.is_empty() {
        let content: Map<String, Value> = operation
            .body
            .iter()
            .map(|(media, schema)| ((*media).into(), json!({ "schema": reference(schema) })))
            .collect();
        members.insert("requestBody".into(), json!({ "required": true, "content": content }));
    }
    whole
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let in_path =
        in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let in_query = operation
        .query
        .iter()
        .map(|(name, schema)| json!({ "name": name, "in": "query", "schema": reference(schema) }));
    let creates = operation.method == "post" && operation.answers.iter().any(|answer| answer.is_idempotent);
    let in_header = creates.then(|| {
        json!({ "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "minLength": 1, "maxLength": 255 } })
    });
    in_path.chain(in_query).chain(in_header).collect()
}

fn responses(operation: &Operation, refusal: &str) -> Value {
    let mut responses = Map::new();
    for answer in operation.answers {
        add_response(&mut responses, answer.status, answer.description, (answer.media, answer.schema));
    }
    add_response(&mut responses, "default", "A refusal, or a fault", ("application/json", refusal));
    // A page says in words why it shows nothing.
    if operation.answers.iter().any(|answer| answer.media == HTML) {
        add_response(&mut responses, "default", "", (HTML, "string"));
    }
    Value::Object(responses)
}

/// Adds an answer; one of a status that is there already is of another media type.
fn add_response(responses: &mut Map<String, Value>, status: &str, description: &str, (media, schema): (&str, &str)) {
    let response = responses.entry(status).or_insert_with(|| json!({ "description": description }));
    if let (Some(members), false) = (response.as_object_mut(), schema.is_empty())
        && let Some(content) = members.entry("content").or_insert_with(|| json!({})).as_object_mut()
    {
        content.insert(media.into(), json!({ "schema": reference(schema) }));
    }
}

/// A schema by name, or one of the few that are written out where they are used.
fn reference(name: &str) -> Value {
    match name {
        "string" | "boolean" | "object" => json!({ "type": name }),
        "binary" => json!({ "type": "string", "format": "binary" }),
        "date-time" => json!({ "type": "string", "format": "date-time" }),
        "uuid" => json!({ "type": "string", "format": "uuid" }),
        "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 50 }),
        "offset" => json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 0 }),
        name => json!({ "$ref": format!("#/components/schemas/{name}") }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What the router's own source says: every path with its methods.
    fn routed() -> BTreeSet<(String, String)> {
        let source = include_str!("../../router.rs").split_whitespace().collect::<Vec<_>>().join(" ");
        let mut routes = BTreeSet::new();
        for call in source.split(".route(").skip(1) {
            let call = call.trim_start().strip_prefix('"').unwrap_or_else(|| panic!("{call}"));
            let (path, rest) = call.split_once('"').unwrap();
            let handlers =
                rest.split(".route").next().unwrap().split(".layer").next().unwrap().split("let ").next().unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                let is_named = |start: &str| handlers.contains(&format!("{start}{method}("));
                if is_named(" ") || is_named(".") || is_named("(") {
                    routes.insert((method.to_owned(), path.to_owned()));
                }
            }
        }
        routes
    }

    fn operations() -> impl Iterator<Item = &'static Operation> {
        TABLES.iter().flat_map(|table| table.operations)
    }

    #[test]
    fn every_route_is_described_and_everything_described_is_routed() {
        let described: BTreeSet<_> = operations().map(|it| (it.method.to_owned(), it.path.to_owned())).collect();
        let pages = ["/", "/verify/{credential}", "/verify-lookup", "/account", "/claim/{credential}", "/docs"];
        let pages: BTreeSet<_> = pages
            .iter()
            .chain(&["/invitations/{invitation}"])
            .map(|path| ("get".to_owned(), (*path).to_owned()))
            .collect();
        let routed: BTreeSet<_> = routed().difference(&pages).cloned().collect();
        assert!(routed.len() > 60, "{}", routed.len());
        assert_eq!(routed.difference(&described).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not described");
        assert_eq!(described.difference(&routed).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not routed");
        assert_eq!(described.len(), operations().count(), "described twice");
    }

    #[test]
    fn every_schema_that_is_named_is_there_and_used() {
        let document = document(&Origin::parse("https://badges.example").unwrap());
        let text = document.to_string();
        let named: BTreeSet<&str> =
            text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let there: BTreeSet<&str> =
            document["components"]["schemas"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(named, there);
    }

    #[test]
    fn operations_have_names_of_their_own() {
        let ids: BTreeSet<_> = operations().map(|operation| operation.id).collect();
        assert_eq!(ids.len(), operations().count());
    }
}
