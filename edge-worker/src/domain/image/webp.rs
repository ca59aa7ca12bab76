//! WebP (RFC 9649): decoded to its end, lossy or lossless.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::exif::{self, Orientation};
use super::pixels::Pixels;
use super::{ENDS_EARLY, MALFORMED, Refused, check_size};

/// Whether bytes begin as a WebP does (RFC 9649 §2.4).
pub(super) fn is_webp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..).is_some_and(|rest| rest.starts_with(b"WEBP"))
}

/// Decodes a whole WebP of one frame.
pub(super) fn decode(bytes: &[u8]) -> Result<Pixels, Refused> {
    let (file, orientation) = checked(bytes)?;
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let mut samples = vec![0; decoder.output_buffer_size().ok_or(Refused::Broken(MALFORMED))?];
    decoder.read_image(&mut samples).map_err(broken)?;
    let pixels = if decoder.has_alpha() {
        samples.as_chunks().0.to_vec()
    } else {
        samples.as_chunks().0.iter().map(|&[red, green, blue]| [red, green, blue, u8::MAX]).collect()
    };
    let width = usize::try_from(width).map_err(|_| Refused::Broken(MALFORMED))?;
    Ok(Pixels { width, pixels }.reduced().upright(orientation))
}

/// The file without what follows it, each of its chunks held to the bounds: the decoder takes memory as the chunk says, whatever
/// the file's header says.
fn checked(bytes: &[u8]) -> Result<(&[u8], Orientation), Refused> {
    // RFC 9649 §2.3, §2.4: names and lengths, and contents made even.
    let early = Refused::Broken(ENDS_EARLY);
    let length = length(bytes).and_then(|length| length.checked_add(8)).ok_or(early.clone())?;
    let file = bytes.get(..length).ok_or(early.clone())?;
    let mut rest = file.get(12..).ok_or(early.clone())?;
    let mut orientation = Orientation::default();
    while !rest.is_empty() {
        let length = self::length(rest).ok_or(early.clone())?;
        let (name, content) = (rest.get(..4), rest.get(8..).and_then(|rest| rest.get(..length)).ok_or(early.clone())?);
        match name.unwrap_or_default() {
            b"ANIM" | b"ANMF" => return Err(Refused::Animated),
            b"EXIF" => orientation = exif::orientation(content),
            b"VP8X" => {
                // §2.7.1: flags, and each side less one in three bytes.
                let &[flags, _, _, _, w0, w1, w2, h0, h1, h2] = content else { return Err(Refused::Broken(MALFORMED)) };
                if flags & 0b10 != 0 {
                    return Err(Refused::Animated);
                }
                check_size(u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1)?;
            }
            b"VP8 " => {
                // RFC 6386 §9.1: a tag, a start code, and each side in fourteen bits.
                let [_, _, _, _, _, _, w0, w1, h0, h1, ..] = content else { return Err(early) };
                let side = |low: &u8, high: &u8| u32::from(u16::from_le_bytes([*low, *high]) & 0x3fff);
                check_size(side(w0, w1), side(h0, h1))?;
            }
            b"VP8L" => {
                // RFC 9649 §3.4: a signature, and each side less one in fourteen bits.
                let [_, b0, b1, b2, b3, ..] = content else { return Err(early) };
                let bits = u32::from_le_bytes([*b0, *b1, *b2, *b3]);
                check_size((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)?;
            }
            _ => {}
        }
        // The byte that makes the last content even is missing in some files.
        rest = rest.get(8 + length.next_multiple_of(2)..).unwrap_or_default();
    }
    Ok((file, orientation))
}

/// The length that stands behind a chunk's name.
fn length(chunk: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*chunk.get(4..)?.first_chunk()?)).ok()
}

