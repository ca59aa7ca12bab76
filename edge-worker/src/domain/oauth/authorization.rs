//! What a client asks a person for (RFC 6749 §4.1.1, RFC 7636 §4.3, OB 3.0 §7.2), and where it is answered.

use super::registration::Metadata;
use super::{Code, Fault, Parameters, Scopes};

/// Characters of a code challenge: a SHA-256 in base64url (RFC 7636 §4.2).
const CHALLENGE_LENGTH: usize = 43;
/// Longest `state` that is carried back.
const MAX_STATE: usize = 2048;

/// A request for authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where the person is sent back to.
    pub redirect_uri: String,
    /// What is asked for.
    pub scopes: Scopes,
    /// What the client knows its request by.
    pub state: String,
    /// The hash of what the client will prove itself by.
    pub code_challenge: String,
}

/// Where an answer goes: somewhere that the client has registered. Nothing else is ever redirected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    redirect_uri: String,
    state: Option<String>,
}

/// The parameter that names the client, when there is one.
///
/// # Errors
/// [`Fault`] when it is missing or given twice. Such a fault is never told by redirecting.
pub fn client_id(parameters: &Parameters) -> Result<&str, Fault> {
    parameters.once("client_id")?.ok_or(Fault::new(Code::InvalidRequest, "`client_id` is missing"))
}

impl Destination {
    /// Where the answer to a request goes.
    ///
    /// # Errors
    /// [`Fault`] when that is nowhere: `redirect_uri` is missing, given twice, or not one of the client's. Such a fault is
    /// never told by redirecting.
    pub fn read(parameters: &Parameters, client: &Metadata) -> Result<Self, Fault> {
        let missing = Fault::new(Code::InvalidRequest, "`redirect_uri` is missing");
        let redirect_uri = parameters.once("redirect_uri")?.ok_or(missing)?;
        if !client.has_redirect_uri(redirect_uri) {
            return Err(Fault::new(Code::InvalidRequest, "`redirect_uri` is not one that the client registered"));
        }
        let state = parameters.once("state").ok().flatten().filter(|state| state.len() <= MAX_STATE);
        Ok(Self { redirect_uri: redirect_uri.into(), state: state.map(str::to_owned) })
    }

    /// The address that tells a refusal.
    #[must_use]
    pub fn refused(&self, fault: Fault, issuer: &str) -> String {
        self.with(&[("error", fault.code.as_str()), ("error_description", fault.description)], issuer)
    }

    /// The address that hands over a code (OB 3.0 §7.2: with its scope).
    #[must_use]
    pub fn granted(&self, code: &str, scopes: &Scopes, issuer: &str) -> String {
        self.with(&[("code", code), ("scope", &scopes.to_string())], issuer)
    }

    /// RFC 9207: the answer says whose it is, so that a client that talks to many servers can not be misled.
    fn with(&self, members: &[(&str, &str)], issuer: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(members);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", issuer);
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{separator}{}", self.redirect_uri, query.finish())
    }
}

