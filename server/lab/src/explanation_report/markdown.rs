//! The report as Markdown.

use std::fmt::Write as _;

use super::ExplanationReport;

/// Why writing cannot fail.
const FITS: &str = "a text takes everything";

impl ExplanationReport {
    /// Returns the report as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let Self { prediction, explanation } = self;
        let shap = &explanation.shap_explanation;
        let mut text = String::new();
        writeln!(text, "# Event {} of {}\n", plain(&prediction.event_id), plain(&prediction.user_id)).expect(FITS);
        writeln!(text, "{}\n", plain(&explanation.text_explanation)).expect(FITS);
        writeln!(text, "{}\n", plain(&self.summary())).expect(FITS);
        writeln!(text, "| from {} | {:.3} |\n|---|---:|", shap.reference.text(), shap.base_value).expect(FITS);
        for step in self.steps() {
            writeln!(text, "| {} | {:+.3} |", plain(&step.sentence), step.contribution).expect(FITS);
        }
        writeln!(text, "| anomaly score | {:.3} |", shap.anomaly_score).expect(FITS);
        if let Some(sentence) = self.changed_verdict() {
            writeln!(text, "\n{}", plain(&sentence)).expect(FITS);
        }
        if let Some(lime) = &explanation.lime_explanation {
            writeln!(text, "\n| linear model around the event | {:+.3} |\n|---|---:|", lime.intercept).expect(FITS);
            for condition in &lime.values {
                writeln!(text, "| {} | {:+.3} |", plain(&condition.condition), condition.weight).expect(FITS);
            }
        }
        if let Some(sentence) = self.fit_of_linear_model() {
            writeln!(text, "\n{}", plain(&sentence)).expect(FITS);
        }
        text
    }
}

/// Returns text on one line, without what Markdown takes for a mark.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            control if control.is_control() => plain.push(' '),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '&' => plain.extend(['\\', character]),
            other => plain.push(other),
        }
    }
    plain
}
