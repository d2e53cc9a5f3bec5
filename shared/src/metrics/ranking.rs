//! Labelled samples in the order of their scores.

use super::{Curve, Step};

/// A labelled sample: the score that a detector gave, and whether it was an attack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The score: higher is more suspicious; never NaN.
    pub score: f64,
    /// Whether the sample is an attack.
    pub is_attack: bool,
    /// The weight of the sample.
    pub weight: f64,
    /// The number of the sample's cluster, from 0; the samples of a cluster, such as a user, are drawn together.
    pub cluster: usize,
}

/// Samples, the highest score first.
#[derive(Debug, Clone)]
pub struct Ranking(Vec<Sample>);

impl Ranking {
    /// Ranks samples.
    pub fn new(mut samples: Vec<Sample>) -> Self {
        samples.sort_by(|one, other| other.score.total_cmp(&one.score));
        Self(samples)
    }

    /// Returns the curve of the samples by their weights.
    pub fn curve(&self) -> Curve {
        let mut curve = Curve::default();
        self.trace(|_| 1.0, &mut curve);
        curve
    }

    /// Writes to `curve` the curve of the samples, the weights of each cluster multiplied by its one of `weights`.
    ///
    /// The order stays, so a thousand draws cost one sort. The memory of `curve` is reused.
    pub fn resample(&self, weights: &[f64], curve: &mut Curve) {
        self.trace(|cluster| weights[cluster], curve);
    }

    fn trace(&self, weight_of: impl Fn(usize) -> f64, curve: &mut Curve) {
        curve.clear();
        for Sample { score, is_attack, weight, cluster } in &self.0 {
            let weight = weight * weight_of(*cluster);
            if weight > 0.0 {
                let (attacks, benign) = if *is_attack { (weight, 0.0) } else { (0.0, weight) };
                curve.push(Step { score: *score, attacks, benign });
            }
        }
    }
}
