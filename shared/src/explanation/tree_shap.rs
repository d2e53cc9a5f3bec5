//! TreeSHAP: the exact Shapley values of a forest's features, by quadrature.
//!
//! The Shapley value of a feature is its mean contribution to the forest's output, over all orders in which the
//! features can become known (Lundberg et al., "From local explanations to global understanding with explainable AI for
//! trees", 2020, <https://doi.org/10.1038/s42256-019-0138-9>). A leaf of value `v` adds to feature `i` of its path
//!
//! ```text
//! v (o_i - r_i) ∫ Π over the path's other features j ( r_j (1 - t) + o_j t ) dt,   t from 0 to 1
//! ```
//!
//! where `o_j` is 1 if the row takes the path at all splits of feature `j` and 0 otherwise, and `r_j` is the share of
//! the reference that takes it. The integrand is a polynomial in `t`, so Gauss–Legendre quadrature with half as many
//! points as the path has features is exact (Wettenstein, Mitchell and Yu, "Quadrature TreeSHAP", 2026,
//! <https://arxiv.org/abs/2605.04497>).
//!
//! At each point, the sum over all leaves is taken split by split. Let `p` be the product of the factors above a split,
//! `h` and `c` the sums below the child that the row goes to and below the other child, `s` the reference's share that
//! takes the earlier splits of the same feature, and `r` its share that goes to the other child. If the row takes the
//! earlier splits too, the split adds `p s r (h - c) / (s (1 - t) + t)²` to its feature, otherwise nothing.

use super::quadrature::{QuadraturePoint, gauss_legendre};
use crate::forest::{BinnedRow, Forest, STRIDE, TreeNode};

/// The contribution of each feature to a forest's output, in the order of the row.
pub type FeatureContributions = [f64; STRIDE];

/// A forest prepared for TreeSHAP.
///
/// ```
/// use shared::{explanation::TreeShap, forest::{Forest, Split, TreeNode}};
///
/// // Says 1 above bin 9 of feature 2, where a quarter of the training rows were.
/// let leaf = |value, cover| TreeNode { split: None, value, cover };
/// let split = Some(Split { feature: 2, threshold: 9, left: 1 });
/// let stump = vec![TreeNode { split, value: 0.0, cover: 400 }, leaf(0.0, 300), leaf(1.0, 100)];
/// let shap = TreeShap::of(&Forest::of_trees(&[stump])?);
/// assert_eq!(shap.base_value(), 0.25);
/// assert!((shap.contributions(&[20; 64])[2] - 0.75).abs() < 1e-15);
/// # Ok::<(), shared::forest::InvalidForest>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TreeShap {
    trees: Vec<ShapTree>,
    base_value: f64,
    /// The quadrature for the path with the most features.
    points: Vec<QuadraturePoint>,
}

