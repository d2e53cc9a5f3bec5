//! How much a forest needs each feature.

use rand::{SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use shared::{
    features,
    metrics::{Ranking, Sample},
};

use super::strangers::{Stranger, Strangers};
use crate::{
    evaluation::level::{Figure, resampled, with_intervals},
    training::known::Teaching,
};

/// What the shuffling of values starts from.
pub(super) const SEED: u64 = 30;

/// How much worse rows are ranked when a feature's values are dealt anew among them.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Importance {
    /// The feature.
    pub(super) feature: &'static str,
    /// What it says.
    pub(super) meaning: &'static str,
    /// By how much the area below the precision-recall curve falls.
    pub(super) pr_auc_lost: Figure,
}

/// Measures every feature on people the trees do not know, the most important first.
///
/// By permutation (Breiman 2001); features that say nearly the same hide each other.
pub(super) fn measure(teaching: &Teaching, strangers: &Strangers) -> Vec<Importance> {
    let (whole, of_draws) = pr_auc(strangers.samples(|row| row.said, |_| true), strangers.users);
    let importance = |(place, feature): (usize, &'static features::Feature)| {
        let (shuffled, of_shuffled) = pr_auc(shuffled(place, teaching, strangers), strangers.users);
        let lost =
            |whole: Option<f64>, shuffled: Option<f64>| [whole.zip(shuffled).map(|(whole, shuffled)| whole - shuffled)];
        let draws: Vec<[Option<f64>; 1]> =
            of_draws.iter().zip(of_shuffled).map(|([whole], [shuffled])| lost(*whole, shuffled)).collect();
        let [pr_auc_lost] = with_intervals(lost(whole, shuffled), &draws);
        Importance { feature: &feature.name, meaning: &feature.meaning, pr_auc_lost }
    };
    let mut features: Vec<Importance> = features::table().par_iter().enumerate().map(importance).collect();
    features.sort_by(|one, other| other.pr_auc_lost.value.total_cmp(&one.pr_auc_lost.value));
    features
}

/// Returns what the trees say when a feature's values are dealt anew.
fn shuffled(feature: usize, teaching: &Teaching, strangers: &Strangers) -> Vec<Sample> {
    let mut bins: Vec<u8> = strangers.rows.iter().map(|row| row.lesson.row[feature]).collect();
    bins.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED));
    let sample = |(stranger, bin): (&Stranger, u8)| {
        let mut row = stranger.lesson.row;
        row[feature] = bin;
        Some(stranger.sample(teaching.grown.unknown(stranger.lesson, &row)?.into()))
    };
    strangers.rows.iter().zip(bins).filter_map(sample).collect()
}

/// Returns the area below the precision-recall curve, and that of each draw of users.
fn pr_auc(samples: Vec<Sample>, users: usize) -> (Option<f64>, Vec<[Option<f64>; 1]>) {
    let ranking = Ranking::new(samples);
    let draws = resampled(users, |weights, curve| {
        ranking.resample(weights, curve);
        [curve.average_precision(None)]
    });
    (ranking.curve().average_precision(None), draws)
}
