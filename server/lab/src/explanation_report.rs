//! The report of one explanation: as JSON, as Markdown, and as a page of its own.

mod html;
mod markdown;

use serde::Serialize;
use shared::{
    control_characters::visible,
    explanation::{EventField, Explanation, FieldChange, ShapValue},
    format::percent,
    prediction::Prediction,
};

/// The number of contributions that a report tells one by one; the others are told as one.
const TOLD: usize = 12;

/// A prediction and its explanation.
#[derive(Debug, Serialize)]
pub(crate) struct ExplanationReport {
    /// The prediction.
    pub(crate) prediction: Prediction,
    /// Why its score is what it is.
    pub(crate) explanation: Explanation,
}

/// A step from the base value to the anomaly score.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    sentence: String,
    contribution: f64,
}

impl ExplanationReport {
    /// Returns the report as JSON.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Returns the time, score and severity of the event as a sentence.
    fn summary(&self) -> String {
        let Prediction { timestamp, anomaly_score, severity, .. } = &self.prediction;
        format!("Time {timestamp}, anomaly score {anomaly_score:.3}, severity {}.", severity.name())
    }

    /// Returns the change that turns the verdict as a sentence, if one was found.
    fn changed_verdict(&self) -> Option<String> {
        let counterfactual = self.explanation.counterfactual.first()?;
        let change = |FieldChange { field, from, to }: &FieldChange| {
            format!("{} {} instead of {}", in_words(*field), visible(to), visible(from))
        };
        let changes: Vec<String> = counterfactual.changes.iter().map(change).collect();
        let (verdict, score) =
            (if self.prediction.is_anomaly { "normal" } else { "anomalous" }, counterfactual.anomaly_score);
        Some(format!("The event would be {verdict} with {}: score {score:.3}.", changes.join(", ")))
    }

    /// Returns how well the linear model fits the score, and whether it agrees with the contributions, as sentences.
    fn fit_of_linear_model(&self) -> Option<String> {
        let r2 = self.explanation.lime_explanation.as_ref()?.r2?;
        let fit = format!("The linear model explains {} of the score's variance around the event.", percent(r2));
        let warning = self.explanation.agreement.as_ref().and_then(|agreement| agreement.warning.clone());
        Some([Some(fit), warning].into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    /// Returns the largest contributions as steps, and the others as one.
    fn steps(&self) -> Vec<Step> {
        let values = &self.explanation.shap_explanation.values;
        let (told, others) = values.split_at(values.len().min(TOLD));
        let step = |value: &ShapValue| Step { sentence: value.sentence.clone(), contribution: value.contribution };
        let rest = Step {
            sentence: format!("{} smaller contributions", others.len()),
            contribution: others.iter().map(|value| value.contribution).sum(),
        };
        told.iter().map(step).chain((!others.is_empty()).then_some(rest)).collect()
    }
}

fn in_words(field: EventField) -> &'static str {
    match field {
        EventField::Hour => "hour",
        EventField::Place => "location",
        EventField::Volume => "volume",
        EventField::Resource => "resource",
        EventField::Device => "device",
        EventField::Action => "action",
        EventField::Failures => "failed attempts",
    }
}
