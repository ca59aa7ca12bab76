//! What a client says of itself when it registers (RFC 7591, OB 3.0 §7.1).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Code, Fault, Scopes};
use crate::domain::uri;
use crate::domain::webhook;

/// Longest name of a client, and longest id or version of its software.
const MAX_TEXT: usize = 200;
/// Most addresses that people can be sent back to.
const MAX_REDIRECT_URIS: usize = 10;
const CODE: &str = "authorization_code";
const REFRESH: &str = "refresh_token";
const BASIC: &str = "client_secret_basic";

/// A client's metadata, under the names of RFC 7591.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Its name, for people.
    pub client_name: String,
    /// Its home page.
    pub client_uri: String,
    /// Its logo.
    pub logo_uri: String,
    /// Its terms of service.
    pub tos_uri: String,
    /// What it does with data.
    pub policy_uri: String,
    /// Which software it is.
    pub software_id: String,
    /// In which version.
    pub software_version: String,
    /// Where people may be sent back to, each compared character by character.
    pub redirect_uris: Vec<String>,
    /// How it proves who it is at the token endpoint.
    pub token_endpoint_auth_method: String,
    /// What it may give for tokens.
    pub grant_types: Vec<String>,
    /// What it may ask the authorization endpoint for.
    pub response_types: Vec<String>,
    /// Everything that it may ever ask for.
    pub scope: String,
}

impl Metadata {
    /// Reads a registration. Members that nobody knows are passed over (RFC 7591 §2). `is_local` lets addresses of this very
    /// machine pass.
    ///
    /// # Errors
    /// [`Fault`] when something is missing or wrong.
    pub fn read(body: &Value, is_local: bool) -> Result<Self, Fault> {
        let wrong = |description| Fault::new(Code::InvalidClientMetadata, description);
        let body = body.as_object().ok_or(wrong("the body must be an object"))?;
        let grant_types = words(body, "grant_types", &[CODE, REFRESH], &[CODE])
            .filter(|types| types.iter().any(|word| word == CODE))
            .ok_or(wrong("`grant_types` must be `authorization_code`, and `refresh_token` if wanted"))?;
        let response_types = words(body, "response_types", &["code"], &["code"])
            .ok_or(wrong("`response_types` must be `code` alone"))?;
        // RFC 7591 §2: left out it is `client_secret_basic`.
        if !matches!(body.get("token_endpoint_auth_method"), None | Some(Value::Null))
            && text(body, "token_endpoint_auth_method").as_deref() != Some(BASIC)
        {
            return Err(wrong("`token_endpoint_auth_method` must be `client_secret_basic`"));
        }
        let scope = text(body, "scope").and_then(|text| Scopes::parse(&text));
        let metadata = Self {
            client_name: line(body, "client_name").ok_or(wrong("`client_name` must be a line of text"))?,
            client_uri: address(body, "client_uri", is_local).ok_or(wrong("`client_uri` must be an https URL"))?,
            logo_uri: address(body, "logo_uri", is_local).ok_or(wrong("`logo_uri` must be an https URL"))?,
            tos_uri: address(body, "tos_uri", is_local).ok_or(wrong("`tos_uri` must be an https URL"))?,
            policy_uri: address(body, "policy_uri", is_local).ok_or(wrong("`policy_uri` must be an https URL"))?,
            software_id: line(body, "software_id").ok_or(wrong("`software_id` must be a line of text"))?,
            software_version: line(body, "software_version")
                .ok_or(wrong("`software_version` must be a line of text"))?,
            redirect_uris: redirect_uris(body, is_local)?,
            token_endpoint_auth_method: BASIC.into(),
            grant_types,
            response_types,
            scope: scope.ok_or(wrong("`scope` must name scopes of this server"))?.to_string(),
        };
        metadata.check_host()?;
        Ok(metadata)
    }

    /// OB 3.0 §7.1: all addresses are of one host, so that a name can not be borrowed from another one.
    fn check_host(&self) -> Result<(), Fault> {
        let host = self.host();
        let others = [&self.logo_uri, &self.tos_uri, &self.policy_uri];
        if !others.into_iter().all(|url| uri::host(url) == host) {
            return Err(Fault::new(Code::InvalidClientMetadata, "all addresses must be of one host"));
        }
        if !self.redirect_uris.iter().all(|url| uri::host(url) == host) {
            return Err(Fault::new(Code::InvalidRedirectUri, "`redirect_uris` must be of the host of `client_uri`"));
        }
        Ok(())
    }

    /// The host that all its addresses are of.
    #[must_use]
    pub fn host(&self) -> String {
        uri::host(&self.client_uri)
    }

    /// Everything that it may ever ask for; `None` when none of it is known any more.
    #[must_use]
    pub fn scopes(&self) -> Option<Scopes> {
        Scopes::parse(&self.scope)
    }

    /// Whether it gets refresh tokens.
    #[must_use]
    pub fn may_refresh(&self) -> bool {
        self.grant_types.iter().any(|word| word == REFRESH)
    }

    /// Whether people may be sent back there: RFC 9700 §2.1, character by character.
    #[must_use]
    pub fn has_redirect_uri(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|known| known == uri)
    }

    /// What the one who registered is told: all of it, and the secret, once. It does not expire.
    #[must_use]
    pub fn answer(&self, id: &str, secret: &str, issued_at_seconds: i64) -> Value {
        let mut answer = json!(self);
        if let Some(members) = answer.as_object_mut() {
            members.insert("client_id".into(), id.into());
            members.insert("client_secret".into(), secret.into());
            members.insert("client_id_issued_at".into(), issued_at_seconds.into());
            members.insert("client_secret_expires_at".into(), 0.into());
        }
        answer
    }
}

