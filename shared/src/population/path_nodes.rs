//! The nodes of the trees, in parts by their ids.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::{
    DecayWeight,
    limits::{keep_largest, rank, reduced},
};

/// The number of parts that the nodes are split into.
pub(super) const NODE_PARTS: usize = 64;

/// The decayed count of a tree node, and the number of distinct nodes directly below it.
///
/// A node that was dropped (see [`PopulationLimits`](super::PopulationLimits)) and is counted again counts once more
/// among those below its parent. Its own count starts anew, so it can be smaller than that of a node below it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PathNode {
    pub(super) count: f64,
    pub(super) children: u32,
}

impl PathNode {
    /// Returns the count of the node.
    pub fn count(&self, decay: DecayWeight) -> f64 {
        self.count / decay.0
    }

    /// Returns the number of distinct nodes directly below it.
    pub fn children(&self) -> u32 {
        self.children
    }

    /// Returns what nodes are ordered by, besides their ids: of equal counts, the one with more nodes below is larger.
    pub(super) fn rank(&self) -> (u64, u32) {
        (rank(self.count), self.children)
    }
}

/// All nodes of the trees except their roots.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PathNodes {
    parts: Vec<FxHashMap<u64, PathNode>>,
}

impl Default for PathNodes {
    fn default() -> Self {
        Self { parts: vec![FxHashMap::default(); NODE_PARTS] }
    }
}

impl PathNodes {
    /// Returns the number of the part that a node belongs to.
    pub(super) fn part_of(node: u64) -> usize {
        usize::try_from(node % NODE_PARTS as u64).expect("there are 64 parts")
    }

    pub(super) fn get(&self, node: u64) -> PathNode {
        self.parts[Self::part_of(node)].get(&node).copied().unwrap_or_default()
    }

    /// Adds a weight to the count of a node, and returns whether the node is new.
    pub(super) fn add(&mut self, node: u64, weight: f64) -> bool {
        match self.parts[Self::part_of(node)].entry(node) {
            Entry::Occupied(known) => {
                known.into_mut().count += weight;
                false
            }
            Entry::Vacant(new) => {
                new.insert(PathNode { count: weight, children: 0 });
                true
            }
        }
    }

    pub(super) fn get_mut(&mut self, node: u64) -> &mut PathNode {
        self.parts[Self::part_of(node)].entry(node).or_default()
    }

    /// Drops the rarest nodes of a part if it has more than `limit`.
    pub(super) fn limit_part(&mut self, part: usize, limit: usize) {
        let nodes = &mut self.parts[part];
        if nodes.len() > limit {
            let mut entries: Vec<(u64, PathNode)> = nodes.drain().collect();
            keep_largest(&mut entries, reduced(limit), |(id, node)| (node.rank(), *id));
            *nodes = entries.into_iter().collect();
        }
    }

    pub(super) fn part(&self, part: usize) -> &FxHashMap<u64, PathNode> {
        &self.parts[part]
    }

    /// Adds a node as it is, in place of the one with the same id.
    pub(super) fn insert(&mut self, id: u64, node: PathNode) {
        self.parts[Self::part_of(id)].insert(id, node);
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &FxHashMap<u64, PathNode>> {
        self.parts.iter()
    }
}
