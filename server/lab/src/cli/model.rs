//! The model that a command uses, and `uba model`, which describes it.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use shared::model::Model;

use crate::model_card::ModelCard;

/// The argument that chooses the model.
#[derive(Debug, clap::Args)]
pub struct ModelChoice {
    /// Model file, as `uba train` writes it [default: the model that comes with the program]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

impl ModelChoice {
    /// Returns the path of the chosen model, if there is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.model.as_deref()
    }

    /// Reads the chosen model; without a choice, returns the one that comes with the program.
    pub fn load(&self) -> anyhow::Result<Arc<Model>> {
        let Some(path) = &self.model else { return Ok(Model::shipped()) };
        let read = || -> anyhow::Result<Model> { Ok(serde_json::from_slice(&fs::read(path)?)?) };
        Ok(Arc::new(read().with_context(|| format!("cannot read the model {}", path.display()))?))
    }
}

/// Describe a model: the weights of the evidence, the features of the forest and the meaning of the score
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba model
  uba model --model own.json --json")]
pub struct ModelArgs {
    #[command(flatten)]
    choice: ModelChoice,

    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

impl ModelArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let card = ModelCard::of(&*self.choice.load()?);
        let output = if self.json {
            serde_json::to_string_pretty(&card).context("cannot write the card as JSON")? + "\n"
        } else {
            card.to_string()
        };
        io::stdout().write_all(output.as_bytes()).context("cannot write the card")
    }
}
