//! Probabilities against what came true.

use std::{array, f64::consts::LN_2};

use super::{Sample, attack_weight};
use crate::math::log2;

/// How many bins of equal width the probabilities are sorted into.
pub const BINS: usize = 15;

/// Sums over samples whose scores are probabilities, enough for every figure of calibration.
///
/// They add up: the sums of a resampled log are those of its clusters, each as often as it was drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reliability {
    attacks: Sums,
    benign: Sums,
}

/// Sums over the samples of one class.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sums {
    /// Weight in each bin.
    weight: [f64; BINS],
    /// Sum of probabilities in each bin.
    probability: [f64; BINS],
    /// Sum of squared differences from what came true.
    squared_error: f64,
    /// Sum of logarithms of what was given to what came true, in nats, negative.
    log_loss: f64,
}

/// What was said and what came true in one bin of probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// The share of all samples that is in it.
    pub share: f64,
    /// The mean probability of them.
    pub said: f64,
    /// The share of attacks among them.
    pub came_true: f64,
}

impl Reliability {
    /// Sums over samples.
    pub fn of(samples: &[Sample]) -> Self {
        let mut sums = Self::default();
        for sample in samples {
            sums.add(sample);
        }
        sums
    }

    /// Sums over the samples of each of so many clusters.
    pub fn of_clusters(samples: &[Sample], clusters: usize) -> Vec<Self> {
        let mut sums = vec![Self::default(); clusters];
        for sample in samples {
            sums[sample.cluster].add(sample);
        }
        sums
    }

    /// Sums over clusters, each counted as often as `weights` says.
    pub fn resample(clusters: &[Self], weights: &[f64]) -> Self {
        let mut sums = Self::default();
        for (cluster, weight) in clusters.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
            sums.attacks.add(&cluster.attacks, *weight);
            sums.benign.add(&cluster.benign, *weight);
        }
        sums
    }

    fn add(&mut self, sample: &Sample) {
        let Sample { score: probability, is_attack, weight, .. } = *sample;
        let (sums, of_truth) =
            if is_attack { (&mut self.attacks, probability) } else { (&mut self.benign, 1.0 - probability) };
        let bin = bin_of(probability);
        sums.weight[bin] += weight;
        sums.probability[bin] += weight * probability;
        sums.squared_error += weight * (1.0 - of_truth) * (1.0 - of_truth);
        sums.log_loss -= weight * log2(of_truth.clamp(f64::EPSILON, 1.0 - f64::EPSILON)) * LN_2;
    }

    /// Returns the mean squared difference of probabilities from what came true.
    pub fn brier(&self, prevalence: Option<f64>) -> Option<f64> {
        self.mean(|sums| sums.squared_error, prevalence)
    }

    /// Returns the mean surprise at what came true, in nats.
    pub fn log_loss(&self, prevalence: Option<f64>) -> Option<f64> {
        self.mean(|sums| sums.log_loss, prevalence)
    }

    fn mean(&self, sum: fn(&Sums) -> f64, prevalence: Option<f64>) -> Option<f64> {
        let factor = self.attack_weight(prevalence)?;
        let total = factor * self.attacks.total() + self.benign.total();
        Some((factor * sum(&self.attacks) + sum(&self.benign)) / total)
    }

    /// Returns the expected calibration error: how far what is said is from what comes true, over the bins.
    pub fn expected_calibration_error(&self, prevalence: Option<f64>) -> Option<f64> {
        let bins = self.bins(prevalence)?;
        Some(bins.iter().map(|bin| bin.share * (bin.said - bin.came_true).abs()).sum())
    }

    /// Returns the bins from the lowest probabilities to the highest; an empty one has the share 0.
    pub fn bins(&self, prevalence: Option<f64>) -> Option<[Bin; BINS]> {
        let factor = self.attack_weight(prevalence)?;
        let total = factor * self.attacks.total() + self.benign.total();
        Some(array::from_fn(|bin| {
            let attacks = factor * self.attacks.weight[bin];
            let weight = attacks + self.benign.weight[bin];
            if weight == 0.0 {
                return Bin { share: 0.0, said: 0.0, came_true: 0.0 };
            }
            let said = factor * self.attacks.probability[bin] + self.benign.probability[bin];
            Bin { share: weight / total, said: said / weight, came_true: attacks / weight }
        }))
    }

    /// Returns how much an attack counts, if there is anything to count.
    fn attack_weight(&self, prevalence: Option<f64>) -> Option<f64> {
        let (attacks, benign) = (self.attacks.total(), self.benign.total());
        let is_enough = if prevalence.is_some() { attacks > 0.0 && benign > 0.0 } else { attacks + benign > 0.0 };
        is_enough.then(|| attack_weight(attacks, benign, prevalence))
    }
}

impl Sums {
    fn total(&self) -> f64 {
        self.weight.iter().sum()
    }

    fn add(&mut self, other: &Self, times: f64) {
        for bin in 0..BINS {
            self.weight[bin] += times * other.weight[bin];
            self.probability[bin] += times * other.probability[bin];
        }
        self.squared_error += times * other.squared_error;
        self.log_loss += times * other.log_loss;
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a probability of 0 to 1, a few bins"
)]
fn bin_of(probability: f64) -> usize {
    ((probability * BINS as f64) as usize).min(BINS - 1)
}
