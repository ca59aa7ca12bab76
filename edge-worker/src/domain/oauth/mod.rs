//! The OAuth 2.0 server of the Open Badges 3.0 API (OB 3.0 §7): scopes, the texts of codes and tokens, and how refusals are
//! told. Clients register themselves ([`registration`]), people let them in ([`authorization`]), and what they got is given
//! for tokens ([`token`]).

pub mod authorization;
pub mod registration;
pub mod token;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::digest;

/// Where all of the Open Badges 3.0 API stands.
pub const BASE: &str = "/ims/ob/v3p0";
/// Where its authorization server stands; under the deployment's origin, its issuer identifier (RFC 8414 §2).
pub const SERVER: &str = "/ims/ob/v3p0/oauth";
/// How long a code is good (OB 3.0 §7.2: about ten minutes).
pub const CODE_LIFETIME_SECONDS: i64 = 600;
/// How long an access token is good (OB 3.0 §7.2: an hour).
pub const ACCESS_LIFETIME_SECONDS: i64 = 3600;
/// How long a refresh token is good when nobody uses it.
pub const REFRESH_LIFETIME_SECONDS: i64 = 90 * super::time::DAY_SECONDS;
/// What every scope of the standard begins with.
const SCOPE_BASE: &str = "https://purl.imsglobal.org/spec/ob/v3p0/scope/";

/// What a client may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Read the credentials.
    CredentialReadonly,
    /// Add credentials, and replace them by newer ones.
    CredentialUpsert,
    /// Read the profile.
    ProfileReadonly,
    /// Replace the profile.
    ProfileUpdate,
    /// Go on while the person is away (OpenID Connect §11): have refresh tokens.
    OfflineAccess,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [
        Self::CredentialReadonly,
        Self::CredentialUpsert,
        Self::ProfileReadonly,
        Self::ProfileUpdate,
        Self::OfflineAccess,
    ];

    /// What it is called where it is not spelt out.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CredentialReadonly => "credential.readonly",
            Self::CredentialUpsert => "credential.upsert",
            Self::ProfileReadonly => "profile.readonly",
            Self::ProfileUpdate => "profile.update",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// The scope on the wire.
    #[must_use]
    pub fn wire(self) -> String {
        match self {
            Self::OfflineAccess => self.name().into(),
            _ => format!("{SCOPE_BASE}{}", self.name()),
        }
    }

    /// Reads a scope.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let named = |scope: &Self| scope.name() == text.strip_prefix(SCOPE_BASE).unwrap_or_default();
        if text == Self::OfflineAccess.name() {
            return Some(Self::OfflineAccess);
        }
        Self::ALL.into_iter().filter(|scope| *scope != Self::OfflineAccess).find(named)
    }
}

/// Some scopes, each once; never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads scopes with blanks between them (RFC 6749 §3.3); `None` when there is none, or one that is not known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut scopes = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let scope = Scope::parse(word)?;
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        (!scopes.is_empty()).then_some(Self(scopes))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Whether it is among them.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether there is nothing in them that is not in `others`.
    #[must_use]
    pub fn are_within(&self, others: &Self) -> bool {
        self.0.iter().all(|scope| others.has(*scope))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&scope.wire())?;
        }
        Ok(())
    }
}

/// The codes by which OAuth refuses (RFC 6749 §4.1.2.1 and §5.2, RFC 7591 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A parameter is missing, given twice, or wrong.
    InvalidRequest,
    /// The client is not known, or did not prove who it is.
    InvalidClient,
    /// A code or a refresh token is not good, or not this client's.
    InvalidGrant,
    /// The client may not do it this way.
    UnauthorizedClient,
    /// Another kind of grant is asked for than there is.
    UnsupportedGrantType,
    /// Another kind of answer is asked for than there is.
    UnsupportedResponseType,
    /// A scope is not known, or more than was allowed.
    InvalidScope,
    /// The person said no.
    AccessDenied,
    /// What a client says of itself is wrong.
    InvalidClientMetadata,
    /// One of the addresses that a client wants people sent back to is wrong.
    InvalidRedirectUri,
}