fn broken(error: DecodingError) -> Refused {
    Refused::Broken(match error {
        DecodingError::IoError(_) | DecodingError::NotEnoughInitData => ENDS_EARLY,
        _ => MALFORMED,
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        ANIMATED, LOSSLESS, LOSSLESS_ALPHA, LOSSY, LOSSY_ALPHA, LYING_WEBP, assert_shown, assert_turned, file, is_near,
    };
    use super::*;

    /// Where the content of a chunk begins.
    fn content(bytes: &[u8], name: &[u8; 4]) -> usize {
        bytes.windows(4).position(|window| window == name).unwrap() + 8
    }

    #[test]
    fn lossy_and_lossless_show_the_same() {
        for image in [LOSSY, LOSSLESS] {
            assert_shown(&decode(&file(image)).unwrap());
        }
    }

    #[test]
    fn what_is_seen_through_stays_so() {
        for image in [LOSSY_ALPHA, LOSSLESS_ALPHA] {
            let picture = decode(&file(image)).unwrap();
            assert!(is_near(&picture, (3, 3), [40, 180, 40, 255]) && is_near(&picture, (3, 12), [200, 40, 40, 128]));
            assert_eq!(picture.pixels[12 * 24 + 20][3], 0);
        }
    }

    #[test]
    fn the_picture_stands_as_its_camera_says() {
        assert_turned(&decode(&file(LYING_WEBP)).unwrap());
    }

    #[test]
    fn what_ends_early_is_refused_wherever_it_is_cut() {
        for image in [LOSSY, LOSSLESS, LOSSY_ALPHA, LOSSLESS_ALPHA, LYING_WEBP] {
            let whole = file(image);
            for length in 0..whole.len() {
                assert!(decode(&whole[..length]).is_err(), "cut to {length} of {}", whole.len());
            }
        }
    }

    #[test]
    fn too_many_pixels_are_refused_by_the_header_alone() {
        for (width, height) in [(4097_u32, 1_u32), (1, 4097), (2048, 2049), (16_383, 16_383)] {
            let refused = Err(Refused::TooManyPixels { width, height });
            let (low, high) =
                (u16::try_from(width).unwrap().to_le_bytes(), u16::try_from(height).unwrap().to_le_bytes());
            // In the picture, and in the picture of a file whose own header says less.
            for image in [LOSSY, LYING_WEBP] {
                let mut lossy = file(image);
                let at = content(&lossy, b"VP8 ");
                lossy[at + 6..at + 10].copy_from_slice(&[low, high].concat());
                assert_eq!(decode(&lossy), refused);
            }
            let mut lossless = file(LOSSLESS);
            let at = content(&lossless, b"VP8L");
            lossless[at + 1..at + 5].copy_from_slice(&((width - 1) | (height - 1) << 14).to_le_bytes());
            assert_eq!(decode(&lossless), refused);
            let mut extended = file(LYING_WEBP);
            let at = content(&extended, b"VP8X");
            extended[at + 4..at + 7].copy_from_slice(&(width - 1).to_le_bytes()[..3]);
            extended[at + 7..at + 10].copy_from_slice(&(height - 1).to_le_bytes()[..3]);
            assert_eq!(decode(&extended), refused);
        }
    }

    #[test]
    fn an_animation_is_refused_whether_its_header_says_so_or_not() {
        let mut bytes = file(ANIMATED);
        assert_eq!(decode(&bytes), Err(Refused::Animated));
        let at = content(&bytes, b"VP8X");
        bytes[at] = 0;
        assert_eq!(decode(&bytes), Err(Refused::Animated));
    }

    #[test]
    fn lengths_that_lie_take_no_memory() {
        for image in [LOSSY, LOSSLESS, LOSSY_ALPHA, LYING_WEBP] {
            let mut bytes = file(image);
            // The first chunk, and the file.
            for at in [16, 4] {
                bytes[at..at + 4].copy_from_slice(&[0xff; 4]);
                assert_eq!(decode(&bytes), Err(Refused::Broken(ENDS_EARLY)));
            }
        }
    }

    #[test]
    fn what_follows_the_file_is_not_looked_at() {
        assert_shown(&decode(&[file(LOSSY), file(ANIMATED)].concat()).unwrap());
    }
}
