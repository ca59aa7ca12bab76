//! One picture of 24 by 16 pixels in many files, in Base64: red at the left and blue at the right, with a green square of 8 by 8 in
//! the upper left corner. Made with Pillow, which took them for the same picture too.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::pixels::Pixels;

/// A baseline JPEG whose colours are stored at half the size.
pub(super) const BASELINE: &str = "\
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk\
    //2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABgDASIAAhEBAxEB\
    /8QAFwABAQEBAAAAAAAAAAAAAAAAAAQDBf/EABcQAQADAAAAAAAAAAAAAAAAAAAEQoH/xAAXAQADAQAAAAAAAAAAAAAAAAACBAUG/8QAIxEAAAQDCQAAAA\
    AAAAAAAAAAAAECEgQFEQMUIjFBUXGBsf/aAAwDAQACEQMRAD8AzcGZTVKaZTQSlLYpPfhh0pbcoa1xOdTSmR8nuJgGxEsf/9k=";

/// A progressive JPEG.
pub(super) const PROGRESSIVE: &str = "\
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk\
    //2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAQABgDASIAAhEBAxEB\
    /8QAFwABAQEBAAAAAAAAAAAAAAAAAAMCBP/EABcBAAMBAAAAAAAAAAAAAAAAAAIDBAX/2gAMAwEAAhADEAAAAc8FJi6Q2Zf/xAAWEAEBAQAAAAAAAAAAAA\
    AAAAACEAD/2gAIAQEAAQUCzrn/xAAaEQABBQEAAAAAAAAAAAAAAAARAgMQExQh/9oACAEDAQE/Ac1Laukx/8QAGBEAAgMAAAAAAAAAAAAAAAAAAQMEEBH/\
    2gAIAQIBAT8BiDGiv//EABQQAQAAAAAAAAAAAAAAAAAAACD/2gAIAQEABj8CX//EABYQAQEBAAAAAAAAAAAAAAAAABBBAP/aAAgBAQABPyHQwf/aAAwDAQ\
    ACAAMAAAAQL9//xAAbEQABBAMAAAAAAAAAAAAAAAABEBExQVFhcf/aAAgBAwEBPxAacU0Hpyn/xAAXEQADAQAAAAAAAAAAAAAAAAABEJGx/9oACAECAQE/\
    EKDCv//EABYQAQEBAAAAAAAAAAAAAAAAABDBAP/aAAgBAQABPxDVan//2Q==";

/// A JPEG without colours.
pub(super) const GREY: &str = "\
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk\
    //wAALCAAQABgBAREA/8QAFgABAQEAAAAAAAAAAAAAAAAABAUD/8QAFxABAAMAAAAAAAAAAAAAAAAAAARCgf/aAAgBAQAAPwDNBmU0ZSGmU0Z//9k=";

/// A JPEG in the inks of print (CMYK), as Adobe's programs write it.
pub(super) const INKS: &str = "\
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBKUVJP/8\
    AAFAgAEAAYBEMRAE0RAFkRAEsRAP/EABYAAQEBAAAAAAAAAAAAAAAAAAYAB//EABgQAQADAQAAAAAAAAAAAAAAAAAHRYPC/9oADgRDAE0AWQBLAAA/ABJA\
    EtOMZAr9OWUmMf2GfSDkYpsSY6g6QK/TlGMf2GfSDkYp/9k=";

/// A JPEG that says in Exif data that it is to be turned to the right, by which camera it was taken, and where.
pub(super) const LYING: &str = "\
    /9j/4AAQSkZJRgABAQAAAQABAAD/4QB4RXhpZgAATU0AKgAAAAgAAwEPAAIAAAAHAAAAMgESAAMAAAABAAYAAIglAAQAAAABAAAAOgAAAABDYW1lcmEAAA\
    ACAAEAAgAAAAJOAAAAAAIABQAAAAMAAABYAAAAAAAAADQAAAABAAAAHwAAAAEAAAAAAAAAAf/bAEMADQkKCwoIDQsKCw4ODQ8TIBUTEhITJxweFyAuKTEw\
    LiktLDM6Sj4zNkY3LC1AV0FGTE5SU1IyPlphWlBgSlFST//bAEMBDg4OExETJhUVJk81LTVPT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0\
    9PT09PT09PT09PT09PT//AABEIABAAGAMBIgACEQEDEQH/xAAXAAEBAQEAAAAAAAAAAAAAAAAABAMF/8QAFxABAAMAAAAAAAAAAAAAAAAAAARCgf/EABcB\
    AAMBAAAAAAAAAAAAAAAAAAIEBQb/xAAjEQAABAMJAAAAAAAAAAAAAAAAAQISBAURAxQiMUFRcYGx/9oADAMBAAIRAxEAPwDNwZlNUpplNBKUtik9+GHSlt\
    yhrXE51NKZHye4mAbESx//2Q==";

