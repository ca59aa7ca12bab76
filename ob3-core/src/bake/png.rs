//! A credential in a PNG: one `iTXt` chunk with the keyword `openbadgecredential`, uncompressed, at most once (OB 3.0 §5.3.1).
//! Some bakers compress it all the same: that is read, within the limit of any credential, and never written.
//!
//! The chunks are walked and never decoded. Reading checks the checksums of the header and of the credential's chunk, which is
//! all that is read: those of the pixels say nothing about the credential, and checking them would cost most of the time.
//! Baking checks all of them, so that no broken image is published anew.

use std::borrow::Cow;

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use super::{BakeError, PngFault};
use crate::crc::crc32;

/// The largest image that is read: what a browser still shows without complaint, and no badge comes near.
pub(crate) const MAX_PNG_BYTES: usize = 32 * 1024 * 1024;

/// The largest credential that is carried: a credential with a few images of its own as `data:` URLs.
pub(super) const MAX_CREDENTIAL_BYTES: usize = 2 * 1024 * 1024;

/// The most chunks that are walked: [`MAX_PNG_BYTES`] in image data chunks of 512 bytes.
pub(super) const MAX_CHUNKS: usize = 65_536;

/// PNG §11.3.3: a keyword has 1 to 79 bytes.
const MAX_KEYWORD_BYTES: usize = 79;

/// PNG §5.3: a length must not exceed 2³¹ − 1.
const MAX_CHUNK_LENGTH: u32 = 0x7fff_ffff;

/// PNG §11.2.1: the header's length.
const HEADER_LENGTH: usize = 13;

/// A chunk's length, type and checksum, in bytes.
const CHUNK_OVERHEAD: usize = 12;

/// PNG §5.2.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

const KEYWORD: &[u8] = b"openbadgecredential";

/// What stands between the keyword and the text: NUL, compression flag 0 and method 0, no language, no translated keyword.
const FIELDS: &[u8] = b"\0\0\0\0\0";

const OPEN_BADGES_2_KEYWORD: &[u8] = b"openbadges";

/// Takes the credential out of a PNG: a compact JWS or the JSON of a credential, as it was baked in. It is borrowed from the
/// image, or owned where it was compressed.
///
/// # Errors
/// The image is not a well-formed PNG, carries no credential, more than one, or one that is not UTF-8 or too large.
pub fn extract_png(png: &[u8]) -> Result<Cow<'_, str>, BakeError> {
    let mut credential = None;
    let mut open_badges_2 = false;
    for chunk in Chunks::of(png)? {
        let chunk = chunk?;
        match chunk.keyword() {
            Some(KEYWORD) if credential.is_some() => return Err(BakeError::SeveralCredentials),
            Some(KEYWORD) => credential = Some(chunk),
            Some(OPEN_BADGES_2_KEYWORD) => open_badges_2 = true,
            _ => {}
        }
    }
    match credential {
        Some(chunk) => credential_text(&chunk),
        None if open_badges_2 => Err(BakeError::OpenBadges2),
        None => Err(BakeError::NoCredential),
    }
}

/// Puts a credential into a PNG, in place of any that it carries. Every other chunk stays as it is, byte for byte.
///
/// The credential goes right behind the header, where readers find it that stop at the image data.
///
/// # Errors
/// The image is not a well-formed PNG, or the credential is empty, too large or holds a NUL character.
pub fn bake_png(png: &[u8], credential: &str) -> Result<Vec<u8>, BakeError> {
    if credential.len() > MAX_CREDENTIAL_BYTES {
        return Err(BakeError::CredentialTooLarge { bytes: credential.len() });
    }
    // PNG §11.3.3.4: the text holds no NUL.
    if credential.is_empty() || credential.contains('\0') {
        return Err(BakeError::CredentialNotText);
    }
    let mut baked = Vec::with_capacity(png.len() + credential.len() + KEYWORD.len() + FIELDS.len() + CHUNK_OVERHEAD);
    baked.extend_from_slice(SIGNATURE);
    for chunk in Chunks::of(png)? {
        let chunk = chunk?;
        chunk.check()?;
        if chunk.keyword() != Some(KEYWORD) {
            baked.extend_from_slice(chunk.bytes);
        }
        if chunk.kind == b"IHDR" {
            append_credential(&mut baked, credential)?;
        }
    }
    Ok(baked)
}

