//! Multibase base58btc, `z…`, written apart from the core's so that both can not be wrong alike.

const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The text of these bytes.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let digits = convert(bytes.iter().copied(), 256, 58);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = std::iter::repeat_n(0, zeros).chain(digits);
    std::iter::once('z')
        .chain(digits.filter_map(|digit| ALPHABET.get(usize::from(digit)).map(|d| char::from(*d))))
        .collect()
}

/// The bytes of this text, if it is one.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .strip_prefix('z')?
        .bytes()
        .map(|digit| u8::try_from(ALPHABET.iter().position(|known| *known == digit)?).ok())
        .collect();
    let digits = digits?;
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    Some(std::iter::repeat_n(0, zeros).chain(convert(digits.iter().copied(), 58, 256)).collect())
}

/// A number's digits in another base, the highest first, none of them leading zeros.
fn convert(digits: impl Iterator<Item = u8>, from: u32, to: u32) -> Vec<u8> {
    let mut low_first: Vec<u8> = Vec::new();
    for digit in digits {
        let mut carry = u32::from(digit);
        for place in &mut low_first {
            carry += u32::from(*place) * from;
            *place = u8::try_from(carry % to).unwrap_or_default();
            carry /= to;
        }
        while carry > 0 {
            low_first.push(u8::try_from(carry % to).unwrap_or_default());
            carry /= to;
        }
    }
    low_first.reverse();
    low_first
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn the_published_example_comes_out_both_ways() {
        assert_eq!(encode(b"Hello World!"), "z2NEpo7TZRRrLZSi2U");
        assert_eq!(decode("z2NEpo7TZRRrLZSi2U"), Some(b"Hello World!".to_vec()));
        assert_eq!(encode(&[0, 0, 0x28, 0x7f, 0xb4, 0xcd]), "z11233QC4");
        assert_eq!(decode("z11233QC4"), Some(vec![0, 0, 0x28, 0x7f, 0xb4, 0xcd]));
        assert_eq!(decode("z0OIl"), None);
    }
}
