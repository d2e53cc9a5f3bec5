//! A set of hashes that only grows, in bounded space: the nodes that a profile has dropped.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The size of the Bloom filter that a large set becomes, in bytes.
const FILTER_BYTES: usize = 1024;
/// The number of bits that are set for each member of the filter.
const PROBES: u32 = 4;
/// The maximum number of members of an exact set.
const FEW: usize = 128;

/// A set that never loses a member. A small set is exact. A large one is a Bloom filter with false positives (2 % at
/// 1,000 members): a new resource may then pass for a known one, which costs an alert and never raises one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum SeenFilter {
    /// The hashes of the members.
    Few(BTreeSet<[u8; 4]>),
    /// The bits of the filter.
    Many(Vec<u8>),
}

impl Default for SeenFilter {
    fn default() -> Self {
        Self::Few(BTreeSet::new())
    }
}

impl SeenFilter {
    /// Returns whether `hash` is a member; true for some that are not.
    pub(super) fn contains(&self, hash: [u8; 4]) -> bool {
        match self {
            Self::Few(members) => members.contains(&hash),
            Self::Many(bytes) => probes(hash).all(|(byte, bit)| bytes[byte] & bit != 0),
        }
    }

    /// Returns whether the set has the size that one of its kind has; a damaged one may not.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Few(members) => members.len() <= FEW,
            Self::Many(bytes) => bytes.len() == FILTER_BYTES,
        }
    }

    /// Returns the size of the stored set in bytes, without the few bytes of its head.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Few(members) => 4 * members.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    /// Adds `hash` to the set.
    pub(super) fn insert(&mut self, hash: [u8; 4]) {
        match self {
            Self::Few(members) => {
                members.insert(hash);
                if members.len() > FEW {
                    *self = Self::filter(members);
                }
            }
            Self::Many(bytes) => set(bytes, hash),
        }
    }

    fn filter(members: &BTreeSet<[u8; 4]>) -> Self {
        let mut bytes = vec![0; FILTER_BYTES];
        for member in members {
            set(&mut bytes, *member);
        }
        Self::Many(bytes)
    }
}

fn set(bytes: &mut [u8], member: [u8; 4]) {
    for (byte, bit) in probes(member) {
        bytes[byte] |= bit;
    }
}

/// Returns the bytes and bits of a member by double hashing (Kirsch and Mitzenmacher 2006).
fn probes(member: [u8; 4]) -> impl Iterator<Item = (usize, u8)> {
    let member = u32::from_be_bytes(member);
    let step = member.wrapping_mul(0x9e37_79b9).rotate_left(15) | 1;
    (0..PROBES).map(move |probe| {
        let bit = member.wrapping_add(step.wrapping_mul(probe)) as usize % (FILTER_BYTES * 8);
        (bit / 8, 1 << (bit % 8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_always_found_and_few_others_are() {
        let hash = |member: u32| (member.wrapping_mul(0x85eb_ca6b) ^ 0x5bd1_e995).to_be_bytes();
        let mut seen = SeenFilter::default();
        for member in 0..1000 {
            assert!(member > 128 || !seen.contains(hash(member)), "exact while small");
            seen.insert(hash(member));
        }
        assert!((0..1000).all(|member| seen.contains(hash(member))));
        let mistaken = (1000..11_000).filter(|other| seen.contains(hash(*other))).count();
        assert!(mistaken < 400, "{mistaken} of 10,000 others");
    }
}
