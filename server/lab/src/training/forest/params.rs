//! The hyperparameters of a forest.

use serde::Serialize;

/// The hyperparameters of a forest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ForestParams {
    /// Number of trees.
    pub trees: usize,
    /// Maximum number of splits between the root and a leaf.
    pub max_depth: u16,
    /// Maximum number of leaves of a tree.
    pub max_leaf_nodes: u32,
    /// Minimum number of drawn rows in a leaf.
    pub min_samples_leaf: usize,
    /// Number of features tried at each split.
    pub max_features: usize,
    /// Weight of all attacks relative to that of all benign rows; `None`: every row has its own weight.
    pub class_weight: Option<f64>,
    /// Seed of the draws of rows and features.
    pub seed: u32,
}
