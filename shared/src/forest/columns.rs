//! The stored form of a forest: columns without what follows from the order of the nodes.

use serde::{Deserialize, Serialize};

use super::{Forest, InvalidForest, ONE, Split, TreeNode, node::LEAF};

/// The columns over the nodes of all trees, level by level.
#[derive(Serialize, Deserialize)]
pub(super) struct Columns {
    /// The threshold of each node; 255 at a leaf.
    thresholds: Vec<u8>,
    /// The feature of each split.
    features: Vec<u8>,
    /// The value of each leaf, in parts of [`ONE`].
    values: Vec<u32>,
    /// The cover of each root and of each left child; that of a right child is the rest of its parent's.
    covers: Vec<u32>,
}

impl From<Forest> for Columns {
    fn from(forest: Forest) -> Self {
        let mut columns = Self { thresholds: Vec::new(), features: Vec::new(), values: Vec::new(), covers: Vec::new() };
        for tree in &forest.trees {
            columns.covers.push(forest.covers[tree.start]);
            for at in tree.start..tree.end {
                if let Some(Split { feature, threshold, left }) = forest.nodes[at].split(at - tree.start) {
                    columns.thresholds.push(threshold);
                    columns.features.push(feature);
                    columns.covers.push(forest.covers[tree.start + left]);
                } else {
                    columns.thresholds.push(LEAF);
                    columns.values.push(forest.values[at].unsigned_abs());
                }
            }
        }
        columns
    }
}

impl TryFrom<Columns> for Forest {
    type Error = UnreadableForest;

    fn try_from(columns: Columns) -> Result<Self, UnreadableForest> {
        let mut reader = Reader {
            thresholds: columns.thresholds.into_iter(),
            features: columns.features.into_iter(),
            values: columns.values.into_iter(),
            covers: columns.covers.into_iter(),
        };
        let mut trees = Vec::new();
        while reader.thresholds.len() > 0 {
            trees.push(reader.tree().ok_or(UnreadableForest::Incomplete)?);
        }
        if reader.features.len() + reader.values.len() + reader.covers.len() > 0 {
            return Err(UnreadableForest::Incomplete);
        }
        Ok(Self::of_trees(&trees)?)
    }
}

/// The columns from the next tree on.
struct Reader {
    thresholds: std::vec::IntoIter<u8>,
    features: std::vec::IntoIter<u8>,
    values: std::vec::IntoIter<u32>,
    covers: std::vec::IntoIter<u32>,
}

impl Reader {
    /// Reads a tree; none if the columns end too early or a left child has more rows than its parent.
    fn tree(&mut self) -> Option<Vec<TreeNode>> {
        let mut covers = vec![self.covers.next()?];
        let mut tree = Vec::new();
        while tree.len() < covers.len() {
            let cover = covers[tree.len()];
            let threshold = self.thresholds.next()?;
            let (split, value) = if threshold == LEAF {
                (None, f64::from(self.values.next()?) / f64::from(ONE))
            } else {
                let left = self.covers.next()?;
                covers.extend([left, cover.checked_sub(left)?]);
                let feature = self.features.next()?;
                (Some(Split { feature, threshold, left: covers.len() - 2 }), 0.0)
            };
            tree.push(TreeNode { split, value, cover });
        }
        Some(tree)
    }
}

/// The error for columns that are no forest.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnreadableForest {
    #[error("the columns of a forest do not belong together")]
    Incomplete,
    #[error(transparent)]
    Invalid(#[from] InvalidForest),
}
