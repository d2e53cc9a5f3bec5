//! The commands of `uba`: those of the server, one a file, and those of the crate `lab`.

mod accounts;
mod backup;
mod doctor;
mod import;
mod init;
mod keys;
mod restore;
mod runtime;
mod serve;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  uba serve --demo                                         the pages, with a made-up organisation in them
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
    Serve(serve::Serve),
    Import(import::Import),
    Init(init::Init),
    Doctor(doctor::Doctor),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Keys(keys::Keys),
    Accounts(accounts::AccountsArgs),
    #[command(flatten)]
    Lab(lab::cli::Command),
}

impl Cli {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(serve) => serve.run(),
            Command::Import(import) => import.run(),
            Command::Init(init) => init.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Backup(backup) => backup.run(),
            Command::Restore(restore) => restore.run(),
            Command::Keys(keys) => keys.run(),
            Command::Accounts(accounts) => accounts.run(),
            Command::Lab(command) => command.run(),
        }
    }
}
