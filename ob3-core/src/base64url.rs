//! Base64url without padding (RFC 4648 §5), as JOSE and multibase `u` write it.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The text of some bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let digit = (group >> (18 - 6 * place)) & 63;
            text.extend(ALPHABET.get(digit as usize).map(|c| char::from(*c)));
        }
    }
    text
}

/// The bytes of a text; `None` for padding, for other characters, and for bits that no encoder leaves behind.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut group = 0_u32;
        for byte in chunk {
            group = group << 6 | u32::from(value(*byte)?);
        }
        let decoded = match chunk.len() {
            4 => 3,
            3 if group & 0b11 == 0 => 2,
            2 if group & 0b1111 == 0 => 1,
            _ => return None,
        };
        let [_, a, b, c] = (group << (6 * (4 - chunk.len()))).to_be_bytes();
        bytes.extend_from_slice([a, b, c].get(..decoded)?);
    }
    Some(bytes)
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_their_text() {
        // RFC 4648 §10, without padding
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (b"fooba", "Zm9vYmE"),
            (b"foobar", "Zm9vYmFy"),
            (&[0xfb, 0xff], "-_8"),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["Zg==", "Zm8=", "Z", "Zm9vZ", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm 9v", "Zmé9"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
