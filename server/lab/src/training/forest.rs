//! Growing a random forest from labelled rows.
//!
//! The trees are smartcore's regression trees on labels 0 and 1: their squared error ranks splits as the Gini index
//! does, and the value of a leaf is the share of attacks in it. They are grown over bins, so that a [`Forest`] tests
//! exactly the thresholds that were learnt.

mod error;
mod folds;
mod params;
mod prune;
mod training_rows;
mod trees;

use rayon::prelude::*;
use shared::forest::{BinnedRow, Forest, ONE};

pub(crate) use self::folds::Folds;
pub use self::{error::GrowError, params::ForestParams, training_rows::TrainingRow};
use self::{training_rows::TrainingMatrix, trees::GrownTree};

/// Number of groups of trees that are grown in parallel; it does not depend on the number of threads.
const GROUPS: usize = 8;
/// Number of folds of users; each group of trees is grown without the users of one fold.
const FOLDS: usize = 4;

/// A forest with its predictions for users that its trees have not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct GrownForest {
    /// The forest.
    pub forest: Forest,
    /// The mean prediction for each row by the trees grown without any row of its user; `None` if there is no such
    /// tree.
    ///
    /// Leaving out whole users is stricter than the usual out-of-bag estimate: attacks are drawn so often that nearly
    /// every tree has seen each of them, or another row of the same attack.
    pub out_of_fold: Vec<Option<f32>>,
    /// The fold of each user.
    folds: Folds,
    /// The fold whose users each tree was grown without.
    left_out: Vec<usize>,
}

impl GrownForest {
    /// Returns the mean prediction for `bins` by the trees grown without any row of the user of `row`.
    pub fn predict_out_of_fold(&self, row: &TrainingRow, bins: &BinnedRow) -> Option<f32> {
        let fold = self.folds.of(row);
        let (mut sum, mut trees) = (0, 0);
        for (tree, _) in self.left_out.iter().enumerate().filter(|(_, left_out)| **left_out == fold) {
            sum += self.forest.tree_says(tree, bins);
            trees += 1;
        }
        (trees > 0).then(|| mean(sum, trees))
    }

    /// Returns the fold of a row's user: a tree grown without one user of a fold was grown without all of them.
    pub fn fold(&self, row: &TrainingRow) -> usize {
        self.folds.of(row)
    }
}

/// Grows a forest over the first `features` bins of each row: the same one for any number of threads.
pub fn grow(rows: &[TrainingRow], features: usize, params: &ForestParams) -> Result<GrownForest, GrowError> {
    grow_on(rows, features, params, |_| true)
}

/// Grows a forest on those of the rows that `is_learnt` selects; the out-of-fold predictions are for all rows.
pub fn grow_on(
    rows: &[TrainingRow],
    features: usize,
    params: &ForestParams,
    is_learnt: impl Fn(&TrainingRow) -> bool + Sync,
) -> Result<GrownForest, GrowError> {
    let folds = Folds::deal(rows, FOLDS);
    let group = |group: usize| {
        let is_in_group = |row: &&TrainingRow| folds.of(row) != group % FOLDS && is_learnt(row);
        grow_group(&rows.iter().filter(is_in_group).collect::<Vec<_>>(), group, features, params)
    };
    let groups: Vec<Vec<GrownTree>> = (0..GROUPS).into_par_iter().map(group).collect::<Result<_, GrowError>>()?;
    let left_out: Vec<usize> =
        groups.iter().enumerate().flat_map(|(group, trees)| vec![group % FOLDS; trees.len()]).collect();
    let mut trees: Vec<GrownTree> = groups.into_iter().flatten().collect();
    trees.par_iter_mut().for_each(|tree| {
        prune::to_leaves(tree, params.max_leaf_nodes);
        tree.count_rows(rows);
    });
    let forest = Forest::of_trees(&trees.into_iter().map(|tree| tree.nodes).collect::<Vec<_>>())?;
    let mut grown = GrownForest { forest, out_of_fold: Vec::new(), folds, left_out };
    grown.out_of_fold = rows.par_iter().map(|row| grown.predict_out_of_fold(row, &row.bins)).collect();
    Ok(grown)
}

