//! PNG: decoded to its end, and made of pixels.

use std::io::Cursor;

use ::png::{BitDepth, ColorType, Compression, Decoder, DecodingError, Encoder, Limits};

use super::pixels::Pixels;
use super::{ENDS_EARLY, MALFORMED, Refused, check_size};

/// Most bytes that the decoder may hold for chunks; rows are decoded one by one and thrown away.
const MAX_DECODER_BYTES: usize = 4 << 20;

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
/// PNG 3 §11.2.5: length 0, type `IEND`, its CRC.
const END: [u8; 12] = [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82];

/// Whether bytes begin as a PNG does.
#[must_use]
pub(super) fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(&SIGNATURE)
}

/// Decodes a whole PNG, row by row in bounded memory.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refused> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MAX_DECODER_BYTES });
    // Their compressed contents are not needed, so they are not inflated.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(broken)?;
    check_size(header.width, header.height)?;
    let mut reader = decoder.read_info().map_err(broken)?;
    if reader.info().animation_control.is_some() {
        return Err(Refused::Animated);
    }
    while reader.next_row().map_err(broken)?.is_some() {}
    reader.finish().map_err(broken)?;
    if bytes.ends_with(&END) { Ok(()) } else { Err(Refused::TrailingData) }
}

/// A PNG of pixels, without a channel of opacity where it would say nothing.
pub(super) fn drawn(picture: Pixels) -> Result<Vec<u8>, Refused> {
    const UNWRITABLE: Refused = Refused::Broken("it can not be written as a PNG");
    let side = |length: usize| u32::try_from(length).map_err(|_| UNWRITABLE);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, side(picture.width)?, side(picture.height())?);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    let is_opaque = picture.pixels.iter().all(|[.., opacity]| *opacity == u8::MAX);
    let samples = if is_opaque {
        encoder.set_color(ColorType::Rgb);
        picture.pixels.iter().flat_map(|&[red, green, blue, _]| [red, green, blue]).collect()
    } else {
        encoder.set_color(ColorType::Rgba);
        picture.pixels.into_flattened()
    };
    let mut writer = encoder.write_header().map_err(|_| UNWRITABLE)?;
    writer.write_image_data(&samples).map_err(|_| UNWRITABLE)?;
    writer.finish().map_err(|_| UNWRITABLE)?;
    Ok(bytes)
}

fn broken(error: DecodingError) -> Refused {
    Refused::Broken(match error {
        DecodingError::IoError(_) => ENDS_EARLY,
        DecodingError::LimitsExceeded => "it needs too much memory",
        DecodingError::Format(_) | DecodingError::Parameter(_) => MALFORMED,
    })
}

#[cfg(test)]
mod tests {
    use ::png::{BitDepth, ColorType, Encoder};

    use super::*;

    fn drawn(width: u32, height: u32, animated: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        if animated {
            encoder.set_animated(2, 0).unwrap();
        }
        let mut writer = encoder.write_header().unwrap();
        let frame = vec![0x5a; usize::try_from(width * height * 4).unwrap()];
        for _ in 0..if animated { 2 } else { 1 } {
            writer.write_image_data(&frame).unwrap();
        }
        writer.finish().unwrap();
        bytes
    }

    /// A PNG of which only the header is there, with a CRC that fits.
    fn header(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Rgba);
        drop(encoder.write_header().unwrap());
        bytes
    }

    #[test]
    fn a_whole_png_is_taken() {
        assert_eq!(check(&drawn(64, 48, false)), Ok(()));
    }

    #[test]
    fn a_png_that_ends_early_is_refused_wherever_it_is_cut() {
        let whole = drawn(16, 16, false);
        for length in 0..whole.len() {
            assert!(check(&whole[..length]).is_err(), "cut to {length} of {}", whole.len());
        }
    }

    #[test]
    fn a_changed_byte_is_refused() {
        let whole = drawn(16, 16, false);
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            assert!(check(&changed).is_err(), "byte {at} of {}", whole.len());
        }
    }

    #[test]
    fn too_many_pixels_are_refused_by_the_header_alone() {
        for (width, height) in [(4097, 1), (1, 4097), (2048, 2049), (100_000, 100_000), (0x7fff_ffff, 0x7fff_ffff)] {
            assert_eq!(check(&header(width, height)), Err(Refused::TooManyPixels { width, height }));
        }
    }

    #[test]
    fn an_animation_is_refused() {
        assert_eq!(check(&drawn(8, 8, true)), Err(Refused::Animated));
    }

    #[test]
    fn what_is_no_image_or_more_than_one_is_refused() {
        assert!(check(b"").is_err() && check(b"GIF89a").is_err());
        let mut bytes = drawn(8, 8, false);
        bytes.extend_from_slice(b"PK\x03\x04");
        assert_eq!(check(&bytes), Err(Refused::TrailingData));
    }
}
