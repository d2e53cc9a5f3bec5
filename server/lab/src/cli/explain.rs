//! `uba explain`: explains the score of one event of a log.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use shared::{
    calibration::DEFAULT_THRESHOLD,
    control_characters::visible,
    engine::InMemoryEngine,
    explanation::{
        Alternatives, Explainer, ExplanationRequest, Goal, LimeRequest, Reference, counterfactual,
        lime::TabularStatistics,
    },
    inputs::Inputs,
    profile::{Limits, Profile},
    scored_event::ScoredEvent,
};

use super::{
    log::{LogFile, LogReading},
    model::ModelChoice,
    score::parse_threshold,
};
use crate::{
    explanation_report::ExplanationReport,
    log_scoring::{EventInLog, SortedLog},
    output_file,
    place_tables::places,
};

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
    /// Log file; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    input: LogFile,

    /// Id of the event, as `uba score` writes it; of several events with it, the first one is explained
    #[arg(long, value_name = "ID")]
    event: String,

    /// File to write the report to: a page if its name ends in .html, JSON if it ends in .json, else Markdown; `-` writes
    /// Markdown to standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    #[command(flatten)]
    reading: LogReading,

    #[command(flatten)]
    model: ModelChoice,

    /// Lowest score of an anomaly; one in a hundred user-days reaches 0.7
    #[arg(long, env = "ALERT_THRESHOLD", default_value_t = DEFAULT_THRESHOLD, value_parser = parse_threshold)]
    threshold: f64,
}

impl ExplainArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let report = self.report()?;
        let text = match self.output.extension().and_then(OsStr::to_str) {
            Some("html" | "htm") => report.html(),
            Some("json") => report.json().context("cannot write the report as JSON")?,
            _ => report.markdown(),
        };
        let inputs = [Some(self.input.path()), self.model.path()];
        let inputs: Vec<&Path> = inputs.into_iter().flatten().collect();
        output_file::write(&self.output, text.as_bytes(), &inputs)
            .with_context(|| format!("cannot write {}", self.output.display()))
    }

    fn report(&self) -> anyhow::Result<ExplanationReport> {
        let log =
            SortedLog::read(self.input.batches(&self.reading)?, Some(places())).context("cannot sort the events")?;
        if let Some(reason) = log.unreadable() {
            bail!("no event of {} can be read: {reason}", self.input);
        }
        if log.is_cut_off() {
            return Err(self.input.cut_off());
        }
        let log = log.with_strays_apart(Timestamp::now());
        let engine = InMemoryEngine::new(self.model.load()?, Limits::PRODUCT);
        let Some(found) = EventInLog::find(log, engine, &self.event).context("cannot sort the events")? else {
            let id = visible(&self.event);
            bail!("no event of {} has the id {id}, or its time lies apart from the rest of the log", self.input);
        };
        Ok(explained(found, self.threshold))
    }
}

/// Explains the score of an event by what was known before it.
fn explained(EventInLog { event, engine, own, latest }: EventInLog, threshold: f64) -> ExplanationReport {
    let unknown = Profile::new(Limits::PRODUCT);
    let (engine, profile) = (engine.engine(), engine.profile(&event.user).unwrap_or(&unknown));
    let (model, time) = (engine.model(), event.time);
    let assessed = engine.assess(&event, profile);
    let stored = ScoredEvent::of(event, &assessed, threshold, time, &model.version().into());
    let rows: Vec<[f64; _]> = latest.iter().map(Inputs::values).copied().collect();
    let statistics = TabularStatistics::fit(&rows);
    let alternatives = Alternatives::of(Goal::against(stored.is_anomaly), &stored.event, profile, &own);
    let explanation = Explainer::of(model.clone()).explain(ExplanationRequest {
        writer: stored.writer(),
        is_anomaly: stored.is_anomaly,
        calibration: engine.calibration(),
        reference: &Reference::of_user(&stored.inputs, model),
        lime: (!rows.is_empty()).then_some(LimeRequest { statistics: &statistics, runs: LINEAR_MODELS }),
        counterfactual: counterfactual(&stored.event, &alternatives, threshold, |changed| {
            engine.score(changed, profile).anomaly_score()
        }),
    });
    ExplanationReport { prediction: stored.prediction(), explanation }
}
