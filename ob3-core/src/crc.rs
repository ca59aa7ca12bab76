//! The checksum of PNG chunks and of gzip: CRC-32 of ISO 3309.

/// The polynomial, bits reversed: the lowest bit stands for the highest power.
const POLYNOMIAL: u32 = 0xedb8_8320;

static TABLE: [u32; 256] = table();

/// The checksum of the concatenation of `parts`.
pub(crate) fn crc32(parts: &[&[u8]]) -> u32 {
    let mut state = u32::MAX;
    for byte in parts.iter().copied().flatten() {
        let [low, ..] = state.to_le_bytes();
        state = entry(low ^ byte) ^ (state >> 8);
    }
    !state
}

#[expect(clippy::indexing_slicing, reason = "a byte can not leave a table of 256")]
fn entry(byte: u8) -> u32 {
    TABLE[usize::from(byte)]
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where a panic is an error")]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    let mut seed = 0;
    while byte < table.len() {
        let mut state: u32 = seed;
        let mut bit = 0;
        while bit < 8 {
            state = if state & 1 == 1 { POLYNOMIAL ^ (state >> 1) } else { state >> 1 };
            bit += 1;
        }
        table[byte] = state;
        byte += 1;
        seed += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn the_check_value_of_crc_32_comes_out() {
        assert_eq!(crc32(&[b"123456789"]), 0xcbf4_3926);
    }

    #[test]
    fn parts_count_as_their_concatenation() {
        assert_eq!(crc32(&[b"1234", b"", b"56789"]), crc32(&[b"123456789"]));
    }

    #[test]
    fn the_empty_end_chunk_has_its_well_known_checksum() {
        assert_eq!(crc32(&[b"IEND", b""]), 0xae42_6082);
    }
}
