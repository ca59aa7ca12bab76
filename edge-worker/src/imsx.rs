//! Refusals in the form of 1EdTech's services: `Imsx_StatusInfo` (OB 3.0 §B.4).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::Error;
use crate::respond;

/// The result of the endpoints of the Open Badges API.
pub(crate) type Result<T> = std::result::Result<T, Refused>;

/// Why one of them refuses; on the wire `{imsx_codeMajor, imsx_severity, imsx_description, imsx_CodeMinor}`.
#[derive(Debug)]
pub(crate) enum Refused {
    /// For what stands in the query.
    Query(Error),
    /// For anything else.
    Other(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (error, bad_request) = match self {
            Self::Query(error) => (error, "invalid_query_parameter"),
            Self::Other(error) => (error, "invalid_data"),
        };
        let status = error.status().0;
        let minor = match status {
            StatusCode::UNAUTHORIZED => "unauthorizedrequest",
            StatusCode::FORBIDDEN => "forbidden",
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "not_allowed",
            StatusCode::TOO_MANY_REQUESTS => "server_busy",
            StatusCode::INTERNAL_SERVER_ERROR => "internal_server_error",
            _ => bad_request,
        };
        let field = json!({ "imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": minor });
        let body = json!({
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": error.message(),
            "imsx_CodeMinor": { "imsx_codeMinorField": [field] },
        });
        let mut response = respond::json(status, &body);
        error.furnish(&mut response);
        response
    }
}

/// What these paths answer to a method that they do not know; the router adds `Allow`.
pub(crate) async fn method_not_allowed() -> Refused {
    Refused::Other(Error::MethodNotAllowed)
}