/// A lossy WebP.
pub(super) const LOSSY: &str = "\
    UklGRloAAABXRUJQVlA4IE4AAADQAwCdASoYABAAPrVInkmnJCKhMAgA4BaJQBdl0AoAFX/7gABuOAAA/uob/YyTf/Mzeja/c7Bx6aQN+Hx6aQ//YNO5In\
    yhtWnQYVEAAAA=";

/// A lossless WebP.
pub(super) const LOSSLESS: &str = "\
    UklGRjoAAABXRUJQVlA4TC4AAAAvF8ADABcgkE2OE2z+EwgkOmGNNqpAIAl13LHmP3LngECAMGlSqoKI/kcJnHoD";

/// A lossy WebP of which the lower half is seen through, the blue altogether.
pub(super) const LOSSY_ALPHA: &str = "\
    UklGRooAAABXRUJQVlA4WAoAAAAQAAAAFwAADwAAQUxQSBIAAAABINK2mfQ7PxscjogJeP5pdCdWUDggUgAAANADAJ0BKhgAEAA+tUieSackIqEwCADgFo\
    lAF2XQCgAVf/uAAG44AAD+6Hfyexf/29UShq4eX6zl+PTSBvw+PTSH/7Bp3JE+UNq07P+6T+agAAA=";

/// The same without loss.
pub(super) const LOSSLESS_ALPHA: &str = "\
    UklGRkwAAABXRUJQVlA4TEAAAAAvF8ADECcgkE2OE2z+EwgQcmRJkyoQSEIddywBCeG5LBdAvgM6wjAbSatwCqtwCuNPNc8FiOj/BAC0p5teo5sA";

/// A WebP that says in Exif data that it is to be turned to the right.
pub(super) const LYING_WEBP: &str = "\
    UklGRqIAAABXRUJQVlA4WAoAAAAIAAAAFwAADwAAVlA4IE4AAADQAwCdASoYABAAPrVInkmnJCKhMAgA4BaJQBdl0AoAFX/7gABuOAAA/uob/YyTf/Mzej\
    a/c7Bx6aQN+Hx6aQ//YNO5InyhtWnQYVEAAABFWElGLgAAAE1NACoAAAAIAAIBDwACAAAABwAAACYBEgADAAAAAQAGAAAAAAAAQ2FtZXJhAAA=";

/// A WebP of two frames.
pub(super) const ANIMATED: &str = "\
    UklGRgYBAABXRUJQVlA4WAoAAAACAAAAFwAADwAAQU5JTQYAAAAAAAAAAABBTk1GaAAAAAAAAAAAABcAAA8AAGQAAAJWUDggUAAAAJADAJ0BKhgAEAA+tU\
    ifSickIqGwCADgFolAE6OQBV/+4AAfYAAA/umd/TGFf+Zm9G190aP49NIelPbx6aQ//hWuOGhif95LmPcd/4pGQAAAQU5NRmoAAAAAAAAAAAAXAAAPAABk\
    AAAAVlA4IFIAAAC0AwCdASoYABAAPrUwqVCBgAABaJagCdMoRwN5BQAKv/3AAD7cAAD+7ohhG7/UgP/I65pyiuwIPl2VfV80x3s77/YN//8qYqEP1fnY35\
    0qgAAA";

/// The bytes of a file.
pub(super) fn file(base64: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(base64).unwrap()
}

/// Whether the picture is near this colour there.
pub(super) fn is_near(picture: &Pixels, (x, y): (usize, usize), expected: [u8; 4]) -> bool {
    let pixel = picture.pixels[y * picture.width + x];
    pixel.iter().zip(expected).all(|(value, expected)| value.abs_diff(expected) < 24)
}

/// Asserts that it is the picture, with all of it seen.
pub(super) fn assert_shown(picture: &Pixels) {
    assert_eq!((picture.width, picture.height()), (24, 16));
    for (at, colour) in [
        ((3, 3), [40, 180, 40, 255]),
        ((3, 12), [200, 40, 40, 255]),
        ((20, 3), [40, 40, 200, 255]),
        ((20, 12), [40, 40, 200, 255]),
    ] {
        assert!(is_near(picture, at, colour), "{at:?}: {:?}", picture.pixels[at.1 * picture.width + at.0]);
    }
}

/// Asserts that it is the picture, turned to the right.
pub(super) fn assert_turned(picture: &Pixels) {
    assert_eq!((picture.width, picture.height()), (16, 24));
    for (at, colour) in [((12, 3), [40, 180, 40, 255]), ((3, 3), [200, 40, 40, 255]), ((8, 20), [40, 40, 200, 255])] {
        assert!(is_near(picture, at, colour), "{at:?}: {:?}", picture.pixels[at.1 * picture.width + at.0]);
    }
}
