//! `uba generate`: writes labelled events, to try a detector on.

use std::{
    io::{self, Write},
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
    dataset::{self, LabelledEvent},
    inject::{self, AttackSizes, Injection, InjectionPlan},
    output_file::OutputFile,
    synthetic::{self, AttackKind, LifeRates, OrganisationPlan},
};

/// Write labelled events: of a made-up organisation, or of a real log with injected attacks
///
/// People of a made-up organisation work, travel, mistype passwords and move gigabytes; some of their accounts are
/// attacked in the last 40 % of the days. With `--inject`, all events of a real log are taken as benign, and attacks
/// are made of its own days and resources. The rows have the columns `is_anomaly`, `anomaly_type` and `case`, as `uba
/// evaluate` reads them. The same seed writes the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba generate --users 300 --days 120 --out world.csv.gz
  uba generate --test-batch            writes test_batch.csv
  uba generate --inject activity.csv.gz --attacks takeover,mass_deletion --out labelled.csv.gz
  uba evaluate --labels labelled.csv.gz")]
pub struct GenerateArgs {
    /// Number of users
    #[arg(long, value_name = "N", default_value_t = 100)]
    users: u32,

    /// Number of days
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u32,

    /// The first day (UTC)
    #[arg(long, value_name = "DATE", default_value = "2026-01-05")]
    start: Date,

    /// Attacks for each user in 100 days, 0 to 1; by default about 1 event in 100 is an attack's, and 1.7 % of
    /// user-days in the last 40 % of the time
    #[arg(long, value_name = "RATE", default_value_t = 0.2, value_parser = rate)]
    attack_rate: f64,

    /// Real log to inject attacks into; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    inject: Option<LogFile>,

    /// Number of attacks of each kind that are injected into a real log
    #[arg(long, value_name = "N", default_value_t = 20)]
    cases: usize,

    /// Share of a real log's user-days before the first attack
    #[arg(long, value_name = "SHARE", default_value_t = 0.6)]
    after: f64,

    /// Inject small attacks, as of an attacker who tries to stay unnoticed
    #[arg(long)]
    weak: bool,

    /// Kinds of attack, or all, or none
    #[arg(long, value_name = "KIND,...", value_delimiter = ',', default_value = "all")]
    attacks: Vec<String>,

    /// How often something changes in ordinary life: none, quiet, ordinary, restless, and rates of single kinds of
    /// situations, for a person or the organisation in a year, such as `quiet,fail_over=4`
    #[arg(long, value_name = "LIFE", default_value = "ordinary")]
    life: LifeRates,

    /// Share of attacks on people in whose life something is changing that day, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = rate)]
    situated: f64,

    /// CSV file to write the situations of ordinary life to: user, kind, first and last day
    #[arg(long, value_name = "FILE", conflicts_with = "inject")]
    situations: Option<PathBuf>,

    /// Seed of all random choices
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Write 50 events with the columns of the Python system that this one replaces, to try a batch with
    #[arg(long)]
    test_batch: bool,

    /// Format of the events; the labels of CloudTrail records go into a second file, OUT.labels.csv
    #[arg(long, value_enum, default_value_t = OutputFormat::Csv)]
    format: OutputFormat,

    /// File to write, packed by gzip if its name ends in .gz; `-` is standard output
    #[arg(long, value_name = "FILE", required = false, required_unless_present = "test_batch")]
    #[arg(default_value_if("test_batch", "true", "test_batch.csv"))]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum OutputFormat {
    Csv,
    Cloudtrail,
}

