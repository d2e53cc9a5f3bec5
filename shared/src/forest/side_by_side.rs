//! Evaluation of a tree for many rows together, from the leaves up to the root.
//!
//! Each node is evaluated for all rows at once: at a split, a row takes over the leaf that it reaches below the child
//! on its side. Every node is evaluated, even those off a row's path, but without branches and by vector instructions.

use super::{
    BinnedRow, STRIDE,
    node::{LEAF, PackedNode},
};

/// The maximum number of rows that are evaluated together.
pub(super) const LANES: usize = 64;
/// The maximum number of nodes of a tree: their numbers must fit a byte.
pub(super) const MOST_NODES: usize = 256;

/// The bins of some rows by feature, and the leaf that each row reaches below each node.
pub(super) struct SideBySide {
    columns: [[u8; LANES]; STRIDE],
    reached: [[u8; LANES]; MOST_NODES],
}

impl SideBySide {
    /// Lays out at most [`LANES`] rows.
    pub(super) fn of(rows: &[BinnedRow]) -> Self {
        let mut columns = [[0; LANES]; STRIDE];
        for (lane, row) in rows.iter().enumerate() {
            for (column, bin) in columns.iter_mut().zip(row) {
                column[lane] = *bin;
            }
        }
        Self { columns, reached: [[0; LANES]; MOST_NODES] }
    }

    /// Returns the numbers of the leaves that the rows reach in a tree of at most [`MOST_NODES`] nodes.
    pub(super) fn leaves(&mut self, tree: &[PackedNode]) -> &[u8; LANES] {
        for (at, node) in tree.iter().enumerate().rev() {
            self.reached[at] = match node.threshold() {
                LEAF => [u8::try_from(at).expect("a tree has at most 256 nodes"); LANES],
                threshold => {
                    let left = node.left();
                    let column = &self.columns[usize::from(node.feature()) % STRIDE];
                    choose(column, threshold, &self.reached[left], &self.reached[left + 1])
                }
            };
        }
        &self.reached[0]
    }
}

/// Returns the element of `right` for each row whose bin is above the threshold, of `left` for the others.
#[inline]
fn choose(bins: &[u8; LANES], threshold: u8, left: &[u8; LANES], right: &[u8; LANES]) -> [u8; LANES] {
    let mut chosen = *left;
    for lane in 0..LANES {
        let is_right = u8::from(bins[lane] > threshold).wrapping_neg(); // all bits or none
        chosen[lane] ^= is_right & (left[lane] ^ right[lane]);
    }
    chosen
}
