//! The checksum of PNG chunks and of gzip: CRC-32 of ISO 3309.

/// The polynomial, bits reversed: the lowest bit stands for the highest power.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// What becomes of each byte that is shifted out of the state.
type Table = [u32; 256];

static TABLE: Table = table();

/// From here on it pays to make the further tables, which are too large to be carried in every wasm.
const LONG: usize = 4096;

/// The checksum of the concatenation of `parts`.
pub(crate) fn crc32(parts: &[&[u8]]) -> u32 {
    !parts
        .iter()
        .fold(u32::MAX, |state, part| if part.len() < LONG { byte_wise(state, part) } else { eight_wise(state, part) })
}

fn byte_wise(state: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(state, |state, byte| {
        let [low, ..] = state.to_le_bytes();
        entry(&TABLE, low ^ byte) ^ (state >> 8)
    })
}

/// Eight bytes a step: each has a table of what it becomes while the bytes behind it are shifted in.
fn eight_wise(mut state: u32, bytes: &[u8]) -> u32 {
    let mut tables = [TABLE; 8];
    let mut before = TABLE;
    for table in tables.iter_mut().skip(1) {
        for value in &mut before {
            let [low, ..] = value.to_le_bytes();
            *value = entry(&TABLE, low) ^ (*value >> 8);
        }
        *table = before;
    }
    let [t0, t1, t2, t3, t4, t5, t6, t7] = &tables;
    let (steps, rest) = bytes.as_chunks::<8>();
    for [a, b, c, d, e, f, g, h] in steps {
        let [s, t, u, v] = state.to_le_bytes();
        state = entry(t7, a ^ s) ^ entry(t6, b ^ t) ^ entry(t5, c ^ u) ^ entry(t4, d ^ v);
        state ^= entry(t3, *e) ^ entry(t2, *f) ^ entry(t1, *g) ^ entry(t0, *h);
    }
    byte_wise(state, rest)
}

#[expect(clippy::indexing_slicing, reason = "a byte can not leave a table of 256")]
fn entry(table: &Table, byte: u8) -> u32 {
    table[usize::from(byte)]
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where a panic is an error")]
const fn table() -> Table {
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
    use super::{LONG, byte_wise, crc32};

    #[test]
    fn the_check_value_of_crc_32_comes_out() {
        assert_eq!(crc32(&[b"123456789"]), 0xcbf4_3926);
    }

    #[test]
    fn parts_count_as_their_concatenation() {
        assert_eq!(crc32(&[b"1234", b"", b"56789"]), crc32(&[b"123456789"]));
    }

    #[test]
    fn long_parts_count_as_if_taken_byte_by_byte() {
        let bytes: Vec<u8> = (0..3 * LONG).map(|at| u8::try_from(at * at % 251).unwrap()).collect();
        for length in LONG - 1..LONG + 17 {
            for bytes in [&bytes[..length], &bytes[3..3 + length]] {
                assert_eq!(crc32(&[b"IDAT", bytes]), !byte_wise(byte_wise(u32::MAX, b"IDAT"), bytes), "{length} bytes");
            }
        }
    }

    #[test]
    fn the_empty_end_chunk_has_its_well_known_checksum() {
        assert_eq!(crc32(&[b"IEND", b""]), 0xae42_6082);
    }
}
