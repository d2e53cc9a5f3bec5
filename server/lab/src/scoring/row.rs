//! What is written of one record.

use serde::{Deserialize, Serialize};
use shared::{detector::Scored, event::Event};

/// How many reasons a row gives.
const REASONS: usize = 3;

/// One line of the output; what a record that cannot be read lacks is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// 0-based number of the record in the input.
    pub index: u64,
    /// The sender's id of the event, else one made of its content.
    pub event_id: Option<String>,
    /// Who acted.
    pub user_id: Option<String>,
    /// When, in UTC.
    pub timestamp: Option<String>,
    /// From 0 to 1; 0.7 at one in a hundred user-days.
    pub anomaly_score: Option<f64>,
    /// Whether the score reaches the threshold.
    pub is_anomaly: Option<bool>,
    /// How urgent it is to look.
    pub severity: Option<String>,
    /// Share of benign user-days that reach such a moment.
    pub p_value: Option<f64>,
    /// The user's risk after the event, from 0 to 100.
    pub user_risk: Option<f64>,
    /// Why, the strongest reason first.
    pub reasons: Option<String>,
    /// What is wrong with the record.
    pub error: Option<String>,
}

impl Row {
    /// A row that says who and when, and not yet how odd.
    pub(super) fn unscored(index: u64, event: &Event) -> Self {
        Self {
            event_id: Some(event.id()),
            user_id: Some(event.user.to_string()),
            timestamp: Some(event.time.to_string()),
            ..Self::empty(index)
        }
    }

    /// The row of a record that cannot be read.
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

    /// Adds how odd the event is, and why.
    pub(super) fn score(&mut self, event: &Event, Scored { assessment, reasons }: &Scored, threshold: f64) {
        let score = assessment.anomaly_score();
        let sentences: Vec<_> = reasons.iter().take(REASONS).map(|reason| reason.sentence.as_str()).collect();
        self.anomaly_score = Some(to_digits(score));
        self.is_anomaly = Some(score >= threshold);
        self.severity = Some(assessment.severity(event).name().to_owned());
        self.p_value = Some(to_digits(assessment.p_value()));
        self.user_risk = Some((assessment.risk.level(assessment.second) * 10.0).round() / 10.0);
        self.reasons = (!sentences.is_empty()).then(|| sentences.join("; "));
    }
}

/// Rounds to six digits, for reading; the detector itself goes on with the exact numbers.
fn to_digits(x: f64) -> f64 {
    format!("{x:.5e}").parse().expect("a number that was written can be read")
}