/// Appends the `iTXt` chunk.
fn append_credential(baked: &mut Vec<u8>, credential: &str) -> Result<(), BakeError> {
    let parts: [&[u8]; 4] = [b"iTXt", KEYWORD, FIELDS, credential.as_bytes()];
    let length: usize = parts.iter().skip(1).map(|part| part.len()).sum();
    let length = u32::try_from(length).map_err(|_| BakeError::CredentialTooLarge { bytes: credential.len() })?;
    baked.extend_from_slice(&length.to_be_bytes());
    for part in parts {
        baked.extend_from_slice(part);
    }
    baked.extend_from_slice(&crc32(&parts).to_be_bytes());
    Ok(())
}

/// The text of the chunk that has the credential's keyword.
fn credential_text<'a>(chunk: &Chunk<'a>) -> Result<Cow<'a, str>, BakeError> {
    let unreadable = || BakeError::Malformed { offset: chunk.offset, fault: PngFault::CredentialChunk };
    if chunk.data.len() > KEYWORD.len() + FIELDS.len() + MAX_CREDENTIAL_BYTES {
        return Err(BakeError::CredentialTooLarge { bytes: chunk.data.len() });
    }
    chunk.check()?;
    match chunk.kind {
        b"iTXt" => {}
        b"zTXt" => return Err(BakeError::CompressedCredential),
        _ => return Err(unreadable()),
    }
    let (flag, rest) =
        chunk.data.get(KEYWORD.len() + 1..).and_then(|rest| rest.split_at_checked(2)).ok_or_else(unreadable)?;
    let (_language, rest) = split_at_nul(rest).ok_or_else(unreadable)?;
    let (_translated_keyword, text) = split_at_nul(rest).ok_or_else(unreadable)?;
    match flag {
        [0, 0] => core::str::from_utf8(text).map(Cow::Borrowed).map_err(|_| BakeError::CredentialNotUtf8),
        // PNG §11.3.3.4: method 0 is the zlib format.
        [1, 0] => {
            let inflated = decompress_to_vec_zlib_with_limit(text, MAX_CREDENTIAL_BYTES);
            let inflated = inflated.map_err(|error| match error.status {
                TINFLStatus::HasMoreOutput => BakeError::CredentialTooLarge { bytes: MAX_CREDENTIAL_BYTES + 1 },
                _ => unreadable(),
            })?;
            String::from_utf8(inflated).map(Cow::Owned).map_err(|_| BakeError::CredentialNotUtf8)
        }
        _ => Err(unreadable()),
    }
}

/// What stands before the first NUL, and what behind it.
fn split_at_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

struct Chunk<'a> {
    /// Where the chunk begins in the file.
    offset: usize,
    /// The whole chunk, with length and checksum.
    bytes: &'a [u8],
    kind: &'a [u8; 4],
    data: &'a [u8],
    checksum: u32,
}

impl<'a> Chunk<'a> {
    /// Whether the chunk's bytes are those that its checksum was made of.
    fn is_intact(&self) -> bool {
        crc32(&[self.kind, self.data]) == self.checksum
    }

    fn check(&self) -> Result<(), BakeError> {
        if self.is_intact() {
            return Ok(());
        }
        Err(BakeError::Malformed { offset: self.offset, fault: PngFault::Checksum })
    }

