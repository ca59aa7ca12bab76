//! What a client gives for tokens (RFC 6749 §4.1.3 and §6), and how it proves who it is.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{Code, Fault, Parameters, Scopes, hash};

/// Fewest and most characters of a code verifier (RFC 7636 §4.1).
const VERIFIER_LENGTH: std::ops::RangeInclusive<usize> = 43..=128;
/// Longest text that is looked at as a code or a token.
const MAX_TEXT: usize = 256;

/// How a client proves who it is: `Authorization: Basic …` (RFC 6749 §2.3.1).
#[derive(Debug, PartialEq, Eq)]
pub struct Basic {
    /// Who it says it is.
    pub client_id: String,
    /// The hash of what it proves it by.
    pub secret_sha256: String,
}

impl Basic {
    /// Reads the header's value. Both halves are form-encoded before they are joined.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let decoded = |text: &str| {
            let (name, _) = form_urlencoded::parse(text.as_bytes()).next()?;
            Some(name.into_owned())
        };
        Some(Self { client_id: decoded(id)?, secret_sha256: hash(&decoded(secret)?) })
    }
}

/// What is given for tokens.
#[derive(Debug, PartialEq, Eq)]
pub enum Given {
    /// A code, with where the person was sent back to and the hash of the verifier.
    Code {
        /// Hash of the code.
        sha256: String,
        /// The `redirect_uri` of the request that it came from.
        redirect_uri: String,
        /// What the verifier comes to.
        code_challenge: String,
    },
    /// A refresh token.
    Refresh {
        /// Hash of the token.
        sha256: String,
        /// What the new access token should be for; all that was allowed where it is left out.
        scopes: Option<Scopes>,
    },
}

impl Given {
    /// Reads the form that a client sends to the token endpoint.
    ///
    /// # Errors
    /// [`Fault`] when a parameter is missing, given twice or wrong.
    pub fn read(form: &Parameters) -> Result<Self, Fault> {
        let wrong = |description| Fault::new(Code::InvalidRequest, description);
        let required = |name, missing| form.once(name)?.ok_or(wrong(missing));
        match required("grant_type", "`grant_type` is missing")? {
            "authorization_code" => {
                let verifier = required("code_verifier", "`code_verifier` is missing")?;
                let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
                if !VERIFIER_LENGTH.contains(&verifier.len()) || !verifier.bytes().all(is_unreserved) {
                    return Err(wrong("`code_verifier` must be 43 to 128 unreserved characters"));
                }
                Ok(Self::Code {
                    sha256: secret_hash(required("code", "`code` is missing")?)?,
                    redirect_uri: required("redirect_uri", "`redirect_uri` is missing")?.into(),
                    code_challenge: URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
                })
            }
            "refresh_token" => {
                let unknown = Fault::new(Code::InvalidScope, "`scope` must be within what was allowed");
                let scopes = form.once("scope")?.map(|text| Scopes::parse(text).ok_or(unknown)).transpose()?;
                Ok(Self::Refresh {
                    sha256: secret_hash(required("refresh_token", "`refresh_token` is missing")?)?,
                    scopes,
                })
            }
            _ => Err(Fault::new(
                Code::UnsupportedGrantType,
                "`grant_type` must be `authorization_code` or `refresh_token`",
            )),
        }
    }
}

/// The hash of a token that a client wants revoked (RFC 7009 §2.1). Its hint is not needed.
///
/// # Errors
/// [`Fault`] when there is none.
pub fn to_revoke(form: &Parameters) -> Result<String, Fault> {
    secret_hash(form.once("token")?.ok_or(Fault::new(Code::InvalidRequest, "`token` is missing"))?)
}

fn secret_hash(text: &str) -> Result<String, Fault> {
    let is_short = text.len() <= MAX_TEXT;
    is_short.then(|| hash(text)).ok_or(Fault::new(Code::InvalidRequest, "a code or a token is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_proves_itself_by_the_basic_scheme() {
        let header = format!("Basic {}", STANDARD.encode("a%3Ab:s%25+x"));
        let basic = Basic::parse(&header).unwrap();
        assert_eq!((basic.client_id.as_str(), basic.secret_sha256), ("a:b", hash("s% x")));
        for header in ["", "Basic", "Bearer YTpi", "Basic !", &format!("Basic {}", STANDARD.encode("no colon"))] {
            assert_eq!(Basic::parse(header), None, "{header}");
        }
    }

    #[test]
    fn the_challenge_of_a_verifier_is_the_published_one() {
        // RFC 7636, appendix B
        let form = "grant_type=authorization_code&code=c&redirect_uri=https://a.example/\
                    &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let Ok(Given::Code { code_challenge, .. }) = Given::read(&Parameters::parse(form.as_bytes())) else {
            panic!("not read");
        };
        assert_eq!(code_challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn what_is_missing_or_wrong_is_refused() {
        let verifier = "x".repeat(43);
        for (form, code) in [
            ("", Code::InvalidRequest),
            ("grant_type=password", Code::UnsupportedGrantType),
            ("grant_type=client_credentials", Code::UnsupportedGrantType),
            ("grant_type=authorization_code&code=c&redirect_uri=r", Code::InvalidRequest),
            ("grant_type=authorization_code&code=c&redirect_uri=r&code_verifier=short", Code::InvalidRequest),
            (&format!("grant_type=authorization_code&code=c&code_verifier={verifier}"), Code::InvalidRequest),
            (&format!("grant_type=authorization_code&redirect_uri=r&code_verifier={verifier}"), Code::InvalidRequest),
            ("grant_type=refresh_token", Code::InvalidRequest),
            ("grant_type=refresh_token&refresh_token=a&refresh_token=b", Code::InvalidRequest),
            ("grant_type=refresh_token&refresh_token=a&scope=openid", Code::InvalidScope),
            (&format!("grant_type=refresh_token&refresh_token={}", "a".repeat(300)), Code::InvalidRequest),
        ] {
            assert_eq!(Given::read(&Parameters::parse(form.as_bytes())).unwrap_err().code, code, "{form}");
        }
    }
}
