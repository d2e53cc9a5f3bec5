//! The layout of a forest for inference, made from trees as training grows them.

use super::{
    Forest, MOST_TREES, ONE, STRIDE, TreeSpan,
    node::{LEAF, PackedNode, Split, TreeNode},
    side_by_side::MOST_NODES,
};

/// The maximum depth of a tree.
const DEEPEST: usize = 64;

impl Forest {
    /// Makes a forest of trees; the first node of each is its root. Nodes that no path leads to are left out.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidForest`] for the first node or tree that a forest cannot have.
    pub fn of_trees(trees: &[Vec<TreeNode>]) -> Result<Self, InvalidForest> {
        if trees.is_empty() || trees.len() > MOST_TREES {
            return Err(InvalidForest::Trees(trees.len()));
        }
        let mut forest = Self {
            trees: Vec::new(),
            nodes: Vec::new(),
            values: Vec::new(),
            covers: Vec::new(),
            has_small_trees: true,
        };
        for tree in trees {
            forest.plant(tree)?;
        }
        forest.has_small_trees = forest.trees.iter().all(|tree| tree.end - tree.start <= MOST_NODES);
        Ok(forest)
    }

    /// Appends a tree, level by level.
    fn plant(&mut self, tree: &[TreeNode]) -> Result<(), InvalidForest> {
        let start = self.nodes.len();
        let mut depth = 0;
        let mut level = vec![0];
        let mut next = 1; // number of the first node of the next level
        while !level.is_empty() {
            let mut below = Vec::new();
            for from in level {
                let grown = tree.get(from).ok_or(InvalidForest::Child(from))?;
                let at = self.nodes.len() - start;
                self.nodes.push(packed(grown, at, next + below.len())?);
                self.values.push(if grown.split.is_some() { 0 } else { fixed(grown.value)? });
                self.covers.push(grown.cover);
                below.extend(grown.split.iter().flat_map(|split| [split.left, split.left + 1]));
            }
            next += below.len();
            depth += usize::from(!below.is_empty());
            if depth > DEEPEST {
                return Err(InvalidForest::Depth);
            }
            level = below;
        }
        let depth = u8::try_from(depth).map_err(|_| InvalidForest::Depth)?;
        self.trees.push(TreeSpan { start, end: self.nodes.len(), depth });
        Ok(())
    }
}

/// Packs the node that has the number `at` and whose left child will have the number `left`.
fn packed(grown: &TreeNode, at: usize, left: usize) -> Result<PackedNode, InvalidForest> {
    let number = |number: usize| u16::try_from(number).map_err(|_| InvalidForest::Nodes);
    let Some(split) = grown.split else { return Ok(PackedNode::leaf(number(at)?)) };
    if usize::from(split.feature) >= STRIDE || split.threshold == LEAF {
        return Err(InvalidForest::Split(split));
    }
    number(left + 1)?; // the right child
    Ok(PackedNode::split_at(split.feature, split.threshold, number(left)?))
}

/// Returns a value from 0 to 1 in parts of [`ONE`].
#[expect(clippy::cast_possible_truncation, reason = "shares are between 0 and 1")]
fn fixed(value: f64) -> Result<i32, InvalidForest> {
    if !(0.0..=1.0).contains(&value) {
        return Err(InvalidForest::Value(value));
    }
    Ok((value * f64::from(ONE)).round() as i32)
}

/// The error for trees that make no forest.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum InvalidForest {
    /// There are no trees, or more than [`MOST_TREES`].
    #[error("a forest has 1 to {MOST_TREES} trees, not {0}")]
    Trees(usize),
    /// A tree has more nodes than 16 bits can number.
    #[error("a tree has too many nodes")]
    Nodes,
    /// A tree is too deep.
    #[error("a tree is deeper than {DEEPEST}")]
    Depth,
    /// A node has a child that does not exist.
    #[error("a tree has no node {0}")]
    Child(usize),
    /// A split has a feature that no row has, or sends every bin to the left.
    #[error("a tree cannot be split at {0:?}")]
    Split(Split),
    /// The value of a leaf is not from 0 to 1.
    #[error("a leaf says {0}, not a share between 0 and 1")]
    Value(f64),
}
