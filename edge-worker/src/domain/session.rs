//! Session tokens: JWTs (RFC 7519) under HS256, which only this worker makes and reads.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ob3_core::DateTime;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::ids::{SessionId, UserId};

/// How long a token lasts; a session is carried on by its refresh token.
pub const LIFETIME_SECONDS: i64 = 12 * 3600;

/// The one header that is written, and the only one that is read: no token chooses its algorithm.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// What a token says: whose it is, and of which session. Whether that session has ended, only the database knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

/// A token that was made.
#[derive(Debug, PartialEq, Eq)]
pub struct Session {
    /// The token.
    pub token: String,
    /// Until when it is good.
    pub expires_at: DateTime,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is not a token of this worker.
    Invalid,
    /// It was one.
    Expired,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "the session token is not valid",
            Self::Expired => "the session has expired",
        })
    }
}

/// A token of a person's session that begins `now`.
///
/// # Errors
/// Never: HMAC takes keys of every length, and the claims are plain.
pub fn start(secret: &str, bearer: Bearer, now: DateTime) -> Result<Session, Refused> {
    let now = now.truncated_to_seconds();
    let expires_at = now.plus_seconds(LIFETIME_SECONDS);
    let claims = Claims {
        sub: bearer.user,
        sid: bearer.session,
        iat: now.unix_millis() / 1000,
        exp: expires_at.unix_millis() / 1000,
    };
    let claims = serde_json::to_vec(&claims).map_err(|_| Refused::Invalid)?;
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
    let mac = mac(secret, &signed)?.finalize().into_bytes();
    Ok(Session { token: format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac)), expires_at })
}

/// Whose token it is, and of which session.
///
/// # Errors
/// [`Refused`] when it is not signed with `secret`, or its time is over.
pub fn read(secret: &str, token: &str, now: DateTime) -> Result<Bearer, Refused> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Invalid)?;
    let (header, claims) = signed.split_once('.').ok_or(Refused::Invalid)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refused::Invalid)?;
    // In constant time, and before a byte of the claims is read.
    mac(secret, signed)?.verify_slice(&signature).map_err(|_| Refused::Invalid)?;
    if header != URL_SAFE_NO_PAD.encode(HEADER) {
        return Err(Refused::Invalid);
    }
    let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| Refused::Invalid)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| Refused::Invalid)?;
    let expires_at = DateTime::from_unix_millis(claims.exp.saturating_mul(1000));
    if now < expires_at { Ok(Bearer { user: claims.sub, session: claims.sid }) } else { Err(Refused::Expired) }
}

fn mac(secret: &str, signed: &str) -> Result<Hmac<Sha256>, Refused> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Refused::Invalid)?;
    Ok(mac.chain_update(signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of at least thirty-two characters";
    const NOW: DateTime = DateTime::from_unix_millis(1_768_471_200_000);

    fn bearer() -> Bearer {
        Bearer { user: UserId::from_random([1; 16]), session: SessionId::from_random([2; 16]) }
    }

    fn forged(header: &str, claims: &str, secret: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mac = mac(secret, &signed).unwrap().finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    #[test]
    fn a_session_lasts_until_it_expires() {
        let session = start(SECRET, bearer(), NOW).unwrap();
        assert_eq!(read(SECRET, &session.token, NOW), Ok(bearer()));
        assert_eq!(read(SECRET, &session.token, session.expires_at.plus_seconds(-1)), Ok(bearer()));
        assert_eq!(read(SECRET, &session.token, session.expires_at), Err(Refused::Expired));
    }

    #[test]
    fn a_token_of_another_secret_is_refused() {
        let token = start("another secret of thirty-two characters", bearer(), NOW).unwrap().token;
        assert_eq!(read(SECRET, &token, NOW), Err(Refused::Invalid));
    }

    #[test]
    fn altered_and_malformed_tokens_are_refused() {
        let token = start(SECRET, bearer(), NOW).unwrap().token;
        let Bearer { user, session } = bearer();
        let claims = format!(r#"{{"sub":"{user}","sid":"{session}","iat":0,"exp":99999999999}}"#);
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(&claims));
        let other_header = forged(r#"{"alg":"HS512","typ":"JWT"}"#, &claims, SECRET);
        for token in ["", ".", "..", "a.b.c", &token[1..], &token[..token.len() - 1], &unsigned, &other_header] {
            assert_eq!(read(SECRET, token, NOW), Err(Refused::Invalid), "{token}");
        }
    }
}
