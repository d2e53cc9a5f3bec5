//! `uba train`: a model from an organisation's own log.

use std::{fs, path::PathBuf};

use anyhow::Context as _;

use super::log::LogFile;
use crate::{
    evaluation::labels::{LabelError, LabelledLog},
    labelled::{Label, Labelled},
    training::{self, Part, Plan},
};

/// Learn from logs how rare evidence is
///
/// Takes everything in the logs as benign and writes a model: weights of the evidence, and how rarely a user-day
/// reaches so much of it. The latest 40 % of a log's user-days are left out, to judge the model by. Where the first log
/// cannot tell how rare something is (a log without failures cannot tell of failures), the next one does.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  uba train --data activity.csv.gz --output model.json
  uba train --data own.csv generated.csv --output model.json")]
pub(super) struct Train {
    /// Log files; `-` reads standard input
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    data: Vec<LogFile>,

    /// Learn only how rare evidence is, and leave the weights as they were set by hand
    #[arg(long)]
    untrained: bool,

    /// Do without parts of the evidence: families (location, hour ...) or signals (mass, failures, transfer)
    #[arg(long, value_name = "PART", num_args = 1..)]
    without: Vec<Part>,

    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

impl Train {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let logs = self.data.iter().map(rows).collect::<anyhow::Result<Vec<_>>>()?;
        let model = training::train(&logs, &Plan { is_untrained: self.untrained, without: self.without })?;
        let mut text = serde_json::to_vec_pretty(&model).context("cannot write the model as JSON")?;
        text.push(b'\n');
        fs::write(&self.output, text).with_context(|| format!("cannot write {}", self.output.display()))?;
        Ok(())
    }
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
