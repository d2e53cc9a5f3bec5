//! The calibration of probabilities, against the observed shares of attacks.

use std::{array, f64::consts::LN_2};

use super::{Sample, attack_weight};
use crate::math::log2;

/// The number of bins of equal width over the probabilities.
pub const BINS: usize = 15;

/// The sums over samples, whose scores are probabilities, from which every metric of calibration follows.
///
/// The sums are additive: those of a resampled log are those of its clusters, each as often as it was drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reliability {
    attacks: Sums,
    benign: Sums,
}

/// The sums over the samples of one class.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sums {
    /// The weight in each bin.
    weight: [f64; BINS],
    /// The sum of probabilities in each bin.
    probability: [f64; BINS],
    /// The sum of squared differences between probability and label.
    squared_error: f64,
    /// The sum of negative logarithms of the probability of the true label, in nats.
    log_loss: f64,
}

/// The predicted and the observed share of attacks in one bin of probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// The share of all samples that is in the bin.
    pub share: f64,
    /// The mean probability in the bin; 0 if it is empty.
    pub predicted: f64,
    /// The share of attacks in the bin; 0 if it is empty.
    pub observed: f64,
}

impl Reliability {
    /// Returns the sums over samples.
    pub fn of(samples: &[Sample]) -> Self {
        let mut sums = Self::default();
        for sample in samples {
            sums.add(sample);
        }
        sums
    }

    /// Returns the sums over the samples of each of `clusters` clusters.
    pub fn of_clusters(samples: &[Sample], clusters: usize) -> Vec<Self> {
        let mut sums = vec![Self::default(); clusters];
        for sample in samples {
            sums[sample.cluster].add(sample);
        }
        sums
    }

    /// Returns the sums over clusters, each multiplied by its one of `weights`.
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

    /// Returns the Brier score: the mean squared difference between probability and label.
    pub fn brier(&self, prevalence: Option<f64>) -> Option<f64> {
        self.mean(|sums| sums.squared_error, prevalence)
    }

    /// Returns the mean log loss, in nats.
    pub fn log_loss(&self, prevalence: Option<f64>) -> Option<f64> {
        self.mean(|sums| sums.log_loss, prevalence)
    }

    fn mean(&self, sum: fn(&Sums) -> f64, prevalence: Option<f64>) -> Option<f64> {
        let factor = self.attack_weight(prevalence)?;
        let total = factor * self.attacks.total() + self.benign.total();
        Some((factor * sum(&self.attacks) + sum(&self.benign)) / total)
    }

    /// Returns the expected calibration error: the mean distance of predicted and observed shares over the bins.
    pub fn expected_calibration_error(&self, prevalence: Option<f64>) -> Option<f64> {
        let bins = self.bins(prevalence)?;
        Some(bins.iter().map(|bin| bin.share * (bin.predicted - bin.observed).abs()).sum())
    }

    /// Returns the bins from the lowest probabilities to the highest; an empty one has the share 0.
    pub fn bins(&self, prevalence: Option<f64>) -> Option<[Bin; BINS]> {
        let factor = self.attack_weight(prevalence)?;
        let total = factor * self.attacks.total() + self.benign.total();
        Some(array::from_fn(|bin| {
            let attacks = factor * self.attacks.weight[bin];
            let weight = attacks + self.benign.weight[bin];
            if weight == 0.0 {
                return Bin { share: 0.0, predicted: 0.0, observed: 0.0 };
            }
            let predicted = factor * self.attacks.probability[bin] + self.benign.probability[bin];
            Bin { share: weight / total, predicted: predicted / weight, observed: attacks / weight }
        }))
    }

    /// Returns the factor for the weights of attacks; none without samples, or of one class alone with a `prevalence`.
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
