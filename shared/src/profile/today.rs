//! What a user did today, and what such a day is usually worth.

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Day,
    calibration::{DailyMaxima, SIGNALS},
    event::{Action, Event},
    family::FAMILIES,
    math::ln_1p,
    profile::Precision,
    sensitivity::is_external_share,
};

/// The evidence of one user's day so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Today {
    /// The day.
    pub day: Day,
    /// Sum of the evidence of the day's events, a family.
    pub bits: Bits,
    /// Number of events.
    pub events: u32,
    /// Number of resources touched that the user never touched before.
    pub new_resources: u32,
    /// Number of destructive acts.
    pub destructive: u32,
    /// Number of acts that give something away.
    pub exporting: u32,
    /// Number of failed acts.
    pub failed: u32,
    /// The most failed attempts right before an event: as the sender counted them, else by their outcomes.
    pub failed_attempts: u32,
    /// Megabytes moved.
    pub moved_mb: f64,
    /// The highest signals of any moment, as far as it is known how rare they are.
    pub maxima: DailyMaxima,
    /// The most evidence of any moment, all signals together.
    pub evidence: f32,
    /// Identity evidence of the last event, in bits, before it is centred.
    pub identity: f64,
}

impl Today {
    /// A day on which nothing happened yet.
    pub fn new(day: Day) -> Self {
        Self {
            day,
            bits: Bits([0.0; FAMILIES]),
            events: 0,
            new_resources: 0,
            destructive: 0,
            exporting: 0,
            failed: 0,
            failed_attempts: 0,
            moved_mb: 0.0,
            maxima: DailyMaxima::NONE,
            evidence: 0.0,
            identity: 0.0,
        }
    }

    /// Counts an event; `is_new` where the user never touched its resource before, `failures` in a row before it by
    /// their outcomes.
    pub fn count(&mut self, event: &Event, is_new: bool, failures: u32) {
        self.events += 1;
        self.new_resources += u32::from(is_new);
        self.destructive += u32::from(event.action == Action::Delete);
        self.exporting += u32::from(event.native_action.as_deref().is_some_and(is_external_share));
        self.failed += u32::from(event.has_failed());
        self.failed_attempts = self.failed_attempts.max(event.failed_attempts.unwrap_or(failures));
        self.moved_mb += event.volume_mb.unwrap_or_default();
    }

    /// Takes account of the signals of one more moment, as far as it is known how rare they are, and of the evidence
    /// that all come to.
    #[expect(clippy::cast_possible_truncation, reason = "what is kept of a day is only compared")]
    pub fn see(&mut self, signals: &[f64; SIGNALS], evidence: f64) {
        self.maxima.add(signals);
        self.evidence = self.evidence.max(evidence as f32);
    }

    /// Returns how much new was touched and how much destroyed or given away.
    pub fn mass(&self) -> f64 {
        [self.new_resources, self.destructive, self.exporting].into_iter().map(|count| ln_1p(f64::from(count))).sum()
    }

    /// Returns the logarithms of the day's loads: failures, megabytes moved.
    pub fn loads(&self) -> [f64; LOADS] {
        [ln_1p(f64::from(self.failed.max(self.failed_attempts))), ln_1p(self.moved_mb)]
    }
}

/// Evidence in bits, a family; as precise as a 32-bit number where it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f32; FAMILIES]", into = "[f32; FAMILIES]")]
pub struct Bits([f64; FAMILIES]);

impl Bits {
    /// Adds an event's evidence, in the given precision.
    pub fn add(&mut self, bits: &[f64; FAMILIES], precision: Precision) {
        for (sum, bits) in self.0.iter_mut().zip(bits) {
            *sum = precision.round(*sum + bits);
        }
    }
}

impl From<[f32; FAMILIES]> for Bits {
    fn from(bits: [f32; FAMILIES]) -> Self {
        Self(bits.map(f64::from))
    }
}

impl From<Bits> for [f32; FAMILIES] {
    #[expect(clippy::cast_possible_truncation, reason = "what is stored was rounded before")]
    fn from(bits: Bits) -> Self {
        bits.0.map(|bits| bits as f32)
    }
}

/// How many loads of a day are compared with those of other days.
pub const LOADS: usize = 2;

/// What a user-day that is over teaches the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EndedDay {
    /// Identity evidence at its end, cut where it was odd.
    pub identity: f64,
    /// Its loads.
    pub loads: [f64; LOADS],
    /// The highest signals of its moments.
    pub maxima: DailyMaxima,
    /// The most evidence of any of its moments.
    pub evidence: f32,
}

/// How many events' worth of no evidence the mean of a day starts with.
const SHRINKAGE: f64 = 2.0;

impl Today {
    /// Returns a family's mean evidence over the day, in bits, drawn towards nothing while events are few.
    pub fn mean_bits(&self, family: usize) -> f64 {
        self.bits.0[family] / (f64::from(self.events) + SHRINKAGE)
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

    /// Returns how many days the mean is of, the earlier ones faded.
    pub fn days(&self) -> f64 {
        self.weight
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
