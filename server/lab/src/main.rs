//! The binary `lab`: the commands of `uba` that need no database, without the time that it takes to build one.

use std::process::ExitCode;

use clap::Parser;
use lab::cli::{self, Command};

/// Works on log files: makes them, scores them, learns from them
#[derive(Debug, Parser)]
#[command(name = "lab", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    cli::ended(Cli::parse().command.run())
}
