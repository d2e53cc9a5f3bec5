//! Numbers of times within fixed bounds, as Prometheus reads them.

use std::time::Duration;

/// The bounds in seconds, from a tenth of a millisecond to the longest time of a request.
const BOUNDS_S: [f64; 16] =
    [0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// How many times were within each bound, and their sum.
#[derive(Debug, Clone, Default)]
pub struct Durations {
    /// The numbers of times that are within a bound and not within the one before.
    within: [u64; BOUNDS_S.len()],
    count: u64,
    sum: Duration,
}

impl Durations {
    /// Adds a time.
    pub(super) fn add(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        if let Some(place) = BOUNDS_S.iter().position(|bound| seconds <= *bound) {
            self.within[place] += 1;
        }
        self.count += 1;
        self.sum += took;
    }

    /// Returns each bound in seconds with the number of times that did not exceed it.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let sums = self.within.iter().scan(0, |sum, within| {
            *sum += within;
            Some(*sum)
        });
        BOUNDS_S.into_iter().zip(sums)
    }

    /// Returns the number of times.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the sum of the times.
    pub fn sum(&self) -> Duration {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_counts_every_time_that_does_not_exceed_it() {
        let mut durations = Durations::default();
        for ms in [1, 1, 5, 300_000] {
            durations.add(Duration::from_millis(ms));
        }
        let within = |bound: f64| durations.cumulative().find(|(other, _)| *other == bound).map(|(_, number)| number);
        assert_eq!((within(0.0005), within(0.001), within(0.005), within(60.0)), (Some(0), Some(2), Some(3), Some(3)));
        assert_eq!((durations.count(), durations.sum()), (4, Duration::from_millis(300_007)));
    }
}
