//! LIME: a linear model of the score around one event (Ribeiro, Singh and Guestrin, "Why Should I Trust You?", 2016,
//! <https://arxiv.org/abs/1602.04938>), by the rules of `LimeTabularExplainer` of the Python package `lime`.
//!
//! Values of the features are drawn from their distribution in some rows. The linear model says how the output depends
//! on which features stay in the quartile bin of the event; draws that share more bins with the event weigh more.

mod closed_form;
mod moments;
mod normal;
mod statistics;

pub use closed_form::ClosedFormLime;
pub use moments::{LimeFit, Moments};
pub use statistics::TabularStatistics;

use self::statistics::{FeatureDraws, FeatureStatistics};
use crate::{math::exp, random::SplitMix64};

/// The number of draws, the event itself included.
pub const SAMPLES: usize = 5000;
/// The maximum number of features in the linear model.
pub const MOST_FEATURES: usize = 10;
/// The number of draws whose outputs are computed together.
const TOGETHER: usize = 256;

/// Returns the linear model of `outputs` around a `row`, from [`SAMPLES`] draws by a `seed`. The same seed gives the same
/// model on every platform.
///
/// # Panics
///
/// Panics if the row has not the features of the statistics, or more than 64.
pub fn sampled(
    statistics: &TabularStatistics,
    row: &[f64],
    seed: u64,
    mut outputs: impl FnMut(&[Vec<f64>]) -> Vec<f64>,
) -> LimeFit {
    let mut neighbourhood = Neighbourhood::of(statistics, row, seed);
    let mut moments = Moments::of_columns(row.len());
    let all = u64::MAX >> (64 - row.len());
    for start in (0..SAMPLES).step_by(TOGETHER) {
        let end = SAMPLES.min(start + TOGETHER);
        let draw = |number| if number == 0 { (all, row.to_vec()) } else { neighbourhood.draw() };
        let (ones, drawn): (Vec<u64>, Vec<Vec<f64>>) = (start..end).map(draw).unzip();
        for (ones, output) in ones.into_iter().zip(outputs(&drawn)) {
            moments.add(ones, kernel(row.len(), (all & !ones).count_ones()), output);
        }
    }
    moments.fit(MOST_FEATURES)
}

/// The draws around an event.
struct Neighbourhood {
    /// The bin of each feature of the event.
    own_bins: Vec<Option<usize>>,
    features: Vec<FeatureDraws>,
    random: SplitMix64,
}

impl Neighbourhood {
    fn of(statistics: &TabularStatistics, row: &[f64], seed: u64) -> Self {
        assert_eq!(row.len(), statistics.features(), "a row of the same features");
        assert!((1..=64).contains(&row.len()), "1 to 64 features");
        let features = (0..row.len()).map(|feature| statistics.feature(feature));
        Self {
            own_bins: features.clone().zip(row).map(|(feature, value)| feature.bin(*value)).collect(),
            features: features.map(FeatureStatistics::draws).collect(),
            random: SplitMix64::of_state(seed),
        }
    }

    /// Draws values, and returns the set of the features that are in the bins of the event with them.
    fn draw(&mut self) -> (u64, Vec<f64>) {
        let mut ones = 0;
        let mut values = Vec::with_capacity(self.features.len());
        for (feature, draws) in self.features.iter().enumerate() {
            let (bin, value) = draws.draw(&mut self.random);
            ones |= u64::from(self.own_bins[feature] == Some(bin)) << feature;
            values.push(value);
        }
        (ones, values)
    }
}

/// Returns the standard deviation of each weight of the first of some models of the same event by other seeds.
pub fn spread(fits: &[LimeFit]) -> Vec<(usize, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "there are few models")]
    let count = fits.len() as f64;
    let deviation = |feature: usize| {
        let weights = fits.iter().map(|fit| fit.weight_of(feature));
        let mean = weights.clone().sum::<f64>() / count;
        (weights.map(|weight| (weight - mean) * (weight - mean)).sum::<f64>() / (count - 1.0)).sqrt()
    };
    let features = fits.first().map(|fit| fit.weights.iter().map(|(feature, _)| *feature));
    features.into_iter().flatten().map(|feature| (feature, deviation(feature))).collect()
}

/// Returns the weight of a draw by the number of features outside the bins of the event: the square root of an
/// exponential kernel over the squared distance, with the width `0.75 √features`.
pub fn kernel(features: usize, outside: u32) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are few features")]
    let width = 0.75 * (features as f64).sqrt();
    exp(-f64::from(outside) / (width * width)).sqrt()
}
