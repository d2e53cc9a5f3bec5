//! Samples in the order of their scores.

use super::{Curve, Step};

/// Something judged: what a detector says of it, and what it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// What the detector says: the higher, the more suspicious; never NaN.
    pub score: f64,
    /// Whether it was an attack.
    pub is_attack: bool,
    /// How much it counts.
    pub weight: f64,
    /// Number of the cluster it is drawn with, from 0: samples of one user stand or fall together.
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

    /// Returns the curve of the samples as they weigh.
    pub fn curve(&self) -> Curve {
        let mut curve = Curve::default();
        self.trace(|_| 1.0, &mut curve);
        curve
    }

    /// Makes `curve` that of the samples with each cluster counted as often as `weights` says.
    ///
    /// The order stays, so a thousand draws cost one sort. The curve is the caller's, to be used again.
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