    /// The keyword of a text chunk of any kind.
    fn keyword(&self) -> Option<&'a [u8]> {
        match self.kind {
            b"iTXt" | b"tEXt" | b"zTXt" => {
                let head = self.data.get(..=MAX_KEYWORD_BYTES).unwrap_or(self.data);
                split_at_nul(head).map(|(keyword, _)| keyword)
            }
            _ => None,
        }
    }
}

/// The chunks of a PNG, from `IHDR` to `IEND`, with the order checked on the way.
struct Chunks<'a> {
    rest: &'a [u8],
    offset: usize,
    count: usize,
    has_image_data: bool,
    done: bool,
}

impl<'a> Chunks<'a> {
    fn of(png: &'a [u8]) -> Result<Self, BakeError> {
        let rest = png.strip_prefix(SIGNATURE).ok_or(BakeError::NotPng)?;
        if png.len() > MAX_PNG_BYTES {
            return Err(BakeError::ImageTooLarge { bytes: png.len() });
        }
        Ok(Self { rest, offset: SIGNATURE.len(), count: 0, has_image_data: false, done: false })
    }

    fn read(&mut self) -> Result<Chunk<'a>, PngFault> {
        let (chunk, rest) = split_chunk(self.rest, self.offset)?;
        if !chunk.kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(PngFault::ChunkType);
        }
        self.count += 1;
        if self.count > MAX_CHUNKS {
            return Err(PngFault::TooManyChunks);
        }
        // PNG §5.6: IHDR is first, once; IDAT is there; IEND is last.
        match (chunk.kind, self.count) {
            (b"IHDR", 1) if chunk.data.len() != HEADER_LENGTH => return Err(PngFault::Header),
            (b"IHDR", 1) if !chunk.is_intact() => return Err(PngFault::Checksum),
            (b"IHDR", 1) => {}
            (b"IHDR", _) | (_, 1) => return Err(PngFault::Header),
            (b"IDAT", _) => self.has_image_data = true,
            (b"IEND", _) if !self.has_image_data => return Err(PngFault::NoImageData),
            (b"IEND", _) if !chunk.data.is_empty() || !rest.is_empty() => return Err(PngFault::AfterEnd),
            (b"IEND", _) => self.done = true,
            _ => {}
        }
        self.rest = rest;
        self.offset += chunk.bytes.len();
        Ok(chunk)
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, BakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let offset = self.offset;
        let chunk = self.read().map_err(|fault| BakeError::Malformed { offset, fault });
        self.done |= chunk.is_err();
        Some(chunk)
    }
}