fn text(body: &Map<String, Value>, name: &str) -> Option<String> {
    body.get(name)?.as_str().map(str::to_owned)
}

fn line(body: &Map<String, Value>, name: &str) -> Option<String> {
    let text = text(body, name)?.trim().to_owned();
    let fits = !text.is_empty() && text.chars().count() <= MAX_TEXT && !text.contains(is_confusing);
    fits.then_some(text)
}

/// Characters by which a name could look like another one: controls, and those that turn the direction of writing.
fn is_confusing(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn address(body: &Map<String, Value>, name: &str, is_local: bool) -> Option<String> {
    text(body, name).filter(|url| is_address(url, is_local))
}

fn is_address(url: &str, is_local: bool) -> bool {
    webhook::is_target(url, is_local)
}

fn redirect_uris(body: &Map<String, Value>, is_local: bool) -> Result<Vec<String>, Fault> {
    let wrong = Fault::new(Code::InvalidRedirectUri, "`redirect_uris` must be a list of https URLs without fragments");
    let listed = body.get("redirect_uris").and_then(Value::as_array).ok_or(wrong)?;
    if listed.is_empty() || listed.len() > MAX_REDIRECT_URIS {
        return Err(wrong);
    }
    let is_good = |url: &&str| is_address(url, is_local) && !url.contains('#');
    listed.iter().map(|item| item.as_str().filter(is_good).map(str::to_owned).ok_or(wrong)).collect()
}

/// A list of words out of `known`, or `default` where it is left out.
fn words(body: &Map<String, Value>, name: &str, known: &[&str], default: &[&str]) -> Option<Vec<String>> {
    let Some(value) = body.get(name).filter(|value| !value.is_null()) else {
        return Some(default.iter().map(|word| (*word).to_owned()).collect());
    };
    let items = value.as_array()?;
    let mut words = Vec::new();
    for item in items {
        let word = item.as_str().filter(|word| known.contains(word))?;
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Value {
        json!({
            "client_name": "Backpack",
            "client_uri": "https://backpack.example",
            "logo_uri": "https://backpack.example/logo.png",
            "tos_uri": "https://backpack.example/terms",
            "policy_uri": "https://backpack.example/privacy",
            "software_id": "c88b6ed8-269e-448e-99be-7e2ff47167d1",
            "software_version": "v4.0.30319",
            "redirect_uris": ["https://backpack.example/callback"],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly offline_access",
            "something": "else",
        })
    }

    fn changed(name: &str, value: Value) -> Result<Metadata, Fault> {
        let mut body = body();
        body[name] = value;
        Metadata::read(&body, false)
    }

    #[test]
    fn a_registration_is_answered_with_all_that_was_taken() {
        let metadata = Metadata::read(&body(), false).unwrap();
        assert!(metadata.may_refresh() && metadata.has_redirect_uri("https://backpack.example/callback"));
        let answer = metadata.answer("id", "secret", 7);
        assert_eq!(answer["client_secret_expires_at"], 0);
        assert_eq!(answer["redirect_uris"], body()["redirect_uris"]);
        assert!(answer.get("something").is_none());
    }

    #[test]
    fn what_is_left_out_has_the_default_of_the_standard() {
        let mut body = body();
        let members = body.as_object_mut().unwrap();
        for name in ["grant_types", "response_types", "token_endpoint_auth_method"] {
            members.remove(name);
        }
        let metadata = Metadata::read(&body, false).unwrap();
        assert_eq!(metadata.grant_types, ["authorization_code"]);
        assert!(!metadata.may_refresh());
        assert_eq!(metadata.token_endpoint_auth_method, "client_secret_basic");
    }

    #[test]
    fn what_is_missing_or_wrong_is_refused() {
        for name in [
            "client_name",
            "client_uri",
            "logo_uri",
            "tos_uri",
            "policy_uri",
            "software_id",
            "software_version",
            "scope",
        ] {
            for value in [Value::Null, json!(""), json!(7), json!([])] {
                assert_eq!(changed(name, value).unwrap_err().code, Code::InvalidClientMetadata, "{name}");
            }
        }
        for (name, value) in [
            ("logo_uri", json!("https://elsewhere.example/logo.png")),
            ("tos_uri", json!("http://backpack.example/terms")),
            ("client_name", json!("Back\u{202e}pack")),
            ("token_endpoint_auth_method", json!("none")),
            ("token_endpoint_auth_method", json!("client_secret_post")),
            ("grant_types", json!(["implicit"])),
            ("grant_types", json!(["refresh_token"])),
            ("response_types", json!(["token"])),
            ("scope", json!("openid")),
        ] {
            assert_eq!(changed(name, value.clone()).unwrap_err().code, Code::InvalidClientMetadata, "{name} {value}");
        }
    }

    #[test]
    fn people_are_sent_back_to_https_addresses_of_the_clients_own_host_only() {
        for value in [
            json!(null),
            json!([]),
            json!("https://backpack.example/callback"),
            json!(["https://elsewhere.example/callback"]),
            json!(["https://backpack.example.elsewhere.example/callback"]),
            json!(["https://backpack.example@elsewhere.example/callback"]),
            json!(["http://backpack.example/callback"]),
            json!(["https://backpack.example/callback#x"]),
            json!(["https://backpack.example/callback", "javascript:alert(1)"]),
            json!(["http://localhost/callback"]),
            json!(["https://10.0.0.1/callback"]),
            json!(["backpack://callback"]),
        ] {
            assert_eq!(changed("redirect_uris", value.clone()).unwrap_err().code, Code::InvalidRedirectUri, "{value}");
        }
    }
}
