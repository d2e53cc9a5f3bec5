//! What LIME knows of the data around an event: each feature in quartile bins, with a truncated normal distribution in
//! each bin.

use serde::{Deserialize, Serialize};

use super::normal::{cdf, quantile};
use crate::random::SplitMix64;

/// The standard deviation that is added to that of each bin.
const LEAST_DEVIATION: f64 = 1e-11;
/// The standard deviation up to which the values of a bin are all the same.
const SAME: f64 = 1e-10;

/// The statistics of the features of some rows: quartiles, and the distribution in each of the bins between them.
///
/// The rules are those of `LimeTabularExplainer` of the Python package `lime` 0.2.0.1 with its discretizer of quartiles.
/// Two differ: an unknown value (NaN) is a bin of its own, and a bin with the same lowest and highest value is drawn as
/// that value, where `lime` draws 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TabularStatistics(Vec<FeatureStatistics>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct FeatureStatistics {
    /// The different quartiles: the highest value of each bin but the last.
    cuts: Vec<f64>,
    pub(super) bins: Vec<ValueBin>,
    /// The share of the rows that do not know the feature.
    pub(super) unknown: f64,
}

/// The distribution of a feature between two quartiles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct ValueBin {
    /// The share of the rows.
    pub(super) frequency: f64,
    mean: f64,
    deviation: f64,
    lowest: f64,
    highest: f64,
}

impl TabularStatistics {
    /// Takes the statistics of rows.
    ///
    /// # Panics
    ///
    /// Panics if the rows differ in length.
    pub fn fit<R: AsRef<[f64]>>(rows: &[R]) -> Self {
        let features = rows.first().map_or(0, |row| row.as_ref().len());
        assert!(rows.iter().all(|row| row.as_ref().len() == features), "rows of the same features");
        let column = |feature: usize| rows.iter().map(|row| row.as_ref()[feature]).collect();
        Self((0..features).map(|feature| FeatureStatistics::fit(column(feature))).collect())
    }

    /// Returns the number of features.
    pub fn features(&self) -> usize {
        self.0.len()
    }

    pub(super) fn feature(&self, feature: usize) -> &FeatureStatistics {
        &self.0[feature]
    }

    /// Returns the bin of a feature's value as a condition, such as `0.00 < travel_speed <= 12.50`.
    pub fn condition(&self, feature: usize, name: &str, value: f64) -> String {
        let FeatureStatistics { cuts, bins, .. } = &self.0[feature];
        match self.0[feature].bin(value) {
            None => format!("{name} is known"),
            Some(bin) if bin == bins.len() => format!("{name} is unknown"),
            Some(0) => format!("{name} <= {:.2}", cuts[0]),
            Some(bin) if bin == cuts.len() => format!("{name} > {:.2}", cuts[bin - 1]),
            Some(bin) => format!("{:.2} < {name} <= {:.2}", cuts[bin - 1], cuts[bin]),
        }
    }
}

impl FeatureStatistics {
    fn fit(column: Vec<f64>) -> Self {
        let rows = float(column.len());
        let mut known: Vec<f64> = column.into_iter().filter(|value| !value.is_nan()).collect();
        known.sort_by(f64::total_cmp);
        let (Some(lowest), Some(highest)) = (known.first(), known.last()) else {
            return Self { cuts: Vec::new(), bins: Vec::new(), unknown: 1.0 };
        };
        let mut cuts = [0.25, 0.5, 0.75].map(|share| percentile(&known, share)).to_vec();
        cuts.dedup();
        let ends: Vec<f64> = [*lowest].into_iter().chain(cuts.iter().copied()).chain([*highest]).collect();
        let mut bins = Vec::new();
        let mut rest = known.as_slice();
        for (at, ends) in ends.windows(2).enumerate() {
            let count = cuts.get(at).map_or(rest.len(), |cut| rest.partition_point(|value| value <= cut));
            let (values, above) = rest.split_at(count);
            bins.push(ValueBin::of(values, ends, rows));
            rest = above;
        }
        Self { cuts, bins, unknown: 1.0 - float(known.len()) / rows }
    }

