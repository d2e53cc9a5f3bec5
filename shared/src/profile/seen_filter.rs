//! A set that only grows, in bounded space: what a user once touched and the profile has forgotten since.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Bits of the filter that a large set becomes: one kibibyte.
const FILTER_BYTES: usize = 1024;
/// Bits set for each member of the filter.
const PROBES: u32 = 4;
/// How many members are kept exactly.
const FEW: usize = 128;

/// A set that never forgets a member. Small it is exact; large it is a Bloom filter, which may take a
/// stranger for a member (2 % at 1,000 members) and so errs to the quiet side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum SeenFilter {
    /// The members' hashes.
    Few(BTreeSet<[u8; 4]>),
    /// The filter's bits.
    Many(Vec<u8>),
}

impl Default for SeenFilter {
    fn default() -> Self {
        Self::Few(BTreeSet::new())
    }
}

impl SeenFilter {
    /// Tells whether `hash` is a member.
    pub(super) fn contains(&self, hash: [u8; 4]) -> bool {
        match self {
            Self::Few(members) => members.contains(&hash),
            Self::Many(bytes) => probes(hash).all(|(byte, bit)| bytes[byte] & bit != 0),
        }
    }

    /// Returns about how many bytes the set takes when it is stored.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Few(members) => 4 * members.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    /// Makes `hash` a member.
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

/// Returns the places of a member's bits: double hashing (Kirsch and Mitzenmacher 2006).
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
    fn a_member_is_never_forgotten_and_few_strangers_are_taken_for_one() {
        let hash = |member: u32| (member.wrapping_mul(0x85eb_ca6b) ^ 0x5bd1_e995).to_be_bytes();
        let mut seen = SeenFilter::default();
        for member in 0..1000 {
            assert!(member > 128 || !seen.contains(hash(member)), "exact while small");
            seen.insert(hash(member));
        }
        assert!((0..1000).all(|member| seen.contains(hash(member))));
        let mistaken = (1000..11_000).filter(|stranger| seen.contains(hash(*stranger))).count();
        assert!(mistaken < 400, "{mistaken} of 10,000 strangers");
    }
}
