//! The maximum sizes of a population, and what gives way beyond them.

use std::cmp::Reverse;

/// The maximum numbers of things that a population counts.
///
/// A set that has become larger than its maximum is reduced to three quarters of it, so that this happens seldom: the
/// entries with the highest decayed counts are kept, of equal ones those with the highest ids. What is kept depends
/// only on the contributions and their order. A value that was dropped counts as one that nobody ever had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PopulationLimits {
    /// The maximum number of tree nodes in each of the 64 parts with nodes.
    pub nodes: usize,
    /// The maximum number of names (places, client programs) of the organisation.
    pub names: usize,
    /// The maximum number of peer groups in each of the 16 parts with peer groups.
    pub groups: usize,
    /// The maximum number of names of all peer groups of a part together.
    pub group_names: usize,
    /// The maximum number of values that users took up lately.
    pub adoptions: usize,
}

impl PopulationLimits {
    /// The limits of the product: 3.6 million nodes, 100,000 names, 28,000 peer groups with a million names, in at most
    /// 250 MB of memory.
    ///
    /// The nodes of a part just fit into a hash table of 2^16 places.
    pub const PRODUCT: Self =
        Self { nodes: 57_000, names: 100_000, groups: 1_750, group_names: 62_500, adoptions: 32_768 };
}

/// Returns the number of entries that are kept of a set that has become larger than `limit`.
pub(super) fn reduced(limit: usize) -> usize {
    limit - limit / 4
}

/// Keeps the `limit` entries of the highest ranks, in no particular order.
pub(super) fn keep_largest<T, Rank: Ord>(entries: &mut Vec<T>, limit: usize, rank: impl Fn(&T) -> Rank) {
    if entries.len() > limit {
        entries.select_nth_unstable_by_key(limit, |entry| Reverse(rank(entry)));
        entries.truncate(limit);
    }
}

/// Returns a number that is ordered as the counts are: no count is negative.
pub(super) fn rank(count: f64) -> u64 {
    count.to_bits()
}
