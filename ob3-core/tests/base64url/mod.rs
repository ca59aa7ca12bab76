//! Base64url without padding (RFC 4648 §5), written apart from the core's so that both can not be wrong alike.

/// The text of some bytes.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit =
        |bits: &[u8]| bits.iter().chain([0; 5].iter()).take(6).fold(0, |digit, bit| digit << 1 | usize::from(*bit));
    bits.chunks(6).map(|bits| char::from(ALPHABET[digit(bits)])).collect()
}
