//! The weight of an event at a time, by which the population's counts decay.

use crate::{calendar::days_since_epoch, math::exp2};

/// The half-life of the population's counts, in calendar days.
const HALF_LIFE_DAYS: f64 = 1000.0;

/// The weight of an event at a time, in the units of the population's counts: a later event adds more, instead of all
/// earlier counts being reduced (forward decay, Cormode et al. 2009).
#[derive(Debug, Clone, Copy)]
pub struct DecayWeight(pub(super) f64);

impl DecayWeight {
    /// Returns the weight at a second of Unix time.
    pub fn at(second: i64) -> Self {
        Self(exp2(days_since_epoch(second) / HALF_LIFE_DAYS))
    }
}
