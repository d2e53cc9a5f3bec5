//! `uba import`: a log file into the database.

use std::io::{self, Write as _};

use anyhow::bail;
use indicatif::ProgressBar;
use lab::cli::{FormatChoice, LogFile, parse_format, progress_style};
use shared::formats::Format;

use super::runtime::run;
use crate::{
    config::Settings,
    loading::{Loaded, load},
    start::Running,
};

/// How many records that cannot be read are named.
const FAULTS_SHOWN: usize = 10;

/// Take log files into the database
///
/// Through the same way as events that come over the network, in the order of their times. Importing a file again
/// changes nothing; one that was interrupted goes on where it stopped. The server must not be running.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  uba import cloudtrail/*.json.gz")]
pub(super) struct Import {
    /// Log files; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<LogFile>,

    /// Format of the logs, where their content does not show it
    #[arg(long, default_value = "auto", value_parser = parse_format)]
    format: FormatChoice,

    #[command(flatten)]
    settings: Settings,
}

impl Import {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        let (files, format) = (self.files, self.format.0);
        run(move || async move {
            let running = Running::start(&config).await?;
            let mut outcome = Ok(());
            for file in &files {
                outcome = import(&running, file, format).await;
                if outcome.is_err() {
                    break;
                }
            }
            running.stop().await;
            outcome
        })
    }
}

async fn import(running: &Running, file: &LogFile, format: Option<Format>) -> anyhow::Result<()> {
    let bar = ProgressBar::no_length().with_style(progress_style("{human_pos} of {human_len} records"));
    bar.set_message("importing");
    let loaded = load(&running.service, file.records(format)?, |loading| {
        bar.set_length(loading.total);
        bar.set_position(loading.done);
    })
    .await?;
    bar.finish_and_clear();
    report(file, &loaded)?;
    if loaded.events == 0 && !loaded.faults.is_empty() {
        bail!("no event of {file} can be read");
    }
    Ok(())
}

fn report(file: &LogFile, loaded: &Loaded) -> io::Result<()> {
    let Loaded { events, new, faults } = loaded;
    let mut out = io::stderr().lock();
    writeln!(out, "{file}: {new} new events, {} known before, {} records not taken", events - new, faults.len())?;
    for (index, reason) in faults.iter().take(FAULTS_SHOWN) {
        writeln!(out, "  record {index}: {reason}")?;
    }
    Ok(())
}
