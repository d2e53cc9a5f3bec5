//! Searching for the hyperparameters of a forest, validated on users and times that it was not trained on.

use std::fmt;

use rand::{SeedableRng as _, seq::index};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use shared::{
    forest::BinnedRow,
    metrics::{Ranking, Sample},
};

use super::forest::{Folds, ForestParams, GrowError, TrainingRow, grow};
use crate::boundary::value_at_share;

/// Number of folds of users.
const FOLDS: usize = 4;
/// The share of the rows, by time, that forests are trained on; they are validated on the later ones.
const EARLIER: f64 = 0.6;
/// The share of attacks for which settings are compared: at the high share among the rows, all of them do well.
const PREVALENCE: f64 = 0.01;
/// A setting is pruned once it reaches less than this share of the best one's mean on the same folds.
const CLEARLY_BEHIND: f64 = 0.9;
/// Number of folds after which a setting may be pruned.
const MIN_FOLDS: usize = 2;

/// The values of each hyperparameter, of which all combinations are settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Values of [`ForestParams::trees`].
    pub trees: Vec<usize>,
    /// Values of [`ForestParams::max_depth`].
    pub max_depth: Vec<u16>,
    /// Values of [`ForestParams::min_samples_leaf`].
    pub min_samples_leaf: Vec<usize>,
    /// Values of [`ForestParams::max_features`].
    pub max_features: Vec<usize>,
    /// Values of [`ForestParams::class_weight`].
    pub class_weight: Vec<Option<f64>>,
}

/// Which settings of a grid are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// All settings.
    Whole,
    /// The base setting, and others drawn at random.
    Random {
        /// Number of settings, the base included.
        settings: usize,
        /// Seed of the draws.
        seed: u64,
    },
}

/// A setting that was tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// The hyperparameters.
    pub params: ForestParams,
    /// The area under the precision-recall curve on each fold on which the setting was tried, at one attack in a
    /// hundred.
    pub scores: Vec<f64>,
    /// Whether the setting fell so far behind that it was not tried on the other folds.
    pub is_pruned: bool,
}

impl Trial {
    /// Returns the mean over the folds.
    pub fn mean(&self) -> f64 {
        mean(&self.scores)
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ForestParams { trees, max_depth, max_leaf_nodes, min_samples_leaf, max_features, class_weight, .. } =
            self.params;
        let weight = class_weight.map_or_else(|| "as they are".to_owned(), |weight| weight.to_string());
        write!(
            f,
            "PR-AUC {:.4} on {} folds: {trees} trees, depth {max_depth}, {max_leaf_nodes} leaves, {min_samples_leaf} rows \
             a leaf, {max_features} features tried, attacks {weight}",
            self.mean(),
            self.scores.len()
        )?;
        if self.is_pruned { f.write_str(", given up") } else { Ok(()) }
    }
}

/// Tries settings and returns their results, the best first and the pruned ones last.
///
/// Hyperparameters that the grid does not vary are those of `base`. Each forest is trained on the earlier rows of three
/// quarters of the users and validated on the later rows of the others. `on_progress` is called with the number of the
/// next setting, from 1, and the number of all settings.
pub fn tune(
    rows: &[TrainingRow],
    features: usize,
    grid: &Grid,
    search: Search,
    base: ForestParams,
    on_progress: &dyn Fn(usize, usize),
) -> Result<Vec<Trial>, GrowError> {
    let splits = validation_splits(rows);
    if splits.is_empty() {
        return Err(GrowError::OneClass);
    }
    let mut trials: Vec<Trial> = Vec::new();
    let settings = settings(grid, search, base);
    for (number, params) in (1..).zip(&settings) {
        on_progress(number, settings.len());
        let best = trials.iter().filter(|trial| !trial.is_pruned).max_by(|a, b| a.mean().total_cmp(&b.mean()));
        let trial = attempt(&splits, features, *params, best)?;
        trials.push(trial);
    }
    trials.sort_by(|a, b| a.is_pruned.cmp(&b.is_pruned).then(b.mean().total_cmp(&a.mean())));
    Ok(trials)
}

