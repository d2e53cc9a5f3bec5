//! The attack classifier's part of the alert budget: the larger, the better the classifier proves itself.

use std::collections::BTreeSet;

use shared::{
    calibration::{Calibration, DailyMaxima, TooFewDays},
    metrics::{Ranking, Sample},
    signals::Signal,
};

use super::attack_classifier::{LabelledRow, TrainingRun};

/// The weights of the classifier that are tried beside the usual one: about 50, 75, 90 and 95 % of the alert budget.
const WEIGHTS: [f64; 4] = [1.1, 3.3, 9.9, 20.9];
/// The minimum number of attacked users in the labels: what is proven on fewer may be chance.
const LEAST_ATTACKED_USERS: usize = 5;
/// The minimum gain in average precision by a larger weight.
const LEAST_GAIN: f64 = 0.002;

/// Fits a calibration to the highest signals of benign user-days, in which the classifier has the weight by which the
/// labelled events are ranked best, as average precision.
///
/// The predictions for a labelled event are those of trees that have not seen its user. Without enough labels the
/// classifier has its usual weight.
pub(super) fn calibrate(
    maxima: &[Vec<DailyMaxima>],
    without: &[Signal],
    run: Option<&TrainingRun>,
) -> Result<Calibration, TooFewDays> {
    let mut best = Calibration::fit(maxima, without, None)?;
    let Some(run) = run.filter(|run| attacked_users(run) >= LEAST_ATTACKED_USERS) else { return Ok(best) };
    let mut precision = average_precision(run, &best);
    for weight in WEIGHTS {
        let calibration = Calibration::fit(maxima, without, Some(weight))?;
        let reached = average_precision(run, &calibration);
        if reached > precision + LEAST_GAIN {
            (best, precision) = (calibration, reached);
        }
    }
    Ok(best)
}

fn attacked_users(run: &TrainingRun) -> usize {
    run.labelled()
        .filter(|labelled| labelled.row.is_attack)
        .map(|attack| attack.row.user)
        .collect::<BTreeSet<_>>()
        .len()
}

/// Returns the average precision of the fused evidence of the labelled events.
fn average_precision(run: &TrainingRun, calibration: &Calibration) -> f64 {
    let samples = run.labelled().map(|LabelledRow { row, signals, represents }| Sample {
        score: calibration.rarity(&signals).evidence,
        is_attack: row.is_attack,
        weight: represents,
        cluster: 0,
    });
    Ranking::new(samples.collect()).curve().average_precision(None).unwrap_or_default()
}
