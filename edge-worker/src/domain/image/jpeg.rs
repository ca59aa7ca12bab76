//! JPEG (ITU-T T.81): what its pixels need is taken out of the file and decoded to its end.

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::exif::{self, Orientation};
use super::pixels::Pixels;
use super::{ENDS_EARLY, MALFORMED, Refused, check_size};

/// Most scans of a progressive JPEG: encoders make a dozen, and each goes over the whole picture.
const MAX_SCANS: usize = 30;

const START: [u8; 2] = [0xff, 0xd8];
const END: [u8; 2] = [0xff, 0xd9];

/// Whether bytes begin as a JPEG does.
pub(super) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.strip_prefix(&START).is_some_and(|rest| rest.starts_with(&[0xff]))
}

/// Decodes a whole JPEG: baseline or progressive, in grey, colours or the inks of print.
pub(super) fn decode(bytes: &[u8]) -> Result<Pixels, Refused> {
    let (stream, orientation) = needed(bytes)?;
    // The decoder has limits of its own; ours say how large the picture is.
    let options = DecoderOptions::new_safe()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&stream), options);
    decoder.decode_headers().map_err(broken)?;
    let header = decoder.info().ok_or(Refused::Broken(MALFORMED))?;
    check_size(header.width.into(), header.height.into())?;
    let samples = decoder.decode().map_err(broken)?;
    let (colours, _) = samples.as_chunks();
    let pixels = colours.iter().map(|&[red, green, blue]| [red, green, blue, u8::MAX]).collect();
    Ok(Pixels { width: header.width.into(), pixels }.reduced().upright(orientation))
}

/// The file without what applications wrote into it for themselves, of which only the orientation is read.
fn needed(bytes: &[u8]) -> Result<(Vec<u8>, Orientation), Refused> {
    let (mut needed, mut orientation) = (START.to_vec(), Orientation::default());
    let mut rest = bytes.strip_prefix(&START).ok_or(Refused::Broken(MALFORMED))?;
    loop {
        // T.81 §B.1.1.4: a marker segment is a marker, its length but for the marker's, and its content.
        let (marker, length) = match rest {
            // §B.1.1.2: any number of these may stand before a marker.
            [0xff, 0xff, ..] => {
                rest = rest.split_at(1).1;
                continue;
            }
            [0xff, marker, high, low, ..] => (*marker, usize::from(u16::from_be_bytes([*high, *low])) + 2),
            [0xff, ..] | [] => return Err(Refused::Broken(ENDS_EARLY)),
            _ => return Err(Refused::Broken(MALFORMED)),
        };
        let (segment, after) = rest.split_at_checked(length).ok_or(Refused::Broken(ENDS_EARLY))?;
        match marker {
            // TEM, RST, SOI and EOI are no segments.
            0x00 | 0x01 | 0xd0..=0xd9 => return Err(Refused::Broken(MALFORMED)),
            // The SOF of lossless, hierarchical and arithmetically coded pictures (§B.2.2).
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(Refused::Broken("it is neither a baseline nor a progressive JPEG"));
            }
            // SOS: the scans follow.
            0xda => {
                // What comes behind the end, as cameras write it, is not looked at. Without an end there would be no last lines.
                if !rest.windows(END.len()).any(|pair| pair == END) {
                    return Err(Refused::Broken(ENDS_EARLY));
                }
                needed.extend_from_slice(rest);
                return Ok((needed, orientation));
            }
            // APP1
            0xe1 => {
                if let Some(exif @ [b'E', b'x', b'i', b'f', 0, 0, ..]) = segment.get(4..) {
                    orientation = exif::orientation(exif);
                }
            }
            // The other APPn, but for Adobe's APP14, which says what the components are; COM.
            0xe0..=0xed | 0xef | 0xfe => {}
            _ => needed.extend_from_slice(segment),
        }
        rest = after;
    }
}