    /// Returns the bin of a value: the number of bins for an unknown one, none for a known one where no row knows it.
    pub(super) fn bin(&self, value: f64) -> Option<usize> {
        let bin = if value.is_nan() { self.bins.len() } else { self.cuts.partition_point(|cut| *cut < value) };
        (value.is_nan() || bin < self.bins.len()).then_some(bin)
    }

    /// Returns the shares of the rows in each bin, and of those that do not know the feature.
    pub(super) fn frequencies(&self) -> impl Iterator<Item = f64> {
        self.bins.iter().map(|bin| bin.frequency).chain([self.unknown])
    }

    /// Prepares the drawing of values.
    pub(super) fn draws(&self) -> FeatureDraws {
        let mut sum = 0.0;
        let ends = self.frequencies().map(|frequency| {
            sum += frequency;
            sum
        });
        FeatureDraws { ends: ends.collect(), bins: self.bins.iter().map(BinDraw::of).collect() }
    }
}

impl ValueBin {
    fn of(values: &[f64], ends: &[f64], rows: f64) -> Self {
        let count = float(values.len());
        let mean = if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count };
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let deviation = if values.is_empty() { 0.0 } else { (squares / count).sqrt() };
        let frequency = count / rows;
        Self { frequency, mean, deviation: deviation + LEAST_DEVIATION, lowest: ends[0], highest: ends[1] }
    }

    /// Returns the only value of the bin, if there is but one.
    fn only_value(&self) -> Option<f64> {
        if self.lowest == self.highest { Some(self.lowest) } else { (self.deviation <= SAME).then_some(self.mean) }
    }

    /// Returns the shares of the normal distribution below the lowest and below the highest value.
    fn ends(&self) -> [f64; 2] {
        [self.lowest, self.highest].map(|end| cdf((end - self.mean) / self.deviation))
    }

    /// Returns the share of the bin's values that are at most `cut`.
    pub(super) fn share_up_to(&self, cut: f32) -> f64 {
        #[expect(clippy::cast_possible_truncation, reason = "the precision of a feature")]
        if let Some(value) = self.only_value() {
            return f64::from(u8::from(value as f32 <= cut));
        }
        let [below, up_to] = self.ends();
        ((cdf((f64::from(cut) - self.mean) / self.deviation) - below) / (up_to - below)).clamp(0.0, 1.0)
    }
}

/// The distribution of a feature, prepared for drawing.
pub(super) struct FeatureDraws {
    /// The sum of the frequencies up to each bin.
    ends: Vec<f64>,
    bins: Vec<BinDraw>,
}

enum BinDraw {
    Only(f64),
    TruncatedNormal { bin: ValueBin, below: f64, width: f64 },
}

impl BinDraw {
    fn of(bin: &ValueBin) -> Self {
        bin.only_value().map_or_else(
            || {
                let [below, up_to] = bin.ends();
                Self::TruncatedNormal { bin: *bin, below, width: up_to - below }
            },
            Self::Only,
        )
    }
}

impl FeatureDraws {
    /// Draws a bin by its frequency, and a value in it.
    pub(super) fn draw(&self, random: &mut SplitMix64) -> (usize, f64) {
        let share = random.share();
        let drawn = self.ends.iter().position(|end| share < *end).unwrap_or(self.ends.len() - 1);
        let value = match self.bins.get(drawn) {
            None => f64::NAN,
            Some(BinDraw::Only(value)) => *value,
            Some(BinDraw::TruncatedNormal { bin, below, width }) => {
                let value = bin.mean + bin.deviation * quantile(below + random.share() * width);
                value.clamp(bin.lowest, bin.highest)
            }
        };
        (drawn, value)
    }
}

/// Returns a percentile of sorted values with linear interpolation, rounded as `numpy.percentile` rounds it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * float(sorted.len() - 1);
    let (below, above) = (sorted[place as usize], sorted[place.ceil() as usize]);
    let fraction = place.fract();
    if fraction < 0.5 { below + (above - below) * fraction } else { above - (above - below) * (1.0 - fraction) }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rows are exact in 53 bits")]
fn float(number: usize) -> f64 {
    number as f64
}
