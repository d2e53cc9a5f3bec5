//! The binary `lab`: the commands of `uba` that need no database, without the time that it takes to build one.

use std::process::ExitCode;

use clap::Parser;
use lab::cli::Command;

/// Works on log files: makes them, scores them, learns from them
#[derive(Debug, Parser)]
#[command(name = "lab", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
