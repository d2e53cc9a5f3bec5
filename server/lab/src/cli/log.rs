//! Log files as arguments of commands.

use std::{
    convert::Infallible,
    fmt,
    io::{self, Write as _},
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context as _, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use shared::{
    control_characters::visible,
    event::Event,
    formats::{self, Batches, Format, Records},
};
use strum::VariantArray as _;

use crate::{
    log_sources::{LogSource, LogSources},
    place_tables::places,
};

/// A log file, or standard input.
#[derive(Debug, Clone)]
pub enum LogFile {
    /// Written as `-`.
    StandardInput,
    /// The path of a file or folder, or a pattern such as `logs/*.gz`.
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
            Self::File(path) => f.write_str(&visible(&path.display().to_string())),
        }
    }
}

impl LogFile {
    /// Reads the log's records in the given format, or else in the one detected from the content.
    ///
    /// On a terminal a bar shows the progress.
    pub fn records(&self, format: Option<Format>) -> anyhow::Result<Records<'static, LogSource, LogSources>> {
        let (first, more) = self.open()?;
        Ok(formats::read_all(first, more, format, Some(places())))
    }

    /// Splits the log into batches of records in the given format, or else in the one detected from the content.
    ///
    /// On a terminal a bar shows the progress.
    pub(super) fn batches(&self, format: Option<Format>) -> anyhow::Result<Batches<LogSource, LogSources>> {
        let (first, more) = self.open()?;
        Ok(formats::batches_of_all(first, more, format))
    }

    /// Returns the path of the file; of standard input, the path by which the system knows it.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::StandardInput => Path::new("/dev/stdin"),
            Self::File(path) => path,
        }
    }

    /// The failure of a command that read the log only up to where it is damaged or cut off.
    pub fn cut_off(&self) -> anyhow::Error {
        anyhow!("{self} could not be read to its end: it is damaged or cut off")
    }

    /// Opens the first source of the log; returns it with those that follow.
    fn open(&self) -> anyhow::Result<(LogSource, LogSources)> {
        let bar = ProgressBar::no_length().with_style(progress_style("{bytes} of {total_bytes}"));
        bar.set_message("reading");
        match self {
            Self::StandardInput => {
                let input = LogSource::StandardInput(bar.wrap_read(io::stdin()));
                Ok((input, LogSources::default()))
            }
            Self::File(path) => {
                let mut sources = LogSources::of(path, bar)?;
                let first = sources.next().with_context(|| format!("{self} holds no file"))?;
                Ok((first, sources))
            }
        }
    }

    /// Reads the log's events in the order of their times, and prints their number to standard error.
    pub fn events(&self) -> anyhow::Result<Vec<Event>> {
        let mut events: Vec<Event> = Vec::new();
        let mut faults = 0;
        let mut records = self.records(None)?;
        for record in records.by_ref() {
            match record.event {
                Ok(event) => events.push(event),
                Err(_) => faults += 1,
            }
        }
        if events.is_empty() {
            bail!("no event of {self} can be read; `uba score` says why");
        }
        if records.is_cut_off() {
            return Err(self.cut_off());
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