/// Grows one of the groups of trees on rows that lack the users of one fold.
fn grow_group(
    rows: &[&TrainingRow],
    group: usize,
    features: usize,
    params: &ForestParams,
) -> Result<Vec<GrownTree>, GrowError> {
    let trees = params.trees * (group + 1) / GROUPS - params.trees * group / GROUPS;
    if trees == 0 {
        return Ok(Vec::new());
    }
    let matrix = TrainingMatrix::of(rows, features, params.class_weight)?;
    // Each tree takes the next seed: those of two groups must not overlap.
    let seed = (u64::from(params.seed) << 32) | ((group as u64) << 16);
    GrownTree::read_all(&matrix.fit(trees, seed, params)?)
}

#[expect(clippy::cast_possible_truncation, reason = "the mean of some shares needs no more digits")]
fn mean(sum: u32, trees: u32) -> f32 {
    (f64::from(sum) / f64::from(trees * ONE)) as f32
}

#[cfg(test)]
mod tests {
    use shared::{
        forest::STRIDE,
        metrics::{Ranking, Sample},
    };

    use super::*;

    const FEATURES: usize = 6;
    const PARAMS: ForestParams = ForestParams {
        trees: 20,
        max_depth: 8,
        max_leaf_nodes: 1000,
        min_samples_leaf: 5,
        max_features: 2,
        class_weight: Some(0.3),
        seed: 7,
    };

    /// Returns a pseudorandom number below 256, the same at every run.
    fn noise(row: u32, feature: u32) -> u32 {
        let mixed = (row * 31 + feature).wrapping_mul(2_654_435_761);
        (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519) >> 24
    }

    /// Returns rows of which one in twenty belongs to an attack, which two features together reveal.
    fn rows(count: u32) -> Vec<TrainingRow> {
        let row = |number: u32| {
            let is_attack = noise(number, 99) < 13;
            let mut bins = [0; STRIDE];
            for (bin, feature) in bins.iter_mut().zip(0..6_u32) {
                let moved = u32::from(is_attack && feature < 2) * 60;
                *bin = u8::try_from((noise(number, feature) + moved).min(255)).expect("a byte");
            }
            TrainingRow { bins, is_attack, weight: 1.0, user: number % 50, time: i64::from(number) }
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn our_forest_predicts_for_every_row_what_smartcores_own_does() {
        let rows = rows(3000);
        let matrix = TrainingMatrix::of(&rows.iter().collect::<Vec<_>>(), FEATURES, PARAMS.class_weight).expect("rows");
        let theirs = matrix.fit(PARAMS.trees, 7, &PARAMS).expect("a forest");
        let mut trees = GrownTree::read_all(&theirs).expect("the expected layout");
        for tree in &mut trees {
            prune::to_leaves(tree, u32::MAX);
        }
        let ours = Forest::of_trees(&trees.into_iter().map(|tree| tree.nodes).collect::<Vec<_>>()).expect("trees");
        let bins: Vec<BinnedRow> = rows.iter().map(|row| row.bins).collect();
        let mut predictions = vec![0.0; bins.len()];
        ours.probabilities(&bins, &mut predictions);
        for (ours, theirs) in predictions.iter().zip(matrix.predict(&theirs).expect("a forest that was fitted")) {
            assert!((ours - theirs).abs() < 1e-6, "{ours} for {theirs}");
        }
    }

    #[test]
    fn smartcores_layout_is_what_it_was() {
        let row = |number: u8| {
            let mut bins = [0; STRIDE];
            bins[0] = number * 10;
            TrainingRow { bins, is_attack: number > 3, weight: 1.0, user: 0, time: 0 }
        };
        let rows: Vec<TrainingRow> = (0..8).map(row).collect();
        let matrix = TrainingMatrix::of(&rows.iter().collect::<Vec<_>>(), 1, None).expect("rows");
        let params = ForestParams { max_depth: 1, max_features: 1, min_samples_leaf: 1, ..PARAMS };
        let forest = matrix.fit(1, 1, &params).expect("a forest");
        let stored = serde_json::to_value(&forest).expect("plain data");
        let leaf = |output: f64| {
            serde_json::json!({
                "output": output, "split_feature": 0, "split_value": null, "split_score": null,
                "true_child": null, "false_child": null,
            })
        };
        let root = serde_json::json!({
            "output": 0.75, "split_feature": 0, "split_value": 25.0, "split_score": 1.5,
            "true_child": 1, "false_child": 2,
        });
        let nodes = &stored["forest_regressor"]["trees"][0]["nodes"];
        assert_eq!(nodes, &serde_json::json!([root, leaf(0.0), leaf(1.0)]));
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let rows = rows(1000);
        let grown = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| grow(&rows, FEATURES, &PARAMS)).expect("a forest")
        };
        let one = grown(1);
        assert_eq!(one.forest.trees(), 20);
        for threads in [2, 5] {
            assert_eq!(grown(threads), one);
        }
    }

