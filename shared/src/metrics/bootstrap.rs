//! Confidence intervals by the cluster bootstrap.
//!
//! The days of one user are alike, so a bootstrap over single days would make intervals too narrow. Whole users are
//! drawn with replacement, and the metric is computed for each draw.

use serde::{Deserialize, Serialize};

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
    let mut state = mixed(seed ^ mixed(number));
    let mut times = vec![0.0; clusters];
    for _ in 0..clusters {
        state = state.wrapping_add(GOLDEN);
        times[below(clusters, mixed(state))] += 1.0;
    }
    times
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Returns the output of `SplitMix64` for a state (<https://doi.org/10.1145/2660193.2660195>).
fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Maps 64 random bits evenly to the numbers below `limit`.
fn below(limit: usize, random: u64) -> usize {
    let scaled = (u128::from(random) * limit as u128) >> 64;
    usize::try_from(scaled).expect("it is below `limit`")
}
