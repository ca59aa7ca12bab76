//! A quick hash for tables that live no longer than a document, or hold only what pinned contexts define. It keeps no
//! secret: the limits on what is put into such tables bound what a bad spread can cost.

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The state after some more bytes, eight at a time.
pub(crate) fn mix(mut state: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = add(state, u64::from_le_bytes(*word));
    }
    // What is left over, together with some of what came before it where there is that much.
    if let Some(word) = bytes.last_chunk().filter(|_| !rest.is_empty()) {
        return add(state, u64::from_le_bytes(*word));
    }
    rest.iter().fold(state, |state, byte| add(state, u64::from(*byte)))
}

const fn add(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER)
}
