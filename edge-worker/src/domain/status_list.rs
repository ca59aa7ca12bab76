//! Status lists: which purposes there are, how entries are given out, and what is signed.

use ob3_core::{BitstringStatusListCredential, BitstringStatusListEntry, DateTime};
use serde::{Deserialize, Serialize};

use super::{ids::StatusListId, origin::Origin};

/// Entries of a list: the fewest that the standard allows (Bitstring Status List §2.2), and enough that fetching one tells
/// nobody whose status was looked up.
pub const ENTRIES: u32 = 131_072;
/// Random entries that are tried for a credential. With half of a list given out, all of them are taken once in 65,536 times.
pub const CANDIDATES: usize = 16;
/// Random bytes that one candidate is made of.
pub const CANDIDATE_BYTES: usize = 4;
/// How long others may keep a list.
pub const TTL_SECONDS: u32 = 300;

/// What a list tells of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// That it was taken back for good.
    Revocation,
    /// That it does not hold for now.
    Suspension,
}

impl Purpose {
    /// Every purpose; each has a list of its own.
    pub const ALL: [Self; 2] = [Self::Revocation, Self::Suspension];

    /// The word in lists and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
        }
    }
}

/// One entry of a block, the same in each of its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StatusIndex(u32);

impl StatusIndex {
    /// An entry out of random bytes; each has the same chance, since their number is a power of two.
    #[must_use]
    pub const fn from_random(bytes: [u8; CANDIDATE_BYTES]) -> Self {
        Self(u32::from_be_bytes(bytes) % ENTRIES)
    }

    /// Its number, from 0.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// Entries to try, out of random bytes.
#[must_use]
pub fn candidates(random: &[u8; CANDIDATES * CANDIDATE_BYTES]) -> Vec<StatusIndex> {
    random.as_chunks::<CANDIDATE_BYTES>().0.iter().map(|bytes| StatusIndex::from_random(*bytes)).collect()
}

/// The path of a list on its deployment.
#[must_use]
pub fn path(list: StatusListId) -> String {
    format!("/status/{list}")
}

/// What a credential says of where its status is published.
#[must_use]
pub fn entry(origin: &Origin, purpose: Purpose, list: StatusListId, index: StatusIndex) -> BitstringStatusListEntry {
    BitstringStatusListEntry {
        status_purpose: purpose.as_str().into(),
        status_list_index: index.number(),
        status_list_credential: origin.at(&path(list)),
    }
}

/// A list before it is signed, with these entries set.
#[must_use]
pub fn unsigned(
    origin: &Origin,
    list: StatusListId,
    issuer: &str,
    purpose: Purpose,
    set: impl IntoIterator<Item = StatusIndex>,
    now: DateTime,
) -> BitstringStatusListCredential {
    BitstringStatusListCredential {
        id: origin.at(&path(list)),
        issuer: issuer.into(),
        valid_from: now,
        // It says what holds until it says something else: how fresh it has to be is `ttl`.
        valid_until: None,
        status_purpose: purpose.as_str().into(),
        ttl_millis: Some(TTL_SECONDS * 1000),
        bits: bits(set),
    }
}

/// The bits of a list, eight a byte, the first entry leftmost (Bitstring Status List §3.3).
fn bits(set: impl IntoIterator<Item = StatusIndex>) -> Vec<u8> {
    let bytes = usize::try_from(ENTRIES / 8).unwrap_or_default();
    let mut bits = vec![0_u8; bytes];
    for StatusIndex(index) in set {
        let byte = usize::try_from(index / 8).ok().and_then(|at| bits.get_mut(at));
        if let Some(byte) = byte {
            *byte |= 0b1000_0000 >> (index % 8);
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_is_the_leftmost_bit() {
        let bits = bits([0, 9, ENTRIES - 1].map(StatusIndex));
        assert_eq!(bits.len(), 16_384);
        assert_eq!((bits[0], bits[1], bits[16_383]), (0b1000_0000, 0b0100_0000, 1));
        assert_eq!(bits.iter().map(|byte| byte.count_ones()).sum::<u32>(), 3);
    }

    #[test]
    fn every_random_number_is_an_entry() {
        for (bytes, index) in [([0; 4], 0), ([0xff; 4], ENTRIES - 1), ([0, 2, 0, 5], 5)] {
            assert_eq!(StatusIndex::from_random(bytes).number(), index);
        }
        assert_eq!(candidates(&[7; CANDIDATES * CANDIDATE_BYTES]).len(), CANDIDATES);
    }

    #[test]
    fn an_entry_and_its_list_name_each_other() {
        let origin = Origin::parse("https://badges.example").unwrap();
        let id = StatusListId::from_random([1; 16]);
        let entry = entry(&origin, Purpose::Suspension, id, StatusIndex(7));
        let list = unsigned(&origin, id, "did:web:x", Purpose::Suspension, [], DateTime::from_unix_millis(0));
        assert_eq!(entry.status_list_credential, list.id);
        assert_eq!((entry.status_purpose, entry.status_list_index), (list.status_purpose, 7));
        assert_eq!(list.ttl_millis, Some(300_000));
    }
}
