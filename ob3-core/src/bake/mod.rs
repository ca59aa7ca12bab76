//! Baking: a credential carried inside an image (OB 3.0 §5.3, "Baked badges"). Hostile input first: nothing is decoded, every
//! length is checked before it is used, and what is not understood is refused.

mod png;
mod svg;

pub use png::{bake_png, extract_png};
pub use svg::{SvgPart, SvgReader, bake_svg, extract_svg};

pub(crate) use png::MAX_PNG_BYTES;

use core::fmt;

use crate::report::Code;

/// The credential's text inside an image, which is told by its content to be a PNG or an SVG.
///
/// # Errors
/// See [`BakeError`]; [`BakeError::NotAnImage`] for anything else.
pub fn extract(image: &[u8]) -> Result<String, BakeError> {
    if is_png(image) {
        return extract_png(image).map(Into::into);
    }
    let text = svg_text(image)?;
    if cfg!(feature = "svg") { extract_svg(text) } else { Err(BakeError::Unsupported) }
}

/// The image, a PNG or an SVG, with a credential's text inside it: JSON or a compact JWS. One that is there already gives
/// way.
///
/// # Errors
/// See [`BakeError`]; [`BakeError::NotAnImage`] for anything else.
pub fn bake(image: &[u8], credential: &str) -> Result<Vec<u8>, BakeError> {
    if is_png(image) {
        return bake_png(image, credential);
    }
    bake_svg(svg_text(image)?, credential).map(String::into_bytes)
}

pub(crate) fn is_png(image: &[u8]) -> bool {
    image.starts_with(b"\x89PNG\r\n\x1a\n")
}

fn svg_text(image: &[u8]) -> Result<&str, BakeError> {
    let text = core::str::from_utf8(image).map_err(|_| BakeError::NotAnImage)?;
    if text.trim_start().starts_with('<') { Ok(text) } else { Err(BakeError::NotAnImage) }
}

/// Why an image could not be read, or a credential not be baked into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BakeError {
    /// The bytes are neither a PNG nor an SVG.
    NotAnImage,
    /// An SVG, which this build does not read (feature `svg`).
    Unsupported,
    /// The bytes do not begin as a PNG does.
    NotPng,
    /// The image is larger than `MAX_PNG_BYTES` (32 MiB).
    ImageTooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// The image's chunks can not be read.
    Malformed {
        /// Where in the file the chunk begins, in bytes.
        offset: usize,
        /// What is wrong there.
        fault: PngFault,
    },
    /// The text does not begin as an SVG does.
    NotSvg,
    /// The SVG's markup can not be scanned, or declares entities.
    SvgMalformed {
        /// Where in the text, in bytes.
        offset: usize,
    },
    /// The image carries no credential.
    NoCredential,
    /// The image carries an Open Badges 2 assertion and no 3.0 credential.
    OpenBadges2,
    /// The image carries more than one credential.
    SeveralCredentials,
    /// The credential is compressed Latin-1 (`zTXt`), which no JSON is.
    CompressedCredential,
    /// The credential is not UTF-8.
    CredentialNotUtf8,
    /// The credential is empty, or holds the NUL character, which a text chunk can not carry.
    CredentialNotText,
    /// The credential is larger than `MAX_CREDENTIAL_BYTES` (2 MiB).
    CredentialTooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
}

/// What is wrong with one chunk of a PNG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PngFault {
    /// The file ends inside the chunk, or before `IEND`.
    Truncated,
    /// The chunk's type is not four ASCII letters.
    ChunkType,
    /// The chunk's checksum is not that of its bytes.
    Checksum,
    /// `IHDR` is not the first chunk, stands twice, or is not 13 bytes long.
    Header,
    /// There is no image data before `IEND`.
    NoImageData,
    /// `IEND` is not empty, or bytes follow it.
    AfterEnd,
    /// More chunks than `MAX_CHUNKS` (65,536).
    TooManyChunks,
    /// The chunk with the credential's keyword is not an `iTXt` chunk, or its fields can not be read.
    CredentialChunk,
}

impl BakeError {
    /// The code under which a report says so.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Unsupported => Code::FormatUnsupported,
            Self::NotAnImage | Self::NotPng | Self::NotSvg => Code::FormatUnknown,
            Self::SvgMalformed { .. } => Code::SvgMalformed,
            Self::ImageTooLarge { .. } | Self::CredentialTooLarge { .. } => Code::InputTooLarge,
            Self::Malformed { .. } | Self::CredentialNotText => Code::PngMalformed,
            Self::NoCredential => Code::ImageNoCredential,
            Self::OpenBadges2 => Code::OpenBadges2,
            Self::SeveralCredentials => Code::ImageSeveralCredentials,
            Self::CompressedCredential => Code::PngCompressedCredential,
            Self::CredentialNotUtf8 => Code::TextNotUtf8,
        }
    }
}

impl fmt::Display for BakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnImage => f.write_str("the image is neither a PNG nor an SVG"),
            Self::NotPng => f.write_str("the image is not a PNG"),
            Self::Unsupported => f.write_str("the image is an SVG, which this build does not read"),
            Self::NotSvg => f.write_str("the image is not an SVG"),
            Self::SvgMalformed { offset } => write!(f, "the SVG is malformed at byte {offset}"),
            Self::ImageTooLarge { bytes } => {
                write!(f, "the image has {bytes} bytes, more than the {} that are read", MAX_PNG_BYTES)
            }
            Self::Malformed { offset, fault } => write!(f, "the PNG is malformed at byte {offset}: {fault}"),
            Self::NoCredential => f.write_str("the image carries no credential"),
            Self::OpenBadges2 => f.write_str("the image carries an Open Badges 2 assertion, not a 3.0 credential"),
            Self::SeveralCredentials => f.write_str("the image carries more than one credential"),
            Self::CompressedCredential => f.write_str("the PNG's credential is compressed Latin-1 text"),
            Self::CredentialNotUtf8 => f.write_str("the PNG's credential is not UTF-8"),
            Self::CredentialNotText => f.write_str("the credential is empty or holds a NUL character"),
            Self::CredentialTooLarge { bytes } => {
                write!(f, "the credential has {bytes} bytes, more than the {} that fit", png::MAX_CREDENTIAL_BYTES)
            }
        }
    }
}

impl core::error::Error for BakeError {}

impl fmt::Display for PngFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the file ends too early",
            Self::ChunkType => "a chunk's type is not four letters",
            Self::Checksum => "a chunk's checksum is wrong",
            Self::Header => "the header is missing, repeated or not 13 bytes long",
            Self::NoImageData => "there is no image data",
            Self::AfterEnd => "bytes follow the end of the image",
            Self::TooManyChunks => "there are too many chunks",
            Self::CredentialChunk => "the credential's chunk is not an international text, or can not be inflated",
        })
    }
}
