//! How much each feature matters for a trained forest as a whole: by TreeSHAP, by permutation, and by what the forest says
//! where the feature has a given value.
//!
//! Permutation importance is that of Breiman, "Random Forests", 2001, of out-of-fold predictions; features that carry
//! nearly the same information hide each other. Partial dependence is that of Friedman, "Greedy function approximation",
//! 2001.

use rand::{SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shared::{
    explanation::TreeShap,
    features::{self, FEATURES},
    forest::{BinnedRow, Bins, Forest, MISSING},
    metrics::{Ranking, Sample},
    model::FeatureImportance,
};

use super::{attack_classifier::TrainingRun, forest::TrainingRow};

/// The seed of the permutations.
pub(crate) const SEED: u64 = 30;
/// The number of rows whose contributions and dependences are measured.
const ROWS: usize = 1000;
/// The largest number of values of a feature whose dependence is measured.
const VALUES: usize = 10;
/// The unit to which figures are rounded.
const UNIT: f64 = 1e6;

/// Measures every feature of a trained forest, in the order of the features.
pub(super) fn measure(bins: &Bins, run: &TrainingRun) -> Vec<FeatureImportance> {
    let some: Vec<BinnedRow> = run.rows.iter().step_by((run.rows.len() / ROWS).max(1)).map(|row| row.bins).collect();
    let shap = mean_abs_shap(&run.grown.forest, &some);
    let whole = pr_auc(run.out_of_fold_samples());
    let importance = |feature: usize| FeatureImportance {
        feature: features::table()[feature].name.clone(),
        mean_abs_shap: rounded(shap[feature]),
        pr_auc_lost: rounded(whole - pr_auc(permuted_samples(feature, run))),
        dependence: dependence(feature, bins, &run.grown.forest, &some),
    };
    (0..FEATURES).into_par_iter().map(importance).collect()
}

/// Returns the out-of-fold prediction of each row after the values of a feature were permuted among the rows.
pub(crate) fn permuted_predictions(feature: usize, run: &TrainingRun, rows: &[&TrainingRow]) -> Vec<Option<f32>> {
    let mut values: Vec<u8> = rows.iter().map(|row| row.bins[feature]).collect();
    values.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED));
    let prediction = |(row, value): (&&TrainingRow, u8)| {
        let mut bins = row.bins;
        bins[feature] = value;
        run.grown.predict_out_of_fold(row, &bins)
    };
    rows.iter().zip(values).map(prediction).collect()
}

fn permuted_samples(feature: usize, run: &TrainingRun) -> Vec<Sample> {
    let rows: Vec<&TrainingRow> = run.rows.iter().collect();
    let predictions = permuted_predictions(feature, run, &rows);
    let sample = |((row, origin), said): ((&&TrainingRow, &super::attack_classifier::Origin), Option<f32>)| {
        Some(Sample { score: said?.into(), is_attack: row.is_attack, weight: origin.represents, cluster: 0 })
    };
    rows.iter().zip(&run.origins).zip(predictions).filter_map(sample).collect()
}

/// Returns the area under the precision-recall curve; 0 without attacks.
fn pr_auc(samples: Vec<Sample>) -> f64 {
    Ranking::new(samples).curve().average_precision(None).unwrap_or_default()
}

fn mean_abs_shap(forest: &Forest, rows: &[BinnedRow]) -> Vec<f64> {
    let shap = TreeShap::of(forest);
    let contributions: Vec<_> = rows.par_iter().map(|row| shap.contributions(row)).collect();
    let mean = |feature: usize| mean(contributions.iter().map(|contributions| contributions[feature].abs()));
    (0..FEATURES).map(mean).collect()
}

/// Returns quantiles of a feature's known values, each as the highest value of its bin, and the forest's mean output if all
/// rows had it.
fn dependence(feature: usize, bins: &Bins, forest: &Forest, rows: &[BinnedRow]) -> Vec<(f64, f64)> {
    let mut known: Vec<u8> = rows.iter().map(|row| row[feature]).filter(|bin| *bin != MISSING).collect();
    known.sort_unstable();
    let quantile = |place: usize| known.get(place * known.len().saturating_sub(1) / (VALUES - 1)).copied();
    let mut values: Vec<u8> = (0..VALUES).filter_map(quantile).collect();
    values.dedup();
    let output = |bin: u8| {
        let with_value = |row: &BinnedRow| {
            let mut row = *row;
            row[feature] = bin;
            forest.probability(&row)
        };
        rounded(mean(rows.iter().map(with_value)))
    };
    let cuts = bins.cuts(feature);
    let value = |bin: u8| cuts.get(usize::from(bin)).or(cuts.last()).map(|cut| f64::from(*cut));
    values.into_iter().filter_map(|bin| Some((value(bin)?, output(bin)))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "there are few rows")]
fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

fn rounded(figure: f64) -> f64 {
    (figure * UNIT).round() / UNIT
}
