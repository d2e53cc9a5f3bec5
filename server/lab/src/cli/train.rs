//! `uba train`: a model from an organisation's own log.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use shared::{calibration::Signal, model::Model};

use super::log::LogFile;
use crate::{
    evaluation::labels::{LabelError, LabelledLog},
    labelled::{Label, Labelled},
    report,
    training::{self, Part, Plan, Trained},
};

/// Learn a model from logs
///
/// Takes everything in the logs as benign but what a column `is_anomaly` (or label, malicious) says to be an attack, and
/// writes a model: weights of the evidence, a forest that knows kinds of attack, and how rarely a user-day reaches so
/// much. The latest 40 % of a log's user-days are left out, to judge the model by. Where the first log cannot tell how
/// rare something is (a log without failures cannot tell of failures), the next one does.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba train --data activity.csv.gz --output model.json
  uba train --data own.csv generated.csv --output model.json --report report
  uba train --data labelled.csv --output model.json --tune --report report")]
pub struct Train {
    /// Log files; `-` reads standard input
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    data: Vec<LogFile>,

    /// Learn only how rare evidence is, and leave the weights as they were set by hand
    #[arg(long)]
    untrained: bool,

    /// Do without parts of the evidence: families (location, hour ...) or signals (mass, failures, transfer, known)
    #[arg(long, value_name = "PART", num_args = 1..)]
    without: Vec<Part>,

    /// Kinds of attack that the forest is not taught, to see how it does with the unknown
    #[arg(long, value_name = "KIND", num_args = 1..)]
    leave_out: Vec<String>,

    /// Organisations that are made up, with attacks, for the forest to learn from besides the logs
    #[arg(long, value_name = "N", default_value_t = 8)]
    worlds: u64,

    /// Search for the best way to grow the forest, and say what was tried; takes several times as long
    #[arg(long)]
    tune: bool,

    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    output: PathBuf,

    /// Folder for a report on the forest: a page, its drawings and figures, all of people it does not know
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
}

impl Train {
    pub(super) fn run(self) -> anyhow::Result<()> {
        if !self.leave_out.is_empty() && self.without.contains(&Part::Signal(Signal::Known)) {
            bail!(
                "--leave-out says what the forest is not taught, and --without known that there is none: give one of them"
            );
        }
        let logs = self.data.iter().map(rows).collect::<anyhow::Result<Vec<_>>>()?;
        let plan = Plan {
            is_untrained: self.untrained,
            without: self.without,
            leave_out: self.leave_out,
            worlds: self.worlds,
            is_tuned: self.tune,
        };
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(Duration::from_millis(200));
        let tell = |step| progress.set_message(step);
        let trained = training::train(&logs, &plan, &tell)?;
        write_model(&trained.model, &self.output)?;
        if let Some(folder) = &self.report {
            report::write(&trained, folder, &tell).with_context(|| folder.display().to_string())?;
        }
        progress.finish_and_clear();
        print_trials(&trained)
    }
}

fn write_model(model: &Model, path: &Path) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(model).context("cannot write the model as JSON")?;
    text.push(b'\n');
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Says what was tried, the best first.
fn print_trials(trained: &Trained) -> anyhow::Result<()> {
    let mut trials = trained.teaching.iter().flat_map(|teaching| &teaching.trials);
    trials.try_for_each(|trial| writeln!(io::stdout(), "{trial}")).context("cannot write what was tried")
}
/// Reads a log in the order of its events' times, with its labels if it has any; without, everything is benign.
fn rows(log: &LogFile) -> anyhow::Result<Vec<Labelled>> {
    let events = match log {
        LogFile::File(path) => {
            match LabelledLog::read(&fs::read(path).with_context(|| format!("cannot read {log}"))?) {
                Ok(labelled) => {
                    let mut rows: Vec<Labelled> = labelled.events.into_iter().map(|event| event.labelled).collect();
                    rows.sort_by_key(|row| row.event.time);
                    return Ok(rows);
                }
                Err(LabelError::NoLabels(_) | LabelError::NoTable(_)) => log.events()?,
                Err(other) => return Err(other).with_context(|| log.to_string()),
            }
        }
        LogFile::StandardInput => log.events()?,
    };
    Ok(events.into_iter().map(|event| Labelled { event, label: Label::Benign }).collect())
}
