//! A quick hash for tables that live no longer than a document, or hold only what pinned contexts define. It keeps no
//! secret: the limits on what is put into such tables bound what a bad spread can cost.

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The state after some more bytes, eight at a time.
pub(crate) fn mix(mut state: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = (state.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(MULTIPLIER);
    }
    for byte in rest {
        state = (state.rotate_left(23) ^ u64::from(*byte)).wrapping_mul(MULTIPLIER);
    }
    state
}
