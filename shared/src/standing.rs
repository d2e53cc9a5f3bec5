//! Where a user stands: risk, counts, and the moment that weighs most.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{days_since_epoch, second_of},
    detector::Scored,
    event::Event,
    risk::Risk,
};

/// How many reasons are kept of the moment that weighs most.
const REASONS: usize = 3;

/// What a user's events come to so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The user's risk at the last event.
    pub risk: Risk,
    /// Number of events.
    pub events: u64,
    /// Number of events that were anomalies when they came.
    pub anomalies: u64,
    /// Time of the latest event.
    pub last: Option<Timestamp>,
    /// The moment that weighs most in the user's risk.
    pub peak: Option<Peak>,
}

/// A moment of a user, and why it stood out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// Logarithm of what the moment adds to risk, plus its time in half-lives: moments so compare by what is left
    /// of them at any later time.
    weight: f64,
    /// When it was.
    pub time: Timestamp,
    /// Why, in words, the strongest reason first.
    pub reasons: Vec<String>,
}

impl Standing {
    /// Adds a scored event.
    pub fn add(&mut self, event: &Event, scored: &Scored, is_anomaly: bool) {
        self.risk = scored.assessment.risk;
        self.events += 1;
        self.anomalies += u64::from(is_anomaly);
        self.last = self.last.max(Some(event.time));
        if scored.reasons.is_empty() {
            return;
        }
        let weight = weight_of(event.time, scored.assessment.rarity.total);
        if self.peak.as_ref().is_none_or(|peak| weight > peak.weight) {
            let reasons = scored.reasons.iter().take(REASONS).map(|reason| reason.sentence.clone()).collect();
            self.peak = Some(Peak { weight, time: event.time, reasons });
        }
    }
}

fn weight_of(time: Timestamp, rarity: f64) -> f64 {
    let half_lives = days_since_epoch(second_of(time)) / Risk::HALF_LIFE_DAYS;
    crate::math::log2(Risk::added_by(rarity)) + half_lives
}
