//! Badge images as they are uploaded: hostile until decoded. Credentials are baked into PNG and SVG (OB 3.0 §5.3), so these are
//! what is taken.

mod png;
mod svg;

use std::fmt;

/// The picture into which credentials are baked whose badge has none: drawn for this, from `web/art/plain.svg`.
pub const PLAIN: &[u8] = include_bytes!("plain.png");

/// Most bytes of an upload (contract: 5 MB, read generously).
pub const MAX_BYTES: usize = 5 << 20;
/// Largest width and height: four times what displays of badges show.
const MAX_SIDE: u32 = 4096;
/// Most pixels: 2048 × 2048. Decoding them is the most work that one upload may cost.
const MAX_PIXELS: u64 = 2048 * 2048;

/// What an image is, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PNG.
    Png,
    /// SVG.
    Svg,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Png, Self::Svg];

    /// What bytes begin as.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if png::is_png(bytes) {
            Some(Self::Png)
        } else {
            bytes.trim_ascii_start().starts_with(b"<").then_some(Self::Svg)
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }

    /// Its name in the database, and the end of the names of its files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Why an upload is not taken as a badge's image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is none of the kinds that are taken, or of another one than it is said to be.
    WrongType,
    /// Its header says more pixels than are taken.
    TooManyPixels {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// It moves.
    Animated,
    /// It can not be decoded to its end.
    Broken(&'static str),
    /// Something follows the image.
    TrailingData,
    /// It is an SVG that does more than show a picture.
    Active(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType => f.write_str("the image is not what its media type says"),
            Self::TooManyPixels { width, height } => {
                write!(
                    f,
                    "the image has {width} × {height} pixels; at most {MAX_SIDE} a side and {MAX_PIXELS} in all are taken"
                )
            }
            Self::Animated => f.write_str("the image is animated"),
            Self::Broken(why) => write!(f, "the image can not be decoded: {why}"),
            Self::TrailingData => f.write_str("the image is followed by other data"),
            Self::Active(why) => write!(f, "the SVG must only show a picture: {why}"),
        }
    }
}

const ENDS_EARLY: &str = "it ends too early";
const MALFORMED: &str = "it is malformed";

/// Decodes a whole upload of a kind, and says whether it can be a badge's image.
///
/// # Errors
/// [`Refused`], by the header before a pixel is decoded where the header tells.
pub fn check(kind: Kind, bytes: &[u8]) -> Result<(), Refused> {
    if Kind::of(bytes) != Some(kind) {
        return Err(Refused::WrongType);
    }
    match kind {
        Kind::Png => png::check(bytes),
        Kind::Svg => svg::check(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_picture_is_one_that_would_be_taken() {
        assert_eq!(check(Kind::Png, PLAIN), Ok(()));
    }
}
