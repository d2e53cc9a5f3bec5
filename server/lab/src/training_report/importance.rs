//! The importance of each feature for a forest, by permutation.

use rayon::prelude::*;
use serde::Serialize;
use shared::{
    features,
    inputs::InputSpec,
    metrics::{Ranking, Sample},
};

use super::out_of_fold::OutOfFoldRows;
use crate::{
    estimate::{Estimate, bootstrap, with_intervals},
    training::{attack_classifier::TrainingRun, forest::TrainingRow, importance::permuted_predictions},
};

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
    let training_rows: Vec<&TrainingRow> = rows.rows.iter().map(|row| row.row).collect();
    let predictions = permuted_predictions(feature, run, &training_rows);
    rows.rows.iter().zip(predictions).filter_map(|(row, said)| Some(row.sample(said?.into()))).collect()
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
