//! `uba restore`: makes a database from a backup.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::{Context as _, bail};
use lab::cli::ModelChoice;

use super::runtime::run;
use crate::{backup, config::Settings};

/// Make a database from a backup
///
/// Checks the whole backup, restores it beside the folder of the database, reads every row of it, and only then puts it into
/// its place. The server must not be running.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba restore cloud_uba-2026-11-28.backup --database rocksdb:///var/lib/uba
  uba restore cloud_uba-2026-11-28.backup --force")]
pub(super) struct Restore {
    /// The backup to read
    file: PathBuf,

    /// Replaces the database that is there, which is moved aside
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    model: ModelChoice,

    #[command(flatten)]
    settings: Settings,
}

impl Restore {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        let model = self.model.load()?;
        let (file, force) = (self.file, self.force);
        let Some(folder) = config.database.folder().map(ToOwned::to_owned) else {
            bail!("a backup is restored into a folder: name it by --database");
        };
        run(move || async move {
            let (events, replaced) = backup::restore(&file, &folder, model, force).await?;
            let mut out = io::stdout().lock();
            writeln!(out, "{}: {events} events", folder.display()).context("cannot print")?;
            if let Some(replaced) = replaced {
                writeln!(out, "the database that was there is in {}", replaced.display()).context("cannot print")?;
            }
            Ok(())
        })
    }
}