impl Code {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
        }
    }
}

/// Why OAuth refuses. The sentence holds nothing of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which refusal it is.
    pub code: Code,
    /// What it means.
    pub description: &'static str,
}

impl Fault {
    /// A refusal.
    #[must_use]
    pub const fn new(code: Code, description: &'static str) -> Self {
        Self { code, description }
    }
}

/// A text that only its holder has: a code, a token, a client's secret.
pub struct Secret {
    /// The text, which is told once.
    pub text: String,
    /// What is kept of it.
    pub sha256: String,
}

impl Secret {
    /// Out of 32 random bytes; `kind` tells what it is when it is found where it should not be.
    #[must_use]
    pub fn from_random(kind: Kind, bytes: [u8; 32]) -> Self {
        let text = format!("{}{}", kind.mark(), URL_SAFE_NO_PAD.encode(bytes));
        Self { sha256: hash(&text), text }
    }
}

/// The kinds of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What a client proves itself by.
    ClientSecret,
    /// What a person's consent is handed over as.
    Code,
    /// What opens the API.
    AccessToken,
    /// What is given for the next access token.
    RefreshToken,
}

impl Kind {
    const fn mark(self) -> &'static str {
        match self {
            Self::ClientSecret => "aclcs_",
            Self::Code => "aclac_",
            Self::AccessToken => "aclat_",
            Self::RefreshToken => "aclrt_",
        }
    }
}

/// The hash under which a secret is stored. One round is enough: it has 256 random bits and can not be guessed.
#[must_use]
pub fn hash(text: &str) -> String {
    digest::sha256_hex(text.as_bytes())
}

/// The parameters of a query or of a form.
#[derive(Clone, Debug)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// A parameter that is given once and is not empty. RFC 6749 §3.1 and §3.2: an empty one counts as left out, and none may
    /// be given twice.
    ///
    /// # Errors
    /// [`Fault`] when it is given twice.
    pub fn once(&self, name: &str) -> Result<Option<&str>, Fault> {
        let mut given = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        match (given.next(), given.next()) {
            (_, Some(_)) => Err(Fault::new(Code::InvalidRequest, "a parameter is given twice")),
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_and_written() {
        let text = format!("{SCOPE_BASE}credential.readonly offline_access  {SCOPE_BASE}credential.readonly");
        let scopes = Scopes::parse(&text).unwrap();
        assert_eq!(scopes.to_string(), format!("{SCOPE_BASE}credential.readonly offline_access"));
        assert_eq!(Scopes::parse(&Scopes(Scope::ALL.to_vec()).to_string()), Some(Scopes(Scope::ALL.to_vec())));
        let bare = format!("{SCOPE_BASE}offline_access");
        for text in ["", " ", "credential.readonly", "openid", &bare, &format!("{SCOPE_BASE}credential.delete")] {
            assert_eq!(Scopes::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_wider_scope_is_not_within_a_narrower_one() {
        let all = Scopes(Scope::ALL.to_vec());
        let one = Scopes(vec![Scope::ProfileReadonly]);
        assert!(one.are_within(&all) && all.are_within(&all) && !all.are_within(&one));
    }

    #[test]
    fn a_parameter_stands_once() {
        let parameters = Parameters::parse(b"a=1&b=&c=x+y%2B&a=2");
        assert_eq!(parameters.once("a").unwrap_err().code, Code::InvalidRequest);
        assert_eq!(parameters.once("b"), Ok(None));
        assert_eq!(parameters.once("c"), Ok(Some("x y+")));
    }

    #[test]
    fn secrets_are_kept_as_hashes() {
        let secret = Secret::from_random(Kind::Code, [7; 32]);
        assert!(secret.text.starts_with("aclac_"));
        assert_eq!(secret.sha256, hash(&secret.text));
    }
}
