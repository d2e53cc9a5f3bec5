//! The importance of each feature for a forest, by permutation.

use rand::{SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use shared::{
    features,
    inputs::InputSpec,
    metrics::{Ranking, Sample},
};

use super::out_of_fold::{OutOfFoldRow, OutOfFoldRows};
use crate::{
    estimate::{Estimate, bootstrap, with_intervals},
    training::attack_classifier::TrainingRun,
};

/// Seed of the permutations.
pub(super) const SEED: u64 = 30;

/// The loss in the ranking of rows when the values of a feature are permuted among them.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Importance {
    /// The name of the feature.
    pub(super) feature: &'static str,
    /// The meaning of the feature.
    pub(super) meaning: String,
    /// The decrease of the area under the precision-recall curve.
    pub(super) pr_auc_lost: Estimate,
}

/// Measures the importance of every feature for out-of-fold predictions; returns the most important first.
///
/// This is permutation importance (Breiman 2001); features that carry nearly the same information hide each other.
pub(super) fn measure(run: &TrainingRun, rows: &OutOfFoldRows) -> Vec<Importance> {
    let (whole, of_draws) = pr_auc(rows.samples(|row| row.prediction, |_| true), rows.users);
    let importance = |(place, feature): (usize, &'static InputSpec)| {
        let (shuffled, of_shuffled) = pr_auc(shuffled(place, run, rows), rows.users);
        let lost =
            |whole: Option<f64>, shuffled: Option<f64>| [whole.zip(shuffled).map(|(whole, shuffled)| whole - shuffled)];
        let draws: Vec<[Option<f64>; 1]> =
            of_draws.iter().zip(of_shuffled).map(|([whole], [shuffled])| lost(*whole, shuffled)).collect();
        let [pr_auc_lost] = with_intervals(lost(whole, shuffled), &draws);
        Importance { feature: &feature.name, meaning: feature.described(), pr_auc_lost }
    };
    let mut features: Vec<Importance> = features::table().par_iter().enumerate().map(importance).collect();
    features.sort_by(|one, other| other.pr_auc_lost.value.total_cmp(&one.pr_auc_lost.value));
    features
}

/// Returns the out-of-fold predictions after the values of a feature have been permuted.
fn shuffled(feature: usize, run: &TrainingRun, rows: &OutOfFoldRows) -> Vec<Sample> {
    let mut values: Vec<u8> = rows.rows.iter().map(|row| row.row.bins[feature]).collect();
    values.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED));
    let sample = |(row, value): (&OutOfFoldRow, u8)| {
        let mut bins = row.row.bins;
        bins[feature] = value;
        Some(row.sample(run.grown.predict_out_of_fold(row.row, &bins)?.into()))
    };
    rows.rows.iter().zip(values).filter_map(sample).collect()
}

/// Returns the area under the precision-recall curve, and that of each draw of users.
fn pr_auc(samples: Vec<Sample>, users: usize) -> (Option<f64>, Vec<[Option<f64>; 1]>) {
    let ranking = Ranking::new(samples);
    let draws = bootstrap(users, |weights, curve| {
        ranking.resample(weights, curve);
        [curve.average_precision(None)]
    });
    (ranking.curve().average_precision(None), draws)
}
