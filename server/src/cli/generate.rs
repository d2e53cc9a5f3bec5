//! `uba generate`: events with labels, to try a detector on.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use flate2::{Compression, write::GzEncoder};
use strum::VariantArray as _;

use super::log::LogFile;
use crate::{
    inject::{self, Injection, Plan},
    labelled,
};

/// Write labelled events: attacks put into a real log
///
/// Takes everything in the log as benign and adds attacks made of its own days and resources. The rows have the columns
/// `is_anomaly`, `anomaly_type` and `case`, as `uba evaluate` reads them. The same seed writes the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba generate --inject activity.csv.gz --attacks takeover,mass_deletion --out labelled.csv.gz
  uba evaluate --labels labelled.csv.gz")]
pub(super) struct Generate {
    /// Real log that attacks are put into; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    inject: LogFile,

    /// Kinds of attack
    #[arg(long, value_name = "KIND,...", value_delimiter = ',', value_parser = injection, default_value = "takeover,visit,burst,new_place,bulk_read,mass_deletion,sharing")]
    attacks: Vec<Injection>,

    /// How many attacks of each kind
    #[arg(long, value_name = "N", default_value_t = 20)]
    cases: usize,

    /// Share of the log's user-days before the first attack
    #[arg(long, value_name = "SHARE", default_value_t = 0.6)]
    after: f64,

    /// What the choice of people, days and resources depends on
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Where the rows go; compressed where the name ends in .gz; `-` is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Generate {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let events = self.inject.events()?;
        let plan = Plan { kinds: self.attacks, cases: self.cases, after: self.after, seed: self.seed };
        let rows = inject::inject(events, &plan);
        let write = || labelled::write(&rows, sink(&self.out)?);
        write().with_context(|| format!("cannot write {}", self.out.display()))
    }
}

/// Opens where rows go.
fn sink(path: &Path) -> io::Result<Box<dyn Write>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdout().lock()));
    }
    let file = BufWriter::new(File::create(path)?);
    let is_packed = path.extension().is_some_and(|extension| extension == "gz");
    Ok(if is_packed { Box::new(GzEncoder::new(file, Compression::default())) } else { Box::new(file) })
}

/// Reads the name of a kind of attack.
fn injection(name: &str) -> Result<Injection, String> {
    name.parse().map_err(|_| {
        let names: Vec<&str> = Injection::VARIANTS.iter().map(Into::into).collect();
        format!("must be one of {}", names.join(", "))
    })
}