/// Tries a setting on one fold after the other until it is pruned.
fn attempt(
    splits: &[ValidationSplit],
    features: usize,
    params: ForestParams,
    best: Option<&Trial>,
) -> Result<Trial, GrowError> {
    let mut trial = Trial { params, scores: Vec::new(), is_pruned: false };
    for split in splits {
        trial.scores.push(split.score(features, &params)?);
        let folds = trial.scores.len();
        let is_behind = best.is_some_and(|best| trial.mean() < CLEARLY_BEHIND * mean(&best.scores[..folds]));
        if folds >= MIN_FOLDS && folds < splits.len() && is_behind {
            trial.is_pruned = true;
            break;
        }
    }
    Ok(trial)
}

/// Rows that a forest is trained on, and rows of other users and later times that it is validated on.
struct ValidationSplit {
    training: Vec<TrainingRow>,
    validation: Vec<TrainingRow>,
}

impl ValidationSplit {
    /// Trains a forest and returns the area under its precision-recall curve on the validation rows.
    fn score(&self, features: usize, params: &ForestParams) -> Result<f64, GrowError> {
        let forest = grow(&self.training, features, params)?.forest;
        let bins: Vec<BinnedRow> = self.validation.iter().map(|row| row.bins).collect();
        let mut predictions = vec![0.0; bins.len()];
        forest.probabilities(&bins, &mut predictions);
        let sample = |(score, row): (f64, &TrainingRow)| Sample {
            score,
            is_attack: row.is_attack,
            weight: row.weight,
            cluster: 0,
        };
        let samples = predictions.into_iter().zip(&self.validation).map(sample).collect();
        Ranking::new(samples).curve().average_precision(Some(PREVALENCE)).ok_or(GrowError::OneClass)
    }

    fn has_both_classes(&self) -> bool {
        [&self.training, &self.validation]
            .into_iter()
            .all(|rows| [true, false].into_iter().all(|class| rows.iter().any(|row| row.is_attack == class)))
    }
}

/// Splits rows by user and by time; folds without both classes on both sides are left out.
fn validation_splits(rows: &[TrainingRow]) -> Vec<ValidationSplit> {
    let folds = Folds::deal(rows, FOLDS);
    let times = rows.iter().map(|row| row.time).collect();
    let Some(boundary) = value_at_share(times, EARLIER) else { return Vec::new() };
    let split = |fold: usize| {
        let is_training = |row: &&TrainingRow| folds.of(row) != fold && row.time < boundary;
        let is_validation = |row: &&TrainingRow| folds.of(row) == fold && row.time >= boundary;
        ValidationSplit {
            training: rows.iter().filter(is_training).cloned().collect(),
            validation: rows.iter().filter(is_validation).cloned().collect(),
        }
    };
    (0..FOLDS).map(split).filter(ValidationSplit::has_both_classes).collect()
}

/// Returns the settings to be tried.
fn settings(grid: &Grid, search: Search, base: ForestParams) -> Vec<ForestParams> {
    let mut settings = vec![base];
    vary(&mut settings, &grid.trees, |params, trees| params.trees = trees);
    vary(&mut settings, &grid.max_depth, |params, depth| params.max_depth = depth);
    vary(&mut settings, &grid.min_samples_leaf, |params, samples| params.min_samples_leaf = samples);
    vary(&mut settings, &grid.max_features, |params, features| params.max_features = features);
    vary(&mut settings, &grid.class_weight, |params, weight| params.class_weight = weight);
    match search {
        Search::Whole => settings,
        Search::Random { settings: count, seed } => {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let drawn = index::sample(&mut rng, settings.len(), settings.len());
            let others = drawn.into_iter().map(|place| settings[place]).filter(|params| *params != base);
            std::iter::once(base).chain(others).take(count).collect()
        }
    }
}

/// Replaces each setting by one setting for each of the values; without values, settings stay as they are.
fn vary<T: Copy>(settings: &mut Vec<ForestParams>, values: &[T], set: impl Fn(&mut ForestParams, T)) {
    let with = |mut params: ForestParams, value: T| {
        set(&mut params, value);
        params
    };
    if !values.is_empty() {
        *settings = settings.iter().flat_map(|params| values.iter().map(|value| with(*params, *value))).collect();
    }
}

