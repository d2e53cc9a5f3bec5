//! Baselines: decayed means over user-days.

use serde::{Deserialize, Serialize};

/// The factor by which a user's baseline decays from one active day to the next.
const USER_RETENTION: f64 = 0.98;
/// The factor by which the organisation's baseline decays from one user-day to the next.
const ORGANISATION_RETENTION: f64 = 0.9995;
/// The weight of the organisation's mean in a user's mean, in days.
const PRIOR_DAYS: f64 = 10.0;
/// The maximum by which a day exceeds the mean when it enters the baseline, in bits: one unusual day changes it little.
const LARGEST_RISE: f64 = 4.0;

/// A decayed mean of a value that each day has at its end, such as its identity evidence in bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub(crate) sum: f64,
    pub(crate) weight: f64,
}

impl Baseline {
    /// Returns the mean; 0 before the first day.
    pub fn mean(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { self.sum / self.weight }
    }

    /// Returns the decayed number of days in the mean.
    pub fn days(&self) -> f64 {
        self.weight
    }

    /// Returns a user's mean, shrunk towards the organisation's while the user has few days.
    pub fn mean_of_user(&self, organisation: &Self) -> f64 {
        (self.sum + PRIOR_DAYS * organisation.mean()) / (self.weight + PRIOR_DAYS)
    }

    /// Returns the value with which a user's day that ended at `identity` bits enters the baselines.
    pub fn limited(&self, identity: f64, organisation: &Self) -> f64 {
        identity.min(self.mean_of_user(organisation) + LARGEST_RISE)
    }

    /// Returns a user's baseline with one more day.
    #[must_use]
    pub fn after_day(self, value: f64) -> Self {
        Self { sum: self.sum * USER_RETENTION + value, weight: self.weight * USER_RETENTION + 1.0 }
    }

    /// Returns the organisation's baseline with one more user-day.
    #[must_use]
    pub fn after_user_day(self, value: f64) -> Self {
        Self { sum: self.sum * ORGANISATION_RETENTION + value, weight: self.weight * ORGANISATION_RETENTION + 1.0 }
    }
}
