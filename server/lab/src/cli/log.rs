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
use jiff::{fmt::strtime, tz::TimeZone};
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
    /// Reads the log's records.
    ///
    /// On a terminal a bar shows the progress.
    pub fn records(&self, reading: &LogReading) -> anyhow::Result<Records<'static, LogSource, LogSources>> {
        let (first, more) = self.open()?;
        Ok(formats::read_all(first, more, reading.format.0, Some(places())).in_zone(reading.timezone.clone()))
    }

    /// Splits the log into batches of records.
    ///
    /// On a terminal a bar shows the progress.
    pub(super) fn batches(&self, reading: &LogReading) -> anyhow::Result<Batches<LogSource, LogSources>> {
        let (first, more) = self.open()?;
        Ok(formats::batches_of_all(first, more, reading.format.0).in_zone(reading.timezone.clone()))
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
        let mut records = self.records(&LogReading::default())?;
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

/// The options of commands for how a log is read.
#[derive(Debug, Default, clap::Args)]
pub struct LogReading {
    /// Format of the log, if it is not to be detected from the content
    #[arg(long, default_value = "auto", value_parser = parse_format)]
    format: FormatChoice,

    /// Time zone of times that name none: an offset such as +01:00, or a name such as Europe/Berlin; without it, such
    /// times are errors
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, allow_hyphen_values = true)]
    timezone: Option<TimeZone>,
}

/// The format of a log; `None`: it is detected from the content.
#[derive(Debug, Clone, Copy, Default)]
struct FormatChoice(Option<Format>);

/// Parses the name of a format, or `auto`.
fn parse_format(name: &str) -> Result<FormatChoice, String> {
    if name == "auto" {
        return Ok(FormatChoice(None));
    }
    name.parse().map(|format| FormatChoice(Some(format))).map_err(|_| {
        let names: Vec<&str> = Format::VARIANTS.iter().map(|format| format.name()).collect();
        format!("must be auto, {}", names.join(" or "))
    })
}

/// Parses a time zone: an offset from UTC such as `+01:00`, or a name such as `Europe/Berlin`.
fn parse_zone(name: &str) -> Result<TimeZone, String> {
    let offset = strtime::parse("%:z", name).ok().and_then(|time| time.offset());
    let zone = offset.map(TimeZone::fixed).or_else(|| TimeZone::get(name).ok());
    zone.ok_or_else(|| "must be an offset such as +01:00 or a name such as Europe/Berlin".to_owned())
}

/// Returns the style of a progress bar: message, bar, position and remaining time.
pub fn progress_style(position: &str) -> ProgressStyle {
    let template = format!("{{msg}} {{wide_bar}} {position}, {{eta}} left");
    ProgressStyle::with_template(&template).expect("the template is well formed")
}
