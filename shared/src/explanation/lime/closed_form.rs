//! LIME of a forest in closed form: the linear model that infinitely many draws would give, without a draw.
//!
//! The weight of a draw is a product over the features, `e` for each one outside the bin of the event, and a leaf of a
//! tree is a product of intervals. So the expectations that the regression needs are sums over the leaves of products.
//! Let `p` be the frequency of the event's bin of a feature, `c = p + (1 - p) e`, and for a leaf with an interval of the
//! feature, `m = P(in the bin and in the interval)` and `a = m + e P(in another bin and in the interval)`. For features
//! that the path to the leaf does not ask for, `m = p` and `a = c`. With `w` the weight of a draw, `z` whether the
//! feature is in its bin and `f` the output:
//!
//! ```text
//! E[w] = Π c                 E[w z_i] = p_i / c_i E[w]             E[w z_i z_k] = p_i p_k / (c_i c_k) E[w]
//! E[w f] = Σ over the leaves of value v ( v Π a )                  E[w z_i f] = Σ ( v m_i / a_i Π a )
//! ```
//!
//! That the limit of tabular LIME is explicit was shown by Garreau and von Luxburg, "Looking Deeper into Tabular LIME",
//! 2020 (<https://arxiv.org/abs/2008.11092>).

use super::{
    MOST_FEATURES, SAMPLES, TabularStatistics, kernel,
    moments::{LimeFit, Moments},
};
use crate::forest::{Classifier, Forest, TreeNode};

/// A classifier's forest, prepared for LIME in closed form over features with given statistics.
#[derive(Debug, Clone)]
pub struct ClosedFormLime {
    statistics: TabularStatistics,
    marks: Vec<Marks>,
    /// By mark of all features, the share of each bin's values up to it; the last one is that of unknown values.
    shares: Vec<Vec<f64>>,
    trees: Vec<Vec<Edge>>,
}

/// The thresholds of a feature in any split, in order.
#[derive(Debug, Clone, Default)]
struct Marks {
    /// The index of the first mark, below every value, among the marks of all features.
    first: usize,
    thresholds: Vec<u8>,
}

impl Marks {
    /// Returns the index of the mark of a threshold.
    fn at(&self, threshold: u8) -> usize {
        self.first + 1 + self.thresholds.partition_point(|other| *other < threshold)
    }

    /// Returns the interval of all values, the unknown one included.
    fn all(&self) -> FeatureRange {
        FeatureRange { low: self.first, high: self.first + 1 + self.thresholds.len() }
    }
}

/// The values above one mark and up to another.
#[derive(Debug, Clone, Copy)]
struct FeatureRange {
    low: usize,
    high: usize,
}

/// A node of a tree with the interval of the feature of the split above it.
#[derive(Debug, Clone, Copy)]
struct Edge {
    parent: usize,
    feature: usize,
    interval: FeatureRange,
    /// The interval of the feature that the splits above the parent leave.
    before: FeatureRange,
    /// The value of a leaf; 0 for a split.
    value: f64,
}

impl ClosedFormLime {
    /// Prepares a classifier. The statistics are of the features that it is asked for.
    ///
    /// # Panics
    ///
    /// Panics if the statistics are of another number of features.
    pub fn of(classifier: &Classifier, statistics: TabularStatistics) -> Self {
        let (bins, forest) = (classifier.bins(), classifier.forest());
        assert_eq!(bins.names().len(), statistics.features(), "statistics of the classifier's features");
        let marks = marks(forest, statistics.features());
        let mut shares = Vec::new();
        for (at, marks) in marks.iter().enumerate() {
            let feature = statistics.feature(at);
            shares.push(vec![0.0; feature.bins.len() + 1]);
            for threshold in &marks.thresholds {
                let cut = bins.cuts(at).get(usize::from(*threshold)).copied().unwrap_or(f32::INFINITY);
                shares.push(feature.bins.iter().map(|bin| bin.share_up_to(cut)).chain([0.0]).collect());
            }
            shares.push(vec![1.0; feature.bins.len() + 1]);
        }
        let trees = (0..forest.trees()).map(|tree| edges(&forest.nodes(tree).collect::<Vec<_>>(), &marks)).collect();
        Self { statistics, marks, shares, trees }
    }

    /// Returns the linear model around a row of features, for which the forest's output is `output`. The row counts as
    /// one draw among [`SAMPLES`], as in the sampled model.
    pub fn explain(&self, row: &[f64], output: f64) -> LimeFit {
        self.moments(row, output).fit(MOST_FEATURES)
    }

    /// Returns the moments of as many draws as [`explain`](Self::explain) takes, as they are expected.
    #[expect(clippy::cast_precision_loss, reason = "the number of draws is exact in 53 bits")]
    pub fn moments(&self, row: &[f64], output: f64) -> Moments {
        let tables = Tables::of(self, row);
        let features = row.len();
        let draws = (SAMPLES - 1) as f64;
        let (weighted, of_features) = self.weighted_outputs(&tables);
        let expected = draws * tables.weight;
        let ratios: Vec<f64> = self.marks.iter().map(|marks| tables.ratio(marks.all())).collect();
        let product = |(at, ratio): (usize, &f64)| {
            let other = ratios[at % features];
            1.0 + expected * if at / features == at % features { other } else { ratio * other }
        };
        let rows = ratios.iter().flat_map(|ratio| std::iter::repeat_n(ratio, features));
        Moments {
            weight: 1.0 + expected,
            z: ratios.iter().map(|ratio| 1.0 + expected * ratio).collect(),
            zz: rows.enumerate().map(product).collect(),
            y: output + draws * weighted,
            zy: ratios.iter().zip(of_features).map(|(ratio, own)| output + draws * (ratio * weighted + own)).collect(),
            yy: f64::NAN,
        }
    }

