//! Images under their hash.

use axum::Extension;
use axum::response::Response;

use crate::app::App;
use crate::body::Segments;
use crate::domain::digest;
use crate::error::{Error, Result};
use crate::respond::{self, Caching, PNG};

const NOT_FOUND: Error = Error::NotFound("image");

/// `GET /images/{sha256}.png` → the image.
#[worker::send]
pub(crate) async fn show(Extension(app): Extension<App>, Segments(file): Segments<String>) -> Result<Response> {
    let sha256 = file.strip_suffix(".png").filter(|name| digest::is_sha256_hex(name)).ok_or(NOT_FOUND)?;
    let image = app.store.image(sha256).await?.ok_or(NOT_FOUND)?;
    Ok(respond::document(PNG, image, Caching::Immutable))
}
