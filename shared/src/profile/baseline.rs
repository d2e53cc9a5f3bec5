//! What a user-day usually comes to: a decaying mean over days.

use serde::{Deserialize, Serialize};

/// What a user's baseline keeps from one active day to the next.
const USER_RETENTION: f64 = 0.98;
/// What the organisation's baseline keeps from one user-day to the next.
const ORGANISATION_RETENTION: f64 = 0.9995;
/// How many user-days of the organisation's baseline a user's own starts with.
const PRIOR_DAYS: f64 = 10.0;
/// A day counts as at most so many bits above the baseline: an odd day changes it little.
const LARGEST_RISE: f64 = 4.0;

/// A decaying mean of what days come to at their end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    sum: f64,
    weight: f64,
}

impl Baseline {
    /// Returns the organisation's mean; zero before the first day.
    pub fn mean(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { self.sum / self.weight }
    }

    /// Returns the number of days behind the mean, the earlier ones decayed.
    pub fn days(&self) -> f64 {
        self.weight
    }

    /// Returns a user's mean, drawn towards the organisation's while the user's days are few.
    pub fn mean_of_user(&self, organisation: &Self) -> f64 {
        (self.sum + PRIOR_DAYS * organisation.mean()) / (self.weight + PRIOR_DAYS)
    }

    /// Returns what a user's day that ended at `identity` bits counts as.
    pub fn limited(&self, identity: f64, organisation: &Self) -> f64 {
        identity.min(self.mean_of_user(organisation) + LARGEST_RISE)
    }

    /// Returns a user's baseline after one more day.
    #[must_use]
    pub fn after_day(self, value: f64) -> Self {
        Self { sum: self.sum * USER_RETENTION + value, weight: self.weight * USER_RETENTION + 1.0 }
    }

    /// Returns the organisation's baseline after one more user-day.
    #[must_use]
    pub fn after_user_day(self, value: f64) -> Self {
        Self { sum: self.sum * ORGANISATION_RETENTION + value, weight: self.weight * ORGANISATION_RETENTION + 1.0 }
    }
}
