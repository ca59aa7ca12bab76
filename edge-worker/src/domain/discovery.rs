//! The service description of the Open Badges 3.0 API (OB 3.0 §6.3): OpenAPI 3.0, with what 1EdTech's security framework adds.

use super::origin::Origin;

/// The document; `{{…}}` stands for what differs between deployments.
const TEMPLATE: &str = include_str!("discovery.json");

/// The whole document, for a deployment. Where it names no terms or no privacy policy, the page of the API stands for them.
#[must_use]
pub fn document(origin: &Origin, terms_url: Option<&str>, privacy_url: Option<&str>) -> String {
    let docs = origin.at("/docs");
    // Addresses hold no character that JSON would write otherwise: `uri::is_web_url` lets none pass.
    TEMPLATE
        .replace("{{terms}}", terms_url.unwrap_or(&docs))
        .replace("{{privacy}}", privacy_url.unwrap_or(&docs))
        .replace("{{origin}}", &origin.to_string())
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::oauth::Scope;
    use super::*;

    #[test]
    fn it_names_every_scope_and_nothing_is_left_open() {
        let origin = Origin::parse("https://badges.example").unwrap();
        let text = document(&origin, Some("https://badges.example/terms"), None);
        assert!(!text.contains("{{"));
        let whole: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(whole["info"]["termsOfService"], "https://badges.example/terms");
        let flow = &whole["components"]["securitySchemes"]["OAuth2ACG"]["flows"]["authorizationCode"];
        let named: Vec<&String> = flow["scopes"].as_object().unwrap().keys().collect();
        let mut scopes = Scope::ALL.map(Scope::wire);
        scopes.sort();
        assert_eq!(named, scopes.iter().collect::<Vec<_>>());
    }
}
