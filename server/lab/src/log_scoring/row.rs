//! The row that is written for one record.

use serde::{Deserialize, Serialize};
use shared::{engine::Scored, event::Event};

/// Maximum number of reasons in a row.
const REASONS: usize = 3;

/// One row of the output; most columns of an unreadable record are empty.
///
/// Numbers are exact until [`ScoredRow::rounded`] prepares the row for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredRow {
    /// 0-based number of the record in the input.
    pub index: u64,
    /// The id that the sender gave the event, else one made of its content.
    pub event_id: Option<String>,
    /// The user.
    pub user_id: Option<String>,
    /// The time in UTC.
    pub timestamp: Option<String>,
    /// The score, 0 to 1; 0.7 is reached by one ordinary user-day in a hundred.
    pub anomaly_score: Option<f64>,
    /// Whether the score reaches the threshold.
    pub is_anomaly: Option<bool>,
    /// The severity: `low`, `medium`, `high` or `critical`.
    pub severity: Option<String>,
    /// Share of ordinary user-days that reach so rare an event.
    pub p_value: Option<f64>,
    /// The user's risk after the event, 0 to 100.
    pub user_risk: Option<f64>,
    /// The reasons, the strongest first.
    pub reasons: Option<String>,
    /// The reason why the record cannot be read.
    pub error: Option<String>,
}

impl ScoredRow {
    /// Returns a row with the event's identity and without a score.
    pub(super) fn unscored(index: u64, event: &Event) -> Self {
        Self {
            event_id: Some(event.id()),
            user_id: Some(event.user.to_string()),
            timestamp: Some(event.time.to_string()),
            ..Self::empty(index)
        }
    }

    /// Returns the row of an unreadable record.
    pub(super) fn of_fault(index: u64, fault: String) -> Self {
        Self { error: Some(fault), ..Self::empty(index) }
    }

    fn empty(index: u64) -> Self {
        Self {
            index,
            event_id: None,
            user_id: None,
            timestamp: None,
            anomaly_score: None,
            is_anomaly: None,
            severity: None,
            p_value: None,
            user_risk: None,
            reasons: None,
            error: None,
        }
    }

    /// Sets the score and the columns that belong to it.
    pub(super) fn set_score(&mut self, event: &Event, Scored { assessment, reasons }: &Scored, threshold: f64) {
        let score = assessment.anomaly_score();
        let sentences: Vec<_> = reasons.iter().take(REASONS).map(|reason| reason.sentence.as_str()).collect();
        self.anomaly_score = Some(score);
        self.is_anomaly = Some(score >= threshold);
        self.severity = Some(assessment.severity(event).name().to_owned());
        self.p_value = Some(assessment.p_value());
        self.user_risk = Some(assessment.user_risk());
        self.reasons = (!sentences.is_empty()).then(|| sentences.join("; "));
    }

    /// Returns the row with numbers rounded for reading: score and p-value to six digits, the risk to one decimal
    /// place.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self {
            anomaly_score: self.anomaly_score.map(to_six_digits),
            p_value: self.p_value.map(to_six_digits),
            user_risk: self.user_risk.map(|risk| (risk * 10.0).round() / 10.0),
            ..self
        }
    }
}

fn to_six_digits(x: f64) -> f64 {
    format!("{x:.5e}").parse().expect("a number that was written can be read")
}
