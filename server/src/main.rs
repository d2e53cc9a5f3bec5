//! The program `uba`.

use std::process::ExitCode;

use clap::Parser;
use lab::cli::ended;
use server::{cli::Cli, telemetry};

/// Commits and checkpoints make and drop many small values on several threads, which this allocator is faster at than the
/// system's (`make bench`: the long run of the server).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dotenvy::dotenv().ok(); // where there is no such file, the environment is enough
    let cli = Cli::parse();
    telemetry::init();
    ended(cli.run())
}
