//! Text without anything that JSON or N-Quads would escape: most of a credential is such text, so it is looked for eight
//! bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;

/// How many bytes there are before the first control character (DEL among them), quotation mark or backslash.
pub fn plain_prefix(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (word, at) in words.iter().zip((0..).step_by(8)) {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
    }
    // What is left over, together with some of what came before it where there is that much.
    if let Some(word) = bytes.last_chunk() {
        let found = special(u64::from_le_bytes(*word));
        return bytes.len() - 8 + found.trailing_zeros() as usize / 8;
    }
    let is_special = |byte: &u8| special(u64::from(*byte) | u64::MAX << 8) & 0x80 != 0;
    rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The high bit of the first byte that is special; bytes after it may be marked wrongly. Subtracting a limit borrows into
/// the high bit of a byte that is below it.
#[inline(always)]
const fn special(word: u64) -> u64 {
    #[inline(always)]
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(ONES * limit as u64) & !word
    }
    #[inline(always)]
    const fn is(word: u64, byte: u8) -> u64 {
        below(word ^ (ONES * byte as u64), 1)
    }
    (below(word, 0x20) | is(word, b'"') | is(word, b'\\') | is(word, 0x7f)) & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_ends_where_something_is_escaped() {
        for byte in 0..=255_u8 {
            let is_special = byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f);
            for length in 0..20 {
                for at in 0..length {
                    let mut text = vec![b'~'; length];
                    text[at] = byte;
                    text.extend(*b"\xc3\xa9!");
                    assert_eq!(plain_prefix(&text), if is_special { at } else { text.len() }, "{byte} at {at}");
                }
            }
        }
    }
}
