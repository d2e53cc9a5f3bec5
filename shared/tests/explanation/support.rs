//! Forests and rows for tests.

use shared::{
    forest::{BinnedRow, Forest, STRIDE, Split, TreeNode},
    random::SplitMix64,
};

/// The size of grown trees.
pub(crate) struct Size {
    pub(crate) trees: usize,
    pub(crate) leaves: usize,
    pub(crate) features: usize,
}

/// Grows a forest: random leaves are split at random.
pub(crate) fn forest(size: &Size, random: &mut SplitMix64) -> Forest {
    let trees: Vec<_> = (0..size.trees).map(|_| tree(size, random)).collect();
    Forest::of_trees(&trees).expect("small trees")
}

fn tree(size: &Size, random: &mut SplitMix64) -> Vec<TreeNode> {
    let leaf = |cover, random: &mut SplitMix64| TreeNode { split: None, value: random.share(), cover };
    let mut tree = vec![leaf(1_000_000, random)];
    let mut leaves = vec![0];
    while leaves.len() < size.leaves {
        let at = leaves.swap_remove(random.below(leaves.len()));
        let left = tree.len();
        let cover = tree[at].cover;
        let to_left = u32::try_from(random.below(cover as usize + 1)).expect("at most a million");
        tree[at].split = Some(Split { feature: bin(random, size.features), threshold: bin(random, 255), left });
        tree.push(leaf(to_left, random));
        tree.push(leaf(cover - to_left, random));
        leaves.extend([left, left + 1]);
    }
    tree
}

/// Draws a row.
pub(crate) fn row(random: &mut SplitMix64) -> BinnedRow {
    let mut row = [0; STRIDE];
    row.fill_with(|| bin(random, 256));
    row
}

fn bin(random: &mut SplitMix64, end: usize) -> u8 {
    u8::try_from(random.below(end)).expect("below 256")
}