/// A tree by its splits, parents before children.
#[derive(Debug, Clone, PartialEq)]
struct ShapTree {
    splits: Vec<ShapSplit>,
    /// The values of the nodes; 0 for a split.
    values: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct ShapSplit {
    feature: u8,
    threshold: u8,
    /// The number of the split's node.
    node: u16,
    /// The number of the left child's node; the right child follows it.
    left: u16,
    /// The share of the training rows at the node that go left.
    left_share: f64,
    /// The nearest split of the same feature above.
    earlier: Option<EarlierSplit>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct EarlierSplit {
    /// The index among the tree's splits.
    index: u16,
    /// Whether the later split is on its right side.
    is_right: bool,
}

/// The numbers of points for which there is code; paths with few features take fewer.
const POINTS: [usize; 4] = [4, 6, 8, STRIDE / 2];

impl TreeShap {
    /// Prepares a forest.
    pub fn of(forest: &Forest) -> Self {
        let grown: Vec<Vec<TreeNode>> = (0..forest.trees()).map(|tree| forest.nodes(tree).collect()).collect();
        let trees: Vec<ShapTree> = grown.iter().map(|nodes| ShapTree::of(nodes)).collect();
        let most_features = grown.iter().map(|nodes| most_features(nodes)).max().unwrap_or_default();
        let needed = most_features.div_ceil(2);
        let points = POINTS.into_iter().find(|points| *points >= needed).expect("a row has at most 64 features");
        Self { trees, base_value: forest.mean_output(), points: gauss_legendre(points) }
    }

    /// Returns the mean output of the forest over its training rows, each split taken for itself. With the
    /// [contributions](Self::contributions) it adds up to the forest's output.
    pub fn base_value(&self) -> f64 {
        self.base_value
    }

    /// Returns the path-dependent contributions of a row's features: the reference is the training rows as the forest
    /// keeps them, by the number of rows at each node.
    pub fn contributions(&self, row: &BinnedRow) -> FeatureContributions {
        self.dispatch(row, |split| split.left_share)
    }

    /// Returns the interventional contributions of a row's features: the reference is given rows, whose features take
    /// the row's values one after the other. They add up to the difference of the forest's output for the row and its
    /// mean output over the `background`; all are 0 if it is empty.
    pub fn contributions_against(&self, row: &BinnedRow, background: &[BinnedRow]) -> FeatureContributions {
        let mut mean = [0.0; STRIDE];
        for reference in background {
            let goes_left = |split: &ShapSplit| f64::from(u8::from(!split.goes_right(reference)));
            for (sum, contribution) in mean.iter_mut().zip(self.dispatch(row, goes_left)) {
                *sum += contribution / float(background.len());
            }
        }
        mean
    }

    fn dispatch(&self, row: &BinnedRow, left_share: impl Fn(&ShapSplit) -> f64) -> FeatureContributions {
        match self.points.len() {
            4 => self.integrate::<4>(row, left_share),
            6 => self.integrate::<6>(row, left_share),
            8 => self.integrate::<8>(row, left_share),
            _ => self.integrate::<{ STRIDE / 2 }>(row, left_share),
        }
    }

    fn integrate<const Q: usize>(
        &self,
        row: &BinnedRow,
        left_share: impl Fn(&ShapSplit) -> f64,
    ) -> FeatureContributions {
        let nodes = self.trees.iter().map(|tree| tree.values.len()).max().unwrap_or_default();
        let mut pass = Pass {
            t: std::array::from_fn(|q| self.points[q].x),
            u: std::array::from_fn(|q| 1.0 - self.points[q].x),
            products: vec![[0.0; Q]; nodes],
            sums: vec![[0.0; Q]; nodes],
            ways: Vec::with_capacity(nodes),
            contributions: [[0.0; Q]; STRIDE],
        };
        let weights = std::array::from_fn(|q| self.points[q].weight / float(self.trees.len()));
        for tree in &self.trees {
            pass.down(tree, row, weights, &left_share);
            pass.up(tree);
        }
        pass.contributions.map(|by_point| by_point.iter().sum())
    }
}

impl ShapTree {
    fn of(nodes: &[TreeNode]) -> Self {
        let mut splits: Vec<ShapSplit> = Vec::new();
        let mut parents: Vec<Option<EarlierSplit>> = vec![None; nodes.len()];
        for (at, node) in nodes.iter().enumerate() {
            let Some(split) = node.split else { continue };
            let left_share = split.left_share(nodes);
            let mut earlier = parents[at];
            while let Some(above) = earlier.map(|earlier| splits[usize::from(earlier.index)]) {
                if above.feature == split.feature {
                    break;
                }
                earlier = parents[usize::from(above.node)];
            }
            let index = number(splits.len());
            parents[split.left] = Some(EarlierSplit { index, is_right: false });
            parents[split.left + 1] = Some(EarlierSplit { index, is_right: true });
            let (feature, threshold) = (split.feature, split.threshold);
            splits.push(ShapSplit {
                feature,
                threshold,
                node: number(at),
                left: number(split.left),
                left_share,
                earlier,
            });
        }
        let value = |node: &TreeNode| if node.split.is_some() { 0.0 } else { node.value };
        Self { splits, values: nodes.iter().map(value).collect() }
    }
}

impl ShapSplit {
    fn goes_right(&self, row: &BinnedRow) -> bool {
        row[usize::from(self.feature) % STRIDE] > self.threshold
    }
}

/// What is known of a split while a row is explained.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// The node that the row goes to, and the other child.
    hot: usize,
    cold: usize,
    is_right: bool,
    /// The share of the reference that goes to each of them.
    hot_share: f64,
    cold_share: f64,
    /// The share of the reference that takes the earlier splits of the same feature.
    earlier_share: f64,
    /// Whether the row takes them.
    is_taken: bool,
}

/// The sums of a tree at each point of the quadrature.
struct Pass<const Q: usize> {
    /// The points.
    t: [f64; Q],
    /// `1 - t` of each.
    u: [f64; Q],
    /// By node, the product of the factors above it, with the weight of the point.
    products: Vec<[f64; Q]>,
    /// By node, the sum over the leaves below it of their value and the factors between.
    sums: Vec<[f64; Q]>,
    ways: Vec<Way>,
    contributions: [[f64; Q]; STRIDE],
}

impl<const Q: usize> Pass<Q> {
    /// Computes the products from the root down.
    fn down(&mut self, tree: &ShapTree, row: &BinnedRow, weights: [f64; Q], left_share: &impl Fn(&ShapSplit) -> f64) {
        self.ways.clear();
        self.products[0] = weights;
        for split in &tree.splits {
            let way = self.way(split, row, left_share(split));
            let product = self.products[usize::from(split.node)];
            let (hot, cold) = self.factors(&way);
            self.products[way.hot] = std::array::from_fn(|q| product[q] * hot[q]);
            self.products[way.cold] = std::array::from_fn(|q| product[q] * cold[q]);
            self.ways.push(way);
        }
    }