impl Request {
    /// Reads a request whose client and destination are known.
    ///
    /// # Errors
    /// [`Fault`] when a parameter is missing, given twice or wrong, when PKCE is left out or weakened, or when more is asked
    /// for than the client registered for.
    pub fn read(parameters: &Parameters, destination: &Destination, client: &Metadata) -> Result<Self, Fault> {
        let wrong = |description| Fault::new(Code::InvalidRequest, description);
        let required = |name, missing| parameters.once(name)?.ok_or(wrong(missing));
        let response_type = required("response_type", "`response_type` is missing")?;
        if response_type != "code" {
            return Err(Fault::new(Code::UnsupportedResponseType, "`response_type` must be `code`"));
        }
        let state = required("state", "`state` is missing")?;
        if state.len() > MAX_STATE {
            return Err(wrong("`state` is too long"));
        }
        // RFC 7636 §4.3: left out, the method would be `plain`, by which nothing is proved.
        if required("code_challenge_method", "`code_challenge_method` is missing")? != "S256" {
            return Err(wrong("`code_challenge_method` must be `S256`"));
        }
        let challenge = required("code_challenge", "`code_challenge` is missing")?;
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if challenge.len() != CHALLENGE_LENGTH || !challenge.bytes().all(is_base64url) {
            return Err(wrong("`code_challenge` must be a SHA-256 in base64url"));
        }
        let scope = required("scope", "`scope` is missing")?;
        let registered = client.scopes();
        let scopes = Scopes::parse(scope)
            .filter(|scopes| registered.is_some_and(|registered| scopes.are_within(&registered)))
            .ok_or(Fault::new(Code::InvalidScope, "`scope` must name scopes that the client registered for"))?;
        Ok(Self {
            redirect_uri: destination.redirect_uri.clone(),
            scopes,
            state: state.into(),
            code_challenge: challenge.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCOPE: &str = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const ISSUER: &str = "https://badges.example/ims/ob/v3p0/oauth";

    fn client() -> Metadata {
        let url = |path: &str| format!("https://client.example{path}");
        Metadata::read(
            &json!({
                "client_name": "C", "client_uri": url(""), "logo_uri": url("/l"), "tos_uri": url("/t"),
                "policy_uri": url("/p"), "software_id": "c", "software_version": "1",
                "redirect_uris": [url("/back"), url("/back?to=x")], "scope": SCOPE,
            }),
            false,
        )
        .unwrap()
    }

    fn parameters(changed: &str, value: Option<&str>) -> Parameters {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, given) in [
            ("client_id", "c"),
            ("redirect_uri", "https://client.example/back"),
            ("response_type", "code"),
            ("scope", SCOPE),
            ("state", "s t&"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ] {
            match value {
                _ if name != changed => {
                    query.append_pair(name, given);
                }
                Some(value) => {
                    query.append_pair(name, value);
                }
                None => {}
            }
        }
        Parameters::parse(query.finish().as_bytes())
    }

    fn read(changed: &str, value: Option<&str>) -> Result<Request, Fault> {
        let parameters = parameters(changed, value);
        let destination = Destination::read(&parameters, &client())?;
        Request::read(&parameters, &destination, &client())
    }

    #[test]
    fn a_request_is_read() {
        let request = read("", None).unwrap();
        assert_eq!((request.state.as_str(), request.code_challenge.as_str()), ("s t&", CHALLENGE));
    }

    #[test]
    fn what_is_missing_or_weakened_is_refused() {
        for name in ["response_type", "state", "code_challenge", "code_challenge_method", "scope"] {
            assert_eq!(read(name, None).unwrap_err().code, Code::InvalidRequest, "{name}");
            assert_eq!(read(name, Some("")).unwrap_err().code, Code::InvalidRequest, "{name}");
        }
        for (name, value, code) in [
            ("response_type", "token", Code::UnsupportedResponseType),
            ("code_challenge_method", "plain", Code::InvalidRequest),
            ("code_challenge", "short", Code::InvalidRequest),
            ("scope", "openid", Code::InvalidScope),
            ("scope", "offline_access", Code::InvalidScope),
        ] {
            assert_eq!(read(name, Some(value)).unwrap_err().code, code, "{name}={value}");
        }
    }

    #[test]
    fn only_a_registered_address_is_a_destination() {
        for uri in [
            "https://client.example/back/",
            "https://client.example/back#",
            "https://client.example/Back",
            "https://client.example:443/back",
            "https://client.example/back?x=1",
            "https://elsewhere.example/back",
            "//client.example/back",
        ] {
            assert!(Destination::read(&parameters("redirect_uri", Some(uri)), &client()).is_err(), "{uri}");
        }
        let twice =
            Parameters::parse(b"redirect_uri=https://client.example/back&redirect_uri=https://client.example/back");
        assert!(Destination::read(&twice, &client()).is_err());
    }

    #[test]
    fn answers_carry_state_and_issuer() {
        let destination = Destination::read(&parameters("", None), &client()).unwrap();
        let refused = destination.refused(Fault::new(Code::AccessDenied, "no"), ISSUER);
        assert_eq!(
            refused,
            "https://client.example/back?error=access_denied&error_description=no&state=s+t%26\
             &iss=https%3A%2F%2Fbadges.example%2Fims%2Fob%2Fv3p0%2Foauth"
        );
        let with_query = parameters("redirect_uri", Some("https://client.example/back?to=x"));
        let destination = Destination::read(&with_query, &client()).unwrap();
        let scopes = Scopes::parse(SCOPE).unwrap();
        assert!(
            destination.granted("c", &scopes, ISSUER).starts_with("https://client.example/back?to=x&code=c&scope=")
        );
    }
}