    /// Returns `E[w f]`, and for each feature by how much `E[w z f]` exceeds `p / c E[w f]`.
    fn weighted_outputs(&self, tables: &Tables) -> (f64, Vec<f64>) {
        let mut total = 0.0;
        let mut of_features = vec![0.0; self.marks.len()];
        let longest = self.trees.iter().map(Vec::len).max().unwrap_or_default();
        let mut products = vec![0.0; longest];
        let mut sums = vec![0.0; longest];
        #[expect(clippy::cast_precision_loss, reason = "the number of trees is exact in 53 bits")]
        let share = 1.0 / self.trees.len() as f64;
        for tree in &self.trees {
            products[0] = tables.weight * share;
            sums[0] = tree[0].value * products[0];
            for (at, edge) in tree.iter().enumerate().skip(1) {
                let before = tables.a(edge.before);
                let factor = if before > 0.0 { tables.a(edge.interval) / before } else { 0.0 };
                products[at] = products[edge.parent] * factor;
                sums[at] = edge.value * products[at];
            }
            for (at, edge) in tree.iter().enumerate().skip(1).rev() {
                of_features[edge.feature] += sums[at] * (tables.ratio(edge.interval) - tables.ratio(edge.before));
                sums[edge.parent] += sums[at];
            }
            total += sums[0];
        }
        (total, of_features)
    }
}

/// The probabilities of the values up to each mark, for one event.
struct Tables {
    /// In the bin of the event, and up to the mark.
    own: Vec<f64>,
    /// The same, and `e` times in another bin and up to the mark.
    all: Vec<f64>,
    /// `E[w]`.
    weight: f64,
}

impl Tables {
    fn of(lime: &ClosedFormLime, row: &[f64]) -> Self {
        let e = kernel(row.len(), 1);
        let (mut own, mut all, mut weight) = (Vec::new(), Vec::new(), 1.0);
        for (at, marks) in lime.marks.iter().enumerate() {
            let feature = lime.statistics.feature(at);
            let own_bin = feature.bin(row[at]);
            let frequencies: Vec<f64> = feature.frequencies().collect();
            let FeatureRange { low, high } = marks.all();
            for shares in &lime.shares[low..=high] {
                let inside = own_bin.map_or(0.0, |bin| frequencies[bin] * shares[bin]);
                let anywhere: f64 = frequencies.iter().zip(shares).map(|(frequency, share)| frequency * share).sum();
                own.push(inside);
                all.push(inside + e * (anywhere - inside).max(0.0));
            }
            weight *= all[high];
        }
        Self { own, all, weight }
    }

    /// Returns `a` of an interval.
    fn a(&self, FeatureRange { low, high }: FeatureRange) -> f64 {
        self.all[high] - self.all[low]
    }

    /// Returns `m / a` of an interval; 0 for one that no value reaches.
    fn ratio(&self, interval: FeatureRange) -> f64 {
        let a = self.a(interval);
        if a > 0.0 { (self.own[interval.high] - self.own[interval.low]) / a } else { 0.0 }
    }
}

fn marks(forest: &Forest, features: usize) -> Vec<Marks> {
    let mut marks = vec![Marks::default(); features];
    for split in (0..forest.trees()).flat_map(|tree| forest.nodes(tree)).filter_map(|node| node.split) {
        marks[usize::from(split.feature)].thresholds.push(split.threshold);
    }
    let mut first = 0;
    for marks in &mut marks {
        marks.thresholds.sort_unstable();
        marks.thresholds.dedup();
        marks.first = first;
        first += marks.thresholds.len() + 2;
    }
    marks
}

/// Returns the nodes of a tree, parents before children, with the interval of each.
fn edges(nodes: &[TreeNode], marks: &[Marks]) -> Vec<Edge> {
    let all = FeatureRange { low: 0, high: 0 };
    let leaf_value = |node: &TreeNode| if node.split.is_some() { 0.0 } else { node.value };
    let root = Edge { parent: 0, feature: 0, interval: all, before: all, value: 0.0 };
    let mut edges: Vec<Edge> = nodes.iter().map(|node| Edge { value: leaf_value(node), ..root }).collect();
    for (parent, node) in nodes.iter().enumerate() {
        let Some(split) = node.split else { continue };
        let feature = usize::from(split.feature);
        let before = interval_at(&edges, parent, feature).unwrap_or(marks[feature].all());
        let mark = marks[feature].at(split.threshold).clamp(before.low, before.high);
        let sides = [FeatureRange { high: mark, ..before }, FeatureRange { low: mark, ..before }];
        for (child, interval) in [split.left, split.left + 1].into_iter().zip(sides) {
            edges[child] = Edge { parent, feature, interval, before, value: edges[child].value };
        }
    }
    edges
}

/// Returns the interval of a feature at a node, by the nearest split of the feature above it.
fn interval_at(edges: &[Edge], mut node: usize, feature: usize) -> Option<FeatureRange> {
    while node != 0 {
        if edges[node].feature == feature {
            return Some(edges[node].interval);
        }
        node = edges[node].parent;
    }
    None
}
