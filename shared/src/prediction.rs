//! The prediction for an event, as it is shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    explanation::{EvidencePart, Observation, SentenceWriter},
    field_mismatch::FieldMismatch,
    profile::WARM_UP_DAYS,
    severity::Severity,
};

/// The prediction for an event: its score and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The sender's id of the event, else a hash of its content.
    pub event_id: String,
    /// The user who acted.
    pub user_id: String,
    /// The time of the event, in UTC.
    pub timestamp: Timestamp,
    /// Whether the score reaches the threshold.
    pub is_anomaly: bool,
    /// The anomaly score, from 0 to 1: higher is more likely to be hostile.
    pub anomaly_score: f64,
    /// The anomaly score of an anomaly, else 1 less the anomaly score.
    pub confidence: f64,
    /// How urgently the event should be investigated.
    pub severity: Severity,
    /// The share of benign user-days that reach the rarity of the event.
    pub p_value: f64,
    /// The user's risk after the event, from 0 to 100.
    pub user_risk: f64,
    /// The time of the prediction.
    pub prediction_time: Timestamp,
    /// The number of earlier days on which the user was active.
    pub active_days: u32,
    /// The maturity of the user's profile, from 0 (no active day) to 1 (warm).
    pub profile_maturity: f64,
    /// The anomaly score at an ordinary moment of the user; none if there are no reasons.
    pub base_value: Option<f64>,
    /// The reasons, the strongest first, but likeness to known attacks after all others.
    pub reasons: Vec<Explained>,
    /// The differences between the sender's values and those derived from the profile.
    pub disagreements: Vec<FieldMismatch>,
    /// The version of the model that made the prediction.
    pub model_version: String,
}

/// A reason as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The name of the part of the evidence.
    pub feature: String,
    /// What the part adds to the anomaly score.
    pub contribution: f64,
    /// The reason as a sentence.
    pub sentence: String,
    /// What happened, and what is usual in its place.
    pub observation: Observation,
}

impl Explained {
    /// Returns a reason with its sentence.
    pub(crate) fn of(writer: &SentenceWriter, part: EvidencePart, contribution: f64) -> Self {
        let (sentence, observation) = (writer.sentence(part), writer.observation(part));
        Self { feature: part.name().to_owned(), contribution, sentence, observation }
    }
}

impl Prediction {
    /// Returns what all causes that are no reasons add to the anomaly score together: with the base value and the
    /// contributions of the reasons it adds up to the score. None if there are no reasons.
    pub fn other_contribution(&self) -> Option<f64> {
        let told: f64 = self.reasons.iter().map(|reason| reason.contribution).sum();
        self.base_value.map(|base_value| self.anomaly_score - base_value - told)
    }
}

/// Returns the maturity of a profile with this number of active days: 1 from [`WARM_UP_DAYS`] on.
pub fn maturity(active_days: u32) -> f64 {
    (f64::from(active_days) / f64::from(WARM_UP_DAYS)).min(1.0)
}
