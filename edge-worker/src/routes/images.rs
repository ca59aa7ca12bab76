//! Images under their hash.

use axum::Extension;
use axum::response::Response;

use crate::app::App;
use crate::body::Segments;
use crate::domain::digest;
use crate::domain::image::Kind;
use crate::error::{Error, Result};
use crate::respond::{self, Caching};

const NOT_FOUND: Error = Error::NotFound("image");

/// `GET /images/{sha256}.png`, `GET /images/{sha256}.svg` → the image.
#[worker::send]
pub(crate) async fn show(Extension(app): Extension<App>, Segments(file): Segments<String>) -> Result<Response> {
    let (sha256, kind) = file.split_once('.').ok_or(NOT_FOUND)?;
    let kind = Kind::parse(kind).ok_or(NOT_FOUND)?;
    if !digest::is_sha256_hex(sha256) {
        return Err(NOT_FOUND);
    }
    let image = app.store.image(sha256).await?.ok_or(NOT_FOUND)?;
    if Kind::of(&image) != Some(kind) {
        return Err(NOT_FOUND);
    }
    Ok(respond::image(kind, image, Caching::Immutable))
}
