//! What the product says of an event: the answer of the API, and what the pages show.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    detector::Scored,
    disagreement::Disagreement,
    event::Event,
    severity::Severity,
    words::{Part, Reason},
};

/// How an event was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The sender's id of the event, else one made of its content.
    pub event_id: String,
    /// Who acted.
    pub user_id: String,
    /// When, in UTC.
    pub timestamp: Timestamp,
    /// Whether the score reaches the threshold.
    pub is_anomaly: bool,
    /// How likely the event is to be hostile, from 0 to 1.
    pub anomaly_score: f64,
    /// Probability of the verdict given.
    pub confidence: f64,
    /// How urgent it is to look.
    pub severity: Severity,
    /// Share of benign user-days that reach such a moment.
    pub p_value: f64,
    /// The user's risk after the event, from 0 to 100.
    pub user_risk: f64,
    /// When it was judged.
    pub prediction_time: Timestamp,
    /// How many days the user had been active before.
    pub active_days: u32,
    /// How much of the memory that a full comparison needs there is, from 0 to 1.
    pub profile_maturity: f64,
    /// Why, the strongest reason first.
    pub reasons: Vec<Explained>,
    /// Where the sender's values differ from those of the memory.
    pub disagreements: Vec<Disagreement>,
}

/// A reason as it leaves the detector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// Name of the part of the evidence.
    pub feature: String,
    /// How many powers of ten of the moment's rarity the part accounts for.
    pub contribution: f64,
    /// The reason in words.
    pub sentence: String,
}

impl From<Reason> for Explained {
    fn from(Reason { part, weight, sentence }: Reason) -> Self {
        let feature = match part {
            Part::Family(family) => family.name(),
            Part::NewResources => "new_resources",
            Part::Destructive => "destructive_acts",
            Part::Exporting => "exporting_acts",
            Part::Failures => "failures",
            Part::Transfer => "volume_of_day",
            Part::Known => "known_attack",
        };
        Self { feature: feature.to_owned(), contribution: weight, sentence }
    }
}

/// After so many active days a profile says all it can.
const MATURE_DAYS: u32 = 15;

/// Returns how much of the memory that a full comparison needs there is after so many active days, from 0 to 1.
pub fn maturity(active_days: u32) -> f64 {
    (f64::from(active_days) / f64::from(MATURE_DAYS)).min(1.0)
}

impl Prediction {
    /// Says at the time of `now` what a score means for a threshold; `active_days` are the user's before the event.
    pub fn of(event: &Event, scored: &Scored, threshold: f64, active_days: u32, now: Timestamp) -> Self {
        let Scored { assessment, reasons } = scored;
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
            user_risk: assessment.risk.level(assessment.second),
            prediction_time: now,
            active_days,
            profile_maturity: maturity(active_days),
            reasons: reasons.iter().cloned().map(Explained::from).collect(),
            disagreements: Disagreement::between(event, assessment, active_days),
        }
    }
}
