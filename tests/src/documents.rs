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
    let methods = row.get("verificationMethods")?.as_array()?;
    let mut named = methods.iter().filter_map(|method| method.as_str()?.split_once('#'));
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
