//! The commands of `uba`, one a file.

mod evaluate;
mod generate;
mod import;
mod log;
mod model;
mod runtime;
mod score;
mod serve;
mod train;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  uba serve --demo                                         the pages, with a sample log in them
  uba score --input activity.csv.gz --output scores.csv    who stands out in a log, without a server
  uba import cloudtrail/*.json.gz                          a log into the database
  uba help score                                           all about one command";

/// Finds who is acting out of character in your cloud, and says why
#[derive(Debug, Parser)]
#[command(name = "uba", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Generate),
    Evaluate(evaluate::Evaluate),
    Import(import::Import),
    Model(model::ShowModel),
    Score(score::Score),
    Serve(serve::Serve),
    Train(train::Train),
}

impl Cli {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Generate(generate) => generate.run(),
            Command::Evaluate(evaluate) => evaluate.run(),
            Command::Import(import) => import.run(),
            Command::Model(model) => model.run(),
            Command::Score(score) => score.run(),
            Command::Serve(serve) => serve.run(),
            Command::Train(train) => train.run(),
        }
    }
}