impl GenerateArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let has_file = self.out != Path::new("-");
        ensure!(
            has_file || matches!(self.format, OutputFormat::Csv),
            "labels go beside the records: --out must name a file"
        );
        let cannot_write = || format!("cannot write {}", self.out.display());
        let output = self.create(&self.out).with_context(cannot_write)?;
        let rows = match &self.inject {
            Some(log) => injected(log.events()?, &self.injection_plan()?)?,
            None => synthetic::generate(&self.organisation_plan()?),
        };
        self.write_situations()?;
        self.write(output, &rows).with_context(cannot_write)
    }

    fn create(&self, path: &Path) -> io::Result<Output> {
        let inputs: Vec<&Path> = self.inject.iter().map(LogFile::path).collect();
        Output::create(path, &inputs)
    }

    fn injection_plan(&self) -> anyhow::Result<InjectionPlan> {
        Ok(InjectionPlan {
            kinds: kinds::<Injection>(&self.attacks)?,
            cases: self.cases,
            after: self.after,
            sizes: if self.weak { AttackSizes::WEAK } else { AttackSizes::USUAL },
            seed: self.seed,
        })
    }

    fn organisation_plan(&self) -> anyhow::Result<OrganisationPlan> {
        let start = TimeZone::UTC.to_timestamp(self.start.at(0, 0, 0, 0)).context("the first day is out of range")?;
        Ok(OrganisationPlan {
            users: self.users,
            days: self.days,
            start,
            attacks: kinds::<AttackKind>(&self.attacks)?,
            rate: self.attack_rate,
            life: self.life,
            situated: self.situated,
            seed: self.seed,
        })
    }

    fn write_situations(&self) -> anyhow::Result<()> {
        let Some(path) = &self.situations else { return Ok(()) };
        let cannot_write = || format!("cannot write {}", path.display());
        let output = self.create(path).with_context(cannot_write)?;
        let situations = synthetic::situations(&self.organisation_plan()?);
        output.write(|sink| synthetic::write_situations(&situations, sink)).with_context(cannot_write)
    }

    fn write(&self, output: Output, rows: &[LabelledEvent]) -> io::Result<()> {
        if self.test_batch {
            let batch = synthetic::test_batch(rows);
            return output.write(|sink| dataset::write_legacy_csv(&batch, sink));
        }
        match self.format {
            OutputFormat::Csv => output.write(|sink| dataset::write_csv(rows, sink)),
            OutputFormat::Cloudtrail => {
                let mut labels = self.out.clone().into_os_string();
                labels.push(".labels.csv");
                let labels = self.create(Path::new(&labels))?;
                output.write(|sink| synthetic::write_cloudtrail(rows, sink))?;
                labels.write(|sink| dataset::write_csv(rows, sink))
            }
        }
    }
}

/// A file to write, packed by gzip if its name ends in `.gz`.
struct Output {
    file: OutputFile,
    is_packed: bool,
}

impl Output {
    fn create(path: &Path, inputs: &[&Path]) -> io::Result<Self> {
        let is_packed = path.extension().is_some_and(|extension| extension == "gz");
        Ok(Self { file: OutputFile::create(path, inputs)?, is_packed })
    }

    fn write(mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        if !self.is_packed {
            write(&mut self.file)?;
            return self.file.finish();
        }
        let mut packer = GzEncoder::new(self.file, Compression::default());
        write(&mut packer)?;
        packer.finish()?.finish()
    }
}

/// Injects attacks into a log and reports the kinds of which fewer than planned could be placed.
fn injected(events: Vec<Event>, plan: &InjectionPlan) -> anyhow::Result<Vec<LabelledEvent>> {
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

/// Parses names of kinds of attack, `all` or `none`.
fn kinds<K: VariantArray + FromStr + Copy + Into<&'static str>>(names: &[String]) -> anyhow::Result<Vec<K>> {
    match names {
        [all] if all == "all" => return Ok(K::VARIANTS.to_vec()),
        [none] if none == "none" => return Ok(Vec::new()),
        _ => {}
    }
    let names_of_all = || K::VARIANTS.iter().map(|kind| (*kind).into()).collect::<Vec<&str>>().join(", ");
    let kind = |name: &String| {
        name.parse().map_err(|_| anyhow!("no kind of attack is called {name}; there are {}", names_of_all()))
    };
    names.iter().map(kind).collect()
}

fn rate(text: &str) -> Result<f64, String> {
    let within = text.parse().ok().filter(|rate: &f64| (0.0..=1.0).contains(rate));
    within.ok_or_else(|| "must be a number from 0 to 1".to_owned())
}
