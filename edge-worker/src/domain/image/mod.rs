//! Badge images as they are uploaded: hostile until decoded. Credentials are baked into PNG and SVG (OB 3.0 §5.3), so these are
//! kept as they come, and a JPEG or a WebP becomes a PNG of its pixels, with nothing else of what the file held.

mod exif;
mod jpeg;
mod pixels;
mod png;
#[cfg(test)]
mod samples;
mod svg;
mod webp;

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
        match Format::of(bytes) {
            Some(Format::Kept(kind)) => Some(kind),
            _ => None,
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

/// What an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Of a kind that is kept as it comes.
    Kept(Kind),
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// WebP (RFC 9649).
    Webp,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Kept(Kind::Png), Self::Kept(Kind::Svg), Self::Jpeg, Self::Webp];

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Kept(kind) => kind.media_type(),
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// What bytes begin as.
    fn of(bytes: &[u8]) -> Option<Self> {
        if png::is_png(bytes) {
            Some(Self::Kept(Kind::Png))
        } else if jpeg::is_jpeg(bytes) {
            Some(Self::Jpeg)
        } else if webp::is_webp(bytes) {
            Some(Self::Webp)
        } else {
            bytes.trim_ascii_start().starts_with(b"<").then_some(Self::Kept(Kind::Svg))
        }
    }
}

/// Why an upload is not taken as a badge's image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is none of the formats that are taken, or of another one than it is said to be.
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

/// Decodes a whole upload of a format, and gives the image that the badge gets.
///
/// # Errors
/// [`Refused`], by the header before a pixel is decoded where the header tells.
pub fn take(format: Format, bytes: Vec<u8>) -> Result<(Kind, Vec<u8>), Refused> {
    if Format::of(&bytes) != Some(format) {
        return Err(Refused::WrongType);
    }
    match format {
        Format::Kept(kind) => {
            match kind {
                Kind::Png => png::check(&bytes)?,
                Kind::Svg => svg::check(&bytes)?,
            }
            Ok((kind, bytes))
        }
        Format::Jpeg => Ok((Kind::Png, png::drawn(jpeg::decode(&bytes)?)?)),
        Format::Webp => Ok((Kind::Png, png::drawn(webp::decode(&bytes)?)?)),
    }
}

/// Holds what a header says to the bounds.
fn check_size(width: u32, height: u32) -> Result<(), Refused> {
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refused::TooManyPixels { width, height });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::samples::{
        ANIMATED, BASELINE, GREY, INKS, LOSSLESS, LOSSLESS_ALPHA, LOSSY, LOSSY_ALPHA, LYING, LYING_WEBP, PROGRESSIVE,
        file,
    };
    use super::*;

    #[test]
    fn a_jpeg_and_a_webp_become_a_png_that_is_taken_itself() {
        for (format, image) in [
            (Format::Jpeg, BASELINE),
            (Format::Jpeg, PROGRESSIVE),
            (Format::Jpeg, INKS),
            (Format::Webp, LOSSLESS_ALPHA),
        ] {
            let (kind, png) = take(format, file(image)).unwrap();
            assert_eq!(kind, Kind::Png);
            assert_eq!(take(Format::Kept(Kind::Png), png.clone()), Ok((Kind::Png, png)));
        }
    }

    #[test]
    fn nothing_that_a_camera_wrote_is_left() {
        for (format, image) in [(Format::Jpeg, LYING), (Format::Webp, LYING_WEBP)] {
            let (_, png) = take(format, file(image)).unwrap();
            let mut names = Vec::new();
            let mut rest = &png[8..];
            while let [a, b, c, d, name @ ..] = rest {
                names.push(String::from_utf8(name[..4].to_vec()).unwrap());
                rest = &rest[12 + usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).unwrap()..];
            }
            assert_eq!(names, ["IHDR", "IDAT", "IEND"]);
        }
    }

    #[test]
    fn whatever_byte_is_changed_it_is_a_png_or_refused() {
        let jpegs = [BASELINE, PROGRESSIVE, GREY, INKS, LYING].map(|image| (Format::Jpeg, file(image)));
        let webps = [LOSSY, LOSSLESS, LOSSY_ALPHA, LOSSLESS_ALPHA, LYING_WEBP].map(|image| (Format::Webp, file(image)));
        for (format, whole) in jpegs.into_iter().chain(webps) {
            for at in 0..whole.len() {
                for change in [0x01, 0x10, 0xff] {
                    let mut changed = whole.clone();
                    changed[at] ^= change;
                    if let Ok((_, png)) = take(format, changed) {
                        assert_eq!(png::check(&png), Ok(()), "byte {at}, {change}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_called_something_else_is_refused() {
        for image in [BASELINE, LOSSLESS_ALPHA, ANIMATED] {
            let is = Format::of(&file(image)).unwrap();
            for format in Format::ALL.into_iter().filter(|format| *format != is) {
                assert_eq!(take(format, file(image)), Err(Refused::WrongType), "{format:?}");
            }
        }
    }

    #[test]
    fn the_plain_picture_is_one_that_would_be_taken() {
        assert_eq!(take(Format::Kept(Kind::Png), PLAIN.to_vec()), Ok((Kind::Png, PLAIN.to_vec())));
    }
}
