//! `uba score`: scores a log file without a server or a database.

use std::{
    ffi::OsStr,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use jiff::Timestamp;
use rayon::ThreadPoolBuilder;
use shared::{calibration::DEFAULT_THRESHOLD, engine::InMemoryEngine, profile::Limits};

use super::{
    log::{LogFile, LogReading, progress_style},
    model::ModelChoice,
};
use crate::{
    log_scoring::{self, RowFormat, RowLayout, SortedLog, Summary},
    output_file::OutputFile,
    place_tables::places,
};

/// Score a log file and show who stands out
///
/// Reads CSV, NDJSON and JSON of its own format and the logs of many vendors, and detects the format from the content;
/// gzip, Zstandard, zip and tar are unpacked. Every event is compared with the earlier behaviour of its user, the user's peers and the organisation; a log out of order is sorted
/// first. Writes one row a record, in the order of the input, and a summary to standard error. The output takes its name
/// once it is whole. In CSV, texts that a spreadsheet would take for formulas have an apostrophe in front.
///
/// An event that comes again counts once. Events whose times cannot be right, or which lie far from the rest of the
/// log, are scored after all others, and nothing is learnt from them. The exit code is 0 if every record was read, 3 if
/// some could not be, and 1 if none could, the log is cut off or the command failed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba score --input activity.csv.gz --output scores.csv
  uba score --input cloudtrail.json.gz --output scores.ndjson --explain
  uba score --input logs/ --output scores.csv
  zcat logs/*.gz | uba score --input - --output - > scores.csv")]
pub struct ScoreArgs {
    /// Log file, folder of log files or pattern such as 'logs/*.gz'; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    input: LogFile,

    /// File to write the rows to: NDJSON if its name ends in .ndjson or .jsonl, else CSV; `-` writes CSV to standard
    /// output
    #[arg(long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    reading: LogReading,

    #[command(flatten)]
    model: ModelChoice,

    /// Lowest score of an anomaly; one in a hundred user-days reaches 0.7
    #[arg(long, env = "ALERT_THRESHOLD", default_value_t = DEFAULT_THRESHOLD, value_parser = parse_threshold)]
    threshold: f64,

    /// Explain each anomaly in a last column, as JSON: what each fact adds to the score, and for the first 200 a linear
    /// model of the score around the event
    #[arg(long)]
    explain: bool,

    /// Number of threads [default: one per processor]; the rows are the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl ScoreArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let threads = self.threads.unwrap_or_default(); // 0: as many as there are processors
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start the threads")?;
        let (summary, is_cut_off) = pool.install(|| self.score())?;
        write!(io::stderr(), "{summary}").context("cannot write the summary")?;
        if is_cut_off {
            return Err(self.input.cut_off().context("the rows up to there are written"));
        }
        match summary.faults() {
            0 => Ok(()),
            unreadable => Err(UnreadableRecords { unreadable, records: summary.records() }.into()),
        }
    }

    /// Returns the summary, and whether the log ended before its content does.
    fn score(&self) -> anyhow::Result<(Summary, bool)> {
        let name = self.output.display();
        let inputs = [Some(self.input.path()), self.model.path()];
        let inputs: Vec<&Path> = inputs.into_iter().flatten().collect();
        let mut output = OutputFile::create(&self.output, &inputs).with_context(|| format!("cannot write {name}"))?;
        let batches = self.input.batches(&self.reading)?;
        let log = SortedLog::read(batches, Some(places())).context("cannot sort the events")?;
        if let Some(reason) = log.unreadable() {
            bail!("no event of {} can be read: {reason}", self.input);
        }
        let (is_cut_off, log) = (log.is_cut_off(), log.with_strays_apart(Timestamp::now()));
        let engine = InMemoryEngine::new(self.model.load()?, Limits::PRODUCT);
        let bar = ProgressBar::new(log.records()).with_style(progress_style("{human_pos} of {human_len} records"));
        bar.set_message("scoring");
        let layout = RowLayout { format: self.row_format(), has_explanations: self.explain };
        let rows = (layout, &mut output);
        let summary = log_scoring::score(log, engine, self.threshold, rows, |events| bar.inc(events))
            .with_context(|| format!("cannot score {} into {name}", self.input))?;
        bar.finish_and_clear();
        output.finish().with_context(|| format!("cannot write {name}"))?;
        Ok((summary, is_cut_off))
    }

    fn row_format(&self) -> RowFormat {
        match self.output.extension().and_then(OsStr::to_str) {
            Some("ndjson" | "jsonl") => RowFormat::Ndjson,
            _ => RowFormat::Csv,
        }
    }
}

/// The failure of a command that did its work but for the records that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{unreadable} of {records} records could not be read")]
pub(super) struct UnreadableRecords {
    unreadable: u64,
    records: u64,
}

/// Parses a score from 0 to 1.
pub fn parse_threshold(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| format!("{text} is no number from 0 to 1"))
}
