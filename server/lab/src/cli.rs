//! The commands of the workbench, one a file; the binary `uba` embeds them.

mod evaluate;
mod generate;
mod log;
mod model;
mod score;
mod train;

pub use log::{FormatChoice, LogFile, parse_format, progress_style};
pub use model::ModelChoice;
pub use score::parse_threshold;

use clap::Subcommand;

/// A command that works on log files and models.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a command's help is the description of its own type")]
pub enum Command {
    Generate(generate::GenerateArgs),
    Evaluate(evaluate::EvaluateArgs),
    Model(model::ModelArgs),
    Score(score::ScoreArgs),
    Train(train::TrainArgs),
}

impl Command {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Generate(args) => args.run(),
            Self::Evaluate(args) => args.run(),
            Self::Model(args) => args.run(),
            Self::Score(args) => args.run(),
            Self::Train(args) => args.run(),
        }
    }
}
