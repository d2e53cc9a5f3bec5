//! The program `uba`.

use std::process::ExitCode;

use clap::Parser;
use server::{cli::Cli, telemetry};

/// Batches and checkpoints make and drop many small values on many threads: the allocator of the system keeps a third
/// more memory for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
