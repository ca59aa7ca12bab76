//! One stable merge sort for every type: the standard library's sorts are copied for each, and they were a tenth of the
//! wasm module.

/// Length of what is sorted by insertion.
const RUN: usize = 8;

/// Puts places in order; `is_after(a, b)` tells whether what is at place `a` belongs after what is at place `b`. Things that
/// are equal keep their order.
pub fn sort(places: &mut [u32], is_after: &dyn Fn(u32, u32) -> bool) {
    // Short runs by insertion: most of what is sorted here is no longer than one.
    for run in places.chunks_mut(RUN) {
        for end in 1..run.len() {
            let mut rest = run.get_mut(..=end).unwrap_or_default();
            while let [before @ .., last] = rest
                && let Some(before_last) = before.last_mut()
                && is_after(*before_last, *last)
            {
                std::mem::swap(before_last, last);
                rest = before;
            }
        }
    }
    let mut merged: Vec<u32> = Vec::new();
    let mut width = RUN;
    while width < places.len() {
        merged.clear();
        merged.reserve(places.len());
        for run in places.chunks(width * 2) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            // Where one run follows the other, which is common, there is nothing to merge.
            if matches!((left.last(), right.first()), (Some(a), Some(b)) if is_after(*a, *b)) {
                while let (Some((a, left_rest)), Some((b, right_rest))) = (left.split_first(), right.split_first()) {
                    if is_after(*a, *b) {
                        merged.push(*b);
                        right = right_rest;
                    } else {
                        merged.push(*a);
                        left = left_rest;
                    }
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        places.copy_from_slice(&merged);
        width *= 2;
    }
}

/// The things in their order.
pub fn sorted<T: Copy>(things: Vec<T>, is_after: &dyn Fn(&T, &T) -> bool) -> Vec<T> {
    if things.len() < 2 {
        return things;
    }
    let thing = |place: u32| things.get(place as usize);
    let mut places: Vec<u32> = (0..things.len() as u32).collect();
    sort(&mut places, &|a, b| matches!((thing(a), thing(b)), (Some(a), Some(b)) if is_after(a, b)));
    let mut in_order = Vec::with_capacity(places.len());
    in_order.extend(places.into_iter().filter_map(thing).copied());
    in_order
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
            assert_eq!(sorted(things, &|a, b| a.0 > b.0), expected);
        }
    }
}
