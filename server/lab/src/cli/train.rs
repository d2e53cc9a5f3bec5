//! `uba train`: trains a model on an organisation's own log.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use shared::signals::Signal;

use super::log::LogFile;
use crate::{
    dataset::{Label, LabelError, LabelledEvent, LabelledLog},
    output_file::OutputFile,
    training::{self, ModelPart, Trained, TrainingPlan},
    training_report,
};

/// Train a model on logs
///
/// Takes all events as benign that no column `is_anomaly` (or label, malicious) marks as attacks, and writes a model:
/// the weights of the evidence, a forest that recognises known kinds of attack, and the calibration of both. The latest
/// 40 % of a log's user-days are left out, to evaluate the model on; labels are learnt from the whole log. The more
/// attacks are labelled, the less made-up ones count, and a forest that recognises them gets more of the alarms. A
/// signal that the first log does not have (such as failures in a log without any) is calibrated on the next one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba train --data activity.csv.gz --output model.json
  uba train --data own.csv generated.csv --output model.json --report report
  uba train --data labelled.csv --output model.json --tune --report report")]
pub struct TrainArgs {
    /// Log files; `-` reads standard input
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    data: Vec<LogFile>,

    /// Keep the weights of the evidence that were set by hand
    #[arg(long)]
    untrained: bool,

    /// Parts that the model does without: families (location, hour ...) or signals (mass, failures, transfer, known)
    #[arg(long, value_name = "PART", num_args = 1..)]
    without: Vec<ModelPart>,

    /// Kinds of attack to withhold from the forest, to measure how well it detects unknown ones
    #[arg(long, value_name = "KIND", num_args = 1..)]
    leave_out: Vec<String>,

    /// Number of made-up organisations that the forest learns from besides the logs
    #[arg(long, value_name = "N", default_value_t = 8)]
    worlds: u64,

    /// Search for the best hyperparameters of the forest, and print the settings tried; takes several times as long
    #[arg(long)]
    tune: bool,

    /// Model file to write
    #[arg(long, value_name = "FILE")]
    output: PathBuf,

    /// Folder for a report on the forest: a page, plots and metrics, measured on users that its trees have not seen
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
}

impl TrainArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        if !self.leave_out.is_empty() && self.without.contains(&ModelPart::Signal(Signal::AttackClassifier)) {
            bail!(
                "--leave-out withholds kinds of attack from the forest, and --without known leaves out the forest: give one \
                 of them"
            );
        }
        let inputs: Vec<&Path> = self.data.iter().map(LogFile::path).collect();
        let name = self.output.display();
        let mut output = OutputFile::create(&self.output, &inputs).with_context(|| format!("cannot write {name}"))?;
        let logs = self.data.iter().map(rows).collect::<anyhow::Result<Vec<_>>>()?;
        let plan = TrainingPlan {
            is_untrained: self.untrained,
            without: self.without,
            leave_out: self.leave_out,
            worlds: self.worlds,
            is_tuned: self.tune,
        };
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(Duration::from_millis(200));
        let on_progress = |step| progress.set_message(step);
        let trained = training::train(&logs, &plan, &on_progress)?;
        serde_json::to_writer_pretty(&mut output, &trained.model).context("cannot write the model as JSON")?;
        output.write_all(b"\n").and_then(|()| output.finish()).with_context(|| format!("cannot write {name}"))?;
        if let Some(folder) = &self.report {
            training_report::write(&trained, folder, &on_progress).with_context(|| folder.display().to_string())?;
        }
        progress.finish_and_clear();
        print_trials(&trained)
    }
}

/// Prints the settings that were tried, the best first.
fn print_trials(trained: &Trained) -> anyhow::Result<()> {
    let mut trials = trained.run.iter().flat_map(|run| &run.trials);
    trials.try_for_each(|trial| writeln!(io::stdout(), "{trial}")).context("cannot write what was tried")
}

/// Reads a log in the order of its events' times, with its labels; an event of a log without labels is benign.
fn rows(log: &LogFile) -> anyhow::Result<Vec<LabelledEvent>> {
    let events = match log {
        LogFile::File(path) => {
            match LabelledLog::read(&fs::read(path).with_context(|| format!("cannot read {log}"))?) {
                Ok(labelled) => {
                    let mut rows: Vec<LabelledEvent> =
                        labelled.events.into_iter().map(|event| event.labelled).collect();
                    rows.sort_by_key(|row| row.event.time);
                    return Ok(rows);
                }
                Err(LabelError::NoLabels(_) | LabelError::NoTable(_)) => log.events()?,
                Err(other) => return Err(other).with_context(|| log.to_string()),
            }
        }
        LogFile::StandardInput => log.events()?,
    };
    Ok(events.into_iter().map(|event| LabelledEvent { event, label: Label::Benign }).collect())
}
