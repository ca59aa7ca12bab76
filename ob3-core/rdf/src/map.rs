//! A small map: a sorted list. The standard library's maps are copied for each pair of types, a kilobyte or two of the wasm
//! module at a time, and what is kept here is few or is read far more often than it grows.

use std::borrow::Borrow;

/// A map whose entries stand in the order of their keys.
pub struct Map<K, V>(Vec<(K, V)>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[expect(clippy::len_without_is_empty, reason = "nobody asks")]
impl<K: Ord, V> Map<K, V> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(other, _)| other.borrow().cmp(key))
    }

    /// What stands under a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(self.place(key).ok()?).map(|(_, value)| value)
    }

    /// Whether anything stands under a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Sets what stands under a key.
    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(place) => {
                if let Some(entry) = self.0.get_mut(place) {
                    entry.1 = value;
                }
            }
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// How many keys there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Lets everything go.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_last_under_a_key_stands_there() {
        let mut map = Map::default();
        for round in 0..2 {
            for key in [5, 1, 9, 3, 7, 0] {
                map.insert(key.to_string(), key + round);
            }
        }
        assert_eq!(map.len(), 6);
        assert_eq!(map.get("9"), Some(&10));
        assert_eq!(map.get("2"), None);
        assert!(map.contains_key("0") && !map.contains_key(""));
        map.clear();
        assert!(!map.contains_key("0"));
    }
}
