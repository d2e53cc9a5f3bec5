//! How an anomaly score comes about, step by step.

use crate::{AlertNotice, wording::line};

/// One step of a waterfall. The steps lead from 0 to the anomaly score.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// What the step stands for.
    pub(crate) label: String,
    /// The anomaly score before the step.
    pub(crate) from: f64,
    /// The anomaly score after the step.
    pub(crate) to: f64,
}

/// Returns the steps from an ordinary moment's score by the strongest reasons to the score of an alert. What other
/// evidence contributes is one step, unless it is less than 0.005.
pub(crate) fn steps(alert: &AlertNotice, most_reasons: usize) -> Vec<Step> {
    let mut steps = vec![Step { label: "An ordinary moment".to_owned(), from: 0.0, to: alert.base_value }];
    let mut score = alert.base_value;
    for reason in alert.reasons.iter().take(most_reasons) {
        let to = score + reason.contribution;
        steps.push(Step { label: line(&reason.sentence), from: score, to });
        score = to;
    }
    if (alert.score - score).abs() >= 0.005 {
        steps.push(Step { label: "Other evidence".to_owned(), from: score, to: alert.score });
    }
    steps
}
