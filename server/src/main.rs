//! `uba`: who is acting out of character, and why.

use std::process::ExitCode;

use clap::Parser;
use server::{cli::Cli, telemetry};

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::init();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
