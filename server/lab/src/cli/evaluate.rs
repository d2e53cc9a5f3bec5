//! `uba evaluate`: measures how well attacks in a labelled log are detected.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use indicatif::ProgressBar;

use super::{log::progress_style, model::ModelChoice};
use crate::{
    dataset::LabelledLog,
    evaluation::{
        Evaluation, Settings, evaluate, html,
        scores::{self, EventScore},
    },
    output_file,
};

/// Measure how well attacks in a labelled log are detected
///
/// The log is CSV, plain or gzip, with the columns of a log and `is_anomaly` (1 attack, 0 benign, empty unjudged;
/// also `label` or `malicious`), and where they are known `anomaly_type` and `case`. It is scored as a stream by a
/// model. User-days (UTC) and single events are ranked by how rare they are; every figure has the interval in
/// which it lies in 95 of 100 draws of users.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba evaluate --labels labelled.csv
  uba evaluate --labels labelled.csv --prevalence 0.001 --report page.html
  uba evaluate --labels labelled.csv --scores other-detector.csv --json")]
pub struct EvaluateArgs {
    /// Labelled log; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    labels: PathBuf,

    #[command(flatten)]
    model: ModelChoice,

    /// Scores to measure instead of those of a model: rows of `uba score`, or `event_id,score` or
    /// `index,score`. An event without a score counts as one of score 0
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    scores: Option<PathBuf>,

    /// Number of alarms a calendar day that analysts look at
    #[arg(long, value_name = "N", default_value_t = 20.0, value_parser = positive)]
    budget: f64,

    /// State PR-AUC, Brier score and calibration error as if attacks were this share of all
    #[arg(long, value_name = "SHARE", value_parser = prevalence)]
    prevalence: Option<f64>,

    /// Leave out benign user-days in the first part of the log, given as a share of all user-days
    #[arg(long, value_name = "SHARE", default_value_t = 0.6, value_parser = warm_up)]
    warm_up: f64,

    /// Leave out benign user-days among this number of first active days of each user
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    active_days: u32,

    /// Also measure a detector without memory for comparison: a random forest trained on the labels
    #[arg(long)]
    reference: bool,

    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write an HTML page with curves
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Print the figures as JSON instead of a table
    #[arg(long)]
    json: bool,
}

impl EvaluateArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let evaluation = self.evaluate()?;
        let json = serde_json::to_string_pretty(&evaluation).context("cannot write the figures as JSON")? + "\n";
        if let Some(path) = &self.output {
            self.write(path, &json)?;
        }
        if let Some(path) = &self.report {
            let name = self.labels.file_name().unwrap_or_default().to_string_lossy();
            self.write(path, &html::page(&evaluation, &name))?;
        }
        let output = if self.json { json } else { evaluation.to_string() };
        io::stdout().write_all(output.as_bytes()).context("cannot write the figures")
    }

    fn evaluate(&self) -> anyhow::Result<Evaluation> {
        let log = LabelledLog::read(&read(&self.labels)?).with_context(|| self.labels.display().to_string())?;
        let (scores, unscored) = self.scores(&log)?;
        let Self { budget, prevalence, warm_up, active_days, reference, .. } = *self;
        let settings = Settings { budget, prevalence, warm_up, active_days };
        evaluate(&log, &scores, unscored, settings, reference).with_context(|| self.labels.display().to_string())
    }

    /// Writes a file, which must be none that is read.
    fn write(&self, path: &Path, content: &str) -> anyhow::Result<()> {
        let inputs = [Some(self.labels.as_path()), self.model.path(), self.scores.as_deref()];
        let inputs: Vec<&Path> = inputs.into_iter().flatten().collect();
        output_file::write(path, content.as_bytes(), &inputs)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Returns the scores of the log's events, and the number of events without a score.
    fn scores(&self, log: &LabelledLog) -> anyhow::Result<(Vec<EventScore>, usize)> {
        if let Some(path) = &self.scores {
            return scores::read(&read(path)?, log).with_context(|| path.display().to_string());
        }
        let bar =
            ProgressBar::new(log.events.len() as u64).with_style(progress_style("{human_pos} of {human_len} records"));
        bar.set_message("scoring");
        let scores =
            scores::by_model(self.model.load()?, log, |events| bar.inc(events)).context("cannot sort the events")?;
        bar.finish_and_clear();
        Ok((scores, 0))
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    let read =
        if path == Path::new("-") { io::stdin().read_to_end(&mut content).map(|_| content) } else { fs::read(path) };
    read.with_context(|| format!("cannot read {}", path.display()))
}

fn positive(text: &str) -> Result<f64, String> {
    within(text, |number| number > 0.0, "must be a number above 0")
}

fn prevalence(text: &str) -> Result<f64, String> {
    within(text, |share| share > 0.0 && share < 1.0, "must be a number between 0 and 1")
}

fn warm_up(text: &str) -> Result<f64, String> {
    within(text, |share| (0.0..1.0).contains(&share), "must be a number from 0 to below 1")
}

fn within(text: &str, is_valid: fn(f64) -> bool, rule: &str) -> Result<f64, String> {
    text.parse().ok().filter(|number: &f64| number.is_finite() && is_valid(*number)).ok_or_else(|| rule.to_owned())
}
