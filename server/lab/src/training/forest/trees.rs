//! Reading the trees that smartcore grew: their nodes are private and can only be read through serde.

use serde::{Deserialize, Serialize};
use shared::forest::{Split, TreeNode};

use super::{error::GrowError, training_rows::TrainingRow};

/// A tree with the gain of each split.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GrownTree {
    /// The nodes, parents before their children. The value of a split node is the one it would have as a leaf.
    pub(super) nodes: Vec<TreeNode>,
    /// The amount by which each node's split lowers the squared error; zero at a leaf.
    pub(super) gains: Vec<f64>,
}

impl GrownTree {
    /// Reads the trees of a fitted forest.
    pub(super) fn read_all(forest: &impl Serialize) -> Result<Vec<Self>, GrowError> {
        let text = serde_json::to_vec(forest).map_err(|error| other_layout(&error))?;
        let fitted: StoredEnsemble = serde_json::from_slice(&text).map_err(|error| other_layout(&error))?;
        fitted.forest_regressor.trees.iter().map(|tree| Self::of(&tree.nodes)).collect()
    }

    fn of(stored: &[StoredNode]) -> Result<Self, GrowError> {
        let nodes = stored.iter().map(StoredNode::read).collect::<Result<_, _>>()?;
        Ok(Self { nodes, gains: stored.iter().map(|node| node.split_score.unwrap_or_default()).collect() })
    }

    /// Sets the cover of each node: the number of `rows` that reach it.
    pub(super) fn count_rows(&mut self, rows: &[TrainingRow]) {
        for row in rows {
            let mut at = 0;
            self.nodes[0].cover += 1;
            while let Some(Split { feature, threshold, left }) = self.nodes[at].split {
                at = left + usize::from(row.bins[usize::from(feature)] > threshold);
                self.nodes[at].cover += 1;
            }
        }
    }
}

#[derive(Deserialize)]
struct StoredEnsemble {
    forest_regressor: StoredForest,
}

#[derive(Deserialize)]
struct StoredForest {
    trees: Vec<StoredTree>,
}

#[derive(Deserialize)]
struct StoredTree {
    nodes: Vec<StoredNode>,
}

#[derive(Deserialize)]
struct StoredNode {
    output: f64,
    split_feature: usize,
    split_value: Option<f64>,
    split_score: Option<f64>,
    true_child: Option<usize>,
    false_child: Option<usize>,
}

impl StoredNode {
    /// Returns the node. A node is split if it has children: one at the deepest level may still have a split value.
    fn read(&self) -> Result<TreeNode, GrowError> {
        let split = match (self.true_child, self.false_child, self.split_value) {
            (None, None, _) => None,
            (Some(left), Some(right), Some(value)) if right == left + 1 => {
                let feature = u8::try_from(self.split_feature).map_err(|error| other_layout(&error))?;
                Some(Split { feature, threshold: bin_at_most(value)?, left })
            }
            _ => return Err(other_layout(&"the children of a node are no neighbours")),
        };
        Ok(TreeNode { split, value: self.output, cover: 0 })
    }
}

/// Returns the highest bin that is not above a split value, which lies between two bins.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value lies between two bins")]
fn bin_at_most(value: f64) -> Result<u8, GrowError> {
    if !(0.0..255.0).contains(&value) {
        return Err(other_layout(&"a split lies beyond all bins"));
    }
    Ok(value as u8)
}

fn other_layout(fault: &dyn std::fmt::Display) -> GrowError {
    GrowError::Trainer(format!("its trees have another layout than expected: {fault}"))
}
