//! Log files as commands take them.

use std::{
    convert::Infallible,
    fmt,
    fs::File,
    io::{self, Read},
    path::PathBuf,
    str::FromStr,
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use shared::formats::{self, Format, Record};

use crate::places::places;

/// A log file, or standard input.
#[derive(Debug, Clone)]
pub(super) enum LogFile {
    /// Written as `-`.
    StandardInput,
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
    /// Reads the log's records, of the given format or of the one their content shows.
    ///
    /// On a terminal a bar shows how much has been read.
    pub(super) fn records(&self, format: Option<Format>) -> anyhow::Result<impl Iterator<Item = Record>> {
        let bar = ProgressBar::no_length().with_style(style("{bytes} of {total_bytes}"));
        bar.set_message("reading");
        let reader: Box<dyn Read> = match self {
            Self::StandardInput => Box::new(io::stdin().lock()),
            Self::File(path) => {
                let file = File::open(path).with_context(|| format!("cannot open {self}"))?;
                bar.set_length(file.metadata().with_context(|| format!("cannot open {self}"))?.len());
                Box::new(file)
            }
        };
        Ok(formats::read(bar.wrap_read(reader), format, Some(places())))
    }
}

/// Returns a bar's look: what is done, how far, and how long it still takes.
pub(super) fn style(position: &str) -> ProgressStyle {
    let template = format!("{{msg}} {{wide_bar}} {position}, {{eta}} left");
    ProgressStyle::with_template(&template).expect("the template is well formed")
}
