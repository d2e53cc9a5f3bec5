//! The model that a command judges by, and `uba model`: what it is.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use shared::model::Model;

use crate::card::Card;

/// Which model to judge by.
#[derive(Debug, clap::Args)]
pub(super) struct ModelChoice {
    /// Model to judge by, as `uba train` writes it; the one that comes with the program unless said
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

impl ModelChoice {
    pub(super) fn load(&self) -> anyhow::Result<Arc<Model>> {
        let Some(path) = &self.model else { return Ok(Model::shipped()) };
        let read = || -> anyhow::Result<Model> { Ok(serde_json::from_slice(&fs::read(path)?)?) };
        Ok(Arc::new(read().with_context(|| format!("cannot read the model {}", path.display()))?))
    }
}

/// Show what a model weighs, what its forest asks for, and what its score means
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba model
  uba model --model own.json --json")]
pub struct ShowModel {
    #[command(flatten)]
    choice: ModelChoice,

    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

impl ShowModel {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let card = Card::of(&*self.choice.load()?);
        let said = if self.json {
            serde_json::to_string_pretty(&card).context("cannot write the card as JSON")? + "\n"
        } else {
            card.to_string()
        };
        io::stdout().write_all(said.as_bytes()).context("cannot write the card")
    }
}
