//! The one thing that is asked of Exif data (CIPA DC-008): which way up a picture is. The rest, such as where it was taken, is
//! left behind.

/// What has to be done to pixels as they are stored for the picture to stand upright: first columns and rows are exchanged, then
/// it is mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Whether columns and rows are exchanged.
    pub exchanges: bool,
    /// Whether left and right are exchanged then.
    pub mirrors_x: bool,
    /// Whether top and bottom are exchanged then.
    pub mirrors_y: bool,
}

/// The tag `Orientation` (DC-008 §4.6.5).
const ORIENTATION: u16 = 0x0112;

/// What the data say of the orientation; that it is upright where they do not say it.
pub(super) fn orientation(exif: &[u8]) -> Orientation {
    // In a WebP the data may begin as they do in a JPEG.
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let (exchanges, mirrors_x, mirrors_y) = match tag(tiff, ORIENTATION) {
        Some(2) => (false, true, false),
        Some(3) => (false, true, true),
        Some(4) => (false, false, true),
        Some(5) => (true, false, false),
        Some(6) => (true, true, false),
        Some(7) => (true, true, true),
        Some(8) => (true, false, true),
        _ => (false, false, false),
    };
    Orientation { exchanges, mirrors_x, mirrors_y }
}

/// A tag's number of two bytes, out of the first directory (TIFF 6.0 §2).
fn tag(tiff: &[u8], wanted: u16) -> Option<u16> {
    let is_little_endian = match tiff.first_chunk()? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |bytes: &[u8]| {
        let bytes = *bytes.first_chunk()?;
        Some(if is_little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let start = *tiff.get(4..)?.first_chunk()?;
    let start = if is_little_endian { u32::from_le_bytes(start) } else { u32::from_be_bytes(start) };
    let directory = tiff.get(usize::try_from(start).ok()?..)?;
    let (entries, _) = directory.get(2..)?.as_chunks::<12>();
    let mut entries = entries.iter().take(usize::from(number(directory)?));
    let entry = entries.find(|entry| number(entry.as_slice()) == Some(wanted))?;
    number(entry.get(8..)?)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Exif data that say nothing but this.
    pub(in super::super) fn saying(orientation: u8, is_little_endian: bool) -> Vec<u8> {
        if is_little_endian {
            [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat()
        } else {
            [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".as_slice(), &[0, orientation, 0, 0, 0, 0, 0, 0]].concat()
        }
    }

    #[test]
    fn every_orientation_is_read_in_both_orders_of_bytes() {
        let upright = Orientation::default();
        let expected = |exchanges, mirrors_x, mirrors_y| Orientation { exchanges, mirrors_x, mirrors_y };
        for (number, orientation) in [
            (0, upright),
            (1, upright),
            (2, expected(false, true, false)),
            (3, expected(false, true, true)),
            (4, expected(false, false, true)),
            (5, expected(true, false, false)),
            (6, expected(true, true, false)),
            (7, expected(true, true, true)),
            (8, expected(true, false, true)),
            (9, upright),
        ] {
            for is_little_endian in [true, false] {
                let data = saying(number, is_little_endian);
                assert_eq!(super::orientation(&data), orientation, "{number}");
                assert_eq!(super::orientation(&[b"Exif\0\0", data.as_slice()].concat()), orientation, "{number}");
            }
        }
    }

    #[test]
    fn data_that_break_off_or_lead_astray_say_nothing() {
        let whole = saying(6, true);
        // The number is the last but two of its entry's four bytes, and the directory's link follows.
        for length in 0..whole.len() - 6 {
            assert_eq!(orientation(&whole[..length]), Orientation::default(), "{length}");
        }
        for start in [0_u32, 9, 1000, u32::MAX] {
            let mut astray = whole.clone();
            astray[4..8].copy_from_slice(&start.to_le_bytes());
            assert_eq!(orientation(&astray), Orientation::default(), "{start}");
        }
    }
}