fn broken(error: DecodeErrors) -> Refused {
    Refused::Broken(match error {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => ENDS_EARLY,
        _ => MALFORMED,
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{BASELINE, GREY, INKS, LYING, PROGRESSIVE, assert_shown, assert_turned, file, is_near};
    use super::*;

    /// Where the content of the first segment of a marker begins.
    fn content(bytes: &[u8], marker: u8) -> usize {
        bytes.windows(2).position(|pair| pair == [0xff, marker]).unwrap() + 4
    }

    /// The picture with another size in its header (T.81 §B.2.2).
    fn sized(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = file(BASELINE);
        let at = content(&bytes, 0xc0);
        bytes[at + 1..at + 5].copy_from_slice(&[height.to_be_bytes(), width.to_be_bytes()].concat());
        bytes
    }

    /// With a segment behind the start.
    fn with_segment(marker: u8, content: &[u8], bytes: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&START, [0xff, marker].as_slice(), &length, content, &bytes[2..]].concat()
    }

    #[test]
    fn baseline_and_progressive_and_inks_show_the_same() {
        for image in [BASELINE, PROGRESSIVE, INKS] {
            assert_shown(&decode(&file(image)).unwrap());
        }
    }

    #[test]
    fn a_picture_without_colours_stays_grey() {
        let picture = decode(&file(GREY)).unwrap();
        assert!(is_near(&picture, (3, 3), [122, 122, 122, 255]) && is_near(&picture, (20, 12), [58, 58, 58, 255]));
    }

    #[test]
    fn the_picture_stands_as_its_camera_says() {
        assert_turned(&decode(&file(LYING)).unwrap());
        let upright =
            with_segment(0xe1, &[b"Exif\0\0", exif::tests::saying(1, true).as_slice()].concat(), &file(BASELINE));
        assert_shown(&decode(&upright).unwrap());
    }

    #[test]
    fn what_ends_early_is_refused_wherever_it_is_cut() {
        for image in [BASELINE, PROGRESSIVE, GREY, INKS, LYING] {
            let whole = file(image);
            for length in 0..whole.len() {
                assert!(decode(&whole[..length]).is_err(), "cut to {length} of {}", whole.len());
            }
        }
    }

    #[test]
    fn too_many_pixels_are_refused_by_the_header_alone() {
        for (width, height) in [(4097, 1), (1, 4097), (2048, 2049), (u16::MAX, u16::MAX)] {
            let refused = Refused::TooManyPixels { width: width.into(), height: height.into() };
            assert_eq!(decode(&sized(width, height)), Err(refused));
        }
        assert!(matches!(decode(&sized(0, 1)), Err(Refused::Broken(_))));
        // A header that says more than there is: what is missing is not made up.
        assert!(matches!(decode(&sized(2048, 2048)), Err(Refused::Broken(_))));
    }

    #[test]
    fn what_applications_wrote_is_not_read_but_for_the_orientation() {
        let long = vec![0xff; 60_000];
        for marker in [0xe0, 0xe1, 0xe2, 0xed, 0xef, 0xfe] {
            assert_shown(&decode(&with_segment(marker, &long, &file(BASELINE))).unwrap());
        }
    }

    #[test]
    fn what_a_camera_wrote_behind_the_end_is_not_looked_at() {
        let bytes = [file(BASELINE), file(GREY)].concat();
        assert_shown(&decode(&bytes).unwrap());
    }

    #[test]
    fn segments_that_are_none_and_kinds_that_nobody_uses_are_refused() {
        let mut lossless = file(BASELINE);
        let at = content(&lossless, 0xc0);
        lossless[at - 3] = 0xc3;
        assert_eq!(decode(&lossless), Err(Refused::Broken("it is neither a baseline nor a progressive JPEG")));
        for start in [
            [0xff, 0xd8, 0xff, 0xd9, 0, 2].as_slice(),
            &[0xff, 0xd8, 0xff, 0xe0, 0, 2, 1],
            &[0xff, 0xd8, 0xff, 0x00, 0, 2],
        ] {
            assert_eq!(decode(start), Err(Refused::Broken(MALFORMED)), "{start:?}");
        }
    }

    #[test]
    fn more_scans_than_encoders_make_are_refused() {
        let whole = file(PROGRESSIVE);
        let end = whole.len() - 2;
        let scan = whole.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
        let many = [&whole[..end], &whole[scan..end].repeat(MAX_SCANS), &END].concat();
        assert!(matches!(decode(&many), Err(Refused::Broken(_))));
    }
}
