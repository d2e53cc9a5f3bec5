//! What a user did today, and what such a day is usually worth.

use serde::{Deserialize, Serialize};

use crate::{calendar::Day, family::FAMILIES};

/// The evidence of one user's day so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Today {
    /// The day.
    pub day: Day,
    /// Sum of the evidence of the day's events, a family.
    pub bits: [f64; FAMILIES],
    /// Number of events.
    pub events: u32,
    /// Number of resources touched that the user never touched before.
    pub new_resources: u32,
    /// Number of destructive acts.
    pub destructive: u32,
    /// Identity evidence of the last event, in bits, before it is centred.
    pub identity: f64,
}

impl Today {
    /// A day on which nothing happened yet.
    pub fn new(day: Day) -> Self {
        Self { day, bits: [0.0; FAMILIES], events: 0, new_resources: 0, destructive: 0, identity: 0.0 }
    }
}

/// How many events' worth of no evidence the mean of a day starts with.
const SHRINKAGE: f64 = 2.0;

impl Today {
    /// Returns a family's mean evidence over the day, in bits, drawn towards nothing while events are few.
    pub fn mean_bits(&self, family: usize) -> f64 {
        self.bits[family] / (f64::from(self.events) + SHRINKAGE)
    }
}

/// The usual evidence at the end of a day: a fading mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Norm {
    sum: f64,
    weight: f64,
}

/// What a user's norm keeps from one active day to the next.
const USER_RETENTION: f64 = 0.98;
/// What the organisation's norm keeps from one user-day to the next.
const ORGANISATION_RETENTION: f64 = 0.9995;
/// How many user-days of the organisation's norm a user's own starts with.
const PRIOR_DAYS: f64 = 10.0;
/// A day teaches the norm at most so many bits above it: an odd day teaches little.
const LARGEST_LESSON: f64 = 4.0;

impl Norm {
    /// Returns the organisation's mean, in bits; zero before the first day.
    pub fn mean(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { self.sum / self.weight }
    }

    /// Returns a user's mean, in bits, drawn towards the organisation's while days are few.
    pub fn mean_of_user(&self, organisation: &Self) -> f64 {
        (self.sum + PRIOR_DAYS * organisation.mean()) / (self.weight + PRIOR_DAYS)
    }

    /// Returns what a day that ended at `identity` bits teaches.
    pub fn lesson(&self, identity: f64, organisation: &Self) -> f64 {
        identity.min(self.mean_of_user(organisation) + LARGEST_LESSON)
    }

    /// Returns a user's norm after one more day.
    #[must_use]
    pub fn after_day(self, lesson: f64) -> Self {
        Self { sum: self.sum * USER_RETENTION + lesson, weight: self.weight * USER_RETENTION + 1.0 }
    }

    /// Returns the organisation's norm after one more user-day.
    #[must_use]
    pub fn after_user_day(self, lesson: f64) -> Self {
        Self { sum: self.sum * ORGANISATION_RETENTION + lesson, weight: self.weight * ORGANISATION_RETENTION + 1.0 }
    }
}
