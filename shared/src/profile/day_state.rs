//! What a user did on a day, how high it scored, and what the organisation learns of the day when it is over.

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

/// One user's day so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DayState {
    /// The day.
    pub day: Day,
    /// Sum of the evidence of the day's events, by family.
    pub bits: Bits,
    /// Number of events.
    pub events: u32,
    /// Number of resources touched that the user never touched before.
    pub new_resources: u32,
    /// Number of destructive actions.
    pub destructive: u32,
    /// Number of actions that give something away to others.
    pub exporting: u32,
    /// Number of failed actions.
    pub failed: u32,
    /// The most failed attempts right before an event: as the sender counted them, else by their outcomes.
    pub failed_attempts: u32,
    /// Megabytes moved.
    pub moved_mb: f64,
    /// Identity evidence of the last event, in bits, before it is centred.
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
            destructive: 0,
            exporting: 0,
            failed: 0,
            failed_attempts: 0,
            moved_mb: 0.0,
            identity: 0.0,
        }
    }

    /// Counts an event that `shares` something with others or not; `is_new_resource` where the user never touched its
    /// resource before, `failures` is the number of consecutive failures before it by their outcomes.
    pub fn count(&mut self, event: &Event, shares: bool, is_new_resource: bool, failures: u32) {
        self.events += 1;
        self.new_resources += u32::from(is_new_resource);
        self.destructive += u32::from(event.action == Action::Delete);
        self.exporting += u32::from(shares);
        self.failed += u32::from(event.has_failed());
        self.failed_attempts = self.failed_attempts.max(event.failed_attempts.unwrap_or(failures));
        self.moved_mb += event.volume_mb.unwrap_or_default();
    }

    /// Returns the day with the identity evidence at its last event, in bits, before what is usual is taken off.
    #[must_use]
    pub fn with_identity(self, identity: f64) -> Self {
        Self { identity, ..self }
    }

    /// Returns the logarithms of the day's totals: failures, megabytes moved.
    pub fn totals(&self) -> [f64; DAY_TOTALS] {
        [ln_1p(f64::from(self.failed.max(self.failed_attempts))), ln_1p(self.moved_mb)]
    }
}

/// Evidence in bits, by family; stored as 32-bit numbers.
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

/// How many totals of a day are compared with those of other days.
pub const DAY_TOTALS: usize = 2;

/// How high the events of one user's day scored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DayScores {
    /// The highest value of each calibrated signal.
    pub maxima: PerSignal<f32>,
    /// The highest fused evidence.
    pub evidence: f32,
}

impl DayScores {
    /// The scores of a day without events.
    pub const NONE: Self = Self { maxima: DailyMaxima::NONE.signals, evidence: 0.0 };

    /// Takes account of the calibrated signals and the fused evidence of one more event.
    #[expect(clippy::cast_possible_truncation, reason = "what is kept of a day is only compared")]
    pub fn add(&mut self, signals: &PerSignal<f64>, evidence: f64) {
        self.maxima.raise_to(signals);
        self.evidence = self.evidence.max(evidence as f32);
    }
}

/// What a user-day that is over adds to the organisation's baselines.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClosedDay {
    /// Identity evidence at the day's end, in bits, limited where it was odd.
    pub identity: f64,
    /// Logarithms of the day's totals.
    pub totals: [f64; DAY_TOTALS],
    /// Whether the user was known before the day: only then do its signals mean much.
    pub is_known: bool,
}

/// How many events' worth of no evidence the mean of a day starts with.
const SHRINKAGE: f64 = 2.0;

impl DayState {
    /// Returns a family's mean evidence over the day, in bits, drawn towards nothing while events are few.
    pub fn mean_bits(&self, family: usize) -> f64 {
        self.bits.0[family] / (f64::from(self.events) + SHRINKAGE)
    }
}
