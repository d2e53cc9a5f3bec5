//! Confidence intervals by the cluster bootstrap.
//!
//! The days of one user are alike, so a bootstrap over single days would make intervals too narrow. Whole users are
//! drawn with replacement, and the metric is computed for each draw.

use serde::{Deserialize, Serialize};

use crate::random::SplitMix64;

/// A 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end: 2.5 % of the draws are below.
    pub low: f64,
    /// The upper end: 2.5 % of the draws are above.
    pub high: f64,
}

impl Interval {
    /// Returns the percentile interval of a metric over its draws, with linear interpolation; none without draws.
    pub fn of(mut draws: Vec<f64>) -> Option<Self> {
        draws.sort_by(f64::total_cmp);
        Some(Self { low: percentile(&draws, 0.025)?, high: percentile(&draws, 0.975)? })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index into a short list"
)]
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? as f64 * share;
    let below = sorted[place as usize];
    let above = sorted[place.ceil() as usize];
    Some(below + (above - below) * place.fract())
}

/// Draws `clusters` of as many clusters with replacement, and returns how often each was drawn.
///
/// The same `seed` and `number` give the same draw on every platform, in any order of draws.
pub fn draw(clusters: usize, seed: u64, number: u64) -> Vec<f64> {
    let mut random = SplitMix64::stream(seed, number);
    let mut times = vec![0.0; clusters];
    for _ in 0..clusters {
        times[random.below(clusters)] += 1.0;
    }
    times
}
