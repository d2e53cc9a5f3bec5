//! `uba train`: a model from an organisation's own log.

use std::{fs, io::Write, path::PathBuf};

use anyhow::{Context as _, bail};
use shared::{event::Event, model::Weights};

use super::log::LogFile;
use crate::training;

/// Learn from a log how rare evidence is
///
/// Takes everything in the log as benign and writes a model: weights of the evidence, and how rarely a user-day
/// reaches so much of it. The latest 40 % of the log's user-days are left out, to judge the model by.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  uba train --data activity.csv.gz --output model.json")]
pub(super) struct Train {
    /// Log file; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    data: LogFile,

    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

impl Train {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut events: Vec<Event> = Vec::new();
        let mut faults = 0;
        for record in self.data.records(None)? {
            match record.event {
                Ok(event) => events.push(event),
                Err(_) => faults += 1,
            }
        }
        if events.is_empty() {
            bail!("no event of {} can be read; `uba score` says why", self.data);
        }
        events.sort_by_key(|event| event.time);
        let model = training::calibrate(&events, Weights::UNTRAINED)?;
        let mut text = serde_json::to_vec_pretty(&model).context("cannot write the model as JSON")?;
        text.push(b'\n');
        fs::write(&self.output, text).with_context(|| format!("cannot write {}", self.output.display()))?;
        writeln!(std::io::stderr(), "learnt from {} events ({faults} records could not be read)", events.len())?;
        Ok(())
    }
}
