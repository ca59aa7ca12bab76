//! DID resolution, for whoever has no resolver at hand.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::app::App;
use crate::domain::did_resolution::{self, Error, Method, RESULT};
use crate::error::Result;
use crate::examination;
use crate::respond;

/// `GET /1.0/identifiers/{did}` → 200, the result of the resolution: `{didDocument, didResolutionMetadata,
/// didDocumentMetadata}`; or the document alone, under one of its own media types.
///
/// 1. 406 `representationNotSupported` for another form; 400 `invalidDid`; 501 `methodNotSupported`.
/// 2. An issuer of this deployment is answered from its records, other hosts are asked if they are public: 404 `notFound`.
#[worker::send]
pub(crate) async fn resolve(Extension(app): Extension<App>, request: Request) -> Result<Response> {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let did = did_resolution::in_path(request.uri().path().rsplit('/').next().unwrap_or_default());
    let found = match did_resolution::representation(accept) {
        Ok(form) => resolved(&app, &did).await?.map(|document| (form, document)),
        Err(error) => Err(error),
    };
    let mut response = match found {
        Ok((RESULT, document)) => {
            respond::with_status(StatusCode::OK, RESULT, did_resolution::result(&document).to_string())
        }
        Ok((form, document)) => respond::with_status(StatusCode::OK, form, document.to_string()),
        Err(error) => {
            let status = StatusCode::from_u16(error.wire().1).unwrap_or(StatusCode::BAD_REQUEST);
            respond::with_status(status, RESULT, error.result().to_string())
        }
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

async fn resolved(app: &App, did: &str) -> Result<std::result::Result<serde_json::Value, Error>> {
    let url = match did_resolution::method(did) {
        Ok(Method::Document(document)) => return Ok(Ok(document)),
        Ok(Method::Url(url)) => url,
        Err(error) => return Ok(Err(error)),
    };
    let document = examination::document(app, &url).await?;
    Ok(document.ok_or(Error::NotFound).and_then(|bytes| did_resolution::found(did, &bytes)))
}