#[expect(clippy::cast_precision_loss, reason = "folds are few")]
fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len() as f64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use shared::forest::STRIDE;

    use super::*;

    const BASE: ForestParams = ForestParams {
        trees: 16,
        max_depth: 6,
        max_leaf_nodes: 64,
        min_samples_leaf: 3,
        max_features: 2,
        class_weight: None,
        seed: 1,
    };

    /// Returns rows of forty users: a row belongs to an attack where two features are both high or both low.
    fn rows() -> Vec<TrainingRow> {
        let row = |number: u32| {
            let drawn = shared::hash::hash(&number.to_string(), 5).to_le_bytes();
            let mut bins = [0; STRIDE];
            bins[..3].copy_from_slice(&drawn[..3]);
            let [one, other] = [bins[0], bins[1]];
            let is_attack = (one > 200 && other > 200) || (one < 50 && other < 50);
            TrainingRow { bins, is_attack, weight: 1.0, user: number % 40, time: i64::from(number * 7919 % 4001) }
        };
        (0..4000).map(row).collect()
    }

    fn grid() -> Grid {
        Grid {
            trees: vec![16],
            max_depth: vec![6, 1],
            min_samples_leaf: vec![3, 500],
            max_features: vec![2],
            class_weight: vec![None],
        }
    }

    #[test]
    fn the_best_setting_comes_first_and_what_falls_behind_is_pruned() {
        let trials = tune(&rows(), 3, &grid(), Search::Whole, BASE, &|_, _| ()).expect("both classes");
        assert_eq!(trials.len(), 4);
        assert_eq!((trials[0].params.max_depth, trials[0].params.min_samples_leaf), (6, 3));
        assert!(trials[0].mean() > 0.9, "{}", trials[0].mean());
        assert_eq!(trials[0].scores.len(), FOLDS);
        for behind in &trials[1..] {
            assert!(behind.is_pruned && behind.scores.len() == MIN_FOLDS, "{behind:?}");
        }
    }

    #[test]
    fn no_forest_is_validated_on_users_or_times_of_its_training() {
        let splits = validation_splits(&rows());
        assert_eq!(splits.len(), FOLDS);
        for ValidationSplit { training, validation } in &splits {
            let users = |rows: &[TrainingRow]| rows.iter().map(|row| row.user).collect::<HashSet<_>>();
            assert!(users(training).is_disjoint(&users(validation)));
            assert!(training.iter().map(|row| row.time).max() < validation.iter().map(|row| row.time).min());
        }
        let validated: usize = splits.iter().map(|split| split.validation.len()).sum();
        assert_eq!(validated, 1600, "each later row is used for validation once");
    }

    #[test]
    fn a_random_search_tries_some_of_the_grid_the_same_every_time() {
        let random = |seed| settings(&grid(), Search::Random { settings: 3, seed }, BASE);
        let whole = settings(&grid(), Search::Whole, BASE);
        assert_eq!(random(1), random(1));
        assert_eq!(random(1).len(), 3);
        assert_eq!(random(1)[0], BASE, "what a search is to beat");
        assert!(random(1).iter().all(|params| whole.contains(params)));
        assert_eq!(settings(&grid(), Search::Random { settings: 99, seed: 1 }, BASE).len(), 4);
    }

    #[test]
    fn what_a_grid_does_not_vary_stays() {
        let empty = Grid {
            trees: vec![],
            max_depth: vec![],
            min_samples_leaf: vec![],
            max_features: vec![],
            class_weight: vec![],
        };
        assert_eq!(settings(&empty, Search::Whole, BASE), [BASE]);
    }

    #[test]
    fn benign_rows_alone_cannot_be_tuned_on() {
        let benign: Vec<TrainingRow> = rows().into_iter().filter(|row| !row.is_attack).collect();
        assert!(matches!(tune(&benign, 3, &grid(), Search::Whole, BASE, &|_, _| ()), Err(GrowError::OneClass)));
        assert!(matches!(tune(&[], 3, &grid(), Search::Whole, BASE, &|_, _| ()), Err(GrowError::OneClass)));
    }
}
