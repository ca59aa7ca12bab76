//! Who asks by OAuth: clients that prove themselves, holders of access tokens; and refusals in OAuth's form.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::access;
use crate::app::App;
use crate::domain::ids::ClientId;
use crate::domain::oauth::token::Basic;
use crate::domain::oauth::{self, Code, Fault, SERVER, Scope};
use crate::error::{self, Error};
use crate::respond;
use crate::store::{Client, Holder};

/// The result of the endpoints of OAuth.
pub(crate) type Result<T> = std::result::Result<T, Refused>;

/// Why one of them refuses; on the wire `{error, error_description}` (RFC 6749 §5.2).
#[derive(Debug)]
pub(crate) enum Refused {
    /// By a rule of OAuth.
    Fault(Fault),
    /// For a reason that every request may have.
    Other(Error),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let told = |status, error: &str, description: &str| {
            respond::json(status, &json!({ "error": error, "error_description": description }))
        };
        match self {
            Self::Fault(Fault { code: Code::InvalidClient, description }) => {
                let mut response = told(StatusCode::UNAUTHORIZED, Code::InvalidClient.as_str(), description);
                let challenge = HeaderValue::from_static("Basic realm=\"oauth\", charset=\"UTF-8\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                response
            }
            Self::Fault(Fault { code, description }) => told(StatusCode::BAD_REQUEST, code.as_str(), description),
            Self::Other(error) => {
                let word = match error.status().0 {
                    // OpenID Connect §3.1.2.6: the person must sign in first.
                    StatusCode::UNAUTHORIZED => "login_required",
                    StatusCode::FORBIDDEN => Code::AccessDenied.as_str(),
                    StatusCode::TOO_MANY_REQUESTS => "temporarily_unavailable",
                    StatusCode::INTERNAL_SERVER_ERROR => "server_error",
                    _ => Code::InvalidRequest.as_str(),
                };
                let mut response = told(error.status().0, word, &error.message());
                error.furnish(&mut response);
                response
            }
        }
    }
}

/// What this server calls itself (RFC 8414 §2).
pub(crate) fn issuer(app: &App) -> String {
    app.origin.at(SERVER)
}

/// The client that a request comes from: 401 unless it proves who it is.
pub(crate) async fn client(app: &App, headers: &HeaderMap) -> Result<Client> {
    let refused = Fault::new(Code::InvalidClient, "the client is not known, or did not prove who it is");
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(Basic::parse);
    let given = given.ok_or(refused)?;
    let id = ClientId::parse(&given.client_id).ok_or(refused)?;
    let client = app.store.client(id).await?.ok_or(refused)?;
    // Hashes of the same length whatever was sent.
    let is_proved = bool::from(client.secret_sha256.as_bytes().ct_eq(given.secret_sha256.as_bytes()));
    if is_proved { Ok(client) } else { Err(refused.into()) }
}

/// Whom the request's access token stands for.
///
/// 1. 401 without a good token, 403 when it is not for this.
/// 2. 429 when the network address, or the grant, asks too often.
pub(crate) async fn holder(app: &App, headers: &HeaderMap, scope: Scope) -> error::Result<Holder> {
    access::admit_network(app, headers, "address", |limits| limits.per_address).await?;
    let token = access::bearer(headers).ok_or(Error::Unauthorized("an access token is required"))?;
    let holder = app.store.token_holder(&oauth::hash(token), app.now).await?;
    let holder = holder.ok_or(Error::InvalidToken)?;
    if let Some(limits) = &app.config.rate_limits {
        access::admit(app, &format!("grant:{}", holder.grant), limits.per_key).await?;
    }
    if !holder.scopes.has(scope) {
        return Err(Error::InsufficientScope(scope.wire()));
    }
    holder.email_verified_at.map(|_| holder).ok_or(Error::EmailNotVerified)
}
