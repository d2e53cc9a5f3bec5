//! Pruning trees to a maximum number of leaves.

use shared::forest::TreeNode;

use super::trees::GrownTree;

/// Turns splits into leaves, the least useful first, until a tree has at most `max_leaf_nodes` leaves.
///
/// This is [cost-complexity pruning](https://en.wikipedia.org/wiki/Decision_tree_pruning): the least useful node is the
/// one below which the splits lower the squared error least per leaf that they add. Splits that do not lower it are
/// always removed.
pub(super) fn to_leaves(tree: &mut GrownTree, max_leaf_nodes: u32) {
    cut_useless(tree);
    loop {
        let branches = branches(tree);
        if branches[0].leaves <= max_leaf_nodes.max(1) {
            return;
        }
        let splits = (0..branches.len()).filter(|at| tree.nodes[*at].split.is_some());
        let Some(least) =
            splits.min_by(|one, other| branches[*one].usefulness().total_cmp(&branches[*other].usefulness()))
        else {
            return;
        };
        cut(&mut tree.nodes, least);
    }
}

/// Cuts nodes whose leaves all have the same value, as below a node that only attacks or only benign rows reach.
fn cut_useless(tree: &mut GrownTree) {
    for (at, branch) in branches(tree).iter().enumerate() {
        if branch.gain == 0.0 {
            cut(&mut tree.nodes, at);
        }
    }
}

/// The subtree below a node.
#[derive(Debug, Clone, Copy)]
struct Subtree {
    leaves: u32,
    /// The amount by which the splits lower the squared error.
    gain: f64,
}

impl Subtree {
    fn usefulness(self) -> f64 {
        self.gain / f64::from(self.leaves - 1)
    }
}

/// Returns the subtree below each node.
fn branches(tree: &GrownTree) -> Vec<Subtree> {
    let mut branches = vec![Subtree { leaves: 1, gain: 0.0 }; tree.nodes.len()];
    for (at, node) in tree.nodes.iter().enumerate().rev() {
        if let Some(split) = node.split {
            let [left, right] = [branches[split.left], branches[split.left + 1]];
            let gain = tree.gains[at] + left.gain + right.gain;
            branches[at] = Subtree { leaves: left.leaves + right.leaves, gain };
        }
    }
    branches
}

/// Turns a node and all nodes below it into leaves.
fn cut(nodes: &mut [TreeNode], at: usize) {
    if let Some(split) = nodes[at].split.take() {
        cut(nodes, split.left);
        cut(nodes, split.left + 1);
    }
}

#[cfg(test)]
mod tests {
    use shared::forest::Split;

    use super::*;

    /// A root whose left branch has two splits and whose right branch has one.
    fn tree(gains: [f64; 4]) -> GrownTree {
        let split = |left| Some(Split { feature: 0, threshold: 0, left });
        let splits = [split(1), split(3), split(5), split(7), None, None, None, None, None];
        let nodes = splits.map(|split| TreeNode { split, value: 0.5, cover: 0 });
        let mut all = vec![0.0; 9];
        all[..4].copy_from_slice(&gains);
        GrownTree { nodes: nodes.into(), gains: all }
    }

    fn splits_left(mut tree: GrownTree, leaves: u32) -> Vec<usize> {
        to_leaves(&mut tree, leaves);
        (0..9).filter(|at| tree.nodes[*at].split.is_some()).collect()
    }

    #[test]
    fn the_least_useful_splits_go_first() {
        assert_eq!(splits_left(tree([9.0, 3.0, 2.0, 1.0]), 5), [0, 1, 2, 3]);
        assert_eq!(splits_left(tree([9.0, 3.0, 2.0, 1.0]), 4), [0, 1, 2]);
        assert_eq!(splits_left(tree([9.0, 3.0, 2.0, 1.0]), 3), [0, 1]);
        assert_eq!(splits_left(tree([9.0, 3.0, 2.0, 1.0]), 1), [0; 0]);
    }

    #[test]
    fn a_useless_split_is_kept_for_what_is_below_it() {
        assert_eq!(splits_left(tree([9.0, 0.0, 2.0, 8.0]), 4), [0, 1, 3]);
        assert_eq!(splits_left(tree([9.0, 0.0, 2.0, 0.0]), 5), [0, 2]);
    }
}
