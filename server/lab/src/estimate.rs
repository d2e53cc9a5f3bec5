//! Measured values with confidence intervals, by a bootstrap that draws whole users.

use rayon::prelude::*;
use serde::Serialize;
use shared::metrics::{Bin, Curve, Interval, Reliability, Sample, draw};

/// Number of bootstrap draws behind an interval.
pub(crate) const DRAWS: u64 = 1000;
/// Seed of the draws: intervals are the same at every run.
pub(crate) const SEED: u64 = 20;

/// A measured value and its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The value measured on all units.
    pub value: f64,
    /// The lower end: 2.5 % of the draws are below.
    pub low: f64,
    /// The upper end: 2.5 % of the draws are above.
    pub high: f64,
}

/// A bin of a reliability diagram: units whose predicted probabilities lie close together.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReliabilityBin {
    /// The bin's share of all units.
    pub share: f64,
    /// The mean predicted probability.
    pub predicted: f64,
    /// The share of attacks among the bin's units.
    pub observed: f64,
}

impl From<Bin> for ReliabilityBin {
    fn from(Bin { share, predicted, observed }: Bin) -> Self {
        Self { share, predicted, observed }
    }
}

/// Computes `metrics` for each bootstrap draw of `users`, on the threads of the current pool.
///
/// `metrics` is given the weight of each user in a draw, and a curve that it may reuse.
pub(crate) fn bootstrap<const N: usize>(
    users: usize,
    metrics: impl Fn(&[f64], &mut Curve) -> [Option<f64>; N] + Sync,
) -> Vec<[Option<f64>; N]> {
    let numbers = (0..DRAWS).into_par_iter();
    numbers.map_init(Curve::default, |curve, number| metrics(&draw(users, SEED, number), curve)).collect()
}

/// Adds to each value its interval over those draws in which it is defined: a draw may hold no attacked user.
pub(crate) fn with_intervals<const N: usize>(values: [Option<f64>; N], draws: &[[Option<f64>; N]]) -> [Estimate; N] {
    std::array::from_fn(|number| {
        let value = values[number].unwrap_or(f64::NAN);
        let interval = Interval::of(draws.iter().filter_map(|draw| draw[number]).collect());
        let Interval { low, high } = interval.unwrap_or(Interval { low: value, high: value });
        Estimate { value, low, high }
    })
}

/// Returns the Brier score and the expected calibration error of samples whose scores are probabilities, as if attacks
/// were the share `prevalence` of all where it is given.
pub(crate) fn brier_and_ece(samples: &[Sample], users: usize, prevalence: Option<f64>) -> [Estimate; 2] {
    let clusters = Reliability::of_clusters(samples, users);
    let metrics = |sums: &Reliability| [sums.brier(prevalence), sums.expected_calibration_error(prevalence)];
    let draws = bootstrap(users, |weights, _| metrics(&Reliability::resample(&clusters, weights)));
    with_intervals(metrics(&Reliability::of(samples)), &draws)
}

/// Converts a count.
#[expect(clippy::cast_precision_loss, reason = "counts of units are exact in 53 bits")]
pub(crate) fn float(count: usize) -> f64 {
    count as f64
}
