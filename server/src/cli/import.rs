//! `uba import`: imports log files into the database.

use std::io::{self, Write as _};

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use lab::cli::{LogFile, LogReading, ModelChoice, progress_style};
use shared::control_characters::visible;

use super::{init::print_secrets, runtime::run};
use crate::{
    config::Settings,
    import::{ImportSummary, import_log, importer},
    jobs::Progress,
    start::Running,
};

/// Take log files into the database
///
/// Judges and keeps the events as if they came over the network, in the order of their times. Importing a file again
/// changes nothing; an import that was interrupted goes on where it stopped. The server must not be running.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  uba import cloudtrail/*.json.gz")]
pub(super) struct Import {
    /// Log files, folders of log files or patterns such as 'logs/*.gz'; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<LogFile>,

    #[command(flatten)]
    reading: LogReading,

    #[command(flatten)]
    model: ModelChoice,

    #[command(flatten)]
    settings: Settings,
}

impl Import {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        let model = self.model.load()?;
        let (files, reading) = (self.files, self.reading);
        run(move || async move {
            let running = Running::start(&config, model).await?;
            let mut outcome = print_secrets(&running.generated).context("cannot print the secrets");
            for file in &files {
                if outcome.is_err() {
                    break;
                }
                outcome = import(&running, file, &reading).await;
            }
            running.stop().await;
            outcome
        })
    }
}

async fn import(running: &Running, file: &LogFile, reading: &LogReading) -> anyhow::Result<()> {
    let bar = ProgressBar::no_length().with_style(progress_style("{human_pos} of {human_len} records"));
    bar.set_message("importing");
    let actor = importer("command-line");
    let mut records = file.records(reading)?;
    let summary = import_log(&running.service, &actor, records.by_ref(), |progress: Progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    })
    .await?;
    bar.finish_and_clear();
    report(file, &summary)?;
    if summary.events == 0 && summary.faulty > 0 {
        bail!("no event of {file} can be read");
    }
    if records.is_cut_off() {
        return Err(file.cut_off().context("the events up to there are taken"));
    }
    Ok(())
}

fn report(file: &LogFile, summary: &ImportSummary) -> io::Result<()> {
    let ImportSummary { events, new, faulty, unread, first_refused } = summary;
    let mut out = io::stderr().lock();
    writeln!(out, "{file}: {new} new events, {} known before, {faulty} records not taken", events - new)?;
    write!(out, "{unread}")?;
    for (index, reason) in first_refused {
        writeln!(out, "  record {index}: {}", visible(reason))?;
    }
    Ok(())
}
