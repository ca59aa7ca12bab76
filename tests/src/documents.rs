//! The documents that third-party badges ask for, where they are among the vectors or follow from the badges themselves.

use serde_json::{Value, json};

use crate::Vectors;

/// Where status lists are published, and which files have their bytes.
const LISTS: [(&str, &str); 2] = [
    ("/verifier-core/refs/heads/main/src/test-fixtures/status/", "dcc-verifier-core/status/"),
    ("/inspector-vc/src/test/resources/ob30/bit-string-list/", "1edtech-public-validator/ob30/bit-string-list/"),
];

/// The controller's document of an item (a row of `EXPECTED.json`) that names its key in a URL, or a status list. The
/// controllers of the vectors are not to be had: their documents are made from the names of their keys, which hold the keys.
#[must_use]
pub fn document(vectors: &Vectors, row: &Value, url: &str) -> Option<Vec<u8>> {
    for (place, folder) in LISTS {
        if let Some((_, name)) = url.split_once(place) {
            return vectors.read(&format!("{folder}{name}"));
        }
    }
    let item = row.get("file").and_then(Value::as_str).and_then(|file| vectors.read(file));
    let item: Value = item.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let mut methods: Vec<&str> = row.get("verificationMethods")?.as_array()?.iter().filter_map(Value::as_str).collect();
    inner_methods(&item, &mut methods);
    let mut named = methods.into_iter().filter_map(|method| method.split_once('#'));
    let (controller, key) = named.find(|(controller, _)| {
        let path = controller.trim_start_matches("did:web:").replace(':', "/");
        *controller == url || url == format!("https://{path}/did.json")
    })?;
    let document = json!({
        "id": controller,
        "assertionMethod": [{
            "id": format!("{controller}#{key}"),
            "type": "Multikey",
            "controller": controller,
            "publicKeyMultibase": key,
        }],
    });
    Some(document.to_string().into_bytes())
}

/// The keys that are named anywhere in an item: those of the credentials within a credential.
fn inner_methods<'v>(value: &'v Value, methods: &mut Vec<&'v str>) {
    methods.extend(value.get("verificationMethod").and_then(Value::as_str));
    match value {
        Value::Array(items) => items.iter().for_each(|item| inner_methods(item, methods)),
        Value::Object(members) => members.values().for_each(|member| inner_methods(member, methods)),
        _ => {}
    }
}
