//! Quantiles of times.

use std::time::Duration;

use sketches_ddsketch::{Config, DDSketch};

/// Times that something took, as a sketch of which quantiles are read: `DDSketch` (Masson, Rim and Lee, VLDB 2019), whose
/// quantiles are at most 1 % from the true ones and whose sum is as precise as each part.
#[derive(Clone)]
pub struct Latencies(DDSketch);

impl Default for Latencies {
    fn default() -> Self {
        Self(DDSketch::new(Config::defaults()))
    }
}

/// Quantiles of times, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles {
    /// The median.
    pub p50: f64,
    /// The time that 95 % of all did not exceed.
    pub p95: f64,
    /// The time that 99 % of all did not exceed.
    pub p99: f64,
    /// The longest time.
    pub max: f64,
}

impl Latencies {
    /// Adds a time.
    pub(super) fn add(&mut self, took: Duration) {
        self.0.add(took.as_secs_f64());
    }

    /// Adds all times of another sketch.
    pub(super) fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).expect("all sketches have one configuration");
    }

    /// Returns the number of times.
    pub fn count(&self) -> usize {
        self.0.count()
    }

    /// Returns the quantiles, unless there are no times.
    pub fn quantiles(&self) -> Option<Quantiles> {
        let max = self.0.max()?;
        let quantile = |part: f64| Some(self.0.quantile(part).ok().flatten()?.min(max));
        Some(Quantiles { p50: quantile(0.5)?, p95: quantile(0.95)?, p99: quantile(0.99)?, max })
    }
}
