//! `uba doctor`: reads everything once and says what is sound.

use std::io::{self, Write as _};

use anyhow::{Context as _, bail};

use super::runtime::run;
use crate::{
    config::{Config, Settings},
    start::OPEN_PATIENCE,
    store::{Finding, Opening, Store},
};

/// Examine the database
///
/// Reads every row once and says which tables are sound, and for each finding what to do. Ends with code 1 if there are
/// findings. The server must not be running.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  uba doctor --database rocksdb:///var/lib/uba")]
pub(super) struct Doctor {
    #[command(flatten)]
    settings: Settings,
}

impl Doctor {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        run(move || examine(config))
    }
}

async fn examine(config: Config) -> anyhow::Result<()> {
    let opening = Opening { patience: OPEN_PATIENCE, accepts_loss: false };
    let store = Store::open(&config.database, opening).await?;
    let examined = store.examine().await;
    store.close().await;
    let mut out = io::stdout().lock();
    let mut findings = 0;
    for (table, result) in examined {
        match result {
            Ok(rows) => writeln!(out, "{table:<12} sound, {rows} rows").context("cannot print")?,
            Err(Finding { what, cure }) => {
                findings += 1;
                writeln!(out, "{table:<12} {what}\n{:<12} {cure}", "").context("cannot print")?;
            }
        }
    }
    if findings > 0 {
        bail!("{findings} of the tables are not sound");
    }
    Ok(())
}