/// The first chunk, and the bytes behind it.
fn split_chunk(bytes: &[u8], offset: usize) -> Result<(Chunk<'_>, &[u8]), PngFault> {
    let (length, behind_length) = bytes.split_first_chunk::<4>().ok_or(PngFault::Truncated)?;
    let (kind, behind_kind) = behind_length.split_first_chunk::<4>().ok_or(PngFault::Truncated)?;
    let length = u32::from_be_bytes(*length);
    if length > MAX_CHUNK_LENGTH {
        return Err(PngFault::Truncated);
    }
    let length = usize::try_from(length).map_err(|_| PngFault::Truncated)?;
    let (data, behind_data) = behind_kind.split_at_checked(length).ok_or(PngFault::Truncated)?;
    let (checksum, rest) = behind_data.split_first_chunk::<4>().ok_or(PngFault::Truncated)?;
    let whole = bytes.get(..bytes.len() - rest.len()).ok_or(PngFault::Truncated)?;
    Ok((Chunk { offset, bytes: whole, kind, data, checksum: u32::from_be_bytes(*checksum) }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec_zlib;

    const CREDENTIAL: &str = r#"{"name":"Grüße 🏅"}"#;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend_from_slice(kind);
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(&crc32(&[kind, data]).to_be_bytes());
        bytes
    }

    fn png_of(chunks: &[Vec<u8>]) -> Vec<u8> {
        [SIGNATURE.to_vec(), chunks.concat()].concat()
    }

    fn ihdr() -> Vec<u8> {
        chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
    }

    /// One black pixel: the zlib stream of two zero bytes, stored.
    fn idat() -> Vec<u8> {
        chunk(b"IDAT", &[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 0, 0, 2, 0, 1])
    }

    fn iend() -> Vec<u8> {
        chunk(b"IEND", &[])
    }

    fn itxt(fields: &[u8], text: &[u8]) -> Vec<u8> {
        chunk(b"iTXt", &[KEYWORD, b"\0", fields, text].concat())
    }

    fn plain_itxt() -> Vec<u8> {
        itxt(b"\0\0\0\0", CREDENTIAL.as_bytes())
    }

    fn plain_png() -> Vec<u8> {
        png_of(&[ihdr(), idat(), iend()])
    }

    fn fault(result: Result<Cow<'_, str>, BakeError>) -> PngFault {
        match result {
            Err(BakeError::Malformed { fault, .. }) => fault,
            other => panic!("not malformed: {other:?}"),
        }
    }

    #[test]
    fn what_is_baked_is_extracted() {
        let baked = bake_png(&plain_png(), CREDENTIAL).unwrap();
        assert_eq!(extract_png(&baked), Ok(CREDENTIAL.into()));
    }

    #[test]
    fn the_baked_chunk_has_the_bytes_that_the_standard_asks_for() {
        let baked = bake_png(&plain_png(), "{}").unwrap();
        let expected = png_of(&[ihdr(), chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}"), idat(), iend()]);
        assert_eq!(baked, expected);
    }

    #[test]
    fn baking_again_replaces_the_credential_wherever_it_stood() {
        let before = png_of(&[ihdr(), idat(), plain_itxt(), itxt(b"\x01\0\0\0", b"old"), iend()]);
        let baked = bake_png(&before, "{}").unwrap();
        assert_eq!(baked, bake_png(&plain_png(), "{}").unwrap());
        assert_eq!(extract_png(&baked), Ok("{}".into()));
    }

    #[test]
    fn other_chunks_keep_their_bytes_and_order() {
        let others = [ihdr(), chunk(b"prVt", b"x"), idat(), chunk(b"tEXt", b"openbadges\0{}"), iend()];
        let baked = bake_png(&png_of(&others), CREDENTIAL).unwrap();
        let expected = [&others[..1], &[plain_itxt()], &others[1..]].concat();
        assert_eq!(baked, png_of(&expected));
    }

    #[test]
    fn nothing_is_baked_into_an_image_with_a_wrong_checksum() {
        let png = png_of(&[ihdr(), plain_itxt(), idat(), chunk(b"tEXt", b"Comment\0hello"), iend()]);
        for place in [b"IHDR", b"iTXt", b"IDAT", b"tEXt"] {
            let mut altered = png.clone();
            let at = png.windows(4).position(|bytes| bytes == place).unwrap();
            altered[at + 8] ^= 1;
            assert_eq!(
                fault(bake_png(&altered, "{}").as_ref().map(|_| "".into()).map_err(Clone::clone)),
                PngFault::Checksum
            );
        }
    }

    #[test]
    fn a_credential_behind_the_image_data_is_found() {
        assert_eq!(extract_png(&png_of(&[ihdr(), idat(), plain_itxt(), iend()])), Ok(CREDENTIAL.into()));
    }

    #[test]
    fn a_language_and_a_translated_keyword_are_passed_over() {
        let text = itxt("\0\0de\0Abzeichen-Nachweis\0".as_bytes(), CREDENTIAL.as_bytes());
        assert_eq!(extract_png(&png_of(&[ihdr(), text, idat(), iend()])), Ok(CREDENTIAL.into()));
    }

    #[test]
    fn an_image_without_a_credential_says_so() {
        let png = png_of(&[ihdr(), chunk(b"tEXt", b"Software\0openbadgecredential"), idat(), iend()]);
        assert_eq!(extract_png(&png), Err(BakeError::NoCredential));
    }

    #[test]
    fn an_open_badges_2_image_says_so() {
        for kind in [b"iTXt", b"tEXt"] {
            let png = png_of(&[ihdr(), chunk(kind, b"openbadges\0\0\0\0\0{}"), idat(), iend()]);
            assert_eq!(extract_png(&png), Err(BakeError::OpenBadges2));
        }
    }

    #[test]
    fn a_credential_beside_an_open_badges_2_assertion_is_extracted() {
        let png = png_of(&[ihdr(), chunk(b"tEXt", b"openbadges\0{}"), plain_itxt(), idat(), iend()]);
        assert_eq!(extract_png(&png), Ok(CREDENTIAL.into()));
    }

    #[test]
    fn a_second_credential_is_refused_even_in_another_kind_of_text_chunk() {
        let same = png_of(&[ihdr(), plain_itxt(), idat(), plain_itxt(), iend()]);
        assert_eq!(extract_png(&same), Err(BakeError::SeveralCredentials));
        let other = chunk(b"tEXt", b"openbadgecredential\0{}");
        assert_eq!(
            extract_png(&png_of(&[ihdr(), plain_itxt(), other, idat(), iend()])),
            Err(BakeError::SeveralCredentials)
        );
    }

    #[test]
    fn a_compressed_credential_is_read_and_never_written() {
        let compressed = |text: &[u8]| itxt(&[b"\x01\0\0\0", &*compress_to_vec_zlib(text, 9)].concat(), b"");
        let png = png_of(&[ihdr(), compressed(CREDENTIAL.as_bytes()), idat(), iend()]);
        assert!(matches!(extract_png(&png), Ok(Cow::Owned(text)) if text == CREDENTIAL));
        assert_eq!(bake_png(&png, CREDENTIAL), bake_png(&plain_png(), CREDENTIAL));
    }

    #[test]
    fn what_inflates_beyond_the_limit_or_not_at_all_is_refused() {
        let png = |stream: &[u8]| png_of(&[ihdr(), itxt(b"\x01\0\0\0", stream), idat(), iend()]);
        let largest = compress_to_vec_zlib(&vec![b' '; MAX_CREDENTIAL_BYTES], 9);
        assert_eq!(extract_png(&png(&largest)).map(|text| text.len()), Ok(MAX_CREDENTIAL_BYTES));
        let bomb = compress_to_vec_zlib(&vec![b' '; 64 << 20], 9);
        let error = BakeError::CredentialTooLarge { bytes: MAX_CREDENTIAL_BYTES + 1 };
        assert_eq!(extract_png(&png(&bomb)), Err(error));
        let stream = compress_to_vec_zlib(CREDENTIAL.as_bytes(), 9);
        let mut other_sum = stream.clone();
        *other_sum.last_mut().unwrap() ^= 1;
        for broken in [&b""[..], b"x", &stream[..stream.len() / 2], &other_sum] {
            assert_eq!(fault(extract_png(&png(broken))), PngFault::CredentialChunk, "{broken:?}");
        }
        assert_eq!(extract_png(&png(&compress_to_vec_zlib(b"\xff", 9))), Err(BakeError::CredentialNotUtf8));
    }

    #[test]
    fn a_compressed_latin_1_credential_is_refused() {
        let text = chunk(b"zTXt", b"openbadgecredential\0\0x");
        assert_eq!(extract_png(&png_of(&[ihdr(), text, idat(), iend()])), Err(BakeError::CompressedCredential));
    }

    #[test]
    fn a_credential_in_a_latin_1_text_chunk_is_refused() {
        let png = png_of(&[ihdr(), chunk(b"tEXt", b"openbadgecredential\0{}"), idat(), iend()]);
        assert_eq!(fault(extract_png(&png)), PngFault::CredentialChunk);
    }

    #[test]
    fn a_credential_chunk_that_ends_within_its_fields_is_refused() {
        for fields in [&b""[..], b"\0", b"\0\0", b"\0\0en", b"\0\0\0", b"\0\0en\0x"] {
            let png = png_of(&[ihdr(), chunk(b"iTXt", &[KEYWORD, b"\0", fields].concat()), idat(), iend()]);
            assert_eq!(fault(extract_png(&png)), PngFault::CredentialChunk, "{fields:?}");
        }
    }

    #[test]
    fn an_unknown_compression_flag_or_method_is_refused() {
        for fields in [b"\x02\0\0\0", b"\0\x01\0\0", b"\x01\x01\0\0"] {
            let png = png_of(&[ihdr(), itxt(fields, b"{}"), idat(), iend()]);
            assert_eq!(fault(extract_png(&png)), PngFault::CredentialChunk);
        }
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused() {
        let png = png_of(&[ihdr(), itxt(b"\0\0\0\0", b"{\"a\":\"\xff\"}"), idat(), iend()]);
        assert_eq!(extract_png(&png), Err(BakeError::CredentialNotUtf8));
    }

    #[test]
    fn one_flipped_bit_of_the_credential_breaks_its_checksum() {
        let mut png = png_of(&[ihdr(), plain_itxt(), idat(), iend()]);
        let at = png.windows(4).position(|bytes| bytes == b"name").unwrap();
        png[at] ^= 1;
        assert_eq!(fault(extract_png(&png)), PngFault::Checksum);
    }

    #[test]
    fn a_flipped_bit_of_the_pixels_does_not_keep_the_credential_from_being_read() {
        let mut png = png_of(&[ihdr(), plain_itxt(), idat(), iend()]);
        let at = png.windows(4).position(|bytes| bytes == b"IDAT").unwrap();
        png[at + 8] ^= 1;
        assert_eq!(extract_png(&png), Ok(CREDENTIAL.into()));
    }

    #[test]
    fn a_file_cut_short_anywhere_is_refused() {
        let png = png_of(&[ihdr(), plain_itxt(), idat(), iend()]);
        for length in 0..png.len() {
            let expected =
                if length < SIGNATURE.len() { BakeError::NotPng.code() } else { crate::report::Code::PngMalformed };
            assert_eq!(extract_png(&png[..length]).map_err(|error| error.code()), Err(expected), "{length} bytes");
        }
    }

    #[test]
    fn no_flipped_byte_makes_it_panic_or_bakes_what_can_not_be_extracted() {
        let png = png_of(&[ihdr(), plain_itxt(), idat(), iend()]);
        for at in 0..png.len() {
            for mask in [1, 0x20, 0x80, 0xff] {
                let mut altered = png.clone();
                altered[at] ^= mask;
                if let Ok(baked) = bake_png(&altered, "{}") {
                    assert_eq!(extract_png(&baked), Ok("{}".into()), "byte {at} with mask {mask}");
                }
                if let Ok(text) = extract_png(&altered) {
                    assert_eq!(text, CREDENTIAL, "byte {at} with mask {mask}");
                }
            }
        }
    }

    #[test]
    fn a_length_beyond_the_file_is_refused() {
        for length in [14u32, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
            let mut png = plain_png();
            png[8..12].copy_from_slice(&length.to_be_bytes());
            let fault = fault(extract_png(&png));
            assert!(matches!(fault, PngFault::Truncated | PngFault::Header), "{length}: {fault}");
        }
    }

    #[test]
    fn bytes_behind_the_end_are_refused() {
        let png = [png_of(&[ihdr(), plain_itxt(), idat(), iend()]), vec![0]].concat();
        assert_eq!(fault(extract_png(&png)), PngFault::AfterEnd);
        assert!(bake_png(&png, "{}").is_err());
    }

    #[test]
    fn the_order_of_the_critical_chunks_is_checked() {
        assert_eq!(fault(extract_png(&png_of(&[idat(), ihdr(), iend()]))), PngFault::Header);
        assert_eq!(fault(extract_png(&png_of(&[ihdr(), ihdr(), idat(), iend()]))), PngFault::Header);
        assert_eq!(fault(extract_png(&png_of(&[ihdr(), iend()]))), PngFault::NoImageData);
        assert_eq!(fault(extract_png(&png_of(&[ihdr(), idat()]))), PngFault::Truncated);
        assert_eq!(fault(extract_png(&png_of(&[chunk(b"IHDR", &[0; 12]), idat(), iend()]))), PngFault::Header);
    }

    #[test]
    fn a_header_with_a_wrong_checksum_is_refused() {
        let mut png = plain_png();
        png[19] ^= 1;
        assert_eq!(fault(extract_png(&png)), PngFault::Checksum);
    }

    #[test]
    fn a_chunk_type_that_is_not_letters_is_refused() {
        assert_eq!(fault(extract_png(&png_of(&[ihdr(), chunk(b"i1Xt", b""), idat(), iend()]))), PngFault::ChunkType);
    }

    #[test]
    fn a_keyword_longer_than_a_keyword_can_be_is_not_searched() {
        let text = [b"openbadgecredential".as_slice(), &[b'x'; 80], b"\0"].concat();
        let png = png_of(&[ihdr(), chunk(b"iTXt", &text), chunk(b"tEXt", b""), idat(), iend()]);
        assert_eq!(extract_png(&png), Err(BakeError::NoCredential));
    }

    #[test]
    fn the_limits_hold_at_their_edge() {
        let largest = "x".repeat(MAX_CREDENTIAL_BYTES);
        let error = BakeError::CredentialTooLarge { bytes: MAX_CREDENTIAL_BYTES + 1 };
        assert_eq!(bake_png(&plain_png(), &format!("{largest}x")), Err(error));
        assert!(extract_png(&bake_png(&plain_png(), &largest).unwrap()).unwrap() == largest);
        let larger = png_of(&[ihdr(), itxt(b"\0\0\0\0", format!("{largest}x").as_bytes()), idat(), iend()]);
        assert_eq!(extract_png(&larger).map_err(|error| error.code()), Err(crate::report::Code::InputTooLarge));

        let private = |count| png_of(&[ihdr(), chunk(b"prVt", b"").repeat(count), plain_itxt(), idat(), iend()]);
        assert_eq!(extract_png(&private(MAX_CHUNKS - 4)), Ok(CREDENTIAL.into()));
        assert_eq!(fault(extract_png(&private(MAX_CHUNKS - 3))), PngFault::TooManyChunks);

        let filled = |bytes: usize| {
            let filler = bytes - png_of(&[ihdr(), idat(), plain_itxt(), iend()]).len() - CHUNK_OVERHEAD;
            png_of(&[ihdr(), idat(), plain_itxt(), chunk(b"IDAT", &vec![0; filler]), iend()])
        };
        assert_eq!(extract_png(&filled(MAX_PNG_BYTES)), Ok(CREDENTIAL.into()));
        let error = BakeError::ImageTooLarge { bytes: MAX_PNG_BYTES + 1 };
        assert_eq!(extract_png(&filled(MAX_PNG_BYTES + 1)), Err(error));
    }

    #[test]
    fn text_that_a_chunk_can_not_carry_is_not_baked() {
        for text in ["", "{}\0"] {
            assert_eq!(bake_png(&plain_png(), text), Err(BakeError::CredentialNotText));
        }
    }

    #[test]
    fn what_is_not_a_png_is_not_read() {
        for bytes in [&b""[..], b"{}", b"\x89PNG\n\x1a\n", b"<svg/>"] {
            assert_eq!(extract_png(bytes), Err(BakeError::NotPng));
            assert_eq!(bake_png(bytes, "{}"), Err(BakeError::NotPng));
        }
    }
}
