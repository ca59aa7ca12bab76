//! Credentials in other people's pages: a page for a frame, and oEmbed for what makes frames by itself.

use axum::Extension;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::public;
use crate::app::App;
use crate::body::{Query, Segments};
use crate::domain::claim;
use crate::domain::credential::{self, CredentialName};
use crate::domain::fields::{Invalid, Problem};
use crate::domain::mail::escape;
use crate::domain::origin::Origin;
use crate::error::{Error, Result};
use crate::respond::{self, Caching};

const WIDTH: i64 = 480;
const HEIGHT: i64 = 640;
/// What the framed page may load, and that everybody may frame it.
const FRAME_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob: https:; connect-src 'self' https:; base-uri 'none'; form-action 'none'; frame-ancestors *";

/// `GET /api/embed/{credential}` → a page for a frame, which shows the credential and verifies it in the visitor's browser.
/// 404 and 403 as the signed document itself.
#[worker::send]
pub(crate) async fn frame(
    Extension(app): Extension<App>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = public::find(&app, &name, &headers).await?;
    let (code, badge) = (&found.credential.code, escape(&found.credential.badge_name));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\">\n  \
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n  \
         <meta name=\"color-scheme\" content=\"light dark\">\n  <title>{badge}</title>\n  \
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"/mark.svg\">\n  \
         <script type=\"module\" src=\"/open-badge-verifier.js\"></script>\n</head>\n<body>\n  <main>\n    \
         <open-badge-verifier src=\"/credentials/{code}/ob3\" compact>\n      \
         <a href=\"{}\" target=\"_blank\" rel=\"noopener\">{badge}</a>\n    </open-badge-verifier>\n  </main>\n</body>\n</html>\n",
        escape(&credential::verification_url(&app.origin, code)),
    );
    let mut response = respond::document("text/html; charset=utf-8", page, Caching::Briefly);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FRAME_POLICY));
    Ok(response)
}

/// Where the frame for a credential's page is described, as the page's header says it (oEmbed 1.0 §4, RFC 8288).
pub(super) fn discovery(origin: &Origin, name: &str) -> Option<HeaderValue> {
    CredentialName::parse(name)?;
    let page = claim::encode(&credential::verification_url(origin, name));
    let address = origin.at(&format!("/api/oembed?url={page}"));
    HeaderValue::from_str(&format!("<{address}>; rel=\"alternate\"; type=\"application/json+oembed\"")).ok()
}

/// `GET /api/oembed?url&format&maxwidth&maxheight` → oEmbed 1.0 (§2.3.4.4 `rich`) for the address of a credential's page.
///
/// 1. 400 without `url`; 404 for an address that is no page of a credential here; 501 is 400 here: `json` is the one format.
/// 2. 403 for a private one.
#[worker::send]
pub(crate) async fn oembed(
    Extension(app): Extension<App>,
    Query(mut query): Query,
    headers: HeaderMap,
) -> Result<Response> {
    let url = query.read("url", "the address of a credential's page", |text| Some(text.to_owned()))?;
    let url = url.ok_or_else(|| Invalid { field: "url".into(), problem: Problem::Missing })?;
    query.read("format", "json", |text| (text == "json").then_some(()))?;
    let mut size =
        |name: &str| query.read(name, "a number of pixels", |text| text.parse::<i64>().ok().filter(|size| *size > 0));
    let width = size("maxwidth")?.map_or(WIDTH, |most| most.min(WIDTH));
    let height = size("maxheight")?.map_or(HEIGHT, |most| most.min(HEIGHT));
    query.finish()?;
    let name = url.strip_prefix(&app.origin.at("/verify/")).and_then(|name| name.split(['?', '#', '/']).next());
    let name = name.filter(|name| CredentialName::parse(name).is_some()).ok_or(Error::NotFound("credential's page"))?;
    let found = public::find(&app, name, &headers).await?;
    let title = &found.credential.badge_name;
    let source = app.origin.at(&format!("/api/embed/{}", found.credential.code));
    let html = format!(
        "<iframe src=\"{}\" width=\"{width}\" height=\"{height}\" title=\"{}\" loading=\"lazy\"></iframe>",
        escape(&source),
        escape(title),
    );
    let body = json!({
        "version": "1.0",
        "type": "rich",
        "title": title,
        "author_name": found.organization.name,
        "provider_name": "Accolade",
        "provider_url": app.origin.to_string(),
        "html": html,
        "width": width,
        "height": height,
    });
    Ok(respond::json(StatusCode::OK, &body))
}
