//! The state of a user's day: its counts and evidence, its highest scores, and its summary once it is over.

use serde::{Deserialize, Serialize};

use super::lagged_count::Precision;
use crate::{
    calendar::Day,
    calibration::DailyMaxima,
    event::{Action, Event},
    families::FAMILIES,
    math::ln_1p,
    signals::PerSignal,
};

/// The counts and evidence of one user's day so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DayState {
    /// The day.
    pub day: Day,
    /// The sum of the evidence of the day's events in bits, by family.
    pub bits: Bits,
    /// Number of events.
    pub events: u32,
    /// The number of resources that the user touched for the first time ever.
    pub new_resources: u32,
    /// The number of destructive acts.
    pub destructive_acts: u32,
    /// The number of acts that share or export something.
    pub external_shares: u32,
    /// The number of failed acts.
    pub failed: u32,
    /// The highest number of failed attempts right before an event: the sender's count, else the count by outcomes.
    pub failed_attempts: u32,
    /// The volume of data moved, in megabytes.
    pub moved_mb: f64,
    /// The identity evidence at the last event in bits, before the baseline is subtracted.
    pub identity: f64,
}

impl DayState {
    /// Returns a day without events.
    pub fn new(day: Day) -> Self {
        Self {
            day,
            bits: Bits([0.0; FAMILIES]),
            events: 0,
            new_resources: 0,
            destructive_acts: 0,
            external_shares: 0,
            failed: 0,
            failed_attempts: 0,
            moved_mb: 0.0,
            identity: 0.0,
        }
    }

    /// Counts an event. `shares` says whether it shares or exports something, `is_new_resource` whether the user never
    /// touched its resource before; `failures` is the number of consecutive failures before it, by their outcomes.
    pub fn count(&mut self, event: &Event, shares: bool, is_new_resource: bool, failures: u32) {
        self.events += 1;
        self.new_resources += u32::from(is_new_resource);
        self.destructive_acts += u32::from(event.action == Action::Delete);
        self.external_shares += u32::from(shares);
        self.failed += u32::from(event.has_failed());
        self.failed_attempts = self.failed_attempts.max(event.failed_attempts.unwrap_or(failures));
        self.moved_mb += event.volume_mb.unwrap_or_default();
    }

    /// Returns the day with the identity evidence at its last event, in bits, before the baseline is subtracted.
    #[must_use]
    pub fn with_identity(self, identity: f64) -> Self {
        Self { identity, ..self }
    }

    /// Returns `ln(1 + x)` of the day's totals: failures, and megabytes moved.
    pub fn totals(&self) -> [f64; DAY_TOTALS] {
        [ln_1p(f64::from(self.failed.max(self.failed_attempts))), ln_1p(self.moved_mb)]
    }
}

/// Evidence in bits, by family; stored as 32-bit numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f32; FAMILIES]", into = "[f32; FAMILIES]")]
pub struct Bits([f64; FAMILIES]);

impl Bits {
    /// Adds an event's evidence, rounded to `precision`.
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
    #[expect(clippy::cast_possible_truncation, reason = "the sums were rounded to fewer bits before")]
    fn from(bits: Bits) -> Self {
        bits.0.map(|bits| bits as f32)
    }
}

/// The number of totals of a day that are compared with those of other days.
pub const DAY_TOTALS: usize = 2;

/// The highest scores of the events of one user's day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DayScores {
    /// The highest value of each signal that has a calibration.
    pub maxima: PerSignal<f32>,
    /// The highest fused evidence.
    pub evidence: f32,
}

impl DayScores {
    /// The scores of a day without events.
    pub const NONE: Self = Self { maxima: DailyMaxima::NONE.signals, evidence: 0.0 };

    /// Raises the scores to those of one more event.
    #[expect(clippy::cast_possible_truncation, reason = "the highest scores of days are only compared with each other")]
    pub fn add(&mut self, signals: &PerSignal<f64>, evidence: f64) {
        self.maxima.raise_to(signals);
        self.evidence = self.evidence.max(evidence as f32);
    }
}

/// The summary of a user-day that is over, for the organisation's baselines.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClosedDay {
    /// The identity evidence at the day's end in bits, limited by [`Baseline::limited`](super::Baseline::limited).
    pub identity: f64,
    /// The totals of the day, as [`DayState::totals`] returns them.
    pub totals: [f64; DAY_TOTALS],
    /// Whether the profile was warm before the day: the signals of new users are not used for calibration.
    pub is_known: bool,
}

/// The weight of zero evidence in the mean of a day, in events.
const SHRINKAGE: f64 = 2.0;

impl DayState {
    /// Returns a family's mean evidence over the day in bits, shrunk towards 0 while the day has few events.
    pub fn mean_bits(&self, family: usize) -> f64 {
        self.bits.0[family] / (f64::from(self.events) + SHRINKAGE)
    }
}