    fn way(&self, split: &ShapSplit, row: &BinnedRow, left_share: f64) -> Way {
        let is_right = split.goes_right(row);
        let (left, right) = (usize::from(split.left), usize::from(split.left) + 1);
        let (hot, cold) = if is_right { (right, left) } else { (left, right) };
        let (hot_share, cold_share) =
            if is_right { (1.0 - left_share, left_share) } else { (left_share, 1.0 - left_share) };
        let (earlier_share, is_taken) = split.earlier.map_or((1.0, true), |earlier| {
            let above = &self.ways[usize::from(earlier.index)];
            let is_hot = above.is_right == earlier.is_right;
            let share = if is_hot { above.hot_share } else { above.cold_share };
            (above.earlier_share * share, above.is_taken && is_hot)
        });
        Way { hot, cold, is_right, hot_share, cold_share, earlier_share, is_taken }
    }

    /// Returns the factors of both children.
    #[inline]
    fn factors(&self, way: &Way) -> ([f64; Q], [f64; Q]) {
        let Way { hot_share, cold_share, earlier_share: earlier, is_taken, .. } = *way;
        if !is_taken {
            return ([hot_share; Q], [cold_share; Q]);
        }
        let hot = std::array::from_fn(|q| earlier * hot_share * self.u[q] + self.t[q]);
        let cold = std::array::from_fn(|q| earlier * cold_share * self.u[q]);
        if earlier == 1.0 {
            return (hot, cold);
        }
        let before: [f64; Q] = std::array::from_fn(|q| 1.0 / (earlier * self.u[q] + self.t[q]));
        (std::array::from_fn(|q| hot[q] * before[q]), std::array::from_fn(|q| cold[q] * before[q]))
    }

    /// Computes the sums from the leaves up, and adds to the contributions of the splits' features.
    fn up(&mut self, tree: &ShapTree) {
        for (sum, value) in self.sums.iter_mut().zip(&tree.values) {
            *sum = [*value; Q];
        }
        for at in (0..tree.splits.len()).rev() {
            let (split, way) = (&tree.splits[at], self.ways[at]);
            let (hot_factors, cold_factors) = self.factors(&way);
            let (hot, cold) = (self.sums[way.hot], self.sums[way.cold]);
            let node = usize::from(split.node);
            self.sums[node] = std::array::from_fn(|q| hot_factors[q] * hot[q] + cold_factors[q] * cold[q]);
            if !way.is_taken {
                continue;
            }
            let product = self.products[node];
            let earlier = way.earlier_share;
            let contribution = &mut self.contributions[usize::from(split.feature) % STRIDE];
            if earlier == 1.0 {
                for q in 0..Q {
                    contribution[q] += product[q] * way.cold_share * (hot[q] - cold[q]);
                }
            } else {
                for q in 0..Q {
                    let before = earlier * self.u[q] + self.t[q];
                    contribution[q] += product[q] * earlier * way.cold_share * (hot[q] - cold[q]) / (before * before);
                }
            }
        }
    }
}

/// Returns the highest number of different features on a path.
fn most_features(nodes: &[TreeNode]) -> usize {
    let mut on_path = vec![0_u64; nodes.len()];
    for at in 0..nodes.len() {
        if let Some(split) = nodes[at].split {
            let features = on_path[at] | 1 << split.feature;
            on_path[split.left] = features;
            on_path[split.left + 1] = features;
        }
    }
    on_path.iter().map(|features| features.count_ones() as usize).max().unwrap_or_default()
}

fn number(place: usize) -> u16 {
    u16::try_from(place).expect("nodes of a forest have numbers of 16 bits")
}

#[expect(clippy::cast_precision_loss, reason = "numbers of trees and rows are exact in 53 bits")]
fn float(number: usize) -> f64 {
    number as f64
}
