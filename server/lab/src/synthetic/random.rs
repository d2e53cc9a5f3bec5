//! Random draws with the distributions that the simulation needs.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use shared::math::{exp, ln_1p};

/// Draws from a log-normal distribution: `spread` is the standard deviation of the logarithm.
pub(super) fn log_normal(median: f64, spread: f64, rng: &mut ChaCha8Rng) -> f64 {
    median * exp(spread * normal(rng))
}

/// Draws from a bell curve of standard deviation 1 that ends at ±4.2.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let sum: f64 = (0..6).map(|_| rng.random_range(-1.0..1.0)).sum();
    sum / std::f64::consts::SQRT_2
}

/// Draws a number below `count`: k with a probability in proportion to 1/(k + 1), as popularity is distributed.
pub(super) fn zipf(count: u32, rng: &mut ChaCha8Rng) -> u32 {
    let drawn = exp(rng.random_range(0.0..ln_1p(f64::from(count)))) - 1.0;
    whole(drawn).min(count - 1)
}

/// Draws an index of a list of weights, each with a probability in proportion to its weight.
pub(super) fn weighted_index<const N: usize>(weights: [f64; N], rng: &mut ChaCha8Rng) -> usize {
    let mut drawn = rng.random_range(0.0..weights.iter().sum());
    let place = weights.iter().position(|weight| {
        drawn -= weight;
        drawn < 0.0
    });
    place.unwrap_or(N - 1)
}

/// Returns the whole part of a number that is not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts and days of a plan are small")]
pub(super) fn whole(number: f64) -> u32 {
    number as u32
}
