//! Training the forest that recognises known kinds of attack, from three sources: made-up organisations, the
//! organisation's own history with injected attacks, and logs that label their attacks.

mod attack_templates;
mod own_labels;
mod rows;
mod strata;

use shared::{
    features::{self, FEATURES, Features},
    forest::{Bins, Classifier, InvalidBins, Isotonic},
    metrics::Sample,
    scoring::log_odds,
    signals::{PerSignal, Signal},
};

pub(super) use self::rows::TrainingSources;
pub use self::rows::{FIRST_WORLD, NoSuchKind, Origin, Source};
use self::rows::{SampledRow, sample_rows};
use super::{
    forest::{ForestParams, GrowError, GrownForest, TrainingRow, grow},
    tune::{Grid, Search, Trial, tune},
};

/// The hyperparameters of the forest unless better ones are searched for.
pub const PARAMS: ForestParams = ForestParams {
    trees: 100,
    max_depth: 12,
    max_leaf_nodes: 64,
    min_samples_leaf: 10,
    max_features: 10,
    class_weight: Some(0.3),
    seed: 1,
};

/// The search for better hyperparameters.
pub const SEARCH: Search = Search::Random { settings: 16, seed: 0 };
/// Number of trees during the search: fewer than in the final forest, and enough to compare settings.
const SEARCHED_TREES: usize = 40;

/// Returns the grid that is searched.
fn grid() -> Grid {
    Grid {
        trees: Vec::new(),
        max_depth: vec![8, 12, 16],
        min_samples_leaf: vec![5, 10, 20, 40],
        max_features: vec![6, 10, 16],
        class_weight: vec![Some(0.1), Some(0.3), Some(1.0)],
    }
}

/// Why no attack classifier was trained.
#[derive(Debug, thiserror::Error)]
pub enum ClassifierError {
    /// A kind of attack to be left out does not occur.
    #[error(transparent)]
    LeftOut(#[from] NoSuchKind),
    /// The features cannot be binned.
    #[error(transparent)]
    Bins(#[from] InvalidBins),
    /// No forest was grown.
    #[error(transparent)]
    Forest(#[from] GrowError),
}

/// The rows that a forest was trained on, and the forest with its predictions for them.
#[derive(Debug, Clone)]
pub struct TrainingRun {
    /// Number of made-up organisations.
    pub worlds: u64,
    /// The hyperparameters of the forest.
    pub params: ForestParams,
    /// The settings tried in the search for the hyperparameters, the best first; empty without a search.
    pub trials: Vec<Trial>,
    /// The rows.
    pub rows: Vec<TrainingRow>,
    /// The origin of each row.
    pub origins: Vec<Origin>,
    /// The signals of each row, without that of the classifier.
    pub signals: Vec<PerSignal<f64>>,
    /// The forest.
    pub grown: GrownForest,
}

/// Trains a classifier; `on_progress` is called with a short description of each step.
pub(super) fn learn(
    sources: &TrainingSources,
    is_tuned: bool,
    on_progress: &dyn Fn(String),
) -> Result<(Classifier, TrainingRun), ClassifierError> {
    on_progress("taking rows to learn from".to_owned());
    let sampled = sample_rows(sources)?;
    let weights = own_labels::weigh(&sampled);
    let values: Vec<Features> = sampled.iter().map(|row| row.features).collect();
    let bins = Bins::fit(&features::names(), &values)?;
    let rows: Vec<TrainingRow> =
        sampled.iter().zip(weights).map(|(row, weight)| training_row(row, weight, &bins)).collect();
    let (origins, signals) = sampled.into_iter().map(|row| (row.origin, row.signals)).unzip();
    let trials = if is_tuned { search(&rows, on_progress)? } else { Vec::new() };
    let params = trials.first().map_or(PARAMS, |best| ForestParams { trees: PARAMS.trees, ..best.params });
    on_progress(format!("growing {} trees on {} rows", params.trees, rows.len()));
    let grown = grow(&rows, FEATURES, &params)?;
    let run = TrainingRun { worlds: sources.worlds, params, trials, rows, origins, signals, grown };
    let isotonic = Isotonic::fit(&run.out_of_fold_samples());
    Ok((Classifier::new(bins, run.grown.forest.clone(), isotonic), run))
}

fn training_row(sampled: &SampledRow, weight: f64, bins: &Bins) -> TrainingRow {
    TrainingRow {
        bins: bins.row(&sampled.features),
        is_attack: sampled.origin.kind.is_some(),
        weight,
        user: sampled.user,
        time: sampled.time,
    }
}

fn search(rows: &[TrainingRow], on_progress: &dyn Fn(String)) -> Result<Vec<Trial>, GrowError> {
    let base = ForestParams { trees: SEARCHED_TREES, ..PARAMS };
    tune(rows, FEATURES, &grid(), SEARCH, base, &|number, all| {
        on_progress(format!("trying setting {number} of {all}"));
    })
}

/// A row of a log that labels its attacks.
pub(super) struct LabelledRow<'a> {
    pub(super) row: &'a TrainingRow,
    /// The signals; that of the classifier is by trees that have not seen the row's user.
    pub(super) signals: PerSignal<f64>,
    pub(super) represents: f64,
}

impl TrainingRun {
    /// Returns the training rows from labelled logs that have an out-of-fold prediction.
    pub(super) fn labelled(&self) -> impl Iterator<Item = LabelledRow<'_>> {
        let rows = self.rows.iter().zip(&self.origins).zip(self.signals.iter().zip(&self.grown.out_of_fold));
        rows.filter(|((_, origin), _)| origin.source == Source::Log).filter_map(|((row, origin), (signals, said))| {
            let mut signals = *signals;
            signals[Signal::AttackClassifier] = log_odds((*said)?.into());
            Some(LabelledRow { row, signals, represents: origin.represents })
        })
    }

    /// Returns the out-of-fold predictions as samples, each weighted by the number of rows of its stream that it
    /// represents.
    pub fn out_of_fold_samples(&self) -> Vec<Sample> {
        let rows = self.rows.iter().zip(&self.origins).zip(&self.grown.out_of_fold);
        let sample = |((row, origin), prediction): ((&TrainingRow, &Origin), &Option<f32>)| {
            let score = (*prediction)?.into();
            Some(Sample { score, is_attack: row.is_attack, weight: origin.represents, cluster: 0 })
        };
        rows.filter_map(sample).collect()
    }
}
