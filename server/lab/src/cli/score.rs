//! `uba score`: scores a log file without a server or a database.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use rayon::ThreadPoolBuilder;
use shared::{calibration::DEFAULT_THRESHOLD, engine::InMemoryEngine, profile::Limits};

use super::{
    log::{FormatChoice, LogFile, parse_format, progress_style},
    model::ModelChoice,
};
use crate::{
    log_scoring::{self, RowFormat, SortedLog, Summary},
    place_tables::places,
};

/// Score a log file and show who stands out
///
/// Reads CSV, NDJSON, JSON and AWS `CloudTrail`, gzip or plain, and detects the format from the content. Every event is
/// compared with the earlier behaviour of its user, the user's peers and the organisation; a log out of order is sorted
/// first. Writes one row a record, in the order of the input, and a summary to standard error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba score --input activity.csv.gz --output scores.csv
  uba score --input cloudtrail.json.gz --output scores.ndjson
  zcat logs/*.gz | uba score --input - --output - > scores.csv")]
pub struct ScoreArgs {
    /// Log file; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    input: LogFile,

    /// File to write the rows to: NDJSON if its name ends in .ndjson or .jsonl, else CSV; `-` writes CSV to standard
    /// output
    #[arg(long, value_name = "FILE")]
    output: PathBuf,

    /// Format of the log, if it is not to be detected from the content
    #[arg(long, default_value = "auto", value_parser = parse_format)]
    format: FormatChoice,

    #[command(flatten)]
    model: ModelChoice,

    /// Lowest score of an anomaly; one in a hundred user-days reaches 0.7
    #[arg(long, env = "ALERT_THRESHOLD", default_value_t = DEFAULT_THRESHOLD, value_parser = parse_threshold)]
    threshold: f64,

    /// Number of threads [default: one per processor]; the rows are the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl ScoreArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let threads = self.threads.unwrap_or_default(); // 0: as many as there are processors
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start the threads")?;
        let summary = pool.install(|| self.score())?;
        write!(io::stderr(), "{summary}").context("cannot write the summary")?;
        if summary.events() == 0 && summary.faults() > 0 {
            bail!("no event of {} can be read; the rows say why", self.input);
        }
        Ok(())
    }

    fn score(&self) -> anyhow::Result<Summary> {
        let log =
            SortedLog::read(self.input.batches(self.format.0)?, Some(places())).context("cannot sort the events")?;
        let engine = InMemoryEngine::new(self.model.load()?, Limits::PRODUCT);
        let output = (self.row_format(), BufWriter::new(self.create_output()?));
        let bar = ProgressBar::new(log.records()).with_style(progress_style("{human_pos} of {human_len} records"));
        bar.set_message("scoring");
        let summary = log_scoring::score(log, engine, self.threshold, output, |events| bar.inc(events))
            .with_context(|| format!("cannot score {} into {}", self.input, self.output.display()))?;
        bar.finish_and_clear();
        Ok(summary)
    }

    fn row_format(&self) -> RowFormat {
        match self.output.extension().and_then(OsStr::to_str) {
            Some("ndjson" | "jsonl") => RowFormat::Ndjson,
            _ => RowFormat::Csv,
        }
    }

    fn create_output(&self) -> anyhow::Result<Box<dyn Write + Send>> {
        if self.output == Path::new("-") {
            return Ok(Box::new(io::stdout()));
        }
        let file = File::create(&self.output).with_context(|| format!("cannot create {}", self.output.display()))?;
        Ok(Box::new(file))
    }
}

/// Parses a score from 0 to 1.
pub fn parse_threshold(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| format!("{text} is no number from 0 to 1"))
}