    #[test]
    fn an_out_of_fold_prediction_is_as_good_as_one_for_new_rows() {
        let all = rows(6000);
        let (training, new) = all.split_at(3000);
        let grown = grow(training, FEATURES, &ForestParams { trees: 80, ..PARAMS }).expect("a forest");
        let precision = |predictions: Vec<f64>, rows: &[TrainingRow]| {
            let sample =
                |(score, row): (f64, &TrainingRow)| Sample { score, is_attack: row.is_attack, weight: 1.0, cluster: 0 };
            let samples = predictions.into_iter().zip(rows).map(sample).collect();
            Ranking::new(samples).curve().average_precision(None).expect("both classes")
        };
        let predict = |rows: &[TrainingRow]| rows.iter().map(|row| grown.forest.probability(&row.bins)).collect();
        let out_of_fold = grown.out_of_fold.iter().map(|value| f64::from(value.expect("a group without its fold")));
        let out_of_fold = precision(out_of_fold.collect(), training);
        let of_new = precision(predict(new), new);
        let of_training = precision(predict(training), training);
        assert!((out_of_fold - of_new).abs() < 0.06, "{out_of_fold} out of fold, {of_new} for new rows");
        assert!(of_training > out_of_fold + 0.06, "{of_training} for rows that were learnt by heart");
    }

    #[test]
    fn trees_have_no_more_leaves_than_they_may_and_count_every_row() {
        let rows = rows(3000);
        let grown = grow(&rows, FEATURES, &ForestParams { max_leaf_nodes: 16, ..PARAMS }).expect("a forest");
        for tree in 0..grown.forest.trees() {
            let nodes: Vec<_> = grown.forest.nodes(tree).collect();
            let leaves = || nodes.iter().filter(|node| node.split.is_none());
            assert!((4..=16).contains(&leaves().count()));
            assert_eq!(leaves().map(|leaf| leaf.cover).sum::<u32>(), 3000);
        }
    }

    #[test]
    fn one_class_teaches_nothing() {
        assert!(matches!(grow(&[], FEATURES, &PARAMS), Err(GrowError::OneClass)));
        let benign: Vec<TrainingRow> = rows(200).into_iter().filter(|row| !row.is_attack).collect();
        assert!(matches!(grow(&benign, FEATURES, &PARAMS), Err(GrowError::OneClass)));
        let of_one = |row: TrainingRow| TrainingRow { user: 3, ..row };
        let attacked_once: Vec<TrainingRow> = rows(200).into_iter().map(of_one).collect();
        assert!(matches!(grow(&attacked_once, FEATURES, &PARAMS), Err(GrowError::OneClass)));
    }
}
