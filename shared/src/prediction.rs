//! The verdict on an event, as it is stored and shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    engine::Scored, event::Event, explanation::Reason, field_mismatch::FieldMismatch, profile::WARM_UP_DAYS,
    severity::Severity,
};

/// The verdict on an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The sender's id of the event, else one made of its content.
    pub event_id: String,
    /// The user who acted.
    pub user_id: String,
    /// Time of the event, in UTC.
    pub timestamp: Timestamp,
    /// Whether the score reaches the threshold.
    pub is_anomaly: bool,
    /// How likely the event is to be hostile, from 0 to 1.
    pub anomaly_score: f64,
    /// Probability of the verdict given.
    pub confidence: f64,
    /// How urgent it is to look.
    pub severity: Severity,
    /// Share of benign user-days that reach such an event.
    pub p_value: f64,
    /// The user's risk after the event, from 0 to 100.
    pub user_risk: f64,
    /// Time of the verdict.
    pub prediction_time: Timestamp,
    /// Number of days on which the user had been active before.
    pub active_days: u32,
    /// Maturity of the user's profile, from 0 (never seen) to 1 (enough active days for a full comparison).
    pub profile_maturity: f64,
    /// The reasons, the strongest first.
    pub reasons: Vec<Explained>,
    /// Where the sender's values differ from those derived from the profile.
    pub disagreements: Vec<FieldMismatch>,
}

/// A reason as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// Name of the part of the evidence.
    pub feature: String,
    /// How many powers of ten of the event's rarity the part accounts for.
    pub contribution: f64,
    /// The reason in words.
    pub sentence: String,
}

impl From<Reason> for Explained {
    fn from(Reason { part, weight, sentence }: Reason) -> Self {
        Self { feature: part.name().to_owned(), contribution: weight, sentence }
    }
}

/// Returns how mature a profile is after so many active days: 1 once it says all it can.
pub fn maturity(active_days: u32) -> f64 {
    (f64::from(active_days) / f64::from(WARM_UP_DAYS)).min(1.0)
}

impl Prediction {
    /// Returns the verdict, given at the time of `now`, on a scored event: an anomaly from the score `threshold` on.
    pub fn of(event: &Event, scored: &Scored, threshold: f64, now: Timestamp) -> Self {
        let Scored { assessment, reasons } = scored;
        let active_days = assessment.context.active_days;
        let anomaly_score = assessment.anomaly_score();
        let is_anomaly = anomaly_score >= threshold;
        Self {
            event_id: event.id(),
            user_id: event.user.to_string(),
            timestamp: event.time,
            is_anomaly,
            anomaly_score,
            confidence: if is_anomaly { anomaly_score } else { 1.0 - anomaly_score },
            severity: assessment.severity(event),
            p_value: assessment.p_value(),
            user_risk: assessment.user_risk(),
            prediction_time: now,
            active_days,
            profile_maturity: maturity(active_days),
            reasons: reasons.iter().cloned().map(Explained::from).collect(),
            disagreements: FieldMismatch::between(event, &assessment.context),
        }
    }
}
