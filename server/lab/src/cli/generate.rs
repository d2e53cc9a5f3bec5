//! `uba generate`: events with labels, to try a detector on.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context as _, anyhow, ensure};
use flate2::{Compression, write::GzEncoder};
use jiff::{civil::Date, tz::TimeZone};
use shared::event::Event;
use strum::VariantArray;

use super::log::LogFile;
use crate::{
    inject::{self, Injection, Sizes},
    labelled::{self, Labelled},
    world::{self, Attack},
};

/// Write labelled events: a made-up organisation, or attacks put into a real log
///
/// People of a made-up organisation work, travel, mistype passwords and move gigabytes; some of their accounts are
/// attacked in the last 40 % of the days. With `--inject`, everything in a real log is taken as benign, and attacks are
/// made of its own days and resources. The rows have the columns `is_anomaly`, `anomaly_type` and `case`, as
/// `uba evaluate` reads them. The same seed writes the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba generate --users 300 --days 120 --out world.csv.gz
  uba generate --test-batch --out test_batch.csv
  uba generate --inject activity.csv.gz --attacks takeover,mass_deletion --out labelled.csv.gz
  uba evaluate --labels labelled.csv.gz")]
pub struct Generate {
    /// How many users there are
    #[arg(long, value_name = "N", default_value_t = 100)]
    users: u32,

    /// How many days pass
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u32,

    /// The first day (UTC)
    #[arg(long, value_name = "DATE", default_value = "2026-01-05")]
    start: Date,

    /// Attacks for each user in 100 days, 0 to 1; by default about 1 event in 100 is an attack's, and 1.7 % of
    /// user-days in the last 40 % of the time
    #[arg(long, value_name = "RATE", default_value_t = 0.2, value_parser = rate)]
    attack_rate: f64,

    /// Real log that attacks are put into; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    inject: Option<LogFile>,

    /// How many attacks of each kind are put into a real log
    #[arg(long, value_name = "N", default_value_t = 20)]
    cases: usize,

    /// Share of a real log's user-days before the first attack
    #[arg(long, value_name = "SHARE", default_value_t = 0.6)]
    after: f64,

    /// Put small attacks into a real log, of somebody who does not want to be noticed
    #[arg(long)]
    weak: bool,

    /// Kinds of attack, or all, or none
    #[arg(long, value_name = "KIND,...", value_delimiter = ',', default_value = "all")]
    attacks: Vec<String>,

    /// What every choice depends on
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Write 50 events with the columns of the system before this one, to try a batch with
    #[arg(long)]
    test_batch: bool,

    /// How events are written; the labels of CloudTrail records go into a second file, OUT.labels.csv
    #[arg(long, value_enum, default_value_t = Shape::Csv)]
    format: Shape,

    /// Where the rows go; compressed where the name ends in .gz; `-` is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Shape {
    Csv,
    Cloudtrail,
}

impl Generate {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let has_file = self.out != Path::new("-");
        ensure!(has_file || matches!(self.format, Shape::Csv), "labels go beside the records: --out must name a file");
        let rows = match &self.inject {
            Some(log) => injected(log.events()?, &self.injections()?)?,
            None => world::generate(&self.world()?),
        };
        self.write(&rows).with_context(|| format!("cannot write {}", self.out.display()))
    }

    fn injections(&self) -> anyhow::Result<inject::Plan> {
        Ok(inject::Plan {
            kinds: kinds::<Injection>(&self.attacks)?,
            cases: self.cases,
            after: self.after,
            sizes: if self.weak { Sizes::WEAK } else { Sizes::USUAL },
            seed: self.seed,
        })
    }

    fn world(&self) -> anyhow::Result<world::Plan> {
        let start = TimeZone::UTC.to_timestamp(self.start.at(0, 0, 0, 0)).context("the first day is out of range")?;
        Ok(world::Plan {
            users: self.users,
            days: self.days,
            start,
            attacks: kinds::<Attack>(&self.attacks)?,
            rate: self.attack_rate,
            seed: self.seed,
        })
    }

    fn write(&self, rows: &[Labelled]) -> io::Result<()> {
        if self.test_batch {
            let batch = world::test_batch(rows);
            return write_to(&self.out, |sink| labelled::write_as_of_old(&batch, sink));
        }
        match self.format {
            Shape::Csv => write_to(&self.out, |sink| labelled::write(rows, sink)),
            Shape::Cloudtrail => {
                write_to(&self.out, |sink| world::write_cloudtrail(rows, sink))?;
                let mut labels = self.out.clone().into_os_string();
                labels.push(".labels.csv");
                write_to(Path::new(&labels), |sink| labelled::write(rows, sink))
            }
        }
    }
}

/// Puts attacks into a log, and says of which kinds fewer fit in than are planned.
fn injected(events: Vec<Event>, plan: &inject::Plan) -> anyhow::Result<Vec<Labelled>> {
    let rows = inject::inject(events, plan)?;
    for kind in &plan.kinds {
        let (placed, name) = (inject::placed(*kind, &rows), kind.name());
        if placed < plan.cases {
            let reason = "nobody else fits who has not been attacked yet";
            writeln!(io::stderr(), "placed {placed} of {} {name}: {reason}", plan.cases)?;
        }
    }
    Ok(rows)
}

/// Reads names of kinds of attack; all of them, or none.
fn kinds<K: VariantArray + FromStr + Copy + Into<&'static str>>(names: &[String]) -> anyhow::Result<Vec<K>> {
    match names {
        [all] if all == "all" => return Ok(K::VARIANTS.to_vec()),
        [none] if none == "none" => return Ok(Vec::new()),
        _ => {}
    }
    let known = || K::VARIANTS.iter().map(|kind| (*kind).into()).collect::<Vec<&str>>().join(", ");
    let kind =
        |name: &String| name.parse().map_err(|_| anyhow!("no kind of attack is called {name}; there are {}", known()));
    names.iter().map(kind).collect()
}

/// Writes to where rows go, to the very end: packed bytes have one of their own.
fn write_to(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if path == Path::new("-") {
        return write(&mut io::stdout().lock());
    }
    let mut file = BufWriter::new(File::create(path)?);
    if path.extension().is_none_or(|extension| extension != "gz") {
        write(&mut file)?;
        return file.flush();
    }
    let mut packer = GzEncoder::new(file, Compression::default());
    write(&mut packer)?;
    packer.finish()?.flush()
}

fn rate(text: &str) -> Result<f64, String> {
    let within = text.parse().ok().filter(|rate: &f64| (0.0..=1.0).contains(rate));
    within.ok_or_else(|| "must be a number from 0 to 1".to_owned())
}
