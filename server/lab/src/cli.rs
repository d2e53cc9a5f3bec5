//! The commands that need no database, one a file; `uba` has them among its own.

mod evaluate;
mod generate;
mod log;
mod model;
mod score;
mod train;

pub use log::{FormatChoice, LogFile, format, style};
pub use score::threshold;

use clap::Subcommand;

/// A command on log files and models.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a command's help is the description of its own type")]
pub enum Command {
    Generate(generate::Generate),
    Evaluate(evaluate::Evaluate),
    Model(model::ShowModel),
    Score(score::Score),
    Train(train::Train),
}

impl Command {
    /// Does what the command says.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Generate(generate) => generate.run(),
            Self::Evaluate(evaluate) => evaluate.run(),
            Self::Model(model) => model.run(),
            Self::Score(score) => score.run(),
            Self::Train(train) => train.run(),
        }
    }
}
