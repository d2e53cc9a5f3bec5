//! A tree node, as training grows it and packed into four bytes.

use super::{BinnedRow, STRIDE};

/// A node of a tree, as training grows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreeNode {
    /// The split; none at a leaf.
    pub split: Option<Split>,
    /// The value of a leaf, from 0 to 1; without meaning in a split node.
    pub value: f64,
    /// The number of training rows at the node: the sum of both children's.
    pub cover: u32,
}

/// The split of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// The index of the feature.
    pub feature: u8,
    /// The highest bin of the rows that go left.
    pub threshold: u8,
    /// The number of the left child; the right child follows it.
    pub left: usize,
}

impl Split {
    /// Returns the share of the training rows at the split that go left, given the nodes of its tree.
    pub(crate) fn left_share(&self, nodes: &[TreeNode]) -> f64 {
        let [left, right] = [self.left, self.left + 1].map(|child| f64::from(nodes[child].cover));
        let all = left + right;
        if all > 0.0 { left / all } else { 0.5 }
    }
}

/// The threshold of a leaf, which no bin is above.
pub(super) const LEAF: u8 = u8::MAX;

/// A node: its threshold, its feature, and the number of its left child within the tree; the right child follows it.
///
/// The left child of a leaf is the leaf itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PackedNode(u32);

impl PackedNode {
    pub(super) fn leaf(at: u16) -> Self {
        Self::pack(LEAF, 0, at)
    }

    pub(super) fn split_at(feature: u8, threshold: u8, left: u16) -> Self {
        Self::pack(threshold, feature, left)
    }

    fn pack(threshold: u8, feature: u8, left: u16) -> Self {
        let [low, high] = left.to_le_bytes();
        Self(u32::from_le_bytes([threshold, feature, low, high]))
    }

    /// Returns the number of the node that a row goes to.
    #[inline]
    pub(super) fn next(self, row: &BinnedRow) -> usize {
        let goes_right = row[usize::from(self.feature()) % STRIDE] > self.threshold();
        self.left() + usize::from(goes_right)
    }

    /// Returns the split of the node with the number `at` within its tree.
    pub(super) fn split(self, at: usize) -> Option<Split> {
        let split = Split { feature: self.feature(), threshold: self.threshold(), left: self.left() };
        (split.left != at).then_some(split)
    }

    #[inline]
    pub(super) fn feature(self) -> u8 {
        self.0.to_le_bytes()[1]
    }

    #[inline]
    pub(super) fn threshold(self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    #[inline]
    pub(super) fn left(self) -> usize {
        let [_, _, low, high] = self.0.to_le_bytes();
        usize::from(u16::from_le_bytes([low, high]))
    }
}
