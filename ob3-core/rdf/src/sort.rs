//! One stable merge sort for every type: the standard library's sorts are copied for each, and they were a tenth of the
//! wasm module.

/// Length of what is sorted by insertion.
const RUN: usize = 8;

/// The places of `count` things in their order; `is_after(a, b)` tells whether thing `a` belongs after thing `b`.
/// Things that are equal keep their order.
pub fn order(count: usize, is_after: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    // Short runs by insertion: most of what is sorted here is no longer than one.
    for run in places.chunks_mut(RUN) {
        for end in 1..run.len() {
            for at in (1..=end).rev() {
                match run.get_mut(at - 1..=at) {
                    Some([a, b]) if is_after(*a, *b) => std::mem::swap(a, b),
                    _ => break,
                }
            }
        }
    }
    let mut merged: Vec<usize> = Vec::new();
    let mut width = RUN;
    while width < count {
        merged.clear();
        for run in places.chunks(width * 2) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            while let (Some((a, left_rest)), Some((b, right_rest))) = (left.split_first(), right.split_first()) {
                if is_after(*a, *b) {
                    merged.push(*b);
                    right = right_rest;
                } else {
                    merged.push(*a);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut places, &mut merged);
        width *= 2;
    }
    places
}

/// The things in their order.
pub fn sorted<T: Copy>(things: &[T], is_after: &dyn Fn(&T, &T) -> bool) -> Vec<T> {
    let compare = |a, b| matches!((things.get(a), things.get(b)), (Some(a), Some(b)) if is_after(a, b));
    order(things.len(), &compare).into_iter().filter_map(|place| things.get(place).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_sorted_and_equal_ones_keep_their_order() {
        let mut state = 1_u32;
        for count in [0, 1, 2, 3, 7, 8, 9, 100, 1000] {
            let things: Vec<(u32, usize)> = (0..count)
                .map(|place| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 28, place)
                })
                .collect();
            let mut expected = things.clone();
            expected.sort_by_key(|thing| thing.0);
            assert_eq!(sorted(&things, &|a, b| a.0 > b.0), expected);
        }
    }
}
