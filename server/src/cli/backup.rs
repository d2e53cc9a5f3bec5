//! `uba backup`: takes a backup of the database.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::{Context as _, bail};

use super::runtime::run;
use crate::{backup, config::Settings};

/// Take a backup of the database
///
/// Writes the whole database as of this moment into one file, also while the server runs, which takes events meanwhile. The
/// file is read again and checked before it takes its name; a file that is there already is not touched. It holds every
/// event and the hashes of keys and passwords: keep it as you keep the database.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  uba backup cloud_uba-$(date +%F).backup")]
pub(super) struct Backup {
    /// The file to write
    file: PathBuf,

    #[command(flatten)]
    settings: Settings,
}

impl Backup {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        let file = self.file;
        let Some(folder) = config.database.folder().map(ToOwned::to_owned) else {
            bail!("a database in memory has no backup");
        };
        run(move || async move {
            let entries = backup::take(&folder, &file).await?;
            writeln!(io::stdout(), "{}: {entries} entries, read again and whole", file.display())
                .context("cannot print")
        })
    }
}
