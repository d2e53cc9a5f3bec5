//! Inference of a random forest over binned features, fast and equal to the bit on every platform.
//!
//! [`Bins`] turn an event's features into a [`BinnedRow`] of bytes, a [`Forest`] averages the values that its trees
//! give the row, and [`Isotonic`] turns the mean into a probability. A [`Classifier`] is the three together, as they
//! are stored.
//!
//! Only whole numbers are summed, so neither the order of the trees nor the platform changes a bit.

mod bins;
mod classifier;
mod columns;
mod isotonic;
mod layout;
mod node;
mod side_by_side;

pub use bins::{BinnedRow, Bins, InvalidBins, MISSING, MOST_CUTS, STRIDE};
pub use classifier::{Classifier, Unreadable};
pub use isotonic::Isotonic;
pub use layout::InvalidForest;
pub use node::{Split, TreeNode};

use serde::{Deserialize, Serialize};

use self::{
    columns::Columns,
    node::PackedNode,
    side_by_side::{LANES, SideBySide},
};

/// The fixed-point representation of 1 in the value of a leaf.
pub const ONE: u32 = 1 << 20;
/// The maximum number of trees of a forest: the sum of their values must fit 31 bits.
pub const MOST_TREES: usize = 2047;

/// The minimum number of rows for which all rows go through a tree together.
const FEWEST_LANES: usize = 24;
/// The number of trees that one row walks down at the same time, to overlap their waits for memory.
const TREE_LANES: usize = 8;

/// Trees laid out for speed; see [`Forest::of_trees`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Columns", into = "Columns")]
pub struct Forest {
    trees: Vec<TreeSpan>,
    /// The nodes of all trees: those of each tree level by level, the two children of a node next to each other.
    nodes: Vec<PackedNode>,
    /// The values of the leaves, in parts of [`ONE`]; 0 for a split node.
    values: Vec<i32>,
    /// The number of training rows at each node.
    covers: Vec<u32>,
    /// Whether every tree is small enough for all rows to go through it together.
    has_small_trees: bool,
}

/// The range of a tree's nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct TreeSpan {
    start: usize,
    end: usize,
    /// The number of steps from the root to the deepest leaf.
    depth: u8,
}

impl Forest {
    /// Returns the mean of the values that the trees give a row, from 0 to 1.
    pub fn probability(&self, row: &BinnedRow) -> f64 {
        let (groups, rest) = self.trees.as_chunks::<TREE_LANES>();
        let grouped: i32 = groups.iter().map(|trees| self.ask(trees, row)).sum();
        let single: i32 = rest.iter().map(|tree| self.ask(&[*tree], row)).sum();
        self.mean(grouped + single)
    }

    /// Writes the [`Forest::probability`] of each of many rows.
    ///
    /// # Panics
    ///
    /// Panics if `probabilities` is not as long as `rows`.
    pub fn probabilities(&self, rows: &[BinnedRow], probabilities: &mut [f64]) {
        assert_eq!(rows.len(), probabilities.len(), "one probability a row");
        for (rows, probabilities) in rows.chunks(LANES).zip(probabilities.chunks_mut(LANES)) {
            if rows.len() < FEWEST_LANES || !self.has_small_trees {
                probabilities.iter_mut().zip(rows).for_each(|(said, row)| *said = self.probability(row));
            } else {
                self.side_by_side(rows, probabilities);
            }
        }
    }

    fn side_by_side(&self, rows: &[BinnedRow], probabilities: &mut [f64]) {
        let mut lanes = SideBySide::of(rows);
        let mut sums = [0; LANES];
        for TreeSpan { start, end, .. } in &self.trees {
            let values = &self.values[*start..*end];
            for (sum, leaf) in sums.iter_mut().zip(lanes.leaves(&self.nodes[*start..*end])) {
                *sum += values[usize::from(*leaf)];
            }
        }
        for (said, sum) in probabilities.iter_mut().zip(sums) {
            *said = self.mean(sum);
        }
    }

    /// Returns the value that one tree gives a row, in parts of [`ONE`].
    pub fn tree_says(&self, tree: usize, row: &BinnedRow) -> u32 {
        self.ask(&[self.trees[tree]], row).unsigned_abs()
    }

    /// Returns the number of trees.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// Returns the nodes of a tree, level by level.
    pub fn nodes(&self, tree: usize) -> impl Iterator<Item = TreeNode> {
        let TreeSpan { start, end, .. } = self.trees[tree];
        (start..end).map(move |at| TreeNode {
            split: self.nodes[at].split(at - start),
            value: f64::from(self.values[at]) / f64::from(ONE),
            cover: self.covers[at],
        })
    }

    /// Returns the mean output of the forest over its training rows, each split taken for itself, from 0 to 1.
    pub fn mean_output(&self) -> f64 {
        let trees = (0..self.trees()).map(|tree| mean_output_of(&self.nodes(tree).collect::<Vec<_>>()));
        trees.sum::<f64>() / f64::from(u32::try_from(self.trees()).expect("at most so many trees"))
    }

    /// Returns the highest index of a feature in any split.
    fn highest_feature(&self) -> u8 {
        self.nodes.iter().map(|node| node.feature()).max().unwrap_or_default()
    }

    /// Returns the sum of the values that some trees give one row.
    fn ask<const TREES: usize>(&self, trees: &[TreeSpan; TREES], row: &BinnedRow) -> i32 {
        let depth = trees.iter().map(|tree| tree.depth).max().unwrap_or_default();
        let mut at = trees.map(|tree| tree.start);
        for _ in 0..depth {
            for (at, tree) in at.iter_mut().zip(trees) {
                *at = tree.start + self.nodes[*at].next(row);
            }
        }
        at.iter().map(|at| self.values[*at]).sum()
    }

    fn mean(&self, sum: i32) -> f64 {
        let trees = u32::try_from(self.trees.len()).expect("at most so many trees");
        f64::from(sum) / f64::from(trees * ONE)
    }
}

/// Returns the mean output of a tree, whose nodes come level by level, over its training rows.
fn mean_output_of(nodes: &[TreeNode]) -> f64 {
    let mut means: Vec<f64> = nodes.iter().map(|node| node.value).collect();
    for (at, node) in nodes.iter().enumerate().rev() {
        if let Some(split) = node.split {
            let left_share = split.left_share(nodes);
            means[at] = left_share * means[split.left] + (1.0 - left_share) * means[split.left + 1];
        }
    }
    means[0]
}
