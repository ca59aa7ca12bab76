//! What a request can come to beside success: one type, and its form on the wire.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::{
    fields::Invalid, image, lifecycle, locale::Locale, negotiation, organization::MayNotIssue, page, quota,
    rate::Allowance, supersession,
};
use crate::respond;

/// The result of everything that answers a request.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Error {
    /// A field is wrong.
    Invalid(Invalid),
    /// A field is well-formed, and asks for what is never done.
    Unprocessable(Invalid),
    /// The body is wrong as a whole.
    Unreadable(String),
    /// It is no badge that its issuer signed, for the reason of this code.
    Unverifiable(&'static str),
    /// Nobody said who asks, or it is not believed.
    Unauthorized(&'static str),
    /// The access token is not good (RFC 6750 §3.1).
    InvalidToken,
    /// The access token is not for this, but for another scope than this one (RFC 6750 §3.1).
    InsufficientScope(String),
    /// Who asks may not do this.
    Forbidden(String),
    /// The session's address is another one than the one that this is meant for.
    EmailMismatch,
    /// The session's address was never proved.
    EmailNotVerified,
    /// The credential was claimed before.
    AlreadyClaimed,
    /// There is no such thing here.
    NotFound(&'static str),
    /// The path does not know the method.
    MethodNotAllowed,
    /// There is no way from where a credential stands to where it should go.
    NoWay(lifecycle::Forbidden),
    /// It contradicts what is there.
    Conflict(String),
    /// Another request was quicker; the same one may succeed later.
    Contended(String),
    /// The body has more bytes than this.
    PayloadTooLarge(usize),
    /// The body is of another type than this.
    UnsupportedMediaType(&'static str),
    /// There were too many requests.
    RateLimited(Allowance),
    /// Somebody else whom it takes does not answer; nothing has changed.
    Unavailable(&'static str),
    /// The platform failed, or a rule that should hold does not. The cause is logged and never sent.
    Internal(String),
}

/// What is logged of an answer beside its status; travels in the response's extensions.
#[derive(Clone)]
pub(crate) struct Cause(pub String);

/// A refusal before it has a form on the wire; travels in the response's extensions, so that an area of the API can give it
/// its own.
#[derive(Clone)]
struct Refusal {
    message: String,
    field: Option<String>,
    no_way: Option<lifecycle::Forbidden>,
}

impl Error {
    /// The status, and the code of contract A.
    pub(crate) const fn status(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Invalid(_) | Self::Unreadable(_) => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"),
            Self::Unprocessable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR"),
            Self::Unverifiable(_) => (StatusCode::BAD_REQUEST, "UNVERIFIABLE"),
            Self::Unauthorized(_) | Self::InvalidToken => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
            Self::Forbidden(_) | Self::InsufficientScope(_) => (StatusCode::FORBIDDEN, "FORBIDDEN"),
            Self::EmailMismatch => (StatusCode::FORBIDDEN, "EMAIL_MISMATCH"),
            Self::EmailNotVerified => (StatusCode::FORBIDDEN, "EMAIL_NOT_VERIFIED"),
            Self::AlreadyClaimed => (StatusCode::CONFLICT, "ALREADY_CLAIMED"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
            Self::NoWay(_) | Self::Conflict(_) | Self::Contended(_) => (StatusCode::CONFLICT, "CONFLICT"),
            Self::PayloadTooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
            Self::UnsupportedMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
            Self::RateLimited(_) => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"),
        }
    }

    /// What the caller is told.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Invalid(invalid) | Self::Unprocessable(invalid) => invalid.to_string(),
            Self::Unreadable(why) | Self::Forbidden(why) | Self::Conflict(why) | Self::Contended(why) => why.clone(),
            Self::Unverifiable(code) => format!("the credential can not be verified: `{code}`"),
            Self::NoWay(forbidden) => forbidden.to_string(),
            Self::Unauthorized(why) | Self::Unavailable(why) => (*why).into(),
            Self::InvalidToken => "the access token is not valid".into(),
            Self::InsufficientScope(scope) => format!("the access token does not have the scope `{scope}`"),
            Self::EmailMismatch => {
                "this is meant for another e-mail address than the one you are signed in with".into()
            }
            Self::EmailNotVerified => "sign in by a code first: your e-mail address is not proved yet".into(),
            Self::AlreadyClaimed => "the credential was claimed already".into(),
            Self::NotFound(what) => format!("{what} not found"),
            Self::MethodNotAllowed => "this path does not answer to this method".into(),
            Self::PayloadTooLarge(max) => format!("the body must not be larger than {max} bytes"),
            Self::UnsupportedMediaType(expected) => format!("the body must be {expected}"),
            Self::RateLimited(allowance) => format!("more than {} requests in a window", allowance.limit),
            Self::Internal(_) => "something went wrong here; please try again".into(),
        }
    }
}

impl Error {
    /// Adds what an answer says in its headers, whatever the form of its body.
    pub(crate) fn furnish(self, response: &mut Response) {
        let challenge = match &self {
            Self::Unauthorized(_) => Some(HeaderValue::from_static("Bearer")),
            Self::InvalidToken => Some(HeaderValue::from_static("Bearer error=\"invalid_token\"")),
            Self::InsufficientScope(scope) => {
                HeaderValue::from_str(&format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"")).ok()
            }
            _ => None,
        };
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        match self {
            Self::RateLimited(allowance) => respond::set_allowance(response.headers_mut(), &allowance),
            Self::Internal(cause) => {
                response.extensions_mut().insert(Cause(cause));
            }
            _ => {}
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
}

#[derive(Serialize)]
struct Details<'a> {
    field: &'a str,
}

impl IntoResponse for Error {
    /// Contract A's envelope: `{error, message, details?: {field}}`.
    fn into_response(self) -> Response {
        let (status, code) = self.status();
        let field = match &self {
            Self::Invalid(invalid) | Self::Unprocessable(invalid) => Some(invalid.field.as_str()),
            Self::Unreadable(_) => Some("body"),
            _ => None,
        };
        let message = self.message();
        let no_way = match &self {
            Self::NoWay(forbidden) => Some(*forbidden),
            _ => None,
        };
        let refusal = Refusal { message: message.clone(), field: field.map(str::to_owned), no_way };
        let details = field.map(|field| Details { field });
        let mut response = respond::json(status, &Envelope { error: code, message, details });
        response.extensions_mut().insert(refusal);
        self.furnish(&mut response);
        response
    }
}

/// Gives refusals the form of the area of the API that the path belongs to, and that of a page where a browser has asked for one
/// that is not there. Whatever refuses, a route, a limit or the router itself, is within.
pub(crate) async fn in_form_of_area(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_of_tenants = ["/v1/", "/badges/", "/credentials/v1/"].iter().any(|area| path.starts_with(area));
    let reader = reader(&request);
    let response = next.run(request).await;
    match response.extensions().get::<Refusal>() {
        Some(refusal) if is_of_tenants => {
            let body = of_tenants(refusal);
            with_body(response, &body)
        }
        Some(_) if response.status() == StatusCode::NOT_FOUND => match reader {
            Some(locale) => respond::as_page(response, page::missing(locale)),
            None => response,
        },
        _ => response,
    }
}

/// In which language somebody reads who has followed a link with a browser; `None` for programs. The API itself speaks to
/// programs only.
fn reader(request: &Request) -> Option<Locale> {
    let path = request.uri().path();
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD)
        && !["/api/", "/v1/"].iter().any(|area| path.starts_with(area))
        && negotiation::preferred(text(header::ACCEPT), &[respond::JSON, respond::HTML]) == respond::HTML;
    let chosen = request.uri().query().and_then(|query| query.split('&').find_map(|part| part.strip_prefix("lang=")));
    is_page.then(|| chosen.and_then(Locale::parse).unwrap_or_else(|| Locale::preferred(text(header::ACCEPT_LANGUAGE))))
}

/// Contract B's envelope: `{error, details?: [{path, message}]}`, and its own for moves that are not allowed.
fn of_tenants(refusal: &Refusal) -> Value {
    if let Some(lifecycle::Forbidden { from, to, .. }) = refusal.no_way {
        return json!({
            "error": "Lifecycle transition not allowed",
            "fromState": from,
            "toState": to,
            "currentState": from,
            "message": refusal.message,
        });
    }
    match &refusal.field {
        None => json!({ "error": refusal.message }),
        Some(field) => json!({
            "error": "the request is not valid",
            "details": [{ "path": path(field), "message": refusal.message }],
        }),
    }
}

/// The same answer with another body of JSON.
fn with_body(response: Response, body: &Value) -> Response {
    let (parts, _) = response.into_parts();
    Response::from_parts(parts, body.to_string().into())
}

/// `recipientIdentifiers[0].identifier` as a list of names and numbers; the body itself is the empty one.
fn path(field: &str) -> Vec<Value> {
    let parts = field.split(['.', '[', ']']).filter(|part| !part.is_empty() && *part != "body");
    parts.map(|part| part.parse::<u32>().map_or_else(|_| part.into(), Value::from)).collect()
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<MayNotIssue> for Error {
    fn from(reason: MayNotIssue) -> Self {
        Self::Forbidden(reason.to_string())
    }
}

impl From<supersession::Refused> for Error {
    fn from(refused: supersession::Refused) -> Self {
        match refused {
            supersession::Refused::AlreadyHeld => Self::Conflict(refused.to_string()),
            supersession::Refused::Overtaken => Self::Contended(refused.to_string()),
        }
    }
}

impl From<lifecycle::Forbidden> for Error {
    fn from(forbidden: lifecycle::Forbidden) -> Self {
        Self::NoWay(forbidden)
    }
}

impl From<quota::Exceeded> for Error {
    fn from(exceeded: quota::Exceeded) -> Self {
        Self::Forbidden(exceeded.to_string())
    }
}

impl From<image::Refused> for Error {
    fn from(refused: image::Refused) -> Self {
        match refused {
            image::Refused::WrongType => crate::routes::badges::IMAGE_TYPES,
            other => Self::Unreadable(other.to_string()),
        }
    }
}

impl From<crate::store::StoreError> for Error {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}
