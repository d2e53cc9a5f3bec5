//! The program `uba`.

use std::process::ExitCode;

use clap::Parser;
use server::{cli::Cli, telemetry};

fn main() -> ExitCode {
    dotenvy::dotenv().ok(); // where there is no such file, the environment is enough
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
