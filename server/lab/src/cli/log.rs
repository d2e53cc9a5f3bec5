//! Log files as arguments of commands.

use std::{
    convert::Infallible,
    fmt,
    fs::File,
    io::{self, Read, Write as _},
    path::PathBuf,
    str::FromStr,
};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use shared::{
    event::Event,
    formats::{self, Batches, Format, Record},
};
use strum::VariantArray as _;

use crate::place_tables::places;

/// A log file, or standard input.
#[derive(Debug, Clone)]
pub enum LogFile {
    /// Written as `-`.
    StandardInput,
    /// The path of a file.
    File(PathBuf),
}

impl FromStr for LogFile {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(if name == "-" { Self::StandardInput } else { Self::File(name.into()) })
    }
}

impl fmt::Display for LogFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("standard input"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl LogFile {
    /// Reads the log's records in the given format, or else in the one detected from the content.
    ///
    /// On a terminal a bar shows the progress.
    pub fn records(&self, format: Option<Format>) -> anyhow::Result<impl Iterator<Item = Record>> {
        Ok(self.batches(format)?.flat_map(|batch| batch.records(Some(places()))))
    }

    /// Splits the log into batches of records in the given format, or else in the one detected from the content.
    ///
    /// On a terminal a bar shows the progress.
    pub(super) fn batches(&self, format: Option<Format>) -> anyhow::Result<Batches<impl Read + Send>> {
        let bar = ProgressBar::no_length().with_style(progress_style("{bytes} of {total_bytes}"));
        bar.set_message("reading");
        let reader: Box<dyn Read + Send> = match self {
            Self::StandardInput => Box::new(io::stdin()),
            Self::File(path) => {
                let file = File::open(path).with_context(|| format!("cannot open {self}"))?;
                bar.set_length(file.metadata().with_context(|| format!("cannot open {self}"))?.len());
                Box::new(file)
            }
        };
        Ok(formats::batches(bar.wrap_read(reader), format))
    }

    /// Reads the log's events in the order of their times, and prints their number to standard error.
    pub fn events(&self) -> anyhow::Result<Vec<Event>> {
        let mut events: Vec<Event> = Vec::new();
        let mut faults = 0;
        for record in self.records(None)? {
            match record.event {
                Ok(event) => events.push(event),
                Err(_) => faults += 1,
            }
        }
        if events.is_empty() {
            bail!("no event of {self} can be read; `uba score` says why");
        }
        events.sort_by_key(|event| event.time);
        writeln!(io::stderr(), "{self}: {} events, {faults} records that cannot be read", events.len())?;
        Ok(events)
    }
}

/// The format of a log; `None`: it is detected from the content.
#[derive(Debug, Clone, Copy)]
pub struct FormatChoice(pub Option<Format>);

/// Parses the name of a format, or `auto`.
pub fn parse_format(name: &str) -> Result<FormatChoice, String> {
    if name == "auto" {
        return Ok(FormatChoice(None));
    }
    name.parse().map(|format| FormatChoice(Some(format))).map_err(|_| {
        let names: Vec<&str> = Format::VARIANTS.iter().map(|format| format.name()).collect();
        format!("must be auto, {}", names.join(" or "))
    })
}

/// Returns the style of a progress bar: message, bar, position and remaining time.
pub fn progress_style(position: &str) -> ProgressStyle {
    let template = format!("{{msg}} {{wide_bar}} {position}, {{eta}} left");
    ProgressStyle::with_template(&template).expect("the template is well formed")
}
