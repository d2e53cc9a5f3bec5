//! From the rarity of an event to its p-value and its anomaly score, and back.

use crate::math::{exp10, log10};

/// The p-value at which the score is [`DEFAULT_THRESHOLD`]: one in a hundred user-days.
const PIVOT: f64 = 0.01;
/// The default threshold: an event with at least this score is an anomaly.
pub const DEFAULT_THRESHOLD: f64 = 0.7;

/// Returns the p-value of a rarity: the share of benign user-days that reach it, 10^-rarity.
pub fn p_value(log10_rarity: f64) -> f64 {
    exp10(-log10_rarity)
}

/// The increase of the decimal logarithm of the odds of an attack per unit of rarity: the value with the least
/// calibration error in generated organisations of other seeds than those of `make quality`.
const STEEPNESS: f64 = 1.3;
/// The share of attacks among all events at which the score is the probability of an attack. It follows from the choice
/// of the pivot and is far above the share in real organisations.
pub const SCORE_PREVALENCE: f64 = 0.15;

/// Returns the anomaly score of an event whose rarity a share `p_value` of benign user-days reaches: 0.7 at one in a
/// hundred.
///
/// The score is a logistic function of the rarity (Platt, "Probabilistic Outputs for Support Vector Machines", 1999):
/// the probability of an attack if a share [`SCORE_PREVALENCE`] of all events are attacks.
pub fn anomaly_score(p_value: f64) -> f64 {
    1.0 / (1.0 + odds_against(DEFAULT_THRESHOLD) * exp10(STEEPNESS * log10(p_value / PIVOT)))
}

/// Returns the p-value of a score, the inverse of [`anomaly_score`]; 1 below the lowest score.
pub fn p_value_at(score: f64) -> f64 {
    let times = odds_against(score) / odds_against(DEFAULT_THRESHOLD);
    (PIVOT * exp10(log10(times) / STEEPNESS)).min(1.0)
}

fn odds_against(probability: f64) -> f64 {
    1.0 / probability - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_seven_tenths_at_one_in_a_hundred() {
        assert!((anomaly_score(p_value(2.0)) - 0.7).abs() < 1e-12);
        assert!(anomaly_score(1.0) < 0.03 && anomaly_score(1e-4) > 0.99);
        assert!((anomaly_score(p_value_at(0.9)) - 0.9).abs() < 1e-12);
        assert_eq!(p_value_at(0.001), 1.0);
    }
}
