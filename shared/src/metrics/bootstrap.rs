//! How sure a figure is: the bootstrap over clusters.
//!
//! Days of one person are alike, so drawing single days would make figures look surer than they are. Whole people are
//! drawn, with replacement, and the figure is taken anew of each draw.

use serde::{Deserialize, Serialize};

/// Where a figure lies in 95 of 100 draws.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// 2.5 % of draws are below.
    pub low: f64,
    /// 2.5 % of draws are above.
    pub high: f64,
}

impl Interval {
    /// Returns the percentile interval of a figure over its draws, between neighbours in proportion.
    pub fn of(mut draws: Vec<f64>) -> Option<Self> {
        draws.sort_by(f64::total_cmp);
        Some(Self { low: percentile(&draws, 0.025)?, high: percentile(&draws, 0.975)? })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place in a short list"
)]
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? as f64 * share;
    let below = sorted[place as usize];
    let above = sorted[place.ceil() as usize];
    Some(below + (above - below) * place.fract())
}

/// Draws `clusters` clusters with replacement, and returns how often each was drawn.
///
/// The same `seed` and `number` give the same draw everywhere, in any order of draws.
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

/// The output function of `SplitMix64` (<https://doi.org/10.1145/2660193.2660195>).
fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Spreads 64 random bits evenly over the numbers below `limit`.
fn below(limit: usize, random: u64) -> usize {
    let scaled = (u128::from(random) * limit as u128) >> 64;
    usize::try_from(scaled).expect("below a number of this type")
}
