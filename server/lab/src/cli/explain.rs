//! `uba explain`: explains the score of one event of a log.

use std::{ffi::OsStr, path::PathBuf};

use anyhow::Context as _;
use shared::explanation::{Alternatives, ExplanationRequest, Goal, LimeRequest, Reference, counterfactual};

use super::event_choice::{ChosenEvent, EventChoice};
use crate::{explanation_report::ExplanationReport, output_file};

/// The number of linear models of different draws, which tell the spread of the weights.
const LINEAR_MODELS: u64 = 5;

/// Explain the score of one event of a log
///
/// Compares the event with all events before it, as `uba score` does, and reports what each fact adds to the score, a
/// linear model of the score around the event, and the smallest change that turns the verdict.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba explain --input activity.csv.gz --event 4f0c1d
  uba explain --input activity.csv.gz --event 4f0c1d --output report.html")]
pub struct ExplainArgs {
    #[command(flatten)]
    choice: EventChoice,

    /// File to write the report to: a page if its name ends in .html, JSON if it ends in .json, else Markdown; `-` writes
    /// Markdown to standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

impl ExplainArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let report = explained(&self.choice.find()?, self.choice.threshold);
        let text = match self.output.extension().and_then(OsStr::to_str) {
            Some("html" | "htm") => report.html(),
            Some("json") => report.json().context("cannot write the report as JSON")?,
            _ => report.markdown(),
        };
        output_file::write(&self.output, text.as_bytes(), &self.choice.files())
            .with_context(|| format!("cannot write {}", self.output.display()))
    }
}

/// Explains the score of an event by what was known before it.
fn explained(chosen: &ChosenEvent, threshold: f64) -> ExplanationReport {
    let ChosenEvent { scored, explainer, profile, own, .. } = chosen;
    let alternatives = Alternatives::of(Goal::against(scored.is_anomaly), &scored.event, profile, own);
    let explanation = explainer.explain(ExplanationRequest {
        writer: scored.writer(),
        is_anomaly: scored.is_anomaly,
        calibration: chosen.engine().calibration(),
        reference: &Reference::of_user(&scored.inputs, explainer.model()),
        lime: chosen.statistics.as_ref().map(|statistics| LimeRequest { statistics, runs: LINEAR_MODELS }),
        counterfactual: counterfactual(&scored.event, &alternatives, threshold, |changed| {
            chosen.engine().score(changed, profile).anomaly_score()
        }),
    });
    ExplanationReport { prediction: scored.prediction(), explanation }
}
