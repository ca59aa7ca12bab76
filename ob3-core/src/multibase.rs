//! Base58btc and base64url, the two multibase alphabets that Data Integrity and status lists use.

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Longest base58 text that is decoded: decoding takes quadratic time, and the longest value that a proof carries (an
/// RSA key in a `did:key`) stays well below it.
const MAX_BASE58_CHARS: usize = 1024;

/// Multibase base58btc: the prefix `z` and the digits.
#[must_use]
pub(crate) fn encode_base58btc(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = Vec::with_capacity(bytes.len() * 138 / 100 + 1);
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut text = String::with_capacity(1 + zeros + digits.len());
    text.push('z');
    text.extend(std::iter::repeat_n('1', zeros));
    text.extend(digits.iter().rev().filter_map(|digit| BASE58.get(usize::from(*digit)).map(|c| char::from(*c))));
    text
}

/// The bytes of a multibase base58btc text; `None` without its prefix `z`, or with a character outside the alphabet.
#[must_use]
pub(crate) fn decode_base58btc(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix('z')?.as_bytes();
    if digits.len() > MAX_BASE58_CHARS {
        return None;
    }
    // Little-endian words; five digits at a time, since 58^5 is the greatest power that a word holds.
    let mut words: Vec<u32> = Vec::with_capacity(digits.len() / 5 + 1);
    for group in digits.chunks(5) {
        let (mut factor, mut carry) = (1, 0);
        for digit in group {
            factor *= 58;
            carry = carry * 58 + u64::from(base58_value(*digit)?);
        }
        for word in &mut words {
            carry += u64::from(*word) * factor;
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            words.push(carry as u32);
        }
    }
    let mut bytes = vec![0; digits.iter().take_while(|digit| **digit == b'1').count()];
    let value = words.iter().rev().flat_map(|word| word.to_be_bytes());
    bytes.extend(value.skip_while(|byte| *byte == 0));
    Some(bytes)
}

// The alphabet is ASCII order with 0, I, O and l left out.
fn base58_value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'1'..=b'9' => digit - b'1',
        b'A'..=b'H' => digit - b'A' + 9,
        b'J'..=b'N' => digit - b'J' + 17,
        b'P'..=b'Z' => digit - b'P' + 22,
        b'a'..=b'k' => digit - b'a' + 33,
        b'm'..=b'z' => digit - b'm' + 44,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base58_follows_the_published_examples() {
        // draft-msporny-base58-03 §5
        for (bytes, text) in [
            (&b"Hello World!"[..], "z2NEpo7TZRRrLZSi2U"),
            (
                b"The quick brown fox jumps over the lazy dog.",
                "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
            ),
            (&[0, 0, 0x28, 0x7f, 0xb4, 0xcd], "z11233QC4"),
            (&[], "z"),
        ] {
            assert_eq!(encode_base58btc(bytes), text);
            assert_eq!(decode_base58btc(text).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn text_outside_the_alphabet_is_refused() {
        for text in ["", "2NEpo7TZRRrLZSi2U", "z0", "zI", "zO", "zl", "z2 N", "zé"] {
            assert_eq!(decode_base58btc(text), None, "{text}");
        }
        assert_eq!(decode_base58btc(&format!("z{}", "2".repeat(MAX_BASE58_CHARS + 1))), None);
    }
}
